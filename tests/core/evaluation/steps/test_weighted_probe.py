"""The weighted probe: against scikit-learn, and its influence against finite differences."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from attrprompt.evaluation.steps.weighted_probe import Problem, fit, measure_influence, robust_loss, solve
from tests.core.evaluation.steps.spoilt import make_points


def test_the_probe_agrees_with_scikit_learn():
    rows, labels, _ = make_points(90, 1)
    weights = np.random.default_rng(0).random(90) + 0.1
    problem = Problem.make(rows, labels, 3)
    theirs = LogisticRegression(C=1.0, max_iter=5000, tol=1e-10).fit(rows, labels, sample_weight=weights)
    assert problem.probabilities(fit(problem, weights)) == pytest.approx(theirs.predict_proba(rows), abs=1e-5)


def test_influence_agrees_with_fitting_anew():
    training = Problem.make(*make_points(60, 2, flipped=0.2)[:2], 3)
    held_out = Problem.make(*make_points(40, 3)[:2], 3)
    weights = np.full(60, 0.7)
    found = measure_influence(training, weights, fit(training, weights), held_out)
    for row in (0, 7, 23, 59):
        moved = []
        for sign in (1, -1):
            changed = weights.copy()
            changed[row] += sign * 1e-4
            moved.append(robust_loss(held_out, fit(training, changed)))
        assert found[row] == pytest.approx((moved[0] - moved[1]) / 2e-4, rel=1e-2, abs=1e-6)


def test_conjugate_gradients_solve_a_system():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6))
    matrix = root @ root.T + np.eye(6)
    target = rng.normal(size=(6, 1))
    assert matrix @ solve(lambda each: matrix @ each, target) == pytest.approx(target, abs=1e-4)
