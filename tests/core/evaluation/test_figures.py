"""What curves are drawn of."""

import pytest

from attrprompt.evaluation.figures import describe_curves


@pytest.mark.parametrize(("against", "drawn"), [("n", ["free", "dear"]), ("money", ["dear"])])
def test_a_curve_against_money_needs_texts_that_cost_some(against, drawn):
    score = {"accuracy": {"value": 0.8, "low": 0.7, "high": 0.9}}
    curves = {
        "free": [{"n": n, "money": 0.0, **score} for n in (50, 100)],
        "dear": [{"n": n, "money": n / 100, **score} for n in (50, 100)],
    }
    result = {"curves": curves, "metrics": ["accuracy"], "headline": "accuracy", "models": {}}
    plot = describe_curves(result, {"free": "#000000", "dear": "#ffffff"}, "accuracy", against=against)
    assert [each.name for each in plot.series] == drawn
