"""Work over stored data sets: `analyze` answers an `AnalysisRequest`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrprompt.analysis.encoder import Encoder, open_encoder
from attrprompt.analysis.selection import AnalysisSet
from attrprompt.analysis.vectors import VectorCache, encode_cached
from attrprompt.inspection.loading import make_set, read_texts
from attrprompt.inspection.request import AnalysisRequest, Part
from attrprompt.settings import load_settings
from attrprompt.store import Store
from attrprompt.worker.jobs import JobContext, Payload, Result, register

ENCODING_SHARE = 0.4  # of the progress bar, when texts are not encoded yet
PRIMARY_KEYS = ("vocabulary_size", "aps_intra")


@register("analyze")
def analyze(payload: Payload, context: JobContext) -> Result:
    """The figures that an `AnalysisRequest` asks for, as `analyze` prints them."""
    request = AnalysisRequest.model_validate(payload)
    sets = load_sets(request, context, with_vectors=Part.SIMILARITY in request.only)
    return analyse_sets(request, sets, context)


def load_sets(request: AnalysisRequest, context: JobContext, *, with_vectors: bool) -> list[AnalysisSet]:
    """The data sets of a request, encoded where vectors are asked for."""
    store = Store(context.home, load_settings(context.home).database_url)
    try:
        datasets = [store.datasets.load(number) for number in request.datasets]
        texts = [read_texts(store, each, request.choice) for each in datasets]
    finally:
        store.close()
    encode = _make_encode(request, context) if with_vectors else None
    return [make_set(each, samples, request.choice, encode) for each, samples in zip(datasets, texts, strict=True)]


def analyse_sets(request: AnalysisRequest, sets: list[AnalysisSet], context: JobContext) -> dict[str, Any]:
    """All parts of a request over loaded sets."""
    from attrprompt.analysis.comparison import compare_datasets

    compared = [part.value for part in request.only if part in (Part.DIVERSITY, Part.SIMILARITY)]
    result = compare_datasets(
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
    return result.to_json()


def _encoder(request: AnalysisRequest, context: JobContext) -> Encoder:
    return open_encoder(request.encoder, context.home, threads=context.threads, api_key=context.api_key)


def _make_encode(request: AnalysisRequest, context: JobContext) -> Callable[[Any], object]:
    encoder = _encoder(request, context)
    cache = VectorCache(context.home)

    def encode(texts: Any) -> object:
        return encode_cached(
            encoder,
            texts,
            cache,
            lambda share, doing: context.progress(share * ENCODING_SHARE, doing),
            context.cancelled,
        )

    return encode
