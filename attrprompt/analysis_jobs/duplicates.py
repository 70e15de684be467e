"""Repeated texts of stored data sets, as `analyze` prints them."""

from __future__ import annotations

from attrprompt.analysis.texts.duplicates import RUN, THRESHOLD, DuplicatePair, Duplicates, find_duplicates
from attrprompt.analysis.texts.selection import AnalysisSet, list_counted
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.worker.context import JobContext

METHOD = f"exact: equal but for case and spaces; near: Jaccard similarity of runs of {RUN} words"


def measure_duplicates(request: AnalysisRequest, dataset: AnalysisSet, context: JobContext) -> Duplicates:
    """The texts of a data set that repeat an earlier one, exactly or nearly.

    Raises:
        WorkerError: it was stopped.
    """
    context.progress(0.97, f"repeated texts in {dataset.name}")
    rows = list_counted(dataset, request.choice)
    items = [row if dataset.items is None else dataset.items[row] for row in rows]
    found = find_duplicates((dataset.texts[row] for row in rows), check=context.make_check("The search for duplicates"))
    pairs = tuple(
        DuplicatePair(item, items[duplicate.of], duplicate.similarity, duplicate.exact)
        for item, duplicate in zip(items, found, strict=True)
        if duplicate is not None
    )
    exact = sum(pair.exact for pair in pairs)
    return Duplicates(len(rows), exact, len(pairs) - exact, THRESHOLD, METHOD, pairs)
