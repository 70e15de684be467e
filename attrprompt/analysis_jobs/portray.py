"""What is said about each region, how many texts use word lists, and which names a person should rule on.

Jobs: `portraits`, `lexicons`, `names`. All of it is exploratory: for reading, without a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from attrprompt.analysis.comparison import compare_datasets
from attrprompt.analysis.regions.ambiguity import list_ambiguous_names
from attrprompt.analysis.regions.lexicons import Lexicon, count_lexicon, gender_lexicon, read_lexicon_csv
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.portraits import RegionPortrait, portray_regions
from attrprompt.analysis.regions.tone import estimate_tone
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL, Estimate, estimate_mean
from attrprompt.analysis.texts.phrases import find_overused_phrases
from attrprompt.analysis.texts.selection import AnalysisSet, list_counted
from attrprompt.analysis.texts.tokens import count_words, tokenise
from attrprompt.analysis_jobs.analyze import load_sets
from attrprompt.analysis_jobs.places import locate_sets, read_rulings
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.worker.jobs import JobContext, Payload, Result, register, stop_where_cancelled

REPEATS = 50
PHRASES = 30
NAMES = 40
VOCABULARY = "vocabulary_size"


@register("portraits", unhashed=EXPLORED)
def explore_portraits(payload: Payload, context: JobContext) -> Result:
    """For each set and region: texts, their length, vocabulary, tone and over-used phrases.

    `{"datasets": {name: [{"region", "documents", "reason", "words", "vocabulary", "tone", "overused", "items"}]},
    "tokens", "repeats", "warnings"}`. Vocabulary is taken at one number of tokens for all regions and sets.
    """
    request = AnalysisRequest.model_validate(payload)
    sets, _ = load_sets(request, context, with_vectors=False)
    located = locate_sets(request, sets, context)
    check = stop_where_cancelled(context, "The description of the regions")
    portraits: dict[str, list[RegionPortrait]] = {}
    for each in located:
        check()
        context.progress(0.5, f"tone and phrases of {each.name}")
        portraits[each.name] = portray_regions(
            each, {"tone": estimate_tone, "words": _estimate_words}, {"overused": _find_phrases(each)}
        )
    context.progress(0.8, "vocabulary of the regions")
    vocabulary, tokens, warnings = _measure_vocabulary(request, located, portraits, context)
    return {
        "datasets": {
            each.name: [
                _describe(each, portrait, vocabulary.get((each.name, portrait.region)))
                for portrait in portraits[each.name]
                if portrait.documents
            ]
            for each in located
        },
        "tokens": tokens,
        "repeats": REPEATS,
        "warnings": warnings,
    }


@register("lexicons", unhashed=EXPLORED)
def explore_lexicons(payload: Payload, context: JobContext) -> Result:
    """How many texts use each word list, over all, by label and by region: gender terms and those of the request.

    `{lexicon: {"groups", "datasets": {name: {"all": figures, "labels": {…}, "regions": {…}}}}}`.
    """
    request = AnalysisRequest.model_validate(payload)
    lexicons = [gender_lexicon(), *(read_lexicon_csv(table, name) for name, table in request.lexicons)]
    sets, _ = load_sets(request, context, with_vectors=False)
    located = locate_sets(request, sets, context)
    check = stop_where_cancelled(context, "The counting of words")
    result: dict[str, Any] = {}
    for lexicon in lexicons:
        context.progress(0.6, f"words of the list {lexicon.name}")
        by_set = {}
        for each in located:
            check()
            by_set[each.name] = _count_everywhere(each, lexicon)
        result[lexicon.name] = {"groups": list(lexicon.groups), "datasets": by_set}
    return result


@register("names", unhashed=EXPLORED)
def explore_names(payload: Payload, context: JobContext) -> Result:
    """The ambiguous names in the texts, the most frequent first: `{"names": […], "more": number left out}`."""
    request = AnalysisRequest.model_validate(payload)
    sets, _ = load_sets(request, context, with_vectors=False)
    texts = [each.texts[row] for each in sets for row in list_counted(each, request.choice)]
    context.progress(0.3, "ambiguous names")
    names = list_ambiguous_names(texts, read_rulings(request))
    return {"names": [each.to_json() for each in names[:NAMES]], "more": max(0, len(names) - NAMES)}


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


def _count_everywhere(located: LocatedSet, lexicon: Lexicon) -> dict[str, Any]:
    labels = {
        label: part.texts for label in located.list_values("label") if (part := located.take_with("label", label))
    }
    regions = {
        portrait.region: [located.texts[row] for row in portrait.rows]
        for portrait in portray_regions(located, {})
        if portrait.documents
    }
    return {
        "all": count_lexicon(located.texts, lexicon).to_json(),
        "labels": {label: _count(texts, lexicon) for label, texts in labels.items()},
        "regions": {region: _count(texts, lexicon) for region, texts in regions.items()},
    }


def _count(texts: Sequence[str], lexicon: Lexicon) -> dict[str, Any]:
    if len(texts) < FEWEST_IN_A_CELL:
        return {"documents": len(texts), "reason": f"too few texts: {len(texts)}"}
    return count_lexicon(texts, lexicon).to_json() | {"reason": ""}
