"""The job `portraits`: what is said about each region. Exploratory: for reading, without a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from attrprompt.analysis.comparison import compare_datasets
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.portraits import RegionPortrait, portray_regions
from attrprompt.analysis.regions.tone import estimate_tone
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import Estimate, estimate_mean
from attrprompt.analysis.texts.phrases import find_overused_phrases
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis.texts.tokens import count_words, tokenise
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register

REPEATS = 50
PHRASES = 30
VOCABULARY = "vocabulary_size"


class PortraitsRequest(AnalysisRequest, JobRequest[Plain]):
    """What the texts say about each region."""

    kind: ClassVar[str] = "portraits"


@register(PortraitsRequest, Plain, unhashed=EXPLORED)
def explore_portraits(request: PortraitsRequest, context: JobContext) -> Plain:
    """For each set and region: texts, their length, vocabulary, tone and over-used phrases.

    `{"datasets": {name: [{"region", "documents", "reason", "words", "vocabulary", "tone", "overused", "items"}]},
    "tokens", "repeats", "warnings"}`. Vocabulary is taken at one number of tokens for all regions and sets.
    """
    sets, _ = load_sets(request, context, with_vectors=False)
    located = locate_sets(request, sets, context)
    check = context.make_check("The description of the regions")
    portraits: dict[str, list[RegionPortrait]] = {}
    for each in located:
        check()
        context.progress(0.5, f"tone and phrases of {each.name}")
        portraits[each.name] = portray_regions(
            each, {"tone": estimate_tone, "words": _estimate_words}, {"overused": _find_phrases(each)}
        )
    context.progress(0.8, "vocabulary of the regions")
    vocabulary, tokens, warnings = _measure_vocabulary(request, located, portraits, context)
    return Plain(
        datasets={
            each.name: [
                _describe(each, portrait, vocabulary.get((each.name, portrait.region)))
                for portrait in portraits[each.name]
                if portrait.documents
            ]
            for each in located
        },
        tokens=tokens,
        repeats=REPEATS,
        warnings=warnings,
    )


def _estimate_words(texts: Sequence[str]) -> Estimate:
    return estimate_mean([count_words(text) for text in texts], "mean", 0.0)


def _find_phrases(located: LocatedSet) -> Any:
    """Finds phrases without those made of place names only: that texts on Kenya say "Kenya" is no news."""
    places = {token for mentions in located.mentions for each in mentions for token in tokenise(each.surface)}

    def find(texts: Sequence[str], others: Sequence[str]) -> list[dict[str, Any]]:
        found = find_overused_phrases(texts, others, count=4 * PHRASES)
        return [asdict(each) for each in found if not places.issuperset(each.phrase.split())][:PHRASES]

    return find


def _measure_vocabulary(
    request: AnalysisRequest,
    located: Sequence[LocatedSet],
    portraits: Mapping[str, Sequence[RegionPortrait]],
    context: JobContext,
) -> tuple[dict[tuple[str, str], Estimate], int | None, list[str]]:
    """Different words at equal tokens for each region with enough texts, with how many tokens and warnings."""
    parts = {}
    for each in located:
        for portrait in portraits[each.name]:
            if not portrait.reason:
                part = each.take(portrait.rows)
                name = f"{each.name}: {portrait.region}"
                parts[each.name, portrait.region] = AnalysisSet(name, part.texts, part.labels)
    if not parts:
        return {}, None, []
    found = compare_datasets(
        list(parts.values()),
        only=["diversity"],
        keys=[VOCABULARY],
        seed=request.seed,
        repeats=REPEATS,
        tables=False,
        whole=False,
        equal_texts=False,
        cancelled=context.cancelled,
    )
    estimates = {
        key: found.datasets[part.name].figures[VOCABULARY]
        for key, part in parts.items()
        if VOCABULARY in found.datasets[part.name].figures
    }
    return estimates, found.parameters["tokens"], list(found.warnings)


def _describe(located: LocatedSet, portrait: RegionPortrait, vocabulary: Estimate | None) -> dict[str, Any]:
    numbers = located.items if located.items is not None else range(located.n)
    return {
        "region": portrait.region,
        "documents": portrait.documents,
        "reason": portrait.reason,
        **{name: estimate.to_json() for name, estimate in portrait.measured.items()},
        **portrait.contrasted,
        "vocabulary": None if vocabulary is None else vocabulary.to_json(),
        "items": [numbers[row] for row in portrait.rows[:ITEMS_KEPT]],
    }
