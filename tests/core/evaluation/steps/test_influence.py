"""Influence of training texts: harm is found where labels are spoilt, and the ranking is kept."""

import json

from sklearn.metrics import roc_auc_score

from attrprompt.evaluation.steps.influence import InfluenceRanking, measure_mean_influence
from tests.core.evaluation.results import KEPT
from tests.core.evaluation.steps.spoilt import make_texts
from tests.kept import assert_comes_back


def test_harm_is_found_in_texts_with_wrong_labels():
    texts, is_flipped = make_texts(240, 8, flipped=0.15)
    assert roc_auc_score(is_flipped, measure_mean_influence(texts, 3, seed=0)) > 0.9


def test_a_ranking_that_an_earlier_version_kept_comes_back():
    kept = assert_comes_back(InfluenceRanking.from_json(KEPT["influence"]))
    assert json.dumps(kept.to_json()) == json.dumps(KEPT["influence"])
    assert kept.texts[0].influence <= kept.texts[-1].influence
