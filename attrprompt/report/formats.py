"""How findings and numbers read in a report, in all of its forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.verdicts import format_p
from attrprompt.analysis_jobs.findings import Finding


def format_figure(value: float | None) -> str:
    """Three digits that matter; whole numbers from 100 on."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def format_interval(estimate: Estimate) -> str:
    """The 95 % interval, or that there is none."""
    if estimate.low is None:
        return "no interval"
    return f"{format_figure(estimate.low)} to {format_figure(estimate.high)}"


def format_estimate(estimate: Estimate) -> str:
    """A figure with its 95 % interval."""
    return f"{format_figure(estimate.value)} ({format_interval(estimate)})"


def format_known_p(value: float | None) -> str:
    """A p-value, where there is one."""
    return "–" if value is None else format_p(value)


def format_shares(estimate: Estimate | None) -> str:
    """A share with its 95 % interval."""
    if estimate is None:
        return "–"
    if estimate.low is None:
        return f"{estimate.value:.1%} (no interval)"
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


@dataclass(frozen=True, slots=True)
class Card:
    """A finding with its first sentence, which is printed large, apart from the rest."""

    title: str
    lead: str
    rest: str
    interval: str
    is_different: bool | None


def make_cards(findings: Iterable[Finding]) -> list[Card]:
    """The findings as cards."""
    cards = []
    for finding in findings:
        lead, stop, rest = finding.headline.partition(". ")
        lead = f"{lead}." if stop else lead
        cards.append(Card(finding.title, lead, rest, finding.interval, finding.is_different))
    return cards


FILTERS: Mapping[str, Callable[..., str]] = {
    "figure": format_figure,
    "interval": format_interval,
    "estimate": format_estimate,
    "shares": format_shares,
    "p": format_known_p,
}
"""For the templates of all forms."""
