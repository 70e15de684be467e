"""The paper's sampler: every dimension drawn on its own, with replacement; weights are probabilities.

Under constraints the draw is the same distribution given that the configuration is allowed.
"""

from __future__ import annotations

import numpy as np

from attrprompt.sampling.groups import SlotGroup
from attrprompt.sampling.space import Rows, Space

REJECTION_ROUNDS = 50


def sample_independent(space: Space, n: int, rng: np.random.Generator) -> Rows:
    """Draw n allowed rows of a space that is not empty."""
    rows = np.zeros((n, len(space.slots)), dtype=np.int32)
    for group in space.groups:
        rows[:, group.slots] = _draw_group(space, group, n, rng)
    return rows


def _draw_group(space: Space, group: SlotGroup, n: int, rng: np.random.Generator) -> Rows:
    shares = [space.slots[slot].shares for slot in group.slots]
    if group.table is None:
        return _draw_by_rejection(group, [np.asarray(share) for share in shares], n, rng)
    weights = group.table.astype(np.float64)
    for axis, share in enumerate(shares):
        weights *= share.reshape([-1 if a == axis else 1 for a in range(len(shares))])
    edges = np.cumsum(weights.ravel())
    cells = np.searchsorted(edges, rng.random(n) * edges[-1], side="right")
    cells = np.minimum(cells, np.flatnonzero(weights.ravel())[-1])
    return np.column_stack(np.unravel_index(cells, group.sizes)).astype(np.int32)


def _draw_by_rejection(group: SlotGroup, shares: list[np.ndarray], n: int, rng: np.random.Generator) -> Rows:
    """For groups too large for a table: redraw what is forbidden; the last few come from a randomised search."""

    def draw(count: int) -> Rows:
        columns = [rng.choice(len(share), size=count, p=share) for share in shares]
        return np.column_stack(columns).astype(np.int32)

    rows = draw(n)
    pending = np.flatnonzero(~group.allows(rows))
    for _ in range(REJECTION_ROUNDS):
        if not len(pending):
            return rows
        rows[pending] = draw(len(pending))
        pending = pending[~group.allows(rows[pending])]
    for index in pending:
        order = [rng.permutation(len(share)).tolist() for share in shares]
        found = group.find_combination({}, order)
        assert found is not None  # the space is not empty
        rows[index] = found
    return rows
