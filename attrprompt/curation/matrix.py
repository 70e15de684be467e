"""Where the work on attributes stands: a matrix of labels × dimensions, what comes next, a search over all values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from attrprompt.project import AttributeValue, Project, fold_text

ALL_LABELS = ""
"""Stands for the label of a class-independent dimension's cell."""

THIN_BELOW = 5


class CellState(StrEnum):
    """What a cell of the matrix needs; the first that applies, in this order."""

    OPEN = "open"
    UNSURE = "unsure"
    DONE = "done"
    EMPTY = "empty"
    THIN = "thin"
    FILLED = "filled"

    @property
    def meaning(self) -> str:
        """The state in a few words for people."""
        return {
            "open": "proposals wait for a decision",
            "unsure": "somebody was unsure about a proposal",
            "done": "marked as done",
            "empty": "no values yet",
            "thin": f"fewer than {THIN_BELOW} values",
            "filled": "has values, not yet marked as done",
        }[self.value]


@dataclass(frozen=True)
class Cell:
    """One label × dimension; `label_id` is `ALL_LABELS` where the values are the same for all labels."""

    label_id: str
    dimension_id: str
    values: int
    open: int
    unsure: int
    state: CellState


@dataclass(frozen=True)
class Matrix:
    """All cells, by (label, dimension); a class-independent dimension has one cell only."""

    label_ids: tuple[str, ...]
    dimension_ids: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, label_id: str, dimension_id: str) -> Cell:
        """The cell that holds the values of this label in this dimension."""
        return self.cells.get((ALL_LABELS, dimension_id)) or self.cells[label_id, dimension_id]

    def count(self) -> dict[CellState, int]:
        """How many cells are in each state."""
        counts = dict.fromkeys(CellState, 0)
        for cell in self.cells.values():
            counts[cell.state] += 1
        return counts


def build_matrix(
    project: Project,
    proposals: Mapping[tuple[str, str, str], int],
    marks: Collection[tuple[str, str]],
    *,
    thin_below: int = THIN_BELOW,
) -> Matrix:
    """The state of every label × dimension.

    Args:
        project: the document.
        proposals: how many value proposals stand in each (dimension, label, status); `ALL_LABELS` for all labels.
        marks: the (label, dimension) pairs that somebody marked as done.
        thin_below: fewer values than this are called thin. One value or two of a dimension with the same values for
            all labels may be what is wanted (two lengths), so those are thin below two only.
    """
    labels = tuple(key for key, _ in project.ordered_labels())
    dimensions = tuple(key for key, _ in project.ordered_dimensions())
    cells: dict[tuple[str, str], Cell] = {}
    for dimension_id in dimensions:
        dimension = project.dimensions[dimension_id]
        counts = dict.fromkeys(labels, 0)
        for value in dimension.values.values():
            for label_id in value.labels:
                counts[label_id] += 1
        if not dimension.class_dependent:
            counts = {ALL_LABELS: len(dimension.values)}
        for label_id, number in counts.items():
            waiting = proposals.get((dimension_id, label_id, "open"), 0)
            unsure = proposals.get((dimension_id, label_id, "unsure"), 0)
            state = _judge(
                number,
                waiting,
                unsure,
                done=(label_id, dimension_id) in marks,
                thin_below=thin_below if dimension.class_dependent else min(2, thin_below),
            )
            cells[label_id, dimension_id] = Cell(label_id, dimension_id, number, waiting, unsure, state)
    return Matrix(labels, dimensions, cells)


def find_next(
    matrix: Matrix,
    after: tuple[str, str] | None = None,
    *,
    states: Collection[CellState] = (
        CellState.OPEN,
        CellState.UNSURE,
        CellState.EMPTY,
        CellState.THIN,
        CellState.FILLED,
    ),
) -> Cell | None:
    """The next cell that needs work: the rest of the same dimension first, then the other dimensions, then round again.

    Args:
        matrix: the cells.
        after: the (label, dimension) that was worked on; None starts at the first.
        states: what counts as needing work.

    Returns:
        None where no other cell needs any.
    """
    keys = list(matrix.cells)
    start = keys.index(after) + 1 if after is not None and after in matrix.cells else 0
    for key in keys[start:] + keys[: max(start - 1, 0)]:
        if matrix.cells[key].state in states:
            return matrix.cells[key]
    return None


@dataclass(frozen=True)
class ValueHit:
    """A value that a search found; `label_ids` is empty where it belongs to all labels."""

    dimension_id: str
    value_id: str
    value: AttributeValue
    label_ids: tuple[str, ...]


def search_values(
    project: Project, query: str, *, dimension_id: str | None = None, label_id: str | None = None
) -> list[ValueHit]:
    """The values whose text or description holds every word of the query, in the document's order.

    Case, accents' encoding and spacing do not matter. An empty query finds all values of the given dimension or label.
    """
    hits: list[ValueHit] = []
    for key, dimension in project.ordered_dimensions():
        if dimension_id not in (None, key):
            continue
        for value_id, value in dimension.ordered():
            if label_id is not None and dimension.class_dependent and label_id not in value.labels:
                continue
            if holds_words(f"{value.text} {value.description}", query):
                hits.append(ValueHit(key, value_id, value, value.labels))
    return hits


def holds_words(text: str, query: str) -> bool:
    """True where the text holds every word of the query, in any case; an empty query is held by every text."""
    folded = fold_text(text)
    return all(word in folded for word in fold_text(query).split())


def _judge(values: int, waiting: int, unsure: int, *, done: bool, thin_below: int) -> CellState:
    if waiting:
        return CellState.OPEN
    if unsure:
        return CellState.UNSURE
    if done:
        return CellState.DONE
    if not values:
        return CellState.EMPTY
    return CellState.THIN if values < thin_below else CellState.FILLED
