import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.similarity import neighbours
from attrprompt.analysis.similarity.neighbours import (
    find_outliers,
    find_pairs_to_read,
    measure_against_gold,
    nearest_similarities,
)
from attrprompt.errors import InputError


def unit_rows(n, d, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def on_circle(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_nearest_similarities_by_hand():
    # at 0°, 10° and 100°: nearest cosines cos 10°, cos 10°, cos 90°
    vectors = on_circle(0, 10, 100)
    nearest = np.cos(np.radians([10, 10, 90]))
    assert nearest_similarities(vectors)[:, 0] == pytest.approx(nearest, abs=1e-6)


@pytest.fixture
def tiny_blocks(monkeypatch):
    """Blocks of a few rows, so that small sets go through several."""
    monkeypatch.setattr(neighbours, "_BLOCK_CELLS", 64)


@settings(deadline=None, max_examples=60)
@given(st.integers(3, 40), st.integers(0, 999))
def test_nearest_similarities_are_those_of_the_full_matrix(n, seed):
    vectors = unit_rows(n, 6, seed)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    expected = -np.sort(-cosines, axis=1)[:, :2]
    np.testing.assert_allclose(nearest_similarities(vectors, 2), expected, atol=1e-6)


def test_blocks_change_nothing(tiny_blocks):
    vectors = unit_rows(50, 6)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    np.testing.assert_allclose(nearest_similarities(vectors)[:, 0], cosines.max(axis=1), atol=1e-6)
    pairs = find_pairs_to_read(vectors, threshold=0.5, count=7)
    upper = np.sort(cosines[np.triu_indices(50, 1)])
    assert pairs.pairs_above == (upper >= 0.5).sum()
    np.testing.assert_allclose([p.similarity for p in pairs.above], upper[upper >= 0.5][:7], atol=1e-6)
    np.testing.assert_allclose([p.similarity for p in pairs.below], upper[upper < 0.5][::-1][:7], atol=1e-6)
    assert all(p.first < p.second for p in (*pairs.above, *pairs.below))


def test_pairs_to_read_stand_nearest_to_the_threshold():
    pairs = find_pairs_to_read(on_circle(0, 20, 50), threshold=0.9, count=1)  # cosines .94, .87, .64
    assert [(p.first, p.second) for p in pairs.above] == [(0, 1)]
    assert [(p.first, p.second) for p in pairs.below] == [(1, 2)]


def test_a_set_of_copies_gives_only_as_many_pairs_as_asked_for():
    pairs = find_pairs_to_read(np.repeat(on_circle(0), 40, axis=0), count=5)
    assert len(pairs.above) == 5 and pairs.below == ()
    assert pairs.pairs_above == 40 * 39 // 2


def test_the_text_far_from_all_others_comes_first():
    outliers = find_outliers(on_circle(0, 1, 2, 3, 4, 5, 120), count=2)
    assert outliers[0].index == 6
    assert outliers[0].distance > outliers[1].distance
    assert find_outliers(on_circle(0)) == []


def test_coverage_and_precision_by_hand():
    # gold at 0°, 2°, 4°; k = 1: each radius is 2°. Texts at 1° and 90°: the first lies within 2° of 0° and 2°.
    coverage, precision = measure_against_gold(on_circle(1, 90), on_circle(0, 2, 4), k=1)
    assert coverage == pytest.approx(2 / 3)
    assert precision == pytest.approx(1 / 2)


def test_gold_covers_itself():
    gold = unit_rows(40, 8)
    assert measure_against_gold(gold, gold) == (1.0, 1.0)


def test_texts_elsewhere_cover_nothing():
    gold = on_circle(*range(10))
    assert measure_against_gold(on_circle(*range(180, 190)), gold) == (0.0, 0.0)


def test_too_few_gold_texts_are_refused():
    with pytest.raises(InputError, match="gold"):
        measure_against_gold(unit_rows(9, 3), unit_rows(5, 3))


def test_a_check_stops_the_work():
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    with pytest.raises(Stop):
        nearest_similarities(unit_rows(9, 3), check=stop)
