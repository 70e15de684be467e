"""Mending rows: exchanges that keep every count, replacements, and a search that brings counts near their targets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from attrprompt.sampling.groups import SlotGroup
from attrprompt.sampling.space import Rows, Space, count_space

Targets = list[NDArray[np.float64]]
Accept = Callable[[Rows, Rows, NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]

NEAR = 128
IDLE_ROUNDS = 20
MOST_ROUNDS = 60
MOST_TRIES = 8
TRIES_A_ROUND = 4_096
NARROW = 64
WIDE = 1_000


def swap_forbidden(space: Space, rows: Rows, rng: np.random.Generator) -> None:
    """Exchange values of one slot between two rows until no row is forbidden, or no exchange helps."""
    if not space.forbidden or len(rows) < 2:
        return
    joined = np.array(sorted({slot for entry in space.forbidden for slot, _ in entry.masks}))
    allowed = space.allows(rows)

    def accept(mine: Rows, theirs: Rows, row: NDArray[np.int64], partner: NDArray[np.int64]) -> NDArray[np.bool_]:
        after = space.allows(mine).astype(int) + space.allows(theirs)
        return np.asarray(after > allowed[row].astype(int) + allowed[partner])

    idle = 0
    while not allowed.all() and idle < IDLE_ROUNDS:
        changed = _exchange(rows, np.flatnonzero(~allowed), joined, accept, rng)
        allowed[changed] = space.allows(rows[changed])
        idle = 0 if len(changed) else idle + 1
    for row in rng.permutation(np.flatnonzero(~allowed)).tolist():
        if not space.allows(rows[row : row + 1])[0]:
            _search_exchange(space, rows, row, joined, rng)


def _exchange(
    rows: Rows, wanted: NDArray[np.int64], slots: NDArray[np.int64], accept: Accept, rng: np.random.Generator
) -> NDArray[np.int64]:
    """One round: each wanted row tries a few slots and partners nearby. Returns the rows that changed.

    Partners are near so that the beginnings of the list keep their balance.
    """
    active = rng.permutation(wanted)[: max(1, len(rows) // 2)]
    is_active = np.zeros(len(rows), dtype=bool)
    is_active[active] = True
    row = np.tile(active, max(1, min(MOST_TRIES, TRIES_A_ROUND // len(active))))
    partner = np.clip(row + rng.integers(-NEAR, NEAR + 1, len(row)), 0, len(rows) - 1)
    slot = rng.choice(slots, len(row))
    usable = ~is_active[partner] & (rows[row, slot] != rows[partner, slot])
    row, partner, slot = row[usable], partner[usable], slot[usable]
    mine, theirs = rows[row], rows[partner]
    at = np.arange(len(row))
    mine[at, slot], theirs[at, slot] = rows[partner, slot], rows[row, slot]
    good = np.flatnonzero(accept(mine, theirs, row, partner))
    good = good[np.unique(row[good], return_index=True)[1]]
    good = good[np.unique(partner[good], return_index=True)[1]]
    rows[row[good]], rows[partner[good]] = mine[good], theirs[good]
    return np.concatenate([row[good], partner[good]])


def _search_exchange(space: Space, rows: Rows, row: int, slots: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Look through all partners for an exchange after which both rows are allowed; take the nearest."""
    for slot in rng.permutation(slots):
        partners = np.flatnonzero(rows[:, slot] != rows[row, slot])
        mine = np.repeat(rows[row : row + 1], len(partners), axis=0)
        mine[:, slot] = rows[partners, slot]
        theirs = rows[partners].copy()
        theirs[:, slot] = rows[row, slot]
        found = np.flatnonzero(space.allows(mine) & space.allows(theirs))
        if len(found):
            partner = partners[found[np.argmin(np.abs(partners[found] - row))]]
            rows[[row, partner], slot] = rows[[partner, row], slot]
            return


def replace_forbidden(space: Space, rows: Rows, targets: Targets, rng: np.random.Generator) -> bool:
    """Give each row that is still forbidden an allowed combination, values short of their target first.

    Returns whether there was any such row, so that counts may have left their targets.
    """
    broken = np.flatnonzero(~space.allows(rows))
    for group in space.groups:
        if not group.forbidden:
            continue
        for row in broken[~group.allows(rows[broken][:, list(group.slots)])]:
            order = []
            for slot in group.slots:
                short = targets[slot] - np.bincount(rows[:, slot], minlength=space.slots[slot].size)
                short[rows[row, slot]] += 1
                order.append(np.lexsort((rng.random(len(short)), -short)).tolist())
            found = group.find_combination({}, order)
            assert found is not None  # the space is not empty
            rows[row, list(group.slots)] = found
    return bool(len(broken))


def balance_counts(space: Space, rows: Rows, targets: Targets, rng: np.random.Generator) -> None:
    """Lower the sum of squared deviations of counts from targets, with allowed rows only, until no move helps.

    Moves: another value in one slot; other values in two slots of a row; another value in one slot where an exchange
    with a second row makes room for it. Each lowers the sum by a fixed least amount, so the search ends.
    """
    for group in space.groups:
        if group.forbidden:
            part = np.ascontiguousarray(rows[:, list(group.slots)])
            search = _CountSearch(group, part, [targets[slot] for slot in group.slots], rng)
            while search.improve():
                pass
            rows[:, list(group.slots)] = part


