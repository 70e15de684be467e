"""The job `names`: which names in the texts a person should rule on."""

from __future__ import annotations

from typing import ClassVar

from attrprompt.analysis.regions.ambiguity import list_ambiguous_names
from attrprompt.analysis.texts.selection import list_counted
from attrprompt.analysis_jobs.places import read_rulings
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register

NAMES = 40


class NamesRequest(AnalysisRequest, JobRequest[Plain]):
    """Which names in the texts are ambiguous."""

    kind: ClassVar[str] = "names"


@register(NamesRequest, Plain, unhashed=EXPLORED)
def explore_names(request: NamesRequest, context: JobContext) -> Plain:
    """The ambiguous names in the texts, the most frequent first: `{"names": […], "more": number left out}`."""
    sets, _ = load_sets(request, context, with_vectors=False)
    texts = [each.texts[row] for each in sets for row in list_counted(each, request.choice)]
    context.progress(0.3, "ambiguous names")
    names = list_ambiguous_names(texts, read_rulings(request))
    return Plain(names=[each.to_json() for each in names[:NAMES]], more=max(0, len(names) - NAMES))
