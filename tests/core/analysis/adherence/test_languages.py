"""Languages: what most texts have, and what was asked for."""

import pytest

from attrprompt.analysis.adherence.languages import are_languages, measure_asked_language, measure_language
from tests.kept import assert_comes_back

ENGLISH = "The minister said on Monday that the plan for the north would be ready in the spring of this year."
GERMAN = "Der Minister sagte am Montag, dass der Plan für den Norden im Frühjahr fertig ist und nicht später kommt."


def test_the_language_of_most_is_expected_and_others_are_counted():
    found = measure_language([ENGLISH] * 3 + [GERMAN, "Ja."], items=[5, 6, 7, 8, 9])
    assert (found.expected, found.n, found.foreign, found.items) == ("en", 5, 1, (8,))
    assert found.kept.value == pytest.approx(0.8)
    assert_comes_back(found)


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
    assert_comes_back(found)
