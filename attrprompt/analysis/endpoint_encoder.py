"""The embeddings of an OpenAI-compatible endpoint (`/v1/embeddings`) as an encoder.

The weights behind an endpoint cannot be hashed: its id is address and model name, so whoever changes the model there
under the same name must empty the cache.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import openai
from pydantic import SecretStr

from attrprompt.analysis.encoder import Vectors
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.chat import is_loopback, normalise_base_url
from attrprompt.llm.failures import explain_bad_response, explain_status, explain_transport

TEXTS_PER_REQUEST = 64
TIMEOUT_SECONDS = 60.0
RETRIES = 3


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
            http_client=openai.DefaultHttpxClient(trust_env=not is_loopback(self._base_url)),
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
        try:
            answer = self._sdk.embeddings.create(model=self._model, input=list(texts))
            rows = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
            vectors = np.asarray(rows, dtype=np.float32)
        except openai.APIStatusError as error:
            raise explain_status(
                error.status_code,
                error.response.text,
                error.response.headers,
                base_url=self._base_url,
                model=self._model,
                secret=self._secret,
            ) from error
        except openai.APIConnectionError as error:
            raise explain_transport(error, base_url=self._base_url, seconds=TIMEOUT_SECONDS) from error
        except (openai.APIError, AttributeError, TypeError, ValueError) as error:  # a body that is no list of vectors
            raise self._refuse(f"no embeddings: {type(error).__name__}") from error
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise self._refuse(f"{len(vectors)} vectors for {len(texts)} texts")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._refuse("a vector without length")
        self._dimension = vectors.shape[1]
        return np.asarray(vectors / lengths, dtype=np.float32)

    def _refuse(self, reason: str) -> ProviderError:
        return explain_bad_response(reason, "", base_url=self._base_url, secret=self._secret)
