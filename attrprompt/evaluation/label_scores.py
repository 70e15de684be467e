"""Scores of a classifier that gives a text several labels: F1 over labels, and how well it ranks them.

Scores come as rows: `LABEL_METRICS` (as far as there are so many labels), then the F1 of each label. All lie in 0 to
1, higher is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attrprompt.errors import InputError
from attrprompt.evaluation.scores import RESAMPLES, Floats, Hits, Membership, draw_texts

THRESHOLD = 0.5
CUTOFFS = (1, 3, 5)
F1_METRICS = ("micro_f1", "macro_f1", "accuracy")
LABEL_METRICS = (*F1_METRICS, *(f"precision_at_{k}" for k in CUTOFFS), *(f"ndcg_at_{k}" for k in CUTOFFS), "mrr")
_PORTION = 50  # resamples whose weights are in memory at once


@dataclass(frozen=True)
class LabelPredictions:
    """What a classifier says of the test texts.

    Attributes:
        shares: the probability of each label (column) of each text (row).
        chosen: the labels that each text is given, where the classifier itself says so.
    """

    shares: Floats
    chosen: Membership | None = None

    @cached_property
    def given(self) -> Membership:
        """The labels that each text is given."""
        return give_labels(self.shares) if self.chosen is None else self.chosen


def give_labels(shares: Floats) -> Membership:
    """Each label of at least 0.5, and always the most probable one: every text of the task has a label.

    The authors' script leaves a text without a label where none reaches 0.5; with few texts a label that is most.
    """
    given: Membership = shares >= THRESHOLD
    given[np.arange(len(shares)), shares.argmax(axis=1)] = True
    return given


@dataclass(frozen=True)
class LabelScoring:
    """Test texts with several labels each.

    Attributes:
        truth: which text (row) has which label (column); each text has one at least.
    """

    truth: Membership
    headline: str = "micro_f1"

    def __post_init__(self) -> None:
        if not self.truth.size or not self.truth.any(axis=1).all():
            raise InputError("A text to be tested on has none of the labels. Leave it out of the test set.")

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """The k of precision and NDCG: those of which there are as many labels."""
        return tuple(k for k in CUTOFFS if k <= self.truth.shape[1])

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the first scores of a row."""
        left_out = {f"{name}_at_{k}" for name in ("precision", "ndcg") for k in CUTOFFS if k not in self.cutoffs}
        return tuple(name for name in LABEL_METRICS if name not in left_out)

    def score(self, predictions: LabelPredictions) -> Floats:
        """The row of scores of these predictions."""
        parts = self._list_parts(predictions)
        return self._score_sums(parts.sum(axis=0), len(parts))

    def resample(self, predictions: Sequence[LabelPredictions], *, seed: int) -> Floats:
        """The same on test texts drawn anew with replacement: (resample, classifier, score)."""
        parts = [self._list_parts(predicted) for predicted in predictions]
        texts, rng = len(self.truth), np.random.default_rng(seed)
        found = np.empty((RESAMPLES, len(parts), len(self.metrics) + self.truth.shape[1]))
        for start in range(0, RESAMPLES, _PORTION):
            weights = draw_texts(texts, min(_PORTION, RESAMPLES - start), rng)
            for number, part in enumerate(parts):
                found[start : start + len(weights), number] = self._score_sums(weights @ part, texts)
        return found

    def count_hits(self, predictions: LabelPredictions) -> Hits:
        """Micro F1: twice the labels rightly given, over labels given and labels that are there."""
        given = predictions.given
        return Hits(
            2.0 * (given & self.truth).sum(axis=1), given.sum(axis=1, dtype=np.float64) + self.truth.sum(axis=1)
        )

    def check_confidence(self, predictions: LabelPredictions) -> tuple[Floats, Membership]:
        """The probability of every label of every text, and whether the text has it."""
        return predictions.shares, self.truth

    def _list_parts(self, predictions: LabelPredictions) -> Floats:
        """What each text adds to the sums that the scores are made of."""
        given = predictions.given
        gains, first = rank_labels(self.truth, predictions.shares, max(self.cutoffs))
        columns = [(given == self.truth).all(axis=1).astype(np.float64)]
        columns += [precision_at(gains, k) for k in self.cutoffs]
        columns += [ndcg_at(gains, self.truth, k) for k in self.cutoffs]
        columns.append(1 / first)
        right = (given & self.truth).astype(np.float64)
        claims = given.astype(np.float64) + self.truth
        return np.concatenate([np.stack(columns, axis=1), right, claims], axis=1)

    def _score_sums(self, sums: Floats, texts: int) -> Floats:
        """Rows of scores from sums over texts, along the last axis."""
        labels = self.truth.shape[1]
        means, right, claims = sums[..., : -2 * labels], sums[..., -2 * labels : -labels], sums[..., -labels:]
        f1 = np.divide(2 * right, claims, out=np.zeros_like(right), where=claims > 0)
        micro = 2 * right.sum(axis=-1) / claims.sum(axis=-1)
        return np.concatenate([micro[..., None], f1.mean(axis=-1)[..., None], means / texts, f1], axis=-1)


def rank_labels(truth: Membership, shares: Floats, ranks: int) -> tuple[Floats, Floats]:
    """Labels by falling probability: whether a true one stands at each of the first ranks, and the first true rank.

    Labels of equal probability share their ranks: a rank holds the share of true ones among them, as in
    scikit-learn's `ndcg_score`; the first true rank is the last of those it shares, as in its
    `label_ranking_average_precision_score`.
    """
    texts, labels = truth.shape
    rows = np.arange(texts)[:, None]
    order = np.argsort(-shares, axis=1, kind="stable")
    ranked, sorted_truth = shares[rows, order], truth[rows, order].astype(np.float64)
    begins = np.concatenate([np.ones((texts, 1), dtype=bool), ranked[:, 1:] != ranked[:, :-1]], axis=1)
    groups = (np.cumsum(begins.ravel()) - 1).reshape(texts, labels)
    sizes = np.bincount(groups.ravel())
    gains = (np.bincount(groups.ravel(), weights=sorted_truth.ravel()) / sizes)[groups]
    first_group = gains.astype(bool).argmax(axis=1)
    first = first_group + sizes[groups[np.arange(texts), first_group]]
    return gains[:, :ranks], first.astype(np.float64)


def precision_at(gains: Floats, k: int) -> Floats:
    """Of each text the share of true labels among the k most probable."""
    share: Floats = gains[:, :k].mean(axis=1)
    return share


def ndcg_at(gains: Floats, truth: Membership, k: int) -> Floats:
    """Of each text Σ gain ÷ log2(rank + 1) over the first k ranks, over the most it could be (Järvelin 2002)."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    best = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(truth.sum(axis=1), k)]
    share: Floats = gains[:, :k] @ discounts / best
    return share
