"""The job `endings`: with which words the texts of each data set end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import counted_texts, load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

KEPT = 10


@dataclass(frozen=True, slots=True)
class Endings:
    """The most frequent last words.

    Attributes:
        counts: by data set, how many texts end with each word, the most frequent first.
    """

    counts: Mapping[str, Mapping[str, int]]

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {"counts": {name: dict(words) for name, words in self.counts.items()}}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """See `to_json`."""
        return cls(plain["counts"])


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
            Counter(text.split()[-1] for text in counted_texts(request, dataset)).most_common(KEPT)
        )
    return Endings(counts)
