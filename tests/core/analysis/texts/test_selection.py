import numpy as np
import pytest

from attrprompt.analysis.texts.selection import (
    AnalysisSet,
    TextChoice,
    name_labels,
    prepare_set,
    warn_of_unlike_shares,
)
from attrprompt.errors import InputError
from tests.kept import assert_comes_back


def prepare(dataset, choice=None):
    return prepare_set(dataset, choice or TextChoice(), name_labels([dataset]))


def test_empty_answers_and_refusals_do_not_count_and_cut_ones_do():
    flags = [[], ["empty"], ["refusal", "length"], ["truncated"], ["near_duplicate"]]
    prepared = prepare(AnalysisSet("a", list("vwxyz"), ["l"] * 5, flags=flags))
    assert sorted(prepared.texts) == ["v", "y", "z"]
    assert prepared.shares == {"cut": pytest.approx(1 / 3), "flagged": 0.8, "reviewed": 0.0}


@pytest.mark.parametrize(
    ("review", "counted"),
    [("ignored", "xyz"), ("accepted", "x"), ("not rejected", "xz")],
)
def test_review_decisions_count_only_when_asked_for(review, counted):
    dataset = AnalysisSet("a", list("xyz"), ["l"] * 3, statuses=["accepted", "rejected", "new"])
    assert "".join(sorted(prepare(dataset, TextChoice(review=review)).texts)) == counted


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (TextChoice(), "clean text, without empty answers and refusals; all, reviewed or not"),
        (TextChoice("raw", ("few_shot_copy",), "accepted"), "raw answers, without few shot copy; accepted texts only"),
        (TextChoice("clean", (), "not rejected"), "clean text, all of it; without rejected texts"),
    ],
)
def test_a_choice_of_texts_is_told_in_words(choice, words):
    assert choice.describe() == words


def test_the_order_of_texts_does_not_hang_on_the_input():
    texts, labels = ["one", "two", "three", "two"], ["x", "y", "x", "x"]
    vectors = np.arange(8, dtype=np.float32).reshape(4, 2)
    forward = prepare(AnalysisSet("a", texts, labels, vectors=vectors))
    backward = prepare(AnalysisSet("b", texts[::-1], labels[::-1], vectors=vectors[::-1]))
    assert forward.texts == backward.texts
    assert forward.digest == backward.digest
    assert forward.codes.tolist() == backward.codes.tolist()
    np.testing.assert_array_equal(forward.vectors, backward.vectors)
    assert [texts[row] for row in forward.rows] == list(forward.texts)


def test_labels_equal_when_folded_are_one_label():
    a = AnalysisSet("a", ["x"], ["Sci_Tech"])
    b = AnalysisSet("b", ["y", "z"], ["sci-tech", "sci tech"])
    names = name_labels([a, b])
    assert prepare_set(b, TextChoice(), names).labels == ("Sci_Tech",)


def test_a_text_of_several_labels_belongs_to_each():
    dataset = AnalysisSet("a", ["x", "y"], ["cs", "math"], label_sets=[["cs", "math"], ["math"]])
    prepared = prepare(dataset)
    members = {label: [prepared.texts[i] for i in texts] for label, texts in prepared.members.items()}
    assert members["cs"] == ["x"]
    assert sorted(members["math"]) == ["x", "y"]


def test_texts_are_found_by_attribute_value():
    dataset = AnalysisSet("a", ["x", "y"], ["l", "l"], attributes=[{"style": "dry"}, {"style": "warm"}])
    prepared = prepare(dataset)
    assert [prepared.texts[i] for i in prepared.texts_with("style", "dry")] == ["x"]
    assert len(prepared.texts_with("place", "dry")) == 0
    assert len(prepared.texts_with("label", "l")) == 2


def test_a_blank_text_never_counts():
    assert prepare(AnalysisSet("a", ["x", "", " \n"], ["l"] * 3)).texts == ("x",)


def test_no_text_that_counts_is_said():
    with pytest.raises(InputError, match="no text that counts"):
        prepare(AnalysisSet("a", ["x"], ["l"], flags=[["empty"]]))


def test_columns_of_different_length_are_refused():
    with pytest.raises(InputError, match="2 texts, but 1 entries"):
        AnalysisSet("a", ["x", "y"], ["l"])


def test_sets_that_differ_by_over_five_points_are_warned_of():
    flags = [["truncated"]] * 6 + [[]] * 94
    a = prepare(AnalysisSet("cut", [f"a{i}" for i in range(100)], ["l"] * 100, flags=flags))
    b = prepare(AnalysisSet("clean", [f"b{i}" for i in range(100)], ["l"] * 100))
    warnings = warn_of_unlike_shares([a, b])
    assert any("6% of the texts of cut are cut, 0% of clean" in warning for warning in warnings)
    assert warn_of_unlike_shares([b, b]) == []


def test_a_choice_comes_back_from_its_json():
    assert_comes_back(TextChoice("raw", ("empty",), "accepted"))
