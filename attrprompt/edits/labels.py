"""Edits of labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

from attrprompt.edits.parts import (
    change_part,
    change_project,
    count_of,
    drop_from_constraints,
    get_label,
    make_part,
    order_after,
    reorder_parts,
)
from attrprompt.edits.pasting import ValueDraft
from attrprompt.errors import InputError
from attrprompt.project import AttributeDimension, Label, Project, make_id


class LabelFields(TypedDict, total=False):
    """The fields of a label that people edit."""

    name: str
    display: str
    description: str
    similar: tuple[str, ...]


def add_label(project: Project, name: str, *, display: str = "", description: str = "") -> Project:
    """The project with one more label, after the last.

    Raises:
        InputError: the name is blank, too long or taken.
    """
    return _append(project, [{"name": name, "display": display, "description": description}])


def add_labels(project: Project, given: Iterable[str | ValueDraft]) -> Project:
    """The project with more labels, after the last, in this order: names, or pasted lines with name and description.

    Raises:
        InputError: a name is blank, too long or taken; nothing is added then.
    """
    return _append(
        project,
        [
            {"name": label} if isinstance(label, str) else {"name": label.text, "description": label.description}
            for label in given
        ],
    )


def edit_label(project: Project, label_id: str, **changes: Unpack[LabelFields]) -> Project:
    """The project with these fields of one label changed.

    Raises:
        InputError: the label is gone, or a field breaks a rule.
    """
    label = get_label(project, label_id)
    if "name" in changes and not changes["name"].strip():
        raise InputError("A label needs a name.")
    for other in changes.get("similar", ()):
        if other == label_id:
            raise InputError(f"'{label.title}' cannot be similar to itself.")
        get_label(project, other)
    if "similar" in changes:
        changes["similar"] = tuple(dict.fromkeys(changes["similar"]))
    return change_project(project, labels={**project.labels, label_id: change_part(label, changes)})


def reorder_labels(project: Project, label_ids: Sequence[str]) -> Project:
    """The project with its labels in this order.

    Raises:
        InputError: the ids are not exactly those of the project.
    """
    return change_project(project, labels=reorder_parts(project.labels, label_ids, "label"))


def delete_label(project: Project, label_id: str) -> Project:
    """The project without a label, without the values only it had, and without what named it.

    Raises:
        InputError: the label is gone already.
    """
    get_label(project, label_id)
    dimensions: dict[str, AttributeDimension] = {}
    dropped: set[str] = set()
    for dimension_id, dimension in project.dimensions.items():
        if not any(label_id in value.labels for value in dimension.values.values()):
            dimensions[dimension_id] = dimension
            continue
        kept = {}
        for value_id, value in dimension.values.items():
            left = tuple(other for other in value.labels if other != label_id)
            if left == value.labels:
                kept[value_id] = value
            elif left:
                kept[value_id] = change_part(value, {"labels": left})
            else:
                dropped.add(value_id)
        dimensions[dimension_id] = change_part(dimension, {"values": kept})
    labels = {
        other: change_part(label, {"similar": tuple(key for key in label.similar if key != label_id)})
        if label_id in label.similar
        else label
        for other, label in project.labels.items()
        if other != label_id
    }
    constraints = drop_from_constraints(project.constraints, labels=frozenset({label_id}), values=frozenset(dropped))
    return change_project(project, labels=labels, dimensions=dimensions, constraints=constraints)


def describe_label_deletion(project: Project, label_id: str) -> str:
    """What deleting a label takes away, to be read before it is done."""
    title = get_label(project, label_id).title
    own = sum(value.labels == (label_id,) for d in project.dimensions.values() for value in d.values.values())
    shared = sum(
        label_id in value.labels and len(value.labels) > 1
        for d in project.dimensions.values()
        for value in d.values.values()
    )
    gone = len(project.constraints) - len(delete_label(project, label_id).constraints)
    text = f"Deleting '{title}' deletes {count_of(own, 'value')} that only this label has"
    if shared:
        text += f", takes it off {count_of(shared, 'value')} shared with other labels"
    if gone:
        text += f", and deletes {count_of(gone, 'constraint')}"
    return text + ". You can undo it."


def _append(project: Project, rows: Sequence[dict[str, str]]) -> Project:
    start = order_after(project.labels.values())
    added: dict[str, Label] = {}
    for position, fields in enumerate(rows):
        if not fields["name"].strip():
            raise InputError("A label needs a name.")
        added[make_id()] = make_part(Label, {**fields, "order": start + position})
    return change_project(project, labels={**project.labels, **added})
