"""The table of a base run and its variants: signs, Holm over its rows, and what stands there before any text."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.evaluation.result import EQUAL_N, EqualScores
from attrprompt.evaluation.steps.variants import tabulate_variants
from tests.core.evaluation.results import make_estimate, make_evaluation, make_model


def name_run(name, texts=40):
    return SimpleNamespace(name=name, counters=SimpleNamespace(completed=texts))


def make_result(*pairs):
    """An evaluation with these (a, b, difference, p) at equal n."""
    compared = [
        Comparison(
            "macro_f1", EQUAL_N, a, b, difference, p=p,
            low=None if p is None else difference - 0.1, high=None if p is None else difference + 0.1,
        )
        for a, b, difference, p in pairs
    ]  # fmt: skip
    compared.append(replace(compared[0], metric="accuracy", difference=9.0))
    equal = EqualScores(None, 30, {"macro_f1": make_estimate(0.5)})
    models = {name: make_model(n=38, equal=equal) for a, b, _, _ in pairs for name in (a, b)}
    return make_evaluation(models, comparisons=tuple(compared))


def test_differences_are_turned_towards_the_base_and_p_is_corrected_over_the_rows():
    variants = {"without style": name_run("s"), "without location": name_run("l"), "later": name_run("x", texts=0)}
    result = make_result(("base", "s", 0.2, 0.02), ("l", "base", -0.05, 0.04), ("s", "l", 0.3, 0.0001))
    style, location, later = tabulate_variants(result, name_run("base"), variants)
    assert (style.title, style.texts, style.score.value) == ("without style", 38, 0.5)
    assert style.difference == pytest.approx(-0.2)
    assert (style.low, style.high) == pytest.approx((-0.3, -0.1))
    assert location.difference == pytest.approx(-0.05)
    assert (style.q, location.q) == pytest.approx((0.04, 0.04))
    assert (style.verdict, location.verdict) == ("different", "different")
    assert (later.texts, later.difference, later.verdict) == (0, None, None)


def test_without_an_interval_there_is_no_verdict_and_no_row_to_correct_for():
    variants = {"a": name_run("a"), "b": name_run("b")}
    first, second = tabulate_variants(
        make_result(("base", "a", 0.2, None), ("base", "b", 0.1, 0.03)), name_run("base"), variants
    )
    assert (first.q, first.verdict) == (None, "no interval")
    assert (second.q, second.verdict) == (0.03, "different")


def test_before_any_evaluation_the_table_says_how_far_the_variants_are():
    (row,) = tabulate_variants(None, name_run("base"), {"without style": name_run("s", texts=7)})
    assert (row.run, row.texts, row.score) == ("s", 7, None)
