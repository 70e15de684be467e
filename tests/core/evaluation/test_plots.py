"""What curves and classes are drawn of."""

import pytest

from attrprompt.evaluation.budget import CurvePoint, Money
from attrprompt.evaluation.plots import describe_classes, describe_curves
from tests.core.evaluation.results import make_estimate, make_evaluation, make_model


@pytest.mark.parametrize(("against", "drawn"), [("n", ["free", "dear"]), ("money", ["dear"])])
def test_a_curve_against_money_needs_texts_that_cost_some(against, drawn):
    curves = {
        name: tuple(CurvePoint(n, n, {"accuracy": make_estimate(0.8)}, None, Money(n * price)) for n in (50, 100))
        for name, price in (("free", 0.0), ("dear", 0.01))
    }
    evaluation = make_evaluation({}, curves=curves)
    plot = describe_curves(evaluation, {"free": "#000000", "dear": "#ffffff"}, "accuracy", against=against)
    assert [each.name for each in plot.series] == drawn


def test_training_sets_lie_beside_one_another_at_their_class():
    scores = {"sports": make_estimate(0.5), "world": make_estimate(0.8, None)}
    models = {name: make_model(per_class_f1=scores) for name in ("one", "two", "three")}
    plot = describe_classes(make_evaluation(models, classes=("sports", "world")), dict.fromkeys(models, "#000000"))
    rows = [[point.y for point in series.points] for series in plot.series]
    assert [round(sports) for sports, _ in rows] == [0, 0, 0]
    assert rows[0] < rows[1] < rows[2]
    assert rows[1] == pytest.approx([0, 1])
    assert [(point.low, point.high) for point in plot.series[0].points] == [(0.4, 0.6), (None, None)]
