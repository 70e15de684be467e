"""The kind of work that embeds texts: `encode` fills the cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from attrprompt.encoding.cache import VectorCache, fill_cache
from attrprompt.encoding.encoder import REFERENCE, EncoderSpec
from attrprompt.kept import Kept
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register


@dataclass(frozen=True, slots=True)
class Encoded(Kept):
    """What was done.

    Attributes:
        encoder: id of the encoder.
        texts: number of texts asked for.
        encoded: how many of them were not in the cache.
    """

    encoder: str
    texts: int
    encoded: int


class EncodeRequest(JobRequest[Encoded]):
    """Which texts shall have vectors in the cache, by which encoder."""

    kind: ClassVar[str] = "encode"

    texts: tuple[str, ...]
    encoder: EncoderSpec = REFERENCE

    @property
    def asks(self) -> str | None:
        """The endpoint that encodes, where one does."""
        return self.encoder.base_url or None


@register(EncodeRequest, Encoded, keeps_result=False)
def encode_texts(request: EncodeRequest, context: JobContext) -> Encoded:
    """Bring the vectors of the texts into the cache."""
    encoder = context.open_encoder(request.encoder)
    encoded = fill_cache(encoder, request.texts, VectorCache(context.home), context.progress, context.cancelled)
    return Encoded(encoder.id, len(request.texts), encoded)
