"""The texts of an evaluation: read from the store, matched by label, coded for a classifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis_jobs.loading import read_texts
from attrprompt.edits.parts import count_of
from attrprompt.errors import InputError
from attrprompt.evaluation.probe import Texts
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.evaluation.scores import Codes, Membership
from attrprompt.project import fold_label
from attrprompt.records import Dataset, DatasetKind, Sample
from attrprompt.store import Store
from attrprompt.worker.context import JobContext

FEWEST_PER_CLASS = 2
LABELS_NAMED = 12
SHARE = 0.3  # of the progress bar


@dataclass(frozen=True)
class LoadedTexts:
    """A data set with its texts that count.

    Attributes:
        used_in_prompts: gold texts left out because they stood in a prompt.
        unlabelled: texts left out because they have no label, where each needs one.
        multi_label: whether a text's labels count one by one; else they are one class.
    """

    dataset: Dataset
    samples: list[Sample]
    used_in_prompts: int
    multi_label: bool
    unlabelled: int = 0

    @property
    def texts(self) -> list[str]:
        """The texts themselves."""
        return [sample.text for sample in self.samples]

    @property
    def items(self) -> list[int]:
        """The number of each text in its data set."""
        return [sample.item for sample in self.samples]

    @property
    def label_sets(self) -> list[tuple[str, ...]]:
        """The folded labels of each text; one where texts have one class."""
        return [_fold_labels(sample, self.multi_label) for sample in self.samples]

    def count_labels(self) -> Counter[str]:
        """How many texts have each label."""
        return Counter(label for labels in self.label_sets for label in labels)

    def spell_labels(self) -> dict[str, str]:
        """For each folded label its spelling in the first text that has it."""
        spelling: dict[str, str] = {}
        for sample in self.samples:
            for label in sample.labels if self.multi_label else (sample.label,):
                spelling.setdefault(fold_label(label), label)
        return spelling


@dataclass(frozen=True)
class LabelMatch:
    """The labels by which all sets are trained and tested.

    Attributes:
        classes: folded.
        names: as the test set spells them.
        anchors: for each label how rare it is in training; a text with several is drawn under its rarest.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    anchors: Mapping[str, int]
    multi_label: bool
    warnings: tuple[str, ...]

    def keep(self, loaded: LoadedTexts) -> LoadedTexts:
        """Only the texts with one of these labels."""
        wanted = set(self.classes)
        kept = [
            sample
            for sample, labels in zip(loaded.samples, loaded.label_sets, strict=True)
            if not wanted.isdisjoint(labels)
        ]
        return replace(loaded, samples=kept)

    def code(self, loaded: LoadedTexts) -> Codes:
        """The number of each text's label among the classes; of several, that of the rarest."""
        codes = {label: code for code, label in enumerate(self.classes)}
        found = [
            min((codes[label] for label in labels if label in codes), key=self._rarity) for labels in loaded.label_sets
        ]
        return np.array(found, dtype=np.int64)

    def mark(self, loaded: LoadedTexts) -> Membership | None:
        """Which text has which label, where texts may have several."""
        if not self.multi_label:
            return None
        return np.array([[label in labels for label in self.classes] for labels in loaded.label_sets], dtype=bool)

    def make_texts(self, loaded: LoadedTexts, vectors: NDArray[np.float32], part: int) -> Texts:
        """Kept texts as a classifier takes them."""
        return Texts(vectors, self.code(loaded), np.full(len(vectors), part), self.mark(loaded))

    def _rarity(self, code: int) -> tuple[int, int]:
        return self.anchors[self.classes[code]], code


def load_texts(store: Store, request: EvaluationRequest) -> list[LoadedTexts]:
    """The data sets of a request with the texts that count; the last is the test set."""
    loaded = []
    for number in request.datasets:
        dataset = store.datasets.load(number)
        samples = read_texts(store, dataset, request.choice)
        used = dataset.rows - len(samples) if dataset.kind is DatasetKind.GOLD else 0
        counted = [sample for sample in samples if sample.text.strip()]
        counted = [sample for sample in counted if request.choice.counts(sample.flags, sample.status.value)]
        labelled = [sample for sample in counted if sample.labels or request.multi_label]
        unlabelled = len(counted) - len(labelled)
        loaded.append(LoadedTexts(dataset, labelled, used, request.multi_label, unlabelled))
    return loaded


