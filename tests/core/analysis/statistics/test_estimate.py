import math

import numpy as np
import pytest

from attrprompt.analysis.statistics.estimate import Comparison, Estimate, SubsampledFigure, compare_figures
from tests.kept import assert_comes_back


def figure(values, n=200, m=100, **more):
    return SubsampledFigure(np.array(values, dtype=float), n=n, effective_n=n, m=m, method="by hand", **more)


def test_the_standard_error_is_the_delete_d_jackknifes():
    # values 1, 2, 3: variance 1; n = 150, m = 100: 1 × 100 ÷ 50 + 1 ÷ 3
    assert figure([1, 2, 3], n=150).standard_error == pytest.approx(math.sqrt(2 + 1 / 3))


def test_an_estimate_names_its_interval_and_sizes():
    error = math.sqrt(1 + 1 / 3)
    assert figure([1, 2, 3]).to_estimate().to_json() == {
        "value": 2.0,
        "low": pytest.approx(2 - 1.96 * error, abs=1e-4),
        "high": pytest.approx(2 + 1.96 * error, abs=1e-4),
        "n": 200,
        "m": 100,
        "repeats": 3,
        "method": "by hand",
    }


def test_an_interval_keeps_to_the_range_of_its_figure():
    estimate = figure([0.0, 0.5, 1.0]).to_estimate(0.0, 1.0)
    assert (estimate.low, estimate.high) == (0.0, 1.0)


@pytest.mark.parametrize("subsampled", [figure([1, 1, 1]), figure([1, 2], with_interval=False), figure([1, 2], n=100)])
def test_no_interval_is_made_up(subsampled):
    estimate = subsampled.to_estimate()
    assert estimate.low is None and estimate.high is None
    assert "no interval" in estimate.method


def test_a_difference_adds_variances_and_is_tested_on_its_own_interval():
    a, b = figure([10, 12, 14]), figure([9, 10, 11])
    error = math.hypot(a.standard_error, b.standard_error)
    found = compare_figures("vocabulary_size", "all", ("a", "b"), a, b, with_ratio=True)
    assert found.difference == 2.0
    assert (found.low, found.high) == (
        pytest.approx(2 - 1.96 * error, abs=1e-3),
        pytest.approx(2 + 1.96 * error, abs=1e-3),
    )
    # p = 2Φ(-|d| ÷ SE), by the normal distribution of scipy
    from scipy.stats import norm

    assert found.p == pytest.approx(2 * norm.cdf(-2 / error))


def test_a_ratio_takes_its_interval_from_the_logarithm():
    a, b = figure([10, 12, 14]), figure([9, 10, 11])
    found = compare_figures("vocabulary_size", "all", ("a", "b"), a, b, with_ratio=True)
    spread = 1.96 * math.hypot(a.standard_error / 12, b.standard_error / 10)
    assert found.ratio == pytest.approx(1.2)
    assert found.ratio_low == pytest.approx(1.2 * math.exp(-spread), abs=1e-4)
    assert found.ratio_high == pytest.approx(1.2 * math.exp(spread), abs=1e-4)


@pytest.mark.parametrize(("a", "with_ratio"), [([0, 0.1, -0.1], True), ([1, 2, 3], False)])
def test_no_ratio_where_it_means_nothing(a, with_ratio):
    found = compare_figures("aps", "all", ("a", "b"), figure(a), figure([1, 2, 3]), with_ratio=with_ratio)
    assert found.ratio is None and found.ratio_low is None


def test_no_p_where_a_set_is_too_small_for_an_interval():
    small = figure([1, 2, 3], with_interval=False)
    found = compare_figures("vendi", "all", ("a", "b"), small, figure([1, 2, 3]), with_ratio=True)
    assert found.p is None and found.low is None and found.ratio_low is None
    assert found.ratio == 1.0


def test_the_json_has_the_agreed_fields():
    assert list(Estimate(1, 0, 2, 3, 2, 5, "m").to_json()) == ["value", "low", "high", "n", "m", "repeats", "method"]
    fields = "metric scope a b difference low high ratio ratio_low ratio_high p q family verdict"
    assert " ".join(Comparison("aps", "all", "a", "b").to_json()) == fields


def test_estimates_and_comparisons_come_back_as_they_were_kept():
    assert_comes_back(figure([1, 2, 3]).to_estimate())
    assert_comes_back(compare_figures("vendi", "all", ("a", "b"), figure([1, 2]), figure([3, 5]), with_ratio=True))
    assert_comes_back(Comparison("vendi", "label=x", "a", "b", verdict="too few texts: 7"))


def test_a_comparison_turned_round_says_the_same_of_the_other_set():
    found = compare_figures("mtld", "all", ("a", "b"), figure([1, 2, 3]), figure([3, 4, 5]), with_ratio=True)
    turned = found.turned()
    assert (turned.a, turned.b, turned.difference) == ("b", "a", 2.0)
    assert turned.low < turned.difference < turned.high
    assert turned.ratio == pytest.approx(2.0)
    assert turned.ratio_low < turned.ratio < turned.ratio_high
    assert turned.turned().ratio_low == pytest.approx(found.ratio_low)
    assert turned.p == found.p
    assert Comparison("mtld", "all", "a", "b").turned() == Comparison("mtld", "all", "b", "a")
