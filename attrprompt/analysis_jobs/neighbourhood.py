"""The job `neighbourhood`: clusters, outliers, near-duplicates, similarities, and coordinates by PCA.

Nothing here carries a verdict; it is for looking into the texts behind the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.finder import Mention, list_continents
from attrprompt.analysis.regions.tables import REGIONS
from attrprompt.analysis.similarity.clusters import cluster_vectors, find_keywords
from attrprompt.analysis.similarity.neighbours import (
    Outlier,
    PairsToRead,
    SimilarPair,
    find_outliers,
    find_pairs_to_read,
)
from attrprompt.analysis.similarity.projection import Coordinates, choose_fitted, project_pca
from attrprompt.analysis.similarity.spread import PairSimilarities, sample_pair_similarities
from attrprompt.analysis.texts.tokens import IntArray, tokenise
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


@dataclass(frozen=True)
class Cluster:
    """A group of similar texts: how many they are, and the words that set it apart."""

    size: int
    keywords: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Which texts lie near each other; texts by their rows, in the order in which `join_sets` puts them.

    Attributes:
        coordinates: of each text on the plane of PCA.
        explained: share of the variance that each of the two directions has.
        cluster_of: of each text the number of its cluster, from 0.
        region_of: of each text what it names, by its number among `regions`.
        regions: the continents, and what else a text can name.
        clusters: largest first.
        silhouette: mean silhouette of the clusters, -1 to 1; None for one cluster.
        outliers: texts farthest from their neighbours, farthest first.
        pairs: pairs on either side of the near-duplicate threshold.
        similarities: of sampled pairs of each data set, by its name; not of a set with a single text.
        encoder: id of the encoder.
    """

    coordinates: Coordinates
    explained: tuple[float, float]
    cluster_of: IntArray
    region_of: NDArray[np.int8]
    regions: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    silhouette: float | None
    outliers: tuple[Outlier, ...]
    pairs: PairsToRead
    similarities: Mapping[str, PairSimilarities]
    encoder: str

    def to_arrays(self) -> Arrays:
        """An array for what is told of each text; the rest as facts."""
        facts = {
            "explained": list(self.explained),
            "clusters": [asdict(cluster) for cluster in self.clusters],
            "silhouette": self.silhouette,
            "outliers": [asdict(outlier) for outlier in self.outliers],
            "pairs_above": [asdict(pair) for pair in self.pairs.above],
            "pairs_below": [asdict(pair) for pair in self.pairs.below],
            "pairs_above_count": self.pairs.pairs_above,
            "similarities": {name: found.to_json() for name, found in self.similarities.items()},
            "encoder": self.encoder,
            "threshold": self.pairs.threshold,
            "regions": list(self.regions),
        }
        return Arrays({"coordinates": self.coordinates, "clusters": self.cluster_of, "regions": self.region_of}, facts)

    @classmethod
    def from_arrays(cls, kept: Arrays) -> Self:
        """The neighbourhood that was kept so."""
        facts = kept.facts
        x, y = facts["explained"]
        above, below = (tuple(SimilarPair(**pair) for pair in facts[side]) for side in ("pairs_above", "pairs_below"))
        return cls(
            coordinates=kept.arrays["coordinates"],
            explained=(x, y),
            cluster_of=kept.arrays["clusters"],
            region_of=kept.arrays["regions"],
            regions=tuple(facts["regions"]),
            clusters=tuple(Cluster(cluster["size"], tuple(cluster["keywords"])) for cluster in facts["clusters"]),
            silhouette=facts["silhouette"],
            outliers=tuple(Outlier(**outlier) for outlier in facts["outliers"]),
            pairs=PairsToRead(facts["threshold"], above, below, facts["pairs_above_count"]),
            similarities={name: PairSimilarities.from_json(found) for name, found in facts["similarities"].items()},
            encoder=facts["encoder"],
        )


class NeighbourhoodRequest(AnalysisRequest, JobRequest[Neighbourhood]):
    """Which texts lie near each other."""

    kind: ClassVar[str] = "neighbourhood"


@register(NeighbourhoodRequest, Neighbourhood, version=2, unhashed=EXPLORED)
def explore_neighbourhood(request: NeighbourhoodRequest, context: JobContext) -> Neighbourhood:
    """Coordinates by PCA, clusters with keywords, outliers, near-duplicates to read, pairwise similarities.

    Raises:
        InputError: there are fewer than three texts.
    """
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
    named = [_name_region(mentions) for located in locate_sets(request, sets, context) for mentions in located.mentions]
    context.progress(0.8, "nearest neighbours")
    pairs = find_pairs_to_read(vectors, request.threshold, PAIRS_TO_READ)
    sampled = {
        dataset.name: sample_pair_similarities(vectors_of(request, dataset), seed=request.seed) for dataset in sets
    }
    return Neighbourhood(
        coordinates=coordinates,
        explained=explained,
        cluster_of=clustering.labels,
        region_of=np.array([REGION_NAMES.index(name) for name in named], dtype=np.int8),
        regions=REGION_NAMES,
        clusters=tuple(Cluster(size, tuple(words)) for size, words in zip(clustering.sizes, keywords, strict=True)),
        silhouette=clustering.silhouette,
        outliers=tuple(find_outliers(vectors, OUTLIERS)),
        pairs=pairs,
        similarities={name: found for name, found in sampled.items() if found is not None},
        encoder=context.open_encoder(request.encoder).id,
    )


def _name_region(mentions: Sequence[Mention]) -> str:
    continents = list_continents(mentions)
    return continents[0] if len(continents) == 1 else SEVERAL if continents else NO_PLACE
