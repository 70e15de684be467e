"""The balanced sampler: within a class every value of every dimension occurs as often as its share asks for.

1. Each slot gets whole counts next to `n × share`; who gets the remainders rotates over classes (`BalanceState`).
2. Each slot's values are spread over the rows: the j-th of c occurrences falls at random into the j-th of c equal
   stretches, so that any beginning of the list is nearly balanced too.
3. Rows that break a constraint, and repeated rows where others are free, are mended by exchanging values of one slot
   between two rows, which leaves the counts as they are.
4. What exchanges cannot mend is replaced, and the counts are brought as near to their targets as constraints allow.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from attrprompt.sampling.repair import balance_counts, replace_forbidden, separate_repeats, swap_forbidden
from attrprompt.sampling.space import Rows, Space


@dataclass
class BalanceState:
    """What earlier classes left over: by dimension and value, asked-for minus given counts so far."""

    owed: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))


def sample_balanced(
    space: Space, n: int, rng: np.random.Generator, state: BalanceState | None = None, taken: Rows | None = None
) -> Rows:
    """Make n allowed rows of a space that is not empty.

    Args:
        space: the configurations of one label set.
        n: how many rows.
        rng: source of all choices.
        state: carries remainders from one class to the next; updated.
        taken: rows that are already in the plan; the counts are balanced over those and the new ones together.
    """
    state = state or BalanceState()
    taken = np.zeros((0, len(space.slots)), dtype=np.int32) if taken is None else taken
    rows = np.zeros((n, len(space.slots)), dtype=np.int32)
    targets = []
    for index, slot in enumerate(space.slots):
        given = np.bincount(taken[:, index], minlength=slot.size)
        targets.append((n + len(taken)) * slot.shares - given)
        counts = _round_counts(targets[index], n, _owed(space, index, state), rng)
        rows[:, index] = _spread(counts, rng)
    swap_forbidden(space, rows, rng)
    if replace_forbidden(space, rows, targets, rng):
        balance_counts(space, rows, targets)
    separate_repeats(space, rows, taken, rng)
    for index in range(len(space.slots)):
        _record(space, index, state, targets[index], rows)
    return rows


def _round_counts(
    target: NDArray[np.float64], n: int, owed: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Whole counts that sum to n, each the floor or the ceiling of its target where targets are not negative.

    Remainders go to the values that are owed most (fraction plus what earlier classes left); ties by chance.
    """
    clipped = np.maximum(target, 0.0)
    if clipped.sum() > 0:
        clipped *= n / clipped.sum()
    counts = np.floor(clipped + 1e-9).astype(np.int64)
    missing = n - int(counts.sum())
    fraction = np.maximum(clipped - counts, 0.0)
    claim = np.where(fraction > 1e-9, fraction + owed, -np.inf)
    order = np.lexsort((rng.random(len(counts)), -np.round(claim, 9)))
    counts[order[:missing]] += 1
    return counts


def _spread(counts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
    """Each value as often as counted, in an order whose beginnings are nearly balanced."""
    values = np.repeat(np.arange(len(counts)), counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    turn = np.arange(len(values)) - starts
    position = (turn + rng.random(len(values))) / np.repeat(counts, counts)
    return values[np.argsort(position, kind="stable")].astype(np.int32)


def _owed(space: Space, index: int, state: BalanceState) -> NDArray[np.float64]:
    slot = space.slots[index]
    if slot.label_id is not None:
        return np.zeros(slot.size)
    owed = state.owed[slot.dimension_id]
    return np.array([owed[value_id] for value_id in slot.value_ids])


def _record(space: Space, index: int, state: BalanceState, target: NDArray[np.float64], rows: Rows) -> None:
    slot = space.slots[index]
    if slot.label_id is None:
        given = np.bincount(rows[:, index], minlength=slot.size)
        for value_id, difference in zip(slot.value_ids, target - given, strict=True):
            state.owed[slot.dimension_id][value_id] += float(difference)
