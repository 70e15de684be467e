"""The Report page: one HTML file of what this project's texts show, to hand on."""

from __future__ import annotations

import streamlit as st

from attrprompt.report.request import make_report
from components.kit.datasets import choose_datasets
from components.kit.frame import open_project_page
from components.kit.work import find_or_compute
from components.report.downloads import draw_report_downloads

page = open_project_page("Report", "Everything that the texts show, in one file that opens anywhere with no network.")
datasets = choose_datasets(page, key="report", what="A report of the texts is made here.")
request = make_report(page.runtime.store, page.runtime.home, page.project, datasets)

st.markdown(
    "It holds the task, the attributes, prompts and texts side by side, the findings in words, diversity, the map, "
    "regions, costs and provenance. Figures that no page has asked for yet are computed first."
)
st.caption(
    f"Evaluation: {'the newest one is in it' if request.evaluation else 'none yet, or its texts changed since'}. "
    f"Map: {'UMAP, as on the Embeddings page' if request.umap else 'PCA, because no UMAP map is there yet'}."
)
result = find_or_compute(
    page.runtime,
    request,
    doing="Writing the report",
    key="report_job",
    ask_first="Make the report",
)
if result is not None:
    draw_report_downloads(page, result)
