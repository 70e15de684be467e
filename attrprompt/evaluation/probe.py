"""The probe: logistic regression on frozen sentence embeddings, trained on one set of texts, tested on gold.

An interval covers both sources of chance: which texts were generated and which were tested. The first is the
variance over 20 stratified draws of 80 % of the training texts times m ÷ (n - m) = 4 (delete-d jackknife, Shao & Wu
1989); the second is the variance over resampled test texts. A bootstrap over test texts alone takes two training sets
from one source for different ones.

Two training sets are compared on the same test texts and the same draw numbers, so that what they share cancels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.statistics.estimate import Z95, Comparison, Estimate
from attrprompt.errors import StopCheck
from attrprompt.evaluation.label_scores import LabelPredictions, LabelScoring
from attrprompt.evaluation.scores import (
    ClassScoring,
    Codes,
    Floats,
    Membership,
    Predictions,
    PredictionT,
    Scoring,
    measure_calibration_error,
    resample_calibration_error,
)

PENALTY = 1.0
MOST_ITERATIONS = 1300
DRAWS = 20
DRAWN_SHARE = 0.8
DRAW_FACTOR = DRAWN_SHARE / (1 - DRAWN_SHARE)
FEWEST_FOR_INTERVAL = 20
METHOD = "variance over 20 draws of 80 % of the training texts × 4 + variance over resampled test texts"


@dataclass(frozen=True)
class Texts:
    """Texts as a classifier takes them.

    Attributes:
        vectors: sentence embeddings, one unit row a text.
        codes: the number of each text's class; of a text with several labels the one under which it is drawn.
        parts: which data set each text came from.
        membership: which text (row) has which label (column), where texts have several; None where each has one.
    """

    vectors: NDArray[np.float32]
    codes: Codes
    parts: Codes
    membership: Membership | None = None

    @property
    def n(self) -> int:
        """Number of texts."""
        return len(self.codes)

    def take(self, rows: Codes) -> Texts:
        """Some of the texts."""
        membership = None if self.membership is None else self.membership[rows]
        return Texts(self.vectors[rows], self.codes[rows], self.parts[rows], membership)


@dataclass(frozen=True)
class Trained(Generic[PredictionT]):
    """A training set under test: predictions of all its texts, and scores of each draw of 80 % of them.

    Attributes:
        scoring: the test texts with their truth.
        n: training texts.
        draw_scores: a row of scores a draw.
        draw_calibration: the calibration error of each draw.
    """

    scoring: Scoring[PredictionT]
    n: int
    whole: PredictionT
    draw_scores: Floats
    draw_calibration: Floats
    seed: int

    @cached_property
    def scores(self) -> Floats:
        """The scores of `scoring.metrics`, then the F1 of each class."""
        return self.scoring.score(self.whole)

    @cached_property
    def standard_errors(self) -> Floats:
        """Of each score, from both sources."""
        test = self.scoring.resample([self.whole], seed=self.seed)[:, 0]
        errors: Floats = np.sqrt(DRAW_FACTOR * self.draw_scores.var(axis=0, ddof=1) + test.var(axis=0, ddof=1))
        return errors

    def estimate(self, number: int) -> Estimate:
        """One score with its interval, by its number in `scores`."""
        return make_estimate(float(self.scores[number]), float(self.standard_errors[number]), self.n)

    def estimate_metrics(self) -> dict[str, Estimate]:
        """The scores of `scoring.metrics` by name."""
        return {name: self.estimate(number) for number, name in enumerate(self.scoring.metrics)}

    def estimate_calibration(self) -> Estimate:
        """The expected calibration error with its interval."""
        confidence, right = self.scoring.check_confidence(self.whole)
        test = resample_calibration_error(confidence, right, seed=self.seed)
        error = math.sqrt(DRAW_FACTOR * float(self.draw_calibration.var(ddof=1)) + float(test.var(ddof=1)))
        return make_estimate(measure_calibration_error(confidence, right), error, self.n)


def make_scoring(test: Texts, classes: int) -> Scoring[Any]:
    """How predictions of these test texts are scored."""
    return ClassScoring(test.codes, classes) if test.membership is None else LabelScoring(test.membership)


def train(texts: Texts, test: Texts, classes: int, *, seed: int, check: StopCheck | None = None) -> Trained[Any]:
    """Fit the probe on all texts and on each draw of them, and predict the test texts.

    Args:
        texts: at least one of each class.
        test: what is predicted.
        classes: number of classes.
        seed: of the draws; draw number d of one data set is the same in every training set that holds it.
        check: called before each fit; may raise to stop.
    """
    scoring = make_scoring(test, classes)
    scores, calibration = [], []
    for number in range(DRAWS):
        if check is not None:
            check()
        drawn = predict(texts.take(draw_share(texts, number, seed=seed)), test)
        scores.append(scoring.score(drawn))
        calibration.append(measure_calibration_error(*scoring.check_confidence(drawn)))
    return Trained(scoring, texts.n, predict(texts, test), np.stack(scores), np.array(calibration), seed)


def predict(texts: Texts, test: Texts) -> Any:
    """Predictions of a probe fitted on `texts`, as the scoring of `test` takes them."""
    return fit_and_predict(texts, test) if texts.membership is None else fit_and_predict_labels(texts, test)


def fit_and_predict(texts: Texts, test: Texts) -> Predictions:
    """Predictions of a logistic regression (L2, C = 1) fitted on `texts`."""
    from sklearn.linear_model import LogisticRegression

    with limit_threads():
        model = LogisticRegression(C=PENALTY, max_iter=MOST_ITERATIONS)
        model.fit(texts.vectors.astype(np.float64), texts.codes)
        shares = model.predict_proba(test.vectors.astype(np.float64))
    best = shares.argmax(axis=1)
    return Predictions(model.classes_[best].astype(np.int64), shares[np.arange(len(best)), best])


def fit_and_predict_labels(texts: Texts, test: Texts) -> LabelPredictions:
    """Predictions of one logistic regression (L2, C = 1) for each label: it against all others.

    A label that no training text has is never given, one that all have always: there is nothing to tell apart. The
    arithmetic is float32, as the vectors are: with many labels it saves a third of the time and moves no probability
    by 1e-5.
    """
    from sklearn.linear_model import LogisticRegression

    assert texts.membership is not None
    shares = np.empty((test.n, texts.membership.shape[1]))
    with limit_threads():
        for label, has in enumerate(texts.membership.T):
            if has.all() or not has.any():
                shares[:, label] = float(has[0])
                continue
            model = LogisticRegression(C=PENALTY, max_iter=MOST_ITERATIONS)
            shares[:, label] = model.fit(texts.vectors, has).predict_proba(test.vectors)[:, 1]
    return LabelPredictions(shares)


def limit_threads() -> Any:
    """One thread while the probe is fitted: its matrices are small, and a second one waits more than it works."""
    return _find_thread_pools().limit(limits=1)


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


def draw_equal(sets: Sequence[Texts], *, seed: int) -> list[Codes]:
    """Rows of each set: of every class as many texts as the set with the fewest has, the same number in all sets."""
    codes = np.unique(np.concatenate([dataset.codes for dataset in sets]))
    fewest = {int(code): min(int((dataset.codes == code).sum()) for dataset in sets) for code in codes}
    drawn = []
    for dataset in sets:
        rng = np.random.default_rng([seed, *fewest.values()])
        rows = [rng.permutation(np.flatnonzero(dataset.codes == code))[:n] for code, n in fewest.items()]
        drawn.append(np.sort(np.concatenate(rows)))
    return drawn


def compare(a: tuple[str, Trained[Any]], b: tuple[str, Trained[Any]], scope: str) -> list[Comparison]:
    """The metrics of two training sets, paired by test text and by draw number; verdicts come later."""
    (name_a, one), (name_b, other) = a, b
    drawn = one.draw_scores - other.draw_scores
    tested = one.scoring.resample([one.whole, other.whole], seed=one.seed)
    variances = DRAW_FACTOR * drawn.var(axis=0, ddof=1) + (tested[:, 0] - tested[:, 1]).var(axis=0, ddof=1)
    compared = []
    for number, metric in enumerate(one.scoring.metrics):
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
