"""The regional part of an analysis: figures of each set, references, and who lies farther from the chosen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from attrprompt.analysis.regions.divergence import DivergenceComparison, compare_divergence
from attrprompt.analysis.regions.figures import plan_region_draws, region_figures, tabulate_regions
from attrprompt.analysis.regions.finder import list_continents
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.references import (
    Reference,
    population_reference,
    read_reference_csv,
    requested_reference,
    sample_reference,
    uniform_countries_reference,
    uniform_reference,
)
from attrprompt.analysis.result import ITEMS_KEPT
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
) -> tuple[dict[str, dict[str, Any]], list[Comparison], list[dict[str, Any]]]:
    """Region figures by data set, the comparisons of divergence, and the details of those.

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
    figures: dict[str, dict[str, Any]] = {}
    for each in located:
        found = region_figures(
            each, list(references.values()), draws=draws, repeats=request.repeats, seed=request.seed
        ).to_json()
        found["continents_whole"] = found.pop("whole")
        if not request.primary_only:
            found["texts"] = list_texts_by_place(each)
        if request.tables and not request.primary_only:
            found["region_tables"] = _tabulate(request, each, chosen)
        figures[each.name] = found
    compared = [compare_divergence(a, b, chosen, seed=request.seed) for a, b in combinations(located, 2)]
    return figures, [each.comparison for each in compared], [_describe(each) for each in compared]


def make_references(
    request: AnalysisRequest,
    sets: Sequence[AnalysisSet],
    located: Sequence[LocatedSet],
    place_dimensions: Sequence[str],
) -> dict[str, Reference]:
    """What sets can be held against, by name: continents alike, inhabitants, the requested places, gold texts."""
    references = {
        each.name: each for each in (uniform_reference(), uniform_countries_reference(), population_reference())
    }
    asked = [
        attributes[name]
        for each in sets
        for attributes in each.attributes or ()
        for name in place_dimensions
        if name in attributes
    ]
    if asked:
        references["requested"] = requested_reference(asked, read_rulings(request))
    if request.reference_csv:
        references[request.reference] = read_reference_csv(request.reference_csv, request.reference)
    for each, found in zip(sets, located, strict=True):
        if each.gold and found.is_located.any():
            references[each.name] = sample_reference(found, each.name)
    return references


def list_texts_by_place(located: LocatedSet) -> dict[str, dict[str, list[int]]]:
    """For each continent and country that texts name the numbers of some of these texts."""
    continents: dict[str, list[int]] = {}
    countries: dict[str, list[int]] = {}
    for row in range(located.n):
        number = row if located.items is None else located.items[row]
        for place in list_continents(located.mentions[row]):
            continents.setdefault(place, []).append(number)
        for place in located.countries[row]:
            countries.setdefault(place, []).append(number)
    return {
        kind: {place: numbers[:ITEMS_KEPT] for place, numbers in by_place.items()}
        for kind, by_place in (("continents", continents), ("countries", countries))
    }


def _tabulate(request: AnalysisRequest, located: LocatedSet, reference: Reference) -> Mapping[str, list[Any]]:
    names = {name for attributes in located.attributes or () for name in attributes}
    dimensions = ["label", *sorted(names)]
    return {
        dimension: [cell.to_json() for cell in tabulate_regions(located, dimension, [reference], seed=request.seed)]
        for dimension in dimensions
        if len(located.list_values(dimension)) <= MOST_VALUES_IN_A_TABLE
    }


def _describe(compared: DivergenceComparison) -> dict[str, Any]:
    return {
        "a": compared.comparison.a,
        "b": compared.comparison.b,
        "js_a": compared.js_a,
        "js_b": compared.js_b,
        "located": compared.located,
        "labels_left_out": list(compared.labels_left_out),
        "reference": compared.reference,
    }
