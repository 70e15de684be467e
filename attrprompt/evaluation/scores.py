"""Scores of a classifier from what it predicted: accuracy, F1, calibration, and how much they hang on the test texts.

Scores come as rows `accuracy, macro F1, F1 of each class`, so that one resampling serves all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

RESAMPLES = 1000
BINS = 10
_PORTION = 50  # resamples whose confusion matrices are in memory at once


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
        place = cells[0] * classes + cells[1 + number]
        into = np.zeros((len(place), classes * classes))
        into[np.arange(len(place)), place] = 1
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


def bin_reliability(confidence: Floats, right: NDArray[np.bool_]) -> list[ReliabilityBin]:
    """Texts by the probability of the predicted class, in ten bins of equal width; empty bins are left out."""
    places = _find_bins(confidence)
    return [
        ReliabilityBin(
            low=number / BINS,
            high=(number + 1) / BINS,
            n=int((places == number).sum()),
            confidence=float(confidence[places == number].mean()),
            accuracy=float(right[places == number].mean()),
        )
        for number in range(BINS)
        if (places == number).any()
    ]


def measure_calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error (Guo et al. 2017): Σ share of bin × |accuracy - confidence|; 0 is best, 1 worst."""
    gaps = np.bincount(_find_bins(confidence), weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def resample_calibration_error(confidence: Floats, right: NDArray[np.bool_], *, seed: int) -> Floats:
    """The calibration error on test texts drawn anew with replacement."""
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(right), np.full(len(right), 1 / len(right)), size=RESAMPLES)
    member = np.zeros((len(right), BINS))
    member[np.arange(len(right)), _find_bins(confidence)] = right - confidence
    gaps: Floats = np.abs(weights @ member).sum(axis=1) / len(right)
    return gaps


def _find_bins(confidence: Floats) -> Codes:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
