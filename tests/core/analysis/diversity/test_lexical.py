"""Lexical figures on corpora small enough to reckon by hand; the reckoning stands beside each number."""

import gzip
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.diversity.lexical import (
    compression_ratio,
    distinct_n,
    hdd,
    ingf,
    mattr,
    measure_lexical,
    mtld,
    self_repetition,
    tokens_per_text,
    vocabulary_size,
    vocabulary_size_per_class,
)
from attrprompt.analysis.statistics.metrics import LEXICAL, METRICS, PRIMARY, SIMILARITY
from attrprompt.analysis.texts.tokens import build_token_table, take_whole, tokenise
from attrprompt.errors import InputError

STORY = (
    "the team won the game and the team kept the cup while a storm closed the port and the port kept its ships "
    "a small bank raised its rate and the rate moved a market while the market watched the bank and the storm "
    "old ships left the port when the storm moved north and a new team took the cup from the old team"
)


words = st.sampled_from(["apple", "bank", "cup", "day", "east", "fog", "game", "hill", "ink", "jam"])


texts = st.lists(st.lists(words, min_size=1, max_size=12).map(" ".join), min_size=2, max_size=8)


def sample_of(*corpus):
    return take_whole(build_token_table(corpus))


def test_vocabulary_counts_different_words_whatever_their_case():
    assert vocabulary_size(sample_of("The cat", "the dog, the DOG")) == 3  # the, cat, dog


def test_vocabulary_per_class_is_the_mean_over_labels():
    assert vocabulary_size_per_class([sample_of("a b c"), sample_of("a a")]) == 2.0  # (3 + 1) ÷ 2


def test_distinct_n_pools_over_texts_and_crosses_no_border():
    sample = sample_of("a b a b", "a b")
    assert distinct_n(sample, 1) == 2 / 6
    assert distinct_n(sample, 2) == 2 / 4  # ab ba ab | ab
    assert distinct_n(sample, 3) == 2 / 2  # aba bab
    assert distinct_n(sample_of("a", "b"), 2) is None


def test_mattr_is_the_mean_over_windows():
    # windows of 3 in a b a a c: aba 2, baa 2, aac 2 -> mean 2 ÷ 3
    assert mattr(sample_of("a b a a c"), window=3) == pytest.approx(2 / 3)
    # windows of 2: ab 2, ba 2, aa 1, ac 2 -> 7 ÷ 8
    assert mattr(sample_of("a b a a c"), window=2) == pytest.approx(7 / 8)
    assert mattr(sample_of("a b"), window=3) is None


def test_mtld_counts_whole_and_partial_factors_both_ways():
    # a b a c at threshold 0.7. Forward: a 1, ab 1, aba 2/3 < 0.7: a factor; rest c: 0. 4 ÷ 1 = 4.
    # Backward c a b a: 1, 1, 1, 3/4: no factor, rest (1 - 0.75) ÷ 0.3 = 5/6. 4 ÷ (5/6) = 4.8. Mean 4.4.
    assert mtld(sample_of("a b a c"), threshold=0.7) == pytest.approx(4.4)
    assert mtld(sample_of("a b c")) is None


def test_hdd_is_the_expected_share_of_types_in_a_draw():
    # a a b c, draws of 2: all 6 pairs: aa 1 type, the other five 2 types -> mean 11/6 types -> ÷ 2 = 11/12
    assert hdd(sample_of("a a b c"), draw=2) == pytest.approx(11 / 12)
    assert hdd(sample_of("a b"), draw=3) is None


def test_mattr_mtld_and_hdd_agree_with_lexicalrichness():
    """Numbers printed by lexicalrichness 0.5.1 for STORY (tokenizer=str.split): mattr(20), mtld(0.72), hdd(42)."""
    sample = sample_of(STORY)
    assert mattr(sample, window=20) == pytest.approx(0.701086956521739)
    assert mtld(sample) == pytest.approx(15.268719806763286)
    assert hdd(sample) == pytest.approx(0.5339566304085144)


