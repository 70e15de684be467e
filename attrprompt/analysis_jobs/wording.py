"""The job `wording`: growth of the vocabulary, lengths, phrases, shared words, openings.

Nothing here carries a verdict; it is for looking into the texts behind the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, ClassVar, Self

import numpy as np

from attrprompt.analysis.diversity.growth import GrowthPoint, measure_growth
from attrprompt.analysis.paper import PaperFigures, measure_as_in_paper
from attrprompt.analysis.statistics.subsampling import Stock
from attrprompt.analysis.texts.phrases import (
    Opening,
    OverusedPhrase,
    VocabularyOverlap,
    compare_vocabularies,
    find_openings,
    find_overused_phrases,
)
from attrprompt.analysis.texts.selection import AnalysisSet, name_labels, prepare_set
from attrprompt.analysis.texts.tokens import count_words
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import counted_rows, counted_texts, load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

LENGTH_ITEMS = 5


@dataclass(frozen=True)
class TextsOfLength:
    """The texts of so many words.

    Attributes:
        texts: how many there are.
        items: some of them, by their numbers in the data set.
    """

    words: int
    texts: int
    items: tuple[int, ...]


@dataclass(frozen=True)
class SetWording:
    """The words of one data set.

    Attributes:
        growth: of its vocabulary with the words read.
        lengths: shortest first.
        openings: first words that several texts share, most common first.
        paper: the paper's own figures.
    """

    growth: tuple[GrowthPoint, ...]
    lengths: tuple[TextsOfLength, ...]
    openings: tuple[Opening, ...]
    paper: PaperFigures


@dataclass(frozen=True)
class OverusedWords:
    """What data set `a` says more often than `b`."""

    a: str
    b: str
    phrases: tuple[OverusedPhrase, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {"a": self.a, "b": self.b, "phrases": [phrase.to_json() for phrase in self.phrases]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The phrases of which this is the plain data."""
        return cls(plain["a"], plain["b"], tuple(map(OverusedPhrase.from_json, plain["phrases"])))


@dataclass(frozen=True)
class SharedWords:
    """Which words data sets `a` and `b` have in common."""

    a: str
    b: str
    overlap: VocabularyOverlap

    def to_json(self) -> dict[str, Any]:
        """Names and overlap beside each other."""
        return {"a": self.a, "b": self.b, **self.overlap.to_json()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The words of which this is the plain data."""
        overlap = dict(plain)
        return cls(overlap.pop("a"), overlap.pop("b"), VocabularyOverlap.from_json(overlap))


@dataclass(frozen=True)
class Wording:
    """Which words the texts of data sets use: each set by its name, each pair of them in either order and in one."""

    datasets: Mapping[str, SetWording]
    overused: tuple[OverusedWords, ...]
    shared: tuple[SharedWords, ...]

    def to_json(self) -> dict[str, Any]:
        """Each view by its name, of data sets by theirs."""
        sets = self.datasets.items()
        return {
            "growth": {name: [point.to_json() for point in found.growth] for name, found in sets},
            "lengths": {
                name: [[length.words, length.texts, list(length.items)] for length in found.lengths]
                for name, found in sets
            },
            "openings": {name: [opening.to_json() for opening in found.openings] for name, found in sets},
            "overused": [pair.to_json() for pair in self.overused],
            "shared": [pair.to_json() for pair in self.shared],
            "paper": {name: found.paper.to_json() for name, found in sets},
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The wording of which this is the plain data."""
        return cls(
            {
                name: SetWording(
                    tuple(map(GrowthPoint.from_json, points)),
                    tuple(TextsOfLength(words, n, tuple(items)) for words, n, items in plain["lengths"][name]),
                    tuple(map(Opening.from_json, plain["openings"][name])),
                    PaperFigures.from_json(plain["paper"][name]),
                )
                for name, points in plain["growth"].items()
            },
            tuple(map(OverusedWords.from_json, plain["overused"])),
            tuple(map(SharedWords.from_json, plain["shared"])),
        )


class WordingRequest(AnalysisRequest, JobRequest[Wording]):
    """Which words the texts of data sets use."""

    kind: ClassVar[str] = "wording"


@register(WordingRequest, Wording, unhashed=EXPLORED)
def explore_wording(request: WordingRequest, context: JobContext) -> Wording:
    """Growth of the vocabulary, lengths, over-used phrases, shared words, openings, the paper's own figures."""
    sets, _ = load_sets(request, context, with_vectors=False)
    names = name_labels(sets)
    texts = {dataset.name: counted_texts(request, dataset) for dataset in sets}
    paper = measure_as_in_paper(sets, choice=request.choice, seed=request.seed)
    read: dict[str, SetWording] = {}
    for done, dataset in enumerate(sets):
        context.progress(done / len(sets) * 0.6, f"words of {dataset.name}")
        own = texts[dataset.name]
        stock = Stock(prepare_set(dataset, request.choice, names), (np.arange(len(own)),))
        read[dataset.name] = SetWording(
            tuple(measure_growth(stock, seed=request.seed)),
            _count_lengths(dataset, counted_rows(request, dataset), own),
            tuple(find_openings(own)),
            paper[dataset.name],
        )
    overused, shared = [], []
    for a, b in permutations(texts, 2):
        context.progress(0.7, f"{a} beside {b}")
        overused.append(OverusedWords(a, b, tuple(find_overused_phrases(texts[a], texts[b]))))
        if a < b:
            shared.append(SharedWords(a, b, compare_vocabularies(texts[a], texts[b])))
    return Wording(read, tuple(overused), tuple(shared))


def _count_lengths(dataset: AnalysisSet, rows: Sequence[int], texts: Sequence[str]) -> tuple[TextsOfLength, ...]:
    items: dict[int, list[int]] = {}
    for row, text in zip(rows, texts, strict=True):
        items.setdefault(count_words(text), []).append(row if dataset.items is None else dataset.items[row])
    return tuple(TextsOfLength(words, len(of), tuple(of[:LENGTH_ITEMS])) for words, of in sorted(items.items()))
