"""The view "as in the paper": AttrPrompt's own figures, over all texts of each set, sizes not equalised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from attrprompt.analysis.diversity.lexical import vocabulary_size, vocabulary_size_per_class
from attrprompt.analysis.regions.classified import ClassifiedContinents
from attrprompt.analysis.similarity.spread import PairSimilarities, sample_pair_similarities
from attrprompt.analysis.texts.selection import AnalysisSet, PreparedSet, TextChoice, name_labels, prepare_set
from attrprompt.analysis.texts.tokens import take_whole

HEADING = "the paper's definition, sizes not equalised"


@dataclass(frozen=True)
class PaperFigures:
    """AttrPrompt's figures of one set.

    Attributes:
        vocabulary_all: different words in the whole set.
        vocabulary_class: different words in the texts of a label, averaged over labels.
        same_class: distribution of the cosine over random pairs of texts of one label; None without vectors.
    """

    n: int
    vocabulary_all: int
    vocabulary_class: float
    same_class: PairSimilarities | None

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "n": self.n,
            "vocabulary_all": self.vocabulary_all,
            "vocabulary_class": self.vocabulary_class,
            "same_class": None if self.same_class is None else self.same_class.to_json(),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The figures of which this is the plain data."""
        kept = plain["same_class"]
        return cls(**{**plain, "same_class": None if kept is None else PairSimilarities.from_json(kept)})


@dataclass(frozen=True)
class PaperView:
    """The view "as in the paper"; None for a part that was not asked for.

    Attributes:
        heading: whose definition this is.
        datasets: its figures of each data set.
        continents: the shares that its attribute classifier gives.
    """

    heading: str
    datasets: dict[str, PaperFigures] | None = None
    continents: ClassifiedContinents | None = None

    def to_json(self) -> dict[str, Any]:
        """The parts that were asked for, by name."""
        plain: dict[str, Any] = {"heading": self.heading}
        if self.datasets is not None:
            plain["datasets"] = {name: figures.to_json() for name, figures in self.datasets.items()}
        if self.continents is not None:
            plain["continents"] = self.continents.to_json()
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The view of which this is the plain data."""
        datasets, continents = plain.get("datasets"), plain.get("continents")
        return cls(
            plain["heading"],
            None if datasets is None else {name: PaperFigures.from_json(figures) for name, figures in datasets.items()},
            None if continents is None else ClassifiedContinents.from_json(continents),
        )


def measure_as_in_paper(
    datasets: Sequence[AnalysisSet], *, choice: TextChoice | None = None, pairs: int = 20_000, seed: int = 0
) -> dict[str, PaperFigures]:
    """Vocabulary of the whole set and within class, and same-class cosines, for each set by name (Yu et al. 2023)."""
    names = name_labels(datasets)
    prepared = [prepare_set(dataset, choice or TextChoice(), names) for dataset in datasets]
    return {dataset.name: _measure_set(dataset, pairs, seed) for dataset in prepared}


def _measure_set(dataset: PreparedSet, pairs: int, seed: int) -> PaperFigures:
    classes = [take_whole(dataset.table, texts) for texts in dataset.members.values()]
    same_class = None
    if dataset.vectors is not None:
        members = np.concatenate(list(dataset.members.values()))
        codes = np.repeat(np.arange(len(dataset.members)), [len(texts) for texts in dataset.members.values()])
        same_class = sample_pair_similarities(dataset.vectors[members], codes, within=True, pairs=pairs, seed=seed)
    return PaperFigures(
        n=dataset.n,
        vocabulary_all=int(vocabulary_size(take_whole(dataset.table))),
        vocabulary_class=vocabulary_size_per_class(classes) or 0.0,
        same_class=same_class,
    )
