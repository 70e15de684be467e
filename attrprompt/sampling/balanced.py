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

STRETCH = 1_000


@dataclass
class BalanceState:
    """What earlier classes left over: asked-for minus given counts so far, by value.

    The key is a dimension, with the label that a slot stands for: in a multi-label task a label comes up in several
    label sets, and its own values are balanced over those.
    """

    owed: dict[tuple[str, str | None], dict[str, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )


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
    given = [np.bincount(taken[:, index], minlength=slot.size) for index, slot in enumerate(space.slots)]
    # Mending looks at every pair of rows, so a long constrained list is made in stretches; each makes up for the last.
    length = STRETCH if space.forbidden else max(n, 1)
    shares = [slot.shares for slot in space.slots]
    for start in range(0, n, length):
        stretch = rows[start : start + length]
        done = len(taken) + start + len(stretch)
        targets = [done * share - counts for share, counts in zip(shares, given, strict=True)]
        is_exact = _fill_stretch(space, stretch, targets, rng, state)
        given = [counts + count_values(space, stretch, index) for index, counts in enumerate(given)]
        if not is_exact:  # the shares cannot be had; the next stretches follow what came nearest to them
            shares = [counts / done for counts in given]
    separate_repeats(space, rows, taken, rng)
    record_counts(space, state, np.concatenate([taken, rows]))
    return rows


def count_values(space: Space, rows: Rows, index: int) -> NDArray[np.int64]:
    """How often each value of a slot occurs."""
    return np.bincount(rows[:, index], minlength=space.slots[index].size)


def record_counts(space: Space, state: BalanceState, rows: Rows) -> None:
    """Remember what this class leaves over, for the classes after it."""
    for index, slot in enumerate(space.slots):
        missing = len(rows) * slot.shares - count_values(space, rows, index)
        owed = state.owed[slot.dimension_id, slot.label_id]
        for value_id, difference in zip(slot.value_ids, missing.tolist(), strict=True):
            owed[value_id] += difference


def _fill_stretch(
    space: Space, rows: Rows, targets: list[NDArray[np.float64]], rng: np.random.Generator, state: BalanceState
) -> bool:
    """Fill rows so that counts come to their targets; returns whether constraints let them."""
    for index, target in enumerate(targets):
        rows[:, index] = _spread(_round_counts(target, len(rows), _owed(space, index, state), rng), rng)
    swap_forbidden(space, rows, rng)
    if not replace_forbidden(space, rows, targets, rng):
        return True
    balance_counts(space, rows, targets, rng)
    return all(
        float(np.abs(count_values(space, rows, index) - target).max()) < 1 + 1e-6
        for index, target in enumerate(targets)
    )


def _round_counts(
    target: NDArray[np.float64], n: int, owed: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Whole counts that sum to n, each the floor or the ceiling of its target where no target is negative.

    Remainders go to the values that are owed most (fraction plus what earlier classes left); ties by chance.
    """
    wanted = _fill_up(target, n)
    counts = np.floor(wanted + 1e-9).astype(np.int64)
    fraction = np.maximum(wanted - counts, 0.0)
    claim = np.where(fraction > 1e-9, fraction + owed, -np.inf)
    order = np.lexsort((rng.random(len(counts)), -np.round(claim, 9)))
    counts[order[: n - int(counts.sum())]] += 1
    return counts


def _fill_up(target: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The non-negative numbers with sum n nearest to the targets (least squares): `max(0, target - level)`."""
    used = np.ones(len(target), dtype=bool)
    while True:
        level = (target[used].sum() - n) / used.sum()
        lowered: NDArray[np.float64] = np.where(used, target - level, 0.0)
        if (lowered >= -1e-9).all():
            return np.maximum(lowered, 0.0)
        used &= lowered > 0


def _spread(counts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
    """Each value as often as counted, in an order whose beginnings are nearly balanced."""
    values = np.repeat(np.arange(len(counts)), counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    turn = np.arange(len(values)) - starts
    position = (turn + rng.random(len(values))) / np.repeat(counts, counts)
    return values[np.argsort(position, kind="stable")].astype(np.int32)


def _owed(space: Space, index: int, state: BalanceState) -> NDArray[np.float64]:
    slot = space.slots[index]
    owed = state.owed[slot.dimension_id, slot.label_id]
    return np.array([owed[value_id] for value_id in slot.value_ids])
