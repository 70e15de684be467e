"""Places asked for and found, crossed by hand."""

from dataclasses import replace

import pytest

from attrprompt.analysis.adherence.asked_places import asked_found_matrix
from attrprompt.analysis.adherence.dimensions import join_dimensions
from attrprompt.analysis.adherence.places import measure_places
from attrprompt.analysis.adherence.values import adjust_values
from tests.core.analysis.regions.sets import locate
from tests.kept import assert_comes_back


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
    assert_comes_back(measured)


def test_the_most_ignored_value_comes_first_and_those_with_too_few_texts_last():
    texts = ["A fair in Kenya."] * 30 + ["A fair in Peru."] * 20 + ["A fair."] * 10 + ["A fair in Japan."] * 7
    places = ["Kenya"] * 30 + ["Peru"] * 30 + ["Japan"] * 7
    found = cross(texts, places)
    joined = join_dimensions([(found, found.rate_values())], {"style": "too few texts"})
    assert [each.value for each in joined.values] == ["Peru", "Kenya", "Japan"]
    assert [each.reason for each in joined.values] == ["", "", "too few texts: 7"]
    assert joined.values[0].obeyed.value == pytest.approx(2 / 3)
    assert joined.not_checked == {"style": "too few texts"}


def test_a_value_that_its_texts_obey_no_more_than_others_is_ignored():
    texts = ["A fair in Kenya."] * 30 + ["A fair in Peru."] * 30 + ["A fair in Kenya."] * 40
    places = ["Kenya"] * 30 + ["Peru"] * 30 + ["Japan"] * 40
    values = {value.value: value for value in adjust_values(cross(texts, places).rate_values())}
    assert {name: each.ignored for name, each in values.items()} == {"Kenya": False, "Peru": False, "Japan": True}
    assert (values["Kenya"].elsewhere.value, values["Kenya"].elsewhere.n) == (pytest.approx(40 / 70), 70)
    assert values["Japan"].p == 1.0
    assert values["Peru"].q >= values["Peru"].p


def test_a_cell_of_the_matrix_knows_its_texts():
    located = locate("set", ["Kenya.", "A fair.", "Peru."], attributes=[{"location": "Kenya"}] * 3)
    matrix = asked_found_matrix(replace(located, items=[7, 8, 9]), "location")
    assert matrix.values[0].items == {"Africa": (7,), "no place": (8,), "South America": (9,)}
