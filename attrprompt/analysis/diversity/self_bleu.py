"""Self-BLEU in linear time.

BLEU clips the count of an n-gram by its greatest count in any single reference. With all other texts as references
that is the greatest count among the others: the greatest of all, or the second greatest for the text that holds the
greatest. So one pass over the (text, n-gram) pairs is enough, and no pair of texts is ever compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.texts.tokens import IntArray, TokenSample, find_runs

ORDERS = 4
SMOOTHING = 0.1


def self_bleu(sample: TokenSample) -> float | None:
    """Mean over texts of BLEU-4 of the text against all other texts of the sample.

    BLEU = brevity × exp(mean over n = 1..4 of ln p_n); p_n = clipped ÷ all n-grams, and 0.1 ÷ all where nothing
    matches; brevity = exp(1 - r ÷ c) for a text of c words shorter than r, the reference length closest to c (the
    shorter of two equally close). A text that shares no word with any other scores 0. 0 to 1, lower is more diverse;
    None under 2 texts. Zhu et al. 2018; smoothing as method 1 of Chen & Cherry 2014. It grows with the number of
    texts: state it.
    """
    filled = sample.kept > 0
    if filled.sum() < 2:
        return None
    if not filled.all():
        sample = TokenSample(sample.table, sample.texts[filled], sample.kept[filled])
    log_score = np.zeros(len(sample.texts))
    for n in range(1, ORDERS + 1):
        matches = _clipped_matches(sample, n)
        totals = np.maximum(sample.counts(n), 1)
        with np.errstate(divide="ignore"):
            smallest = np.log(0.0) if n == 1 else np.log(SMOOTHING / totals)
        log_score += np.where(matches > 0, np.log(np.maximum(matches, 1) / totals), smallest) / ORDERS
    lengths = sample.kept.astype(float)
    references = _closest_other_length(sample.kept)
    log_brevity = np.minimum(1 - references / lengths, 0.0)
    return float(np.exp(log_score + log_brevity).mean())


def _clipped_matches(sample: TokenSample, n: int) -> NDArray[np.float64]:
    owners, grams, occurrences = sample.text_grams(n)
    if len(grams) == 0:
        return np.zeros(len(sample.texts))
    first, sizes = find_runs(grams)
    group = np.repeat(np.arange(len(first)), sizes)
    greatest = np.maximum.reduceat(occurrences, first)
    holds_greatest = occurrences == greatest[group]
    holders = np.add.reduceat(holds_greatest.astype(np.int64), first)
    second = np.maximum.reduceat(np.where(holds_greatest, 0, occurrences), first)
    among_others = np.where(holds_greatest & (holders[group] == 1), second[group], greatest[group])
    clipped = np.minimum(occurrences, among_others)
    return np.bincount(owners, weights=clipped, minlength=len(sample.texts)).astype(np.float64)


def _closest_other_length(lengths: IntArray) -> NDArray[np.float64]:
    order = np.argsort(lengths, kind="stable")
    ordered = lengths[order].astype(float)
    below = np.concatenate([[-np.inf], ordered[:-1]])
    above = np.concatenate([ordered[1:], [np.inf]])
    closest = np.empty(len(lengths))
    closest[order] = np.where(ordered - below <= above - ordered, below, above)
    return closest
