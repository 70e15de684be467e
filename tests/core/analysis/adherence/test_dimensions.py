"""Adherence: lengths counted by hand, places crossed by hand, shares with Wilson's interval."""

import json
from dataclasses import replace

import numpy as np
import pytest

from attrprompt.analysis.adherence.asked_places import asked_found_matrix
from attrprompt.analysis.adherence.classified import measure_by_classifier, why_unclassifiable
from attrprompt.analysis.adherence.dimensions import NOTHING_ASKED, Adherence, join_dimensions
from attrprompt.analysis.adherence.languages import are_languages, measure_asked_language, measure_language
from attrprompt.analysis.adherence.lengths import deviate, measure_length
from attrprompt.analysis.adherence.places import measure_places
from attrprompt.analysis.adherence.values import compare_shares, rate_value
from attrprompt.analysis.regions.located import locate

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
    values = {each.value: each for each in join_dimensions({"length": found}).values}
    assert values["short"].reason == "no bounds are known for this value"
    assert values["3 to 5 words"].reason == "too few texts: 1"


def test_no_known_length_gives_no_share():
    found = measure_length([words(4)], [{"length": "short"}], "length", BOUNDS)
    assert found.obeyed is None
    assert found.quantiles == {}
    json.dumps(found.to_json(), allow_nan=False)


def test_words_are_unicode_words():
    found = measure_length(["C’est l’été – 3.5 %"], [{"length": "3 to 5 words"}], "length", BOUNDS)
    assert found.deviations == ((0, 1),)


def cross(texts, places):
    located = locate("set", texts, attributes=[{"location": place} if place else {} for place in places])
    return measure_places(asked_found_matrix(located, "location"))


def test_places_obey_by_country_and_by_continent_where_no_country_was_asked_for():
    texts = ["A fair in Kenya.", "A fair in Nigeria.", "A fair.", "A fair in France.", "A fair in Japan.", "A fair."]
    measured = cross(texts, ["Kenya", "Kenya", "Kenya", "Europe", "Europe", "the countryside"])
    rows = {row.value: row for row in measured.matrix.values}
    assert (rows["Kenya"].obeying, rows["Kenya"].found) == (1, {"Africa": 2, "no place": 1})
    assert rows["Europe"].obeying == 1
    assert rows["the countryside"].obeying is None
    assert (measured.n, measured.obeyed.value) == (5, pytest.approx(2 / 5))
    assert {each.value: (each.obeying, each.n) for each in measured.by_continent} == {
        "Africa": (1, 3),
        "Europe": (1, 2),
    }
    assert measured.to_json()["kind"] == "place"


def test_the_most_ignored_value_comes_first_and_those_with_too_few_texts_last():
    texts = ["A fair in Kenya."] * 30 + ["A fair in Peru."] * 20 + ["A fair."] * 10 + ["A fair in Japan."] * 7
    places = ["Kenya"] * 30 + ["Peru"] * 30 + ["Japan"] * 7
    joined = join_dimensions({"location": cross(texts, places)}, {"style": "too few texts"})
    assert [each.value for each in joined.values] == ["Peru", "Kenya", "Japan"]
    assert [each.reason for each in joined.values] == ["", "", "too few texts: 7"]
    assert joined.values[0].obeyed.value == pytest.approx(2 / 3)
    assert joined.not_checked == {"style": "too few texts"}


def test_a_value_that_its_texts_obey_no_more_than_others_is_ignored():
    texts = ["A fair in Kenya."] * 30 + ["A fair in Peru."] * 30 + ["A fair in Kenya."] * 40
    places = ["Kenya"] * 30 + ["Peru"] * 30 + ["Japan"] * 40
    values = {each.value: each for each in join_dimensions({"location": cross(texts, places)}).values}
    assert {name: each.ignored for name, each in values.items()} == {"Kenya": False, "Peru": False, "Japan": True}
    assert (values["Kenya"].elsewhere.value, values["Kenya"].elsewhere.n) == (pytest.approx(40 / 70), 70)
    assert values["Japan"].p == 1.0
    assert values["Peru"].q >= values["Peru"].p


def test_two_shares_are_compared_as_by_hand():
    # pooled 15 ÷ 40, error √(.375 · .625 · .1) = .1531, z = .25 ÷ .1531 = 1.633
    assert compare_shares(10, 20, 5, 20) == pytest.approx(0.1025, abs=1e-4)
    assert compare_shares(0, 20, 0, 20) == 1.0


