"""The job `endings`: with which words the texts of each data set end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import counted_texts, load_sets
from attrprompt.kept import Kept
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

MOST = 10


@dataclass(frozen=True, slots=True)
class Endings(Kept):
    """The most frequent last words.

    Attributes:
        counts: by data set, how many texts end with each word, the most frequent first.
    """

    counts: Mapping[str, Mapping[str, int]]


class EndingsRequest(AnalysisRequest, JobRequest[Endings]):
    """Which words end the texts."""

    kind: ClassVar[str] = "endings"


@register(EndingsRequest, Endings, unhashed=EXPLORED)
def count_endings(request: EndingsRequest, context: JobContext) -> Endings:
    """The last words of the texts that count, ten a data set."""
    sets, _ = load_sets(request, context, with_vectors=False)
    counts = {}
    for done, dataset in enumerate(sets):
        context.progress(done / len(sets), f"last words of {dataset.name}")
        counts[dataset.name] = dict(
            Counter(text.split()[-1] for text in counted_texts(request, dataset)).most_common(MOST)
        )
    return Endings(counts)
