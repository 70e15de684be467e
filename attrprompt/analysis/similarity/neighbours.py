"""Nearest texts: near-duplicates to read, coverage of and by gold, outliers. Matrices are worked through in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.similarity.spread import FloatMatrix
from attrprompt.errors import InputError, StopCheck

NEAR_DUPLICATE = 0.90
NEIGHBOURS = 5
_BLOCK_CELLS = 1 << 24
_ROUNDING = 1e-6


@dataclass(frozen=True)
class SimilarPair:
    """Two texts and their cosine."""

    first: int
    second: int
    similarity: float


@dataclass(frozen=True)
class PairsToRead:
    """The pairs just above and just below the near-duplicate threshold, for a person to judge where it should lie.

    Attributes:
        above: pairs that count as near-duplicates, those nearest to the threshold first.
        below: pairs that do not, those nearest to the threshold first.
        pairs_above: number of all pairs that reach the threshold.
    """

    threshold: float
    above: tuple[SimilarPair, ...]
    below: tuple[SimilarPair, ...]
    pairs_above: int


@dataclass(frozen=True)
class Outlier:
    """A text far from all others: 1 - mean cosine to its nearest neighbours."""

    index: int
    distance: float


def nearest_similarities(vectors: FloatMatrix, k: int = 1, check: StopCheck | None = None) -> NDArray[np.float32]:
    """For each text the cosines to its k most similar other texts, greatest first: (n, k).

    Args:
        vectors: unit rows, at least k + 1.
        k: neighbours.
        check: called between blocks; may raise to stop.

    Raises:
        InputError: there are not more than k texts.
    """
    if len(vectors) <= k:
        raise InputError(f"{k} neighbours need at least {k + 1} texts.")
    result = np.empty((len(vectors), k), dtype=np.float32)
    for start, rows in _blocks(len(vectors), len(vectors)):
        if check is not None:
            check()
        cosines = vectors[start : start + rows] @ vectors.T
        here = np.arange(len(cosines))
        cosines[here, start + here] = -np.inf
        if k == 1:
            result[start : start + rows, 0] = cosines.max(axis=1)
        else:
            greatest = np.partition(cosines, -k, axis=1)[:, -k:]
            result[start : start + rows] = -np.sort(-greatest, axis=1)
    return result


def find_pairs_to_read(
    vectors: FloatMatrix,
    threshold: float = NEAR_DUPLICATE,
    count: int = 20,
    check: StopCheck | None = None,
) -> PairsToRead:
    """The pairs of texts whose cosine lies nearest to the threshold, on either side, and how many reach it."""
    above: list[SimilarPair] = []
    below: list[SimilarPair] = []
    reached = 0
    for start, rows in _blocks(len(vectors), len(vectors)):
        if check is not None:
            check()
        cosines = vectors[start : start + rows] @ vectors[start:].T
        cosines[np.tril_indices(len(cosines), 0, cosines.shape[1])] = -np.inf  # each pair once, none with itself
        gaps = cosines - np.float32(threshold)
        reached += int((gaps >= 0).sum())
        above = _keep_nearest(above, start, cosines, gaps, gaps >= 0, threshold, count)
        below = _keep_nearest(below, start, cosines, -gaps, (gaps < 0) & (gaps > -np.inf), threshold, count)
    return PairsToRead(threshold, tuple(above), tuple(below), reached)


def find_outliers(
    vectors: FloatMatrix, count: int = 20, k: int = NEIGHBOURS, check: StopCheck | None = None
) -> list[Outlier]:
    """The texts farthest from their k nearest neighbours (1 - mean cosine), farthest first."""
    k = min(k, len(vectors) - 1)
    if k < 1:
        return []
    distances = 1 - nearest_similarities(vectors, k, check).mean(axis=1)
    order = np.argsort(-distances, kind="stable")[:count]
    return [Outlier(int(i), float(distances[i])) for i in order]


def measure_against_gold(
    vectors: FloatMatrix, gold: FloatMatrix, k: int = NEIGHBOURS, check: StopCheck | None = None
) -> tuple[float, float]:
    """Coverage of gold and precision, with the distance of each gold text to its k-th nearest gold text as radius.

    Coverage (Naeem et al. 2020): share of gold texts with a text of the set within their radius. Precision
    (Kynkäänniemi et al. 2019): share of texts within the radius of some gold text. Both 0 to 1. Both depend on the
    number of texts on either side: use equal numbers, and read them against gold's own value on held-out gold.

    Raises:
        InputError: there are not more than k gold texts, or none of the set.
    """
    if len(gold) <= k or len(vectors) == 0:
        raise InputError(f"Coverage of gold needs at least {k + 1} gold texts and one text of the set.")
    radius = nearest_similarities(gold, k, check)[:, -1]
    covered = np.zeros(len(gold), dtype=bool)
    inside = np.zeros(len(vectors), dtype=bool)
    for start, rows in _blocks(len(vectors), len(gold)):
        if check is not None:
            check()
        within = vectors[start : start + rows] @ gold.T >= radius - _ROUNDING
        covered |= within.any(axis=0)
        inside[start : start + rows] = within.any(axis=1)
    return float(covered.mean()), float(inside.mean())


def _blocks(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Start and height of blocks of rows that take about 64 MB each."""
    rows = max(1, min(1024, _BLOCK_CELLS // max(width, 1)))
    for start in range(0, height, rows):
        yield start, rows


def _keep_nearest(
    kept: list[SimilarPair],
    start: int,
    cosines: NDArray[np.float32],
    gaps: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    threshold: float,
    count: int,
) -> list[SimilarPair]:
    """The pairs nearest to the threshold among those kept so far and the allowed ones of a block."""
    worst = abs(kept[-1].similarity - threshold) if len(kept) == count else np.inf
    indices = np.flatnonzero(allowed & (gaps <= worst))
    if len(indices) > count:
        indices = indices[np.argpartition(gaps.ravel()[indices], count)[:count]]
    rows, columns = np.divmod(indices, gaps.shape[1])
    found = [
        SimilarPair(int(start + row), int(start + column), float(cosines[row, column]))
        for row, column in zip(rows, columns, strict=True)
    ]
    return sorted([*kept, *found], key=lambda pair: (abs(pair.similarity - threshold), pair.first))[:count]
