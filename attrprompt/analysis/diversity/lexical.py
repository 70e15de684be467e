"""Lexical diversity: how many different words and word sequences, and how much texts repeat each other.

Every function takes a `TokenSample` (see `tokens.take_whole`) and gives one number, or None where the figure is not
defined for so little text. All of them depend on how much text there is: compare sets only at equal tokens. An
InputError refuses a sample without a word.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

import numpy as np

from attrprompt.analysis.diversity.self_bleu import self_bleu
from attrprompt.analysis.statistics.metrics import LEXICAL
from attrprompt.analysis.texts.tokens import IntArray, TokenSample, count_runs, find_runs, turn_round
from attrprompt.errors import InputError

WINDOW = 50
THRESHOLD = 0.72
DRAW = 42
INGF_N = 3
REPETITION_N = 4
Reading = Callable[[IntArray, IntArray, int, float], float]
COMPILED_FROM = 100_000
"""Repeated tokens from which the reading of MTLD is worth a compiler."""


def vocabulary_size(sample: TokenSample) -> float:
    """Number of different tokens. 1 to the number of tokens; higher is more diverse. Yu et al. 2023."""
    _refuse_empty(sample)
    return float(len(sample.frequencies))


def vocabulary_size_per_class(samples: Sequence[TokenSample]) -> float | None:
    """Mean over labels of the number of different tokens in the label's texts; higher is more diverse.

    Takes one sample a label. Yu et al. 2023 ("Class" column).
    """
    sizes = [len(sample.frequencies) for sample in samples if len(sample.tokens)]
    return float(np.mean(sizes)) if sizes else None


def distinct_n(sample: TokenSample, n: int) -> float | None:
    """Different n-grams ÷ all n-grams, pooled over texts. 0 to 1, higher is more diverse. Li et al. 2016."""
    _refuse_empty(sample)
    grams = sample.frequencies if n == 1 else count_runs(sample.grams(n))
    total = int(grams.sum())
    return len(grams) / total if total else None


def mattr(sample: TokenSample, window: int = WINDOW) -> float | None:
    """Moving-average type-token ratio: mean of types ÷ w over all windows of w tokens.

    0 to 1, higher is more diverse; None under w tokens. Covington & McFall 2010. Exact in one pass: a token is the
    first of its kind in those windows that begin after its previous occurrence.
    """
    _refuse_empty(sample)
    total = len(sample.tokens)
    if total < window:
        return None
    here = np.arange(total, dtype=np.int64)
    first_start = np.maximum(sample.previous + 1, np.maximum(here - window + 1, 0))
    last_start = np.minimum(here, total - window)
    types = np.maximum(last_start - first_start + 1, 0).sum()
    return float(types) / ((total - window + 1) * window)


def mtld(sample: TokenSample, threshold: float = THRESHOLD) -> float | None:
    """Measure of textual lexical diversity: tokens ÷ factors, mean of forward and backward reading.

    A factor ends when types ÷ tokens falls below the threshold; the rest counts as (1 - TTR) ÷ (1 - threshold)
    factors. Above 1, higher is more diverse; None where no token repeats. McCarthy & Jarvis 2010.
    """
    _refuse_empty(sample)
    total = len(sample.tokens)
    readings = []
    for previous in (sample.previous, turn_round(sample.previous)):
        factors = _count_factors(previous, threshold)
        if factors == 0:
            return None
        readings.append(total / factors)
    return float(np.mean(readings))


def hdd(sample: TokenSample, draw: int = DRAW) -> float | None:
    """HD-D: expected types ÷ 42 in 42 tokens drawn without replacement, Σ over types of P(drawn at least once) ÷ 42.

    0 to 1, higher is more diverse; None under 42 tokens. McCarthy & Jarvis 2007.
    """
    from scipy.special import gammaln

    _refuse_empty(sample)
    total = len(sample.tokens)
    if total < draw:
        return None
    frequencies, types = np.unique(sample.frequencies, return_counts=True)
    others = total - frequencies
    possible = others >= draw
    log_missed = (
        gammaln(others[possible] + 1)
        - gammaln(others[possible] - draw + 1)
        - gammaln(total + 1)
        + gammaln(total - draw + 1)
    )
    missed = np.zeros(len(frequencies))
    missed[possible] = np.exp(log_missed)
    return float((types * (1 - missed)).sum() / draw)


def ingf(sample: TokenSample, n: int = INGF_N) -> float | None:
    """Inter-text n-gram frequency, by our definition, in texts per 1,000.

    Mean over texts, of the mean over the text's n-grams g, of 1000 × (other texts that hold g) ÷ (other texts);
    texts shorter than n words are left out. 0 to 1000, lower is more diverse; None under 2 texts. After
    Mishra et al. 2020, whose formula we could not check. Its expectation does not depend on the number of texts.
    """
    _refuse_empty(sample)
    owners, grams, occurrences = sample.text_grams(n)
    counts = sample.counts(n)
    usable = int((counts > 0).sum())
    if usable < 2:
        return None
    others = _texts_holding(grams) - 1
    per_text = np.bincount(owners, weights=occurrences * others, minlength=len(counts))[counts > 0]
    return float((per_text / counts[counts > 0]).mean() * 1000 / (usable - 1))


def compression_ratio(sample: TokenSample) -> float:
    """Bytes of the texts as they came (UTF-8, one a line, in the table's order) ÷ bytes after gzip at level 9.

    Above 0, lower is more diverse. Shaib et al. 2024 (arXiv 2403.00553).
    """
    _refuse_empty(sample)
    joined = "\n".join(sample.written()).encode("utf-8", "surrogatepass")
    return len(joined) / len(gzip.compress(joined, compresslevel=9, mtime=0))


def self_repetition(sample: TokenSample, n: int = REPETITION_N) -> float:
    """Mean over texts of ln(1 + Σ over the text's different 4-grams of the number of other texts that hold it).

    From 0, lower is more diverse. Salkar et al. 2022, Shaib et al. 2024.
    """
    _refuse_empty(sample)
    owners, grams, _ = sample.text_grams(n)
    shared = np.bincount(owners, weights=_texts_holding(grams) - 1, minlength=len(sample.texts))
    return float(np.log1p(shared).mean())


def tokens_per_text(sample: TokenSample) -> float:
    """Mean number of tokens of a text; neither direction is better."""
    _refuse_empty(sample)
    return float(sample.kept.mean())


MEASURES: dict[str, Callable[[TokenSample], float | None]] = {
    "vocabulary_size": vocabulary_size,
    "distinct_1": lambda sample: distinct_n(sample, 1),
    "distinct_2": lambda sample: distinct_n(sample, 2),
    "distinct_3": lambda sample: distinct_n(sample, 3),
    "mattr": mattr,
    "mtld": mtld,
    "hdd": hdd,
    "ingf": ingf,
    "compression_ratio": compression_ratio,
    "self_repetition": self_repetition,
    "self_bleu": self_bleu,
    "tokens_per_text": tokens_per_text,
}


def measure_lexical(
    sample: TokenSample, classes: Sequence[TokenSample] = (), keys: Sequence[str] = LEXICAL
) -> dict[str, float | None]:
    """The lexical figures of a sample by key; the one per class needs the samples of two labels or more."""
    figures: dict[str, float | None] = {}
    for key in keys:
        if key == "vocabulary_size_per_class":
            figures[key] = vocabulary_size_per_class(classes) if len(classes) > 1 else None
        else:
            figures[key] = MEASURES[key](sample)
    return figures


def _refuse_empty(sample: TokenSample) -> None:
    if len(sample.tokens) == 0:
        raise InputError("There are no words in these texts, so there is nothing to measure.")


def _count_factors(previous: IntArray, threshold: float) -> float:
    """Factors of a reading, from the previous occurrence of each token: only a repeated token can end one."""
    repeated = np.flatnonzero(previous >= 0)
    if len(repeated) < COMPILED_FROM:
        return _read_factors(repeated.tolist(), previous[repeated].tolist(), len(previous), threshold)
    return float(_compile_reading()(repeated, previous[repeated], len(previous), threshold))


def _read_factors(repeated: Sequence[int], previous: Sequence[int], total: int, threshold: float) -> float:
    factors = 0.0
    start = repeats = 0
    for index, position in enumerate(repeated):
        if previous[index] >= start:
            repeats += 1
            length = position - start + 1
            if (length - repeats) / length < threshold:
                factors += 1
                start, repeats = position + 1, 0
    rest = total - start
    if rest:
        factors += repeats / rest / (1 - threshold)
    return factors


@cache
def _compile_reading() -> Reading:
    """The same reading as machine code: the same sums, fifty times as fast, after a second for the compiler."""
    import numba

    return cast(Reading, numba.njit(_read_factors))


def _texts_holding(grams: IntArray) -> IntArray:
    """For each (text, n-gram) pair, sorted by n-gram, the number of texts that hold its n-gram."""
    _, sizes = find_runs(grams)
    return np.repeat(sizes, sizes)
