"""The Attributes page: labels, dimensions and values, by hand and with a model's proposals."""

from __future__ import annotations

import streamlit as st

from components.attributes_dimensions import draw_dimensions
from components.attributes_labels import draw_add_labels, draw_labels
from components.attributes_matrix import draw_matrix
from components.attributes_place import load_matrix, read_cell
from components.attributes_proposals import draw_proposals
from components.attributes_values import draw_mark, draw_paste, draw_values
from components.elicit_dimensions import draw_propose_dimensions
from components.elicit_panel import draw_propose_values, draw_replies, draw_request
from components.frame import open_project_page
from components.history_view import draw_history, draw_undo_redo
from components.text import escape_markdown

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
    st.stop()

values, dimensions, labels, history = st.tabs(
    ["Values", "Dimensions", "Labels", "History"], on_change="rerun", key="attributes_view"
)
if values.open:
    with values:
        matrix = load_matrix(page)
        cell = read_cell(document, matrix)
        if cell is None:
            st.write("No dimension yet. A dimension is a way in which texts differ: subtopic, location, style, length.")
            draw_propose_dimensions(page)
            draw_dimensions(page)
        else:
            draw_matrix(document, matrix, cell)
            title, mark = st.columns([4, 1], vertical_alignment="bottom")
            title.subheader(escape_markdown(cell.title), anchor=False)
            with mark:
                draw_mark(page, cell, matrix)
            draw_proposals(page, cell)
            draw_values(page, cell)
            draw_paste(page, cell)
            draw_propose_values(page, cell)
            draw_replies(page)
if dimensions.open:
    with dimensions:
        draw_propose_dimensions(page)
        draw_dimensions(page)
if labels.open:
    with labels:
        draw_labels(page)
if history.open:
    with history:
        draw_history(page)
