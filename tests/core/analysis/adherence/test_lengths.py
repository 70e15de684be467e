"""Lengths counted by hand, against the bounds that were asked for."""

import pytest

from attrprompt.analysis.adherence.lengths import deviate, measure_length
from attrprompt.analysis.adherence.values import adjust_values
from tests.kept import assert_comes_back

BOUNDS = {"3 to 5 words": (3, 5), "8 to 10 words": (8, 10)}


def words(number):
    return " ".join(["word"] * number)


def ask_length(value, number):
    return [{"length": value}] * number


@pytest.mark.parametrize(("number", "outside"), [(0, -3), (2, -1), (3, 0), (5, 0), (6, 1), (12, 7)])
def test_a_deviation_counts_words_outside_the_bounds(number, outside):
    assert deviate(number, (3, 5)) == outside


def test_lengths_are_shared_out_into_shorter_as_asked_and_longer():
    texts = [words(each) for each in (2, 3, 5, 7, 4, 8, 9, 13)]
    asked = ask_length("3 to 5 words", 4) + ask_length("8 to 10 words", 4)
    found = measure_length(texts, asked, "length", BOUNDS, cut=[False] * 7 + [True])
    assert found.found == {"shorter": 2, "as asked": 4, "longer": 2}
    assert found.deviations == ((-4, 1), (-1, 1), (0, 4), (2, 1), (3, 1))
    assert found.quantiles == {"0.05": -4, "0.25": -1, "0.5": 0, "0.75": 0, "0.95": 3}
    assert (found.n, found.cut, found.not_asked, found.unknown) == (8, 1, 0, {})
    assert [(each.value, each.median) for each in found.values] == [("3 to 5 words", 4.0), ("8 to 10 words", 8.5)]
    assert found.values[0].found == {"shorter": 1, "as asked": 2, "longer": 1}


def test_the_share_has_wilsons_interval():
    # Wilson for 8 of 10, worked out by hand: middle (.8 + .19207) / 1.38415, half-width .22652
    found = measure_length([words(4)] * 8 + [words(9)] * 2, ask_length("3 to 5 words", 10), "length", BOUNDS)
    assert found.obeyed.value == 0.8
    assert found.obeyed.low == pytest.approx(0.4902, abs=1e-4)
    assert found.obeyed.high == pytest.approx(0.9433, abs=1e-4)


def test_texts_without_the_value_and_values_without_bounds_are_counted_apart():
    asked = [{"length": "3 to 5 words"}, {}, {"length": "short"}, {"style": "news"}]
    found = measure_length([words(4)] * 4, asked, "length", BOUNDS)
    assert (found.n, found.not_asked, found.unknown) == (1, 2, {"short": 1})
    values = {value.value: value for value in adjust_values(found.rate_values())}
    assert values["short"].reason == "no bounds are known for this value"
    assert values["3 to 5 words"].reason == "too few texts: 1"


def test_no_known_length_gives_no_share():
    found = measure_length([words(4)], [{"length": "short"}], "length", BOUNDS)
    assert found.obeyed is None
    assert found.quantiles == {}
    assert_comes_back(found)


def test_words_are_unicode_words():
    found = measure_length(["C’est l’été – 3.5 %"], [{"length": "3 to 5 words"}], "length", BOUNDS)
    assert found.deviations == ((0, 1),)


def test_lengths_that_other_texts_keep_as_often_are_ignored():
    texts = [words(4)] * 60 + [words(9)] * 5 + [words(4)] * 35
    asked = ask_length("3 to 5 words", 60) + ask_length("8 to 10 words", 40)
    found = measure_length(texts, asked, "length", BOUNDS, items=range(100, 200))
    values = {value.value: value for value in adjust_values(found.rate_values())}
    assert values["3 to 5 words"].elsewhere.value == pytest.approx(35 / 40)
    assert values["8 to 10 words"].elsewhere.value == 0
    assert not values["8 to 10 words"].ignored
    assert found.values[1].items == {"as asked": (160, 161, 162, 163, 164), "shorter": tuple(range(165, 185))}
    assert found.to_json()["kind"] == "length"
    assert_comes_back(found)
