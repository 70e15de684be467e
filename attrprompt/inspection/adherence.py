"""Adherence and duplicates of stored data sets, as `analyze` prints them, and the places in each text as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrprompt.analysis.adherence import (
    NOTHING_ASKED,
    Adherence,
    Bounds,
    LengthAdherence,
    PlaceAdherence,
    join_dimensions,
    measure_length,
    measure_places,
)
from attrprompt.analysis.duplicates import RUN, THRESHOLD, find_duplicates
from attrprompt.analysis.regions.asked import asked_found_matrix
from attrprompt.analysis.regions.located import locate, locate_prepared
from attrprompt.analysis.selection import CUT_FLAG, AnalysisSet, list_counted, name_labels, prepare_set
from attrprompt.errors import WorkerError
from attrprompt.exchange.files import replace_file
from attrprompt.generation.postprocess import asked_lengths
from attrprompt.inspection.regions import read_rulings
from attrprompt.inspection.request import AnalysisRequest
from attrprompt.project import DimensionKind, Project, fold_text
from attrprompt.settings import load_settings
from attrprompt.store import Store
from attrprompt.worker.jobs import JobContext


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
    store = Store(context.home, load_settings(context.home).database_url)
    try:
        datasets = [store.datasets.load(number) for number in request.datasets]
        return [
            _describe(
                store.projects.load(each.project_id).document if each.imported else store.runs.load_document(each.id)
            )
            for each in datasets
        ]
    finally:
        store.close()


def measure_adherence(
    request: AnalysisRequest, dataset: AnalysisSet, asked: AskedDimensions, context: JobContext
) -> Adherence:
    """Every dimension of a data set that a rule can check, over the texts that count."""
    rows = list_counted(dataset, request.choice)
    attributes = [dataset.attributes[row] for row in rows] if dataset.attributes is not None else []
    names = sorted({name for each in attributes for name in each})
    if not names:
        return Adherence({}, (), note=NOTHING_ASKED)
    context.progress(0.95, f"asked and found in {dataset.name}")
    texts = [dataset.texts[row] for row in rows]
    cut = [dataset.flags is not None and CUT_FLAG in dataset.flags[row] for row in rows]
    kinds = {name: asked.kinds.get(fold_text(name), DimensionKind.TEXT) for name in names}
    measured: dict[str, LengthAdherence | PlaceAdherence] = {}
    for name in _names_of(kinds, DimensionKind.LENGTH):
        values = {each[name] for each in attributes if name in each}
        known = {value: asked.lengths.get((fold_text(name), fold_text(value))) for value in values}
        bounds = {value: found for value, found in known.items() if found is not None}
        measured[name] = measure_length(texts, attributes, name, bounds, cut)
    places = _names_of(kinds, DimensionKind.PLACE)
    if places:
        rulings = read_rulings(request)
        located = locate(dataset.name, texts, attributes=attributes, rulings=rulings)
        measured |= {name: measure_places(asked_found_matrix(located, name, rulings)) for name in places}
    return join_dimensions(measured, _names_of(kinds, DimensionKind.TEXT))


def measure_duplicates(request: AnalysisRequest, dataset: AnalysisSet, context: JobContext) -> dict[str, Any]:
    """The texts of a data set that repeat an earlier one, exactly or nearly, as pairs of item numbers.

    Raises:
        WorkerError: it was stopped.
    """

    def check() -> None:
        if context.cancelled():
            raise WorkerError("The search for duplicates was stopped.")

    context.progress(0.97, f"repeated texts in {dataset.name}")
    rows = list_counted(dataset, request.choice)
    items = [row if dataset.items is None else dataset.items[row] for row in rows]
    found = find_duplicates((dataset.texts[row] for row in rows), check=check)
    pairs = [
        {"item": item, "of": items[each.of], "similarity": each.similarity, "exact": each.exact}
        for item, each in zip(items, found, strict=True)
        if each is not None
    ]
    exact = sum(bool(each["exact"]) for each in pairs)
    return {
        "texts": len(rows),
        "exact": exact,
        "near": len(pairs) - exact,
        "threshold": THRESHOLD,
        "method": f"exact: equal but for case and spaces; near: Jaccard similarity of runs of {RUN} words",
        "pairs": pairs,
    }


def write_region_rows(request: AnalysisRequest, sets: Sequence[AnalysisSet], path: Path) -> int:
    """Write the places found in each text that counts, a JSON line a text, in the order of the store.

    Lines are those of `LocatedSet.to_rows` with the name of the data set. The file is there whole or not at all.

    Returns:
        Number of lines.

    Raises:
        InputError: the file cannot be written.
    """
    names = name_labels(sets)
    count = 0
    with replace_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        for each in sets:
            prepared = prepare_set(each, request.choice, names)
            rows = locate_prepared(prepared, read_rulings(request)).to_rows()
            for _, row in sorted(zip(prepared.rows.tolist(), rows, strict=True), key=lambda pair: pair[0]):
                file.write(json.dumps({**row, "dataset": each.name}, ensure_ascii=False) + "\n")
                count += 1
    return count


def _describe(document: Project) -> AskedDimensions:
    return AskedDimensions(
        {fold_text(each.name): each.kind for each in document.dimensions.values()},
        {(fold_text(name), fold_text(value)): bounds for (name, value), bounds in asked_lengths(document).items()},
    )


def _names_of(kinds: Mapping[str, DimensionKind], wanted: DimensionKind) -> list[str]:
    return [name for name, kind in kinds.items() if kind is wanted]
