"""Reading an AttrPrompt data-set folder as the authors published them: `label.txt`, `attrprompt/<model>/<dimension>/…`.

A dimension is a folder. With a file for each label it is class-dependent; with a file named like the folder it holds
the same values for all labels, and other files beside it are alternatives; with `<dimension>.json` each value names its
labels. `_filter` is dropped from a folder's name, and `similar` gives the labels' similar classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrprompt.edits.parts import count_of, make_part
from attrprompt.errors import InputError
from attrprompt.exchange.attribute_lines import LENGTH_SPAN, ReadLine, counts_in_indices, read_lines, split_lines
from attrprompt.exchange.authors.attribute_json import read_labelled_values
from attrprompt.exchange.authors.folder_layout import DimensionFolder, choose_model_folder, find_dimensions, read_labels
from attrprompt.exchange.known_layout import SIMILAR, guess_clause, guess_kind, guess_task, order_of_dimension
from attrprompt.exchange.label_names import LabelNames
from attrprompt.files import make_stable_id, read_text
from attrprompt.project import (
    AttributeDimension,
    AttributeValue,
    DimensionKind,
    Label,
    Project,
    find_nearest_label,
    phrase_length,
)

PlaceResolver = Callable[[str], tuple[str | None, str | None]]
"""From a place's name to its country (ISO 3166 alpha-2) and continent, each None where unknown."""

RawLines = dict[str, dict[str, list[str]]]
"""Dimension → label → the lines that indices count; the label is "" where the lines are the same for all labels."""

MAX_VALUES = 100_000
_MANY = 30
_TOO_SIMILAR = 20
_NO_USE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class SkippedLine:
    """A line that did not become a value."""

    dimension: str
    file: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class AttributesImport:
    """What a folder holds.

    Attributes:
        project: the document, its task and clauses filled with defaults for what the layout leaves unsaid.
        warnings: what was left out or guessed, in sentences.
        raw_lines: the lines as they stand, which the indices in the authors' released data sets count.
        similar: label name to the names of its similar classes.
        skipped: every single line that was left out.
        alternatives: dimension to the names that `use` takes instead of the chosen one.
        chosen: dimension to the file (without its ending) or folder that was read.
    """

    project: Project
    warnings: tuple[str, ...]
    raw_lines: RawLines
    similar: dict[str, tuple[str, ...]]
    skipped: tuple[SkippedLine, ...]
    alternatives: dict[str, tuple[str, ...]]
    chosen: dict[str, str]


