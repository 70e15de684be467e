"""Exploratory work over stored data sets: `wording` looks at words, `neighbourhood` at vectors, `map` places texts.

Nothing here carries a verdict; it is for looking into the texts behind the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import permutations
from typing import Any

import numpy as np

from attrprompt.analysis.adherence.asked_places import NO_PLACE
from attrprompt.analysis.regions.finder import Mention, list_continents
from attrprompt.analysis.regions.tables import REGIONS
from attrprompt.analysis.texts.selection import AnalysisSet, list_counted
from attrprompt.analysis_jobs.analyze import load_sets
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.encoding.open import open_encoder
from attrprompt.errors import InputError
from attrprompt.worker.jobs import Arrays, JobContext, Payload, Result, register

PAIRS_TO_READ = 30
LENGTH_ITEMS = 5
NEIGHBOURS = 10
NEIGHBOURS_SAMPLE = 2_000
SEVERAL = "several continents"
REGION_NAMES = (*REGIONS, SEVERAL, NO_PLACE)
OUTLIERS = 20


@register("wording", unhashed=EXPLORED)
def explore_wording(payload: Payload, context: JobContext) -> Result:
    """Growth of the vocabulary, lengths, over-used phrases, shared words, openings, the paper's own figures."""
    from attrprompt.analysis.diversity.growth import measure_growth
    from attrprompt.analysis.paper import measure_as_in_paper
    from attrprompt.analysis.statistics.subsampling import Stock
    from attrprompt.analysis.texts.phrases import compare_vocabularies, find_openings, find_overused_phrases
    from attrprompt.analysis.texts.selection import name_labels, prepare_set
    from attrprompt.analysis.texts.tokens import count_words

    request = AnalysisRequest.model_validate(payload)
    sets, _ = load_sets(request, context, with_vectors=False)
    names = name_labels(sets)
    texts = {each.name: counted_texts(request, each) for each in sets}
    result: dict[str, Any] = {"growth": {}, "lengths": {}, "openings": {}, "overused": [], "shared": []}
    for done, each in enumerate(sets):
        context.progress(done / len(sets) * 0.6, f"words of {each.name}")
        stock = Stock(prepare_set(each, request.choice, names), (np.arange(len(texts[each.name])),))
        growth = measure_growth(stock, seed=request.seed)
        result["growth"][each.name] = [point.to_json() for point in growth]
        lengths: dict[int, list[int]] = {}
        for row, text in zip(counted_rows(request, each), texts[each.name], strict=True):
            lengths.setdefault(count_words(text), []).append(row if each.items is None else each.items[row])
        result["lengths"][each.name] = [
            [length, len(items), items[:LENGTH_ITEMS]] for length, items in sorted(lengths.items())
        ]
        result["openings"][each.name] = [asdict(opening) for opening in find_openings(texts[each.name])]
    for a, b in permutations(texts, 2):
        context.progress(0.7, f"{a} beside {b}")
        found = find_overused_phrases(texts[a], texts[b])
        result["overused"].append({"a": a, "b": b, "phrases": [asdict(each) for each in found]})
        if a < b:
            result["shared"].append({"a": a, "b": b, **asdict(compare_vocabularies(texts[a], texts[b]))})
    paper = measure_as_in_paper(sets, choice=request.choice, seed=request.seed)
    return result | {"paper": {name: figures.to_json() for name, figures in paper.items()}}


@register("neighbourhood", unhashed=EXPLORED)
def explore_neighbourhood(payload: Payload, context: JobContext) -> Result:
    """Coordinates by PCA, clusters with keywords, outliers, near-duplicates to read, pairwise similarities."""
    from attrprompt.analysis.similarity.clusters import cluster_vectors, find_keywords
    from attrprompt.analysis.similarity.neighbours import find_outliers, find_pairs_to_read
    from attrprompt.analysis.similarity.projection import choose_fitted, project_pca
    from attrprompt.analysis.similarity.spread import sample_pair_similarities
    from attrprompt.analysis.texts.tokens import tokenise

    request = AnalysisRequest.model_validate(payload)
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
    sampled = {each.name: sample_pair_similarities(_vectors_of(request, each), seed=request.seed) for each in sets}
    facts = {
        "explained": list(explained),
        "clusters": [{"size": size, "keywords": words} for size, words in zip(clustering.sizes, keywords, strict=True)],
        "silhouette": clustering.silhouette,
        "outliers": [asdict(each) for each in find_outliers(vectors, OUTLIERS)],
        "pairs_above": [asdict(each) for each in pairs.above],
        "pairs_below": [asdict(each) for each in pairs.below],
        "pairs_above_count": pairs.pairs_above,
        "similarities": {name: found.to_json() for name, found in sampled.items() if found is not None},
        "encoder": open_encoder(request.encoder, context.home).id,
        "threshold": request.threshold,
        "regions": REGION_NAMES,
    }
    codes = np.array([REGION_NAMES.index(each) for each in regions], dtype=np.int8)
    return Arrays({"coordinates": coordinates, "clusters": clustering.labels, "regions": codes}, facts)


@register("map", unhashed=EXPLORED)
def draw_map(payload: Payload, context: JobContext) -> Result:
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

    request = AnalysisRequest.model_validate(payload)
    sets, _ = load_sets(request, context, with_vectors=True)
    texts, names, vectors = join_sets(request, sets)
    parameters = MapParameters(seed=request.seed)
    encoder_id = open_encoder(request.encoder, context.home).id
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


def _name_region(mentions: Sequence[Mention]) -> str:
    continents = list_continents(mentions)
    return continents[0] if len(continents) == 1 else SEVERAL if continents else NO_PLACE


def counted_rows(request: AnalysisRequest, dataset: AnalysisSet) -> list[int]:
    """The places, in a data set, of the texts that count."""
    return list_counted(dataset, request.choice)


def counted_texts(request: AnalysisRequest, dataset: AnalysisSet) -> list[str]:
    """The texts of a data set that count, in their order in the store."""
    return [dataset.texts[row] for row in counted_rows(request, dataset)]


def join_sets(request: AnalysisRequest, sets: list[AnalysisSet]) -> tuple[list[str], list[str], Any]:
    """All texts that count, the name of the set of each, and their vectors."""
    texts = [text for each in sets for text in counted_texts(request, each)]
    names = [each.name for each in sets for _ in counted_rows(request, each)]
    return texts, names, np.concatenate([_vectors_of(request, each) for each in sets])


def _vectors_of(request: AnalysisRequest, dataset: AnalysisSet) -> Any:
    assert dataset.vectors is not None
    return dataset.vectors[counted_rows(request, dataset)]
