"""The row of controls on every analysis page: which data sets, which of their texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from attrprompt.analysis.texts.selection import REVIEW_WORDS
from attrprompt.analysis_jobs.request import AnalyzeRequest, Part, make_request
from attrprompt.records import Dataset, default_comparison
from components.kit.frame import ProjectPage
from components.kit.notices import show_empty
from components.kit.text import escape


def choose_datasets(page: ProjectPage, *, key: str, what: str) -> list[Dataset]:
    """The data sets to look at; an empty project is told what will be here, and the page ends."""
    datasets = [dataset for dataset in page.runtime.store.datasets.list_all(page.project.id) if dataset.rows]
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
) -> AnalyzeRequest:
    """A request over the chosen data sets; which texts count stands under Options, alike for all sets."""
    with st.expander("Options: which texts count"):
        text, review, seed = st.columns(3)
        form = text.selectbox(
            "Text",
            ["clean", "raw"],
            format_func={"clean": "Clean text", "raw": "Raw answers"}.__getitem__,
            key=f"{key}_text",
            persist_state="session",
        )
        decided = review.selectbox(
            "Review",
            list(REVIEW_WORDS),
            format_func=REVIEW_WORDS.__getitem__,
            key=f"{key}_review",
            persist_state="session",
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


def pick_dataset(datasets: Sequence[Dataset], *, key: str, label: str = "Data set") -> Dataset | None:
    """Choose one data set; None where there is none."""
    if not datasets:
        return None
    by_name = {dataset.name: dataset for dataset in datasets}
    linked = _read_link(key, by_name)
    if linked:
        st.session_state[key] = linked[0]
    elif st.session_state.get(key, "") not in by_name:  # of another project, or deleted meanwhile
        st.session_state.pop(key, None)
    chosen = st.selectbox(
        escape(label),
        list(by_name),
        index=0 if key in st.session_state else len(by_name) - 1,
        key=key,
        persist_state="session",
        format_func=lambda name: f"{name} ({by_name[name].rows:,} texts)",
    )
    _write_link(key, [chosen])
    return by_name[chosen]


def pick_datasets(datasets: Sequence[Dataset], *, key: str, at_least: int = 1) -> list[Dataset]:
    """Choose the data sets to compare; by default the newest SimPrompt, the newest AttrPrompt and gold."""
    by_name = {dataset.name: dataset for dataset in datasets}
    linked = _read_link(key, by_name)
    if linked:
        st.session_state[key] = linked
    elif not set(st.session_state.get(key, ())) <= set(by_name):
        del st.session_state[key]
    chosen = st.multiselect(
        "Data sets to compare",
        list(by_name),
        default=None if key in st.session_state else [dataset.name for dataset in default_comparison(datasets)],
        key=key,
        persist_state="session",
        format_func=lambda name: f"{name} ({by_name[name].rows:,})",
    )
    _write_link(key, chosen)
    if len(chosen) < at_least:
        st.info(f"Choose at least {at_least} data set{'' if at_least == 1 else 's'} above.")
    return [by_name[name] for name in chosen]


def _read_link(key: str, known: Collection[str]) -> list[str]:
    """The data sets that a link names, once; a widget bound to the URL would put its words for people there."""
    linked = [name for name in st.query_params.get_all(key) if name in known]
    if linked == st.session_state.get(f"{key}_linked"):
        return []
    return linked


def _write_link(key: str, chosen: Sequence[str]) -> None:
    st.session_state[f"{key}_linked"] = list(chosen)
    st.query_params[key] = list(chosen)
