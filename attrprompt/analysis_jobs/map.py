"""The job `map`: where texts lie on a plane, by UMAP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.similarity.projection import (
    Coordinates,
    MapParameters,
    key_projection,
    load_projection,
    neighbour_overlap,
    path_projection,
    project,
    save_projection,
)
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import join_sets, load_sets
from attrprompt.encoding.cache import hash_text
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import Arrays, JobRequest, register

NEIGHBOURS = 10
NEIGHBOURS_SAMPLE = 2_000


@dataclass(frozen=True, eq=False)
class TextPlane:
    """Where texts lie on the plane of UMAP, in the order in which `join_sets` puts them.

    Attributes:
        coordinates: of each text.
        fitted: whether the plane was fitted on the text; the others were placed on it afterwards.
        neighbours: so many nearest texts of each were looked at.
        neighbours_kept: share of them that are among its nearest on the plane too.
        encoder: id of the encoder.
    """

    coordinates: Coordinates
    fitted: NDArray[np.bool_]
    neighbours: int
    neighbours_kept: float
    encoder: str

    def to_arrays(self) -> Arrays:
        """An array for what is told of each text; the rest as facts."""
        facts = {
            "encoder": self.encoder,
            "neighbours": self.neighbours,
            "neighbours_kept": self.neighbours_kept,
            "fitted": int(self.fitted.sum()),
        }
        return Arrays({"coordinates": self.coordinates, "fitted": self.fitted}, facts)

    @classmethod
    def from_arrays(cls, kept: Arrays) -> Self:
        """The plane that was kept so."""
        return cls(
            coordinates=kept.arrays["coordinates"],
            fitted=kept.arrays["fitted"],
            neighbours=kept.facts["neighbours"],
            neighbours_kept=kept.facts["neighbours_kept"],
            encoder=kept.facts["encoder"],
        )


class MapRequest(AnalysisRequest, JobRequest[TextPlane]):
    """Where the texts lie on a plane."""

    kind: ClassVar[str] = "map"

    @property
    def finds_places(self) -> bool:
        """Texts are placed by their embeddings alone."""
        return False


@register(MapRequest, TextPlane, unhashed=EXPLORED)
def draw_map(request: MapRequest, context: JobContext) -> TextPlane:
    """Coordinates by UMAP, in the order of `join_sets`; kept by content."""
    sets, _ = load_sets(request, context, with_vectors=True)
    texts, names, vectors = join_sets(request, sets)
    parameters = MapParameters(seed=request.seed)
    encoder_id = context.open_encoder(request.encoder).id
    path = path_projection(context.home, key_projection(encoder_id, list(map(hash_text, texts)), names, parameters))
    kept = load_projection(path)
    if kept is None:
        kept = project(vectors, names, parameters, context.progress)
        save_projection(path, kept)
    neighbours = min(NEIGHBOURS, len(texts) - 1)
    return TextPlane(
        coordinates=kept.coordinates,
        fitted=kept.fitted,
        neighbours=neighbours,
        neighbours_kept=neighbour_overlap(vectors, kept.coordinates, neighbours, sample=NEIGHBOURS_SAMPLE),
        encoder=encoder_id,
    )
