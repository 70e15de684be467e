"""The Overview page: two data sets side by side, what they show in words, and what to do next.

With `?present=1` it shows the same without its controls, in larger type.
"""

from __future__ import annotations

import streamlit as st

from attrprompt.analysis_jobs.findings import describe_primary
from attrprompt.analysis_jobs.request import make_primary_request
from attrprompt.records import default_comparison
from components.kit.datasets import pick_datasets
from components.kit.findings import draw_definitions, draw_findings, draw_primary_findings, draw_warnings
from components.kit.frame import open_project_page
from components.kit.text import escape
from components.kit.work import find_or_compute
from components.overview.parts import draw_made, draw_next_step, draw_pair
from components.overview.presenting import draw_leave, draw_present, is_presenting, shown_datasets

presenting = is_presenting()
page = open_project_page(
    "Overview", "What was made, how diverse it is, and where in the world it is set.", sidebar=not presenting
)

# --- What was made ---
datasets = [dataset for dataset in page.runtime.store.datasets.list_all(page.project.id) if dataset.rows]
if not datasets:
    draw_next_step(page, datasets)
    if presenting:
        draw_leave()
    st.stop()
if presenting:
    st.markdown(f"#### {escape(page.project.name)}")
    chosen = shown_datasets(datasets)
else:
    pick, present = st.columns([5, 1], vertical_alignment="bottom")
    with pick:
        chosen = pick_datasets(datasets, key="overview_datasets") if len(datasets) > 1 else default_comparison(datasets)
    with present:
        draw_present(page.project.id, chosen)
draw_made(page, chosen)

# --- What it shows ---
st.subheader("What the texts show", anchor=False)
if len(chosen) < 2:
    st.info("A comparison needs two data sets. Generate the same labels once with SimPrompt and once with AttrPrompt.")
else:
    request = make_primary_request(page.runtime.store, page.project, chosen)
    analysis = find_or_compute(page.runtime, request, doing="Measuring the texts", key="overview_job")
    if analysis is not None:
        draw_warnings(analysis)
        if presenting:
            draw_findings(describe_primary(analysis))
        else:
            draw_primary_findings(page, chosen, analysis)

# --- One pair of texts ---
if len(chosen) >= 2:
    draw_pair(page, chosen[0], chosen[1], controls=not presenting)
if presenting:
    draw_leave()
else:
    draw_next_step(page, datasets)
    draw_definitions(("vocabulary_size", "aps_intra"))
