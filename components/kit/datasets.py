"""The row of controls on every analysis page: which data sets, which of their texts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from attrprompt.analysis_jobs.request import AnalysisRequest, Part, make_request
from attrprompt.records import Dataset
from components.kit.frame import ProjectPage
from components.kit.notices import show_empty
from components.kit.runs import pick_datasets

REVIEW_WORDS = {
    "ignored": "All, reviewed or not",
    "not rejected": "Without rejected texts",
    "accepted": "Accepted texts only",
}


def choose_datasets(page: ProjectPage, *, key: str, what: str) -> list[Dataset]:
    """The data sets to look at; an empty project is told what will be here, and the page ends."""
    datasets = [each for each in page.runtime.store.datasets.list_all(page.project.id) if each.rows]
    if not datasets:
        show_empty(
            "No texts to measure yet",
            f"{what} Generate texts with SimPrompt and with AttrPrompt, or import real ones.",
            link=("pages/generate.py", "Generate texts"),
            project_id=page.project.id,
        )
        st.stop()
    chosen = pick_datasets(datasets, key=f"{key}_datasets")
    if not chosen:
        st.stop()
    return chosen


def build_request(
    page: ProjectPage, datasets: Sequence[Dataset], only: Sequence[Part], *, key: str, **choices: object
) -> AnalysisRequest:
    """A request over the chosen data sets; which texts count stands under Options, alike for all sets."""
    with st.expander("Options: which texts count"):
        text, review, seed = st.columns(3)
        form = text.selectbox(
            "Text",
            ["clean", "raw"],
            format_func={"clean": "Clean text", "raw": "Raw answers"}.get,
            key=f"{key}_text",
            persist_state="session",
        )
        decided = review.selectbox(
            "Review", list(REVIEW_WORDS), format_func=REVIEW_WORDS.get, key=f"{key}_review", persist_state="session"
        )
        number = seed.number_input("Seed of the subsamples", 0, 10**6, 0, key=f"{key}_seed", persist_state="session")
        st.caption("Empty answers and refusals never count; cut texts do, and their share is shown.")
    return make_request(
        page.runtime.store,
        page.project,
        datasets,
        only,
        text=form,
        review=decided,
        seed=int(number),
        **choices,
    )
