"""A sentence-transformers model run by OpenVINO, where that optional package is installed.

The model is converted once and kept by its hash; from then on neither torch nor transformers is imported, so a first
text costs a second instead of ten. A conversion counts only when its vectors agree with torch's on texts of several
lengths: tracing may bake a length into the graph.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from attrprompt.encoding.encoder import (
    BATCH_SIZE,
    Vectors,
    hash_model,
    load_sentence_transformer,
    quiet_transformers,
    read_longest,
)
from attrprompt.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

AGREEMENT = 0.99999
"""Least cosine with torch of a conversion's fp32 vectors."""

PROBES = (
    "",
    "Rain.",
    "The committee voted for the new budget after a debate of nine hours.",
    "Наука и музыка, 科学, naïve café – 42 % of 1,000!",
    " ".join(["Ships leave the harbour before dawn and come back with the evening tide."] * 12),
    " ".join(["A text that is longer than any encoder reads is cut at its maximal length."] * 90),
)


def supports_bf16() -> bool:
    """Whether the processor computes in bf16 (AMX or AVX-512 BF16) rather than emulating it.

    Raises:
        InputError: OpenVINO is missing.
    """
    return "BF16" in _import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVinoEncoder:
    """Texts in batches sorted by their number of tokens, on the processor.

    Args:
        folder: the sentence-transformers model.
        cache: where the converted model is kept.
        use_bf16: compute in bf16 instead of fp32.
        threads: how many may be used; by default all cores.

    Raises:
        InputError: OpenVINO is missing, cannot run this model, or this processor has no bf16.
    """

    def __init__(
        self, encoder_id: str, folder: Path, cache: Path, *, use_bf16: bool, threads: int | None = None
    ) -> None:
        openvino = _import_openvino()
        if use_bf16 and not supports_bf16():
            raise InputError(
                f"The encoder {encoder_id} needs a processor with bf16, which this machine has not. "
                "Choose the reference encoder; the texts are encoded again for it."
            )
        self.id = encoder_id
        self._tokenizer = _load_tokenizer(folder)
        settings: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "bf16" if use_bf16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        if threads is not None:
            settings["INFERENCE_NUM_THREADS"] = threads
        compiled = openvino.Core().compile_model(str(convert_model(folder, cache)), "CPU", settings)
        self._request = compiled.create_infer_request()
        self.dimension = int(compiled.output(0).partial_shape[-1].get_length())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
        vectors = np.empty((len(tokens), self.dimension), dtype=np.float32)
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            ids = np.zeros((len(rows), len(tokens[rows[-1]])), dtype=np.int64)
            mask = np.zeros_like(ids)
            for index, row in enumerate(rows):
                ids[index, : len(tokens[row])] = tokens[row]
                mask[index, : len(tokens[row])] = 1
            vectors[rows] = self._request.infer({"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def convert_model(folder: Path, cache: Path) -> Path:
    """The model of a folder in OpenVINO's format, converted where the cache does not have it yet.

    Raises:
        InputError: OpenVINO cannot run this model as torch does.
    """
    target = cache / hash_model(folder)[:16]
    if (target / "model.xml").exists():
        return target / "model.xml"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="new-") as name:
        fresh = Path(name) / "model"
        fresh.mkdir()
        _convert(folder, fresh / "model.xml")
        try:
            fresh.rename(target)
        except OSError:
            if not (target / "model.xml").exists():  # else another process was faster, with the same model
                raise
    return target / "model.xml"


def _convert(folder: Path, path: Path) -> None:
    import torch

    openvino = _import_openvino()
    model = load_sentence_transformer(folder, device="cpu")

    class Sentences(torch.nn.Module):  # type: ignore[misc]  # torch is not checked: see pyproject.toml
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return torch.nn.functional.normalize(features["sentence_embedding"], p=2.0, dim=1)

    example = {"input_ids": torch.ones(2, 9, dtype=torch.long), "attention_mask": torch.ones(2, 9, dtype=torch.long)}
    example["attention_mask"][1, 6:] = 0
    try:
        with warnings.catch_warnings(), quiet_transformers(), torch.no_grad():
            warnings.simplefilter("ignore")  # tracing warns of each branch on a length; the comparison below judges it
            openvino.save_model(
                openvino.convert_model(Sentences().eval(), example_input=example), str(path), compress_to_fp16=False
            )
    except RuntimeError as error:
        raise InputError(
            f"OpenVINO cannot convert the model in {folder}. Choose the torch backend for it. ({error})"
        ) from error
    _compare(folder, path, model)


def _compare(folder: Path, path: Path, model: Any) -> None:
    expected = np.asarray(model.encode(list(PROBES), show_progress_bar=False, normalize_embeddings=True))
    request = _import_openvino().Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for text, vector in zip(PROBES, expected, strict=True):
        ids = np.asarray([_load_tokenizer(folder).encode(text).ids], dtype=np.int64)
        found = request({"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        if float(found @ vector) < AGREEMENT:
            raise InputError(
                f"OpenVINO does not give the vectors of torch for the model in {folder} "
                f"(cosine {float(found @ vector):.5f}). Choose the torch backend for it."
            )


def _load_tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.exists():
        raise InputError(f"The model in {folder} has no tokenizer.json. Choose the torch backend for it.")
    tokenizer: Tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(read_longest(folder))
    return tokenizer


def _import_openvino() -> Any:
    if importlib.util.find_spec("openvino") is None:
        raise InputError("OpenVINO is not installed. Run: pip install openvino, or choose the torch backend.")
    # Importing OpenVINO reports to its makers by default; without this package it keeps silent.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
