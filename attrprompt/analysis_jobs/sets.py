"""The data sets of a request as analysis takes them, with vectors where figures need them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attrprompt.analysis.texts.selection import AnalysisSet, list_counted
from attrprompt.analysis_jobs.loading import make_set, read_texts
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.encoding.encoder import Vectors
from attrprompt.project import DimensionKind
from attrprompt.worker.context import JobContext


def load_sets(
    request: AnalysisRequest, context: JobContext, *, with_vectors: bool
) -> tuple[list[AnalysisSet], list[str]]:
    """The data sets of a request, encoded where vectors are asked for, and the names of their place dimensions."""
    with context.open_store() as store:
        datasets = [store.datasets.load(number) for number in request.datasets]
        texts = [read_texts(store, dataset, request.choice) for dataset in datasets]
        documents = [store.projects.load(datasets[0].project_id).document]
        documents += [store.runs.load_document(dataset.id) for dataset in datasets if not dataset.imported]

    def encode(texts: Sequence[str]) -> Vectors:
        return context.encode(request.encoder, texts)

    sets = [
        make_set(dataset, samples, request.choice, encode if with_vectors else None)
        for dataset, samples in zip(datasets, texts, strict=True)
    ]
    places = {
        dimension.name
        for document in documents
        for dimension in document.dimensions.values()
        if dimension.kind is DimensionKind.PLACE
    }
    return sets, sorted(places)


def counted_rows(request: AnalysisRequest, dataset: AnalysisSet) -> list[int]:
    """The positions, in a data set, of the texts that count."""
    return list_counted(dataset, request.choice)


def counted_texts(request: AnalysisRequest, dataset: AnalysisSet) -> list[str]:
    """The texts of a data set that count, in their order in the store."""
    return [dataset.texts[row] for row in counted_rows(request, dataset)]


def join_sets(request: AnalysisRequest, sets: list[AnalysisSet]) -> tuple[list[str], list[str], Vectors]:
    """All texts that count, the name of the set of each, and their vectors."""
    texts = [text for dataset in sets for text in counted_texts(request, dataset)]
    names = [dataset.name for dataset in sets for _ in counted_rows(request, dataset)]
    return texts, names, np.concatenate([vectors_of(request, dataset) for dataset in sets])


def vectors_of(request: AnalysisRequest, dataset: AnalysisSet) -> Vectors:
    """The vectors of the texts of a data set that count."""
    assert dataset.vectors is not None
    return dataset.vectors[counted_rows(request, dataset)]
