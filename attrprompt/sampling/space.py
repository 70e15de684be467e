"""The space of configurations that texts of one label set may take: slots, their values, and what may not meet.

A *slot* is one position of a configuration that takes one value: a dimension, or, in a multi-label text, a
class-dependent dimension for one of the labels. Samplers work on matrices of value indices (one row a
configuration, one column a slot); only `Space.configuration` turns a row into ids.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from attrprompt.errors import InputError
from attrprompt.project import AttributeDimension, Constraint, Project
from attrprompt.sampling.groups import SlotGroup, split_groups

Configuration = dict[str, tuple[str, ...]]
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Slot:
    """One position of a configuration, with the values it may take (at least one) and their shares (sum 1)."""

    dimension_id: str
    label_id: str | None
    value_ids: tuple[str, ...]
    shares: NDArray[np.float64]

    @property
    def size(self) -> int:
        """The number of values."""
        return len(self.value_ids)


@dataclass(frozen=True)
class Forbidden:
    """A combination that may not be: every named slot takes one of its marked values."""

    masks: tuple[tuple[int, NDArray[np.bool_]], ...]


@dataclass(frozen=True)
class Space:
    """All configurations of one label set; every value in it occurs in at least one allowed configuration."""

    label_ids: tuple[str, ...]
    slots: tuple[Slot, ...]
    forbidden: tuple[Forbidden, ...]
    is_empty: bool
    warnings: tuple[str, ...]

    @cached_property
    def groups(self) -> tuple[SlotGroup, ...]:
        """The slots split into groups that no constraint joins."""
        return split_groups([slot.size for slot in self.slots], [entry.masks for entry in self.forbidden])

    @cached_property
    def _single(self) -> list[tuple[str, list[tuple[str, ...]]]]:
        """The slots as dimension ids with ready tuples, where each dimension has one slot (any single-label text)."""
        ready: dict[str, list[tuple[str, ...]]] = {
            slot.dimension_id: [(value_id,) for value_id in slot.value_ids] for slot in self.slots
        }
        return list(ready.items())

    def allows(self, rows: Rows) -> NDArray[np.bool_]:
        """Which rows are allowed."""
        allowed = np.ones(len(rows), dtype=bool)
        for group in self.groups:
            if group.forbidden:
                allowed &= group.allows(rows[:, list(group.slots)])
        return allowed

    def allowed_pairs(self, first: int, second: int) -> NDArray[np.bool_]:
        """Which values of two slots meet in at least one allowed configuration, as a matrix."""
        for group in self.groups:
            if first in group.slots and second in group.slots:
                return group.allowed_pairs(first, second)
        return np.ones((self.slots[first].size, self.slots[second].size), dtype=bool)

    def configuration(self, row: Sequence[int]) -> Configuration:
        """A row as dimension ids and value ids; a value that two labels of a text share stands once."""
        if len(self._single) == len(self.slots):
            return {key: values[index] for (key, values), index in zip(self._single, row, strict=True)}
        found: Configuration = {}
        for slot, index in zip(self.slots, row, strict=True):
            value_id = slot.value_ids[index]
            taken = found.get(slot.dimension_id, ())
            if value_id not in taken:
                found[slot.dimension_id] = (*taken, value_id)
        return found


def build_space(
    project: Project,
    label_ids: Sequence[str],
    *,
    fixed: Mapping[str, str] | None = None,
    without: Collection[str] = (),
) -> Space:
    """The configurations that texts with these labels may take.

    Args:
        project: the document.
        label_ids: one label, or the label set of a multi-label text.
        fixed: dimension id to the only value id that it may take.
        without: ids of dimensions to leave out.

    Raises:
        InputError: a label, dimension or value does not exist, or a fixed value does not belong to the label.
    """
    labels = tuple(label_ids)
    fixed = dict(fixed or {})
    _check_arguments(project, labels, fixed, without)
    slots: list[Slot] = []
    warnings: list[str] = []
    leading = leading_dimension(project)
    for dimension_id, dimension in project.ordered_dimensions():
        if dimension_id in without:
            continue
        made = list(_make_slots(project, dimension_id, dimension, labels, fixed, is_leading=dimension_id == leading))
        if not made:
            titles = " and ".join(project.labels[label_id].title for label_id in labels)
            warnings.append(
                f"The dimension '{dimension.name}' has no value for {titles} and is left out of its prompts."
            )
        slots.extend(made)
    forbidden = [
        entry for constraint in active_constraints(project, labels) for entry in _expand_constraint(constraint, slots)
    ]
    return _prune(labels, slots, forbidden, warnings)


def leading_dimension(project: Project) -> str | None:
    """The id of the first class-dependent dimension: in a multi-label text its value decides what the text is about."""
    for dimension_id, dimension in project.ordered_dimensions():
        if dimension.class_dependent:
            return dimension_id
    return None


def active_constraints(project: Project, label_ids: Sequence[str]) -> list[Constraint]:
    """The constraints that hold for texts with these labels, in their order."""
    ordered = sorted(project.constraints.items(), key=lambda pair: (pair[1].order, pair[0]))
    return [
        constraint
        for _, constraint in ordered
        if not constraint.labels or any(label_id in constraint.labels for label_id in label_ids)
    ]


def describe_constraint(project: Project, constraint: Constraint) -> str:
    """A constraint as a person would name it: `subtopic 'Obamacare' with location 'Oceania'`."""
    parts = []
    for dimension_id, dimension in project.ordered_dimensions():
        if dimension_id in constraint.values:
            texts = [f"'{dimension.values[value_id].text}'" for value_id in constraint.values[dimension_id]]
            shown = " or ".join(texts[:3]) + (f" or {len(texts) - 3} more" if len(texts) > 3 else "")
            parts.append(f"{dimension.name} {shown}")
    return " with ".join(parts)


def _check_arguments(
    project: Project, labels: Sequence[str], fixed: Mapping[str, str], without: Collection[str]
) -> None:
    if not labels:
        raise InputError("A configuration needs at least one label.")
    for label_id in labels:
        if label_id not in project.labels:
            raise InputError(f"There is no label with the id '{label_id}' in this project.")
    for dimension_id in (*fixed, *without):
        if dimension_id not in project.dimensions:
            raise InputError(f"There is no dimension with the id '{dimension_id}' in this project.")
    for dimension_id, value_id in fixed.items():
        dimension = project.dimensions[dimension_id]
        if value_id not in dimension.values:
            raise InputError(f"The dimension '{dimension.name}' has no value with the id '{value_id}'.")
        if dimension_id in without:
            raise InputError(f"The dimension '{dimension.name}' cannot be both fixed and left out; choose one.")


def _make_slots(
    project: Project,
    dimension_id: str,
    dimension: AttributeDimension,
    labels: tuple[str, ...],
    fixed: Mapping[str, str],
    *,
    is_leading: bool,
) -> Iterator[Slot]:
    if not dimension.class_dependent:
        per_slot: list[tuple[str | None, list[str]]] = [(None, [key for key, _ in dimension.ordered()])]
    elif len(labels) == 1:
        per_slot = [(labels[0], [key for key, _ in dimension.values_for(labels[0])])]
    else:
        shared = _shared_values(dimension, labels) if is_leading else []
        own = [(label, [key for key, _ in dimension.values_for(label)]) for label in labels]
        per_slot = [(None, shared)] if shared else [(label, values) for label, values in own]
    if dimension_id in fixed:
        value_id = fixed[dimension_id]
        for label_id, values in per_slot:
            if value_id not in values:
                title = project.labels[label_id or labels[0]].title
                raise InputError(
                    f"'{dimension.values[value_id].text}' is not a value of '{dimension.name}' for {title}, "
                    "so it cannot be fixed for it. Choose a value that all chosen labels have."
                )
        per_slot = [(None, [value_id])]
    for label_id, values in per_slot:
        if values:
            weights = np.array([dimension.values[value_id].weight for value_id in values], dtype=np.float64)
            yield Slot(dimension_id, label_id, tuple(values), weights / weights.sum())


def _shared_values(dimension: AttributeDimension, labels: tuple[str, ...]) -> list[str]:
    """The values that belong to exactly these labels; where there are none, to all of these and others."""
    wanted = set(labels)
    exact = [key for key, value in dimension.ordered() if set(value.labels) == wanted]
    return exact or [key for key, value in dimension.ordered() if wanted <= set(value.labels)]


def _expand_constraint(constraint: Constraint, slots: Sequence[Slot]) -> Iterator[Forbidden]:
    """One entry per choice of slots: a dimension with a slot per label meets a constraint in any of them."""
    choices: list[list[tuple[int, NDArray[np.bool_]]]] = []
    for dimension_id, value_ids in constraint.values.items():
        listed = set(value_ids)
        choices.append(
            [
                (index, np.array([value_id in listed for value_id in slot.value_ids]))
                for index, slot in enumerate(slots)
                if slot.dimension_id == dimension_id
            ]
        )
    for masks in product(*choices):
        yield Forbidden(tuple(masks))


def _prune(
    labels: tuple[str, ...], slots: Sequence[Slot], forbidden: Sequence[Forbidden], warnings: Sequence[str]
) -> Space:
    """Drop values that no allowed configuration has, and entries that can no longer be broken."""
    keep = [np.ones(slot.size, dtype=bool) for slot in slots]
    groups = split_groups([slot.size for slot in slots], [entry.masks for entry in forbidden])
    for group in groups:
        for position, slot_index in enumerate(group.slots):
            keep[slot_index] = group.allowed_values(position)
    is_empty = any(not mask.any() for mask in keep)
    if is_empty:
        return Space(labels, tuple(slots), tuple(forbidden), True, tuple(warnings))
    pruned = tuple(_restrict(slot, mask) for slot, mask in zip(slots, keep, strict=True))
    rest = []
    for entry in forbidden:
        masks = [(index, mask[keep[index]]) for index, mask in entry.masks]
        if all(mask.any() for _, mask in masks):
            rest.append(Forbidden(tuple((index, mask) for index, mask in masks if not mask.all())))
    return Space(labels, pruned, tuple(rest), False, tuple(warnings))


def _restrict(slot: Slot, keep: NDArray[np.bool_]) -> Slot:
    if keep.all():
        return slot
    shares = slot.shares[keep]
    value_ids = tuple(value_id for value_id, kept in zip(slot.value_ids, keep, strict=True) if kept)
    return Slot(slot.dimension_id, slot.label_id, value_ids, shares / shares.sum())


@dataclass(frozen=True)
class ConfigurationCount:
    """How many configurations a label has; an estimate has a standard error above 0."""

    value: int
    is_exact: bool
    standard_error: float = 0.0


def count_space(space: Space) -> ConfigurationCount:
    """The number of allowed configurations: the product over groups of slots that no constraint joins.

    A group is enumerated where it has at most `groups.MAX_CELLS` combinations; a larger one is estimated from a
    seeded uniform sample (share allowed × combinations), and the result is marked as an estimate.
    """
    if space.is_empty:
        return ConfigurationCount(0, True)
    total, relative_variance, is_exact = 1, 0.0, True
    estimate = 1.0
    for group in space.groups:
        value, error = group.count()
        if error is None:
            total *= int(value)
        else:
            is_exact = False
            relative_variance += (error / value) ** 2
        estimate *= value
    if is_exact:
        return ConfigurationCount(total, True)
    return ConfigurationCount(round(estimate), False, estimate * math.sqrt(relative_variance))


def read_row(project: Project, space: Space, slots: Sequence[int], text: str) -> list[int]:
    """The value indices of one dimension's slots, read back from a configuration's text (`attribute_texts`).

    Several values stand there joined by `; `; a value that two slots share stands once. -1 for all slots where the text
    names no values of the space.
    """
    texts = [
        [project.dimensions[space.slots[slot].dimension_id].values[v].text for v in space.slots[slot].value_ids]
        for slot in slots
    ]
    return _match_slots(texts, text, ()) or [-1] * len(slots)


def _match_slots(texts: Sequence[Sequence[str]], rest: str | None, seen: tuple[str, ...]) -> list[int] | None:
    """Assign the parts of a joined text to slots in order; `rest` is None when all of it is read."""
    if not texts:
        return [] if rest is None else None
    for index, value in enumerate(texts[0]):
        if value in seen:
            after = rest
        elif rest == value:
            after = None
        elif rest is not None and rest.startswith(f"{value}; "):
            after = rest[len(value) + 2 :]
        else:
            continue
        found = _match_slots(texts[1:], after, (*seen, value))
        if found is not None:
            return [index, *found]
    return None
