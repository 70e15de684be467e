"""Mending rows: exchanges that keep every count, replacements, and a search that brings counts near their targets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from attrprompt.sampling.space import Rows, Space

WINDOW = 256
SWEEPS = 8


def swap_forbidden(space: Space, rows: Rows, rng: np.random.Generator) -> None:
    """Exchange values of one slot between two rows until no row is forbidden, or no exchange helps."""
    if not space.forbidden or len(rows) < 2:
        return
    joined = sorted({slot for entry in space.forbidden for slot, _ in entry.masks})
    for _ in range(SWEEPS):
        broken = np.flatnonzero(~space.allows(rows))
        if not len(broken):
            return
        mended = 0
        for row in rng.permutation(broken):
            if not space.allows(rows[row : row + 1])[0]:
                mended += _swap_row(rows, int(row), joined, rng, space.allows)
        if not mended:
            return


def _swap_row(
    rows: Rows,
    row: int,
    slots: list[int],
    rng: np.random.Generator,
    accepts: Callable[[Rows], NDArray[np.bool_]],
) -> bool:
    """Find one exchange after which this row and its partner are both accepted; nearest partners first."""
    for near in (True, False):
        if near:
            low = max(0, min(row - WINDOW // 2, len(rows) - WINDOW))
            partners = np.arange(low, min(low + WINDOW, len(rows)))
        elif len(rows) > WINDOW:
            partners = np.arange(len(rows))
        else:
            return False
        for slot in rng.permutation(slots):
            differs = partners[rows[partners, slot] != rows[row, slot]]
            mine = np.repeat(rows[row : row + 1], len(differs), axis=0)
            mine[:, slot] = rows[differs, slot]
            theirs = rows[differs].copy()
            theirs[:, slot] = rows[row, slot]
            found = np.flatnonzero(accepts(mine) & accepts(theirs))
            if len(found):
                partner = differs[found[np.argmin(np.abs(differs[found] - row))]]
                rows[row, slot], rows[partner, slot] = int(rows[partner, slot]), int(rows[row, slot])
                return True
    return False


def replace_forbidden(space: Space, rows: Rows, targets: list[NDArray[np.float64]], rng: np.random.Generator) -> bool:
    """Give each row that is still forbidden an allowed combination, values short of their target first."""
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


def balance_counts(space: Space, rows: Rows, targets: list[NDArray[np.float64]]) -> None:
    """Counts stay as they are in this first version."""


def separate_repeats(space: Space, rows: Rows, taken: Rows, rng: np.random.Generator) -> None:
    """Counts stay as they are in this first version."""
