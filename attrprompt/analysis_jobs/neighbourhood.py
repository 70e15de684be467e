"""The job `neighbourhood`: clusters, outliers, near-duplicates, similarities, and coordinates by PCA.

Nothing here carries a verdict; it is for looking into the texts behind the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar

import numpy as np

from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.finder import Mention, list_continents
from attrprompt.analysis.regions.tables import REGIONS
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import join_sets, load_sets, vectors_of
from attrprompt.errors import InputError
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import Arrays, JobRequest, register

PAIRS_TO_READ = 30
SEVERAL = "several continents"
REGION_NAMES = (*REGIONS, SEVERAL, NO_PLACE)
OUTLIERS = 20


class NeighbourhoodRequest(AnalysisRequest, JobRequest[Arrays]):
    """Which texts lie near each other."""

    kind: ClassVar[str] = "neighbourhood"


@register(NeighbourhoodRequest, Arrays, unhashed=EXPLORED)
def explore_neighbourhood(request: NeighbourhoodRequest, context: JobContext) -> Arrays:
    """Coordinates by PCA, clusters with keywords, outliers, near-duplicates to read, pairwise similarities."""
    from attrprompt.analysis.similarity.clusters import cluster_vectors, find_keywords
    from attrprompt.analysis.similarity.neighbours import find_outliers, find_pairs_to_read
    from attrprompt.analysis.similarity.projection import choose_fitted, project_pca
    from attrprompt.analysis.similarity.spread import sample_pair_similarities
    from attrprompt.analysis.texts.tokens import tokenise

    sets, _ = load_sets(request, context, with_vectors=True)
    texts, names, vectors = join_sets(request, sets)
    if len(texts) < 3:
        raise InputError("A map needs at least 3 texts. Choose larger data sets.")
    context.progress(0.5, "directions of the largest spread")
    coordinates, explained = project_pca(vectors, choose_fitted(names, 10_000, request.seed))
    context.progress(0.6, "clusters")
    clustering = cluster_vectors(vectors, seed=request.seed)
    keywords = find_keywords([tokenise(text) for text in texts], clustering.labels)
    context.progress(0.7, "regions")
    regions = [_name_region(mentions) for each in locate_sets(request, sets, context) for mentions in each.mentions]
    context.progress(0.8, "nearest neighbours")
    pairs = find_pairs_to_read(vectors, request.threshold, PAIRS_TO_READ)
    sampled = {each.name: sample_pair_similarities(vectors_of(request, each), seed=request.seed) for each in sets}
    facts = {
        "explained": list(explained),
        "clusters": [{"size": size, "keywords": words} for size, words in zip(clustering.sizes, keywords, strict=True)],
        "silhouette": clustering.silhouette,
        "outliers": [asdict(each) for each in find_outliers(vectors, OUTLIERS)],
        "pairs_above": [asdict(each) for each in pairs.above],
        "pairs_below": [asdict(each) for each in pairs.below],
        "pairs_above_count": pairs.pairs_above,
        "similarities": {name: found.to_json() for name, found in sampled.items() if found is not None},
        "encoder": context.open_encoder(request.encoder).id,
        "threshold": request.threshold,
        "regions": REGION_NAMES,
    }
    codes = np.array([REGION_NAMES.index(each) for each in regions], dtype=np.int8)
    return Arrays({"coordinates": coordinates, "clusters": clustering.labels, "regions": codes}, facts)


def _name_region(mentions: Sequence[Mention]) -> str:
    continents = list_continents(mentions)
    return continents[0] if len(continents) == 1 else SEVERAL if continents else NO_PLACE
