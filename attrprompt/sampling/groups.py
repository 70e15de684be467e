"""Slots that constraints join, treated as one table of allowed combinations.

Constraints rarely touch more than two or three dimensions. Splitting the slots into the connected groups of the
constraint graph keeps each table small, and everything outside a group is free: counts multiply, every pair may meet.
A group whose table would pass `MAX_CELLS` is searched with backtracking instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MAX_CELLS = 2_000_000
ESTIMATE_DRAWS = 200_000

Masks = tuple[tuple[int, NDArray[np.bool_]], ...]


@dataclass(frozen=True)
class SlotGroup:
    """Slots joined by constraints; a slot under no constraint is a group of its own."""

    slots: tuple[int, ...]
    sizes: tuple[int, ...]
    forbidden: tuple[Masks, ...]

    @property
    def cells(self) -> int:
        """The number of combinations, allowed or not."""
        total = 1
        for size in self.sizes:
            total *= size
        return total

    @cached_property
    def table(self) -> NDArray[np.bool_] | None:
        """Which combinations are allowed, one axis a slot; None where the table would be too large."""
        if self.cells > MAX_CELLS:
            return None
        allowed = np.ones(self.sizes, dtype=bool)
        for masks in self.forbidden:
            broken = np.ones((1,) * len(self.sizes), dtype=bool)
            for slot, mask in masks:
                shape = [1] * len(self.sizes)
                shape[self.slots.index(slot)] = len(mask)
                broken = broken & mask.reshape(shape)
            allowed &= ~broken
        return allowed

    def allowed_values(self, position: int) -> NDArray[np.bool_]:
        """Which values of the slot at this position occur in an allowed combination."""
        if self.table is not None:
            others = tuple(axis for axis in range(len(self.sizes)) if axis != position)
            return np.asarray(self.table.any(axis=others))
        return np.array([self.find_combination({position: value}) is not None for value in range(self.sizes[position])])

    def allowed_pairs(self, first: int, second: int) -> NDArray[np.bool_]:
        """Which values of two of its slots (by their number in the space) meet in an allowed combination."""
        a, b = self.slots.index(first), self.slots.index(second)
        if self.table is not None:
            others = tuple(axis for axis in range(len(self.sizes)) if axis not in (a, b))
            pairs = np.asarray(self.table.any(axis=others))
            return pairs if a < b else pairs.T
        return np.array(
            [
                [self.find_combination({a: x, b: y}) is not None for y in range(self.sizes[b])]
                for x in range(self.sizes[a])
            ]
        )

    def allows(self, rows: NDArray[np.int32] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which rows (one column for each of its slots) are allowed."""
        if self.table is not None:
            return np.asarray(self.table[tuple(rows.T)])
        allowed = np.ones(len(rows), dtype=bool)
        for masks in self.forbidden:
            broken = np.ones(len(rows), dtype=bool)
            for slot, mask in masks:
                broken &= mask[rows[:, self.slots.index(slot)]]
            allowed &= ~broken
        return allowed

    def count(self) -> tuple[float, float | None]:
        """The number of allowed combinations and, for an estimate, its standard error."""
        if not self.forbidden:
            return float(self.cells), None
        if self.table is not None:
            return float(self.table.sum()), None
        rng = np.random.default_rng(0)
        draws = np.column_stack([rng.integers(0, size, ESTIMATE_DRAWS) for size in self.sizes])
        share = max(float(self.allows(draws).mean()), 1 / ESTIMATE_DRAWS)
        error = (share * (1 - share) / ESTIMATE_DRAWS) ** 0.5
        return share * self.cells, error * self.cells

    def find_combination(
        self, chosen: dict[int, int], order: Sequence[Sequence[int]] | None = None
    ) -> tuple[int, ...] | None:
        """An allowed combination with the chosen values (position to value), or None.

        Backtracking over the slots, fewest values first; `order` says which values of a slot to try first.
        """
        values = [list(order[position]) if order else list(range(size)) for position, size in enumerate(self.sizes)]
        domains = [[chosen[p]] if p in chosen else values[p] for p in range(len(self.sizes))]
        rules = [[(self.slots.index(slot), mask) for slot, mask in masks] for masks in self.forbidden]
        found = _search(domains, rules, {})
        return None if found is None else tuple(found[position] for position in range(len(self.sizes)))


def _search(
    domains: list[list[int]], rules: list[list[tuple[int, NDArray[np.bool_]]]], taken: dict[int, int]
) -> dict[int, int] | None:
    if len(taken) == len(domains):
        return taken
    position = min((p for p in range(len(domains)) if p not in taken), key=lambda p: (len(domains[p]), p))
    for value in domains[position]:
        now = {**taken, position: value}
        narrowed = _narrow(domains, rules, now)
        if narrowed is not None:
            found = _search(narrowed, rules, now)
            if found is not None:
                return found
    return None


def _narrow(
    domains: list[list[int]], rules: list[list[tuple[int, NDArray[np.bool_]]]], taken: dict[int, int]
) -> list[list[int]] | None:
    """Forward check: drop values that would complete a forbidden combination; None where a slot has none left."""
    narrowed = list(domains)
    for rule in rules:
        open_parts = [(p, mask) for p, mask in rule if p not in taken]
        if any(p in taken and not mask[taken[p]] for p, mask in rule):
            continue
        if not open_parts:
            return None
        if len(open_parts) == 1:
            position, mask = open_parts[0]
            narrowed[position] = [value for value in narrowed[position] if not mask[value]]
            if not narrowed[position]:
                return None
    return narrowed


def split_groups(sizes: Sequence[int], forbidden: Sequence[Masks]) -> tuple[SlotGroup, ...]:
    """The connected groups of slots, in the order of their first slot."""
    owner = list(range(len(sizes)))
    for masks in forbidden:
        joined = {owner[slot] for slot, _ in masks}
        if joined:
            first = min(joined)
            owner = [first if group in joined else group for group in owner]
    groups = []
    for group in sorted(set(owner)):
        members = tuple(slot for slot in range(len(sizes)) if owner[slot] == group)
        rules = tuple(masks for masks in forbidden if masks and masks[0][0] in members)
        groups.append(SlotGroup(members, tuple(sizes[slot] for slot in members), rules))
    return tuple(groups)
