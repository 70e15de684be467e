"""Influence of training texts: against finite differences and scikit-learn, and on labels spoilt on purpose."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from attrprompt.errors import InputError
from attrprompt.evaluation.probe import Texts
from attrprompt.evaluation.steps.feedback import measure_mean_influence
from attrprompt.evaluation.steps.influence import Problem, fit, measure_influence, robust_loss, solve
from attrprompt.evaluation.steps.noise import learn_weights, refuse_few, split_in_half


def make_points(n, seed, *, classes=3, width=12, flipped=0.0):
    """Points around centres that every seed shares, some labels spoilt: (unit rows, labels, which are spoilt)."""
    centres = np.random.default_rng(99).normal(size=(classes, width))
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % classes
    rows = centres[truth] + rng.normal(size=(n, width)) * 1.2
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    is_flipped = rng.random(n) < flipped
    labels = np.where(is_flipped, (truth + rng.integers(1, classes, n)) % classes, truth)
    return rows, labels, is_flipped


def make_texts(n, seed, **options):
    rows, labels, is_flipped = make_points(n, seed, **options)
    return Texts(rows.astype(np.float32), labels, np.zeros(n, dtype=np.int64)), is_flipped


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


def test_spoilt_labels_get_less_weight_and_the_held_out_loss_falls():
    texts, is_flipped = make_texts(240, 4, flipped=0.2)
    learned = learn_weights(texts, 3, seed=0)
    assert (learned.weights >= 0).all()
    assert (learned.weights <= 1).all()
    assert roc_auc_score(is_flipped, -learned.weights) > 0.85
    assert learned.loss_after < learned.loss_before


def test_weights_help_where_labels_are_spoilt():
    texts, _ = make_texts(240, 5, flipped=0.35)
    test_rows, truth, _ = make_points(600, 6)
    weights = learn_weights(texts, 3, seed=0).weights
    plain = LogisticRegression().fit(texts.vectors, texts.codes)
    weighted = LogisticRegression().fit(texts.vectors, texts.codes, sample_weight=weights / weights.mean())
    assert weighted.score(test_rows, truth) > plain.score(test_rows, truth)


def test_weights_are_the_same_for_the_same_seed():
    texts, _ = make_texts(60, 7, flipped=0.1)
    assert (learn_weights(texts, 3, seed=1).weights == learn_weights(texts, 3, seed=1).weights).all()


def test_harm_is_found_in_texts_with_wrong_labels():
    texts, is_flipped = make_texts(240, 8, flipped=0.15)
    assert roc_auc_score(is_flipped, measure_mean_influence(texts, 3, seed=0)) > 0.9


def test_halves_share_out_each_class():
    codes = np.array([0] * 7 + [1] * 5 + [2] * 4)
    first, second = split_in_half(codes, seed=3)
    assert sorted([*first, *second]) == list(range(16))
    for half in (first, second):
        assert np.bincount(codes[half], minlength=3).min() >= 2
    assert abs(len(first) - len(second)) <= 1


def test_a_class_of_three_is_refused_with_what_to_do():
    texts, _ = make_texts(9, 9)
    with pytest.raises(InputError, match="only 3 texts"):
        refuse_few(texts, 3)
