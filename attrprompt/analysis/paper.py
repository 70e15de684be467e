"""The view "as in the paper": AttrPrompt's own figures, over all texts of each set, sizes not equalised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.analysis.diversity.lexical import vocabulary_size, vocabulary_size_per_class
from attrprompt.analysis.regions.classified import ClassifiedContinents
from attrprompt.analysis.similarity.spread import PairSimilarities, sample_pair_similarities
from attrprompt.analysis.texts.selection import AnalysisSet, PreparedSet, TextChoice, name_labels, prepare_set
from attrprompt.analysis.texts.tokens import take_whole
from attrprompt.kept import Kept, LeftOut

HEADING = "the paper's definition, sizes not equalised"


@dataclass(frozen=True)
class PaperFigures(Kept):
    """AttrPrompt's figures of one set.

    Attributes:
        vocabulary_all: different words in the whole set; 0 where its texts hold none, as emoji do.
        vocabulary_class: different words in the texts of a label, averaged over labels.
        same_class: distribution of the cosine over random pairs of texts of one label; None without vectors.
    """

    n: int
    vocabulary_all: int
    vocabulary_class: float
    same_class: PairSimilarities | None


@dataclass(frozen=True)
class PaperView(Kept):
    """The view "as in the paper"; None for a part that was not asked for.

    Attributes:
        heading: whose definition this is.
        datasets: its figures of each data set.
        continents: the shares that its attribute classifier gives.
    """

    heading: str
    datasets: LeftOut[dict[str, PaperFigures]] = None
    continents: LeftOut[ClassifiedContinents] = None


def measure_as_in_paper(
    datasets: Sequence[AnalysisSet], *, choice: TextChoice | None = None, pairs: int = 20_000, seed: int = 0
) -> dict[str, PaperFigures]:
    """Vocabulary of the whole set and within class, and same-class cosines, for each set by name (Yu et al. 2023)."""
    names = name_labels(datasets)
    prepared = [prepare_set(dataset, choice or TextChoice(), names) for dataset in datasets]
    return {dataset.name: _measure_set(dataset, pairs, seed) for dataset in prepared}


def _measure_set(dataset: PreparedSet, pairs: int, seed: int) -> PaperFigures:
    by_label = [texts for label, texts in dataset.members.items() if label]
    whole = take_whole(dataset.table)
    classes = [take_whole(dataset.table, texts) for texts in by_label]
    same_class = None
    if dataset.vectors is not None and by_label:
        members = np.concatenate(by_label)
        codes = np.repeat(np.arange(len(by_label)), [len(texts) for texts in by_label])
        same_class = sample_pair_similarities(dataset.vectors[members], codes, within=True, pairs=pairs, seed=seed)
    return PaperFigures(
        n=dataset.n,
        vocabulary_all=int(vocabulary_size(whole)) if len(whole.tokens) else 0,
        vocabulary_class=vocabulary_size_per_class(classes) or 0.0,
        same_class=same_class,
    )
