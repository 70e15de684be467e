"""Which texts count in an analysis: the same choice for every set compared, said in every result."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.texts.tokens import IntArray, TokenTable, build_token_table
from attrprompt.errors import InputError
from attrprompt.kept import Kept
from attrprompt.project import fold_label

CUT_FLAG = "truncated"
NOT_COUNTED_FLAGS = ("empty", "refusal")
SHARE_GAP = 0.05

TextForm = Literal["clean", "raw"]
Review = Literal["ignored", "accepted", "not rejected"]
REVIEW_WORDS: dict[Review, str] = {
    "ignored": "All, reviewed or not",
    "not rejected": "Without rejected texts",
    "accepted": "Accepted texts only",
}
_FLAG_WORDS = {"empty": "empty answers", "refusal": "refusals"}


@dataclass(frozen=True)
class AnalysisSet:
    """The completed texts of one data set, with what is known of each.

    Attributes:
        labels: the label under which a text is drawn; of a multi-label text its first.
        label_sets: all labels of each text, where texts may have several.
        vectors: sentence embeddings, one unit row a text.
        attributes: the attribute values each text was asked for.
        flags: the flags of each text.
        statuses: the review status of each text (`new`, `accepted`, `rejected`).
        gold: whether these are real texts, which others are held against.
        items: the number of each text in its data set.
    """

    name: str
    texts: Sequence[str]
    labels: Sequence[str]
    label_sets: Sequence[Collection[str]] | None = None
    vectors: NDArray[np.float32] | None = None
    attributes: Sequence[Mapping[str, str]] | None = None
    flags: Sequence[Collection[str]] | None = None
    statuses: Sequence[str] | None = None
    gold: bool = False
    items: Sequence[int] | None = None

    def __post_init__(self) -> None:
        columns = (self.labels, self.label_sets, self.vectors, self.attributes, self.flags, self.statuses, self.items)
        for column in columns:
            if column is not None and len(column) != len(self.texts):
                raise InputError(
                    f"The data set '{self.name}' has {len(self.texts)} texts, but {len(column)} entries in one of "
                    "its columns. Load it again."
                )


@dataclass(frozen=True)
class TextChoice(Kept):
    """Which texts count, and in which form they were given.

    Attributes:
        text: `clean` or `raw`; the caller hands over the texts in that form.
        excluded_flags: a text with one of these flags does not count.
        review: whether review decisions matter.
    """

    text: TextForm = "clean"
    excluded_flags: tuple[str, ...] = NOT_COUNTED_FLAGS
    review: Review = "ignored"

    def describe(self) -> str:
        """The choice in words, as a part of a sentence."""
        form = "raw answers" if self.text == "raw" else "clean text"
        without = " and ".join(_FLAG_WORDS.get(flag, flag.replace("_", " ")) for flag in self.excluded_flags)
        review = REVIEW_WORDS[self.review]
        return f"{form}, {f'without {without}' if without else 'all of it'}; {review[0].lower()}{review[1:]}"

    def counts(self, flags: Collection[str], status: str) -> bool:
        """Whether a text with these flags and this review status counts."""
        if any(flag in flags for flag in self.excluded_flags):
            return False
        if self.review == "accepted":
            return status == "accepted"
        return self.review == "ignored" or status != "rejected"


def list_counted(dataset: AnalysisSet, choice: TextChoice) -> list[int]:
    """The indices, in a data set, of the texts that count; a blank text never does, whatever its flags."""
    flags = dataset.flags if dataset.flags is not None else [()] * len(dataset.texts)
    statuses = dataset.statuses if dataset.statuses is not None else ["new"] * len(dataset.texts)
    return [i for i, text in enumerate(dataset.texts) if text.strip() and choice.counts(flags[i], statuses[i])]


@dataclass(frozen=True)
class PreparedSet:
    """The texts of a set that count, in one fixed order (by hash of text), so that no figure hangs on input order.

    Attributes:
        rows: for each text its index in the set it came from.
        codes: for each text the number of its label in `labels`.
        members: for each label the texts that have it (of multi-label texts: that have it too).
        groups: for each text the number of its set of labels.
        membership: which set of labels (row) holds which label (column).
    """

    name: str
    gold: bool
    rows: IntArray
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    codes: IntArray
    members: dict[str, IntArray]
    groups: IntArray
    membership: NDArray[np.bool_]
    vectors: NDArray[np.float32] | None
    attributes: tuple[Mapping[str, str], ...] | None
    table: TokenTable
    digest: str
    shares: dict[str, float]

    @property
    def n(self) -> int:
        """Number of texts that count."""
        return len(self.texts)

    def texts_with(self, dimension: str, value: str) -> IntArray:
        """The texts with a label (`dimension` is "label") or an attribute value."""
        if dimension == "label":
            return self.members.get(value, np.zeros(0, dtype=np.int64))
        if self.attributes is None:
            return np.zeros(0, dtype=np.int64)
        return np.array([i for i, has in enumerate(self.attributes) if has.get(dimension) == value], dtype=np.int64)


def prepare_set(dataset: AnalysisSet, choice: TextChoice, names: Mapping[str, str]) -> PreparedSet:
    """Choose the texts that count, put them in their fixed order and number words and labels.

    A blank text never counts, whatever its flags.

    Args:
        dataset: the completed texts.
        choice: which of them count.
        names: the name under which each folded label is shown; the same for all sets compared.

    Raises:
        InputError: no text counts.
    """
    flags = dataset.flags if dataset.flags is not None else [()] * len(dataset.texts)
    statuses = dataset.statuses if dataset.statuses is not None else ["new"] * len(dataset.texts)
    usable = list_counted(dataset, choice)
    if not usable:
        raise InputError(
            f"The data set '{dataset.name}' has no text that counts with this choice of texts. "
            "Choose another data set, or let more texts count."
        )
    label_of = [names[fold_label(dataset.labels[i])] for i in range(len(dataset.texts))]
    hashes = {i: hashlib.blake2b(dataset.texts[i].encode("utf-8", "surrogatepass"), digest_size=16) for i in usable}
    rows = sorted(usable, key=lambda i: (hashes[i].digest(), label_of[i]))
    label_sets = [_labels_of(dataset, i, label_of[i], names) for i in rows]
    labels = tuple(sorted({label for labels in label_sets for label in labels}))
    numbers = {label: number for number, label in enumerate(labels)}
    distinct = sorted(set(label_sets), key=sorted)
    group_numbers = {labels_of_text: number for number, labels_of_text in enumerate(distinct)}
    members: dict[str, list[int]] = {label: [] for label in labels}
    for index, labels_of_text in enumerate(label_sets):
        for label in labels_of_text:
            members[label].append(index)
    digest = hashlib.blake2b(digest_size=16)
    for i in rows:
        digest.update(hashes[i].digest() + label_of[i].encode())
    return PreparedSet(
        name=dataset.name,
        gold=dataset.gold,
        rows=np.array(rows, dtype=np.int64),
        texts=tuple(dataset.texts[i] for i in rows),
        labels=labels,
        codes=np.array([numbers[label_of[i]] for i in rows], dtype=np.int64),
        members={label: np.array(indices, dtype=np.int64) for label, indices in members.items()},
        groups=np.array([group_numbers[labels_of_text] for labels_of_text in label_sets], dtype=np.int64),
        membership=np.array([[label in labels_of_text for label in labels] for labels_of_text in distinct]),
        vectors=None if dataset.vectors is None else np.asarray(dataset.vectors, dtype=np.float32)[rows],
        attributes=None if dataset.attributes is None else tuple(dataset.attributes[i] for i in rows),
        table=build_token_table([dataset.texts[i] for i in rows]),
        digest=digest.hexdigest(),
        shares=_count_shares(dataset, usable, flags, statuses),
    )


def name_labels(datasets: Sequence[AnalysisSet]) -> dict[str, str]:
    """For each folded label the spelling of the first set that has it: labels equal when folded are one label."""
    names: dict[str, str] = {}
    for dataset in datasets:
        for label in dataset.labels:
            names.setdefault(fold_label(label), label)
        for labels in dataset.label_sets or ():
            for label in sorted(labels):
                names.setdefault(fold_label(label), label)
    return names


def warn_of_unlike_shares(prepared: Sequence[PreparedSet]) -> list[str]:
    """A sentence for each pair of sets that differ by over 5 points in the share of texts cut, flagged or reviewed."""
    warnings = []
    for a, b in combinations(prepared, 2):
        for kind in a.shares:
            if abs(a.shares[kind] - b.shares[kind]) > SHARE_GAP:
                warnings.append(
                    f"{a.shares[kind]:.0%} of the texts of {a.name} are {kind}, {b.shares[kind]:.0%} of {b.name}: "
                    "part of any difference may come from that."
                )
    return warnings


def _labels_of(dataset: AnalysisSet, i: int, own: str, names: Mapping[str, str]) -> frozenset[str]:
    if dataset.label_sets is None:
        return frozenset([own])
    return frozenset([own, *(names[fold_label(label)] for label in dataset.label_sets[i])])


def _count_shares(
    dataset: AnalysisSet, usable: Sequence[int], flags: Sequence[Collection[str]], statuses: Sequence[str]
) -> dict[str, float]:
    """Cut texts among those that count; flagged and reviewed ones among all completed texts."""
    completed = range(len(dataset.texts))
    return {
        "cut": sum(CUT_FLAG in flags[i] for i in usable) / len(usable),
        "flagged": sum(bool(flags[i]) for i in completed) / len(completed),
        "reviewed": sum(statuses[i] in ("accepted", "rejected") for i in completed) / len(completed),
    }
