"""Edits of attribute values: many at once, as one step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from attrprompt.edits.lengths import length_fields, require_length
from attrprompt.edits.parts import (
    change_dimension,
    change_part,
    change_project,
    drop_from_constraints,
    get_dimension,
    get_label,
    get_value,
    make_part,
    order_after,
    reorder_parts,
)
from attrprompt.edits.pasting import ValueDraft
from attrprompt.errors import InputError
from attrprompt.project import AttributeDimension, AttributeValue, DimensionKind, Project, fold_text, make_id


class ValueFields(TypedDict, total=False):
    """The fields of a value that people edit."""

    text: str
    description: str
    weight: float
    labels: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    country: str | None
    continent: str | None


@dataclass(frozen=True)
class AddedValues:
    """What came of adding values.

    Attributes:
        project: the new document.
        ids: the new values, in the order given.
        duplicates: texts that were there already, or came twice.
    """

    project: Project
    ids: tuple[str, ...]
    duplicates: tuple[str, ...]


def add_values(
    project: Project,
    dimension_id: str,
    values: Iterable[str | ValueDraft],
    *,
    labels: Sequence[str] = (),
    origin: str = "",
) -> AddedValues:
    """Add values after the last; of a class-dependent dimension for these labels, shared where there are several.

    A value that a label has already is added for the other labels only; blanks and full duplicates are left out.

    Raises:
        InputError: the dimension or a label is gone, a label is missing or not wanted, or a value breaks a rule.
    """
    dimension = get_dimension(project, dimension_id)
    targets = _check_targets(project, dimension, labels)
    taken = {
        (label_id, fold_text(value.text)) for value in dimension.values.values() for label_id in value.labels or ("",)
    }
    order = order_after(dimension.values.values())
    added: dict[str, AttributeValue] = {}
    duplicates: list[str] = []
    for value in values:
        draft = ValueDraft(text=value) if isinstance(value, str) else value
        if not draft.text.strip():
            continue
        fields = _draft_fields(draft, dimension.kind)
        folded = fold_text(str(fields["text"]))
        free = tuple(label_id for label_id in targets or ("",) if (label_id, folded) not in taken)
        if not free:
            duplicates.append(draft.text.strip())
            continue
        taken |= {(label_id, folded) for label_id in free}
        fields |= {"labels": free if targets else (), "origin": origin, "order": order + len(added)}
        added[make_id()] = make_part(AttributeValue, fields)
    changed = change_dimension(project, dimension_id, values={**dimension.values, **added}) if added else project
    return AddedValues(changed, tuple(added), tuple(duplicates))


def edit_value(
    project: Project, dimension_id: str, value_id: str, *, only_label: str = "", **changes: Unpack[ValueFields]
) -> Project:
    """The project with these fields of one value changed.

    Args:
        project: the document.
        dimension_id: the dimension of the value.
        value_id: the value.
        only_label: change it for this label alone; a value shared with others is split off first.
        **changes: the fields; bounds of a length also change its text, a text its bounds.

    Raises:
        InputError: the value is gone, or a field breaks a rule.
    """
    value = get_value(project, dimension_id, value_id)
    if only_label and only_label in value.labels and len(value.labels) > 1:
        project, value_id = _split_off(project, dimension_id, value_id, only_label)
    return edit_values(project, dimension_id, {value_id: changes})


def edit_values(project: Project, dimension_id: str, changes: Mapping[str, ValueFields]) -> Project:
    """The project with fields of several values of one dimension changed, as one step.

    Raises:
        InputError: a value is gone, or a field breaks a rule; nothing is changed then.
    """
    dimension = get_dimension(project, dimension_id)
    changed = dict(dimension.values)
    for value_id, fields in changes.items():
        value = get_value(project, dimension_id, value_id)
        for label_id in fields.get("labels", ()):
            get_label(project, label_id)
        changed[value_id] = change_part(value, _completed(value, fields, dimension.kind))
    return change_dimension(project, dimension_id, values=changed)


def delete_values(project: Project, dimension_id: str, value_ids: Collection[str], *, only_label: str = "") -> Project:
    """The project without these values; with `only_label`, shared ones stay for their other labels.

    Raises:
        InputError: a value is gone already.
    """
    dimension = get_dimension(project, dimension_id)
    kept = dict(dimension.values)
    dropped: set[str] = set()
    for value_id in value_ids:
        value = get_value(project, dimension_id, value_id)
        left = tuple(label_id for label_id in value.labels if only_label and label_id != only_label)
        if only_label and left == value.labels:
            continue
        if left:
            kept[value_id] = change_part(value, {"labels": left})
        else:
            del kept[value_id]
            dropped.add(value_id)
    return change_project(
        project,
        dimensions={**project.dimensions, dimension_id: change_part(dimension, {"values": kept})},
        constraints=drop_from_constraints(project.constraints, values=frozenset(dropped)),
    )


def copy_values(
    project: Project, dimension_id: str, value_ids: Sequence[str], to_label: str, *, shared: bool = False
) -> AddedValues:
    """Give values of a class-dependent dimension to another label too.

    Args:
        project: the document.
        dimension_id: a class-dependent dimension.
        value_ids: its values.
        to_label: the label that gets them; those it has already count as duplicates.
        shared: True gives it the same value (an edit changes it for all its labels; a text with several labels can
            take it); False a copy of its own.

    Raises:
        InputError: the dimension is class-independent, or something named is gone.
    """
    dimension = _class_dependent(project, dimension_id)
    get_label(project, to_label)
    there = {fold_text(value.text) for _, value in dimension.values_for(to_label)}
    order = order_after(dimension.values.values())
    changed = dict(dimension.values)
    ids: list[str] = []
    duplicates: list[str] = []
    for value_id in value_ids:
        value = get_value(project, dimension_id, value_id)
        if fold_text(value.text) in there:
            duplicates.append(value.text)
            continue
        there.add(fold_text(value.text))
        new_id = value_id if shared else make_id()
        fields: dict[str, Any] = {"labels": (*value.labels, to_label)}
        if not shared:
            fields = {"labels": (to_label,), "order": order + len(ids)}
        changed[new_id] = change_part(value, fields)
        ids.append(new_id)
    result = change_dimension(project, dimension_id, values=changed) if ids else project
    return AddedValues(result, tuple(ids), tuple(duplicates))


def move_values(
    project: Project, dimension_id: str, value_ids: Sequence[str], from_label: str, to_label: str
) -> Project:
    """The project in which values of one label belong to another instead; what that has already is only taken away.

    Raises:
        InputError: the dimension is class-independent, or something named is gone.
    """
    dimension = _class_dependent(project, dimension_id)
    for label_id in (from_label, to_label):
        get_label(project, label_id)
    if from_label == to_label:
        return project
    there = {fold_text(value.text) for _, value in dimension.values_for(to_label)}
    changed, doubled = dict(dimension.values), []
    for value_id in value_ids:
        value = get_value(project, dimension_id, value_id)
        if from_label not in value.labels:
            raise InputError(f"'{value.text}' no longer belongs to {project.labels[from_label].title}.")
        if fold_text(value.text) in there:
            doubled.append(value_id)
            continue
        there.add(fold_text(value.text))
        labels = tuple(to_label if label_id == from_label else label_id for label_id in value.labels)
        changed[value_id] = change_part(value, {"labels": labels})
    moved = change_dimension(project, dimension_id, values=changed)
    return delete_values(moved, dimension_id, doubled, only_label=from_label) if doubled else moved


def reorder_values(project: Project, dimension_id: str, value_ids: Sequence[str]) -> Project:
    """The project with the values of a dimension in this order.

    Raises:
        InputError: the ids are not exactly those of the dimension.
    """
    values = reorder_parts(get_dimension(project, dimension_id).values, value_ids, "value")
    return change_dimension(project, dimension_id, values=values)


def _check_targets(project: Project, dimension: AttributeDimension, labels: Sequence[str]) -> tuple[str, ...]:
    for label_id in labels:
        get_label(project, label_id)
    if dimension.class_dependent and not labels:
        raise InputError(f"'{dimension.name}' has values per label: choose the label of the new values.")
    if labels and not dimension.class_dependent:
        raise InputError(f"'{dimension.name}' has the same values for all labels: do not choose a label.")
    return tuple(dict.fromkeys(labels))


def _class_dependent(project: Project, dimension_id: str) -> AttributeDimension:
    dimension = get_dimension(project, dimension_id)
    if not dimension.class_dependent:
        raise InputError(f"'{dimension.name}' has the same values for all labels; there is nothing to move or copy.")
    return dimension


def _draft_fields(draft: ValueDraft, kind: DimensionKind) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "text": draft.text,
        "description": draft.description,
        "weight": draft.weight,
        "country": draft.country,
        "continent": draft.continent,
    }
    if kind is DimensionKind.LENGTH:
        if draft.minimum is not None and draft.maximum is not None:
            fields |= length_fields(draft.minimum, draft.maximum)
        else:
            fields |= length_fields(*require_length(draft.text))
    return fields


def _completed(value: AttributeValue, fields: ValueFields, kind: DimensionKind) -> dict[str, Any]:
    """The changes with what follows from them: text and bounds of a length agree, a new place has no old country."""
    changes: dict[str, Any] = dict(fields)
    if kind is DimensionKind.LENGTH and fields.keys() & {"text", "minimum", "maximum"}:
        if "minimum" in fields or "maximum" in fields:
            minimum = fields.get("minimum", value.minimum)
            maximum = fields.get("maximum", value.maximum)
        else:
            minimum, maximum = require_length(fields["text"])
        if minimum is None or maximum is None:
            raise InputError("A length needs a minimum and a maximum number of words.")
        if minimum > maximum:
            raise InputError(f"The minimum of {minimum:,} words is above the maximum of {maximum:,}.")
        changes |= length_fields(minimum, maximum)
    if kind is DimensionKind.PLACE and "text" in fields and fold_text(fields["text"]) != fold_text(value.text):
        changes = {"country": None, "continent": None, **changes}
    return changes


def _split_off(project: Project, dimension_id: str, value_id: str, label_id: str) -> tuple[Project, str]:
    """Give one label its own copy of a shared value, and say the copy's id."""
    dimension = get_dimension(project, dimension_id)
    value = dimension.values[value_id]
    left = tuple(other for other in value.labels if other != label_id)
    copy_id = make_id()
    values = {
        **dimension.values,
        value_id: change_part(value, {"labels": left}),
        copy_id: change_part(value, {"labels": (label_id,)}),
    }
    return change_dimension(project, dimension_id, values=values), copy_id
