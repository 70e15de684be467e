"""How far annotators agree who judged the same proposals without seeing each other's verdicts.

Votes are nominal (accept, reject, unsure). Two figures: the share of agreeing pairs, which chance alone makes high
where one verdict is common, and Krippendorff's alpha, which takes that chance out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.statistics.estimate import Estimate

MINIMUM_ITEMS = 20
LARGEST_SHARE = 0.95
REPEATS = 2_000

ItemT = TypeVar("ItemT", bound=Hashable)


class Vote(NamedTuple, Generic[ItemT]):
    """One annotator's verdict on one item."""

    item: ItemT
    annotator: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Agreement:
    """How far annotators agree.

    Attributes:
        raw: share of pairs of votes on the same item that agree, the mean over items; None without such pairs.
        alpha: Krippendorff's alpha, 1 for full agreement, 0 for what chance gives; None where it says nothing.
        not_informative: why alpha says nothing here; empty where it does.
        items: items with at least two votes.
        annotators: who voted on them.
    """

    raw: Estimate | None
    alpha: Estimate | None
    not_informative: str
    items: int
    annotators: tuple[str, ...]


def measure_agreement(votes: Sequence[Vote[ItemT]], *, seed: int = 0, repeats: int = REPEATS) -> Agreement:
    """Raw agreement and Krippendorff's alpha (nominal) with 95 % intervals.

    Items with one vote say nothing about agreement and are left out. The interval is a percentile bootstrap over
    items (they are what was drawn; the annotators are these). A second vote of one person on an item replaces the
    first. Under 20 items there is no interval and alpha is called not informative; likewise where 95 % of the votes
    are one verdict, because then a single disagreement decides it.

    Source: Krippendorff, Content Analysis (2004), ch. 11; Hayes & Krippendorff (2007) for the bootstrap.
    """
    latest = {(vote.item, vote.annotator): vote.verdict for vote in votes}
    by_item: dict[ItemT, Counter[str]] = {}
    for (item, _), verdict in latest.items():
        by_item.setdefault(item, Counter())[verdict] += 1
    paired = {item: counts for item, counts in by_item.items() if counts.total() > 1}
    verdicts: Counter[str] = Counter()
    for counts in paired.values():
        verdicts.update(counts)
    table = np.array([[counts[verdict] for verdict in verdicts] for counts in paired.values()], dtype=np.float64)
    not_informative = _explain_not_informative(len(paired), verdicts)
    rng = np.random.default_rng(seed)
    return Agreement(
        raw=_estimate_raw(table, rng, repeats) if paired else None,
        alpha=None if not_informative else _estimate_alpha(table, rng, repeats),
        not_informative=not_informative,
        items=len(paired),
        annotators=tuple(sorted({annotator for item, annotator in latest if item in paired})),
    )


def krippendorff_alpha(table: NDArray[np.float64]) -> float | None:
    """Krippendorff's alpha for nominal data: 1 - observed ÷ expected disagreement.

    At most 1; 0 is what chance gives, below 0 is worse than chance.

    Args:
        table: one row an item, one column a verdict, the number of votes in each; rows with one vote do not count.

    Returns:
        None where all votes are one verdict: then there is nothing that chance could have disagreed about.
    """
    kept = table[table.sum(axis=1) > 1]
    value = _alphas(kept, np.ones((1, len(kept))))[0] if len(kept) else np.nan
    return None if np.isnan(value) else float(value)


def _alphas(table: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha for each row of weights over the items; NaN where it is not defined."""
    votes = table.sum(axis=1)
    agreeing = weights @ ((table * (table - 1)).sum(axis=1) / (votes - 1))
    totals = weights @ table
    n = totals.sum(axis=1)
    observed = 1 - agreeing / n
    expected = 1 - (totals * (totals - 1)).sum(axis=1) / (n * (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 1e-12, 1 - observed / expected, np.nan))


def _draw_items(rng: np.random.Generator, items: int, repeats: int) -> NDArray[np.float64]:
    """How often each item is in each bootstrap sample."""
    return rng.multinomial(items, np.full(items, 1 / items), size=repeats).astype(np.float64)


def _estimate_alpha(table: NDArray[np.float64], rng: np.random.Generator, repeats: int) -> Estimate | None:
    value = krippendorff_alpha(table)
    if value is None:
        return None
    draws = _alphas(table, _draw_items(rng, len(table), repeats))
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Estimate(value, float(low), float(high), len(table), None, repeats, "Krippendorff's alpha, item bootstrap")


def _estimate_raw(table: NDArray[np.float64], rng: np.random.Generator, repeats: int) -> Estimate:
    votes = table.sum(axis=1)
    shares = (table * (table - 1)).sum(axis=1) / (votes * (votes - 1))
    low = high = None
    if len(table) >= MINIMUM_ITEMS:
        means = _draw_items(rng, len(table), repeats) @ shares / len(table)
        low, high = (float(end) for end in np.quantile(means, [0.025, 0.975]))
    return Estimate(
        float(shares.mean()),
        low,
        high,
        len(table),
        None,
        repeats if low is not None else None,
        "agreeing pairs per item",
    )


def _explain_not_informative(items: int, verdicts: Counter[str]) -> str:
    if items < MINIMUM_ITEMS:
        return f"Not informative: {items} items with two votes, at least {MINIMUM_ITEMS} are needed."
    verdict, most = verdicts.most_common(1)[0]
    if most >= LARGEST_SHARE * verdicts.total():
        return f"Not informative: {most / verdicts.total():.0%} of the votes are '{verdict}', so chance alone agrees."
    return ""
