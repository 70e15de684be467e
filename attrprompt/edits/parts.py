"""How one part of the document is replaced: only the changed parts are built anew, then the rules are checked once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from attrprompt.errors import InputError
from attrprompt.project import (
    AttributeDimension,
    AttributeValue,
    Constraint,
    Label,
    Project,
    explain_validation,
)

PartT = TypeVar("PartT", bound=BaseModel)
OrderedT = TypeVar("OrderedT", Label, AttributeDimension, AttributeValue, Constraint)


def change_part(part: PartT, changes: Mapping[str, Any]) -> PartT:
    """The part with these fields changed and all its rules checked.

    Raises:
        InputError: a field is unknown or breaks a rule.
    """
    fields = {name: getattr(part, name) for name in type(part).model_fields}
    return _validate(type(part), fields | {name: clean_field(value) for name, value in changes.items()})


def make_part(kind: type[PartT], fields: Mapping[str, Any]) -> PartT:
    """A new part of the document from its fields.

    Raises:
        InputError: a field is unknown or breaks a rule.
    """
    return _validate(kind, {name: clean_field(value) for name, value in fields.items()})


def change_project(project: Project, **changes: Any) -> Project:
    """The project with whole sections replaced; parts that are already built are not built again.

    Raises:
        InputError: the sections together break a rule of the document.
    """
    return change_part(project, changes)


def change_dimension(project: Project, dimension_id: str, **changes: Any) -> Project:
    """The project with fields of one dimension replaced."""
    changed = change_part(get_dimension(project, dimension_id), changes)
    return change_project(project, dimensions={**project.dimensions, dimension_id: changed})


def _validate(kind: type[PartT], fields: Mapping[str, Any]) -> PartT:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error


def clean_field(value: Any) -> Any:
    """Text without surrounding space; what is no text as it is.

    Raises:
        InputError: the text holds what no database stores.
    """
    if isinstance(value, tuple | list):
        return tuple(clean_field(item) for item in value)
    if not isinstance(value, str):
        return value
    if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise InputError("The text holds a NUL or a broken character; paste it as plain text instead.")
    return value.strip()


def get_label(project: Project, label_id: str) -> Label:
    """The label with this id.

    Raises:
        InputError: it is gone, most likely deleted by somebody meanwhile.
    """
    if label_id not in project.labels:
        raise InputError("This label no longer exists. Reload the page to see the current labels.")
    return project.labels[label_id]


def get_dimension(project: Project, dimension_id: str) -> AttributeDimension:
    """The dimension with this id.

    Raises:
        InputError: it is gone, most likely deleted by somebody meanwhile.
    """
    if dimension_id not in project.dimensions:
        raise InputError("This dimension no longer exists. Reload the page to see the current dimensions.")
    return project.dimensions[dimension_id]


def get_value(project: Project, dimension_id: str, value_id: str) -> AttributeValue:
    """The value with this id.

    Raises:
        InputError: it is gone, most likely deleted by somebody meanwhile.
    """
    values = get_dimension(project, dimension_id).values
    if value_id not in values:
        raise InputError("This value no longer exists. Reload the page to see the current values.")
    return values[value_id]


def order_after(parts: Iterable[OrderedT]) -> int:
    """The order of a part that comes after all of these."""
    return max((part.order for part in parts), default=-1) + 1


def reorder_parts(parts: Mapping[str, OrderedT], wanted: Sequence[str], noun: str) -> dict[str, OrderedT]:
    """The parts in the wanted sequence; only those whose position changes get another `order`.

    Raises:
        InputError: the sequence does not name each part exactly once.
    """
    if sorted(wanted) != sorted(parts):
        raise InputError(f"The new order must name every {noun} once. Reload the page and try again.")
    orders = sorted(part.order for part in parts.values())
    if len(set(orders)) < len(orders):
        orders = list(range(len(orders)))
    target = dict(zip(wanted, orders, strict=True))
    return {
        key: part if part.order == target[key] else change_part(part, {"order": target[key]})
        for key, part in parts.items()
    }


def drop_from_constraints(
    constraints: Mapping[str, Constraint],
    *,
    labels: frozenset[str] = frozenset(),
    dimensions: frozenset[str] = frozenset(),
    values: frozenset[str] = frozenset(),
) -> dict[str, Constraint]:
    """The constraints once these labels, dimensions or values are gone.

    A constraint that loses its last label, a dimension or the last value of a dimension goes as a whole: what it
    forbade can no longer happen, and the rest alone would forbid something else.
    """
    kept: dict[str, Constraint] = {}
    for key, constraint in constraints.items():
        left_labels = tuple(label for label in constraint.labels if label not in labels)
        left_values = {
            dimension: tuple(value for value in named if value not in values)
            for dimension, named in constraint.values.items()
        }
        if (constraint.labels and not left_labels) or not all(left_values.values()):
            continue
        if dimensions & left_values.keys():
            continue
        if left_labels == constraint.labels and left_values == constraint.values:
            kept[key] = constraint
        else:
            kept[key] = change_part(constraint, {"labels": left_labels, "values": left_values})
    return kept


def count_of(number: int, noun: str, plural: str = "") -> str:
    """`1 value`, `3 values`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
