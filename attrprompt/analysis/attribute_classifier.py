"""The attribute classifier, as AttrPrompt uses one: which value of an attribute a text has, judged by its embedding.

Logistic regression on sentence embeddings. A text that it was trained on is judged by the one of five classifiers that
did not see it. What it says of a set is its opinion: it errs, more in sets that it was not trained on, and it must
choose one of its classes. So every result carries its accuracy, and the share of texts of which it is not sure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.statistics.estimate import Z95, Estimate, wilson
from attrprompt.errors import InputError, StopCheck

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PENALTY = 1.0
MOST_ITERATIONS = 1300
FOLDS = 5
FEWEST_PER_CLASS = 20
SURE = 0.5
ACCURATE = 0.8
LARGEST_CONDITION = 10.0
METHOD = "logistic regression on embeddings, C = 1.0, max_iter = 1300, 5-fold cross-validation"
CORRECTION_HEADING = "assumes that confusion is the same in both sets"


@dataclass(frozen=True)
class AttributeClassifier:
    """A trained classifier with what it says of the texts it was trained on, each judged without having been seen.

    Attributes:
        classes: the values it can choose, in order.
        rows: the texts it was trained on, by their indices in the training set.
        truth: the class of each of these.
        held_out: the probability of each class (column) for each of these (row).
        left_out: texts by value, of values with too few of them.
    """

    classes: tuple[str, ...]
    rows: Integers
    truth: Integers
    held_out: Floats
    left_out: dict[str, int]
    model: Any

    @property
    def n(self) -> int:
        """Texts it was trained on, equal texts counted once."""
        return len(self.rows)

    @cached_property
    def accuracy(self) -> float:
        """Share of the training texts whose class it finds, in cross-validation."""
        return float((self.held_out.argmax(axis=1) == self.truth).mean())

    @property
    def majority(self) -> float:
        """The accuracy of always choosing the most frequent class."""
        return float(np.bincount(self.truth).max() / self.n)

    @cached_property
    def confusion(self) -> Integers:
        """Texts of each class (row) that it takes for each class (column), in cross-validation."""
        counts = np.zeros((len(self.classes), len(self.classes)), dtype=np.int64)
        np.add.at(counts, (self.truth, self.held_out.argmax(axis=1)), 1)
        return counts

    @cached_property
    def condition(self) -> float:
        """Condition number of the confusion matrix with rows that add up to 1; infinite where it has no inverse."""
        return float(np.linalg.cond(self.confusion / self.confusion.sum(axis=1, keepdims=True)))

    @property
    def why_uncorrected(self) -> str:
        """Why its shares cannot be corrected for its errors; empty where they can."""
        if self.accuracy < ACCURATE:
            return f"its cross-validated accuracy is {self.accuracy:.2f}, under {ACCURATE}"
        if self.condition > LARGEST_CONDITION:
            return f"its confusion matrix is badly conditioned ({self.condition:.0f}, over {LARGEST_CONDITION:.0f})"
        return ""

    def judge(self, vectors: NDArray[np.float32], *, own: bool = False) -> Floats:
        """The probability of each class for each text.

        Args:
            vectors: one row a text.
            own: whether these are the texts it was trained on; those it saw are then judged by cross-validation.
        """
        probabilities: Floats = np.asarray(self.model.predict_proba(vectors), dtype=np.float64)
        if own:
            probabilities[self.rows] = self.held_out
        return probabilities


def train_attribute_classifier(
    vectors: NDArray[np.float32],
    values: Sequence[str | None],
    texts: Sequence[str],
    *,
    seed: int = 0,
    fewest: int = FEWEST_PER_CLASS,
    check: StopCheck | None = None,
) -> AttributeClassifier:
    """Train on the texts that have a value; of equal texts on the first.

    Args:
        vectors: unit rows, one a text.
        values: the value of each text; None for texts that it is not trained on.
        texts: to find equal ones.
        seed: of the folds.
        fewest: a value with fewer texts is left out.
        check: called between fits; may raise to stop.

    Raises:
        InputError: fewer than two values have enough texts.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    kept, left_out = choose_training_texts(values, texts, fewest=fewest)
    classes = sorted({value for row in kept if (value := values[row]) is not None})
    if len(classes) < 2:
        raise InputError(say_too_few(left_out, fewest))
    rows = np.array(kept, dtype=np.int64)
    truth = np.array([classes.index(str(values[row])) for row in kept], dtype=np.int64)
    known = vectors[rows]

    def fit(chosen: Integers) -> Any:
        if check is not None:
            check()
        return LogisticRegression(C=PENALTY, max_iter=MOST_ITERATIONS).fit(known[chosen], truth[chosen])

    held_out = np.zeros((len(rows), len(classes)))
    for trained, held in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(known, truth):
        held_out[held] = fit(trained).predict_proba(known[held])
    model = fit(np.arange(len(rows), dtype=np.int64))
    return AttributeClassifier(tuple(classes), rows, truth, held_out, left_out, model)


