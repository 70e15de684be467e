"""Edits of constraints: values that may not meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrprompt.edits.parts import change_part, change_project, get_label, get_value, make_part, order_after
from attrprompt.errors import InputError
from attrprompt.project import Constraint, Project, make_id


def set_constraint(
    project: Project,
    constraint_id: str = "",
    *,
    values: Mapping[str, Sequence[str]],
    labels: Sequence[str] = (),
    reason: str = "",
) -> Project:
    """The project with a new constraint (no id), or an existing one changed.

    Args:
        project: the document.
        constraint_id: the constraint to change; empty for a new one.
        values: ids of values by id of their dimension; texts that take one of each are not allowed.
        labels: the labels whose texts it holds for; none means all.
        reason: why, for people.

    Raises:
        InputError: something named is gone, nothing is forbidden, or the same constraint exists.
    """
    for dimension_id, value_ids in values.items():
        for value_id in value_ids:
            get_value(project, dimension_id, value_id)
    for label_id in labels:
        get_label(project, label_id)
    fields = {
        "values": {key: tuple(dict.fromkeys(value_ids)) for key, value_ids in values.items()},
        "labels": tuple(dict.fromkeys(labels)),
        "reason": reason,
    }
    if constraint_id:
        changed = change_part(_get(project, constraint_id), fields)
    else:
        constraint_id = make_id()
        changed = make_part(Constraint, {**fields, "order": order_after(project.constraints.values())})
    for other_id, other in project.constraints.items():
        if other_id != constraint_id and _forbids(other) == _forbids(changed):
            raise InputError("This constraint exists already.")
    return change_project(project, constraints={**project.constraints, constraint_id: changed})


def delete_constraint(project: Project, constraint_id: str) -> Project:
    """The project without a constraint.

    Raises:
        InputError: it is gone already.
    """
    _get(project, constraint_id)
    return change_project(
        project, constraints={key: other for key, other in project.constraints.items() if key != constraint_id}
    )


def _get(project: Project, constraint_id: str) -> Constraint:
    if constraint_id not in project.constraints:
        raise InputError("This constraint no longer exists. Reload the page to see the current ones.")
    return project.constraints[constraint_id]


def _forbids(constraint: Constraint) -> tuple[frozenset[str], frozenset[tuple[str, frozenset[str]]]]:
    return frozenset(constraint.labels), frozenset((key, frozenset(ids)) for key, ids in constraint.values.items())
