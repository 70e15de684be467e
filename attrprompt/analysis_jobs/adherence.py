"""Adherence of stored data sets, as `analyze` prints them, and the places in each text as rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.adherence.asked_places import asked_found_matrix
from attrprompt.analysis.adherence.classified import measure_by_classifier, why_unclassifiable
from attrprompt.analysis.adherence.dimensions import NOTHING_ASKED, Adherence, RatedDimension, join_dimensions
from attrprompt.analysis.adherence.languages import (
    AskedLanguages,
    are_languages,
    measure_asked_language,
    measure_language,
)
from attrprompt.analysis.adherence.lengths import Bounds, LengthAdherence, measure_length
from attrprompt.analysis.adherence.places import PlaceAdherence, measure_places
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.texts.selection import CUT_FLAG, AnalysisSet, list_counted
from attrprompt.analysis_jobs.places import locate_sets, read_rulings
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.files import replace_file
from attrprompt.generation.postprocess import asked_lengths
from attrprompt.project import DimensionKind, Project, fold_text
from attrprompt.worker.context import JobContext

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class AskedDimensions:
    """What the dimensions were when the prompts of a data set were made; names and values folded.

    Attributes:
        kinds: the kind of each dimension.
        lengths: bounds in words by dimension and value.
    """

    kinds: Mapping[str, DimensionKind]
    lengths: Mapping[tuple[str, str], Bounds]


def read_asked_dimensions(request: AnalysisRequest, context: JobContext) -> list[AskedDimensions]:
    """For each data set the dimensions of the document that its run was planned from; of imports, the project's."""
    with context.open_store() as store:
        datasets = [store.datasets.load(number) for number in request.datasets]
        return [
            _describe(
                store.projects.load(dataset.project_id).document
                if dataset.imported
                else store.runs.load_document(dataset.id)
            )
            for dataset in datasets
        ]


def measure_adherence(
    request: AnalysisRequest,
    dataset: AnalysisSet,
    located: LocatedSet,
    asked: AskedDimensions,
    context: JobContext,
) -> Adherence:
    """Every dimension of a data set, over the texts that count: by rule where one can tell, else by the classifier.

    Args:
        located: the texts that count with their places, in the order of the store.
    """
    attributes = located.attributes or []
    names = sorted({name for asked_for in attributes for name in asked_for})
    context.progress(0.95, f"asked and found in {dataset.name}")
    language = measure_language(located.texts, located.items)
    if not names:
        return Adherence(note=NOTHING_ASKED, language=language)
    kinds = {name: asked.kinds.get(fold_text(name), DimensionKind.TEXT) for name in names}
    rulings = read_rulings(request)
    rated: list[RatedDimension] = []
    not_checked: dict[str, str] = {}
    for name in _names_of(kinds, DimensionKind.LENGTH):
        rated.append(_rate(_measure_length(request, dataset, located, name, asked)))
    for name in _names_of(kinds, DimensionKind.PLACE):
        rated.append(_rate(measure_places(asked_found_matrix(located, name, rulings))))
    for name in _names_of(kinds, DimensionKind.TEXT):
        if are_languages(located.list_values(name)):
            rated.append(_rate(measure_asked_language(located.texts, attributes, name)))
        elif reason := why_unclassifiable([asked_for.get(name) for asked_for in attributes], located.texts):
            not_checked[name] = reason
        else:
            context.progress(0.95, f"{name} by the attribute classifier in {dataset.name}")
            rated.append(
                measure_by_classifier(
                    context.encode(request.encoder, located.texts),
                    located.texts,
                    located.labels,
                    attributes,
                    name,
                    items=located.items,
                    seed=request.seed,
                    check=context.make_check("The comparison of what was asked with what is there"),
                )
            )
    return join_dimensions(rated, not_checked, language)


def write_region_rows(request: AnalysisRequest, sets: Sequence[AnalysisSet], path: Path, context: JobContext) -> int:
    """Write the places found in each text that counts, a JSON line a text, in the order of the store.

    Lines are those of `LocatedSet.to_rows` with the name of the data set. The file is there whole or not at all.

    Returns:
        Number of lines.

    Raises:
        InputError: the file cannot be written.
    """
    count = 0
    located = locate_sets(request, sets, context)
    with replace_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        for dataset in located:
            for row in dataset.to_rows():
                file.write(json.dumps({**row, "dataset": dataset.name}, ensure_ascii=False) + "\n")
                count += 1
    return count


def _rate(dimension: LengthAdherence | PlaceAdherence | AskedLanguages) -> RatedDimension:
    return dimension, dimension.rate_values()


def _measure_length(
    request: AnalysisRequest, dataset: AnalysisSet, located: LocatedSet, name: str, asked: AskedDimensions
) -> LengthAdherence:
    flags = dataset.flags or [()] * len(dataset.texts)
    cut = [CUT_FLAG in flags[row] for row in list_counted(dataset, request.choice)]
    attributes = located.attributes or []
    known = {value: asked.lengths.get((fold_text(name), fold_text(value))) for value in located.list_values(name)}
    bounds = {value: found for value, found in known.items() if found is not None}
    return measure_length(located.texts, attributes, name, bounds, cut, located.items)


def _describe(document: Project) -> AskedDimensions:
    return AskedDimensions(
        {fold_text(dimension.name): dimension.kind for dimension in document.dimensions.values()},
        {(fold_text(name), fold_text(value)): bounds for (name, value), bounds in asked_lengths(document).items()},
    )


def _names_of(kinds: Mapping[str, DimensionKind], wanted: DimensionKind) -> list[str]:
    return [name for name, kind in kinds.items() if kind is wanted]
