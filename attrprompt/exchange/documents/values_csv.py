"""The values of a project as a table for spreadsheets, and such a table merged into a project.

One row for each value and label. Merging adds what is new and changes what is there; it deletes nothing, and a table
with a wrong row changes nothing at all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attrprompt.edits.parts import make_part, order_after
from attrprompt.errors import InputError
from attrprompt.exchange.csv_dialect import read_csv_text
from attrprompt.exchange.formula_guard import guard_cell, unguard_cell
from attrprompt.exchange.known_layout import guess_clause
from attrprompt.files import decode_text, make_stable_id
from attrprompt.project import (
    AttributeDimension,
    AttributeValue,
    DimensionKind,
    Project,
    fold_label,
    fold_text,
    phrase_length,
)

COLUMNS = ("dimension", "label", "value", "description", "weight", "minimum", "maximum")
_REQUIRED = ("dimension", "value")
_NUMBERS = ("weight", "minimum", "maximum")


@dataclass(frozen=True)
class ValuesMerge:
    """The project after a merge, and how many values it touched."""

    project: Project
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class _Row:
    number: int
    dimension: str
    label: str
    value: str
    fields: Mapping[str, Any]


@dataclass
class _Group:
    """The rows of one dimension, in their order."""

    name: str
    rows: list[_Row] = field(default_factory=list)


def write_values_csv(project: Project) -> str:
    """All values as CSV, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for _, dimension in project.ordered_dimensions():
        for _, value in dimension.ordered():
            for label in [project.labels[key].name for key in value.labels] or [""]:
                bounds = ["" if bound is None else str(bound) for bound in (value.minimum, value.maximum)]
                cells = [dimension.name, label, value.text, value.description, f"{value.weight!r}", *bounds]
                writer.writerow([guard_cell(cell) for cell in cells])
    return out.getvalue()


def merge_values_csv(project: Project, content: bytes | str, file_name: str = "values.csv") -> ValuesMerge:
    """The project with the values of a table.

    A column that is missing, or an empty cell in `weight`, `minimum` and `maximum`, leaves the field as it is. A
    dimension that the project lacks is created: class-dependent where its rows name labels, of kind length where all of
    them have a minimum and a maximum.

    Raises:
        InputError: a column or a cell cannot be used; the sentence names the row.
    """
    groups = _read_rows(content, file_name)
    merged = project
    added = changed = unchanged = 0
    for group in groups.values():
        dimension_id, dimension = _find_or_create(merged, group, origin=f"import:{file_name}")
        values, counts = _merge_dimension(merged, dimension, group, origin=f"import:{file_name}")
        new_dimension = make_part(
            AttributeDimension, {**_fields_of(dimension), "values": {**dimension.values, **values}}
        )
        merged = make_part(
            Project, {**_fields_of(merged), "dimensions": {**merged.dimensions, dimension_id: new_dimension}}
        )
        added, changed, unchanged = added + counts[0], changed + counts[1], unchanged + counts[2]
    return ValuesMerge(merged, added, changed, unchanged)


def _read_rows(content: bytes | str, file_name: str) -> dict[str, _Group]:
    header, rows = read_csv_text(decode_text(content, file_name), file_name)
    columns = [cell.casefold() for cell in header]
    strange = [cell for cell, folded in zip(header, columns, strict=True) if folded not in COLUMNS]
    missing = [name for name in _REQUIRED if name not in columns]
    if strange or missing:
        raise InputError(
            f"'{file_name}' has the columns {', '.join(header)}; a table of values has {', '.join(COLUMNS)}, "
            f"of which {' and '.join(_REQUIRED)} must be there."
        )
    groups: dict[str, _Group] = {}
    for number, cells in rows:
        if len(cells) > len(header):
            raise InputError(f"Row {number} of '{file_name}' has {len(cells)} cells; the header names {len(header)}.")
        given = {name: unguard_cell(cell) for name, cell in zip(columns, cells, strict=False)}
        if not any(cell.strip() for cell in given.values()):
            continue
        row = _check_row(number, given, file_name)
        groups.setdefault(fold_text(row.dimension), _Group(row.dimension)).rows.append(row)
    if not groups:
        raise InputError(f"'{file_name}' holds no values; add a row for each value.")
    return groups