def test_ingf_counts_other_texts_that_hold_a_triple():
    # Triples: text 1 abc bcd, text 2 abc, text 3 xyz (twice), text 4 too short.
    # Other texts of 2: abc 1, bcd 0 -> mean 1/2; text 2: 1; text 3: 0. Mean 1/2 of 2 others -> 250 of 1,000.
    assert ingf(sample_of("a b c d", "a b c", "x y z x y z", "a b")) == pytest.approx(250.0)
    assert ingf(sample_of("a b c", "a")) is None


def test_ingf_of_copies_is_all_other_texts():
    assert ingf(sample_of(*["a b c d"] * 4)) == pytest.approx(1000.0)


def test_self_repetition_counts_other_texts_that_hold_a_run_of_four():
    # text 1 abcd bcde, text 2 abcd abcd (once), text 3 none: ln 2, ln 2, ln 1
    sample = sample_of("a b c d e", "a b c d a b c d", "x y z")
    assert self_repetition(sample) == pytest.approx(2 * math.log(2) / 3)


def test_compression_ratio_is_that_of_gzip_on_the_lines():
    corpus = ["One text.", "Ein zweiter Text – länger."]
    joined = "\n".join(corpus).encode()
    assert compression_ratio(sample_of(*corpus)) == len(joined) / len(gzip.compress(joined, 9, mtime=0))


def test_tokens_per_text_is_a_mean():
    assert tokens_per_text(sample_of("a b", "a b c d", "")) == 2.0


@settings(deadline=None, max_examples=60)
@given(texts)
def test_mattr_hdd_and_distinct_are_what_plain_counting_gives(corpus):
    tokens = [token for text in corpus for token in tokenise(text)]
    sample = sample_of(*corpus)
    window = min(4, len(tokens))
    spans = [tokens[i : i + window] for i in range(len(tokens) - window + 1)]
    assert mattr(sample, window) == pytest.approx(np.mean([len(set(span)) / window for span in spans]))
    assert distinct_n(sample, 1) == len(set(tokens)) / len(tokens)
    if len(tokens) <= 12:
        draws = [len(set(draw)) / 2 for draw in combinations(tokens, 2)]
        assert hdd(sample, draw=2) == pytest.approx(np.mean(draws))


@settings(deadline=None, max_examples=60)
@given(texts)
def test_mtld_is_what_reading_word_by_word_gives(corpus):
    tokens = [token for text in corpus for token in tokenise(text)]

    def read(sequence):
        factors, seen = 0.0, []
        for token in sequence:
            seen.append(token)
            if len(set(seen)) / len(seen) < 0.72:
                factors, seen = factors + 1, []
        return factors + ((1 - len(set(seen)) / len(seen)) / 0.28 if seen else 0)

    forward, backward = read(tokens), read(tokens[::-1])
    if forward == 0 or backward == 0:
        assert mtld(sample_of(*corpus)) is None
    else:
        expected = (len(tokens) / forward + len(tokens) / backward) / 2
        assert mtld(sample_of(*corpus)) == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(texts, st.data())
def test_a_duplicate_leaves_the_vocabulary_and_never_raises_distinct_n(corpus, data):
    copied = [*corpus, data.draw(st.sampled_from(corpus))]
    assert vocabulary_size(sample_of(*copied)) == vocabulary_size(sample_of(*corpus))
    for n in (1, 2, 3):
        before, after = distinct_n(sample_of(*corpus), n), distinct_n(sample_of(*copied), n)
        assert before is None or after <= before + 1e-12


@settings(deadline=None, max_examples=60)
@given(texts)
def test_figures_keep_to_their_stated_range(corpus):
    figures = measure_lexical(sample_of(*corpus), [sample_of(text) for text in corpus])
    for key, value in figures.items():
        assert value is None or METRICS[key].minimum - 1e-9 <= value <= METRICS[key].maximum + 1e-9


def test_no_words_are_refused_with_a_sentence():
    with pytest.raises(InputError, match="no words"):
        vocabulary_size(sample_of("...", ""))


def test_every_figure_has_a_definition_a_source_and_a_direction():
    assert set(LEXICAL) | set(SIMILARITY) == set(METRICS)
    assert PRIMARY == ("vocabulary_size", "aps_intra")
    for metric in METRICS.values():
        assert metric.title and metric.definition.endswith((".", ")")) and metric.source and metric.unit
        assert metric.role in ("primary", "exploratory")
