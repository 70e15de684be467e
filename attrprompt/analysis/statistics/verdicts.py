"""From p-values to verdicts: families of comparisons, Holm's and Benjamini and Hochberg's corrections.

Only the primary figures carry a verdict. The divergence of continents is computed elsewhere and joins the same
Holm family by `join_primary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.metrics import PRIMARY

LEVEL = 0.05
PRIMARY_FAMILY = "primary"
EXPLORATORY_FAMILY = "exploratory"
DIFFERENT = "different"
NOT_SHOWN = "no difference shown"
NO_INTERVAL = "no interval"


@dataclass(frozen=True)
class Family:
    """The comparisons that are corrected together."""

    name: str
    size: int
    correction: str


def correct_by_holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down adjusted p-values, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = running
    return adjusted


def correct_by_benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's (1995) step-up adjusted p-values (q), in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    adjusted = [0.0] * len(p_values)
    running = 1.0
    for passed, i in enumerate(order):
        running = min(running, p_values[i] * len(p_values) / (len(p_values) - passed))
        adjusted[i] = running
    return adjusted


def adjust_families(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Fill in family, q (p adjusted for the family) and verdict of comparisons whose p is known."""
    adjusted = [replace(comparison, family=_name_family(comparison)) for comparison in comparisons]
    for name in dict.fromkeys(comparison.family for comparison in adjusted):
        if name == EXPLORATORY_FAMILY:
            continue
        correct = correct_by_holm if name == PRIMARY_FAMILY else correct_by_benjamini_hochberg
        p_values = {
            index: comparison.p
            for index, comparison in enumerate(adjusted)
            if comparison.family == name and comparison.p is not None
        }
        for index, q in zip(p_values, correct(list(p_values.values())), strict=True):
            adjusted[index] = replace(adjusted[index], q=q)
    return [_give_verdict(comparison) for comparison in adjusted]


def join_primary(comparisons: Iterable[Comparison], extra: Iterable[Comparison]) -> list[Comparison]:
    """Add primary comparisons made elsewhere, each with its own p, and correct the whole primary family anew."""
    return adjust_families([*comparisons, *(replace(comparison, family=PRIMARY_FAMILY) for comparison in extra)])


def is_different(comparison: Comparison) -> bool | None:
    """The verdict of a primary comparison; None where none can be given."""
    return None if comparison.q is None else comparison.verdict == DIFFERENT


def format_p(p: float) -> str:
    """A p-value in a table: three decimals, or that it is smaller."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def describe_p(p: float) -> str:
    """A p-value in a sentence."""
    return f"p {format_p(p)}" if p < 0.001 else f"p = {format_p(p)}"


def list_families(comparisons: Iterable[Comparison]) -> list[Family]:
    """The families among the comparisons with the number of p-values in each."""
    sizes: dict[str, int] = {}
    for comparison in comparisons:
        sizes[comparison.family] = sizes.get(comparison.family, 0) + (comparison.p is not None)
    corrections = {PRIMARY_FAMILY: "Holm", EXPLORATORY_FAMILY: "none"}
    return [Family(name, size, corrections.get(name, "Benjamini-Hochberg")) for name, size in sizes.items()]


def _name_family(comparison: Comparison) -> str:
    if comparison.family:
        return comparison.family
    if comparison.scope != "all":
        return f"table {comparison.scope.partition('=')[0]}"
    return PRIMARY_FAMILY if comparison.metric in PRIMARY else EXPLORATORY_FAMILY


def _give_verdict(comparison: Comparison) -> Comparison:
    if comparison.family != PRIMARY_FAMILY or comparison.difference is None:
        return comparison
    if comparison.q is None:
        return replace(comparison, verdict=comparison.verdict or NO_INTERVAL)
    return replace(comparison, verdict=DIFFERENT if comparison.q < LEVEL else NOT_SHOWN)
