"""The Review page: read the texts with what was asked, decide by key, search, download."""

from __future__ import annotations

import streamlit as st

from components.adherence.views import draw_adherence, find_adherence
from components.kit.dataset_files import draw_downloads
from components.kit.dataset_import.form import draw_dataset_import
from components.kit.datasets import pick_dataset
from components.kit.frame import open_project_page
from components.kit.notices import errors_shown, show_empty
from components.kit.selection import narrow_to_selection
from components.review.checks import draw_checks
from components.review.queue import draw_bulk_actions, draw_filters, draw_review_deck, draw_top_up
from components.review.table import draw_review_table

page = open_project_page("Review", "Read every text beside what was asked for, and keep what is good.")

# --- Which texts ---
datasets = [dataset for dataset in page.runtime.store.datasets.list_all(page.project.id) if dataset.rows]
if not datasets:
    show_empty(
        "No texts yet",
        "Generated texts appear here with the exact prompt and the attribute values behind each. "
        "Real, labelled texts can be imported too, to compare with.",
        link=("pages/generate.py", "Generate some"),
        project_id=page.project.id,
    )
    draw_dataset_import(page)
    st.stop()
dataset = pick_dataset(datasets, key="review_dataset")
if dataset is None:
    st.stop()
wanted = narrow_to_selection(page, dataset, draw_filters(page, dataset))

# --- One by one, as a table, or all against what was asked ---
one_by_one, as_table, asked = st.tabs(["One by one", "Table", "Asked and found"], on_change="rerun", key="review_view")
if one_by_one.open:
    with one_by_one:
        draw_review_deck(page, dataset, wanted)
if as_table.open:
    with as_table:
        draw_review_table(page, dataset, wanted)
if asked.open:
    with asked, errors_shown():
        adherence = find_adherence(page, [dataset], key="review_asked")
        if adherence is not None:
            draw_adherence(page, dataset, adherence[dataset.name])

# --- All at once ---
with st.container(horizontal=True):
    draw_bulk_actions(page, dataset, wanted)
    draw_top_up(page, dataset)
    draw_checks(page, dataset)
    draw_downloads(page, dataset, wanted)
draw_dataset_import(page)
