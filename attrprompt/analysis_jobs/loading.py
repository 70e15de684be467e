"""Data sets from the store in the form that analysis takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from attrprompt.analysis.texts.selection import AnalysisSet, TextChoice
from attrprompt.errors import InputError
from attrprompt.llm.answers.thinking import split_thinking
from attrprompt.project import canonical_json
from attrprompt.records import Dataset, DatasetKind, Sample, hash_text
from attrprompt.store import Store

CONTENTS_KEPT = 64
_contents: dict[tuple[object, ...], str] = {}


def read_texts(store: Store, dataset: Dataset, choice: TextChoice) -> list[Sample]:
    """The samples of a data set; of gold, without the texts that were used in prompts.

    Raises:
        InputError: nothing is left.
    """
    used = store.datasets.used_gold(dataset.project_id) if dataset.kind is DatasetKind.GOLD else frozenset()
    samples = [
        sample for sample in store.datasets.iterate(dataset.id) if not used or hash_text(sample.text) not in used
    ]
    if not any(choice.counts(sample.flags, sample.status.value) and sample.text for sample in samples):
        raise InputError(
            f"The data set '{dataset.name}' has no text to analyse yet. Generate or import some, or choose another."
        )
    return samples


def make_set(
    dataset: Dataset,
    samples: Sequence[Sample],
    choice: TextChoice,
    encode: Callable[[Sequence[str]], object] | None = None,
) -> AnalysisSet:
    """An analysis set from samples, with vectors where an encoding function is given."""
    texts = [read_form(sample, choice) for sample in samples]
    return AnalysisSet(
        name=dataset.name,
        texts=texts,
        labels=[sample.labels[0] if sample.labels else "" for sample in samples],
        label_sets=[sample.labels for sample in samples],
        vectors=None if encode is None else encode(texts),  # type: ignore[arg-type]
        attributes=[sample.attributes for sample in samples],
        flags=[sample.flags for sample in samples],
        statuses=[sample.status.value for sample in samples],
        gold=dataset.kind is DatasetKind.GOLD,
        items=[sample.item for sample in samples],
    )


def read_form(sample: Sample, choice: TextChoice) -> str:
    """The text in the form that counts; what a model thought is no part of its raw answer."""
    return split_thinking(sample.raw).text if choice.text == "raw" else sample.text


def hash_content(store: Store, dataset: Dataset) -> str:
    """All of a data set that an analysis can depend on, as one hash; computed once for each state of the data set."""
    return _hash(store, dataset, None)


def hash_counted(store: Store, dataset: Dataset, choice: TextChoice) -> str:
    """The texts of a data set that count, as one hash; marks and decisions that change no text leave it as it is."""
    return _hash(store, dataset, choice)


def _hash(store: Store, dataset: Dataset, choice: TextChoice | None) -> str:
    used = store.datasets.used_gold(dataset.project_id) if dataset.kind is DatasetKind.GOLD else frozenset()
    stamp = (str(store.home), dataset.id, *store.datasets.stamp(dataset.id), hash(used), choice)
    known = _contents.get(stamp)
    if known is not None:
        return known
    digest = hashlib.sha256(canonical_json([dataset.name, dataset.kind.value, sorted(used)]).encode())
    for sample in store.datasets.iterate(dataset.id):
        row: list[object] = [sample.text, sample.raw, list(sample.labels), dict(sample.attributes)]
        if choice is None:
            row += [list(sample.flags), sample.status.value]
        elif choice.counts(sample.flags, sample.status.value):
            row += [sample.item]
        else:
            continue
        digest.update(canonical_json(row).encode("utf-8", "surrogatepass"))
    while len(_contents) >= CONTENTS_KEPT:
        _contents.pop(next(iter(_contents)), None)
    _contents[stamp] = digest.hexdigest()
    return _contents[stamp]
