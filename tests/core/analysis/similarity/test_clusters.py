"""Clusters of texts and the words that set them apart."""

import math

import numpy as np
import pytest

from attrprompt.analysis.similarity.clusters import choose_number, cluster_vectors, find_keywords
from attrprompt.errors import InputError


def make_groups(sizes, seed=0):
    rng = np.random.default_rng(seed)
    rows = np.concatenate([np.eye(8)[group] + 0.1 * rng.standard_normal((n, 8)) for group, n in enumerate(sizes)])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_groups_that_are_there_are_found_the_largest_first():
    clustering = cluster_vectors(make_groups((10, 30, 20)))
    assert clustering.sizes == (30, 20, 10)
    assert clustering.labels.tolist() == [2] * 10 + [0] * 30 + [1] * 20
    assert clustering.silhouette > 0.8


def test_the_number_is_chosen_by_the_silhouette_or_taken_as_given():
    vectors = make_groups((15, 15, 15, 15))
    assert choose_number(vectors) == 4
    assert len(cluster_vectors(vectors, 2).sizes) == 2
    assert cluster_vectors(vectors, 1).silhouette is None


def test_the_same_seed_gives_the_same_clusters():
    vectors = make_groups((40, 40), seed=3)
    one, two = cluster_vectors(vectors, 5, seed=1), cluster_vectors(vectors, 5, seed=1)
    np.testing.assert_array_equal(one.labels, two.labels)


def test_too_few_texts_are_refused():
    vectors = make_groups((4,))
    with pytest.raises(InputError, match="Choose fewer"):
        cluster_vectors(vectors, 5)
    with pytest.raises(InputError, match="no text to make clusters of"):
        cluster_vectors(vectors[:0])
    assert cluster_vectors(vectors[:2]).sizes == (1, 1)


def test_texts_that_are_all_alike_are_one_cluster():
    found = cluster_vectors(np.repeat(make_groups((1,)), 10, axis=0))
    assert (found.sizes, found.silhouette) == ((10,), None)
    np.testing.assert_array_equal(found.labels, np.zeros(10))


def test_equal_texts_share_a_cluster():
    vectors = np.repeat(make_groups((1, 1, 1)), 6, axis=0)
    clustering = cluster_vectors(vectors)
    assert clustering.sizes == (6, 6, 6)
    assert all(len(set(clustering.labels[start : start + 6])) == 1 for start in (0, 6, 12))


def test_keywords_are_ranked_by_class_based_tf_idf():
    tokens = [["goal", "goal", "match", "news"], ["goal", "news"], ["bank", "shares", "news", "news"]]
    # Cluster 0 has 6 tokens, cluster 1 four, on average A = 5; "news" occurs 4 times in all, "goal" 3 times.
    weights = {"goal": 3 / 6 * math.log(1 + 5 / 3), "news": 2 / 6 * math.log(1 + 5 / 4), "match": math.log(6) / 6}
    expected = sorted(weights, key=weights.get, reverse=True)
    assert find_keywords(tokens, [0, 0, 1], ignore=())[0] == expected
    assert find_keywords(tokens, [0, 0, 1], ignore={"news"})[1] == ["bank", "shares"]


def test_keywords_leave_out_stop_words_and_single_characters():
    assert find_keywords([["the", "a", "x", "goal"], ["and", "bank"]], np.array([0, 1])) == [["goal"], ["bank"]]


def test_keywords_of_no_words_are_none():
    assert find_keywords([], []) == []
    assert find_keywords([["the"], ["goal"]], [0, 1]) == [[], ["goal"]]
    with pytest.raises(InputError, match="one cluster for each text"):
        find_keywords([["goal"]], [0, 1])
