"""Texts chosen on another page and sent to Review: kept in this session until they are all shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

MOST_SENT = 30_000  # as many as one question to the store may name
_SENT = "review_selection"


def send_to_review(page: ProjectPage, chosen: Sequence[tuple[Dataset, Sequence[int]]]) -> None:
    """Keep these texts and open Review on the data set that has most of them."""
    st.session_state[_SENT] = {dataset.id: tuple(numbers) for dataset, numbers in chosen}
    most, _ = max(chosen, key=lambda pair: len(pair[1]))
    st.switch_page("pages/review.py", query_params={"project": page.project.id, "review_dataset": most.name})


def narrow_to_selection(page: ProjectPage, dataset: Dataset, wanted: SampleFilter) -> SampleFilter:
    """The filter, narrowed to the texts of this data set that were sent here; says so, with a way back to all."""
    sent: Mapping[int, tuple[int, ...]] = st.session_state.get(_SENT) or {}
    if not sent:
        return wanted
    numbers = sent.get(dataset.id, ())
    others = [
        f"{len(items):,} of {other.name}"
        for other in page.runtime.store.datasets.list_all(page.project.id)
        if other.id != dataset.id and (items := sent.get(other.id))
    ]
    words, back = st.columns([4, 1], vertical_alignment="center")
    also = f" (also sent: {', '.join(others)})" if others else ""
    if numbers:
        words.info(escape(f"Only the {len(numbers):,} texts that were chosen on the map are shown{also}."))
    else:
        words.info(escape(f"No text of this data set was chosen on the map{also}; all are shown."))
    back.button("Show all texts", key="review_selection_clear", on_click=in_callback, args=(_forget,), width="stretch")
    return replace(wanted, items=numbers) if numbers else wanted


def _forget() -> None:
    st.session_state.pop(_SENT, None)
