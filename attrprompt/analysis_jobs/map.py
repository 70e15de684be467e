"""The job `map`: where texts lie on a plane, by UMAP."""

from __future__ import annotations

from typing import ClassVar

from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import join_sets, load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import Arrays, JobRequest, register

NEIGHBOURS = 10
NEIGHBOURS_SAMPLE = 2_000


class MapRequest(AnalysisRequest, JobRequest[Arrays]):
    """Where the texts lie on a plane."""

    kind: ClassVar[str] = "map"


@register(MapRequest, Arrays, unhashed=EXPLORED)
def draw_map(request: MapRequest, context: JobContext) -> Arrays:
    """Coordinates by UMAP, in the order in which `counted_items` names the texts; kept by content."""
    from attrprompt.analysis.similarity.projection import (
        MapParameters,
        key_projection,
        load_projection,
        neighbour_overlap,
        path_projection,
        project,
        save_projection,
    )
    from attrprompt.encoding.cache import hash_text

    sets, _ = load_sets(request, context, with_vectors=True)
    texts, names, vectors = join_sets(request, sets)
    parameters = MapParameters(seed=request.seed)
    encoder_id = context.open_encoder(request.encoder).id
    path = path_projection(context.home, key_projection(encoder_id, list(map(hash_text, texts)), names, parameters))
    kept = load_projection(path)
    if kept is None:
        kept = project(vectors, names, parameters, context.progress)
        save_projection(path, kept)
    facts = {
        "encoder": encoder_id,
        "neighbours": NEIGHBOURS,
        "neighbours_kept": neighbour_overlap(vectors, kept.coordinates, NEIGHBOURS, sample=NEIGHBOURS_SAMPLE),
        "fitted": int(kept.fitted.sum()),
    }
    return Arrays({"coordinates": kept.coordinates, "fitted": kept.fitted}, facts)
