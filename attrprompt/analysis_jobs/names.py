"""The job `names`: which names in the texts a person should rule on."""

from __future__ import annotations

from typing import ClassVar

from attrprompt.analysis.regions.ambiguity import AmbiguousNames, list_ambiguous_names
from attrprompt.analysis.texts.selection import list_counted
from attrprompt.analysis_jobs.places import read_rulings
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

NAMES = 40


class NamesRequest(AnalysisRequest, JobRequest[AmbiguousNames]):
    """Which names in the texts are ambiguous."""

    kind: ClassVar[str] = "names"


@register(NamesRequest, AmbiguousNames, version=2, unhashed=EXPLORED)
def explore_names(request: NamesRequest, context: JobContext) -> AmbiguousNames:
    """The ambiguous names in the texts, the most frequent first."""
    sets, _ = load_sets(request, context, with_vectors=False)
    texts = [dataset.texts[row] for dataset in sets for row in list_counted(dataset, request.choice)]
    context.progress(0.3, "ambiguous names")
    names = list_ambiguous_names(texts, read_rulings(request))
    return AmbiguousNames(tuple(names[:NAMES]), max(0, len(names) - NAMES))
