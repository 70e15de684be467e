"""The matrix of labels × dimensions: how many values each cell has and what it needs; a click opens a cell."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from attrprompt.curation.matrix import ALL_LABELS, Cell, CellState, Matrix, find_next
from attrprompt.project import Project
from components.attributes.cell import DIMENSION_KEY, LABEL_KEY, OpenCell, open_cell
from components.kit.notices import in_callback
from components.kit.text import escape, title_column

MARKS = {
    CellState.EMPTY: "○",
    CellState.THIN: "◔",
    CellState.FILLED: "◑",
    CellState.OPEN: "◆",
    CellState.UNSURE: "?",
    CellState.DONE: "✓",
}
"""The states as signs, so that colour is not needed to tell them apart."""

WIDE_NAME = 6  # characters
LONGEST = 520  # pixels; a longer matrix scrolls inside itself


def draw_matrix(project: Project, matrix: Matrix, cell: OpenCell) -> None:
    """All cells as one table, of which a click opens one; and the same choice by name."""
    counts = matrix.count()
    st.markdown(
        " · ".join(
            f"{MARKS[state]} **{counts[state]}** {escape(state.value)}"
            for state in CellState
            if counts[state] or state in (CellState.EMPTY, CellState.DONE)
        ),
        help="  \n".join(f"{MARKS[state]} {escape(state.value)}: {escape(state.meaning)}" for state in CellState),
    )
    frame = _build_frame(project, matrix)
    key = f"attributes_matrix_{st.session_state.get('attributes_matrix_turn', 0)}"
    rows = len(frame)
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height=min(LONGEST, 36 * (rows + 1) + 3),
        on_select=lambda: in_callback(_open_selected, key, project, matrix),
        selection_mode="single-cell",
        row_height=36,
        alt="Labels by dimensions: number of values and state of each cell",
        column_config={
            "Label": st.column_config.TextColumn("Label", pinned=True, width=120),
            **{
                name: st.column_config.TextColumn(name, width=60 if len(name) < WIDE_NAME else 76)
                for name in frame.columns
                if name != "Label"
            },
        },
    )
    st.selectbox(
        "Dimension",
        matrix.dimension_ids,
        key=DIMENSION_KEY,
        format_func=lambda key: project.dimensions[key].name if key in project.dimensions else "",
    )
    is_shared = not cell.label_id
    st.selectbox(
        "Label",
        matrix.label_ids,
        key=LABEL_KEY,
        format_func=lambda key: project.labels[key].title if key in project.labels else "",
        disabled=is_shared,
        help="The same values for all labels." if is_shared else None,
    )


def draw_next(project: Project, matrix: Matrix, cell: OpenCell) -> None:
    """The way to the next cell that needs work."""
    coming = find_next(matrix, (cell.label_id, cell.dimension_id))
    st.button(
        "Next open",
        key="attributes_next",
        icon=":material/arrow_forward:",
        disabled=coming is None,
        on_click=in_callback,
        args=(_go_to, coming),
        help=escape(_describe_next(project, coming)),
    )


def _build_frame(project: Project, matrix: Matrix) -> pd.DataFrame:
    """One row a label; the values that all labels share stand in a row of their own above."""
    titles = _title_dimensions(project, matrix)
    shared = [key for key in matrix.dimension_ids if not project.dimensions[key].class_dependent]
    rows: list[dict[str, str]] = []
    if shared:
        rows.append(
            {"Label": "All labels"}
            | {
                titles[key]: _show(matrix.cells[ALL_LABELS, key]) if key in shared else ""
                for key in matrix.dimension_ids
            }
        )
    if len(shared) < len(matrix.dimension_ids) or not shared:
        for label_id in matrix.label_ids:
            rows.append(
                {"Label": project.labels[label_id].title}
                | {
                    titles[key]: "" if key in shared else _show(matrix.cells[label_id, key])
                    for key in matrix.dimension_ids
                }
            )
    return pd.DataFrame(rows, columns=["Label", *titles.values()], dtype="string")


def _title_dimensions(project: Project, matrix: Matrix) -> dict[str, str]:
    """The head of each dimension's column."""
    return {key: title_column(project.dimensions[key].name, ("Label",)) for key in matrix.dimension_ids}


def _show(cell: Cell) -> str:
    waiting = cell.open + cell.unsure
    return f"{MARKS[cell.state]} {cell.values}" + (f" +{waiting}" if waiting else "")


def _open_selected(key: str, project: Project, matrix: Matrix) -> None:
    """Open the clicked cell and draw the table anew, so that the same cell can be clicked again."""
    selected = st.session_state[key]["selection"]["cells"]
    if not selected:
        return
    row, column = selected[0]
    st.session_state["attributes_matrix_turn"] = st.session_state.get("attributes_matrix_turn", 0) + 1
    by_title = {title: key for key, title in _title_dimensions(project, matrix).items()}
    shared = [
        dimension_id for dimension_id in matrix.dimension_ids if not project.dimensions[dimension_id].class_dependent
    ]
    dimension_id = by_title.get(column)
    label_index = row - bool(shared)
    if dimension_id is None:
        current = st.session_state.get(DIMENSION_KEY)
        own = [dimension_id for dimension_id in matrix.dimension_ids if dimension_id not in shared]
        dimension_id = current if current in own or not own else own[0]
    if dimension_id is not None:
        open_cell(dimension_id, matrix.label_ids[label_index] if label_index >= 0 else ALL_LABELS)


def _go_to(cell: Cell | None) -> None:
    if cell is not None:
        open_cell(cell.dimension_id, cell.label_id)


def _describe_next(project: Project, cell: Cell | None) -> str:
    if cell is None:
        return "No other cell needs work."
    of = f" of {project.labels[cell.label_id].title}" if cell.label_id in project.labels else ""
    return f"{project.dimensions[cell.dimension_id].name}{of}: {cell.state.meaning}"
