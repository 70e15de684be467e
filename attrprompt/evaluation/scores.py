"""Scores of a classifier from what it predicted: accuracy, F1, calibration, and how much they hang on the test texts.

Scores come as rows `accuracy, macro F1, F1 of each class`, so that one resampling serves all of them. What several
labels a text are scored by stands in `label_scores`; both are a `Scoring` to whoever trains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

Membership = NDArray[np.bool_]

RESAMPLES = 1000
BINS = 10
CLASS_METRICS = ("accuracy", "macro_f1")
_PORTION = 50  # resamples whose confusion matrices are in memory at once

PredictionT = TypeVar("PredictionT")
ScoredT = TypeVar("ScoredT", contravariant=True)


@dataclass(frozen=True)
class Predictions:
    """What a classifier says of the test texts: the class of each, and the probability that it gives this class."""

    codes: Codes
    confidence: Floats


@dataclass(frozen=True)
class Hits:
    """A score as Σ hits ÷ Σ claims over test texts, so that it can be had again for texts drawn anew."""

    hits: Floats
    claims: Floats

    @property
    def value(self) -> float:
        """The score."""
        return float(self.hits.sum() / self.claims.sum())


class Scoring(Protocol[ScoredT]):
    """Test texts with their truth, by which predictions are scored."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the first scores of a row; the F1 of each class follows."""
        ...

    @property
    def headline(self) -> str:
        """The metric of curves and of budgets: that of `count_hits`."""
        ...

    def score(self, predictions: ScoredT) -> Floats:
        """The row of scores of these predictions."""
        ...

    def resample(self, predictions: Sequence[ScoredT], *, seed: int) -> Floats:
        """Scores on test texts drawn anew with replacement: (resample, classifier, score); all on the same texts."""
        ...

    def count_hits(self, predictions: ScoredT) -> Hits:
        """The headline score, text by text."""
        ...

    def check_confidence(self, predictions: ScoredT) -> tuple[Floats, Membership]:
        """Probabilities and whether each came true, a row a text."""
        ...


@dataclass(frozen=True)
class ClassScoring:
    """Test texts with one class each."""

    truth: Codes
    classes: int
    metrics: tuple[str, ...] = CLASS_METRICS
    headline: str = "accuracy"

    def score(self, predictions: Predictions) -> Floats:
        """Accuracy, macro F1 and the F1 of each class."""
        return score(self.truth, predictions.codes, self.classes)

    def resample(self, predictions: Sequence[Predictions], *, seed: int) -> Floats:
        """The same on test texts drawn anew."""
        return resample_scores(self.truth, [predicted.codes for predicted in predictions], self.classes, seed=seed)

    def count_hits(self, predictions: Predictions) -> Hits:
        """Accuracy: one where the class is right."""
        right = (predictions.codes == self.truth).astype(np.float64)
        return Hits(right, np.ones_like(right))

    def check_confidence(self, predictions: Predictions) -> tuple[Floats, Membership]:
        """The probability of the predicted class, and whether it is the right one."""
        return predictions.confidence, predictions.codes == self.truth


def count_confusion(truth: Codes, predicted: Codes, classes: int) -> NDArray[np.int64]:
    """How many texts of each class (row) were taken for each class (column)."""
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def score_confusion(confusion: NDArray[Any]) -> Floats:
    """Accuracy, macro F1 and the F1 of each class along the last axis, for one matrix or a stack of them.

    F1 = 2 TP ÷ (2 TP + FP + FN), 0 for a class that neither occurs nor is predicted; macro F1 is its mean over
    classes. All lie in 0 to 1, higher is better.
    """
    matrices = np.asarray(confusion, dtype=np.float64)
    right = np.diagonal(matrices, axis1=-2, axis2=-1)
    claimed = matrices.sum(axis=-2) + matrices.sum(axis=-1)
    f1 = np.divide(2 * right, claimed, out=np.zeros_like(right), where=claimed > 0)
    accuracy = right.sum(axis=-1) / matrices.sum(axis=(-2, -1))
    return np.concatenate([accuracy[..., None], f1.mean(axis=-1)[..., None], f1], axis=-1)


def score(truth: Codes, predicted: Codes, classes: int) -> Floats:
    """The row of scores of these predictions."""
    return score_confusion(count_confusion(truth, predicted, classes))


def resample_scores(truth: Codes, predictions: list[Codes], classes: int, *, seed: int) -> Floats:
    """Scores on test texts drawn anew with replacement: (resample, classifier, score).

    All classifiers are scored on the same drawn texts. Texts with the same class and the same predictions are
    interchangeable, so their counts are drawn in place of the texts.
    """
    cells, counts = np.unique(np.stack([truth, *predictions]), axis=1, return_counts=True)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(truth), counts / len(truth), size=RESAMPLES)
    found = np.empty((RESAMPLES, len(predictions), classes + 2))
    for number in range(len(predictions)):
        pairs = cells[0] * classes + cells[1 + number]
        into = np.zeros((len(pairs), classes * classes))
        into[np.arange(len(pairs)), pairs] = 1
        for start in range(0, RESAMPLES, _PORTION):
            part = slice(start, start + _PORTION)
            found[part, number] = score_confusion((drawn[part] @ into).reshape(-1, classes, classes))
    return found


@dataclass(frozen=True)
class ReliabilityBin:
    """Texts whose confidence lies between `low` and `high`: how sure the classifier was, how often it was right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def bin_reliability(probabilities: Floats, came_true: Membership) -> tuple[ReliabilityBin, ...]:
    """Texts by the probability of the predicted class, in ten bins of equal width; empty bins are left out.

    Where a text has several probabilities (a row of them), each counts.
    """
    confidence, right = probabilities.ravel(), came_true.ravel()
    bins = _find_bins(confidence)
    return tuple(
        ReliabilityBin(
            low=number / BINS,
            high=(number + 1) / BINS,
            n=int((bins == number).sum()),
            confidence=float(confidence[bins == number].mean()),
            accuracy=float(right[bins == number].mean()),
        )
        for number in range(BINS)
        if (bins == number).any()
    )


def measure_calibration_error(confidence: Floats, right: Membership) -> float:
    """Expected calibration error (Guo et al. 2017): Σ share of bin × |accuracy - confidence|; 0 is best, 1 worst."""
    points, outcome = confidence.ravel(), right.ravel()
    gaps = np.bincount(_find_bins(points), weights=outcome - points, minlength=BINS)
    return float(np.abs(gaps).sum() / len(points))


def resample_calibration_error(confidence: Floats, right: Membership, *, seed: int) -> Floats:
    """The calibration error on test texts drawn anew with replacement; a row a text, of one or more probabilities."""
    texts = len(right)
    points = confidence.reshape(texts, -1)
    member = np.zeros((texts, BINS))
    np.add.at(member, (np.arange(texts)[:, None], _find_bins(points)), right.reshape(texts, -1) - points)
    weights = draw_texts(texts, RESAMPLES, np.random.default_rng(seed))
    gaps: Floats = np.abs(weights @ member).sum(axis=1) / points.size
    return gaps


def draw_texts(texts: int, times: int, rng: np.random.Generator) -> Floats:
    """How often each text is drawn when as many as there are are drawn with replacement: (time, text)."""
    return rng.multinomial(texts, np.full(texts, 1 / texts), size=times).astype(np.float64)


def _find_bins(confidence: Floats) -> Codes:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
