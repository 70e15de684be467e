"""The embeddings of an OpenAI-compatible endpoint (`/v1/embeddings`) as an encoder.

The weights behind an endpoint cannot be hashed: its id is address and model name, so whoever changes the model there
under the same name must empty the cache.
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx2
import numpy as np
import openai
from pydantic import SecretStr

from attrprompt.encoding.encoder import Vectors
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.chat import is_loopback, normalise_base_url
from attrprompt.llm.failures import explain_bad_response
from attrprompt.llm.sdk import FAILURES, BoundedBlockingClient, authorize, explain_failure

TEXTS_PER_REQUEST = 64
TIMEOUT_SECONDS = 60.0
RETRIES = 3
MOST_ANSWER_BYTES = 64_000_000  # a thousand dimensions of 64 texts take one or two


class EndpointEncoder:
    """Asks an endpoint for vectors and brings them to length one.

    Args:
        base_url: usually ending in `/v1`.
        model: the model's name there.
        api_key: None where the endpoint needs no key.

    Raises:
        InputError: the address or the model's name cannot be used.
    """

    def __init__(self, base_url: str, model: str, api_key: SecretStr | None = None) -> None:
        self._base_url = normalise_base_url(base_url)
        if not model.strip():
            raise InputError("No embedding model is named. Give its name as the endpoint lists it.")
        self._model = model.strip()
        self._secret = api_key.get_secret_value() if api_key else ""
        self._dimension = 0
        self.id = f"{self._base_url}#{self._model}"
        # Empty strings, because the SDK would otherwise fill in the environment's values and send them to any endpoint.
        self._sdk = openai.OpenAI(
            base_url=self._base_url,
            api_key=self._secret,
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            timeout=TIMEOUT_SECONDS,
            max_retries=RETRIES,
            http_client=BoundedBlockingClient(
                MOST_ANSWER_BYTES, trust_env=not is_loopback(self._base_url), follow_redirects=False
            ),
        )

    @property
    def dimension(self) -> int:
        """See `Encoder.dimension`; asks the endpoint once."""
        if not self._dimension:
            self._ask(["dimension"])
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`.

        Raises:
            ProviderError: the endpoint failed; what it sent before is lost with it, so encode in small portions.
        """
        starts = range(0, len(texts), TEXTS_PER_REQUEST)
        parts = [self._ask(texts[start : start + TEXTS_PER_REQUEST]) for start in starts]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), dtype=np.float32)

    def _ask(self, texts: Sequence[str]) -> Vectors:
        vectors = self._read_vectors(self._send(texts), len(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._dimension = vectors.shape[1]
        return np.asarray(vectors / lengths, dtype=np.float32)

    def _send(self, texts: Sequence[str]) -> httpx2.Response:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        headers = {"Authorization": authorize(self._secret)}
        try:
            return self._sdk.post("/embeddings", cast_to=httpx2.Response, body=body, options={"headers": headers})
        except FAILURES as error:
            failure, cause = explain_failure(
                error, base_url=self._base_url, model=self._model, secret=self._secret, seconds=TIMEOUT_SECONDS
            )
        raise failure from cause

    def _read_vectors(self, response: httpx2.Response, number: int) -> Vectors:
        try:
            rows = sorted(response.json()["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise self._refuse("no list of embeddings", response) from error
        if vectors.ndim != 2 or len(vectors) != number:
            raise self._refuse(f"{len(vectors)} embeddings for {number} texts", response)
        if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise self._refuse("an embedding without direction", response)
        return vectors

    def _refuse(self, reason: str, response: httpx2.Response) -> ProviderError:
        body = response.text if response.text.lstrip()[:1] == "<" else ""  # a list of numbers says nothing
        return explain_bad_response(reason, body, base_url=self._base_url, secret=self._secret)