def choose_training_texts(
    values: Sequence[str | None], texts: Sequence[str], *, fewest: int = FEWEST_PER_CLASS
) -> tuple[list[int], dict[str, int]]:
    """The texts that can be trained on, of equal ones the first, and the values that have too few with their number."""
    seen: set[str] = set()
    rows = []
    for row, (value, text) in enumerate(zip(values, texts, strict=True)):
        if value is not None and text not in seen:
            seen.add(text)
            rows.append(row)
    counts = Counter(str(values[row]) for row in rows)
    left_out = {value: n for value, n in sorted(counts.items()) if n < fewest}
    return [row for row in rows if values[row] not in left_out], left_out


def say_too_few(left_out: Mapping[str, int], fewest: int = FEWEST_PER_CLASS) -> str:
    """Why no classifier can be trained."""
    counts = ", ".join(f"{value}: {n}" for value, n in sorted(left_out.items(), key=lambda pair: -pair[1])[:5])
    return f"A classifier needs two values with {fewest} texts each" + (f"; there are {counts}." if counts else ".")


def estimate_shares(probabilities: Floats, classes: Sequence[str]) -> dict[str, Estimate]:
    """The share of the texts that it takes for each class, with Wilson's interval for the classifier as it is."""
    counts = np.bincount(probabilities.argmax(axis=1), minlength=len(classes))
    n = len(probabilities)
    return {name: wilson(int(count), n) for name, count in zip(classes, counts, strict=True)}


def count_unsure(probabilities: Floats) -> float:
    """Share of the texts for which no class has a probability of 0.5."""
    return float((probabilities.max(axis=1) < SURE).mean())


def correct_shares(shares: Mapping[str, float], classifier: AttributeClassifier) -> dict[str, float] | None:
    """Shares corrected for the classifier's errors; None where it is too inaccurate for that.

    The shares p, none negative and 1 in all, for which pᵀC comes nearest to the shares found, C the cross-validated
    confusion with rows that add up to 1 (adjusted classify and count, Forman 2008). It assumes that a text of a class
    is taken for each class as often in the set as among the training texts.
    """
    if classifier.why_uncorrected:
        return None
    from scipy.optimize import nnls

    confusion = classifier.confusion / classifier.confusion.sum(axis=1, keepdims=True)
    weight = 1e3  # holds the sum at 1 while the rest is fitted
    matrix = np.vstack([confusion.T, np.full(len(confusion), weight)])
    found = np.array([*(shares[name] for name in classifier.classes), weight])
    solved, _ = nnls(matrix, found)
    return dict(zip(classifier.classes, (solved / solved.sum()).tolist(), strict=True))


@dataclass(frozen=True)
class Separation:
    """How well texts asked for a value can be told from others.

    Attributes:
        auc: the chance that a text asked for the value gets a higher probability of it than one that was not, both of
            the same label: 0.5 cannot be told apart, 1 always. Its interval is DeLong's (1988).
        p: two-sided, of 0.5 (Wilcoxon's rank sum, label by label).
    """

    auc: Estimate
    p: float


def separate(scores: Floats, asked: NDArray[np.bool_], labels: Sequence[str]) -> Separation | None:
    """The area under the curve, label by label, weighted by pairs; None where no label has two texts of each kind.

    Args:
        scores: of each text the probability of the value, from a classifier that did not see it.
        asked: which texts were asked for the value.
        labels: of each text; only texts of one label are compared, since the label shows in the text too.
    """
    groups = np.unique(np.asarray(labels), return_inverse=True)[1]
    weights, areas, variances, null_variances = [], [], [], []
    for group in range(int(groups.max()) + 1 if len(groups) else 0):
        inside, outside = scores[(groups == group) & asked], scores[(groups == group) & ~asked]
        if len(inside) < 2 or len(outside) < 2:
            continue
        above, below = _rank(inside, outside)
        weights.append(float(len(inside) * len(outside)))
        areas.append(float(above.mean()))
        variances.append(float(above.var(ddof=1) / len(inside) + below.var(ddof=1) / len(outside)))
        null_variances.append((len(inside) + len(outside) + 1) / (12 * len(inside) * len(outside)))
    if not weights:
        return None
    shares = np.array(weights) / sum(weights)
    area = float(shares @ areas)
    error = math.sqrt(float(shares**2 @ variances))
    by_chance = math.sqrt(float(shares**2 @ null_variances))
    low, high = (max(0.0, area - Z95 * error), min(1.0, area + Z95 * error)) if error else (None, None)
    n = int(asked.sum())
    auc = Estimate(area, low, high, n, None, None, "area under the curve within labels, DeLong")
    return Separation(auc, math.erfc(abs(area - 0.5) / by_chance / math.sqrt(2)))


def _rank(inside: Floats, outside: Floats) -> tuple[Floats, Floats]:
    """For each score inside the share of those outside below it, for each outside the share inside above; ties half."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([inside, outside]))
    above = (ranks[: len(inside)] - rankdata(inside)) / len(outside)
    below = 1 - (ranks[len(inside) :] - rankdata(outside)) / len(inside)
    return above, below
