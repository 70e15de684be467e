"""The job `lexicons`: how many texts use each word list. Exploratory: for reading, without a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrprompt.analysis.regions.lexicons import (
    CountedLexicon,
    Lexicon,
    LexiconCell,
    Lexicons,
    LexiconScopes,
    count_lexicon,
    gender_lexicon,
    read_lexicon_csv,
)
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.portraits import list_rows_by_region
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register


class LexiconsRequest(AnalysisRequest, JobRequest[Lexicons]):
    """How many texts use which word lists."""

    kind: ClassVar[str] = "lexicons"


@register(LexiconsRequest, Lexicons, version=2, unhashed=EXPLORED)
def explore_lexicons(request: LexiconsRequest, context: JobContext) -> Lexicons:
    """How many texts use each word list, over all, by label and by region: gender terms and those of the request."""
    lexicons = [gender_lexicon(), *(read_lexicon_csv(table, name) for name, table in request.lexicons)]
    sets, _ = load_sets(request, context, with_vectors=False)
    located = locate_sets(request, sets, context)
    check = context.make_check("The counting of words")
    counted: dict[str, CountedLexicon] = {}
    for lexicon in lexicons:
        context.progress(0.6, f"words of the list {lexicon.name}")
        by_set = {}
        for dataset in located:
            check()
            by_set[dataset.name] = _count_everywhere(dataset, lexicon)
        counted[lexicon.name] = CountedLexicon(tuple(lexicon.groups), by_set)
    return Lexicons(counted)


def _count_everywhere(located: LocatedSet, lexicon: Lexicon) -> LexiconScopes:
    labels = {
        label: part.texts for label in located.list_values("label") if (part := located.take_with("label", label))
    }
    regions = {region: [located.texts[row] for row in rows] for region, rows in list_rows_by_region(located).items()}
    return LexiconScopes(
        all=count_lexicon(located.texts, lexicon),
        labels={label: _count(texts, lexicon) for label, texts in labels.items()},
        regions={region: _count(texts, lexicon) for region, texts in regions.items()},
    )


def _count(texts: Sequence[str], lexicon: Lexicon) -> LexiconCell:
    n = len(texts)
    if n < FEWEST_IN_A_CELL:
        return LexiconCell(n, None, f"too few texts: {n}")
    return LexiconCell(n, count_lexicon(texts, lexicon))
