"""Work over stored data sets: `analyze` answers an `AnalysisRequest`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.result import NOTE, AnalysisResult
from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import join_primary
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis.texts.tokens import TOKENISER
from attrprompt.analysis_jobs.adherence import Encode, measure_adherence, measure_duplicates, read_asked_dimensions
from attrprompt.analysis_jobs.loading import make_set, read_texts
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.regions import measure_regions
from attrprompt.analysis_jobs.request import UNHASHED, AnalysisRequest, Part
from attrprompt.encoding.cache import VectorCache, encode_cached
from attrprompt.encoding.encoder import Encoder
from attrprompt.encoding.open import open_encoder
from attrprompt.project import DimensionKind
from attrprompt.settings import load_settings
from attrprompt.store import Store
from attrprompt.worker.jobs import JobContext, Payload, Result, register

ENCODING_SHARE = 0.4  # of the progress bar, when texts are not encoded yet
PRIMARY_KEYS = ("vocabulary_size", "aps_intra")


@register("analyze", version=2, unhashed=UNHASHED)
def analyze(payload: Payload, context: JobContext) -> Result:
    """The figures that an `AnalysisRequest` asks for, as `analyze` prints them."""
    request = AnalysisRequest.model_validate(payload)
    sets, place_dimensions = load_sets(request, context, with_vectors=Part.SIMILARITY in request.only)
    return analyse_sets(request, sets, place_dimensions, context)


def load_sets(
    request: AnalysisRequest, context: JobContext, *, with_vectors: bool
) -> tuple[list[AnalysisSet], list[str]]:
    """The data sets of a request, encoded where vectors are asked for, and the names of their place dimensions."""
    store = Store(context.home, load_settings(context.home).database_url)
    try:
        datasets = [store.datasets.load(number) for number in request.datasets]
        texts = [read_texts(store, each, request.choice) for each in datasets]
        documents = [store.projects.load(datasets[0].project_id).document]
        documents += [store.runs.load_document(each.id) for each in datasets if not each.imported]
    finally:
        store.close()
    encode = make_encode(request, context) if with_vectors else None
    sets = [make_set(each, samples, request.choice, encode) for each, samples in zip(datasets, texts, strict=True)]
    places = {
        dimension.name
        for document in documents
        for dimension in document.dimensions.values()
        if dimension.kind is DimensionKind.PLACE
    }
    return sets, sorted(places)


def analyse_sets(
    request: AnalysisRequest, sets: list[AnalysisSet], place_dimensions: Sequence[str], context: JobContext
) -> dict[str, Any]:
    """All parts of a request over loaded sets."""
    result: dict[str, Any] = {"parameters": _describe_parameters(request), "datasets": {}, "comparisons": []}
    result["warnings"] = []
    figures: dict[str, dict[str, Any]] = {each.name: {} for each in sets}
    comparisons: list[Comparison] = []
    compared = [part.value for part in request.only if part in (Part.DIVERSITY, Part.SIMILARITY)]
    if compared:
        compared_sets = _compare(request, sets, compared, context)
        comparisons += compared_sets.comparisons
        plain = compared_sets.to_json()
        result |= {key: value for key, value in plain.items() if key not in ("datasets", "comparisons")}
        for name, values in plain["datasets"].items():
            figures[name] |= values
    located = locate_sets(request, sets, context) if {Part.REGIONS, Part.ADHERENCE} & set(request.only) else []
    if Part.REGIONS in request.only:
        context.progress(0.95, "shares of continents and countries")
        by_set, divergences, details = measure_regions(request, sets, located, place_dimensions)
        for name, values in by_set.items():
            figures[name] |= values
        comparisons = join_primary(comparisons, divergences)
        result["divergences"] = details
        result["reference"] = request.reference
    if Part.ADHERENCE in request.only:
        encode = make_encode(request, context)
        for each, found, asked in zip(sets, located, read_asked_dimensions(request, context), strict=True):
            measured = measure_adherence(request, each, found, asked, encode, context)
            figures[each.name]["adherence"] = measured.to_json()
    if Part.DUPLICATES in request.only:
        for each in sets:
            figures[each.name]["duplicates"] = measure_duplicates(request, each, context)
    return result | {"datasets": figures, "comparisons": [each.to_json() for each in comparisons], "note": NOTE}


def _compare(
    request: AnalysisRequest, sets: list[AnalysisSet], compared: list[str], context: JobContext
) -> AnalysisResult:
    from attrprompt.analysis.comparison import compare_datasets

    return compare_datasets(
        sets,
        only=compared,
        seed=request.seed,
        m=request.m,
        repeats=request.repeats,
        choice=request.choice,
        encoder=_encoder(request, context).id,
        threshold=request.threshold,
        tables=request.tables and not request.primary_only,
        whole=not request.primary_only,
        keys=PRIMARY_KEYS if request.primary_only else None,
        progress=lambda share, doing: context.progress(ENCODING_SHARE + share * (1 - ENCODING_SHARE), doing),
        cancelled=context.cancelled,
    )


def _describe_parameters(request: AnalysisRequest) -> dict[str, Any]:
    return {
        "m": request.m,
        "tokens": None,
        "repeats": request.repeats,
        "seed": request.seed,
        "tokeniser": TOKENISER,
        "encoder": None,
        "texts": request.choice.to_json(),
    }


def _encoder(request: AnalysisRequest, context: JobContext) -> Encoder:
    return open_encoder(request.encoder, context.home, threads=context.threads, api_key=context.api_key)


def make_encode(request: AnalysisRequest, context: JobContext) -> Encode:
    """A function that gives the embeddings of texts, from the cache where they are there."""
    encoder = _encoder(request, context)
    cache = VectorCache(context.home)

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return encode_cached(
            encoder,
            texts,
            cache,
            lambda share, doing: context.progress(share * ENCODING_SHARE, doing),
            context.cancelled,
        )

    return encode
