"""Spread of vectors: hand-made vectors, scikit-learn's full matrix, and properties that hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.similarity.spread import aps, aps_within_and_between, sample_pair_similarities, vendi
from attrprompt.errors import InputError
from tests.kept import assert_comes_back

sizes = st.tuples(st.integers(2, 40), st.integers(2, 24), st.integers(0, 10_000))


def unit_rows(n, d, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, d)) + 0.3
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def single(codes):
    codes = np.asarray(codes)
    return codes, np.eye(codes.max() + 1, dtype=bool)


def test_aps_of_three_vectors_by_hand():
    # e1, e2 and their bisector: cosines 0, √½, √½ -> mean √2 ÷ 3
    vectors = np.array([[1, 0], [0, 1], [math.sqrt(0.5), math.sqrt(0.5)]], dtype=np.float32)
    assert aps(vectors) == pytest.approx(math.sqrt(2) / 3, abs=1e-6)


def test_within_and_between_by_hand():
    # class 0: e1, e1 (cosine 1); class 1: e2, -e2 (cosine -1); between: all 0
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, -1]], dtype=np.float32)
    assert aps_within_and_between(vectors, *single([0, 0, 1, 1])) == pytest.approx((0.0, 0.0))
    assert aps_within_and_between(vectors[:2], *single([0, 0])) == (pytest.approx(1.0), None)
    assert aps_within_and_between(vectors[[0, 2]], *single([0, 1])) == (None, pytest.approx(0.0))


def test_texts_of_several_labels_count_in_each_and_never_between_classes_they_share():
    # labels {0}, {0, 1}, {1}: within class 0 the pair (1, 2), within class 1 the pair (2, 3), between only (1, 3)
    vectors = unit_rows(3, 5)
    cosines = vectors @ vectors.T
    membership = np.array([[True, False], [True, True], [False, True]])
    within, between = aps_within_and_between(vectors, np.array([0, 1, 2]), membership)
    assert within == pytest.approx((cosines[0, 1] + cosines[1, 2]) / 2, abs=1e-6)
    assert between == pytest.approx(cosines[0, 2], abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(sizes)
def test_aps_is_the_mean_of_scikit_learns_matrix(shape):
    from sklearn.metrics.pairwise import cosine_similarity

    vectors = unit_rows(*shape)
    matrix = cosine_similarity(vectors)
    assert aps(vectors) == pytest.approx(matrix[np.triu_indices(len(vectors), 1)].mean(), abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(sizes, st.integers(1, 4))
def test_within_and_between_are_what_all_pairs_give(shape, classes):
    vectors = unit_rows(*shape)
    codes = np.random.default_rng(shape[2]).integers(classes, size=len(vectors))
    codes = np.unique(codes, return_inverse=True)[1]
    cosines = vectors.astype(float) @ vectors.T.astype(float)
    pairs = np.triu(np.ones_like(cosines, dtype=bool), 1)
    same = codes[:, None] == codes
    per_class = [
        cosines[pairs & (codes[:, None] == c) & (codes == c)].mean() for c in np.unique(codes) if (codes == c).sum() > 1
    ]
    within, between = aps_within_and_between(vectors, *single(codes))
    assert within == (pytest.approx(np.mean(per_class), abs=1e-6) if per_class else None)
    assert between == (pytest.approx(cosines[pairs & ~same].mean(), abs=1e-6) if (pairs & ~same).any() else None)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 30))
def test_copies_have_aps_one_and_vendi_one(n):
    vectors = np.repeat(unit_rows(1, 12), n, axis=0)
    assert aps(vectors) == pytest.approx(1.0, abs=1e-6)
    assert vendi(vectors) == pytest.approx(1.0, abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 30))
def test_orthogonal_vectors_have_aps_nought_and_vendi_n(n):
    vectors = np.eye(n, 30, dtype=np.float32)
    assert aps(vectors) == pytest.approx(0.0, abs=1e-7)
    assert vendi(vectors) == pytest.approx(n, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(sizes)
def test_doubling_a_set_leaves_its_vendi_score(shape):
    vectors = unit_rows(*shape)
    assert vendi(np.concatenate([vectors, vectors])) == pytest.approx(vendi(vectors), rel=1e-4)


@settings(deadline=None, max_examples=60)
@given(sizes, st.sampled_from([0.5, 1.0, 2.0, math.inf]))
def test_vendi_is_the_effective_number_of_eigenvalues_of_the_kernel(shape, order):
    from scipy.stats import entropy

    vectors = unit_rows(*shape)
    shares = np.linalg.eigvalsh(vectors.astype(float) @ vectors.T.astype(float)) / len(vectors)
    shares = shares[shares > 1e-9]
    if order == 1.0:
        expected = math.exp(entropy(shares))
    elif math.isinf(order):
        expected = 1 / shares.max()
    else:
        expected = (shares**order).sum() ** (1 / (1 - order))
    assert vendi(vectors, order) == pytest.approx(expected, rel=2e-3)


def test_vendi_of_two_groups_of_copies_is_two():
    assert vendi(np.repeat(np.eye(2, 3, dtype=np.float32), 5, axis=0)) == pytest.approx(2.0, rel=1e-6)


def test_sampled_pairs_are_of_the_kind_asked_for_and_seeded():
    vectors = np.repeat(np.eye(3, 4, dtype=np.float32), [2, 3, 5], axis=0)
    codes = np.repeat([0, 1, 2], [2, 3, 5])
    within = sample_pair_similarities(vectors, codes, within=True, pairs=500)
    between = sample_pair_similarities(vectors, codes, within=False, pairs=500)
    assert (within.mean, within.kind) == (1.0, "within a class")
    assert (between.mean, between.kind) == (0.0, "between classes")
    assert sum(within.shares) == pytest.approx(1.0)
    assert within == sample_pair_similarities(vectors, codes, within=True, pairs=500)


def test_sampled_pairs_have_the_mean_of_all_pairs():
    vectors = unit_rows(60, 8)
    found = sample_pair_similarities(vectors, pairs=40_000, seed=3)
    assert found.mean == pytest.approx(aps(vectors), abs=0.01)


def test_a_distribution_of_cosines_comes_back_as_it_was_kept():
    assert_comes_back(sample_pair_similarities(unit_rows(9, 8), pairs=100))


def test_no_pair_of_a_kind_gives_no_distribution():
    vectors = unit_rows(3, 4)
    assert sample_pair_similarities(vectors, np.array([0, 1, 2]), within=True) is None
    assert sample_pair_similarities(vectors, np.array([0, 0, 0]), within=False) is None
    assert sample_pair_similarities(vectors[:1]) is None


def test_one_text_is_refused():
    with pytest.raises(InputError, match="at least two"):
        aps(unit_rows(1, 3))
    with pytest.raises(InputError):
        vendi(unit_rows(1, 3)[:0])
