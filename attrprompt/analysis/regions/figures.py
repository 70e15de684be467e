"""The region figures of one data set: how many texts name which continents and countries, against references.

Two views stand side by side. `continents` shares out the located texts: a text that names k continents gives 1 ÷ k to
each, and the shares add up to 1. `any` is the share of all texts that name a continent at all, and adds up to anything.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.divergence import as_vector, measure_divergence
from attrprompt.analysis.regions.gazetteer import load_gazetteer
from attrprompt.analysis.regions.located import FloatArray, IntArray, LocatedSet
from attrprompt.analysis.regions.references import Reference
from attrprompt.analysis.statistics.estimate import DELETE_D, Estimate, SubsampledFigure, wilson
from attrprompt.analysis.statistics.subsampling import DEFAULT_LIMIT, FEWEST_FOR_INTERVAL, FEWEST_PER_LABEL, LADDER
from attrprompt.kept import Kept, LeftOutEmpty
from attrprompt.project import fold_label

REPEATS = 200
MISSING_LEVEL = 0.05


@dataclass(frozen=True)
class MissingCountry(Kept):
    """A country that no text names though the reference makes that unlikely.

    Attributes:
        share: its share in the reference.
        chance: probability that none of n texts names it: (1 - share)^n.
    """

    country: str
    name: str
    share: float
    chance: float


@dataclass(frozen=True)
class ReferenceFigures(Kept):
    """A set held against one reference; None where no text names a place.

    Attributes:
        js: Jensen-Shannon divergence in bits, 0 to 1, lower is nearer.
        js_by_chance: its mean for as many located texts drawn from the reference.
        p: share of such draws that diverge at least as much.
        parity_gap: largest difference of a continent's share from the reference, 0 to 1.
        effective_regions: exp of the entropy of the set's own shares (Miller-Madow), 1 to the number of regions.
        missing_countries: countries missing beyond chance; None where the reference has no countries.
    """

    js: float | None
    js_by_chance: float | None
    p: float | None
    parity_gap: float | None
    effective_regions: float | None
    missing_countries: tuple[MissingCountry, ...] | None


@dataclass(frozen=True)
class Mentions:
    """The number of mentions, of which a text may have many, by continent and by country."""

    continents: dict[str, int]
    countries: dict[str, int]


@dataclass(frozen=True)
class RegionFigures(Kept):
    """What the texts of one set name.

    Attributes:
        documents: number of texts.
        located: texts that name at least one continent, through whatever place.
        unlocated: texts that name none.
        located_share: share of all texts that name one (Wilson).
        continents: share of the located texts by continent, at the common size of draws; empty where no text names one.
        whole: the same over all located texts at once, not comparable between sets of different size.
        any: share of all texts that name a continent (Wilson).
        countries: number of texts that name each country.
        references: the set against each reference.
        mentions: how often places are named.
        note: why there are no draws, where there are none.
    """

    documents: int
    located: int
    unlocated: int
    located_share: Estimate
    continents: dict[str, Estimate]
    whole: dict[str, float]
    any: dict[str, Estimate]
    countries: dict[str, int]
    references: dict[str, ReferenceFigures]
    mentions: Mentions
    note: LeftOutEmpty[str] = ""


@dataclass(frozen=True)
class RegionDraws:
    """The common size of draws for sets that are compared.

    Attributes:
        m: texts a draw, the same number for each label.
        labels: labels drawn alike; empty where texts are drawn regardless of label.
    """

    m: int
    labels: tuple[str, ...]


def plan_region_draws(sets: Sequence[LocatedSet], *, limit: int = DEFAULT_LIMIT) -> RegionDraws:
    """The size at which the shares of several sets can be compared.

    The largest rung of the ladder that is at most half of the smallest set (half of it, under the lowest rung), the
    same number for each label that all sets have enough of, at least 2 a label; else regardless of label. A set that
    is analysed with other figures takes their plan instead: `RegionDraws(plan.m, partition.labels)`.
    """
    stocks = [Counter(map(fold_label, located.labels)) for located in sets]
    shared = sorted(set.intersection(*(set(stock) for stock in stocks)))
    fewest = {label: min(stock[label] for stock in stocks) for label in shared if label}
    floor = max(FEWEST_PER_LABEL, float(np.median(list(fewest.values()))) / 10) if fewest else FEWEST_PER_LABEL
    labels = tuple(label for label, count in fewest.items() if count >= floor)
    if labels:
        size = _climb(min(len(labels) * min(fewest[label] // 2 for label in labels), limit))
        if size >= 2 * len(labels):
            return RegionDraws(size - size % len(labels), labels)
    return RegionDraws(_climb(min(min(located.n for located in sets) // 2, limit)), ())


def _climb(bound: int) -> int:
    return max((rung for rung in LADDER if rung <= bound), default=bound)


def region_figures(
    located: LocatedSet,
    references: Sequence[Reference] = (),
    *,
    draws: RegionDraws | None = None,
    repeats: int = REPEATS,
    seed: int = 0,
) -> RegionFigures:
    """All region figures of a set.

    Args:
        located: the texts with their mentions.
        references: what they are held against.
        draws: the common size, where sets are compared (`plan_region_draws`); else the set's own.
        repeats: number of draws.
        seed: of draws and of chance.
    """
    draws = draws or plan_region_draws([located])
    whole = _share_out(located)
    continents, note = _estimate_continents(located, whole, draws, repeats, seed)
    named = dict(zip(tables.REGIONS, (located.weights > 0).sum(axis=0).tolist(), strict=True))
    count = int(located.is_located.sum())
    mentions = [mention for of_text in located.mentions for mention in of_text]
    return RegionFigures(
        documents=located.n,
        located=count,
        unlocated=located.n - count,
        located_share=wilson(count, located.n),
        continents=continents,
        whole=whole,
        any={region: wilson(count, located.n) for region, count in named.items()},
        countries=_count(code for codes in located.countries for code in codes),
        references={reference.name: _hold_against(located, reference, seed) for reference in references},
        mentions=Mentions(
            continents=_count(mention.continent for mention in mentions),
            countries=_count(mention.country for mention in mentions),
        ),
        note=note,
    )


class NamedCountry(NamedTuple):
    """A country that texts name: how many do, and their share of all texts."""

    code: str
    name: str
    texts: int
    share: float


def rank_countries(counts: Mapping[str, int], texts: int) -> list[NamedCountry]:
    """Each country that texts name, the most named first."""
    names = load_gazetteer().country_names
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [NamedCountry(code, names.get(code, code), n, n / texts if texts else 0.0) for code, n in ranked if n]


def effective_regions(located: LocatedSet) -> float | None:
    """Exp of the entropy of the shares with Miller and Madow's correction; None where no text names a place.

    H = -Σ p ln p + (regions named - 1) ÷ 2n, n the located texts counted once each: a copy is no new observation, so
    that doubling the whole set changes nothing. At least 1, at most the number of regions that are named or inhabited.
    """
    rows = located.weights[located.is_located]
    if not len(rows):
        return None
    shares = rows.mean(axis=0)
    named = shares[shares > 0]
    entropy = float(-(named * np.log(named)).sum()) + (len(named) - 1) / (2 * located.distinct_located)
    return min(math.exp(entropy), float(max(len(tables.CONTINENTS), len(named))))


def list_missing_countries(located: LocatedSet, reference: Reference) -> tuple[MissingCountry, ...] | None:
    """Countries that no text names though the reference makes that unlikely (under 5 %), the largest first.

    n is the number of texts that name any country, each taken as one draw from the reference.
    """
    if reference.countries is None:
        return None
    named = {code for codes in located.countries for code in codes}
    n = sum(bool(codes) for codes in located.countries)
    names = load_gazetteer().country_names
    missing = [
        MissingCountry(code, names.get(code, code), share, (1 - share) ** n)
        for code, share in reference.countries.items()
        if code not in named and (1 - share) ** n < MISSING_LEVEL
    ]
    return tuple(sorted(missing, key=lambda country: -country.share))


def _hold_against(located: LocatedSet, reference: Reference, seed: int) -> ReferenceFigures:
    divergence = measure_divergence(located, reference, seed)
    missing = list_missing_countries(located, reference)
    if divergence is None:
        return ReferenceFigures(None, None, None, None, None, missing)
    shares = located.weights[located.is_located].mean(axis=0)
    return ReferenceFigures(
        js=divergence.js,
        js_by_chance=divergence.by_chance,
        p=divergence.p,
        parity_gap=float(np.abs(shares - as_vector(reference)).max()),
        effective_regions=effective_regions(located),
        missing_countries=missing,
    )


def _share_out(located: LocatedSet) -> dict[str, float]:
    rows = located.weights[located.is_located]
    return dict(zip(tables.REGIONS, rows.mean(axis=0).tolist(), strict=True)) if len(rows) else {}


def _estimate_continents(
    located: LocatedSet, whole: Mapping[str, float], draws: RegionDraws, repeats: int, seed: int
) -> tuple[dict[str, Estimate], str]:
    """Shares of the located texts among m texts drawn without replacement, with the delete-d interval."""
    if not whole:
        return {}, "no text names a place"
    strata = _part(located, draws.labels)
    shares = _draw_shares(located, strata, draws.m // len(strata), repeats, seed)
    if len(shares) < 2:
        method = "all texts; no interval"
        alone = {r: Estimate(share, None, None, located.n, None, None, method) for r, share in whole.items()}
        return alone, "too few texts name a place for draws"
    n = sum(map(len, strata))
    effective = len(strata) ** 2 / sum(1 / len(stratum) for stratum in strata)
    method = f"{DELETE_D}, {draws.m} texts" + (" with equal labels" if len(strata) > 1 else "")
    enough = n >= FEWEST_FOR_INTERVAL
    figures = {
        region: SubsampledFigure(shares[:, column], n, effective, float(draws.m), method, enough).to_estimate(0.0, 1.0)
        for column, region in enumerate(tables.REGIONS)
    }
    return figures, ""


def _draw_shares(
    located: LocatedSet, strata: Sequence[IntArray], per_label: int, repeats: int, seed: int
) -> FloatArray:
    """The shares on each draw that holds a located text."""
    if not per_label:
        return np.zeros((0, len(tables.REGIONS)))
    key = hashlib.blake2b(f"{located.digest} regions".encode(), digest_size=8).digest()
    rng = np.random.default_rng([seed, int.from_bytes(key, "big")])
    shares = []
    for _ in range(repeats):
        chosen = np.concatenate([rng.permutation(stratum)[:per_label] for stratum in strata])
        texts = int(located.is_located[chosen].sum())
        if texts:
            shares.append(located.weights[chosen].sum(axis=0) / texts)
    return np.array(shares) if shares else np.zeros((0, len(tables.REGIONS)))


def _part(located: LocatedSet, labels: Sequence[str]) -> list[IntArray]:
    """The texts of each label, in an order that does not hang on the order of input."""
    folded = [fold_label(label) for label in located.labels]
    order = sorted(range(located.n), key=lambda row: (located.texts[row], folded[row]))
    if not labels:
        return [np.array(order, dtype=np.int64)]
    return [np.array([row for row in order if folded[row] == label], dtype=np.int64) for label in labels]


def _count(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(value for value in values if value is not None).most_common())
