"""Findings in words: what the three primary figures say about two data sets, with interval and verdict.

The page and the report show the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import PRIMARY_FAMILY, describe_p, is_different
from attrprompt.analysis_jobs.result import Analysis

REFERENCES_GIVEN = {
    "uniform": "an even spread over the continents",
    "countries": "an even spread over the countries",
    "population": "the inhabitants of the world",
    "requested": "the places that prompts asked for",
}


def name_reference(name: str) -> str:
    """A reference in words; a gold set and a table of one's own keep their names."""
    return REFERENCES_GIVEN.get(name, name)


@dataclass(frozen=True, slots=True)
class Finding:
    """One primary figure of two data sets, for people.

    Attributes:
        title: what the figure is about.
        headline: the difference in one sentence.
        interval: its 95 % interval or the reason why there is none, with the corrected p.
        is_different: the verdict; None where none can be given.
        metric: the figure's key, for its definition.
    """

    title: str
    headline: str
    interval: str
    is_different: bool | None
    metric: str


def describe_primary(analysis: Analysis) -> Iterator[Finding]:
    """The findings of an analysis with the primary figures, in the order vocabulary, similarity, regions."""
    primary = [comparison for comparison in analysis.comparisons if comparison.family == PRIMARY_FAMILY]
    family = sum(comparison.p is not None for comparison in primary)
    for comparison in primary:
        if comparison.scope != "all":
            continue
        if comparison.metric == "vocabulary_size":
            yield _describe_vocabulary(comparison, family)
        elif comparison.metric == "aps_intra":
            yield _describe_similarity(comparison, family)
        else:
            yield _describe_divergence(comparison, analysis, family)


def _describe_vocabulary(comparison: Comparison, family: int) -> Finding:
    title = "Vocabulary"
    if comparison.ratio is None:
        return _say_no_figure(title, comparison)
    larger = comparison.turned() if comparison.ratio < 1 else comparison
    headline = f"{larger.a} uses {larger.ratio:.2f} times as many different words as {larger.b}, at equal length."
    if f"{larger.ratio:.2f}" == "1.00":
        headline = f"{larger.a} and {larger.b} use as many different words, at equal length."
    interval = "" if larger.ratio_low is None else f"95 % {larger.ratio_low:.2f} to {larger.ratio_high:.2f}"
    return _conclude(title, headline, interval, comparison, family)


def _describe_similarity(comparison: Comparison, family: int) -> Finding:
    title = "Similarity within a class"
    if comparison.difference is None:
        return _say_no_figure(title, comparison)
    lower = comparison.turned() if comparison.difference > 0 else comparison
    texts = "texts" if is_different(comparison) is False else "Texts"  # where the sentence is hedged, it goes on
    headline = (
        f"{texts} of one class are less alike in {lower.a} than in {lower.b}: mean cosine lower by "
        f"{abs(comparison.difference):.3f}."
    )
    interval = "" if lower.low is None else f"95 % of the difference {lower.low:+.3f} to {lower.high:+.3f}"
    return _conclude(title, headline, interval, comparison, family)


def _describe_divergence(comparison: Comparison, analysis: Analysis, family: int) -> Finding:
    title = "Regions"
    regions = {name: found.regions.figures for name, found in analysis.datasets.items() if found.regions is not None}
    located = " and ".join(
        f"{regions[name].located_share.value:.0%} of {name}" for name in (comparison.a, comparison.b) if name in regions
    )
    named = f"A place is named by {located}."
    if comparison.difference is None:
        return _say_no_figure(title, comparison, named)
    pair = next(pair for pair in analysis.divergences if (pair.a, pair.b) == (comparison.a, comparison.b))
    divergences = ((comparison.a, pair.js_a), (comparison.b, pair.js_b))
    near, far = divergences if comparison.difference < 0 else reversed(divergences)
    headline = (
        f"{near[0]} lies nearer to {name_reference(pair.reference)} than {far[0]}: divergence {near[1]:.3f} against "
        f"{far[1]:.3f}."
    )
    if any("requested" in figures.references for figures in regions.values()):
        named += " Where a prompt names the place, the text echoes it."
    return _conclude(title, headline, f"{pair.located} located texts a set", comparison, family, named)


def _conclude(
    title: str, headline: str, interval: str, comparison: Comparison, family: int, beside: str = ""
) -> Finding:
    """The finding with its verdict; a difference that may be chance is not told as if it were one.

    Args:
        headline: the difference, as a sentence.
        family: number of comparisons that p is adjusted for.
        beside: what is said whatever the verdict.
    """
    verdict = is_different(comparison)
    if verdict is False:
        headline = f"No difference is shown. In these texts alone, {headline}"
    facts = [interval, "" if comparison.q is None else f"{describe_p(comparison.q)}, Holm over {family}"]
    return Finding(title, f"{headline} {beside}".strip(), "; ".join(filter(None, facts)), verdict, comparison.metric)


def _say_no_figure(title: str, comparison: Comparison, beside: str = "") -> Finding:
    reason = f"{comparison.a} and {comparison.b} cannot be compared: {comparison.verdict or 'too few texts'}."
    return Finding(title, f"{reason} {beside}".strip(), "", None, comparison.metric)
