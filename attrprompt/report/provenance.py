"""With what the texts and the figures of a report can be made again: hashes, versions, seeds."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from attrprompt.encoding.encoder import Backend, EncoderSpec
from attrprompt.encoding.open import identify_encoder
from attrprompt.records import Dataset, format_time
from attrprompt.store import Store

PACKAGES = ("numpy", "scikit-learn", "sentence-transformers", "torch", "plotly", "matplotlib", "openai")


@dataclass(frozen=True)
class RunProvenance:
    """How a run was made.

    Attributes:
        document: hash of the project's document that it was planned from.
    """

    model: str
    parameters: Mapping[str, Any]
    options: Mapping[str, Any]
    document: str


@dataclass(frozen=True)
class DatasetProvenance:
    """Where a data set comes from.

    Attributes:
        content: hash of its texts.
        made: the time, in words.
        run: None for imported texts.
    """

    dataset: str
    kind: str
    rows: int
    content: str
    made: str
    run: RunProvenance | None


@dataclass(frozen=True)
class Provenance:
    """Where the content of a report comes from; no address of an endpoint stands in it.

    Attributes:
        encoder: of the embeddings.
        python: its version.
        versions: of the packages that make the figures.
    """

    datasets: tuple[DatasetProvenance, ...]
    encoder: str
    python: str
    versions: Mapping[str, str]


def read_provenance(
    store: Store, datasets: Sequence[Dataset], contents: Sequence[str], encoder: EncoderSpec
) -> Provenance:
    """The provenance of these data sets.

    Args:
        contents: the hash of each data set's texts.
    """
    is_endpoint = encoder.backend is Backend.ENDPOINT
    return Provenance(
        datasets=tuple(
            DatasetProvenance(
                dataset=dataset.name,
                kind=dataset.kind.value,
                rows=dataset.rows,
                content=content,
                made=format_time(dataset.created),
                run=None if dataset.imported else _read_run(store, dataset),
            )
            for dataset, content in zip(datasets, contents, strict=True)
        ),
        encoder=f"{encoder.model}, asked of an endpoint" if is_endpoint else identify_encoder(encoder),
        python=platform.python_version(),
        versions={name: metadata.version(name) for name in PACKAGES},
    )


def _read_run(store: Store, dataset: Dataset) -> RunProvenance:
    run = store.runs.load(dataset.id)
    return RunProvenance(run.model or "embedded", dict(run.parameters), dict(run.options), run.content_hash)
