"""The job `wording`: growth of the vocabulary, lengths, phrases, shared words, openings.

Nothing here carries a verdict; it is for looking into the texts behind the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import permutations
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

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
from attrprompt.kept import Flat, Kept
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

LENGTH_ITEMS = 5


class TextsOfLength(NamedTuple):
    """The texts of so many words; a list in JSON.

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
class OverusedWords(Kept):
    """What data set `a` says more often than `b`."""

    a: str
    b: str
    phrases: tuple[OverusedPhrase, ...]


@dataclass(frozen=True)
class SharedWords(Kept):
    """Which words data sets `a` and `b` have in common."""

    a: str
    b: str
    overlap: Flat[VocabularyOverlap]


@dataclass(frozen=True)
class Wording(Kept):
    """Which words the texts of data sets use: each set by its name, each pair of them in either order and in one."""

    datasets: Mapping[str, SetWording]
    overused: tuple[OverusedWords, ...]
    shared: tuple[SharedWords, ...]

    @model_serializer(mode="wrap")
    def _spread(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Each view by its name, of data sets by theirs."""
        plain: dict[str, Any] = write(self)
        sets = plain.pop("datasets")
        growth, lengths, openings, paper = (
            {name: found[view.name] for name, found in sets.items()} for view in fields(SetWording)
        )
        return {"growth": growth, "lengths": lengths, "openings": openings, **plain, "paper": paper}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, plain: Mapping[str, Any]) -> dict[str, Any]:
        views = [view.name for view in fields(SetWording)]
        sets = {name: {view: plain[view][name] for view in views} for name in plain["growth"]}
        return {"datasets": sets, "overused": plain["overused"], "shared": plain["shared"]}


class WordingRequest(AnalysisRequest, JobRequest[Wording]):
    """Which words the texts of data sets use."""

    kind: ClassVar[str] = "wording"

    @property
    def finds_places(self) -> bool:
        """Words are counted wherever the texts are set."""
        return False


@register(WordingRequest, Wording, version=2, unhashed=EXPLORED)
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
            tuple(measure_growth(stock, seed=request.seed)) if len(stock.dataset.table.ids) else (),
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
