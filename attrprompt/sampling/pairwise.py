"""The pairwise sampler: all allowed pairs of values with as few prompts as possible, then balanced.

A greedy row builder: each row starts at the pair of slots with most open pairs and takes, slot by slot, the value
that closes most open pairs with the values already in the row (several candidates at once, the best is kept; as in
AETG, Cohen et al. 1997). It meets the lower bound on most real tasks, and since every row is the best found so far,
any beginning of the list covers nearly as many pairs as that number of prompts can.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from attrprompt.sampling.balanced import BalanceState, record_counts, sample_balanced
from attrprompt.sampling.groups import SlotGroup
from attrprompt.sampling.space import Rows, Space

CANDIDATES = 16
RESTART_ROWS = 400


def sample_pairwise(space: Space, n: int, rng: np.random.Generator, state: BalanceState | None = None) -> Rows:
    """Make n allowed rows of a space that is not empty: a pairwise cover, cut or continued to n."""
    state = state or BalanceState()
    cover = cover_pairs(space, rng, limit=n)
    if len(cover) == n:
        record_counts(space, state, cover)
        return cover
    return np.concatenate([cover, sample_balanced(space, n - len(cover), rng, state, taken=cover)])


def least_prompts(space: Space) -> int:
    """The lower bound of a pairwise cover: the largest number of allowed pairs of two slots.

    Without constraints this is the product of the two largest numbers of values.
    """
    if len(space.slots) < 2:
        return max((slot.size for slot in space.slots), default=1)
    return max(int(space.allowed_pairs(a, b).sum()) for a, b in combinations(range(len(space.slots)), 2))


def cover_pairs(space: Space, rng: np.random.Generator, limit: int | None = None) -> Rows:
    """Rows that cover every allowed pair of values, or as many as `limit` rows can (greedily)."""
    if len(space.slots) < 2:
        return np.zeros((0, len(space.slots)), dtype=np.int32)
    pairs = [space.allowed_pairs(a, b) for a, b in combinations(range(len(space.slots)), 2)]
    sizes = [int(pair.sum()) for pair in pairs]
    wanted = sum(sizes) if limit is None else sum(min(size, limit) for size in sizes)
    best = _Builder(space, rng).build(limit)
    built = len(best.rows)
    # Another start often saves a row where there are few of them, and costs next to nothing there.
    while built < RESTART_ROWS and (best.covered < wanted or len(best.rows) > max(sizes)):
        other = _Builder(space, rng, by_chance=True).build(limit)
        built += max(1, len(other.rows))
        if (other.covered, -len(other.rows)) > (best.covered, -len(best.rows)):
            best = other
    return np.array(best.rows, dtype=np.int32).reshape(len(best.rows), len(space.slots))


class _Builder:
    """Which pairs are still open, and how often each value was used."""

    def __init__(self, space: Space, rng: np.random.Generator, *, by_chance: bool = False) -> None:
        self._by_chance = by_chance
        count = len(space.slots)
        self._space = space
        self._rng = rng
        self._open: dict[tuple[int, int], NDArray[np.bool_]] = {}
        for a, b in combinations(range(count), 2):
            self._open[a, b] = space.allowed_pairs(a, b).copy()
            self._open[b, a] = self._open[a, b].T  # a view: closing one closes the other
        self._left = {pair: int(self._open[pair].sum()) for pair in combinations(range(count), 2)}
        self.covered = 0
        self.rows: list[NDArray[np.int32]] = []
        self._used = [np.zeros(slot.size) for slot in space.slots]
        self._by_size = sorted(range(count), key=lambda slot: (-space.slots[slot].size, slot))
        self._group_of = {slot: group for group in space.groups for slot in group.slots}
        self._tables: dict[tuple[int, ...], NDArray[np.bool_]] = {}

    def build(self, limit: int | None) -> _Builder:
        """Add rows until every pair is covered or the limit is reached."""
        while any(self._left.values()) and (limit is None or len(self.rows) < limit):
            row = self._make_row(CANDIDATES)
            self.rows.append(row)
            self._close(row)
        return self

    def _make_row(self, candidates: int) -> NDArray[np.int32]:
        """The best of several candidate rows."""
        first, second = max(self._left, key=lambda pair: (self._left[pair], pair))
        if self._space.slots[second].size > self._space.slots[first].size:
            first, second = second, first
        rows = np.full((candidates, len(self._space.slots)), -1, dtype=np.int32)
        gains = np.zeros(candidates)
        done: list[int] = []
        for slot in [first, second, *(s for s in self._by_size if s not in (first, second))]:
            if slot == first:
                open_values = self._open[first, second].any(axis=1)
                total = sum(
                    (self._open[first, other].sum(axis=1) for other in range(rows.shape[1]) if other != first),
                    start=np.zeros(self._space.slots[first].size),
                )
                gain = np.repeat(np.where(open_values, total, -np.inf)[:, None], candidates, axis=1)
            else:
                gain = np.zeros((self._space.slots[slot].size, candidates))
                for other in done:
                    gain += self._open[slot, other][:, rows[:, other]]
                gain[~self._fits(slot, rows, done)] = -np.inf
            rows[:, slot] = (gain + self._preference(slot, candidates)).argmax(axis=0)
            if slot != first:
                gains += gain[rows[:, slot], np.arange(candidates)]
            done.append(slot)
        gains[~self._space.allows(rows)] = -np.inf
        best = int(gains.argmax())
        return rows[best] if gains[best] > 0 else self._complete(rows[best], first, second)

    def _complete(self, row: NDArray[np.int32], first: int, second: int) -> NDArray[np.int32]:
        """The row with its first pair kept and the rest searched anew: no candidate of a large group was allowed."""
        for group in self._space.groups:
            if not group.allows(row[None, list(group.slots)])[0]:
                kept = {group.slots.index(slot): int(row[slot]) for slot in (first, second) if slot in group.slots}
                found = group.find_combination(kept)
                assert found is not None  # only allowed pairs are open
                row[list(group.slots)] = found
        return row

    def _preference(self, slot: int, candidates: int) -> NDArray[np.float64]:
        """Less than one open pair: among equals, the value furthest behind its share, or any."""
        behind = self._space.slots[slot].shares * (len(self.rows) + 1) - self._used[slot]
        scaled = behind / (1 + np.abs(behind).max())
        chance = self._rng.random((len(behind), candidates))
        return np.asarray(0.9 * chance if self._by_chance else 0.4 * scaled[:, None] + 0.1 * chance)

    def _fits(self, slot: int, rows: Rows, done: list[int]) -> NDArray[np.bool_]:
        """Which values of a slot leave an allowed completion of each candidate, as (value, candidate).

        In a group too large for a table, only which values do not break a constraint at once.
        """
        group = self._group_of[slot]
        size = self._space.slots[slot].size
        if not group.forbidden:
            return np.ones((size, len(rows)), dtype=bool)
        chosen = sorted(other for other in group.slots if other in done)
        if group.table is None:
            return _check_at_once(group, slot, rows, chosen)
        key = (*chosen, slot)
        if key not in self._tables:
            axes = [group.slots.index(other) for other in key]
            rest = tuple(axis for axis in range(len(group.slots)) if axis not in axes)
            kept = sorted(axes)
            seen = np.asarray(group.table.any(axis=rest))
            self._tables[key] = seen.transpose([kept.index(axis) for axis in axes])
        fits = self._tables[key][tuple(rows[:, other] for other in chosen)]
        return np.broadcast_to(fits, (len(rows), size)).T

    def _close(self, row: NDArray[np.int32]) -> None:
        for slot, value in enumerate(row):
            self._used[slot][value] += 1
        for a, b in self._left:
            if self._open[a, b][row[a], row[b]]:
                self._open[a, b][row[a], row[b]] = False
                self._left[a, b] -= 1
                self.covered += 1


def _check_at_once(group: SlotGroup, slot: int, rows: Rows, chosen: list[int]) -> NDArray[np.bool_]:
    size = group.sizes[group.slots.index(slot)]
    fits = np.ones((size, len(rows)), dtype=bool)
    for masks in group.forbidden:
        parts = dict(masks)
        if slot in parts and all(other == slot or other in chosen for other in parts):
            met = np.ones(len(rows), dtype=bool)
            for other, mask in masks:
                if other != slot:
                    met &= mask[rows[:, other]]
            fits &= ~(parts[slot][:, None] & met)
    return fits