def match_labels(request: EvaluationRequest, sources: Sequence[LoadedTexts], test: LoadedTexts) -> LabelMatch:
    """The labels that are trained and tested, with warnings that name the others.

    With one class a text: those of which the test set and every training set have two texts. With several labels a
    text: those of the test set that any training set has; a set without one of them never gives it, which is named.

    Raises:
        InputError: fewer than two are left.
    """
    tested = test.count_labels()
    spelling: dict[str, str] = {}
    for texts in (*sources, test):
        spelling |= texts.spell_labels()
    by_set = {
        training_set.name: sum((sources[part].count_labels() for part in training_set.parts), start=Counter[str]())
        for training_set in request.training
    }
    if request.multi_label:
        classes = sorted(set(tested).intersection(set().union(*by_set.values())))
        warnings = _name_missing(by_set, tested, classes, spelling)
    else:
        known = [{label for label, n in counts.items() if n >= FEWEST_PER_CLASS} for counts in by_set.values()]
        classes = sorted(set(tested).intersection(*known))
        left_out = sorted((set(tested) | set().union(*known)) - set(classes))
        warnings = (
            [f"Left out, because not every set has two texts of them: {_name(left_out, spelling)}."] if left_out else []
        )
    warnings += [
        f"{count_of(source.unlabelled, 'text')} of {source.dataset.name} left out, without a label."
        for source in {source.dataset.id: source for source in (*sources, test)}.values()
        if source.unlabelled
    ]
    if len(classes) < 2:
        raise InputError(
            f"'{test.dataset.name}' shares fewer than two labels with the training sets; its labels are "
            f"{_name(sorted(tested), spelling) or 'none'}. Map its labels when you import it."
        )
    return LabelMatch(
        tuple(classes),
        tuple(spelling[label] for label in classes),
        sum(by_set.values(), start=Counter[str]()),
        request.multi_label,
        tuple(warnings),
    )


def _name_missing(
    by_set: Mapping[str, Counter[str]], tested: Counter[str], classes: Sequence[str], spelling: Mapping[str, str]
) -> list[str]:
    warnings = []
    untrained = sorted(set(tested) - set(classes))
    untested = sorted(set().union(*by_set.values()) - set(tested))
    if untrained:
        warnings.append(f"Left out, because no training set has a text of them: {_name(untrained, spelling)}.")
    if untested:
        warnings.append(f"Left out, because no test text has them: {_name(untested, spelling)}.")
    for name, counts in by_set.items():
        missing = [label for label in classes if not counts[label]]
        if missing:
            warnings.append(f"{name} has no text of these labels, so it never gives them: {_name(missing, spelling)}.")
    return warnings


def _name(labels: Sequence[str], spelling: Mapping[str, str]) -> str:
    """The first of these folded labels, as the texts spell them."""
    return ", ".join(spelling[label] for label in labels[:LABELS_NAMED]) + (
        " and others" if len(labels) > LABELS_NAMED else ""
    )


def _fold_labels(sample: Sample, multi_label: bool) -> tuple[str, ...]:
    if not multi_label:
        return (fold_label(sample.label),)
    return tuple(dict.fromkeys(fold_label(label) for label in sample.labels))


@dataclass(frozen=True)
class CodedTexts:
    """One training set and its test texts.

    Attributes:
        sources: the data sets of the training set, with only the texts that count.
        texts: of all of them, in that order.
    """

    sources: Sequence[LoadedTexts]
    tested: LoadedTexts
    match: LabelMatch
    texts: Texts
    test: Texts

    @property
    def origins(self) -> list[tuple[str, int]]:
        """Data set and item of each training text."""
        return [(source.dataset.name, item) for source in self.sources for item in source.items]


def read_coded(request: EvaluationRequest, context: JobContext) -> CodedTexts:
    """Read, match and encode the first training set of a request and its test set."""
    with context.open_store() as store:
        *sources, test = load_texts(store, request)
    match = match_labels(request, sources, test)
    kept = [match.keep(sources[part]) for part in request.training[0].parts]
    loaded = [*kept, match.keep(test)]
    vectors = context.encode(request.encoder, [text for dataset in loaded for text in dataset.texts], end=SHARE)
    ends = np.cumsum([len(dataset.samples) for dataset in loaded])[:-1]
    *parts, tested = (
        match.make_texts(dataset, rows, part)
        for part, (dataset, rows) in enumerate(zip(loaded, np.split(vectors, ends), strict=True))
    )
    return CodedTexts(kept, loaded[-1], match, join_texts(parts), tested)


def join_texts(parts: Sequence[Texts]) -> Texts:
    """Several sets as one."""
    memberships = [part.membership for part in parts if part.membership is not None]
    return Texts(
        np.concatenate([part.vectors for part in parts]),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.parts for part in parts]),
        np.concatenate(memberships) if memberships else None,
    )
