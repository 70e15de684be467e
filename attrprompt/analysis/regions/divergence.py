"""How far a distribution over continents lies from a reference, and whether two sets differ in that.

The divergence (Lin 1991, IEEE Trans. Inf. Theory 37) is in bits: 0 where the two agree, 1 where they share nothing. It
is the divergence, not its square root. It grows as located texts become fewer, so that it is never compared as it falls
out: against a reference it stands beside its value by chance at this number of texts, and two sets are compared at
equal numbers of located texts with the same mix of labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.located import FloatArray, IntArray, LocatedSet
from attrprompt.analysis.regions.references import Reference
from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.kept import Kept
from attrprompt.project import fold_label

FEWEST_LOCATED = 50
DRAWS = 2_000
PERMUTATIONS = 999
SUBSAMPLES = 10
METRIC = "js"
_ROUNDING = 1e-12


def js_divergence(p: FloatArray, q: FloatArray) -> FloatArray:
    """Jensen-Shannon divergence to base 2 along the last axis: 0 to 1, lower is nearer.

    Σ ½ p log2(p ÷ m) + ½ q log2(q ÷ m) with m = ½ (p + q); terms with p = 0 count nothing.
    """
    p, q = np.broadcast_arrays(p, q)
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(p > 0, p * np.log2(p / middle), 0.0) + np.where(q > 0, q * np.log2(q / middle), 0.0)
    divergence: FloatArray = np.clip(parts.sum(axis=-1) / 2, 0.0, 1.0)
    return divergence


@dataclass(frozen=True)
class Divergence:
    """A set's divergence from a reference.

    Attributes:
        js: of all located texts.
        by_chance: the mean divergence of as many texts drawn from the reference itself.
        p: share of such draws that diverge at least as much.
    """

    js: float
    by_chance: float
    p: float


def as_vector(reference: Reference) -> FloatArray:
    """The shares of a reference in the fixed order of regions."""
    return np.array([reference.continents.get(region, 0.0) for region in tables.REGIONS])


def measure_divergence(located: LocatedSet, reference: Reference, seed: int = 0) -> Divergence | None:
    """Divergence from a reference beside its value by chance; None where no text names a place.

    Chance: every located text that names k continents is replaced by k independent draws from the reference of weight
    1 ÷ k. Where the reference is itself a sample, it is drawn anew each time as well.
    """
    rows = located.weights[located.is_located]
    if not len(rows):
        return None
    shares = as_vector(reference)
    rng = np.random.default_rng([seed, _number(f"{located.digest} {reference.name}")])
    counts = np.unique((rows > 0).sum(axis=1), return_counts=True)
    drawn = _draw(shares, dict(zip(*(part.tolist() for part in counts), strict=True)), rng)
    against = shares if reference.continents_a_text is None else _draw(shares, reference.continents_a_text, rng)
    chance = js_divergence(drawn, against)
    js = float(js_divergence(rows.mean(axis=0), shares))
    p = (1 + int((chance >= js - _ROUNDING).sum())) / (1 + DRAWS)
    return Divergence(js, float(chance.mean()), p)


def _draw(shares: FloatArray, continents_a_text: Mapping[int, int], rng: np.random.Generator) -> FloatArray:
    total = np.zeros((DRAWS, len(shares)))
    for k, texts in sorted(continents_a_text.items()):
        total += rng.multinomial(texts * k, shares / shares.sum(), size=DRAWS) / k
    return total / sum(continents_a_text.values())


@dataclass(frozen=True)
class DivergencePair(Kept):
    """Two sets' divergences from one reference at equal numbers of located texts; None where these are too few.

    Attributes:
        a: the name of a set.
        b: the name of the set that it is compared with.
        js_a: the divergence of set a.
        js_b: of set b.
        located: located texts taken of each set.
        labels_left_out: labels whose texts do not enter, since one of the sets has none that names a place.
        reference: the reference's name.
    """

    a: str
    b: str
    js_a: float | None
    js_b: float | None
    located: int
    labels_left_out: tuple[str, ...]
    reference: str


def compare_divergence(
    a: LocatedSet,
    b: LocatedSet,
    reference: Reference,
    *,
    scope: str = "all",
    seed: int = 0,
    permutations: int = PERMUTATIONS,
) -> tuple[Comparison, DivergencePair]:
    """Whether set a lies farther from a reference than set b.

    Of each label both sets give as many located texts as the smaller has; where one has more, the mean over 10 random
    choices is taken. p: located texts are exchanged between the sets at random within each label, and the difference is
    taken anew in the same way; two-sided. A family and a verdict are given by `verdicts.adjust_families`.

    Returns:
        Difference (a - b) and p, without an interval, since a divergence is never negative; and the two divergences.
    """
    patterns, counts_a, counts_b, labels = _count_patterns(a, b)
    equal = np.minimum(counts_a.sum(axis=1), counts_b.sum(axis=1))
    n = int(equal.sum())
    left_out = tuple(label for label, count in zip(labels, equal, strict=True) if not count)
    if n < FEWEST_LOCATED:
        verdict = f"too few located texts: {n}"
        empty = Comparison(metric=METRIC, scope=scope, a=a.name, b=b.name, verdict=verdict)
        return empty, DivergencePair(a.name, b.name, None, None, n, left_out, reference.name)
    shares = as_vector(reference)
    rng = np.random.default_rng([seed, _number(f"{min(a.digest, b.digest)} {max(a.digest, b.digest)} {scope}")])
    js_a, js_b = (_measure_equal(patterns, counts, equal, shares, rng) for counts in (counts_a, counts_b))
    pooled = counts_a + counts_b
    exchanged = np.array(
        [_exchange(patterns, pooled, counts_a.sum(axis=1), equal, shares, rng) for _ in range(permutations)]
    )
    difference = js_a - js_b
    p = (1 + int((np.abs(exchanged) >= abs(difference) - _ROUNDING).sum())) / (1 + permutations)
    comparison = Comparison(metric=METRIC, scope=scope, a=a.name, b=b.name, difference=difference, p=p)
    return comparison, DivergencePair(a.name, b.name, js_a, js_b, n, left_out, reference.name)


def _count_patterns(a: LocatedSet, b: LocatedSet) -> tuple[FloatArray, IntArray, IntArray, list[str]]:
    """The distinct ways to name continents, and for each set and label how many located texts have each."""
    weights = np.concatenate([a.weights[a.is_located], b.weights[b.is_located]])
    if not len(weights):
        weights = np.zeros((0, len(tables.REGIONS)))
    patterns, which = np.unique(weights, axis=0, return_inverse=True)
    which = which.reshape(-1)
    label_of = [fold_label(s.labels[i]) for s in (a, b) for i in np.flatnonzero(s.is_located).tolist()]
    labels = sorted(set(label_of))
    codes = np.array([labels.index(label) for label in label_of], dtype=np.int64)
    split = int(a.is_located.sum())
    counts = np.zeros((2, len(labels), len(patterns)), dtype=np.int64)
    np.add.at(counts[0], (codes[:split], which[:split]), 1)
    np.add.at(counts[1], (codes[split:], which[split:]), 1)
    return patterns, counts[0], counts[1], labels


def _measure_equal(
    patterns: FloatArray, counts: IntArray, equal: IntArray, shares: FloatArray, rng: np.random.Generator
) -> float:
    """Divergence with `equal` texts of each label, the mean over random choices where there are more."""
    whole = bool((counts.sum(axis=1)[equal > 0] == equal[equal > 0]).all())
    repeats = 1 if whole else SUBSAMPLES
    chosen = np.zeros((repeats, len(patterns)))
    for of_label, take in zip(counts, equal, strict=True):
        if take:
            chosen += rng.multivariate_hypergeometric(of_label, int(take), size=repeats)
    return float(js_divergence(chosen @ patterns / equal.sum(), shares).mean())


def _exchange(
    patterns: FloatArray,
    pooled: IntArray,
    sizes_a: IntArray,
    equal: IntArray,
    shares: FloatArray,
    rng: np.random.Generator,
) -> float:
    """The difference after the located texts of each label were dealt to the two sets at random."""
    dealt = np.array(
        [rng.multivariate_hypergeometric(of_label, int(size)) for of_label, size in zip(pooled, sizes_a, strict=True)]
    )
    js_a = _measure_equal(patterns, dealt, equal, shares, rng)
    return js_a - _measure_equal(patterns, pooled - dealt, equal, shares, rng)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