class _CountSearch:
    """The state of `balance_counts` for one group: its columns, and how far each count is over its target."""

    def __init__(self, group: SlotGroup, rows: Rows, targets: Targets, rng: np.random.Generator) -> None:
        self._group = group
        self._rows = rows
        self._rng = rng
        self._over = [
            np.bincount(rows[:, slot], minlength=size) - target
            for slot, (size, target) in enumerate(zip(group.sizes, targets, strict=True))
        ]

    def improve(self) -> bool:
        """Make the first move found that helps, widest gaps first."""
        gaps = []
        for slot, over in enumerate(self._over):
            for much in np.flatnonzero(over > over.min() + 1 + 1e-6):
                for little in np.flatnonzero(over < over[much] - 1 - 1e-6):
                    gaps.append((float(over[little] - over[much]), slot, int(much), int(little)))
        gaps.sort()
        return any(self._close_gap(slot, much, little) for _, slot, much, little in gaps)

    def _close_gap(self, slot: int, much: int, little: int) -> bool:
        holders = np.flatnonzero(self._rows[:, slot] == much)
        if not len(holders):
            return False
        changed = self._rows[holders].copy()
        changed[:, slot] = little
        fits = holders[self._group.allows(changed)]
        if len(fits):
            self._set(int(self._rng.choice(fits)), slot, little)
            return True
        gain = self._over[slot][much] - self._over[slot][little] - 1
        sample = self._rng.permutation(holders)[:NARROW]
        others = [other for other in range(len(self._group.sizes)) if other != slot]
        return any(self._change_two(sample, slot, little, other, gain) for other in others) or any(
            self._change_and_exchange(sample, slot, little, other) for other in others
        )

    def _change_two(self, holders: NDArray[np.int64], slot: int, little: int, other: int, gain: float) -> bool:
        size = self._group.sizes[other]
        over = self._over[other]
        changed = np.repeat(self._rows[holders], size, axis=0)
        before = changed[:, other].copy()
        after = np.tile(np.arange(size, dtype=np.int32), len(holders))
        changed[:, slot], changed[:, other] = little, after
        loss = np.where(after == before, 0.0, over[after] - over[before] + 1)
        worth = self._group.allows(changed) & (loss < gain - 1e-6)
        if not worth.any():
            return False
        best = int(np.argmin(np.where(worth, loss, np.inf)))
        row = int(holders[best // size])
        self._set(row, slot, little)
        self._set(row, other, int(after[best]))
        return True

    def _change_and_exchange(self, holders: NDArray[np.int64], slot: int, little: int, other: int) -> bool:
        count = len(self._rows)
        partners = np.arange(count) if count <= WIDE else self._rng.choice(count, WIDE, replace=False)
        row, partner = np.repeat(holders, len(partners)), np.tile(partners, len(holders))
        mine, theirs = self._rows[row], self._rows[partner]
        mine[:, slot] = little
        mine[:, other], theirs[:, other] = self._rows[partner, other], self._rows[row, other]
        fits = np.flatnonzero(self._group.allows(mine) & self._group.allows(theirs) & (row != partner))
        if not len(fits):
            return False
        chosen = fits[self._rng.integers(len(fits))]
        pair = [int(row[chosen]), int(partner[chosen])]
        self._set(pair[0], slot, little)
        self._rows[pair, other] = self._rows[pair[::-1], other]
        return True

    def _set(self, row: int, slot: int, value: int) -> None:
        self._over[slot][self._rows[row, slot]] -= 1
        self._over[slot][value] += 1
        self._rows[row, slot] = value


def separate_repeats(space: Space, rows: Rows, taken: Rows, rng: np.random.Generator) -> None:
    """Exchange values between rows so that configurations do not repeat, where there are enough of them.

    Does nothing where the plan has more prompts than the space has configurations: repeats are unavoidable there.
    """
    if len(rows) < 2 or len(space.slots) < 2 or len(rows) + len(taken) > count_space(space).value:
        return
    factors = np.random.default_rng(0).integers(1, 2**62, len(space.slots), dtype=np.int64)

    def hash_rows(some: Rows) -> NDArray[np.int64]:
        return np.asarray((some.astype(np.int64) * factors).sum(axis=1))

    keys = hash_rows(np.concatenate([taken, rows]))

    def accept(mine: Rows, theirs: Rows, row: NDArray[np.int64], partner: NDArray[np.int64]) -> NDArray[np.bool_]:
        made = np.concatenate([hash_rows(mine), hash_rows(theirs)])
        _, index, counts = np.unique(made, return_inverse=True, return_counts=True)
        position = np.minimum(np.searchsorted(known, made), len(known) - 1)
        new = (counts[index] == 1) & (known[position] != made)
        return np.asarray(new[: len(mine)] & new[len(mine) :] & space.allows(mine) & space.allows(theirs))

    idle = 0
    slots = np.arange(len(space.slots))
    for _ in range(MOST_ROUNDS):
        order = np.argsort(keys, kind="stable")  # equal keys keep their order, so the first occurrence stays
        known = keys[order]
        repeated = order[1:][(known[1:] == known[:-1]) & (order[1:] >= len(taken))] - len(taken)
        if not len(repeated) or idle == IDLE_ROUNDS:
            return
        changed = _exchange(rows, repeated, slots, accept, rng)
        keys[len(taken) + changed] = hash_rows(rows[changed])
        idle = 0 if len(changed) else idle + 1
