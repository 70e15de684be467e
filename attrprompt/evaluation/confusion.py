"""Which labels were taken for which, and the test texts behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.evaluation.scores import Codes, Membership, count_confusion
from attrprompt.kept import Kept

NOTHING = ""
"""Stands for no label: none that was missed (row), none that was given wrongly (column)."""


@dataclass(frozen=True)
class Cell(Kept):
    """Texts of one label that were given one label.

    Attributes:
        items: their numbers in the test set.
    """

    label: str
    predicted: str
    n: int
    items: tuple[int, ...]

    @property
    def is_right(self) -> bool:
        """Whether the label is the one that was given."""
        return self.label == self.predicted


@dataclass(frozen=True)
class Confusion(Kept):
    """A confusion matrix.

    Attributes:
        counts: texts of each label (row) that were given each label (column).
        totals: texts of each row.
        rows: the labels; with several labels a text a last one that stands for none.
        columns: what was given.
        cells: the texts behind the counts; empty cells may be left out.
    """

    counts: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def texts_by_label(self) -> dict[str, int]:
        """Test texts of each label."""
        return dict(zip(self.rows, self.totals, strict=True))


def make_confusion(
    truth: Codes, predicted: Codes, names: Sequence[str], items: Sequence[int], *, further: str = ""
) -> Confusion:
    """The confusion matrix of texts with one class each.

    Args:
        truth: the class of each text.
        predicted: the class that it was given.
        names: of the classes.
        items: the number of each text.
        further: name of a last column, for texts that were given none of the classes.
    """
    columns = (*names, further) if further else tuple(names)
    cells = []
    for true, label in enumerate(names):
        for guess, other in enumerate(columns):
            cells.append(_make_cell(label, other, np.flatnonzero((truth == true) & (predicted == guess)), items))
    counts = count_confusion(truth, predicted, len(columns))[: len(names)]
    return _collect(counts, counts.sum(axis=1).tolist(), tuple(names), columns, cells)


def make_label_confusion(truth: Membership, given: Membership, names: Sequence[str], items: Sequence[int]) -> Confusion:
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
    titles = (*names, NOTHING)
    cells = []
    for row, column in np.argwhere(counts):
        is_missed = missed[:, row] if row < len(names) else ~missed.any(axis=1)
        is_wrong = wrong[:, column] if column < len(names) else ~wrong.any(axis=1)
        held = truth[:, row] & given[:, row] if row == column else is_missed & is_wrong
        cells.append(_make_cell(titles[row], titles[column], np.flatnonzero(held), items))
    totals = [*truth.sum(axis=0).tolist(), int((~missed.any(axis=1)).sum())]
    return _collect(counts, totals, titles, titles, cells)


def _make_cell(label: str, predicted: str, rows: Codes, items: Sequence[int]) -> Cell:
    return Cell(label, predicted, len(rows), tuple(items[int(row)] for row in rows))


def _collect(
    counts: Codes, totals: Sequence[int], rows: tuple[str, ...], columns: tuple[str, ...], cells: Sequence[Cell]
) -> Confusion:
    return Confusion(tuple(tuple(row) for row in counts.tolist()), tuple(totals), rows, columns, tuple(cells))
