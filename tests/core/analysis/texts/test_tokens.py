import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.texts import tokens
from attrprompt.analysis.texts.tokens import (
    TokenSample,
    build_token_table,
    count_words,
    cut_after_words,
    gather_ranges,
    split_words,
    take_whole,
    tokenise,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It costs 3.14 or 1,000 dollars.", ["It", "costs", "3.14", "or", "1,000", "dollars"]),
        ("don't re-enter the U.S. market", ["don't", "re", "enter", "the", "U.S", "market"]),
        ("São Paulo – Zürich… naïve", ["São", "Paulo", "Zürich", "naïve"]),
        ("Привет, мир! שלום עולם", ["Привет", "мир", "שלום", "עולם"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("東京で会議", ["東京", "で", "会議"]),
        ("カタカナ 한국어", ["カタカナ", "한국어"]),
        ("__ -- ''…  👍🏽 🇫🇷", []),
        ("", []),
    ],
)
def test_words_are_unicode_segments_with_a_letter_or_digit(text, words):
    assert split_words(text) == words
    assert count_words(text) == len(words)


def test_tokens_fold_case_composition_and_apostrophes():
    assert tokenise("Don’t STOP") == tokenise("don't stop") == ["don't", "stop"]
    assert tokenise("Cafe\u0301") == tokenise("café") == ["café"]
    assert tokenise("Straße") == ["strasse"]
    assert tokenise("co\u00adoperate") == ["cooperate"]


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_quick_way_for_ascii_gives_the_same_words_as_the_full_rules(text):
    assert tokens._ASCII_WORD.findall(text) == tokens._WORD.findall(text)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="aZé9_.,:;' -’”ß東\u0301", max_size=40))
def test_words_are_parts_of_the_text_in_order(text):
    plain = text.translate(tokens._PLAIN)
    position = 0
    for word in split_words(text):
        position = plain.index(word, position) + len(word)
        assert regex.search(r"[\p{L}\p{N}]", word)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="ab é9.' -", max_size=40), st.integers(0, 8))
def test_a_cut_text_holds_the_first_words(text, words):
    assert split_words(cut_after_words(text, words)) == split_words(text)[:words]


def test_no_ngram_reaches_from_one_text_into_the_next():
    table = build_token_table(["a b c", "d", "", "a b"])
    assert table.grams(2).distinct == 2  # "a b" and "b c"
    assert np.diff(table.grams(2).starts).tolist() == [2, 0, 0, 1]
    assert table.spell(2, np.arange(2)) == ["a b", "b c"]
    assert table.grams(3).distinct == 1
    assert table.grams(4).distinct == 0


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet="abc ", max_size=15), min_size=1, max_size=8), st.integers(1, 4))
def test_ngrams_are_those_found_by_slicing(texts, n):
    expected = [" ".join(words[i : i + n]) for words in map(tokenise, texts) for i in range(max(len(words) - n + 1, 0))]
    table = build_token_table(texts)
    assert table.spell(n, take_whole(table).grams(n)) == expected
    assert table.grams(n).distinct == len(set(expected))


def test_a_cut_sample_counts_only_the_tokens_kept():
    table = build_token_table(["one two three four", "five six"])
    sample = TokenSample(table, np.array([0, 1]), np.array([3, 2]))
    assert [table.vocabulary[t] for t in sample.tokens] == ["one", "two", "three", "five", "six"]
    assert sample.counts(2).tolist() == [2, 1]
    assert sample.written() == ["one two three", "five six"]


def test_text_grams_count_occurrences_in_each_text():
    sample = take_whole(build_token_table(["a b a", "b b"]))
    owners, grams, occurrences = sample.text_grams(1)
    assert list(zip(owners.tolist(), grams.tolist(), occurrences.tolist(), strict=True)) == [
        (0, 0, 2),
        (0, 1, 1),
        (1, 1, 2),
    ]


def test_gather_ranges_lists_the_positions_of_every_range():
    assert gather_ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
