"""Maps of embeddings in two dimensions: PCA at once, UMAP in the worker.

A map is for looking. Distances on it are not evidence, and no figure is computed from it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attrprompt.encoding.encoder import Vectors
from attrprompt.errors import InputError
from attrprompt.files import read_arrays, write_arrays

Coordinates = NDArray[np.float32]
Progress = Callable[[float, str], None]

FEWEST_TEXTS = 10
"""Fewer texts have no neighbourhoods that UMAP could keep."""

BLOCK = 1024


@dataclass(frozen=True, slots=True)
class MapParameters:
    """How UMAP makes a map. With the texts and the encoder id they decide it.

    Attributes:
        neighbours: size of the neighbourhood that UMAP keeps; smaller shows finer groups.
        min_distance: how close UMAP may put points on the map.
        seed: UMAP then runs on one thread and gives the same map again on the same machine.
        fit_at_most: texts that UMAP is fitted on, over all sets; the rest is placed on the fitted map.
    """

    neighbours: int = 15
    min_distance: float = 0.1
    seed: int = 0
    fit_at_most: int = 10_000


@dataclass(frozen=True, slots=True)
class Projection:
    """A finished map by UMAP.

    Attributes:
        coordinates: one row (x, y) for each text, in the order of the texts.
        fitted: whether the map was fitted on this text; the others were placed on it afterwards.
    """

    coordinates: Coordinates
    fitted: NDArray[np.bool_]


def project(
    vectors: Vectors, sets: Sequence[str], parameters: MapParameters, progress: Progress | None = None
) -> Projection:
    """The map of these vectors by UMAP, fitted on an equal number of texts of each set.

    Args:
        sets: for each vector the name of its data set.

    Raises:
        InputError: there are too few texts for a map.
    """
    if len(vectors) != len(sets):
        raise InputError(f"{len(vectors)} vectors came with {len(sets)} names of data sets. Give one name a vector.")
    fitted = choose_fitted(sets, parameters.fit_at_most, parameters.seed)
    return Projection(project_umap(vectors, fitted, parameters, progress), fitted)


def choose_fitted(sets: Sequence[str], at_most: int, seed: int) -> NDArray[np.bool_]:
    """Draw the texts to fit on: as many of each set as the smallest has, `at_most` in all."""
    names = np.asarray(sets)
    groups = [np.flatnonzero(names == name) for name in sorted(set(sets))]
    chosen = np.zeros(len(sets), dtype=bool)
    if not groups:
        return chosen
    quota = min(min(len(group) for group in groups), max(1, at_most // len(groups)))
    rng = np.random.default_rng(seed)
    for group in groups:
        chosen[rng.choice(group, quota, replace=False)] = True
    return chosen


def project_pca(vectors: Vectors, fitted: NDArray[np.bool_] | None = None) -> tuple[Coordinates, tuple[float, float]]:
    """The two directions of largest variance, from the singular values of the covariance matrix.

    O(n·d²) time; beyond the vectors it needs memory for d² numbers, because the matrix is summed block by block. A
    direction's sign is free; it is set so that its largest component is positive: the same texts, the same picture.

    Returns:
        the coordinates of all vectors, and the shares of the fitted variance that the two directions hold.

    Raises:
        InputError: there are fewer than 3 texts to fit on.
    """
    rows = np.arange(len(vectors)) if fitted is None else np.flatnonzero(fitted)
    if len(rows) < 3:
        raise InputError(f"A map needs at least 3 texts, equally many of each set; there are {len(rows)}.")
    mean, covariance = _measure_covariance(vectors, rows)
    directions, variances, _ = np.linalg.svd(covariance, hermitian=True)
    axes = directions[:, :2]
    largest = axes[np.abs(axes).argmax(axis=0), [0, 1]]
    axes = axes * np.where(largest < 0, -1.0, 1.0)
    total = float(variances.sum()) or 1.0
    coordinates = vectors @ axes.astype(np.float32) - (mean @ axes).astype(np.float32)
    return coordinates, (float(variances[0]) / total, float(variances[1]) / total)


def _measure_covariance(vectors: Vectors, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    mean = np.zeros(vectors.shape[1])
    for block in blocks:
        mean += vectors[block].sum(axis=0, dtype=np.float64) / len(rows)
    covariance = np.zeros((len(mean), len(mean)))
    for block in blocks:
        centred = vectors[block] - mean
        covariance += centred.T @ centred / max(1, len(rows) - 1)
    return mean, covariance


def project_umap(
    vectors: Vectors, fitted: NDArray[np.bool_], parameters: MapParameters, progress: Progress | None = None
) -> Coordinates:
    """UMAP with the cosine metric (McInnes, Healy and Melville 2018), fitted on some texts, the others placed on it.

    Raises:
        InputError: there are fewer than `FEWEST_TEXTS` texts to fit on.
    """
    number = int(fitted.sum())
    if number < FEWEST_TEXTS:
        raise InputError(
            f"UMAP needs at least {FEWEST_TEXTS} texts, equally many of each set; there are {number}. "
            "Generate more, or look at the PCA map."
        )
    report = progress or (lambda fraction, message: None)
    report(0.0, "Loading UMAP")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries' notes on numba and on one thread are of no use to a reader
        import umap

        report(0.1, f"Fitting the map on {number:,} texts")
        reducer = umap.UMAP(
            n_neighbors=min(parameters.neighbours, number - 1),
            min_dist=parameters.min_distance,
            metric="cosine",
            random_state=parameters.seed,
            transform_seed=parameters.seed,
            n_jobs=1,
            tqdm_kwds={"disable": False, "file": _EpochReader(report), "bar_format": "{n_fmt}/{total_fmt}"},
        )
        coordinates = np.empty((len(vectors), 2), dtype=np.float32)
        coordinates[fitted] = reducer.fit_transform(vectors[fitted])
        rest = ~fitted
        if rest.any():
            report(0.9, f"Placing {int(rest.sum()):,} more texts on the map")
            reducer.tqdm_kwds = {"disable": True}
            coordinates[rest] = reducer.transform(vectors[rest])
    report(1.0, "Map ready")
    return coordinates


class _EpochReader(io.TextIOBase):
    """Turns the progress bar of UMAP's optimiser, its one sign of life, into progress between 0.3 and 0.9."""

    def __init__(self, report: Progress) -> None:
        self._report = report

    def write(self, text: str) -> int:
        found = re.search(r"(\d+)/(\d+)", text)
        if found and int(found[2]):
            share = int(found[1]) / int(found[2])
            self._report(0.3 + 0.6 * share, f"Optimising the map: {share:.0%}")
        return len(text)


