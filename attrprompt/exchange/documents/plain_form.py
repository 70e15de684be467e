"""A project document as people write it: lists instead of keyed objects, names instead of ids.

The same form as the presets: `task`, `labels`, `dimensions`, `constraints`, `templates`. Ids are made from names, so a
file gives the same document everywhere. Who made a value is not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from attrprompt.errors import InputError
from attrprompt.files import make_stable_id
from attrprompt.project import (
    AttributeDimension,
    AttributeValue,
    Constraint,
    Label,
    Project,
    PromptTemplate,
    Task,
    explain_validation,
    phrase_length,
)
from attrprompt.records import make_storable

PartT = TypeVar("PartT", bound=BaseModel)

SECTIONS = ("task", "labels", "dimensions", "constraints", "templates")
_LABEL_FIELDS = ("name", "display", "description", "similar")
_DIMENSION_FIELDS = ("name", "kind", "class_dependent", "description", "clause", "values")
_VALUE_FIELDS = ("text", "description", "weight", "minimum", "maximum", "country", "continent", "labels")
_OPTIONAL = ("minimum", "maximum", "country", "continent")
_CONSTRAINT_FIELDS = ("labels", "values", "reason")


def describe_plainly(project: Project) -> dict[str, Any]:
    """The document in its plain form; fields that are empty or at their default are left out."""
    names = {key: label.name for key, label in project.labels.items()}
    data: dict[str, Any] = {
        "task": {**_filled(project.task.model_dump(mode="json")), "multi_label": project.task.multi_label},
        "labels": [
            _filled(
                {
                    "name": label.name,
                    "display": label.display,
                    "description": label.description,
                    "similar": [names[other] for other in label.similar if other in names],
                }
            )
            for _, label in project.ordered_labels()
        ],
        "dimensions": [_describe_dimension(dimension, names) for _, dimension in project.ordered_dimensions()],
    }
    if project.constraints:
        ordered = sorted(project.constraints.items(), key=lambda pair: (pair[1].order, pair[0]))
        data["constraints"] = [_describe_constraint(project, constraint) for _, constraint in ordered]
    if project.templates:
        data["templates"] = {
            method.value: _filled(project.templates[method].model_dump()) for method in sorted(project.templates)
        }
    return data


def read_plainly(data: Mapping[str, Any], *, origin: str) -> Project:
    """A document from its plain form.

    Raises:
        InputError: a field is unknown, missing or of the wrong form, or a rule of the document is broken.
    """
    _check_fields(data, SECTIONS, "the file")
    task = _mapping(data.get("task", {}), "the task")
    _check_fields(task, tuple(Task.model_fields), "the task")
    label_rows = [_read_label_row(row, number) for number, row in enumerate(_list(data.get("labels"), "labels"), 1)]
    ids: dict[str, str] = {}
    for row in label_rows:
        if row["name"] in ids:
            raise InputError(f"The label '{row['name']}' is listed twice; keep one of them.")
        ids[row["name"]] = make_stable_id("label", row["name"])
    dimensions: dict[str, AttributeDimension] = {}
    for order, row in enumerate(_list(data.get("dimensions"), "dimensions")):
        dimension = _read_dimension(_mapping(row, f"dimension {order + 1}"), order, ids, origin)
        key = make_stable_id("dimension", dimension.name)
        if key in dimensions:
            raise InputError(f"The dimension '{dimension.name}' is listed twice; keep one of them.")
        dimensions[key] = dimension
    return _build(
        Project,
        {
            "task": _build(Task, task, "the task"),
            "labels": {
                ids[row["name"]]: _build(Label, {**row, "order": order}, f"the label '{row['name'][:60]}'")
                for order, row in enumerate(
                    {**row, "similar": _find_all(ids, row["similar"], "similar labels")} for row in label_rows
                )
            },
            "dimensions": dimensions,
            "constraints": _read_constraints(_list(data.get("constraints"), "constraints"), dimensions, ids),
            "templates": _read_templates(_mapping(data.get("templates") or {}, "the templates")),
        },
        "the file",
    )


def _describe_dimension(dimension: AttributeDimension, names: Mapping[str, str]) -> dict[str, Any]:
    fields = {
        "name": dimension.name,
        "kind": dimension.kind.value,
        "class_dependent": dimension.class_dependent,
        **_filled({"description": dimension.description, "clause": dimension.clause}),
    }
    ordered = [value for _, value in dimension.ordered()]
    if not dimension.class_dependent:
        return {**fields, "values": [_describe_value(value) for value in ordered]}
    if any(len(value.labels) != 1 for value in ordered):
        return {
            **fields,
            "values": [
                {**_describe_fields(value), "labels": [names[key] for key in value.labels]} for value in ordered
            ],
        }
    groups: dict[str, list[Any]] = {}
    for key, name in names.items():
        values = [_describe_value(value) for value in ordered if key in value.labels]
        if values:
            groups[name] = values
    return {**fields, "values": groups}


def _describe_value(value: AttributeValue) -> str | dict[str, Any]:
    fields = _describe_fields(value)
    return value.text if list(fields) == ["text"] else fields


def _describe_fields(value: AttributeValue) -> dict[str, Any]:
    fields = {name: getattr(value, name) for name in _VALUE_FIELDS if name != "labels"}
    if fields["weight"] == 1.0:
        del fields["weight"]
    if value.minimum and value.maximum and value.text == phrase_length(value.minimum, value.maximum):
        del fields["text"]
    return _filled(fields)


def _describe_constraint(project: Project, constraint: Constraint) -> dict[str, Any]:
    values = {
        project.dimensions[key].name: [
            _describe_member(project, project.dimensions[key], value_id) for value_id in named
        ]
        for key, named in constraint.values.items()
    }
    return _filled(
        {
            "labels": [project.labels[key].name for key in constraint.labels],
            "values": values,
            "reason": constraint.reason,
        }
    )


def _describe_member(project: Project, dimension: AttributeDimension, value_id: str) -> str | dict[str, Any]:
    value = dimension.values[value_id]
    if sum(other.text == value.text for other in dimension.values.values()) == 1:
        return value.text
    return {"text": value.text, "labels": [project.labels[key].name for key in value.labels]}


def _read_label_row(row: object, number: int) -> dict[str, Any]:
    if isinstance(row, str):
        row = {"name": row}
    where = f"label {number}"
    data = _mapping(row, where)
    _check_fields(data, _LABEL_FIELDS, where)
    name = _text(data.get("name", ""), f"the name of {where}").strip()
    if not name:
        raise InputError(f"Label {number} has no name; give it one or delete it.")
    similar = [_text(other, f"a similar label of '{name}'") for other in _list(data.get("similar"), "similar")]
    return {**data, "name": name, "similar": similar}


def _read_dimension(data: Mapping[str, Any], order: int, ids: Mapping[str, str], origin: str) -> AttributeDimension:
    _check_fields(data, _DIMENSION_FIELDS, f"dimension {order + 1}")
    name = _text(data.get("name", ""), f"the name of dimension {order + 1}").strip()
    if not name:
        raise InputError(f"Dimension {order + 1} has no name; give it one or delete it.")
    where = f"the dimension '{name[:60]}'"
    given = data.get("values") or []
    rows: list[tuple[Sequence[str], Any]]
    if isinstance(given, Mapping):
        rows = [([label], row) for label, listed in given.items() for row in _list(listed, f"'{label}' in {where}")]
    else:
        rows = [([], row) for row in _list(given, f"the values of {where}")]
    values: dict[str, AttributeValue] = {}
    for number, (labels, row) in enumerate(rows):
        key, value = _read_value(name, labels, row, number, ids, origin)
        if key in values:
            raise InputError(f"The value '{value.text[:60]}' stands twice in {where}; keep one of them.")
        values[key] = value
    fields = {key: data[key] for key in data if key != "values"}
    return _build(AttributeDimension, {**fields, "values": values, "origin": origin, "order": order}, where)


def _read_value(
    dimension: str, labels: Sequence[str], row: object, number: int, ids: Mapping[str, str], origin: str
) -> tuple[str, AttributeValue]:
    where = f"value {number + 1} of the dimension '{dimension[:60]}'"
    data = {"text": row} if isinstance(row, str) else dict(_mapping(row, where))
    _check_fields(data, _VALUE_FIELDS, where)
    if "labels" in data:
        if labels:
            raise InputError(f"In {where}, 'labels' stands under a label already; delete one of the two.")
        labels = [_text(label, f"a label of {where}") for label in _list(data["labels"], f"the labels of {where}")]
    for name in _OPTIONAL:
        if name in data and data[name] in (None, "", "null", "~"):
            del data[name]
    label_ids = _find_all(ids, labels, where)
    value = _build(AttributeValue, {"text": "?", **data, "labels": label_ids, "origin": origin, "order": number}, where)
    if "text" not in data:
        if value.minimum is None or value.maximum is None:
            raise InputError(f"There is no text in {where}; write it, or a minimum and a maximum number of words.")
        value = value.model_copy(update={"text": phrase_length(value.minimum, value.maximum)})
    return make_stable_id("value", dimension, *labels, value.text), value


def _read_constraints(
    rows: Sequence[Any], dimensions: Mapping[str, AttributeDimension], ids: Mapping[str, str]
) -> dict[str, Constraint]:
    by_name = {dimension.name: (key, dimension) for key, dimension in dimensions.items()}
    constraints = {}
    for order, row in enumerate(rows):
        where = f"constraint {order + 1}"
        data = _mapping(row, where)
        _check_fields(data, _CONSTRAINT_FIELDS, where)
        values: dict[str, tuple[str, ...]] = {}
        for name, members in _mapping(data.get("values", {}), f"the values of {where}").items():
            if name not in by_name:
                raise InputError(f"In {where}, there is no dimension '{name[:60]}'.")
            key, dimension = by_name[name]
            found = [
                value_id for member in _list(members, where) for value_id in _find_member(member, dimension, ids, where)
            ]
            values[key] = tuple(dict.fromkeys(found))
        fields = {
            "labels": _find_all(ids, _list(data.get("labels"), f"the labels of {where}"), where),
            "values": values,
            "reason": data.get("reason", ""),
            "order": order,
        }
        constraints[make_stable_id("constraint", str(order))] = _build(Constraint, fields, where)
    return constraints


def _find_member(member: object, dimension: AttributeDimension, ids: Mapping[str, str], where: str) -> list[str]:
    data = {"text": member} if isinstance(member, str) else _mapping(member, f"a value of {where}")
    _check_fields(data, ("text", "labels"), f"a value of {where}")
    labels = _find_all(ids, _list(data.get("labels"), f"the labels of {where}"), where)
    found = [
        key
        for key, value in dimension.values.items()
        if value.text == data.get("text") and (not labels or set(value.labels) == set(labels))
    ]
    if not found:
        raise InputError(f"In {where}, the dimension '{dimension.name}' has no value '{str(data.get('text'))[:60]}'.")
    return found


def _read_templates(data: Mapping[str, Any]) -> dict[str, PromptTemplate]:
    return {
        method: _build(
            PromptTemplate,
            {"text": given} if isinstance(given, str) else _mapping(given, f"the template '{method}'"),
            f"the template '{method}'",
        )
        for method, given in data.items()
    }


def _build(kind: type[PartT], fields: Mapping[str, Any], where: str) -> PartT:
    """Validate without touching the texts, so that a written file reads back to the same hash."""
    for text in fields.values():
        if isinstance(text, str):
            _text(text, where)
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise InputError(f"In {where}: {explain_validation(error)}") from error


def _check_fields(data: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for name in data:
        if name not in known:
            raise InputError(f"In {where}, '{str(name)[:60]}' is unknown. Known there: {', '.join(known)}.")


def _mapping(data: object, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InputError(f"In the file, {where} must be fields with names, not {_kind_of(data)}.")
    return data


def _list(data: object, where: str) -> Sequence[Any]:
    if data is None or data == "":
        return []
    if not isinstance(data, list):
        raise InputError(f"In the file, {where} must be a list, not {_kind_of(data)}.")
    return data


def _text(data: object, where: str) -> str:
    if not isinstance(data, str):
        raise InputError(f"In the file, {where} must be text, not {_kind_of(data)}.")
    if make_storable(data)[1]:
        raise InputError(f"In the file, {where} holds a NUL or half a character; write it anew.")
    return data


def _kind_of(data: object) -> str:
    if isinstance(data, str):
        return "text"
    return "a list" if isinstance(data, list) else "fields" if isinstance(data, Mapping) else f"'{data}'"


def _find_all(ids: Mapping[str, str], names: Sequence[Any], where: str) -> tuple[str, ...]:
    for name in names:
        if not isinstance(name, str) or name not in ids:
            raise InputError(f"In {where}, the label '{str(name)[:60]}' is named but not listed among the labels.")
    return tuple(ids[name] for name in names)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
