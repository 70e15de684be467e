"""Which values and pairs of values a plan uses, for which label, and which prompts stand behind each cell.

Per prompt only a few small integers are kept, so that 100,000 prompts take megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from attrprompt.errors import InputError
from attrprompt.generation.plans.items import PlanItem
from attrprompt.generation.plans.options import PlanOptions, resolve_fixed, resolve_without
from attrprompt.project import Method, Project
from attrprompt.sampling import LabelSet, Space, build_space, read_row


@dataclass(frozen=True)
class ValueCount:
    """How often a label's texts take a value, beside how often its share asks for it."""

    label: str
    dimension: str
    value: str
    count: int
    target: float
    allowed: bool


@dataclass(frozen=True)
class PairTable:
    """How often the values of two dimensions meet; what constraints forbid is marked."""

    first: str
    second: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: NDArray[np.int64]
    allowed: NDArray[np.bool_]


@dataclass
class CoverageFigures:
    """Counts over all labels; shares are None where there is nothing to cover."""

    values: int = 0
    covered_values: int = 0
    pairs: int = 0
    covered_pairs: int = 0
    deviation: float | None = None
    where: str = ""

    def add_value(self, cell: ValueCount) -> None:
        """Count a value of a label, and keep the largest deviation."""
        if cell.allowed:
            self.values += 1
            self.covered_values += cell.count > 0
            deviation = abs(cell.count - cell.target)
            if self.deviation is None or deviation > self.deviation + 1e-9:
                self.deviation = deviation
                self.where = f"{cell.label}: {cell.dimension} '{cell.value}' {cell.count} instead of {cell.target:.4g}"

    @property
    def value_share(self) -> float | None:
        """Share of the allowed (label, value) pairs that occur."""
        return self.covered_values / self.values if self.values else None

    @property
    def pair_share(self) -> float | None:
        """Share of the allowed (label, value, value) triples that occur."""
        return self.covered_pairs / self.pairs if self.pairs else None


@dataclass
class PlanGroup:
    """The prompts of one label set: their numbers, and one value index per slot and prompt."""

    label_ids: LabelSet
    space: Space
    lookups: list[tuple[str, list[int], dict[str, list[int]]]]
    items: array[int] = field(default_factory=lambda: array("q"))
    codes: array[int] = field(default_factory=lambda: array("i"))

    def matrix(self) -> NDArray[np.int32]:
        """One row a prompt, one column a slot; -1 where a prompt has no value of the space."""
        columns = sum(len(slots) for _, slots, _ in self.lookups)
        return np.frombuffer(self.codes, dtype=np.int32).copy().reshape(len(self.items), columns)

    def slots_of(self, dimension_id: str, label_id: str | None) -> list[int]:
        """The slots of a dimension; with a label, those that stand for it."""
        return [
            index
            for index, slot in enumerate(self.space.slots)
            if slot.dimension_id == dimension_id and (label_id is None or slot.label_id in (None, label_id))
        ]


