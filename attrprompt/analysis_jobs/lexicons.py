"""The job `lexicons`: how many texts use each word list. Exploratory: for reading, without a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from attrprompt.analysis.regions.lexicons import Lexicon, count_lexicon, gender_lexicon, read_lexicon_csv
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.portraits import portray_regions
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register


class LexiconsRequest(AnalysisRequest, JobRequest[Plain]):
    """How many texts use which word lists."""

    kind: ClassVar[str] = "lexicons"


@register(LexiconsRequest, Plain, unhashed=EXPLORED)
def explore_lexicons(request: LexiconsRequest, context: JobContext) -> Plain:
    """How many texts use each word list, over all, by label and by region: gender terms and those of the request.

    `{lexicon: {"groups", "datasets": {name: {"all": figures, "labels": {…}, "regions": {…}}}}}`.
    """
    lexicons = [gender_lexicon(), *(read_lexicon_csv(table, name) for name, table in request.lexicons)]
    sets, _ = load_sets(request, context, with_vectors=False)
    located = locate_sets(request, sets, context)
    check = context.make_check("The counting of words")
    result: dict[str, Any] = {}
    for lexicon in lexicons:
        context.progress(0.6, f"words of the list {lexicon.name}")
        by_set = {}
        for each in located:
            check()
            by_set[each.name] = _count_everywhere(each, lexicon)
        result[lexicon.name] = {"groups": list(lexicon.groups), "datasets": by_set}
    return Plain(result)


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
