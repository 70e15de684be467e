"""Divergence from a reference: by hand, as SciPy has it, and what chance alone gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.divergence import compare_divergence, js_divergence, measure_divergence
from attrprompt.analysis.regions.figures import region_figures
from attrprompt.analysis.regions.references import Reference, uniform_reference
from tests.core.analysis.regions.sets import draw_set, make_set
from tests.kept import assert_comes_back


def test_js_divergence_is_the_square_of_scipys_distance():
    rng = np.random.default_rng(8)
    for _ in range(20):
        p, q = rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(7))
        assert js_divergence(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2)


def test_js_divergence_by_hand():
    assert js_divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1)
    assert js_divergence(np.array([0.5, 0.5]), np.array([0.5, 0.5])) == 0
    by_hand = (1 * math.log2(1 / 0.75) + 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)) / 2
    assert js_divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(by_hand)


def test_against_a_reference_by_hand():
    located = make_set([["Africa"]] * 3 + [["Asia"]])
    figures = region_figures(located, [uniform_reference()]).references["uniform"]
    shares = np.array([3 / 4, 1 / 4, 0, 0, 0, 0])
    assert figures.js == pytest.approx(jensenshannon(shares, np.full(6, 1 / 6), base=2) ** 2)
    assert figures.parity_gap == pytest.approx(3 / 4 - 1 / 6)
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) + 1 / (2 * 4)
    assert figures.effective_regions == pytest.approx(math.exp(entropy))
    assert figures.js_by_chance > 0


def test_a_sample_of_the_reference_diverges_as_chance_does():
    shares = [0.1, 0.3, 0.2, 0.2, 0.1, 0.1]
    reference = Reference("mine", dict(zip(tables.CONTINENTS, shares, strict=True)))
    p_values = [measure_divergence(draw_set(shares, 150, seed=s), reference).p for s in range(100)]
    assert sum(p < 0.05 for p in p_values) <= 12
    assert 0.4 < np.mean(p_values) < 0.6


def test_chance_falls_with_the_number_of_located_texts():
    few, many = (measure_divergence(draw_set([1 / 6] * 6, n, seed=9), uniform_reference()) for n in (40, 400))
    assert few.by_chance > 5 * many.by_chance


def test_two_samples_of_one_source_are_seldom_called_different():
    shares = [0.05, 0.2, 0.25, 0.4, 0.05, 0.05]
    p_values = []
    for s in range(60):
        a, b = draw_set(shares, 260, 1_000 + s, "a"), draw_set(shares, 70, 2_000 + s, "b")
        p_values.append(compare_divergence(a, b, uniform_reference(), permutations=99)[0].p)
    assert sum(p < 0.05 for p in p_values) <= 8


def test_a_skewed_set_is_told_from_an_even_one():
    even = draw_set([1 / 6] * 6, 200, seed=10, name="even")
    skewed = draw_set([0.02, 0.06, 0.1, 0.78, 0.02, 0.02], 150, seed=11, name="skewed")
    comparison, pair = compare_divergence(even, skewed, uniform_reference())
    assert comparison.difference < 0
    assert comparison.p < 0.01
    assert pair.located == 150
    assert (comparison.low, comparison.ratio) == (None, None)
    assert pair.js_a - pair.js_b == pytest.approx(comparison.difference)
    assert_comes_back(pair)


def test_under_50_located_texts_nothing_is_compared():
    a, b = draw_set([1 / 6] * 6, 200, seed=12, name="a"), draw_set([1 / 6] * 6, 41, seed=13, name="b")
    comparison, pair = compare_divergence(a, b, uniform_reference())
    assert comparison.verdict == "too few located texts: 41"
    assert comparison.p is None
    assert assert_comes_back(pair).js_a is None


def test_labels_of_one_set_only_do_not_enter_a_comparison():
    a = draw_set([1 / 6] * 6, 200, seed=14, name="a", labels=("x", "y"))
    b = draw_set([1 / 6] * 6, 200, seed=15, name="b", labels=("X", "z"))
    _, pair = compare_divergence(a, b, uniform_reference())
    assert pair.located == 100
    assert assert_comes_back(pair).labels_left_out == ("y", "z")
