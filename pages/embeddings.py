"""The Embeddings page: a map of the texts, what a selection of it holds, and how far the texts spread."""

from __future__ import annotations

import streamlit as st

from attrprompt.inspection.request import Part
from attrprompt.inspection.words import describe_primary
from attrprompt.worker.jobs import Arrays
from components.analysis_controls import build_request, choose_datasets
from components.charts import current_palette, dataset_colours
from components.figure_tables import draw_comparisons, draw_figures, draw_scopes
from components.findings import draw_definitions, draw_findings
from components.frame import open_project_page
from components.jobs import find_or_compute
from components.map_frame import load_map_frame
from components.map_views import choose_colouring, draw_map, draw_selection
from components.neighbour_views import draw_clusters, draw_outliers, draw_pair_similarities, draw_pairs

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

page = open_project_page("Embeddings", "How far do the texts spread in meaning, and where do they crowd?")
datasets = choose_datasets(page, key="embeddings", what="A map of the texts, near-duplicates and clusters are here.")
request = build_request(page, datasets, (Part.SIMILARITY,), key="analysis")
payload = request.to_payload()
colours = dataset_colours(datasets, current_palette())

# --- The map: PCA at once, UMAP when it is there ---
near = find_or_compute(page.runtime, "neighbourhood", payload, doing="Encoding the texts", key="embeddings_near")
if isinstance(near, Arrays):
    umap = find_or_compute(page.runtime, "map", payload, doing="Drawing the map (UMAP)", key="embeddings_map")
    frame = load_map_frame(page.runtime.store, request, near, umap if isinstance(umap, Arrays) else None)
    colouring = choose_colouring(frame, has_umap=isinstance(umap, Arrays))
    selected = draw_map(frame, colouring, colours)
    draw_selection(page, datasets, frame, selected)

# --- The figures ---
result = find_or_compute(page.runtime, "analyze", payload, doing="Measuring similarity", key="embeddings_job")
if isinstance(result, dict):
    for warning in result["warnings"]:
        st.warning(warning)
    draw_findings(describe_primary(result))
    if result["parameters"]["m"]:
        st.caption(
            f"Each figure is estimated at {result['parameters']['m']} texts a set "
            f"({result['parameters']['repeats']} draws without replacement). All but the first are exploratory."
        )
    draw_figures(result, KEYS, colours, key="embeddings")
if isinstance(near, Arrays):
    pairs, similarity, clusters, outliers = st.tabs(["Near-duplicates", "All pairs", "Clusters", "Outliers"])
    with pairs:
        draw_pairs(frame, near.facts)
    with similarity:
        draw_pair_similarities(near.facts, colours)
    with clusters:
        draw_clusters(frame, near.facts)
    with outliers:
        draw_outliers(frame, near.facts)
if isinstance(result, dict):
    st.subheader("By label and attribute value", anchor=False)
    draw_scopes(result, "aps", colours, key="embeddings")
    with st.expander("Differences between the data sets, exploratory"):
        draw_comparisons(result, key="embeddings")
draw_definitions(KEYS)
