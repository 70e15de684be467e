"""Curves: the score against the number of training texts, and against the tokens that they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attrprompt.errors import StopCheck
from attrprompt.evaluation.budget import BudgetShare
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.probe import DRAW_FACTOR, Texts, Trained, draw_per_class, make_estimate, predict
from attrprompt.evaluation.scores import RESAMPLES, Floats, Hits, Scoring, draw_texts

SIZES = (2, 5, 10, 20, 50, 100, 200, 500, 1000)
REPEATS = 10
CURVE_METHOD = "mean over 10 draws; variance over draws × m ÷ (n - m) + variance over resampled test texts"


@dataclass(frozen=True)
class MeasuredPoint:
    """Scores with so many training texts, and what a comparison of curves needs beside them.

    Attributes:
        n: texts, in all classes.
        per_class: texts of each class, where it has so many.
        training_error: standard error of the headline score that comes from the choice of training texts.
        hits: the headline score text by text, mean over the draws.
    """

    n: int
    per_class: int
    scores: Scores
    training_error: float
    hits: Hits


def measure_curve(
    texts: Texts, test: Texts, full: Trained[Any], *, seed: int, check: StopCheck | None = None
) -> list[MeasuredPoint]:
    """The score at growing numbers of texts of each class, and at full size (`full`).

    A point's interval covers another set of texts of this size of stock: variance over draws × m ÷ (n - m), plus
    variance ÷ draws for their finite number, plus the variance over test texts.
    """
    largest = int(np.bincount(texts.codes).max())
    points = []
    for per_class in (size for size in SIZES if size <= DRAW_FACTOR / (1 + DRAW_FACTOR) * largest):
        points.append(_measure_point(texts, test, full.scoring, per_class, seed=seed, check=check))
    headline = full.scoring.metrics.index(full.scoring.headline)
    error = math.sqrt(DRAW_FACTOR * float(full.draw_scores[:, headline].var(ddof=1)))
    hits = full.scoring.count_hits(full.whole)
    return [*points, MeasuredPoint(texts.n, largest, full.estimate_metrics(), error, hits)]


def _measure_point(
    texts: Texts, test: Texts, scoring: Scoring[Any], per_class: int, *, seed: int, check: StopCheck | None
) -> MeasuredPoint:
    predictions = []
    for number in range(REPEATS):
        if check is not None:
            check()
        rows = draw_per_class(texts, per_class, seed=(seed, per_class, number))
        predictions.append(predict(texts.take(rows), test))
    found = np.stack([scoring.score(predicted) for predicted in predictions])
    spread = found.var(axis=0, ddof=1)
    drawn = spread * (len(rows) / (texts.n - len(rows)) + 1 / REPEATS)
    tested = scoring.resample(predictions[:1], seed=seed)[:, 0].var(axis=0, ddof=1)
    errors = np.sqrt(drawn + tested)
    scores = {
        name: make_estimate(
            float(found[:, column].mean()), float(errors[column]), texts.n, repeats=REPEATS, method=CURVE_METHOD
        )
        for column, name in enumerate(scoring.metrics)
    }
    hits = [scoring.count_hits(predicted) for predicted in predictions]
    mean = Hits(np.mean([hit.hits for hit in hits], axis=0), np.mean([hit.claims for hit in hits], axis=0))
    headline = scoring.metrics.index(scoring.headline)
    return MeasuredPoint(len(rows), per_class, scores, math.sqrt(float(drawn[headline])), mean)


@dataclass(frozen=True)
class TokenCost:
    """What a data set cost: tokens for its texts, and tokens spent once before the first of them (elicitation)."""

    texts: int
    once: int
    rows: int

    def cost_of(self, n: float) -> float:
        """Tokens for n of its texts, failed requests and retries shared out over them."""
        return self.once + self.texts * n / self.rows

    def count_texts(self, tokens: float | None) -> float | None:
        """How many of its texts so many tokens pay for."""
        return None if tokens is None else (tokens - self.once) * self.rows / self.texts


def find_budget_share(
    a: tuple[str, Sequence[MeasuredPoint], TokenCost], b: tuple[str, Sequence[MeasuredPoint], TokenCost], *, seed: int
) -> BudgetShare:
    """The share of b's cost at which a reaches b's score at full size, on curves smoothed to be monotone.

    The interval comes from resampled test texts, the same for both curves, with the training texts' error added to
    each point.
    """
    (name, points, cost), (reference, reference_points, reference_cost) = a, b
    tokens = np.array([cost.cost_of(point.n) for point in points])
    full_cost = reference_cost.cost_of(reference_points[-1].n)
    whole = np.array([point.hits.value for point in points]), np.array([point.hits.value for point in reference_points])
    target, needed = _cross(*whole, tokens)
    rng = np.random.default_rng(seed)
    weights = draw_texts(len(points[0].hits.hits), RESAMPLES, rng)
    own_error = np.array([point.training_error for point in points])
    other_error = np.array([point.training_error for point in reference_points])
    own_drawn = _rescore(weights, points) + rng.normal(size=(RESAMPLES, len(points))) * own_error
    other_drawn = (
        _rescore(weights, reference_points) + rng.normal(size=(RESAMPLES, len(reference_points))) * other_error
    )
    crossings = (_cross(one, two, tokens)[1] for one, two in zip(own_drawn, other_drawn, strict=True))
    shares = np.array([math.inf if crossing is None else crossing / full_cost for crossing in crossings])
    low, high = np.quantile(shares, [0.025, 0.975], method="closest_observation")
    ends = [None if math.isinf(end) else float(end) for end in (low, high)]
    return BudgetShare(
        a=name,
        reference=reference,
        target=target,
        share=None if needed is None else needed / full_cost,
        low=ends[0],
        high=ends[1],
        reached=float(np.isfinite(shares).mean()),
        tokens=needed,
        reference_tokens=full_cost,
        texts=cost.count_texts(needed),
        texts_low=cost.count_texts(None if ends[0] is None else ends[0] * full_cost),
        texts_high=cost.count_texts(None if ends[1] is None else ends[1] * full_cost),
        reference_texts=reference_points[-1].n,
    )


def _rescore(weights: Floats, points: Sequence[MeasuredPoint]) -> Floats:
    """The score of each point (column) on test texts drawn anew (row)."""
    hits = weights @ np.stack([point.hits.hits for point in points]).T
    scores: Floats = hits / (weights @ np.stack([point.hits.claims for point in points]).T)
    return scores


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
    """The score to reach, and the least number of tokens at which the own curve, joined by lines, reaches it."""
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