@dataclass
class _Reading:
    """What has been read so far."""

    names: LabelNames
    resolve_place: PlaceResolver | None
    dimensions: list[AttributeDimension] = field(default_factory=list)
    raw_lines: RawLines = field(default_factory=dict)
    similar: dict[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    skipped: list[SkippedLine] = field(default_factory=list)
    multi_label: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of `label.txt`, in their order."""
        return self.names.names


def read_attributes_folder(
    folder: Path,
    *,
    use: Mapping[str, str] = _NO_USE,
    model: str | None = None,
    resolve_place: PlaceResolver | None = None,
    renames: Sequence[str] = (),
) -> AttributesImport:
    """Read a data-set folder.

    Args:
        folder: the folder that holds `label.txt` and `attrprompt/`.
        use: dimension to the file (without its ending) or folder to take instead of the one named like it.
        model: which folder under `attrprompt/` to read; needed only where there are several.
        resolve_place: fills country and continent of the values of place dimensions.
        renames: `GIVEN=LABEL` for each other name of a label that the files use.

    Raises:
        InputError: the folder, a file, a choice in `use` or a rename cannot be used.
    """
    labels = LabelNames(read_labels(folder), renames=renames)
    model_folder, warnings = choose_model_folder(folder, model)
    reading = _Reading(labels, resolve_place, warnings=warnings)
    found = find_dimensions(model_folder, labels, use)
    for dimension in found.dimensions:
        _read_dimension(reading, dimension)
    if found.similar is not None:
        _read_similar(reading, found.similar)
    reading.warnings += [*found.warnings, *_describe_skipped(reading.skipped)]
    return AttributesImport(
        project=_build_project(reading, origin=f"import:{folder.resolve().name}"),
        warnings=tuple(reading.warnings),
        raw_lines=reading.raw_lines,
        similar=reading.similar,
        skipped=tuple(reading.skipped),
        alternatives={
            dimension.name: dimension.alternatives for dimension in found.dimensions if dimension.alternatives
        },
        chosen={dimension.name: dimension.source for dimension in found.dimensions},
    )


def _read_dimension(reading: _Reading, folder: DimensionFolder) -> None:
    if folder.labelled_json is not None:
        values = _read_json(reading, folder, folder.labelled_json)
    elif folder.by_label:
        values = _read_label_files(reading, folder)
    else:
        values = _read_shared_file(reading, folder)
    kind = guess_kind(folder.name)
    if kind is DimensionKind.LENGTH and not all(value.get("minimum") for value in values):
        kind = DimensionKind.TEXT
    if kind is DimensionKind.PLACE and reading.resolve_place is not None:
        _resolve_places(reading, folder.name, values)
    keyed = {}
    for order, value in enumerate(values):
        key = make_stable_id("value", folder.name, *value.get("labels", ()), value["text"])
        keyed[key] = make_part(AttributeValue, {**value, "order": order})
    if sum(len(dimension.values) for dimension in reading.dimensions) + len(keyed) > MAX_VALUES:
        raise InputError(f"The folder holds over {MAX_VALUES:,} values; at most {MAX_VALUES:,} fit in a project.")
    reading.dimensions.append(
        make_part(
            AttributeDimension,
            {
                "name": folder.name,
                "kind": kind,
                "class_dependent": folder.class_dependent,
                "clause": guess_clause(folder.name),
                "values": keyed,
            },
        )
    )


def _read_label_files(reading: _Reading, folder: DimensionFolder) -> list[dict[str, Any]]:
    files = dict.fromkeys(reading.labels, "")
    lines_of: dict[str, list[str]] = {name: [] for name in reading.labels}
    for path in folder.label_files:
        label = reading.names.find_file(path.stem)
        lines = split_lines(read_text(path))
        if label is not None and not files[label]:
            files[label], lines_of[label] = path.name, lines
            continue
        rows = sum(1 for line in lines if counts_in_indices(line))
        reason = f"'{files[label]}' is already read for {label}" if label else _explain_stray(reading, path)
        what = "the stray file" if label is None else "the file"
        reading.warnings.append(
            f"{folder.name}: {count_of(rows, 'row')} of {what} '{path.name}' skipped, because {reason}."
        )
    without = [name for name in reading.labels if not any(map(counts_in_indices, lines_of[name]))]
    if without:
        reading.warnings.append(f"{folder.name}: no values for {_join(without)}.")
    counted = {name: [line for line in lines if counts_in_indices(line)] for name, lines in lines_of.items()}
    reading.raw_lines[folder.name] = counted
    values = []
    for name in reading.labels:
        for line in _keep(reading, folder.name, files[name], read_lines(lines_of[name], folder.name)):
            values.append({"text": line.text, "description": line.description, "labels": (name,)})
    return values


def _read_shared_file(reading: _Reading, folder: DimensionFolder) -> list[dict[str, Any]]:
    if folder.shared_file is None:
        reading.warnings.append(f"{folder.name}: the folder holds no values.")
        return []
    lines = split_lines(read_text(folder.shared_file))
    reading.raw_lines[folder.name] = {"": lines}
    read = _keep(reading, folder.name, folder.shared_file.name, read_lines(lines, folder.name))
    lengths = {line.number: length for line in read if (length := read_length(line.text)) is not None}
    if guess_kind(folder.name) is not DimensionKind.LENGTH or not lengths:
        return [{"text": line.text, "description": line.description} for line in read]
    for line in read:
        if line.number not in lengths:
            reading.skipped.append(
                SkippedLine(folder.name, folder.shared_file.name, line.number, line.text, "is no number of words")
            )
    return [{"text": phrase_length(low, high), "minimum": low, "maximum": high} for low, high in lengths.values()]


def read_length(text: str) -> tuple[int, int] | None:
    """The words that a line of `length.txt` asks for: L to L + 50, as the authors' prompts say."""
    if not text.isdecimal() or len(text) > 5 or not 1 <= int(text) <= 100_000 - LENGTH_SPAN:
        return None
    return int(text), int(text) + LENGTH_SPAN


def _read_json(reading: _Reading, folder: DimensionFolder, path: Path) -> list[dict[str, Any]]:
    reading.multi_label = True
    found = read_labelled_values(path, folder.name, reading.names)
    reading.raw_lines[folder.name] = {"": found.keys}
    reading.warnings += found.warnings
    reading.skipped += [
        SkippedLine(folder.name, path.name, number, text, reason) for number, text, reason in found.skipped
    ]
    return [{"text": text, "labels": labels} for text, labels in found.values]


def _resolve_places(reading: _Reading, name: str, values: list[dict[str, Any]]) -> None:
    assert reading.resolve_place is not None  # the caller asks only with a resolver
    unknown = []
    for value in values:
        value["country"], value["continent"] = reading.resolve_place(value["text"])
        if value["country"] is None and value["continent"] is None:
            unknown.append(value["text"])
    if unknown:
        reading.warnings.append(f"{name}: no country or continent is known for {_join(unknown)}.")


def _read_similar(reading: _Reading, folder: DimensionFolder) -> None:
    unknown: dict[str, str] = {}
    left_out = 0
    for path in folder.label_files:
        label = reading.names.find_file(path.stem)
        lines = split_lines(read_text(path))
        if label is None:
            rows = sum(1 for line in lines if counts_in_indices(line))
            reading.warnings.append(
                f"{SIMILAR}: {count_of(rows, 'row')} of the stray file '{path.name}' skipped, "
                f"because {_explain_stray(reading, path)}."
            )
            continue
        names: list[str] = []
        for line in read_lines(lines, SIMILAR):
            other = reading.names.find(line.text)
            if other is None:
                place = f"{path.name} line {line.number}"
                unknown.setdefault(line.text, reading.names.describe(line.text, place))
                left_out += 1
            elif other != label and other not in names:
                names.append(other)
        if names:
            reading.similar[label] = tuple(names)
        if len(names) > _TOO_SIMILAR:
            reading.warnings.append(
                f"{SIMILAR}: '{path.name}' names {len(names)} labels, too many to tell {label} apart from; shorten it."
            )
    if unknown:
        reading.warnings.append(
            f"{SIMILAR}: {count_of(left_out, 'row')} left out, because no label is called so: "
            f"{_join(list(unknown.values()), '; ')}.{reading.names.explain_rename(list(unknown))}"
        )


def _keep(reading: _Reading, dimension: str, file: str, lines: Sequence[ReadLine]) -> list[ReadLine]:
    reading.skipped += [
        SkippedLine(dimension, file, line.number, line.text, line.skipped) for line in lines if line.skipped
    ]
    return [line for line in lines if not line.skipped]


def _describe_skipped(skipped: Sequence[SkippedLine]) -> list[str]:
    groups: dict[tuple[str, str], list[SkippedLine]] = {}
    for line in skipped:
        groups.setdefault((line.dimension, line.reason.partition(" ")[0]), []).append(line)
    sentences = []
    for (dimension, _), lines in groups.items():
        if lines[0].reason.startswith("stands"):
            where = _join([f"{line.file} line {line.line}" for line in lines])
            rows = count_of(len(lines), "row that stands", "rows that stand")
            sentences.append(f"{dimension}: left out {rows} for no value of their own ('{lines[0].text}'): {where}.")
        else:
            rows = count_of(len(lines), "row")
            where = _join([f"{line.file} line {line.line} '{line.text[:60]}' {line.reason}" for line in lines])
            sentences.append(f"{dimension}: left out {rows}: {where}.")
    return sentences


def _build_project(reading: _Reading, *, origin: str) -> Project:
    ids = {name: make_stable_id("label", name) for name in reading.labels}
    labels = {
        ids[name]: make_part(
            Label,
            {"name": name, "order": order, "similar": tuple(ids[other] for other in reading.similar.get(name, ()))},
        )
        for order, name in enumerate(reading.labels)
    }
    ordered = sorted(
        reading.dimensions, key=lambda dimension: order_of_dimension(dimension.name, dimension.class_dependent)
    )
    dimensions = {}
    for order, dimension in enumerate(ordered):
        values = {
            key: value.model_copy(update={"labels": tuple(ids[name] for name in value.labels), "origin": origin})
            for key, value in dimension.values.items()
        }
        dimensions[make_stable_id("dimension", dimension.name)] = dimension.model_copy(
            update={"values": values, "order": order, "origin": origin}
        )
    task = guess_task(reading.labels, [dimension.name for dimension in ordered], multi_label=reading.multi_label)
    return make_part(Project, {"task": task, "labels": labels, "dimensions": dimensions})


def _explain_stray(reading: _Reading, path: Path) -> str:
    nearest = find_nearest_label(path.stem, reading.labels)
    return f"'{path.stem}' is not a label" + (f" (nearest: '{nearest}')" if nearest else "")


def _join(names: Sequence[str], separator: str = ", ") -> str:
    shown = separator.join(names[:_MANY])
    return f"{shown} and {len(names) - _MANY} more" if len(names) > _MANY else shown
