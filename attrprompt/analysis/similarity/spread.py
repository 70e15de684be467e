"""Spread of sentence embeddings: how alike texts are in meaning.

Vectors are unit rows, so that a dot product is a cosine. Nothing here needs an n × n matrix: the mean over all pairs
follows from the sum of the vectors, and the Vendi score from the d × d matrix of the features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.texts.tokens import IntArray
from attrprompt.errors import InputError
from attrprompt.kept import Kept

FloatMatrix = NDArray[np.float32]
_BLOCK = 4096
_SHORT_BLOCK = 256


def aps(vectors: FloatMatrix) -> float:
    """Average pairwise similarity: mean cosine over all pairs, (‖Σe‖² - Σ‖e‖²) ÷ (n(n - 1)), exact.

    -1 to 1, lower is more diverse. Yu et al. 2023. Free of bias by size: its expectation is the same for every n.

    Raises:
        InputError: there are fewer than two texts.
    """
    _refuse_fewer_than_two(vectors)
    total, norms = _sum_rows(vectors)
    n = len(vectors)
    return float((total @ total - norms) / (n * (n - 1)))


def aps_within_and_between(
    vectors: FloatMatrix, groups: IntArray, membership: NDArray[np.bool_]
) -> tuple[float | None, float | None]:
    """APS within classes (mean over classes of the mean cosine of their pairs) and between (pairs sharing no label).

    Both -1 to 1, lower is more diverse, exact in linear time. Yu et al. 2023 (intra-class, inter-class APS).

    Args:
        vectors: unit rows.
        groups: for each text the number of its set of labels.
        membership: which set of labels (row) holds which label (column).

    Returns:
        Within, None where no label has two texts; between, None where all texts share a label.
    """
    present, own = np.unique(groups, return_inverse=True)
    counts = np.bincount(own).astype(np.float64)
    sums, norms = _sum_by_group(vectors, own, len(present))
    holds = membership[present].astype(np.float64)

    class_counts = holds.T @ counts
    class_sums = holds.T @ sums
    paired = class_counts >= 2
    within = None
    if paired.any():
        n = class_counts[paired]
        alike = (class_sums[paired] ** 2).sum(axis=1) - (holds.T @ norms)[paired]
        within = float((alike / (n * (n - 1))).mean())

    apart = (holds @ holds.T == 0).astype(np.float64)
    pairs = float(counts @ apart @ counts)
    between = float(np.einsum("gd,gd->", sums, apart @ sums) / pairs) if pairs else None
    return within, between


def vendi(vectors: FloatMatrix, order: float = 1.0) -> float:
    """Vendi score with the cosine kernel: exp(-Σ λ ln λ) over the eigenvalues λ of K ÷ n; order q: (Σ λ^q)^(1/(1-q)).

    1 (all the same) to n (all orthogonal), higher is more diverse. Friedman & Dieng 2023; orders: Pasarkar & Dieng
    2024. The non-zero eigenvalues of K ÷ n are those of the d × d matrix EᵀE ÷ n, so the smaller of the two is taken.

    Raises:
        InputError: there is no text.
    """
    if len(vectors) == 0:
        raise InputError("There are no texts with vectors, so there is nothing to measure.")
    n, d = vectors.shape
    gram = (vectors @ vectors.T).astype(np.float64) if n <= d else _features(vectors)
    eigenvalues = np.linalg.eigvalsh(gram)
    return _effective_number(eigenvalues[eigenvalues > 1e-12 * n] / n, order)


def _effective_number(shares: NDArray[np.float64], order: float) -> float:
    shares = shares / shares.sum()
    if order == 1.0:
        return float(np.exp(-(shares * np.log(shares)).sum()))
    if np.isinf(order):
        return float(1 / shares.max())
    return float((shares**order).sum() ** (1 / (1 - order)))


@dataclass(frozen=True)
class PairSimilarities(Kept):
    """Cosines of randomly chosen pairs, for a density curve.

    Attributes:
        edges: borders of the bins.
        shares: share of the pairs in each bin.
        pairs: number of pairs drawn.
        mean: their mean cosine.
        kind: `all`, `within a class` or `between classes`.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    pairs: int
    mean: float
    kind: str


