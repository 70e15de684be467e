"""Edits of attribute dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from attrprompt.edits.lengths import read_as_lengths
from attrprompt.edits.parts import (
    change_dimension,
    change_part,
    change_project,
    count_of,
    drop_from_constraints,
    get_dimension,
    make_part,
    order_after,
    reorder_parts,
)
from attrprompt.errors import InputError
from attrprompt.project import (
    AttributeDimension,
    AttributeValue,
    Constraint,
    DimensionKind,
    Project,
    fold_text,
    make_id,
)


class DimensionFields(TypedDict, total=False):
    """The fields of a dimension that people edit; class dependence is switched by `set_class_dependent`."""

    name: str
    kind: DimensionKind
    description: str
    clause: str


def add_dimension(
    project: Project,
    name: str,
    *,
    kind: DimensionKind = DimensionKind.TEXT,
    class_dependent: bool = False,
    description: str = "",
    clause: str = "",
    origin: str = "",
    dimension_id: str = "",
) -> Project:
    """The project with one more dimension, still without values, after the last.

    Raises:
        InputError: the name is blank, too long or taken, or the clause has no place for the value.
    """
    _check_name(name)
    _check_clause(clause)
    dimension = make_part(
        AttributeDimension,
        {
            "name": name,
            "kind": kind,
            "class_dependent": class_dependent,
            "description": description,
            "clause": clause,
            "origin": origin,
            "order": order_after(project.dimensions.values()),
        },
    )
    return change_project(project, dimensions={**project.dimensions, dimension_id or make_id(): dimension})


def edit_dimension(project: Project, dimension_id: str, **changes: Unpack[DimensionFields]) -> Project:
    """The project with these fields of one dimension changed.

    A dimension that becomes one of lengths reads the bounds from the texts of its values.

    Raises:
        InputError: the dimension is gone, a field breaks a rule, or a value is no length.
    """
    dimension = get_dimension(project, dimension_id)
    if "name" in changes:
        _check_name(changes["name"])
    _check_clause(changes.get("clause", ""))
    fields: dict[str, Any] = dict(changes)
    if changes.get("kind") is DimensionKind.LENGTH and dimension.kind is not DimensionKind.LENGTH:
        fields["values"] = read_as_lengths(dimension.values)
    return change_dimension(project, dimension_id, **fields)


def reorder_dimensions(project: Project, dimension_ids: Sequence[str]) -> Project:
    """The project with its dimensions in this order.

    Raises:
        InputError: the ids are not exactly those of the project.
    """
    return change_project(project, dimensions=reorder_parts(project.dimensions, dimension_ids, "dimension"))


def delete_dimension(project: Project, dimension_id: str) -> Project:
    """The project without a dimension, its values and the constraints that named it.

    Raises:
        InputError: the dimension is gone already.
    """
    get_dimension(project, dimension_id)
    return change_project(
        project,
        dimensions={key: value for key, value in project.dimensions.items() if key != dimension_id},
        constraints=drop_from_constraints(project.constraints, dimensions=frozenset({dimension_id})),
    )


def merge_dimensions(project: Project, into_id: str, from_id: str) -> Project:
    """The project in which one dimension has taken in another one's values.

    The first keeps its name, kind, clause and class dependence. Values that it has already are not taken twice.
    Constraints follow the values; one between the two dimensions goes, as a text takes only one value of them now.

    Raises:
        InputError: they are the same dimension, one is gone, or a value does not fit the first one's kind.
    """
    into, other = get_dimension(project, into_id), get_dimension(project, from_id)
    if into_id == from_id:
        raise InputError("Choose two different dimensions to merge.")
    taken = _fit_labels(other, into.class_dependent, tuple(key for key, _ in project.ordered_labels()))
    if into.kind is DimensionKind.LENGTH:
        taken = read_as_lengths(taken)
    start = order_after(into.values.values())
    for position, (value_id, value) in enumerate(sorted(taken.items(), key=lambda pair: (pair[1].order, pair[0]))):
        taken[value_id] = change_part(value, {"order": start + position})
    values, replaced = _join_twins({**into.values, **taken})
    constraints: dict[str, Constraint] = {}
    for key, constraint in project.constraints.items():
        if from_id not in constraint.values:
            constraints[key] = constraint
        elif into_id not in constraint.values:
            named = {into_id if name == from_id else name: ids for name, ids in constraint.values.items()}
            constraints[key] = change_part(constraint, {"values": named})
    return change_project(
        project,
        dimensions={
            key: change_part(into, {"values": values}) if key == into_id else dimension
            for key, dimension in project.dimensions.items()
            if key != from_id
        },
        constraints=_redirect(constraints, into_id, replaced),
    )


def set_class_dependent(project: Project, dimension_id: str, flag: bool) -> Project:
    """The project in which a dimension has values per label (`flag`) or the same for all; see `describe_switch`.

    Raises:
        InputError: the dimension is gone, or there are values but no labels to give them to.
    """
    dimension = get_dimension(project, dimension_id)
    if dimension.class_dependent == flag:
        return project
    labels = tuple(key for key, _ in project.ordered_labels())
    if flag and dimension.values and not labels:
        raise InputError("Add labels first: values per label need a label to belong to.")
    values, replaced = _join_twins(_fit_labels(dimension, flag, labels))
    changed = change_part(dimension, {"class_dependent": flag, "values": values})
    return change_project(
        project,
        dimensions={**project.dimensions, dimension_id: changed},
        constraints=_redirect(project.constraints, dimension_id, replaced),
    )


def describe_switch(project: Project, dimension_id: str) -> str:
    """What happens to the values when the class dependence of a dimension is switched, to be read before."""
    dimension = get_dimension(project, dimension_id)
    if not dimension.values:
        now = "the same values for all labels" if dimension.class_dependent else "values of its own for each label"
        return f"'{dimension.name}' has no values yet; it will have {now}."
    labels = count_of(len(project.labels), "label")
    total = count_of(len(dimension.values), "value")
    if not dimension.class_dependent:
        return (
            f"All {total} of '{dimension.name}' stay, shared by {labels}. From then on each label can lose, change "
            "or gain values of its own, and the class-aware filter can check them."
        )
    kept = len(_join_twins(_fit_labels(dimension, False, ()))[0])
    joined = len(dimension.values) - kept
    text = f"The {total} of '{dimension.name}' lose their labels: a text of any of {labels} may then take any of them."
    if joined:
        text += (
            f" {count_of(joined, 'repeated value')} under several labels "
            f"{'is' if joined == 1 else 'are'} joined with the first of the same text, whose description and weight "
            f"stay; {count_of(kept, 'value')} remain{'s' if kept == 1 else ''}."
        )
    return text + " Switching back gives every value to every label; only undo brings the labels back."


def _check_name(name: str) -> None:
    if not name.strip():
        raise InputError("A dimension needs a name.")


def _check_clause(clause: str) -> None:
    if clause.strip() and "{value}" not in clause:
        raise InputError("The prompt clause must hold {value}, where the value goes: 'The style should be {value}.'")


def _fit_labels(
    dimension: AttributeDimension, class_dependent: bool, labels: tuple[str, ...]
) -> dict[str, AttributeValue]:
    """The values with labels as such a dimension needs them: all of them, none, or as they are."""
    if dimension.class_dependent == class_dependent:
        return dict(dimension.values)
    wanted = labels if class_dependent else ()
    return {key: change_part(value, {"labels": wanted}) for key, value in dimension.values.items()}


def _join_twins(values: dict[str, AttributeValue]) -> tuple[dict[str, AttributeValue], dict[str, str]]:
    """The values without a second one of the same text and label, and which id stands for each that went."""
    first: dict[tuple[str, str], str] = {}
    joined: dict[str, AttributeValue] = {}
    replaced: dict[str, str] = {}
    for value_id, value in sorted(values.items(), key=lambda pair: (pair[1].order, pair[0])):
        folded = fold_text(value.text)
        if not value.labels:
            if ("", folded) in first:
                replaced[value_id] = first["", folded]
                continue
            first["", folded] = value_id
        else:
            left = tuple(label for label in value.labels if (label, folded) not in first)
            if not left:
                replaced[value_id] = first[value.labels[0], folded]
                continue
            first |= {(label, folded): value_id for label in left}
            value = value if left == value.labels else change_part(value, {"labels": left})
        joined[value_id] = value
    return {key: joined[key] for key in values if key in joined}, replaced


def _redirect(constraints: dict[str, Constraint], dimension_id: str, replaced: dict[str, str]) -> dict[str, Constraint]:
    """The constraints with each joined value's id replaced by the id that stands for it."""
    changed: dict[str, Constraint] = {}
    for key, constraint in constraints.items():
        named = constraint.values.get(dimension_id, ())
        if not replaced.keys() & set(named):
            changed[key] = constraint
            continue
        ids = tuple(dict.fromkeys(replaced.get(value_id, value_id) for value_id in named))
        changed[key] = change_part(constraint, {"values": {**constraint.values, dimension_id: ids}})
    return changed
