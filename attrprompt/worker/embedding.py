"""The kind of work that embeds texts: `encode` fills the cache."""

from __future__ import annotations

from pydantic import ValidationError

from attrprompt.encoding.cache import VectorCache, fill_cache
from attrprompt.encoding.encoder import EncoderSpec
from attrprompt.encoding.open import open_encoder
from attrprompt.errors import InputError
from attrprompt.worker.jobs import JobContext, Payload, Result, register


@register("encode", keeps_result=False)
def encode_texts(payload: Payload, context: JobContext) -> Result:
    """Bring the vectors of `texts` under `encoder` (an `EncoderSpec` as plain data) into the cache."""
    try:
        spec = EncoderSpec.model_validate(payload.get("encoder", {}))
    except ValidationError as error:
        raise InputError(f"The encoder is not described as it should be: {error}") from error
    encoder = open_encoder(spec, context.home, threads=context.threads, api_key=context.api_key)
    encoded = fill_cache(encoder, payload["texts"], VectorCache(context.home), context.progress, context.cancelled)
    return {"encoder": encoder.id, "texts": len(payload["texts"]), "encoded": encoded}
