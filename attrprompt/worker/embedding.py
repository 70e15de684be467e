"""The kinds of work over embeddings: `encode` fills the cache, `project` makes a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from attrprompt.analysis.encoder import Encoder, EncoderSpec, open_encoder
from attrprompt.analysis.projection import (
    MapParameters,
    Projection,
    key_projection,
    load_projection,
    path_projection,
    project,
    save_projection,
)
from attrprompt.analysis.vectors import VectorCache, encode_cached, fill_cache, hash_text
from attrprompt.errors import InputError
from attrprompt.worker.jobs import Arrays, JobContext, Payload, Result, register

ENCODING_SHARE = 0.5
"""Of a map's progress bar, when its texts are not encoded yet."""


@register("encode", keeps_result=False)
def encode_texts(payload: Payload, context: JobContext) -> Result:
    """Bring the vectors of `texts` under `encoder` (an `EncoderSpec` as plain data) into the cache."""
    encoder = _open(payload, context)
    encoded = fill_cache(encoder, payload["texts"], VectorCache(context.home), context.progress, context.cancelled)
    return {"encoder": encoder.id, "texts": len(payload["texts"]), "encoded": encoded}


@register("project", keeps_result=False)
def project_texts(payload: Payload, context: JobContext) -> Result:
    """The map of `texts`, which belong to `sets` (a name each), made as `parameters` say (a `MapParameters`).

    The map is kept in the cache of maps, which is looked into first.
    """
    encoder = _open(payload, context)
    texts: Sequence[str] = payload["texts"]
    parameters = MapParameters(**payload.get("parameters", {}))
    key = key_projection(encoder.id, [hash_text(text) for text in texts], payload["sets"], parameters)
    path = path_projection(context.home, key)
    kept = load_projection(path)
    if kept is None:
        kept = _make_map(encoder, texts, payload["sets"], parameters, context)
        save_projection(path, kept)
    facts: dict[str, Any] = {"encoder": encoder.id, "method": kept.method, "explained": kept.explained, "key": key}
    return Arrays({"coordinates": kept.coordinates, "fitted": kept.fitted}, facts)


def _make_map(
    encoder: Encoder, texts: Sequence[str], sets: Sequence[str], parameters: MapParameters, context: JobContext
) -> Projection:
    begun = 0.0

    def encoding(fraction: float, message: str) -> None:
        nonlocal begun
        begun = ENCODING_SHARE
        context.progress(fraction * ENCODING_SHARE, message)

    vectors = encode_cached(encoder, texts, VectorCache(context.home), encoding, context.cancelled)
    return project(
        vectors, sets, parameters, lambda fraction, message: context.progress(begun + fraction * (1 - begun), message)
    )


def _open(payload: Payload, context: JobContext) -> Encoder:
    try:
        spec = EncoderSpec.model_validate(payload.get("encoder", {}))
    except ValidationError as error:
        raise InputError(f"The encoder is not described as it should be: {error}") from error
    return open_encoder(spec, context.home, threads=context.threads, api_key=context.api_key)