class PlanCoverage:
    """Collects which values each prompt takes."""

    def __init__(self, project: Project, options: PlanOptions) -> None:
        self._project = project
        self._options = options
        self._groups: dict[tuple[str, ...], PlanGroup] = {}

    @property
    def groups(self) -> list[PlanGroup]:
        """The prompts by label set, in the order of their first."""
        return list(self._groups.values())

    def add(self, item: PlanItem) -> None:
        """Count one prompt."""
        group = self._groups.get(item.labels) or self._make_group(item.labels)
        group.items.append(item.item)
        attributes = item.attributes
        for name, slots, known in group.lookups:
            text = attributes.get(name, "")
            codes = known.get(text)
            if codes is None:
                codes = known[text] = read_row(self._project, group.space, slots, text)
            group.codes.extend(codes)

    def value_counts(self, *, label: str | None = None, dimension: str | None = None) -> list[ValueCount]:
        """How often each value occurs, by label and dimension (names; None for all), in the document's order."""
        wanted = None if label is None else self._project.find_label(label)
        dimensions = [self._project.find_dimension(dimension)] if dimension else self._dimension_ids()
        return [
            cell
            for label_id in self._used_labels()
            if wanted in (None, label_id)
            for dimension_id in dimensions
            for cell in self._count_values(label_id, dimension_id)
        ]

    def pair_counts(self, first: str, second: str, *, label: str | None = None) -> PairTable:
        """How often the values of two dimensions (by name) meet, for one label or over all.

        Raises:
            InputError: both are the same dimension, or there is no such dimension or label.
        """
        project = self._project
        a, b = project.find_dimension(first), project.find_dimension(second)
        if a == b:
            raise InputError("A table of pairs needs two different dimensions.")
        label_id = None if label is None else project.find_label(label)
        counts, allowed = self._count_pairs(a, b, label_id)
        rows, columns = (
            tuple(project.dimensions[d].values[v].text for v in self._value_ids(d, label_id)) for d in (a, b)
        )
        return PairTable(project.dimensions[a].name, project.dimensions[b].name, rows, columns, counts, allowed)

    def items_with(
        self, values: Mapping[str, str] | None = None, *, label: str | None = None, limit: int | None = None
    ) -> list[int]:
        """The numbers of the prompts behind a cell: those that take these values (dimension name to value text)."""
        label_id = None if label is None else self._project.find_label(label)
        found: list[NDArray[np.int64]] = []
        for group in self._groups.values():
            if label_id is not None and label_id not in group.label_ids:
                continue
            keep = np.ones(len(group.items), dtype=bool)
            for name, text in (values or {}).items():
                keep &= self._takes(group, self._project.find_dimension(name), text, label_id)
            found.append(np.frombuffer(group.items, dtype=np.int64)[keep])
        numbers: list[int] = np.sort(np.concatenate(found)).tolist() if found else []
        return numbers[:limit]

    def _used_labels(self) -> list[str]:
        used = {label_id for group in self._groups.values() for label_id in group.label_ids}
        return [label_id for label_id, _ in self._project.ordered_labels() if label_id in used]

    def _dimension_ids(self) -> list[str]:
        used = {slot.dimension_id for group in self._groups.values() for slot in group.space.slots}
        return [dimension_id for dimension_id, _ in self._project.ordered_dimensions() if dimension_id in used]

    def _value_ids(self, dimension_id: str, label_id: str | None) -> list[str]:
        dimension = self._project.dimensions[dimension_id]
        pairs = dimension.ordered() if label_id is None else dimension.values_for(label_id)
        return [value_id for value_id, _ in pairs]

    def _count_values(self, label_id: str, dimension_id: str) -> Iterator[ValueCount]:
        value_ids = self._value_ids(dimension_id, label_id)
        index_of = {value_id: index for index, value_id in enumerate(value_ids)}
        counts, targets = np.zeros(len(index_of), dtype=np.int64), np.zeros(len(index_of))
        for group in self._groups.values():
            if label_id in group.label_ids:
                for slot in group.slots_of(dimension_id, label_id):
                    entry = group.space.slots[slot]
                    at = [index_of[value_id] for value_id in entry.value_ids]
                    column = group.matrix()[:, slot]
                    counts[at] += np.bincount(column[column >= 0], minlength=entry.size)
                    targets[at] += len(group.items) * entry.shares
        dimension = self._project.dimensions[dimension_id]
        for value_id, count, target in zip(value_ids, counts.tolist(), targets.tolist(), strict=True):
            label = self._project.labels[label_id].name
            yield ValueCount(label, dimension.name, dimension.values[value_id].text, count, target, target > 0)

    def _count_pairs(
        self, first: str, second: str, label_id: str | None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        index_of = [
            {value_id: index for index, value_id in enumerate(self._value_ids(dimension_id, label_id))}
            for dimension_id in (first, second)
        ]
        shape = (len(index_of[0]), len(index_of[1]))
        counts, allowed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
        for group in self._groups.values():
            if label_id is not None and label_id not in group.label_ids:
                continue
            met = []
            for a in group.slots_of(first, label_id):
                for b in group.slots_of(second, label_id):
                    at_a = np.array([index_of[0][value_id] for value_id in group.space.slots[a].value_ids])
                    at_b = np.array([index_of[1][value_id] for value_id in group.space.slots[b].value_ids])
                    allowed[np.ix_(at_a, at_b)] |= group.space.allowed_pairs(a, b)
                    matrix = group.matrix()
                    known = np.flatnonzero((matrix[:, a] >= 0) & (matrix[:, b] >= 0))
                    cell = at_a[matrix[known, a]] * shape[1] + at_b[matrix[known, b]]
                    met.append(known * counts.size + cell)
            if met:  # a prompt counts once for a pair, even where two of its slots take it
                cells = (np.unique(np.concatenate(met)) if len(met) > 1 else met[0]) % max(1, counts.size)
                counts += np.bincount(cells, minlength=counts.size).reshape(shape)
        return counts, allowed

    def _takes(self, group: PlanGroup, dimension_id: str, text: str, label_id: str | None) -> NDArray[np.bool_]:
        takes = np.zeros(len(group.items), dtype=bool)
        values = self._project.dimensions[dimension_id].values
        for slot in group.slots_of(dimension_id, label_id):
            wanted = [
                i for i, value_id in enumerate(group.space.slots[slot].value_ids) if values[value_id].text == text
            ]
            takes |= np.isin(group.matrix()[:, slot], wanted)
        return takes

    def measure(self) -> CoverageFigures:
        """The figures over all labels."""
        coverage = CoverageFigures()
        dimensions = self._dimension_ids()
        for label_id in self._used_labels():
            for dimension_id in dimensions:
                for cell in self._count_values(label_id, dimension_id):
                    coverage.add_value(cell)
            for first, second in combinations(dimensions, 2):
                counts, allowed = self._count_pairs(first, second, label_id)
                coverage.pairs += int(allowed.sum())
                coverage.covered_pairs += int(((counts > 0) & allowed).sum())
        return coverage

    def _make_group(self, labels: tuple[str, ...]) -> PlanGroup:
        label_ids = tuple(self._project.find_label(name) for name in labels)
        if self._options.method is Method.ATTRPROMPT:
            fixed = resolve_fixed(self._project, self._options, label_ids)
            space = build_space(
                self._project, label_ids, fixed=fixed, without=resolve_without(self._project, self._options)
            )
        else:
            space = Space(label_ids, (), (), False, ())
        lookups: list[tuple[str, list[int], dict[str, list[int]]]] = []
        for index, slot in enumerate(space.slots):
            name = self._project.dimensions[slot.dimension_id].name
            if lookups and lookups[-1][0] == name:
                lookups[-1][1].append(index)
            else:
                lookups.append((name, [index], {}))
        group = self._groups[labels] = PlanGroup(label_ids, space, lookups)
        return group
