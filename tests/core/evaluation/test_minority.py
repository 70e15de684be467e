"""Gains of classes against their frequency: worked out by hand, corrected, and silent where there is too little."""

import math

import pytest
from scipy import stats

from attrprompt.evaluation.minority import describe_gains, measure_gains, measure_trend
from attrprompt.evaluation.result import TrainingTexts
from tests.core.evaluation.results import make_estimate, make_evaluation, make_model


def make_result(rows):
    """Rows of (label, training texts, test texts, F1 before, F1 after)."""
    models = {
        name: make_model(
            tests={label: tests for label, _, tests, _, _ in rows},
            training_texts=TrainingTexts(0, {label: texts for label, texts, *_ in rows}),
            per_class_f1={row[0]: row[column] for row in rows},
        )
        for name, column in (("gold", 3), ("gold+generated", 4))
    }
    return make_evaluation(models, classes=tuple(label for label, *_ in rows))


def test_gains_come_rarest_first_with_variances_added():
    result = make_result(
        [
            ("common", 900, 100, make_estimate(0.8), make_estimate(0.82)),
            ("rare", 9, 100, make_estimate(0.3), make_estimate(0.6)),
        ]
    )
    rare, common = measure_gains(result, "gold", "gold+generated")
    assert (rare.label, rare.texts, rare.gain) == ("rare", 9, pytest.approx(0.3))
    assert (rare.high - rare.low) / 2 == pytest.approx(math.hypot(0.1, 0.1))
    assert rare.p == pytest.approx(2 * stats.norm.sf(0.3 / (math.hypot(0.1, 0.1) / stats.norm.ppf(0.975))))
    assert rare.q == pytest.approx(2 * rare.p)
    assert common.q == pytest.approx(common.p)


def test_an_interval_cut_at_one_gives_its_whole_error():
    result = make_result(
        [("a", 9, 100, make_estimate(0.97), make_estimate(0.97)), ("b", 9, 100, make_estimate(0.5), make_estimate(0.5))]
    )
    for each in measure_gains(result, "gold", "gold+generated"):
        assert each.high == pytest.approx(math.hypot(0.1, 0.1))


def test_a_class_with_few_test_texts_has_no_figure():
    result = make_result(
        [
            ("a", 9, 29, make_estimate(0.2), make_estimate(0.9)),
            ("b", 9, 30, make_estimate(0.5), make_estimate(0.6, None)),
        ]
    )
    few, without = measure_gains(result, "gold", "gold+generated")
    assert (few.gain, few.note) == (None, "too few test texts: 29")
    assert (without.gain, without.q, without.note) == (pytest.approx(0.1), None, "no interval")


def test_the_trend_is_spearmans_with_a_permutation_p():
    gains = [0.5, 0.42, 0.44, 0.2, 0.2, 0.1, -0.05, 0.0]
    counts = [5, 8, 20, 20, 60, 100, 300, 900]
    rows = [(f"c{n}", count, 50, make_estimate(0.3), make_estimate(0.3 + gain)) for n, (count, gain) in enumerate(zip(counts, gains, strict=True))]  # fmt: skip  # noqa: E501
    trend = measure_trend(measure_gains(make_result(rows), "gold", "gold+generated"))
    assert trend.rho == pytest.approx(stats.spearmanr(counts, gains).statistic)
    assert trend.classes == 8
    assert 0 < trend.p < 0.01


def test_without_enough_classes_or_different_frequencies_there_is_no_trend():
    few = [(f"c{n}", n, 50, make_estimate(0.3), make_estimate(0.4)) for n in range(4)]
    alike = [(f"c{n}", 10, 50, make_estimate(0.3), make_estimate(0.3 + n / 20)) for n in range(8)]
    for rows in (few, alike):
        assert measure_trend(measure_gains(make_result(rows), "gold", "gold+generated")) is None


def test_the_plot_names_its_classes_against_a_line_of_no_gain():
    rows = [
        ("x", 1, 50, make_estimate(0.3), make_estimate(0.5)),
        ("y", 500, 50, make_estimate(0.3), make_estimate(0.2)),
    ]
    plot = describe_gains(measure_gains(make_result(rows), "gold", "gold+generated"), "#2166AC", "#5B6470")
    none, classes = plot.series
    assert [(point.x, point.y) for point in none.points] == [(1, 0), (500, 0)]
    assert [(point.words, point.y) for point in classes.points] == [
        ("x", pytest.approx(0.2)),
        ("y", pytest.approx(-0.1)),
    ]
    assert plot.x.is_log