def neighbour_overlap(high: Vectors, low: Coordinates, k: int = 10, *, sample: int | None = None) -> float:
    """Mean share of each text's k nearest neighbours (cosine) that are also its k nearest on the map (Euclidean).

    0 to 1; about k ÷ (n − 1) by chance. Computed in blocks, so memory grows with n only.

    Args:
        sample: over so many texts, spread evenly over all; their neighbours are looked for among all.

    Raises:
        InputError: there are not more than k texts.
    """
    n = len(high)
    if n <= k or len(low) != n:
        raise InputError(f"The {k} nearest neighbours need more than {k} texts and a point for each; there are {n}.")
    shared = 0
    flat = low.astype(np.float64)
    squares = (flat**2).sum(axis=1)
    looked_at = np.unique(np.linspace(0, n - 1, min(n, sample or n)).astype(np.int64))
    for start in range(0, len(looked_at), BLOCK):
        rows = looked_at[start : start + BLOCK]
        cosines = high[rows] @ high.T
        distances = squares[rows, None] - 2 * flat[rows] @ flat.T + squares[None, :]
        cosines[np.arange(len(rows)), rows] = -np.inf
        distances[np.arange(len(rows)), rows] = np.inf
        near_high = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        near_low = np.argpartition(distances, k - 1, axis=1)[:, :k]
        shared += sum(len(np.intersect1d(a, b)) for a, b in zip(near_high, near_low, strict=True))
    return shared / (len(looked_at) * k)


def key_projection(encoder_id: str, hashes: Sequence[str], sets: Sequence[str], parameters: MapParameters) -> str:
    """The name under which a map is cached: its texts in their order, their sets, the encoder and the parameters.

    The names of the sets do not enter, only which texts belong together.
    """
    number: dict[str, int] = {}
    members = [number.setdefault(name, len(number)) for name in sets]
    digest = hashlib.sha256(json.dumps([encoder_id, asdict(parameters), members], sort_keys=True).encode())
    for text_hash in hashes:
        digest.update(bytes.fromhex(text_hash))
    return digest.hexdigest()


def path_projection(home: Path, key: str) -> Path:
    """Where the map of this key is kept."""
    return home / "cache" / "maps" / f"{key}.npz"


def load_projection(path: Path) -> Projection | None:
    """A kept map, or None where there is none that can be read (it is then made again)."""
    try:
        stored = read_arrays(path)
        return Projection(stored["coordinates"], stored["fitted"])
    except (OSError, KeyError, ValueError):
        return None


def save_projection(path: Path, projection: Projection) -> None:
    """Keep a map."""
    write_arrays(path, {"coordinates": projection.coordinates, "fitted": projection.fitted})
