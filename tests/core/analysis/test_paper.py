import numpy as np
import pytest

from attrprompt.analysis.paper import measure_as_in_paper
from attrprompt.analysis.texts.selection import AnalysisSet
from tests.kept import assert_comes_back


def test_vocabulary_is_counted_over_all_and_averaged_within_class():
    dataset = AnalysisSet("a", ["a b c", "a d", "e"], ["x", "x", "y"])
    figures = measure_as_in_paper([dataset])["a"]
    assert figures.vocabulary_all == 5
    assert figures.vocabulary_class == (4 + 1) / 2
    assert figures.same_class is None
    assert_comes_back(figures)


def test_cosines_are_of_pairs_of_one_class():
    vectors = np.eye(2, 3, dtype=np.float32)[[0, 0, 1, 1]]
    dataset = AnalysisSet("a", list("abcd"), ["x", "x", "y", "y"], vectors=vectors)
    figures = measure_as_in_paper([dataset], pairs=100)["a"]
    assert figures.same_class.mean == 1.0
    assert figures.same_class.pairs == 100
    assert_comes_back(figures)


def test_a_text_of_two_labels_is_paired_within_both():
    # vectors e1, e1, e2, e2; classes x = {1, 2}, y = {2, 3, 4}: pairs 12 (1), 23, 24 (0), 34 (1) -> mean 1/2
    vectors = np.eye(2, 3, dtype=np.float32)[[0, 0, 1, 1]]
    label_sets = [["x"], ["x", "y"], ["y"], ["y"]]
    dataset = AnalysisSet("a", list("abcd"), ["x", "x", "y", "y"], label_sets=label_sets, vectors=vectors)
    figures = measure_as_in_paper([dataset], pairs=20_000)["a"]
    assert figures.same_class.mean == pytest.approx(0.5, abs=0.02)