def test_lengths_that_other_texts_keep_as_often_are_ignored():
    texts = [words(4)] * 60 + [words(9)] * 5 + [words(4)] * 35
    asked = ask_length("3 to 5 words", 60) + ask_length("8 to 10 words", 40)
    found = measure_length(texts, asked, "length", BOUNDS, items=range(100, 200))
    values = {each.value: each for each in join_dimensions({"length": found}).values}
    assert values["3 to 5 words"].elsewhere.value == pytest.approx(35 / 40)
    assert values["8 to 10 words"].elsewhere.value == 0
    assert not values["8 to 10 words"].ignored
    assert found.values[1].items == {"as asked": (160, 161, 162, 163, 164), "shorter": tuple(range(165, 185))}


def test_a_cell_of_the_matrix_knows_its_texts():
    located = locate("set", ["Kenya.", "A fair.", "Peru."], attributes=[{"location": "Kenya"}] * 3)
    matrix = asked_found_matrix(replace(located, items=[7, 8, 9]), "location")
    assert matrix.values[0].items == {"Africa": (7,), "no place": (8,), "South America": (9,)}


ENGLISH = "The minister said on Monday that the plan for the north would be ready in the spring of this year."
GERMAN = "Der Minister sagte am Montag, dass der Plan für den Norden im Frühjahr fertig ist und nicht später kommt."


def test_the_language_of_most_is_expected_and_others_are_counted():
    found = measure_language([ENGLISH] * 3 + [GERMAN, "Ja."], items=[5, 6, 7, 8, 9])
    assert (found.expected, found.n, found.foreign, found.items) == ("en", 5, 1, (8,))
    assert found.kept.value == pytest.approx(0.8)


def test_languages_asked_for_are_told_by_function_words():
    asked = [{"language": "English"}, {"language": "English"}, {"language": "German"}, {"language": "German"}]
    assert are_languages(["English", "deutsch"])
    assert not are_languages(["English", "Klingon"])
    found = measure_asked_language([ENGLISH, GERMAN, GERMAN, "Kurz."], asked, "language")
    assert found.found == {"English": {"en": 1, "de": 1}, "German": {"de": 1}}
    assert found.not_told == {"German": 1}
    assert found.obeyed.value == pytest.approx(2 / 3)
    assert [each.n for each in found.rate_values()] == [2, 1]
    assert found.to_json()["kind"] == "language"


def make_styled(spread):
    """Texts of two styles by turns over two labels, their embeddings `spread` apart."""
    rng = np.random.default_rng(0)
    styles = ["plain", "ornate"] * 40 + ["rare"] * 5
    vectors = rng.standard_normal((85, 6))
    vectors[:, 0] += [spread * (style == "ornate") for style in styles]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), [f"text {row}" for row in range(85)], [{"style": style} for style in styles]


@pytest.mark.parametrize(("spread", "ignored"), [(0.0, True), (4.0, False)])
def test_a_style_whose_texts_cannot_be_told_from_the_rest_is_ignored(spread, ignored):
    vectors, texts, asked = make_styled(spread)
    labels = ["x", "x", "y", "y"] * 21 + ["x"]
    found = measure_by_classifier(vectors, texts, labels, asked, "style", items=range(85))
    values = {each.value: each for each in join_dimensions({"style": found}).values}
    assert {name: values[name].ignored for name in ("plain", "ornate")} == {"plain": ignored, "ornate": ignored}
    assert values["rare"].reason == "too few texts: 5"
    printed = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert printed["kind"] == "text"
    assert "forced choice" in printed["note"]
    assert sum(map(sum, printed["confusion"])) == printed["n"] == 80


def test_too_few_texts_for_a_classifier_are_said_without_embeddings():
    assert "there are few: 3" in why_unclassifiable(["few"] * 3, ["a", "b", "c"])
    assert why_unclassifiable(["a"] * 20 + ["b"] * 20, [str(row) for row in range(40)]) == ""


def test_thirty_texts_are_enough_for_a_share():
    assert rate_value("location", "Peru", 20, 29).obeyed is None
    assert rate_value("location", "Peru", 20, 30).obeyed.n == 30


def test_a_dimension_named_like_a_key_keeps_its_place():
    found = measure_length([words(4)], [{"values": "3 to 5 words"}], "values", BOUNDS)
    printed = join_dimensions({"values": found}).to_json()
    assert isinstance(printed["values"], list)
    assert printed["values (dimension)"]["n"] == 1


def test_nothing_asked_is_said():
    assert Adherence({}, (), note=NOTHING_ASKED).to_json() == {"values": [], "not_checked": {}, "note": NOTHING_ASKED}
