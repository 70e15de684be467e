"""Which texts are in another language, on sentences in 39 of them and on real English news."""

import json
from pathlib import Path

import pytest

from attrprompt.analysis.texts.language import find_foreign_texts, guess_language, list_languages
from attrprompt.errors import InputError

SENTENCES = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "other_languages.jsonl").read_text("utf-8").splitlines()
]
NEWS = Path(__file__).parents[5] / "shared" / "data" / "gold" / "agnews_test.jsonl"
ENGLISH = "The council met on Monday to discuss how the old bridge over the river should be repaired this year"
GERMAN = "Der Gemeinderat traf sich am Montag und sprach darüber, wie die alte Brücke über den Fluss zu retten ist"


def test_every_sentence_in_another_language_than_english_is_found():
    assert len(SENTENCES) == 50 and len({each["language"] for each in SENTENCES}) == 39
    found = find_foreign_texts([each["text"] for each in SENTENCES], "en")
    assert found.rows == tuple(range(50))


def test_a_language_is_named_only_where_it_is_certain():
    guesses = [(guess_language(each["text"]), each["language"]) for each in SENTENCES]
    assert all(guess in ("", language) for guess, language in guesses)
    assert sum(guess == language for guess, language in guesses) >= 40
    assert guess_language(ENGLISH) == "en"


@pytest.mark.skipif(not NEWS.exists(), reason="needs the AG News test texts beside the repository")
def test_no_english_news_text_is_taken_for_another_language():
    texts = [json.loads(line)["text"] for line in NEWS.read_text("utf-8").splitlines()]
    assert len(texts) == 2_000
    assert find_foreign_texts(texts).rows == ()
    openings = [" ".join(text.split()[:5]) for text in texts]
    assert find_foreign_texts(openings, "en").rows == ()


def test_the_language_of_most_is_expected_unless_another_is_named():
    texts = [
        ENGLISH,
        f"{ENGLISH} again",
        GERMAN,
        "東京で開かれた会議で各国の代表が気候変動について話し合った",
        "Bayern München",
    ]
    found = find_foreign_texts(texts)
    assert (found.language, found.rows) == ("en", (2, 3))
    assert find_foreign_texts(texts, "de").rows == (0, 1, 3)


def test_nothing_is_said_of_short_or_no_texts():
    assert find_foreign_texts([]).rows == ()
    assert find_foreign_texts(["Bayern München", "", "12 : 3"], "en").rows == ()
    assert guess_language("Bonjour") == ""


def test_an_unknown_language_is_refused_with_those_that_are_known():
    assert {"en", "de", "zh", "sw"} <= set(list_languages())
    with pytest.raises(InputError, match="'xx' cannot be checked"):
        find_foreign_texts([ENGLISH], "xx")
