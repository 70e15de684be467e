"""Ready tasks, written by us: labels, dimensions and values as YAML beside this module."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from attrprompt.errors import InputError
from attrprompt.project import Project, parse_project, phrase_length


@dataclass(frozen=True)
class PresetInfo:
    """What a person sees of a preset before taking it."""

    name: str
    title: str
    description: str
    labels: int
    dimensions: tuple[str, ...]
    multi_label: bool


def list_presets() -> list[PresetInfo]:
    """All presets, by name."""
    return [_describe(_read(path.name)) for path in _files()]


def load_preset(name: str) -> Project:
    """The project document of a preset.

    Raises:
        InputError: there is no such preset.
    """
    wanted = f"{name.casefold().strip()}.yaml"
    if wanted not in {path.name for path in _files()}:
        names = ", ".join(path.name.removesuffix(".yaml") for path in _files())
        raise InputError(f"There is no preset '{name}'. The presets are: {names}.")
    return read_plain_project(_read(wanted), origin=f"preset:{name}")


def read_plain_project(data: Mapping[str, Any], *, origin: str) -> Project:
    """A document from the hand-written form: lists instead of keyed objects, names instead of ids.

    Ids are made from names, so the same preset gives the same document everywhere.

    Raises:
        InputError: a rule of the document is broken.
    """
    label_ids = {str(label["name"]): _id("label", str(label["name"])) for label in data["labels"]}
    labels = {
        label_ids[str(label["name"])]: {
            **label,
            "similar": [_find(label_ids, name) for name in label.get("similar", [])],
            "order": order,
        }
        for order, label in enumerate(data["labels"])
    }
    dimensions = {
        _id("dimension", dimension["name"]): {
            **{key: dimension[key] for key in dimension if key != "values"},
            "values": _read_values(dimension, label_ids, origin),
            "origin": origin,
            "order": order,
        }
        for order, dimension in enumerate(data["dimensions"])
    }
    return parse_project(
        {
            "task": data.get("task", {}),
            "labels": labels,
            "dimensions": dimensions,
            "constraints": _read_constraints(data.get("constraints") or [], dimensions, label_ids),
            "templates": {
                method: template if isinstance(template, Mapping) else {"text": template}
                for method, template in (data.get("templates") or {}).items()
            },
        }
    )


def _files() -> list[Any]:
    folder = resources.files(__package__)
    return sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)


@cache  # the Projects page names all presets whenever it is drawn, and to parse them takes most of a second
def _read(file_name: str) -> Mapping[str, Any]:
    data = yaml.safe_load((resources.files(__package__) / file_name).read_text(encoding="utf-8"))
    assert isinstance(data, dict)  # our own file
    return data


def _describe(data: Mapping[str, Any]) -> PresetInfo:
    return PresetInfo(
        name=data["name"],
        title=data["title"],
        description=data["description"],
        labels=len(data["labels"]),
        dimensions=tuple(dimension["name"] for dimension in data["dimensions"]),
        multi_label=bool(data["task"].get("multi_label", False)),
    )


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _find(label_ids: Mapping[str, str], name: str) -> str:
    if name not in label_ids:
        raise InputError(f"The label '{name}' is used but not listed among the labels.")
    return label_ids[name]


def _read_values(dimension: Mapping[str, Any], label_ids: Mapping[str, str], origin: str) -> dict[str, dict[str, Any]]:
    given = dimension.get("values") or []
    rows: list[tuple[list[str], Any]]
    if isinstance(given, Mapping):
        rows = [([label], value) for label, values in given.items() for value in values]
    else:
        rows = [(value.get("labels", []) if isinstance(value, Mapping) else [], value) for value in given]
    values: dict[str, dict[str, Any]] = {}
    for order, (names, value) in enumerate(rows):
        fields: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {"text": str(value)}
        if "minimum" in fields and "text" not in fields:
            fields["text"] = phrase_length(fields["minimum"], fields["maximum"])
        fields |= {"labels": [_find(label_ids, name) for name in names], "origin": origin, "order": order}
        values[_id("value", dimension["name"], *names, fields["text"])] = fields
    return values


def _read_constraints(
    given: Sequence[Mapping[str, Any]], dimensions: Mapping[str, Mapping[str, Any]], label_ids: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    by_name = {dimension["name"]: (key, dimension) for key, dimension in dimensions.items()}
    constraints: dict[str, dict[str, Any]] = {}
    for order, constraint in enumerate(given):
        values: dict[str, list[str]] = {}
        for name, texts in constraint["values"].items():
            if name not in by_name:
                raise InputError(f"A constraint names the dimension '{name}', which does not exist.")
            key, dimension = by_name[name]
            values[key] = [value_id for value_id, value in dimension["values"].items() if value["text"] in texts]
        constraints[_id("constraint", str(order))] = {
            "labels": [_find(label_ids, name) for name in constraint.get("labels", [])],
            "values": values,
            "reason": constraint.get("reason", ""),
            "order": order,
        }
    return constraints
