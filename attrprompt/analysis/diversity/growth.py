"""How the vocabulary grows with the amount of text: a curve for each set, in place of one number at one size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.statistics.estimate import Z95
from attrprompt.analysis.statistics.subsampling import FEWEST_FOR_INTERVAL, Stock, draw_repeatedly
from attrprompt.analysis.texts.tokens import IntArray, gather_ranges
from attrprompt.errors import InputError
from attrprompt.kept import Kept

MOST_TOKENS = 200_000


@dataclass(frozen=True)
class GrowthPoint(Kept):
    """Vocabulary after so many tokens; an interval only up to half of the set's tokens."""

    tokens: int
    vocabulary: float
    low: float | None
    high: float | None


def measure_growth(stock: Stock, *, points: int = 24, repeats: int = 50, seed: int = 0) -> list[GrowthPoint]:
    """The number of different words after 1/k, 2/k … of the tokens, over seeded random orders of the texts.

    Texts come in turn from each label. The mean over orders is given at sizes in equal ratios, up to 200,000 tokens;
    the interval is the delete-d jackknife's, as for any estimate at that number of tokens.

    Raises:
        InputError: the texts hold no words.
    """
    table = stock.dataset.table
    total = int(sum(table.lengths[part].sum() for part in stock.strata))
    if total == 0:
        raise InputError("There are no words in these texts, so there is no vocabulary to follow.")
    most = min(total, MOST_TOKENS)
    sizes = np.unique(np.geomspace(min(100, most), most, points).astype(np.int64))
    vocabularies = np.empty((repeats, len(sizes)))
    texts_used = np.zeros(len(sizes))
    for r, draw in enumerate(draw_repeatedly(stock, repeats, seed, "growth")):
        texts = draw.in_turn()
        reached = np.cumsum(table.lengths[texts])
        needed = int(np.searchsorted(reached, most)) + 1
        positions = gather_ranges(table.starts[texts[:needed]], table.lengths[texts[:needed]])[:most]
        vocabularies[r] = _count_new(table.ids[positions], sizes)
        texts_used += np.interp(sizes, np.concatenate([[0], reached]), np.arange(len(texts) + 1)) / repeats
    return [
        _make_point(int(size), vocabularies[:, i], float(texts_used[i]), stock, total) for i, size in enumerate(sizes)
    ]


def _count_new(tokens: NDArray[np.int32], sizes: IntArray) -> NDArray[np.int64]:
    """Different tokens among the first so many, for each size, from the positions where a token comes first."""
    _, first = np.unique(tokens, return_index=True)
    return np.searchsorted(np.sort(first), sizes).astype(np.int64)


def _make_point(size: int, vocabularies: NDArray[np.float64], texts: float, stock: Stock, total: int) -> GrowthPoint:
    mean = float(vocabularies.mean())
    if size > total / 2 or stock.n < FEWEST_FOR_INTERVAL or texts >= stock.effective_n:
        return GrowthPoint(size, mean, None, None)
    variance = float(vocabularies.var(ddof=1))
    error = (variance * texts / (stock.effective_n - texts) + variance / len(vocabularies)) ** 0.5
    return GrowthPoint(size, mean, mean - Z95 * error, mean + Z95 * error)
