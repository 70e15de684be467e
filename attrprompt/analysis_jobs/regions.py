"""The regional part of an analysis: figures of each set, references, and who lies farther from the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from attrprompt.analysis.regions.divergence import DivergencePair, compare_divergence
from attrprompt.analysis.regions.figures import plan_region_draws, region_figures
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.profile import RegionCell, RegionProfile, list_texts_by_place, tabulate_regions
from attrprompt.analysis.regions.references import (
    Reference,
    population_reference,
    read_reference_csv,
    requested_reference,
    sample_reference,
    uniform_countries_reference,
    uniform_reference,
)
from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis_jobs.places import read_rulings
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.errors import InputError

MOST_VALUES_IN_A_TABLE = 80


def measure_regions(
    request: AnalysisRequest,
    sets: Sequence[AnalysisSet],
    located: Sequence[LocatedSet],
    place_dimensions: Sequence[str],
) -> tuple[dict[str, RegionProfile], list[Comparison], list[DivergencePair]]:
    """What each data set says of regions, the comparisons of divergence, and the divergences behind those.

    Raises:
        InputError: the chosen reference is not to be had for these sets.
    """
    references = make_references(request, sets, located, place_dimensions)
    chosen = references.get(request.reference)
    if chosen is None:
        raise InputError(
            f"There is no reference '{request.reference}' for these data sets. Choose one of: {', '.join(references)}."
        )
    draws = plan_region_draws(located)
    profiles: dict[str, RegionProfile] = {}
    for dataset in located:
        figures = region_figures(
            dataset, list(references.values()), draws=draws, repeats=request.repeats, seed=request.seed
        )
        profiles[dataset.name] = RegionProfile(
            figures,
            None if request.primary_only else list_texts_by_place(dataset),
            _tabulate(request, dataset, chosen) if request.tables and not request.primary_only else None,
        )
    compared = [compare_divergence(a, b, chosen, seed=request.seed) for a, b in combinations(located, 2)]
    return profiles, [comparison for comparison, _ in compared], [pair for _, pair in compared]


def make_references(
    request: AnalysisRequest,
    sets: Sequence[AnalysisSet],
    located: Sequence[LocatedSet],
    place_dimensions: Sequence[str],
) -> dict[str, Reference]:
    """What sets can be held against, by name: continents alike, inhabitants, the requested places, gold texts."""
    given = (uniform_reference(), uniform_countries_reference(), population_reference())
    references = {reference.name: reference for reference in given}
    asked = [
        attributes[name]
        for dataset in sets
        for attributes in dataset.attributes or ()
        for name in place_dimensions
        if name in attributes
    ]
    if asked:
        references["requested"] = requested_reference(asked, read_rulings(request))
    if request.reference_csv:
        references[request.reference] = read_reference_csv(request.reference_csv, request.reference)
    for dataset, found in zip(sets, located, strict=True):
        if dataset.gold and found.is_located.any():
            references[dataset.name] = sample_reference(found, dataset.name)
    return references


def _tabulate(request: AnalysisRequest, located: LocatedSet, reference: Reference) -> dict[str, tuple[RegionCell, ...]]:
    names = {name for attributes in located.attributes or () for name in attributes}
    dimensions = ["label", *sorted(names)]
    return {
        dimension: tuple(tabulate_regions(located, dimension, [reference], seed=request.seed))
        for dimension in dimensions
        if len(located.list_values(dimension)) <= MOST_VALUES_IN_A_TABLE
    }
