"""The Attributes page: labels, dimensions and values, by hand and with a model's proposals."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from attrprompt.curation.matrix import Matrix
from components.attributes.agreement import draw_agreement
from components.attributes.cell import VIEW_KEY, OpenCell, load_matrix, read_cell
from components.attributes.constraints import draw_constraints
from components.attributes.dimensions import draw_dimensions
from components.attributes.filter import draw_filter
from components.attributes.history import draw_history, draw_undo_redo
from components.attributes.labels import draw_add_labels, draw_labels
from components.attributes.matrix import draw_matrix, draw_next
from components.attributes.proposals import draw_proposals
from components.attributes.proposed_dimensions import draw_propose_dimensions
from components.attributes.requests import draw_propose_values, draw_replies, draw_request
from components.attributes.search import draw_search
from components.attributes.share import draw_share
from components.attributes.task import draw_task
from components.attributes.trials import draw_try
from components.attributes.values import draw_mark, draw_paste, draw_unsaved, draw_values
from components.kit.frame import ProjectPage, open_project_page
from components.kit.text import escape


def draw_values_view(page: ProjectPage, matrix: Matrix, cell: OpenCell | None) -> None:
    """The matrix, and the cell that is open in it."""
    document = page.project.document
    if cell is None:
        st.write("No dimension yet. A dimension is a way in which texts differ: subtopic, location, style, length.")
        draw_dimensions_view(page)
        return
    overview, work = st.columns([3, 5], gap="medium")
    with overview:
        draw_matrix(document, matrix, cell)
    with work:
        st.subheader(escape(cell.title), anchor=False)
        with st.container(horizontal=True, gap="small"):
            draw_mark(page, cell, matrix)
            draw_next(document, matrix, cell)
        draw_proposals(page, cell)
        draw_propose_values(page, cell)
        draw_paste(page, cell)
        draw_values(page, cell)
        draw_try(page, cell)
        draw_replies(page)


def draw_dimensions_view(page: ProjectPage) -> None:
    """The dimensions, and those that a model proposes."""
    draw_propose_dimensions(page)
    draw_dimensions(page)
    draw_replies(page)


def draw_labels_view(page: ProjectPage) -> None:
    """The labels, and what one text is."""
    draw_labels(page)
    with st.expander("The task: what one text is", icon=":material/description:", key="attributes_task"):
        draw_task(page)


page = open_project_page(
    "Attributes", "In which ways shall the texts of a label differ, and what is in each way possible?"
)
document = page.project.document

# --- What goes on, and the way back ---
draw_request(page)
draw_undo_redo(page)

# --- A project without labels ---
if not document.labels:
    st.subheader("Labels first", anchor=False)
    st.write("A label is a class of the task. Every generated text belongs to one; attributes make its texts differ.")
    draw_add_labels(page, first=True)
    with st.expander("Or take them from a file", icon=":material/upload:", key="attributes_first_file"):
        draw_share(page)
    st.stop()

matrix = load_matrix(page)
cell = read_cell(document, matrix)
VIEWS: dict[str, Callable[[], object]] = {
    "Values": lambda: draw_values_view(page, matrix, cell),
    "Search": lambda: draw_search(page),
    "Dimensions": lambda: draw_dimensions_view(page),
    "Labels and task": lambda: draw_labels_view(page),
    "Filter": lambda: draw_filter(page),
    "Constraints": lambda: draw_constraints(page),
    "Agreement": lambda: draw_agreement(page),
    "Share": lambda: draw_share(page),
    "History": lambda: draw_history(page),
}
draw_unsaved(page, cell if st.session_state.get(VIEW_KEY, "Values") == "Values" else None)
for tab, draw in zip(
    st.tabs([escape(name) for name in VIEWS], on_change="rerun", key=VIEW_KEY), VIEWS.values(), strict=True
):
    if tab.open:
        with tab:
            draw()
