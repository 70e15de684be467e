"""Scores by hand, agreement with scikit-learn, and how they vary when texts are drawn anew."""

import numpy as np
import pytest
from sklearn import metrics

from attrprompt.evaluation.scores import (
    bin_reliability,
    count_confusion,
    measure_calibration_error,
    resample_scores,
    score,
)


def test_scores_of_a_tiny_confusion_are_those_worked_out_by_hand():
    truth, predicted = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0])
    assert count_confusion(truth, predicted, 3).tolist() == [[2, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert score(truth, predicted, 3) == pytest.approx([4 / 6, (2 / 3 + 4 / 5 + 0) / 3, 2 / 3, 4 / 5, 0])


def test_scores_agree_with_scikit_learn():
    rng = np.random.default_rng(1)
    truth, predicted = rng.integers(0, 7, 500), rng.integers(0, 7, 500)
    found = score(truth, predicted, 7)
    assert found[0] == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert found[1] == pytest.approx(metrics.f1_score(truth, predicted, average="macro"))
    assert found[2:] == pytest.approx(metrics.f1_score(truth, predicted, average=None))


def test_resampled_accuracy_varies_as_the_binomial_does():
    truth = np.zeros(400, dtype=int)
    predicted = np.array([0] * 300 + [1] * 100)
    drawn = resample_scores(truth, [predicted], 2, seed=0)[:, 0, 0]
    assert drawn.std() == pytest.approx(np.sqrt(0.75 * 0.25 / 400), rel=0.1)


def test_two_equal_classifiers_never_differ_in_a_resample():
    rng = np.random.default_rng(2)
    truth, predicted = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    drawn = resample_scores(truth, [predicted, predicted], 3, seed=0)
    assert (drawn[:, 0] == drawn[:, 1]).all()


def test_calibration_of_two_bins_is_worked_out_by_hand():
    confidence, right = np.array([0.9, 0.95, 0.55, 0.5]), np.array([True, False, True, True])
    assert measure_calibration_error(confidence, right) == pytest.approx((0.85 + 0.95) / 4)
    bins = bin_reliability(confidence, right)
    assert [(each.low, each.n, each.accuracy) for each in bins] == [(0.5, 2, 1.0), (0.9, 2, 0.5)]
