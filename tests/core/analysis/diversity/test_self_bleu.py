"""Self-BLEU on copies, on strangers, by hand, and as NLTK computes it."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.diversity.self_bleu import self_bleu
from attrprompt.analysis.texts.tokens import build_token_table, take_whole, tokenise

words = st.sampled_from(["apple", "bank", "cup", "day", "east", "fog", "game", "hill", "ink", "jam"])


texts = st.lists(st.lists(words, min_size=1, max_size=12).map(" ".join), min_size=2, max_size=8)


def sample_of(*corpus):
    return take_whole(build_token_table(corpus))


def test_self_bleu_of_copies_is_one_and_of_strangers_nothing():
    assert self_bleu(sample_of("a b c d e", "a b c d e")) == pytest.approx(1.0)
    assert self_bleu(sample_of("a b c d", "w x y z")) == 0.0
    assert self_bleu(sample_of("a b c d", "")) is None


def test_self_bleu_by_hand():
    # Each of "a b c d", "a b c e" has the other as reference: p1 = 3/4, p2 = 2/3, p3 = 1/2, p4 = 0.1/1; no brevity.
    expected = (3 / 4 * 2 / 3 * 1 / 2 * 0.1) ** 0.25
    assert self_bleu(sample_of("a b c d", "a b c e")) == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(texts)
def test_self_bleu_is_what_nltk_computes_text_by_text(corpus):
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    tokenised = [tokenise(text) for text in corpus]
    smooth = SmoothingFunction().method1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = [
            sentence_bleu(tokenised[:i] + tokenised[i + 1 :], text, smoothing_function=smooth)
            for i, text in enumerate(tokenised)
        ]
    assert self_bleu(sample_of(*corpus)) == pytest.approx(np.mean(scores), abs=1e-9)
