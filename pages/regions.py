"""The Regions page: where in the world the texts are set, and against what one should judge that."""

from __future__ import annotations

import streamlit as st

from attrprompt.analysis.regions.lexicons import read_lexicon_csv
from attrprompt.inspection.request import AnalysisRequest, Part
from attrprompt.worker.jobs import Result
from components.adherence_views import draw_asked_places, find_adherence
from components.ambiguous_names import draw_ambiguous_names
from components.analysis_controls import build_request, choose_datasets
from components.charts import current_palette, dataset_colours
from components.findings import draw_primary_findings
from components.frame import open_project_page
from components.jobs import find_or_compute
from components.lexicon_views import draw_lexicons
from components.own_tables import LEXICONS, draw_own_tables, list_own_tables
from components.paper_views import draw_paper_continents
from components.region_portraits import draw_portraits
from components.region_views import (
    choose_reference,
    draw_continents,
    draw_country_map,
    draw_located,
    draw_references,
    draw_region_definitions,
    draw_region_tables,
)

VIEWS = (
    "Continents",
    "Countries",
    "What is said",
    "Word lists",
    "Against a reference",
    "By label and attribute",
    "Asked and found",
    "As in the paper",
    "Ambiguous names",
)

page = open_project_page("Regions", "Where in the world are the texts set, and which regions are missing?")
datasets = choose_datasets(page, key="regions", what="Continents and countries that the texts name are shown here.")
reference, table = choose_reference(page, datasets)
request = build_request(page, datasets, (Part.REGIONS,), key="analysis", reference=reference, reference_csv=table)
plain = request.model_copy(update={"reference": "uniform", "reference_csv": ""})  # what no reference changes
colours = dataset_colours(datasets, current_palette())


def find(kind: str, doing: str, question: AnalysisRequest = plain) -> Result | None:
    return find_or_compute(page.runtime, kind, question.to_payload(), doing=doing, key=f"regions_{kind}")


result = find("analyze", "Finding places in the texts", request)
if not isinstance(result, dict):
    st.stop()

# --- The answer first ---
draw_primary_findings(page, datasets, result)
draw_located(result)

# --- The picture ---
views = dict(zip(VIEWS, st.tabs(VIEWS, on_change="rerun", key="regions_view"), strict=True))
view = next((name for name, tab in views.items() if tab.open), VIEWS[0])
with views[view]:
    if view == "Continents":
        draw_continents(page, datasets, result, colours)
    elif view == "Countries":
        draw_country_map(page, datasets, result)
    elif view == "What is said":
        portraits = find("portraits", "Describing the regions")
        if isinstance(portraits, dict):
            draw_portraits(page, datasets, portraits)
    elif view == "Word lists":
        draw_own_tables(
            page,
            LEXICONS,
            title="Own word list",
            about="Two columns: a word or a few words, and the group it belongs to.",
            check=read_lexicon_csv,
            key="regions_lists",
        )
        lists = plain.model_copy(update={"lexicons": tuple(sorted(list_own_tables(page, LEXICONS).items()))})
        lexicons = find("lexicons", "Counting words", lists)
        if isinstance(lexicons, dict):
            draw_lexicons(page, datasets, lexicons, colours)
    elif view == "Against a reference":
        draw_references(result)
    elif view == "By label and attribute":
        draw_region_tables(page, datasets, result)
    elif view == "Asked and found":
        adherence = find_adherence(page, datasets, key="regions_asked", like=request)
        if adherence is not None:
            draw_asked_places(page, datasets, adherence, key="regions_asked")
    elif view == "As in the paper":
        paper = find("paper", "Training the attribute classifier")
        if isinstance(paper, dict):
            draw_paper_continents(page, datasets, paper["continents"], colours)
    else:
        names = find("names", "Looking for ambiguous names")
        if isinstance(names, dict):
            draw_ambiguous_names(page, names)
draw_region_definitions(result)
