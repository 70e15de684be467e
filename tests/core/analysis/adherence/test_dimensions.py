"""Dimensions joined: their values in one list, and what is said where nothing was asked."""

from attrprompt.analysis.adherence.dimensions import NOTHING_ASKED, Adherence, join_dimensions
from attrprompt.analysis.adherence.lengths import measure_length

BOUNDS = {"3 to 5 words": (3, 5), "8 to 10 words": (8, 10)}


def words(number):
    return " ".join(["word"] * number)


def test_a_dimension_named_like_a_key_keeps_its_place():
    found = measure_length([words(4)], [{"values": "3 to 5 words"}], "values", BOUNDS)
    printed = join_dimensions({"values": found}).to_json()
    assert isinstance(printed["values"], list)
    assert printed["values (dimension)"]["n"] == 1


def test_nothing_asked_is_said():
    assert Adherence({}, (), note=NOTHING_ASKED).to_json() == {"values": [], "not_checked": {}, "note": NOTHING_ASKED}