def sample_pair_similarities(
    vectors: FloatMatrix,
    codes: IntArray | None = None,
    *,
    within: bool | None = None,
    pairs: int = 20_000,
    bins: int = 60,
    seed: int = 0,
) -> PairSimilarities | None:
    """The distribution of the cosine over random pairs of different texts; with `codes`, within or between classes.

    Each pair of the kind is equally likely. None where there is no such pair. With `within`, AttrPrompt's figure of
    same-class pairs (Yu et al. 2023).
    """
    rng = np.random.default_rng(seed)
    n = len(vectors)
    if codes is None or within is None:
        if n < 2:
            return None
        first = rng.integers(n, size=pairs)
        second = (first + rng.integers(1, n, size=pairs)) % n
    elif within:
        drawn = _pairs_within(codes, pairs, rng)
        if drawn is None:
            return None
        first, second = drawn
    else:
        counts = np.bincount(codes)
        chances = (n - counts[codes]).astype(np.float64)
        if chances.sum() == 0:
            return None
        ordered = np.argsort(codes, kind="stable")
        starts = np.cumsum(counts) - counts
        first = rng.choice(n, size=pairs, p=chances / chances.sum())
        own = codes[first]
        offset = rng.integers(0, n - counts[own])
        second = ordered[np.where(offset < starts[own], offset, offset + counts[own])]
    cosines = np.concatenate(
        [
            np.einsum("ij,ij->i", vectors[first[i : i + _BLOCK]], vectors[second[i : i + _BLOCK]])
            for i in range(0, pairs, _BLOCK)
        ]
    ).astype(np.float64)
    lowest = min(-0.2, float(np.floor(cosines.min() * 10) / 10))
    counted, edges = np.histogram(np.clip(cosines, lowest, 1.0), bins=bins, range=(lowest, 1.0))
    kind = "all" if codes is None or within is None else "within a class" if within else "between classes"
    return PairSimilarities(
        tuple(map(float, edges)), tuple(map(float, counted / pairs)), pairs, float(cosines.mean()), kind
    )


def _pairs_within(codes: IntArray, pairs: int, rng: np.random.Generator) -> tuple[IntArray, IntArray] | None:
    counts = np.bincount(codes)
    chances = (counts * (counts - 1)).astype(np.float64)
    if chances.sum() == 0:
        return None
    ordered = np.argsort(codes, kind="stable")
    starts = np.cumsum(counts) - counts
    classes = rng.choice(len(counts), size=pairs, p=chances / chances.sum())
    here = rng.integers(0, counts[classes])
    there = (here + rng.integers(1, counts[classes])) % counts[classes]
    return ordered[starts[classes] + here], ordered[starts[classes] + there]


def _sum_rows(vectors: FloatMatrix) -> tuple[NDArray[np.float64], float]:
    """The sum of the rows and the sum of their squared lengths.

    Blocks are added in single precision and their sums in double: exact to 1e-8, and twice as fast as double
    throughout. Without BLAS, whose threads cost more than they bring here.
    """
    total = np.zeros(vectors.shape[1])
    norms = 0.0
    for start in range(0, len(vectors), _SHORT_BLOCK):
        block = vectors[start : start + _SHORT_BLOCK]
        total += block.sum(axis=0)
        norms += float(np.einsum("ij,ij->", block, block))
    return total, norms


def _sum_by_group(vectors: FloatMatrix, own: IntArray, groups: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(groups))
    ordered = vectors[order]
    sums = np.add.reduceat(ordered, starts, axis=0, dtype=np.float64)
    norms = np.add.reduceat(np.einsum("ij,ij->i", ordered, ordered), starts, dtype=np.float64)
    return sums, norms


def _features(vectors: FloatMatrix) -> NDArray[np.float64]:
    total = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK].astype(np.float64)
        total += block.T @ block
    return total


def _refuse_fewer_than_two(vectors: FloatMatrix) -> None:
    if len(vectors) < 2:
        raise InputError("Pairwise similarity needs at least two texts with vectors.")
