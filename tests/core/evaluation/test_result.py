"""Results come back as they were kept, those of earlier versions too, and say what stands where."""

import json

import pytest

from attrprompt.evaluation.result import ALL_TEXTS, CALIBRATION_ERROR, EQUAL_N, Evaluation, Leakage, Repeat
from tests.core.evaluation.results import KEPT, make_estimate, make_evaluation, make_model
from tests.kept import assert_comes_back


@pytest.mark.parametrize("name", ["probe with curves", "fine-tuning", "several labels"])
def test_an_evaluation_that_an_earlier_version_kept_comes_back(name):
    evaluation = Evaluation.from_json(KEPT[name])
    assert json.dumps(evaluation.to_json()) == json.dumps(KEPT[name])
    assert_comes_back(evaluation)


def test_curves_that_were_not_asked_for_are_no_empty_curves():
    printed = make_evaluation({"a": make_model()}).to_json()
    assert {"curves", "budget", "bills"}.isdisjoint(printed)
    assert make_evaluation({"a": make_model()}, curves={}).to_json()["curves"] == {}


def test_scores_are_found_by_how_many_texts_were_trained_on():
    probed = Evaluation.from_json(KEPT["probe with curves"]).models["simple"]
    assert list(probed.by_scope) == [ALL_TEXTS, EQUAL_N]
    assert list(probed.by_scope[ALL_TEXTS]) == ["accuracy", "macro_f1", CALIBRATION_ERROR]
    assert list(probed.by_scope[EQUAL_N]) == ["accuracy", "macro_f1"]
    tuned = Evaluation.from_json(KEPT["fine-tuning"])
    assert tuned.is_fine_tuned
    assert list(tuned.models["simple"].by_scope) == [ALL_TEXTS]
    assert [seed.seed for seed in tuned.models["simple"].seeds] == [0, 1]


def test_the_leakage_of_joined_sets_is_that_of_both():
    one, other = Repeat("a", 1, 2, 1.0), Repeat("b", 3, 4, 0.9)
    joined = Leakage(1, 0, 2, (one,)) + Leakage(0, 1, 0, (other,))
    assert joined == Leakage(1, 1, 2, (one, other))
    assert joined.repeats == 2


def test_a_point_says_what_it_cost_only_where_that_is_known():
    (*_, last) = Evaluation.from_json(KEPT["probe with curves"]).curves["simple"]
    assert (last.find_amount("n"), last.find_amount("tokens"), last.find_amount("money")) == (24, 3750, None)


def test_a_metric_is_never_taken_for_a_field():
    model = make_model(scores={"mrr": make_estimate(0.7)})
    assert list(assert_comes_back(model).scores) == ["mrr"]