def _check_row(number: int, given: Mapping[str, str], file_name: str) -> _Row:
    where = f"Row {number} of '{file_name}'"
    fields: dict[str, Any] = {}
    if "description" in given:
        fields["description"] = given["description"]
    for name in _NUMBERS:
        cell = given.get(name, "").strip()
        if not cell:
            continue
        try:
            fields[name] = float(cell) if name == "weight" else int(cell)
        except ValueError as error:
            raise InputError(f"{where}: the {name} '{cell[:40]}' is no number.") from error
    value = given.get("value", "").strip()
    if not value and "minimum" in fields and "maximum" in fields:
        value = phrase_length(fields["minimum"], fields["maximum"])
    for name, cell in (("dimension", given["dimension"].strip()), ("value", value)):
        if not cell:
            raise InputError(f"{where} has no {name}; fill the cell or delete the row.")
    return _Row(number, given["dimension"].strip(), given.get("label", "").strip(), value, fields)


def _find_or_create(project: Project, group: _Group, *, origin: str) -> tuple[str, AttributeDimension]:
    for key, dimension in project.dimensions.items():
        if fold_text(dimension.name) == fold_text(group.name):
            return key, dimension
    lengths = all("minimum" in row.fields and "maximum" in row.fields for row in group.rows)
    fields = {
        "name": group.name,
        "kind": DimensionKind.LENGTH if lengths else DimensionKind.TEXT,
        "class_dependent": any(row.label for row in group.rows),
        "clause": guess_clause(group.name),
        "origin": origin,
        "order": order_after(project.dimensions.values()),
    }
    return make_stable_id("dimension", group.name), make_part(AttributeDimension, fields)


def _merge_dimension(
    project: Project, dimension: AttributeDimension, group: _Group, *, origin: str
) -> tuple[dict[str, AttributeValue], tuple[int, int, int]]:
    known = {
        (label, fold_text(value.text)): key
        for key, value in dimension.values.items()
        for label in value.labels or ("",)
    }
    wanted: dict[str, tuple[_Row, dict[str, Any]]] = {}
    order = order_after(dimension.values.values())
    for row in group.rows:
        label_id = _find_label(project, dimension, row)
        key = known.get((label_id, fold_text(row.value)))
        fields = {"text": row.value, **row.fields}
        if key is None:
            key = make_stable_id("value", dimension.name, label_id, row.value)
            known[label_id, fold_text(row.value)] = key
            fields |= {"labels": (label_id,) if label_id else (), "origin": origin, "order": order}
            order += 1
        elif key in wanted and any(wanted[key][1].get(name) != value for name, value in fields.items()):
            raise InputError(
                f"Rows {wanted[key][0].number} and {row.number} give the value '{row.value[:60]}' of "
                f"'{group.name}' different fields; make them equal."
            )
        wanted.setdefault(key, (row, fields))
    return _apply(dimension, wanted)


def _apply(
    dimension: AttributeDimension, wanted: Mapping[str, tuple[_Row, dict[str, Any]]]
) -> tuple[dict[str, AttributeValue], tuple[int, int, int]]:
    values: dict[str, AttributeValue] = {}
    added = unchanged = 0
    for key, (row, fields) in wanted.items():
        old = dimension.values.get(key)
        try:
            value = make_part(AttributeValue, {**(_fields_of(old) if old else {}), **fields})
            if old and (value.minimum, value.maximum) != (old.minimum, old.maximum) and _is_phrase(old):
                value = make_part(AttributeValue, {**_fields_of(value), "text": _phrase(value)})
        except InputError as error:
            raise InputError(f"Row {row.number}: {error}") from error
        if value == old:
            unchanged += 1
        else:
            values[key] = value
            added += old is None
    return values, (added, len(values) - added, unchanged)


def _phrase(value: AttributeValue) -> str:
    return phrase_length(value.minimum, value.maximum) if value.minimum and value.maximum else value.text


def _is_phrase(value: AttributeValue) -> bool:
    """True where the text only says the bounds, so that it follows them when they change."""
    return value.minimum is not None and value.text == _phrase(value)


def _find_label(project: Project, dimension: AttributeDimension, row: _Row) -> str:
    if not dimension.class_dependent:
        if row.label:
            raise InputError(
                f"Row {row.number} names the label '{row.label[:60]}', but the values of '{dimension.name}' are the "
                "same for all labels; leave the cell empty."
            )
        return ""
    if not row.label:
        raise InputError(
            f"Row {row.number} names no label, but the values of '{dimension.name}' differ between labels; fill it in."
        )
    for key, label in project.labels.items():
        if fold_label(label.name) == fold_label(row.label):
            return key
    try:
        return project.find_label(row.label)
    except InputError as error:
        raise InputError(f"Row {row.number}: {error}") from error


def _fields_of(part: Project | AttributeDimension | AttributeValue) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}
