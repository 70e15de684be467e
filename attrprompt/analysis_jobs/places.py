"""The places in the texts of data sets, found once however many figures ask for them.

Regions, adherence, the view as in the paper and the rows of `analyze --rows` speak of the same mentions. They are kept
in memory for the data sets that were asked for last.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.finder import Mention, RegionFinder
from attrprompt.analysis.regions.located import LocatedSet, locate_counted
from attrprompt.analysis.texts.selection import AnalysisSet, list_counted, name_labels
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.worker.context import JobContext

TEXTS_A_REPORT = 500

_Mentions = list[list[Mention]]
_found: dict[tuple[object, ...], _Mentions] = {}


def read_rulings(request: AnalysisRequest) -> dict[str, str]:
    """What people ruled, in the form that the finder takes: a country, a continent, or no place."""
    return {surface: country or continent or NO_PLACE for surface, country, continent in request.rulings}


def locate_sets(request: AnalysisRequest, sets: Sequence[AnalysisSet], context: JobContext) -> list[LocatedSet]:
    """The places in the texts of each set that count, in the order of the store.

    Raises:
        WorkerError: it was stopped.
    """
    keys = [_key(request, contents) for contents in request.contents[: len(sets)]]
    for old in [key for key in _found if key not in keys]:
        _found.pop(old, None)
    names = name_labels(sets)
    located = []
    for dataset, key in zip(sets, keys, strict=True):
        if key not in _found:
            _found[key] = _find(request, dataset, context)
        located.append(locate_counted(dataset, request.choice, names, _found[key]))
    return located


def _key(request: AnalysisRequest, contents: str) -> tuple[object, ...]:
    return contents, request.choice, request.rulings


def _find(request: AnalysisRequest, dataset: AnalysisSet, context: JobContext) -> _Mentions:
    finder = RegionFinder(read_rulings(request))
    rows = list_counted(dataset, request.choice)
    check = context.make_check("The search for places")
    mentions: _Mentions = []
    for done, row in enumerate(rows):
        if done % TEXTS_A_REPORT == 0:
            check()
            context.progress(0.9, f"places in {dataset.name}, text {done + 1:,} of {len(rows):,}")
        mentions.append(finder.find(dataset.texts[row]))
    return mentions
