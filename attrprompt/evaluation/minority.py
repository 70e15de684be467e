"""Minority classes: what each class gains from another training set, against how many texts of it there were.

Exploratory throughout: the gains of classes come from one pair of classifiers. An evaluation keeps the interval of each
set's F1 but not their pairing, so the variances are added; the sets share test texts, which makes the interval too wide
rather than too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from attrprompt.analysis.statistics.estimate import Z95, Estimate
from attrprompt.analysis.statistics.verdicts import correct_by_benjamini_hochberg
from attrprompt.evaluation.result import Evaluation
from attrprompt.evaluation.scores import Floats
from attrprompt.plots.plot import Axis, Mark, Plot, Point, Series

FEWEST_TESTS = 30
FEWEST_CLASSES = 5
PERMUTATIONS = 10_000
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class ClassGain:
    """F1 after minus F1 before of one class.

    Attributes:
        texts: training texts of the class before.
        tests: test texts of the class.
        gain: None where too few test texts would make it chance.
        q: p corrected over the classes (Benjamini-Hochberg).
        note: why there is no figure.
    """

    label: str
    texts: int
    tests: int
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """Spearman's rank correlation of gain and frequency over classes; below 0 the rare ones gain more."""

    rho: float
    p: float
    classes: int


def measure_gains(evaluation: Evaluation, before: str, after: str) -> list[ClassGain]:
    """The gain of each class, the rarest first.

    Args:
        evaluation: of both training sets.
        before: the training set that is held against; its counts are the frequencies.
        after: the other one.
    """
    first, second = evaluation.models[before], evaluation.models[after]
    tests = first.confusion.texts_by_label
    gains = [
        _measure(
            label,
            first.training_texts.per_class[label],
            tests[label],
            first.per_class_f1[label],
            second.per_class_f1[label],
        )
        for label in evaluation.classes
    ]
    known = [gain for gain in gains if gain.p is not None]
    corrected = correct_by_benjamini_hochberg([gain.p or 0.0 for gain in known])
    by_label = dict(zip([gain.label for gain in known], corrected, strict=True))
    filled = [replace(gain, q=by_label.get(gain.label)) for gain in gains]
    return sorted(filled, key=lambda gain: (gain.texts, gain.label))


def measure_trend(gains: Sequence[ClassGain], *, seed: int = 0) -> Trend | None:
    """How gain goes with frequency; None for under five classes with a figure or where all are equally frequent."""
    known = [(label.texts, label.gain) for label in gains if label.gain is not None]
    if len(known) < FEWEST_CLASSES or len({texts for texts, _ in known}) < 2:
        return None
    frequencies, values = (_rank(np.array(column, dtype=np.float64)) for column in zip(*known, strict=True))
    if not values.std():
        return None
    rho = float(np.corrcoef(frequencies, values)[0, 1])
    rng = np.random.default_rng(seed)
    drawn = np.array([np.corrcoef(rng.permutation(frequencies), values)[0, 1] for _ in range(PERMUTATIONS)])
    reached = int((np.abs(drawn) >= abs(rho) - 1e-12).sum())
    return Trend(rho, (reached + 1) / (PERMUTATIONS + 1), len(known))


def describe_gains(gains: Sequence[ClassGain], colour: str, muted: str) -> Plot:
    """Gain against frequency, a point a class, named; 0 is no gain."""
    known = [gain for gain in gains if gain.gain is not None]
    points = tuple(
        Point(
            gain.texts,
            gain.gain or 0.0,
            gain.low,
            gain.high,
            words=gain.label if len(known) <= MOST_NAMED else "",
            hover=(f"{gain.label}: {gain.gain:+.3f}, {gain.texts:,} training texts, {gain.tests:,} test texts",),
        )
        for gain in known
    )
    texts = [gain.texts for gain in known]
    none = tuple(Point(end, 0) for end in (min(texts), max(texts)))
    is_wide = max(texts) > 10 * min(texts) > 0
    return Plot(
        Axis("Training texts of the class before", is_log=is_wide),
        Axis("Gain in F1"),
        (Series(none, Mark.LINE, muted), Series(points, Mark.POINTS, colour, size=10)),
    )


def _measure(label: str, texts: int, tests: int, before: Estimate, after: Estimate) -> ClassGain:
    if tests < FEWEST_TESTS:
        return ClassGain(label, texts, tests, note=f"too few test texts: {tests}")
    gain = after.value - before.value
    of_before, of_after = _find_error(before), _find_error(after)
    if of_before is None or of_after is None:
        return ClassGain(label, texts, tests, gain, note="no interval")
    error = math.hypot(of_before, of_after)
    p = math.erfc(abs(gain) / error / math.sqrt(2))
    return ClassGain(label, texts, tests, gain, gain - Z95 * error, gain + Z95 * error, p)


def _find_error(estimate: Estimate) -> float | None:
    """The standard error behind an interval; intervals are cut at 0 and 1, so the longer half tells it."""
    if estimate.low is None or estimate.high is None:
        return None
    reach = max(estimate.high - estimate.value, estimate.value - estimate.low)
    return float(reach / Z95) if reach > 0 else None


def _rank(values: Floats) -> Floats:
    """Ranks from 0; equal values share the mean of theirs."""
    _, groups, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts + 1) / 2)[groups]
    return ranks
