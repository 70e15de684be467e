"""Which labels were taken for which, and the test texts behind each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from attrprompt.evaluation.scores import Codes, Membership, count_confusion

NOTHING = ""
"""Stands for no label: none that was missed (row), none that was given wrongly (column)."""


def describe_confusion(
    truth: Codes, predicted: Codes, names: Sequence[str], items: Sequence[int], *, further: str = ""
) -> dict[str, Any]:
    """The confusion matrix, the number of texts of each row, and for each cell the items of its texts.

    Args:
        truth: the class of each text.
        predicted: the class that it was given.
        names: of the classes.
        items: the number of each text.
        further: name of a last column, for texts that were given none of the classes.
    """
    columns = [*names, further] if further else list(names)
    cells = []
    for true, label in enumerate(names):
        for guess, other in enumerate(columns):
            rows = np.flatnonzero((truth == true) & (predicted == guess))
            cells.append(_describe_cell(label, other, rows, items))
    counts = count_confusion(truth, predicted, len(columns))[: len(names)]
    return {
        "counts": counts.tolist(),
        "totals": counts.sum(axis=1).tolist(),
        "rows": list(names),
        "columns": columns,
        "cells": cells,
    }


def describe_label_confusion(
    truth: Membership, given: Membership, names: Sequence[str], items: Sequence[int]
) -> dict[str, Any]:
    """With several labels a text: which label was missed where which other was given wrongly.

    The diagonal counts texts that were rightly given the label. Elsewhere a row is a label that a text has and was
    not given, a column one that it was given and has not; a text stands in every cell that fits. The last row holds
    texts of which no label was missed, the last column texts that were given no wrong one.
    """
    missed, wrong = truth & ~given, given & ~truth
    counts = np.zeros((len(names) + 1, len(names) + 1), dtype=np.int64)
    counts[:-1, :-1] = missed.astype(np.int64).T @ wrong.astype(np.int64)
    np.fill_diagonal(counts[:-1, :-1], (truth & given).sum(axis=0))
    counts[:-1, -1] = (missed & ~wrong.any(axis=1, keepdims=True)).sum(axis=0)
    counts[-1, :-1] = (wrong & ~missed.any(axis=1, keepdims=True)).sum(axis=0)
    titles = [*names, NOTHING]
    cells = []
    for row, column in np.argwhere(counts):
        is_missed = missed[:, row] if row < len(names) else ~missed.any(axis=1)
        is_wrong = wrong[:, column] if column < len(names) else ~wrong.any(axis=1)
        held = truth[:, row] & given[:, row] if row == column else is_missed & is_wrong
        cells.append(_describe_cell(titles[row], titles[column], np.flatnonzero(held), items))
    totals = [*truth.sum(axis=0).tolist(), int((~missed.any(axis=1)).sum())]
    return {"counts": counts.tolist(), "totals": totals, "rows": titles, "columns": titles, "cells": cells}


def _describe_cell(label: str, predicted: str, rows: Codes, items: Sequence[int]) -> dict[str, Any]:
    return {"label": label, "predicted": predicted, "n": len(rows), "items": [items[int(row)] for row in rows]}
