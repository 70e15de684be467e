"""Opening an encoder by its description: bundled, a folder, a hub id, an endpoint."""

from __future__ import annotations

import importlib.resources
import importlib.util
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from pydantic import SecretStr

from attrprompt.encoding.encoder import (
    REFERENCE,
    Backend,
    Encoder,
    EncoderSpec,
    Precision,
    SentenceTransformerEncoder,
    Vectors,
    find_model_folder,
    hash_model,
    read_longest,
)
from attrprompt.errors import InputError
from attrprompt.llm.chat import normalise_base_url


def choose_fast() -> EncoderSpec:
    """The fastest encoder of this machine that leaves figures as the reference has them (see `benchmarks/encoding.py`).

    bf16 only on a processor that computes in it: elsewhere it is emulated, hundreds of times slower.
    """
    if importlib.util.find_spec("openvino") is None:
        return REFERENCE
    from attrprompt.encoding.openvino import supports_bf16

    return EncoderSpec(backend=Backend.OPENVINO, precision=Precision.BF16 if supports_bf16() else Precision.FP32)


def open_encoder(
    spec: EncoderSpec, home: Path, *, threads: int | None = None, api_key: SecretStr | None = None
) -> Encoder:
    """The encoder of a specification; its model is loaded with the first text, and stays loaded in this process.

    Args:
        home: where a converted model is kept.
        threads: how many may be used; by default all cores.
        api_key: for an endpoint; used for this encoder only and kept nowhere.

    Raises:
        InputError: there is no such model, or the specification does not fit together.
    """
    if spec.backend is Backend.ENDPOINT:
        from attrprompt.encoding.endpoint import EndpointEncoder

        return EndpointEncoder(spec.base_url, spec.model, api_key)
    return LazyEncoder(identify_encoder(spec), lambda: _load_local(spec, home, threads))


def identify_encoder(spec: EncoderSpec) -> str:
    """The id of a specification's encoder, without loading its model.

    Raises:
        InputError: there is no such model, or the specification does not fit together.
    """
    if spec.backend is Backend.ENDPOINT:
        return f"{normalise_base_url(spec.base_url)}#{spec.model}"
    if spec.backend is Backend.TORCH and spec.precision is not Precision.FP32:
        raise InputError("The torch backend computes in fp32 only. Choose fp32, or the OpenVINO backend.")
    folder = find_model_folder(spec.model)
    name = Path(spec.model).name if Path(spec.model).is_dir() else spec.model
    return f"{name}@{hash_model(folder)[:12]}:{spec.backend}:{spec.precision}:{read_longest(folder)}"


class LazyEncoder:
    """An encoder whose id is known and whose model is loaded when first needed. Safe to use from any thread."""

    def __init__(self, encoder_id: str, load: Callable[[], Encoder]) -> None:
        self._id = encoder_id
        self._load = load
        self._loaded: Encoder | None = None
        self._guard = threading.Lock()

    @property
    def id(self) -> str:
        """See `Encoder.id`."""
        return self._id

    @property
    def dimension(self) -> int:
        """See `Encoder.dimension`; loads the model."""
        return self._get().dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        return self._get().encode(texts)

    def _get(self) -> Encoder:
        with self._guard:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded


@lru_cache(maxsize=2)
def _load_local(spec: EncoderSpec, home: Path, threads: int | None) -> Encoder:
    folder = find_model_folder(spec.model)
    if spec.backend is Backend.TORCH:
        return SentenceTransformerEncoder(identify_encoder(spec), folder, threads)
    from attrprompt.encoding.openvino import OpenVinoEncoder

    return OpenVinoEncoder(
        identify_encoder(spec),
        folder,
        home / "cache" / "encoders",
        use_bf16=spec.precision is Precision.BF16,
        threads=threads,
    )
