"""The attribute classifier: what it learns, what it says of texts it saw, when its shares are corrected."""

import numpy as np
import pytest

from attrprompt.analysis.attribute_classifier import (
    choose_training_texts,
    correct_shares,
    count_unsure,
    estimate_shares,
    separate,
    train_attribute_classifier,
)
from attrprompt.errors import InputError


def make_texts(sizes, spread=0.05, seed=0):
    """Unit vectors around an axis for each class, with the class of each: (vectors, values, texts)."""
    rng = np.random.default_rng(seed)
    vectors = np.concatenate(
        [np.eye(8)[place] + spread * rng.standard_normal((n, 8)) for place, n in enumerate(sizes.values())]
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    values = [name for name, n in sizes.items() for _ in range(n)]
    return vectors.astype(np.float32), values, [f"text {row}" for row in range(len(values))]


@pytest.fixture(scope="module")
def trained():
    return train_attribute_classifier(*make_texts({"a": 40, "b": 60, "few": 7}))


def test_classes_that_lie_apart_are_told_apart_and_small_ones_left_out(trained):
    assert trained.classes == ("a", "b")
    assert trained.left_out == {"few": 7}
    assert (trained.n, trained.accuracy, trained.majority) == (100, 1.0, 0.6)
    assert trained.confusion.tolist() == [[40, 0], [0, 60]]
    assert trained.condition == pytest.approx(1.0)
    assert trained.why_uncorrected == ""


def test_noise_is_not_learned_and_its_shares_are_not_corrected():
    vectors, _, texts = make_texts({"a": 200}, spread=3.0)
    values = ["a", "b"] * 100
    classifier = train_attribute_classifier(vectors, values, texts)
    assert abs(classifier.accuracy - 0.5) < 0.15
    assert "accuracy" in classifier.why_uncorrected
    assert correct_shares({"a": 0.5, "b": 0.5}, classifier) is None


def test_a_text_it_was_trained_on_is_judged_without_having_been_seen():
    vectors, values, texts = make_texts({"a": 40, "b": 40}, spread=1.0)
    classifier = train_attribute_classifier(vectors, values, texts)
    np.testing.assert_array_equal(classifier.judge(vectors, own=True)[classifier.rows], classifier.held_out)
    assert np.abs(classifier.judge(vectors) - classifier.held_out).max() > 0.01


def test_equal_texts_and_texts_without_a_value_train_once_or_not_at_all():
    rows, left_out = choose_training_texts(["a", "a", None, "b", "a"], ["x", "x", "y", "z", "w"], fewest=2)
    assert rows == [0, 4]
    assert left_out == {"b": 1}


def test_one_class_is_refused_in_a_sentence():
    vectors, values, texts = make_texts({"a": 30, "b": 5})
    with pytest.raises(InputError, match="two values with 20 texts"):
        train_attribute_classifier(vectors, values, texts)


def test_shares_and_unsure_texts_are_counted():
    probabilities = np.array([[0.6, 0.2, 0.2], [0.4, 0.3, 0.3], [0.1, 0.8, 0.1], [0.1, 0.5, 0.4]])
    shares = estimate_shares(probabilities, ("a", "b", "c"))
    assert {name: share.value for name, share in shares.items()} == {"a": 0.5, "b": 0.5, "c": 0.0}
    assert shares["a"].method == "Wilson"
    assert count_unsure(probabilities) == 0.25


def test_corrected_shares_undo_a_known_confusion():
    vectors, values, texts = make_texts({"a": 50, "b": 50})
    vectors[:10], vectors[50:60] = (
        vectors[50:60].copy(),
        vectors[:10].copy(),
    )  # a fifth of either class looks like the other
    classifier = train_attribute_classifier(vectors, values, texts)
    confusion = classifier.confusion / 50
    assert confusion[0, 1] == pytest.approx(0.2, abs=0.05)
    true = np.array([0.9, 0.1])
    found = dict(zip("ab", true @ confusion, strict=True))
    if classifier.accuracy >= 0.8:
        assert list(correct_shares(found, classifier).values()) == pytest.approx(true, abs=1e-6)
    assert correct_shares({"a": 1.0, "b": 0.0}, train_attribute_classifier(*make_texts({"a": 30, "b": 30}))) == {
        "a": pytest.approx(1.0),
        "b": pytest.approx(0.0, abs=1e-6),
    }


def test_the_area_under_the_curve_is_scikit_learns():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    asked = rng.random(200) < 0.3
    scores = np.round(rng.random(200) + 0.3 * asked, 1)
    found = separate(scores, asked, ["one"] * 200)
    assert found.auc.value == pytest.approx(roc_auc_score(asked, scores))
    assert found.auc.low < found.auc.value < found.auc.high
    assert found.p < 0.01


def test_delongs_interval_by_hand():
    # positives 3, 1 and negatives 2, 0: placements above (1, .5), below (.5, 1); variance (.125 ÷ 2) + (.125 ÷ 2)
    found = separate(np.array([3.0, 1.0, 2.0, 0.0]), np.array([True, True, False, False]), ["x"] * 4)
    assert found.auc.value == 0.75
    assert found.auc.high == 1.0
    assert found.auc.low == pytest.approx(0.75 - 1.959964 * 0.125**0.5)


def test_only_texts_of_one_label_are_compared():
    scores = np.array([0.9, 0.8, 0.9, 0.8, 0.1, 0.2, 0.1, 0.2])
    labels = ["x"] * 4 + ["y"] * 4
    asked = np.array([True, True, False, False, True, True, False, False])
    assert separate(scores, asked, labels).auc.value == pytest.approx(0.5)
    assert separate(scores, np.array([True] * 4 + [False] * 4), labels) is None


def test_noise_is_seldom_called_told_apart():
    rng = np.random.default_rng(1)
    p = [separate(rng.random(60), np.arange(60) < 20, ["a", "b"] * 30).p for _ in range(400)]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.09
