"""The Diversity page: which words the texts use, how varied they are, and what they repeat."""

from __future__ import annotations

import streamlit as st

from attrprompt.analysis.statistics.metrics import LEXICAL
from attrprompt.analysis_jobs.request import Part
from attrprompt.analysis_jobs.wording import WordingRequest
from attrprompt.palette import dataset_colours
from components.diversity.paper import draw_paper_vocabulary
from components.diversity.wording import draw_growth, draw_lengths, draw_openings, draw_overused, draw_shared
from components.kit.charts import current_palette
from components.kit.datasets import build_request, choose_datasets
from components.kit.figures import draw_comparisons, draw_figures, draw_scopes
from components.kit.findings import draw_definitions, draw_primary_findings, draw_warnings
from components.kit.frame import open_project_page
from components.kit.work import find_or_compute

page = open_project_page("Diversity", "How varied is the wording, compared at equal length?")
datasets = choose_datasets(page, key="diversity", what="Vocabulary, repetition and template openings are shown here.")
request = build_request(page, datasets, (Part.DIVERSITY,), key="analysis")
colours = dataset_colours(datasets, current_palette())

# --- The answer first ---
analysis = find_or_compute(page.runtime, request, doing="Measuring vocabulary", key="diversity_job")
if analysis is not None:
    draw_warnings(analysis)
    draw_primary_findings(page, datasets, analysis)
    parameters = analysis.parameters
    if parameters.tokens:
        st.caption(
            f"Each figure is estimated at {parameters.tokens:,} words a set ({parameters.repeats} draws, seed "
            f"{parameters.seed}), so that neither size nor length decides. All but the vocabulary are exploratory."
        )
    draw_figures(page, datasets, analysis, LEXICAL, colours, key="diversity")

# --- What lies behind it ---
wording = find_or_compute(page.runtime, request.ask(WordingRequest), doing="Reading the words", key="diversity_wording")
if wording is not None:
    growth, lengths, overused, openings, shared, paper = st.tabs(
        ["Growth", "Length", "Over-used words", "Openings", "Shared words", "As in the paper"]
    )
    with growth:
        draw_growth(wording.datasets, colours)
    with lengths:
        draw_lengths(page, datasets, wording.datasets, colours)
    with overused:
        draw_overused(page, datasets, wording.overused)
    with openings:
        draw_openings(page, datasets, wording.datasets)
    with shared:
        draw_shared(page, datasets, wording.shared)
    with paper:
        draw_paper_vocabulary({name: words.paper for name, words in wording.datasets.items()})
if analysis is not None:
    st.subheader("By label and attribute value", anchor=False)
    draw_scopes(page, datasets, analysis, LEXICAL, key="diversity")
    with st.expander("Differences between the data sets, exploratory"):
        draw_comparisons(analysis, key="diversity")
draw_definitions(LEXICAL)
