"""What curves are drawn of."""

import pytest

from attrprompt.evaluation.budget import CurvePoint, Money
from attrprompt.evaluation.figures import describe_curves
from tests.core.evaluation.results import make_estimate, make_evaluation


@pytest.mark.parametrize(("against", "drawn"), [("n", ["free", "dear"]), ("money", ["dear"])])
def test_a_curve_against_money_needs_texts_that_cost_some(against, drawn):
    curves = {
        name: tuple(CurvePoint(n, n, {"accuracy": make_estimate(0.8)}, None, Money(n * price)) for n in (50, 100))
        for name, price in (("free", 0.0), ("dear", 0.01))
    }
    evaluation = make_evaluation({}, curves=curves)
    plot = describe_curves(evaluation, {"free": "#000000", "dear": "#ffffff"}, "accuracy", against=against)
    assert [each.name for each in plot.series] == drawn
