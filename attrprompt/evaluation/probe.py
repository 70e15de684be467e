"""The probe: logistic regression on frozen sentence embeddings, trained on one set of texts, tested on gold.

An interval covers both sources of chance: which texts were generated and which were tested. The first is the
variance over 20 stratified draws of 80 % of the training texts times m ÷ (n - m) = 4 (delete-d jackknife, Shao & Wu
1989); the second is the variance over resampled test texts. A bootstrap over test texts alone takes two training sets
from one source for different ones.

Two training sets are compared on the same test texts and the same draw numbers, so that what they share cancels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.estimate import Z95, Comparison, Estimate
from attrprompt.evaluation.scores import (
    Codes,
    Floats,
    measure_calibration_error,
    resample_calibration_error,
    resample_scores,
    score,
)

PENALTY = 1.0
MOST_ITERATIONS = 1300
DRAWS = 20
DRAWN_SHARE = 0.8
DRAW_FACTOR = DRAWN_SHARE / (1 - DRAWN_SHARE)
FEWEST_FOR_INTERVAL = 20
METHOD = "variance over 20 draws of 80 % of the training texts × 4 + variance over resampled test texts"
SCORES = ("accuracy", "macro_f1")

Check = Callable[[], None]


@dataclass(frozen=True)
class Texts:
    """Texts as a classifier takes them.

    Attributes:
        vectors: sentence embeddings, one unit row a text.
        codes: the number of each text's class.
        parts: which data set each text came from.
    """

    vectors: NDArray[np.float32]
    codes: Codes
    parts: Codes

    @property
    def n(self) -> int:
        """Number of texts."""
        return len(self.codes)

    def take(self, rows: Codes) -> Texts:
        """Some of the texts."""
        return Texts(self.vectors[rows], self.codes[rows], self.parts[rows])


@dataclass(frozen=True)
class Predictions:
    """What a classifier says of the test texts: the class of each, and the probability that it gives this class."""

    codes: Codes
    confidence: Floats


@dataclass(frozen=True)
class Trained:
    """A training set under test: predictions of all its texts, and of each draw of 80 % of them.

    Attributes:
        truth: the classes of the test texts.
        classes: number of classes.
        n: training texts.
    """

    truth: Codes
    classes: int
    n: int
    whole: Predictions
    draws: tuple[Predictions, ...]
    seed: int

    @cached_property
    def scores(self) -> Floats:
        """Accuracy, macro F1 and the F1 of each class."""
        return score(self.truth, self.whole.codes, self.classes)

    @cached_property
    def draw_scores(self) -> Floats:
        """The same of each draw."""
        return np.stack([score(self.truth, each.codes, self.classes) for each in self.draws])

    @cached_property
    def standard_errors(self) -> Floats:
        """Of each score, from both sources."""
        test = resample_scores(self.truth, [self.whole.codes], self.classes, seed=self.seed)[:, 0]
        errors: Floats = np.sqrt(DRAW_FACTOR * self.draw_scores.var(axis=0, ddof=1) + test.var(axis=0, ddof=1))
        return errors

    def estimate(self, number: int) -> Estimate:
        """One score with its interval: 0 accuracy, 1 macro F1, then the F1 of each class."""
        return make_estimate(float(self.scores[number]), float(self.standard_errors[number]), self.n)

    def estimate_calibration(self) -> Estimate:
        """The expected calibration error with its interval."""
        right = self.whole.codes == self.truth
        drawn = [measure_calibration_error(each.confidence, each.codes == self.truth) for each in self.draws]
        test = resample_calibration_error(self.whole.confidence, right, seed=self.seed)
        error = math.sqrt(DRAW_FACTOR * float(np.var(drawn, ddof=1)) + float(test.var(ddof=1)))
        return make_estimate(measure_calibration_error(self.whole.confidence, right), error, self.n)


def train(texts: Texts, test: Texts, classes: int, *, seed: int, check: Check | None = None) -> Trained:
    """Fit the probe on all texts and on each draw of them, and predict the test texts.

    Args:
        texts: at least one of each class.
        test: what is predicted.
        classes: number of classes.
        seed: of the draws; draw number d of one data set is the same in every training set that holds it.
        check: called before each fit; may raise to stop.
    """
    draws = []
    for number in range(DRAWS):
        if check is not None:
            check()
        draws.append(fit_and_predict(texts.take(draw_share(texts, number, seed=seed)), test))
    return Trained(test.codes, classes, texts.n, fit_and_predict(texts, test), tuple(draws), seed)


def fit_and_predict(texts: Texts, test: Texts) -> Predictions:
    """Predictions of a logistic regression (L2, C = 1) fitted on `texts`."""
    from sklearn.linear_model import LogisticRegression

    with _find_thread_pools().limit(limits=1):  # the matrices are small: a second thread waits more than it works
        model = LogisticRegression(C=PENALTY, max_iter=MOST_ITERATIONS)
        model.fit(texts.vectors.astype(np.float64), texts.codes)
        shares = model.predict_proba(test.vectors.astype(np.float64))
    best = shares.argmax(axis=1)
    return Predictions(model.classes_[best].astype(np.int64), shares[np.arange(len(best)), best])


@lru_cache(maxsize=1)
def _find_thread_pools() -> Any:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def draw_share(texts: Texts, number: int, *, seed: int) -> Codes:
    """The rows of draw `number`: 80 % of each class of each data set, at least one text of it."""
    rows = []
    for part in np.unique(texts.parts):
        for code in np.unique(texts.codes):
            stock = np.flatnonzero((texts.parts == part) & (texts.codes == code))
            if len(stock):
                rng = np.random.default_rng([seed, number, int(part), int(code)])
                rows.append(rng.permutation(stock)[: max(1, round(DRAWN_SHARE * len(stock)))])
    return np.sort(np.concatenate(rows))


def draw_per_class(texts: Texts, per_class: int, *, seed: Sequence[int]) -> Codes:
    """Rows of `per_class` texts of each class, all of a class that has fewer."""
    rng = np.random.default_rng(list(seed))
    rows = [rng.permutation(np.flatnonzero(texts.codes == code))[:per_class] for code in np.unique(texts.codes)]
    return np.sort(np.concatenate(rows))


def compare(a: tuple[str, Trained], b: tuple[str, Trained], scope: str) -> list[Comparison]:
    """Accuracy and macro F1 of two training sets, paired by test text and by draw number; verdicts come later."""
    (name_a, one), (name_b, other) = a, b
    drawn = one.draw_scores - other.draw_scores
    tested = resample_scores(one.truth, [one.whole.codes, other.whole.codes], one.classes, seed=one.seed)
    variances = DRAW_FACTOR * drawn.var(axis=0, ddof=1) + (tested[:, 0] - tested[:, 1]).var(axis=0, ddof=1)
    compared = []
    for number, metric in enumerate(SCORES):
        difference, error = float(one.scores[number] - other.scores[number]), math.sqrt(float(variances[number]))
        has_interval = error > 0 and min(one.n, other.n) >= FEWEST_FOR_INTERVAL
        compared.append(
            Comparison(
                metric=metric,
                scope=scope,
                a=name_a,
                b=name_b,
                difference=difference,
                low=difference - Z95 * error if has_interval else None,
                high=difference + Z95 * error if has_interval else None,
                p=math.erfc(abs(difference) / error / math.sqrt(2)) if has_interval else None,
            )
        )
    return compared


def make_estimate(value: float, error: float, n: int, *, repeats: int = DRAWS, method: str = METHOD) -> Estimate:
    """A score with its interval, kept within 0 and 1; none under 20 training texts or where nothing varies."""
    if error <= 0 or n < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None, n, None, repeats, f"{method}; no interval")
    low, high = max(0.0, value - Z95 * error), min(1.0, value + Z95 * error)
    return Estimate(value, low, high, n, round(DRAWN_SHARE * n), repeats, method)
