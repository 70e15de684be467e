import math

import pytest

from attrprompt.analysis.texts.phrases import (
    compare_vocabularies,
    find_openings,
    find_overused_phrases,
)
from attrprompt.errors import InputError
from tests.kept import assert_comes_back

OURS = ["In a stunning turn the fox won"] * 6 + ["the fox ran home"] * 4
OTHERS = ["the dog ran home"] * 8 + ["the fox slept"] * 2


def test_log_odds_by_hand():
    # "ran": 4 of 10 against 8 of 10. Not over-used by us; by the others with A = .01 × 20 = .2, α = .2 × 12 ÷ 20 = .12
    assert "ran" not in {item.phrase for item in find_overused_phrases(OURS, OTHERS)}
    # a phrase on equal counts as a longer one is left out, so look at single words
    (ran,) = (item for item in find_overused_phrases(OTHERS, OURS, longest=1) if item.phrase == "ran")
    delta = math.log(8.12 / 2.08) - math.log(4.12 / 6.08)
    spread = 1 / 8.12 + 1 / 2.08 + 1 / 4.12 + 1 / 6.08
    assert ran.log_odds == pytest.approx(delta)
    assert ran.score == pytest.approx(delta / math.sqrt(spread))
    assert (ran.texts, ran.other_texts, ran.share, ran.other_share) == (8, 4, 0.8, 0.4)


def test_the_longest_form_of_an_overused_phrase_is_shown():
    phrases = [item.phrase for item in find_overused_phrases(OURS, OTHERS)]
    assert "in a stunning turn" in phrases
    assert "stunning" not in phrases and "a stunning" not in phrases
    assert "the fox" in phrases  # also used apart from the longer ones


def test_a_word_said_often_in_one_text_counts_once():
    chatty = ["very " * 50 + "good", *["good film"] * 9]
    assert "very" not in {item.phrase for item in find_overused_phrases(chatty, OTHERS)}


def test_a_word_everybody_uses_is_not_overused():
    assert "the" not in {item.phrase for item in find_overused_phrases(OURS, OTHERS, longest=1)}


def test_vocabularies_are_parted_into_shared_and_own():
    found = compare_vocabularies(["a b", "a c"], ["a d", "d", "e"])
    assert (found.shared, found.only_a_count, found.only_b_count) == (1, 2, 2)
    assert found.only_b == (("d", 2), ("e", 1))
    assert found.jaccard == 1 / 5


def test_openings_are_counted_whatever_their_case_and_punctuation():
    texts = ["In a stunning turn, they won.", "IN A STUNNING TURN of events", "In a week they lost", "Short"]
    (opening,) = find_openings(texts)
    assert (opening.words, opening.texts, opening.share, opening.examples) == ("In a stunning turn", 2, 0.5, (0, 1))
    assert [o.words for o in find_openings(texts, words=2)] == ["In a"]


def test_what_was_found_comes_back_from_json():
    assert_comes_back(find_overused_phrases(OURS, OTHERS)[0])
    assert_comes_back(compare_vocabularies(OURS, OTHERS))
    assert_comes_back(find_openings(OURS)[0])


def test_empty_sides_are_refused():
    with pytest.raises(InputError):
        find_overused_phrases([], ["a"])
