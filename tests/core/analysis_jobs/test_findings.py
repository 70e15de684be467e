"""What the primary figures say in words: the direction, the interval, and no claim where none can be made."""

import pytest

from attrprompt.analysis.regions.divergence import DivergencePair
from attrprompt.analysis.regions.figures import Mentions, RegionFigures
from attrprompt.analysis.regions.profile import RegionProfile
from attrprompt.analysis.result import Parameters
from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.statistics.verdicts import DIFFERENT, NOT_SHOWN
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.findings import describe_primary
from attrprompt.analysis_jobs.result import Analysis, DatasetFigures


def make_analysis(metric, *, q, **figures):
    """An analysis with one primary comparison of the sets one and two."""
    verdict = None if q is None else DIFFERENT if q < 0.05 else NOT_SHOWN
    known = {"family": "primary", "p": q, "q": q, "verdict": verdict} | figures
    return Analysis(
        Parameters(None, None, 200, 0, "words", None, TextChoice()),
        {"one": make_figures(0.5), "two": make_figures(0.9)},
        (Comparison(metric, "all", "one", "two", **known),),
        divergences=(DivergencePair("one", "two", 0.11, 0.01, 199, (), "uniform"),),
    )


def make_figures(share):
    """A data set of which this share of the texts names a place."""
    found = round(100 * share)
    located = Estimate(share, None, None, 100, None, None, "Wilson")
    return DatasetFigures(
        regions=RegionProfile(
            RegionFigures(100, found, 100 - found, located, {}, {}, {}, {}, {}, Mentions({}, {})),
        )
    )


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
    (shown,) = describe_primary(make_analysis(metric, q=0.001, **figures))
    assert shown.headline.startswith(headline)
    assert interval in shown.interval
    assert "p = 0.001, Holm over 1" in shown.interval
    assert shown.is_different
    (hedged,) = describe_primary(make_analysis(metric, q=0.4, **figures))
    assert hedged.headline.startswith("No difference is shown. In these texts alone, ")
    assert headline.lower() in hedged.headline.lower()
    assert hedged.is_different is False


def test_a_place_is_named_beside_the_verdict_and_outside_the_hedge():
    (shown,) = describe_primary(make_analysis("js", q=0.4, difference=0.1))
    assert shown.headline.endswith("A place is named by 50% of one and 90% of two.")


@pytest.mark.parametrize("metric", ["vocabulary_size", "aps_intra", "js"])
def test_without_a_figure_the_reason_is_told_and_nothing_else(metric):
    (shown,) = describe_primary(make_analysis(metric, q=None, verdict="fewer than 30 texts"))
    assert shown.headline.startswith("one and two cannot be compared: fewer than 30 texts.")
    assert (shown.interval, shown.is_different) == ("", None)
