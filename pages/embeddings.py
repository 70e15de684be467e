"""The Embeddings page: a map of the texts, what a selection of it holds, and how far the texts spread."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from attrprompt.analysis_jobs.map import MapRequest, TextPlane
from attrprompt.analysis_jobs.neighbourhood import Neighbourhood, NeighbourhoodRequest
from attrprompt.analysis_jobs.paper import PaperRequest
from attrprompt.analysis_jobs.request import Part
from attrprompt.palette import dataset_colours
from components.embeddings.map import choose_colouring, draw_map
from components.embeddings.map_table import load_map_frame
from components.embeddings.neighbours import (
    choose_threshold,
    draw_clusters,
    draw_outliers,
    draw_pair_similarities,
    draw_pairs,
)
from components.embeddings.paper import draw_same_class
from components.embeddings.selection import STALE, draw_selection
from components.kit.charts import current_palette
from components.kit.datasets import build_request, choose_datasets
from components.kit.defects import fragment
from components.kit.figures import draw_comparisons, draw_figures, draw_scopes
from components.kit.findings import draw_definitions, draw_primary_findings, draw_warnings
from components.kit.frame import open_project_page
from components.kit.work import find_or_compute

KEYS = (
    "aps_intra",
    "aps_inter",
    "aps",
    "vendi",
    "nearest_neighbour_distance",
    "near_duplicate_rate",
    "gold_coverage",
    "gold_precision",
)
SCOPE_KEYS = ("aps", "vendi", "nearest_neighbour_distance", "near_duplicate_rate", "gold_coverage", "gold_precision")
FOLLOWING = ("Near-duplicates", "All pairs", "Clusters", "Outliers", "As in the paper")

page = open_project_page("Embeddings", "How far do the texts spread in meaning, and where do they crowd?")
datasets = choose_datasets(page, key="embeddings", what="A map of the texts, near-duplicates and clusters are here.")
request = build_request(page, datasets, (Part.SIMILARITY,), key="analysis", threshold=choose_threshold())
colours = dataset_colours(datasets, current_palette())


@fragment()
def explore(frame: pd.DataFrame, near: Neighbourhood, umap: TextPlane | None) -> None:
    """The map, and everything that follows its selection: a lasso draws this part anew and nothing else."""
    if st.session_state.pop(STALE, False):
        st.rerun()
    colouring = choose_colouring(frame, has_umap=umap is not None)
    selected = draw_map(frame, colouring, colours, umap)
    draw_selection(page, datasets, frame, selected, colouring.column)
    draw_following(frame, selected, near)


@fragment()
def draw_following(frame: pd.DataFrame, selected: pd.DataFrame, near: Neighbourhood) -> None:
    """What follows the selection, one view at a time: another view does not draw the map again."""
    views = dict(zip(FOLLOWING, st.tabs(FOLLOWING, on_change="rerun", key="embeddings_view"), strict=True))
    view = next((name for name, tab in views.items() if tab.open), FOLLOWING[0])
    with views[view]:
        if view == "Near-duplicates":
            draw_pairs(frame, selected, near.pairs)
        elif view == "All pairs":
            draw_pair_similarities(page.runtime, frame, selected, near, colours)
        elif view == "Clusters":
            draw_clusters(frame, selected, near)
        elif view == "Outliers":
            draw_outliers(frame, selected, near.outliers)
        else:
            paper = find_or_compute(
                page.runtime, request.ask(PaperRequest), doing="Comparing pairs of one class", key="embeddings_paper"
            )
            if paper is not None:
                draw_same_class(paper.datasets or {}, colours)


# --- The answer first; but what is quick is computed first: the map by PCA, the figures, the map by UMAP ---
answer, picture = st.container(), st.container()
with picture:
    near = find_or_compute(
        page.runtime, request.ask(NeighbourhoodRequest), doing="Encoding the texts", key="embeddings_near"
    )
with answer:
    analysis = find_or_compute(page.runtime, request, doing="Measuring similarity", key="embeddings_job")
    if analysis is not None:
        draw_warnings(analysis)
        draw_primary_findings(page, datasets, analysis)
if near is not None:
    with picture:
        umap = find_or_compute(
            page.runtime, request.ask(MapRequest), doing="Drawing the map (UMAP)", key="embeddings_map"
        )
        explore(load_map_frame(page.runtime.store, request, near, umap), near, umap)

# --- The figures ---
if analysis is not None:
    st.subheader("Figures at a common size", anchor=False)
    draw_figures(page, datasets, analysis, KEYS, colours, key="embeddings")
    st.subheader("By label and attribute value", anchor=False)
    draw_scopes(page, datasets, analysis, SCOPE_KEYS, key="embeddings")
    with st.expander("Differences between the data sets, exploratory"):
        draw_comparisons(analysis, key="embeddings")
draw_definitions(KEYS)
