"""What the primary figures say in words: the direction, the interval, and no claim where none can be made."""

import pytest

from attrprompt.analysis.statistics.verdicts import DIFFERENT, NOT_SHOWN
from attrprompt.analysis_jobs.findings import describe_primary


def make_result(metric, *, q, **figures):
    """An analysis with one primary comparison of the sets one and two."""
    verdict = None if q is None else DIFFERENT if q < 0.05 else NOT_SHOWN
    empty = dict.fromkeys(("difference", "low", "high", "ratio", "ratio_low", "ratio_high"))
    comparison = {"metric": metric, "scope": "all", "a": "one", "b": "two", "family": "primary", "p": q, "q": q}
    shares = {name: {"located_share": {"value": value}} for name, value in (("one", 0.5), ("two", 0.9))}
    detail = {"a": "one", "b": "two", "js_a": 0.11, "js_b": 0.01, "located": 199, "reference": "uniform"}
    return {
        "comparisons": [comparison | empty | {"verdict": verdict} | figures],
        "datasets": shares,
        "divergences": [detail],
    }


RATIO = {"ratio": 0.8, "ratio_low": 0.64, "ratio_high": 1.0, "difference": -9.0}
COSINE = {"difference": 0.06, "low": 0.04, "high": 0.08}


@pytest.mark.parametrize(
    ("metric", "figures", "headline", "interval"),
    [
        ("vocabulary_size", RATIO, "two uses 1.25 times as many different words as one", "95 % 1.00 to 1.56"),
        (
            "aps_intra",
            COSINE,
            "Texts of one class are less alike in two than in one: mean cosine lower by 0.060",
            "-0.080",
        ),
        ("js", {"difference": 0.1}, "two lies nearer to an even spread over the continents than one", "199 located"),
    ],
)
def test_a_difference_is_told_of_the_set_that_has_more_and_hedged_where_it_may_be_chance(
    metric, figures, headline, interval
):
    (shown,) = describe_primary(make_result(metric, q=0.001, **figures))
    assert shown.headline.startswith(headline)
    assert interval in shown.interval
    assert "p = 0.001, Holm over 1" in shown.interval
    assert shown.is_different
    (hedged,) = describe_primary(make_result(metric, q=0.4, **figures))
    assert hedged.headline.startswith("No difference is shown. In these texts alone, ")
    assert headline.lower() in hedged.headline.lower()
    assert hedged.is_different is False


def test_a_place_is_named_beside_the_verdict_and_outside_the_hedge():
    (shown,) = describe_primary(make_result("js", q=0.4, difference=0.1))
    assert shown.headline.endswith("A place is named by 50% of one and 90% of two.")


@pytest.mark.parametrize("metric", ["vocabulary_size", "aps_intra", "js"])
def test_without_a_figure_the_reason_is_told_and_nothing_else(metric):
    (shown,) = describe_primary(make_result(metric, q=None, verdict="fewer than 30 texts"))
    assert shown.headline.startswith("one and two cannot be compared: fewer than 30 texts.")
    assert (shown.interval, shown.is_different) == ("", None)
