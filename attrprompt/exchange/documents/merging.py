"""An imported document brought into a project that exists already: added to it, or put in its place.

Parts are matched by their names, never by ids, and matched parts keep the project's ids. So the history shows what an
import really changed, and votes, marks and constraints keep pointing at the right things.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from attrprompt.edits.parts import make_part, order_after
from attrprompt.project import (
    AttributeDimension,
    AttributeValue,
    Label,
    Project,
    fold_label,
    fold_text,
    make_id,
)


@dataclass(frozen=True)
class Addition:
    """The project with what it lacked, and how much that was."""

    project: Project
    labels: int
    dimensions: int
    values: int
    warnings: tuple[str, ...]


def add_content(project: Project, incoming: Project) -> Addition:
    """Add the labels, dimensions and values that the project lacks; nothing that is there changes.

    Constraints, templates and the task of the incoming document are left out. A dimension that differs in kind or in
    whether it depends on the label is left out with a warning.
    """
    label_ids = _match_labels(project, incoming)
    labels = dict(project.labels)
    for key, label in incoming.ordered_labels():
        if label_ids[key] not in labels:
            fields = {**_fields_of(label), "similar": (), "order": order_after(labels.values())}
            labels[label_ids[key]] = make_part(Label, fields)
    for key, label in incoming.labels.items():
        own = labels[label_ids[key]]
        if label.similar and not own.similar:
            similar = tuple(label_ids[other] for other in label.similar if other in label_ids)
            labels[label_ids[key]] = make_part(Label, {**_fields_of(own), "similar": similar})
    dimensions = dict(project.dimensions)
    warnings = []
    added = 0
    for key, dimension in incoming.ordered_dimensions():
        own_id = _find_dimension(project, dimension.name)
        if own_id is None:
            dimensions[_free_id(key, dimensions)] = _adopt(dimension, label_ids, order_after(dimensions.values()))
            added += len(dimension.values)
            continue
        own_dimension = dimensions[own_id]
        problem = _explain_mismatch(own_dimension, dimension)
        if problem:
            warnings.append(problem)
            continue
        values = _missing_values(own_dimension, dimension, label_ids)
        added += len(values)
        fields = {**_fields_of(own_dimension), "values": {**own_dimension.values, **values}}
        dimensions[own_id] = make_part(AttributeDimension, fields)
    merged = make_part(Project, {**_fields_of(project), "labels": labels, "dimensions": dimensions})
    return Addition(
        project=merged,
        labels=len(labels) - len(project.labels),
        dimensions=len(dimensions) - len(project.dimensions),
        values=added,
        warnings=tuple(warnings),
    )


def replace_content(project: Project, incoming: Project) -> Project:
    """The incoming document with the project's ids and makers wherever names agree.

    Its `content_hash` is the incoming one's.
    """
    label_ids = _match_labels(project, incoming)
    dimension_ids = {
        key: _find_dimension(project, dimension.name) or _free_id(key, project.dimensions)
        for key, dimension in incoming.dimensions.items()
    }
    value_ids: dict[str, dict[str, str]] = {}
    dimensions = {}
    for key, dimension in incoming.dimensions.items():
        own = project.dimensions.get(dimension_ids[key])
        value_ids[key] = _match_values(own, dimension, label_ids)
        values = {}
        for value_id, value in dimension.values.items():
            old = own.values.get(value_ids[key][value_id]) if own else None
            fields = {
                "labels": tuple(label_ids[label] for label in value.labels),
                "origin": old.origin if old else value.origin,
            }
            values[value_ids[key][value_id]] = make_part(AttributeValue, {**_fields_of(value), **fields})
        fields_of = {**_fields_of(dimension), "values": values, "origin": own.origin if own else dimension.origin}
        dimensions[dimension_ids[key]] = make_part(AttributeDimension, fields_of)
    labels = {
        label_ids[key]: make_part(
            Label,
            {**_fields_of(label), "similar": tuple(label_ids[other] for other in label.similar if other in label_ids)},
        )
        for key, label in incoming.labels.items()
    }
    constraints = {
        key: constraint.model_copy(
            update={
                "labels": tuple(label_ids[label] for label in constraint.labels),
                "values": {
                    dimension_ids[dimension]: tuple(value_ids[dimension][value] for value in named)
                    for dimension, named in constraint.values.items()
                },
            }
        )
        for key, constraint in incoming.constraints.items()
    }
    return make_part(
        Project,
        {**_fields_of(incoming), "labels": labels, "dimensions": dimensions, "constraints": constraints},
    )


def _match_labels(project: Project, incoming: Project) -> dict[str, str]:
    own = {fold_label(label.name): key for key, label in project.labels.items()}
    taken = set(project.labels)
    matched = {}
    for key, label in incoming.labels.items():
        matched[key] = own.get(fold_label(label.name)) or _free_id(key, taken)
        taken.add(matched[key])
    return matched


def _match_values(
    own: AttributeDimension | None, dimension: AttributeDimension, label_ids: Mapping[str, str]
) -> dict[str, str]:
    known: dict[tuple[str, str], str] = {}
    for key, value in own.values.items() if own else ():
        for label in value.labels or ("",):
            known[label, fold_text(value.text)] = key
    matched: dict[str, str] = {}
    used: set[str] = set()
    for key, value in dimension.values.items():
        labels = [label_ids[label] for label in value.labels] or [""]
        candidates = [known.get((label, fold_text(value.text))) for label in labels]
        found = next((candidate for candidate in candidates if candidate is not None and candidate not in used), None)
        matched[key] = found or _free_id(key, used | set(known.values()))
        used.add(matched[key])
    return matched


def _missing_values(
    own: AttributeDimension, dimension: AttributeDimension, label_ids: Mapping[str, str]
) -> dict[str, AttributeValue]:
    known = {(label, fold_text(value.text)) for value in own.values.values() for label in value.labels or ("",)}
    taken = set(own.values)
    order = order_after(own.values.values())
    missing: dict[str, AttributeValue] = {}
    for key, value in dimension.ordered():
        labels = [label_ids[label] for label in value.labels] or [""]
        new = tuple(label for label in labels if (label, fold_text(value.text)) not in known)
        if new:
            fields = {"labels": tuple(label for label in new if label), "order": order}
            missing[_free_id(key, taken | set(missing))] = make_part(AttributeValue, {**_fields_of(value), **fields})
            order += 1
    return missing


def _adopt(dimension: AttributeDimension, label_ids: Mapping[str, str], order: int) -> AttributeDimension:
    values = {
        key: value.model_copy(update={"labels": tuple(label_ids[label] for label in value.labels)})
        for key, value in dimension.values.items()
    }
    return dimension.model_copy(update={"values": values, "order": order})


def _explain_mismatch(own: AttributeDimension, other: AttributeDimension) -> str:
    if own.class_dependent != other.class_dependent:
        depends = "differ between labels" if own.class_dependent else "are the same for all labels"
        return f"The dimension '{own.name}' was left out: its values {depends} here, but not in what was imported."
    if own.kind != other.kind:
        return f"The dimension '{own.name}' was left out: it is of kind {own.kind} here, of kind {other.kind} there."
    return ""


def _find_dimension(project: Project, name: str) -> str | None:
    for key, dimension in project.dimensions.items():
        if fold_text(dimension.name) == fold_text(name):
            return key
    return None


def _free_id(key: str, taken: Container[str]) -> str:
    return make_id() if key in taken else key


def _fields_of(part: Project | AttributeDimension | AttributeValue | Label) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}
