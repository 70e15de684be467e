"""Curves: the score against the number of training texts, and against the tokens that they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from attrprompt.evaluation.probe import (
    DRAW_FACTOR,
    Check,
    Texts,
    Trained,
    draw_per_class,
    fit_and_predict,
    make_estimate,
)
from attrprompt.evaluation.scores import RESAMPLES, Floats, resample_scores, score

SIZES = (2, 5, 10, 20, 50, 100, 200, 500, 1000)
REPEATS = 10
CURVE_METHOD = "mean over 10 draws; variance over draws × m ÷ (n - m) + variance over resampled test texts"


@dataclass(frozen=True)
class CurvePoint:
    """Scores with so many training texts.

    Attributes:
        n: texts, in all classes.
        per_class: texts of each class, where it has so many.
        scores: accuracy and macro F1 as estimates.
        training_error: standard error of the accuracy that comes from the choice of training texts.
        right: for each test text how often it was classified rightly over the draws.
    """

    n: int
    per_class: int
    scores: Mapping[str, Any]
    training_error: float
    right: Floats

    def to_json(self) -> dict[str, Any]:
        """What charts need."""
        return {"n": self.n, "per_class": self.per_class, **self.scores}


def measure_curve(
    texts: Texts, test: Texts, full: Trained, *, seed: int, check: Check | None = None
) -> list[CurvePoint]:
    """The score at growing numbers of texts of each class, and at full size (`full`).

    A point's interval covers another set of texts of this size of stock: variance over draws × m ÷ (n - m), plus
    variance ÷ draws for their finite number, plus the variance over test texts.
    """
    largest = int(np.bincount(texts.codes).max())
    points = []
    for per_class in (size for size in SIZES if size <= DRAW_FACTOR / (1 + DRAW_FACTOR) * largest):
        points.append(_measure_point(texts, test, full.classes, per_class, seed=seed, check=check))
    right = (full.whole.codes == full.truth).astype(np.float64)
    scores = {name: full.estimate(place).to_json() for place, name in enumerate(("accuracy", "macro_f1"))}
    error = math.sqrt(DRAW_FACTOR * float(full.draw_scores[:, 0].var(ddof=1)))
    return [*points, CurvePoint(texts.n, largest, scores, error, right)]


def _measure_point(
    texts: Texts, test: Texts, classes: int, per_class: int, *, seed: int, check: Check | None
) -> CurvePoint:
    predictions = []
    for number in range(REPEATS):
        if check is not None:
            check()
        rows = draw_per_class(texts, per_class, seed=(seed, per_class, number))
        predictions.append(fit_and_predict(texts.take(rows), test).codes)
    found = np.stack([score(test.codes, each, classes) for each in predictions])
    spread = found.var(axis=0, ddof=1)
    drawn = spread * (len(rows) / (texts.n - len(rows)) + 1 / REPEATS)
    tested = resample_scores(test.codes, predictions[:1], classes, seed=seed)[:, 0].var(axis=0, ddof=1)
    errors = np.sqrt(drawn + tested)
    scores = {
        name: make_estimate(
            float(found[:, place].mean()), float(errors[place]), texts.n, repeats=REPEATS, method=CURVE_METHOD
        ).to_json()
        for place, name in enumerate(("accuracy", "macro_f1"))
    }
    right = np.stack([each == test.codes for each in predictions]).mean(axis=0)
    return CurvePoint(len(rows), per_class, scores, math.sqrt(float(drawn[0])), right)


@dataclass(frozen=True)
class TokenCost:
    """What a data set cost: tokens for its texts, and tokens spent once before the first of them (elicitation)."""

    texts: int
    once: int
    rows: int

    def cost_of(self, n: float) -> float:
        """Tokens for n of its texts, failed requests and retries shared out over them."""
        return self.once + self.texts * n / self.rows


@dataclass(frozen=True)
class BudgetShare:
    """At which share of the reference set's cost another set reaches the reference's accuracy at full size.

    Attributes:
        share: None where it is not reached.
        low: lower end of the 95 % interval.
        high: upper end; None where over 2.5 % of the resamples do not reach it.
        reached: share of resamples that reach it.
        tokens: what it costs to get there.
        target: the accuracy to reach.
    """

    a: str
    reference: str
    target: float
    share: float | None
    low: float | None
    high: float | None
    reached: float
    tokens: float | None
    reference_tokens: float

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def find_budget_share(
    a: tuple[str, Sequence[CurvePoint], TokenCost], b: tuple[str, Sequence[CurvePoint], TokenCost], *, seed: int
) -> BudgetShare:
    """The share of b's cost at which a reaches b's accuracy at full size, on curves smoothed to be monotone.

    The interval comes from resampled test texts, the same for both curves, with the training texts' error added to
    each point.
    """
    (name, points, cost), (reference, reference_points, reference_cost) = a, b
    tokens = np.array([cost.cost_of(each.n) for each in points])
    full_cost = reference_cost.cost_of(reference_points[-1].n)
    own = np.stack([each.right for each in points])
    other = np.stack([each.right for each in reference_points])
    target, needed = _cross(own.mean(axis=1), other.mean(axis=1), tokens)
    rng = np.random.default_rng(seed)
    tests = own.shape[1]
    weights = rng.multinomial(tests, np.full(tests, 1 / tests), size=RESAMPLES) / tests
    own_error = np.array([each.training_error for each in points])
    other_error = np.array([each.training_error for each in reference_points])
    own_drawn = weights @ own.T + rng.normal(size=(RESAMPLES, len(points))) * own_error
    other_drawn = weights @ other.T + rng.normal(size=(RESAMPLES, len(reference_points))) * other_error
    crossings = (_cross(one, two, tokens)[1] for one, two in zip(own_drawn, other_drawn, strict=True))
    shares = np.array([math.inf if each is None else each / full_cost for each in crossings])
    low, high = np.quantile(shares, [0.025, 0.975], method="closest_observation")
    return BudgetShare(
        a=name,
        reference=reference,
        target=target,
        share=None if needed is None else needed / full_cost,
        low=None if math.isinf(low) else float(low),
        high=None if math.isinf(high) else float(high),
        reached=float(np.isfinite(shares).mean()),
        tokens=needed,
        reference_tokens=full_cost,
    )


def smooth_monotone(values: Floats) -> Floats:
    """The nearest curve that never falls (least squares, by pooling neighbours that fall)."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            before, length = blocks.pop()
            blocks.append([(before * length + mean * size) / (length + size), length + size])
    return np.concatenate([np.full(round(size), mean) for mean, size in blocks])


def _cross(own: Floats, other: Floats, tokens: Floats) -> tuple[float, float | None]:
    """The accuracy to reach, and the least number of tokens at which the own curve, joined by lines, reaches it."""
    target = float(smooth_monotone(other)[-1])
    curve = smooth_monotone(own)
    above = np.flatnonzero(curve >= target)
    if not len(above):
        return target, None
    first = int(above[0])
    if first == 0:
        return target, float(tokens[0])
    rise = (target - curve[first - 1]) / (curve[first] - curve[first - 1])
    return target, float(tokens[first - 1] + rise * (tokens[first] - tokens[first - 1]))
