"""Weights of training texts: low where labels are spoilt, a help to the probe, and kept."""

import json

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from attrprompt.evaluation.steps.reweigh import Reweighing, learn_weights
from tests.core.evaluation.results import KEPT
from tests.core.evaluation.steps.spoilt import make_points, make_texts
from tests.kept import assert_comes_back


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


def test_weights_that_an_earlier_version_kept_come_back():
    kept = assert_comes_back(Reweighing.from_json(KEPT["reweigh"]))
    assert json.dumps(kept.to_json()) == json.dumps(KEPT["reweigh"])
    assert kept.weights[0].weight <= kept.weights[-1].weight
