"""The Regions page: where in the world the texts are set, and against what one should judge that."""

from __future__ import annotations

import streamlit as st

from attrprompt.inspection.request import Part
from attrprompt.inspection.words import describe_primary
from components.adherence_views import draw_asked_places, find_adherence
from components.analysis_controls import build_request, choose_datasets
from components.charts import current_palette, dataset_colours
from components.findings import draw_findings
from components.frame import open_project_page
from components.jobs import find_or_compute
from components.region_views import (
    choose_reference,
    draw_ambiguous_names,
    draw_continents,
    draw_country_map,
    draw_located,
    draw_references,
    draw_region_tables,
)

page = open_project_page("Regions", "Where in the world are the texts set, and which regions are missing?")
datasets = choose_datasets(page, key="regions", what="Continents and countries that the texts name are shown here.")
reference = choose_reference(page, datasets)
request = build_request(page, datasets, (Part.REGIONS,), key="analysis", reference=reference)
colours = dataset_colours(datasets, current_palette())
result = find_or_compute(
    page.runtime, "analyze", request.to_payload(), doing="Finding places in the texts", key="regions_job"
)
if not isinstance(result, dict):
    st.stop()

# --- The answer first ---
draw_findings(describe_primary(result))
draw_located(result)

# --- The picture ---
continents, countries, references, tables, asked, names = st.tabs(
    ["Continents", "Countries", "Against a reference", "By label and attribute", "Asked and found", "Ambiguous names"],
    on_change="rerun",
    key="regions_view",
)
if continents.open:
    with continents:
        draw_continents(result, colours)
if countries.open:
    with countries:
        draw_country_map(page, datasets, result)
if references.open:
    with references:
        draw_references(result)
if tables.open:
    with tables:
        draw_region_tables(result)
if asked.open:
    with asked:
        adherence = find_adherence(page, datasets, key="regions_asked", like=request)
        if adherence is not None:
            draw_asked_places(adherence, key="regions_asked")
if names.open:
    with names:
        draw_ambiguous_names(page, request)

with st.expander("Definitions and sources"):
    st.markdown(
        "**Continents** are those of GeoNames; Central America and the Caribbean belong to North America. A text that "
        "names k continents gives 1 ÷ k to each. **Divergence** is Jensen-Shannon's to base 2, from 0 to 1; it grows "
        "when fewer texts name a place, so two sets are compared at equal numbers of located texts, and each value "
        "stands beside the one that chance gives. **Missing** are countries whose absence has a probability under 5 % "
        "given the reference. A place that a text names because its prompt named it is an echo of the prompt. What "
        "counts as a place stands in docs/region-codebook.md."
    )
