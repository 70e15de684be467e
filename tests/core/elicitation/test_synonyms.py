"""Values that say the same."""

from __future__ import annotations

import pytest

from attrprompt.elicitation.synonyms import find_near_synonyms, identity_key
from attrprompt.encoding.encoder import REFERENCE
from attrprompt.encoding.open import open_encoder
from tests.word_encoder import WordEncoder


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The U.S. Open", "US open"),
        ("US Open 2019", "US Open, 2020"),
        ("Awards ceremonies", "awards ceremony"),
        ("Women’s football", "womens football"),
        ("“Opera”", "opera"),
        ("ﬁnance", "Finance"),
    ],
)
def test_values_that_differ_in_dress_only_have_one_key(one, other):
    assert identity_key(one) == identity_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Austria", "Australia"),
        ("rising prices", "falling prices"),
        ("North Korea", "South Korea"),
        ("dog bites man", "man bites dog"),
        ("2019", "2020"),
        ("東京", "京都"),
        ("news", "new"),
        ("C++", "C"),
    ],
)
def test_values_that_differ_in_a_word_have_two(one, other):
    assert identity_key(one) != identity_key(other)


def test_lengths_keep_their_numbers():
    assert identity_key("30 to 80 words", keep_numbers=True) != identity_key("30 to 90 words", keep_numbers=True)


def test_each_new_value_is_shown_with_its_nearest_twin_among_existing_and_earlier_ones():
    found = find_near_synonyms(
        WordEncoder(), ["cup final", "final cup game", "chess"], ["cup final game", "tennis"], threshold=0.8
    )
    assert [(pair.new, pair.existing) for pair in found] == [
        ("cup final", "cup final game"),
        ("final cup game", "cup final game"),
    ]
    assert found[0].similarity == pytest.approx(2 / 6**0.5)


def test_nothing_new_finds_nothing_and_a_single_first_value_has_no_twin():
    assert find_near_synonyms(WordEncoder(), [], ["a"]) == []
    assert find_near_synonyms(WordEncoder(), ["a"], []) == []


def test_the_real_encoder_finds_other_words_for_the_same(tmp_path):
    encoder = open_encoder(REFERENCE, tmp_path, threads=1)
    existing = ["The impact of streaming services on movies", "Box office results"]
    new = ["How streaming platforms affect movies", "Film festivals"]
    found = find_near_synonyms(encoder, new, existing)
    assert [(pair.new, pair.existing) for pair in found] == [(new[0], existing[0])]
