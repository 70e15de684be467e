"""Dimensions joined: their values in one list, and what is said where nothing was asked."""

from attrprompt.analysis.adherence.dimensions import NOTHING_ASKED, Adherence, join_dimensions
from attrprompt.analysis.adherence.languages import AskedLanguages, measure_asked_language, measure_language
from attrprompt.analysis.adherence.lengths import LengthAdherence, measure_length
from attrprompt.analysis.adherence.places import PlaceAdherence
from tests.kept import assert_comes_back

BOUNDS = {"3 to 5 words": (3, 5), "8 to 10 words": (8, 10)}


def words(number):
    return " ".join(["word"] * number)


def test_a_dimension_named_like_a_key_keeps_its_place_and_comes_back():
    found = measure_length([words(4)], [{"values": "3 to 5 words"}], "values", BOUNDS)
    joined = join_dimensions([(found, found.rate_values())], language=measure_language([words(4)]))
    printed = joined.to_json()
    assert isinstance(printed["values"], list)
    assert printed["values (dimension)"]["n"] == 1
    assert_comes_back(joined)


def test_dimensions_are_taken_by_the_way_they_were_checked():
    lengths = measure_length([words(4)], [{"length": "3 to 5 words"}], "length", BOUNDS)
    languages = measure_asked_language([words(4)], [{"language": "English"}], "language")
    joined = join_dimensions([(lengths, lengths.rate_values()), (languages, languages.rate_values())])
    assert joined.take(LengthAdherence) == [lengths]
    assert joined.take(AskedLanguages) == [languages]
    assert joined.take(PlaceAdherence) == []
    assert_comes_back(joined)


def test_nothing_asked_is_said():
    nothing = Adherence(note=NOTHING_ASKED)
    assert nothing.to_json() == {"values": [], "not_checked": {}, "note": NOTHING_ASKED}
    assert_comes_back(nothing)
