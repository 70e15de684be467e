"""Words and phrases that set texts apart: over-used ones, shared and unique ones, openings.

All counts are of texts, not of occurrences: one text that says a word twenty times counts once. The lists are for
reading; nothing here claims significance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.texts.tokens import (
    IntArray,
    TokenTable,
    build_token_table,
    cut_after_words,
    take_whole,
    tokenise,
)
from attrprompt.errors import InputError
from attrprompt.kept import Kept

LONGEST = 4
FEWEST_TEXTS = 3
PRIOR_STRENGTH = 0.01
OPENING_WORDS = 4


@dataclass(frozen=True)
class OverusedPhrase(Kept):
    """A word or phrase that one set uses in more of its texts than another.

    Attributes:
        texts: number of texts of the set that hold it.
        other_texts: number of texts of the other set.
        share: `texts` ÷ all texts of the set.
        log_odds: difference of the log odds, shrunk by the prior.
        score: `log_odds` ÷ its spread; the list is in this order. Not a test.
    """

    phrase: str
    texts: int
    other_texts: int
    share: float
    other_share: float
    log_odds: float
    score: float


@dataclass(frozen=True)
class VocabularyOverlap(Kept):
    """Words of two sets: how many they share, and the most common words that only one of them has.

    Attributes:
        only_a: (word, texts of a), most common first.
        only_b: (word, texts of b).
        jaccard: shared ÷ all words.
    """

    shared: int
    only_a_count: int
    only_b_count: int
    only_a: tuple[tuple[str, int], ...]
    only_b: tuple[tuple[str, int], ...]
    jaccard: float


@dataclass(frozen=True)
class Opening(Kept):
    """First words with which several texts begin.

    Attributes:
        examples: rows of some of these texts.
    """

    words: str
    texts: int
    share: float
    examples: tuple[int, ...]


def find_overused_phrases(
    texts: Sequence[str], others: Sequence[str], *, longest: int = LONGEST, count: int = 50
) -> list[OverusedPhrase]:
    """Words and phrases of up to four words that the texts use more than the others, by log-odds with a prior.

    Of n texts y hold a phrase, of the n' others y'. The prior adds A texts to each side, α of them with the
    phrase, α ÷ A being its share in both together: δ = ln((y + α) ÷ (n + A - y - α)) - the same for the others;
    score = δ ÷ √(Σ over both sides of 1 ÷ (y + α) + 1 ÷ (n + A - y - α)). A is a hundredth of all texts.
    A phrase that occurs only within a longer one with the same counts is left out.
    Monroe, Colaresi & Quinn 2008, Fightin' Words; counts of texts in place of words.

    Raises:
        InputError: a side has no texts.
    """
    if not texts or not others:
        raise InputError("Choose two sets with at least one text each: over-used words are found by comparison.")
    table = build_token_table([*texts, *others])
    found: list[OverusedPhrase] = []
    for n in range(1, longest + 1):
        found.extend(_score_grams(table, n, len(texts), len(others)))
    found.sort(key=lambda item: (-item.score, item.phrase))
    return _drop_parts(found, count)


def compare_vocabularies(a: Sequence[str], b: Sequence[str], *, count: int = 50) -> VocabularyOverlap:
    """Words that both sets use and words that only one uses. Read it with care where one set is much larger."""
    texts_a, texts_b = _count_texts_by_word(a), _count_texts_by_word(b)
    only_a = {word: n for word, n in texts_a.items() if word not in texts_b}
    only_b = {word: n for word, n in texts_b.items() if word not in texts_a}
    shared = len(texts_a) - len(only_a)
    total = shared + len(only_a) + len(only_b)
    return VocabularyOverlap(
        shared=shared,
        only_a_count=len(only_a),
        only_b_count=len(only_b),
        only_a=_most_common(only_a, count),
        only_b=_most_common(only_b, count),
        jaccard=shared / total if total else 0.0,
    )


def find_openings(texts: Sequence[str], *, words: int = OPENING_WORDS, count: int = 30) -> list[Opening]:
    """Openings ("In a stunning turn") of so many words that two texts or more share, most common first.

    Case and punctuation do not matter; the words are shown as they stand in the first such text.
    """
    rows: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        opening = tuple(tokenise(text)[:words])
        if len(opening) == words:
            rows[opening].append(row)
    repeated = sorted((found for found in rows.values() if len(found) > 1), key=lambda found: (-len(found), found))
    return [
        Opening(
            words=cut_after_words(texts[found[0]], words),
            texts=len(found),
            share=len(found) / len(texts),
            examples=tuple(found[:5]),
        )
        for found in repeated[:count]
    ]


def _score_grams(table: TokenTable, n: int, size: int, other_size: int) -> list[OverusedPhrase]:
    owners, grams, _ = take_whole(table).text_grams(n)
    distinct = table.grams(n).distinct
    ours = owners < size
    texts = np.bincount(grams[ours], minlength=distinct).astype(np.float64)
    others = np.bincount(grams[~ours], minlength=distinct).astype(np.float64)
    kept = np.flatnonzero(texts >= FEWEST_TEXTS)
    y, z = texts[kept], others[kept]
    strength = PRIOR_STRENGTH * (size + other_size)
    prior = strength * (y + z) / (size + other_size)
    log_odds, spread = _measure_odds(y + prior, size + strength)
    other_odds, other_spread = _measure_odds(z + prior, other_size + strength)
    log_odds = log_odds - other_odds
    score = log_odds / np.sqrt(spread + other_spread)
    over = np.flatnonzero(score > 0)
    phrases = table.spell(n, kept[over])
    return [
        OverusedPhrase(
            phrase=phrase,
            texts=int(y[i]),
            other_texts=int(z[i]),
            share=float(y[i] / size),
            other_share=float(z[i] / other_size),
            log_odds=float(log_odds[i]),
            score=float(score[i]),
        )
        for phrase, i in zip(phrases, over, strict=True)
    ]


def _measure_odds(holding: NDArray[np.float64], total: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log odds and their approximate variance."""
    without = np.maximum(total - holding, 1e-9)
    return np.log(holding / without), 1 / holding + 1 / without


def _drop_parts(found: Sequence[OverusedPhrase], count: int) -> list[OverusedPhrase]:
    """Leave out phrases that stand only within a longer phrase of the list."""
    by_counts: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for item in found:
        by_counts[item.texts, item.other_texts].append(f" {item.phrase} ")
    kept: list[OverusedPhrase] = []
    for item in found:
        padded = f" {item.phrase} "
        longer = by_counts[item.texts, item.other_texts]
        if not any(padded in other and len(other) > len(padded) for other in longer):
            kept.append(item)
        if len(kept) == count:
            break
    return kept


def _count_texts_by_word(texts: Sequence[str]) -> Counter[str]:
    table = build_token_table(texts)
    _, words, _ = take_whole(table).text_grams(1)
    counts: IntArray = np.bincount(words, minlength=len(table.vocabulary))
    return Counter({word: int(n) for word, n in zip(table.vocabulary, counts, strict=True)})


def _most_common(counts: dict[str, int], count: int) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:count])
