"""The checks over a whole data set on the Review page: asked for, marked, and taken off again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from attrprompt.analysis_jobs.check import (
    CHECK_FLAGS,
    CheckFindings,
    apply_checks,
    make_check_request,
    remove_check_flags,
)
from attrprompt.llm.answers.thinking import split_thinking
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.notices import errors_shown, in_callback
from components.kit.text import escape
from components.kit.work import find_or_compute

CLEANED = SampleFilter(cleaned=True)
FLAG_WORDS = {
    "exact_duplicate": "repeat an earlier text",
    "near_duplicate": "nearly repeat an earlier text",
    "wrong_language": "in another language",
    "few_shot_copy": "repeat an example from their prompt",
    "label_doubt": "look like another label",
}


def draw_checks(page: ProjectPage, dataset: Dataset) -> None:
    """Look for duplicates, other languages, copied examples and doubtful labels; marking is a second step."""
    panel = st.popover("Checks", icon=":material/rule:", key="review_checks", on_change="rerun")
    with panel:
        if not panel.open:
            return
        st.write("Compares all texts with each other. Nothing is marked before you say so, and nothing is dropped.")
        with errors_shown():
            _draw_result(page, dataset)
        _draw_removal(page, dataset)
        _draw_cleaned(page, dataset)


def _draw_result(page: ProjectPage, dataset: Dataset) -> None:
    request = make_check_request(page.runtime.store, page.project, dataset)
    result = find_or_compute(
        page.runtime,
        request,
        doing="Checks",
        key="review_check",
        ask_first=f"Check {dataset.rows:,} texts",
    )
    if result is None:
        return
    for flag, items in result.flags.items():
        st.markdown(f"- **{len(items):,}** {FLAG_WORDS[flag]}")
    for reason in result.skipped.values():
        st.caption(f"Left out: {escape(reason)}")
    examples = [{"flag": FLAG_WORDS[flag], **row} for flag, rows in result.examples.items() for row in rows[:20]]
    if examples:
        with st.expander("Which texts"):
            st.dataframe(_as_columns(examples), hide_index=True, width="stretch")
    st.button(
        f"Mark {result.doubted:,} of {result.checked:,} texts",
        key="review_check_mark",
        disabled=not result.doubted,
        on_click=in_callback,
        args=(lambda: _mark(page, dataset, result),),
    )


def _draw_removal(page: ProjectPage, dataset: Dataset) -> None:
    counts = page.runtime.store.datasets.count_flags(dataset.id)
    marked = sum(counts.get(flag, 0) for flag in CHECK_FLAGS)
    if marked:
        st.button(
            f"Take these {marked:,} marks off again",
            key="review_check_remove",
            on_click=in_callback,
            args=(lambda: _remove(page, dataset),),
        )


def _draw_cleaned(page: ProjectPage, dataset: Dataset) -> None:
    count = page.runtime.store.datasets.count(dataset.id, CLEANED)
    if not count:
        return
    st.divider()
    st.write(
        f"{count:,} answers were cleaned when they came: what the model thought, and spaces, announcements, quotes or "
        "headings around the text were taken off. The raw answers are kept."
    )
    st.button(
        f"Put the raw answer back in {count:,} texts",
        key="review_raw",
        on_click=in_callback,
        args=(lambda: _put_raw_back(page, dataset),),
        help="One step, which Undo takes back.",
    )


def _put_raw_back(page: ProjectPage, dataset: Dataset) -> str:
    store = page.runtime.store
    raw = {
        sample.item: {"text": answer}
        for sample in store.datasets.iterate(dataset.id, CLEANED)
        if (answer := split_thinking(sample.raw).text).strip() and answer != sample.text
    }
    store.review.decide_each(dataset.id, raw, actor=page.actor)
    return f"{len(raw):,} texts are the raw answers now."


def _as_columns(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Rows with the same columns, as text: checks say different things of a text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name.replace("_", " "): str(row.get(name, "")) for name in names} for row in rows]


def _mark(page: ProjectPage, dataset: Dataset, findings: CheckFindings) -> str:
    counts = apply_checks(page.runtime.store, dataset, findings)
    return f"{sum(counts.values()):,} marks are set. Filter by flag to read these texts."


def _remove(page: ProjectPage, dataset: Dataset) -> str:
    remove_check_flags(page.runtime.store, dataset)
    return "The marks of the checks are off again."
