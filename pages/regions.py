"""The Regions page: where in the world the texts are set, and against what one should judge that."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from attrprompt.analysis.regions.lexicons import read_lexicon_csv
from attrprompt.analysis.regions.profile import RegionProfile
from attrprompt.analysis_jobs.lexicons import LexiconsRequest
from attrprompt.analysis_jobs.names import NamesRequest
from attrprompt.analysis_jobs.paper import PaperRequest
from attrprompt.analysis_jobs.portraits import PortraitsRequest
from attrprompt.analysis_jobs.request import Part
from attrprompt.palette import dataset_colours
from attrprompt.worker.jobs import JobRequest, ResultT
from components.adherence.views import draw_asked_places, find_adherence
from components.kit.charts import current_palette
from components.kit.datasets import build_request, choose_datasets
from components.kit.defects import fragment
from components.kit.findings import draw_primary_findings
from components.kit.frame import open_project_page
from components.kit.text import escape
from components.kit.work import find_or_compute
from components.regions.ambiguous_names import RULED, draw_ambiguous_names
from components.regions.country_map import draw_country_map
from components.regions.lexicons import draw_lexicons
from components.regions.own_tables import LEXICONS, draw_own_tables, list_own_tables
from components.regions.paper import draw_paper_continents
from components.regions.portraits import draw_portraits
from components.regions.views import (
    choose_reference,
    draw_continents,
    draw_located,
    draw_references,
    draw_region_definitions,
    draw_region_tables,
)

page = open_project_page("Regions", "Where in the world are the texts set, and which regions are missing?")
datasets = choose_datasets(page, key="regions", what="Continents and countries that the texts name are shown here.")
reference, table = choose_reference(page, datasets)
request = build_request(page, datasets, (Part.REGIONS,), key="analysis", reference=reference, reference_csv=table)
plain = request.model_copy(update={"reference": "uniform", "reference_csv": ""})  # what no reference changes
colours = dataset_colours(datasets, current_palette())


def find(question: JobRequest[ResultT], doing: str) -> ResultT | None:
    return find_or_compute(page.runtime, question, doing=doing, key=f"regions_{question.kind}")


def show_portraits() -> None:
    portraits = find(plain.ask(PortraitsRequest), "Describing the regions")
    if portraits is not None:
        draw_portraits(page, datasets, portraits)


def show_word_lists() -> None:
    draw_own_tables(
        page,
        LEXICONS,
        title="Own word list",
        about="Two columns: a word or a few words, and the group it belongs to.",
        check=read_lexicon_csv,
        key="regions_lists",
    )
    own = tuple(sorted(list_own_tables(page, LEXICONS).items()))
    lists = plain.ask(LexiconsRequest).model_copy(update={"lexicons": own})
    lexicons = find(lists, "Counting words")
    if lexicons is not None:
        draw_lexicons(page, datasets, lexicons, colours)


def show_asked_places() -> None:
    adherence = find_adherence(page, datasets, key="regions_asked", like=request)
    if adherence is not None:
        draw_asked_places(page, datasets, adherence, key="regions_asked")


def show_paper() -> None:
    paper = find(plain.ask(PaperRequest), "Training the attribute classifier")
    if paper is not None and paper.continents is not None:
        draw_paper_continents(page, datasets, paper.continents, colours)


def show_ambiguous_names() -> None:
    names = find(plain.ask(NamesRequest), "Looking for ambiguous names")
    if names is not None:
        draw_ambiguous_names(page, names)


@fragment()
def draw_views(profiles: Mapping[str, RegionProfile]) -> None:
    """The picture, one view at a time: another view draws this part anew and nothing else."""
    if st.session_state.pop(RULED, False):
        st.rerun()
    views = {
        "Continents": lambda: draw_continents(page, datasets, profiles, colours),
        "Countries": lambda: draw_country_map(page, datasets, profiles),
        "What is said": show_portraits,
        "Word lists": show_word_lists,
        "Against a reference": lambda: draw_references(profiles, reference),
        "By label and attribute": lambda: draw_region_tables(page, datasets, profiles, reference),
        "Asked and found": show_asked_places,
        "As in the paper": show_paper,
        "Ambiguous names": show_ambiguous_names,
    }
    tabs = st.tabs([escape(name) for name in views], on_change="rerun", key="regions_view")
    for tab, draw in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                draw()


found = find(request, "Finding places in the texts")
if found is None:
    st.stop()
profiles = {name: figures.regions for name, figures in found.datasets.items() if figures.regions is not None}

# --- The answer first ---
draw_primary_findings(page, datasets, found)
draw_located(profiles)

# --- The picture ---
draw_views(profiles)
draw_region_definitions(profiles, request)
