"""The texts of a data set as a table, a page at a time from the store."""

from __future__ import annotations

import streamlit as st

from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row

ROWS = 50


def draw_review_table(page: ProjectPage, dataset: Dataset, wanted: SampleFilter) -> None:
    """One page of the texts that pass the filter, with everything that is known of a chosen one."""
    store = page.runtime.store.datasets
    count = store.count(dataset.id, wanted)
    if not count:
        st.caption("No text passes the filter.")
        return
    pages = -(-count // ROWS)
    number = st.pagination(pages, key=f"review_page_{dataset.id}_{pages}") if pages > 1 else 1
    samples = store.read_page(dataset.id, wanted, limit=ROWS, offset=(number - 1) * ROWS)
    picked = choose_row(
        {
            "Text": [sample.text for sample in samples],
            "Label": [sample.label for sample in samples],
            "Values": [", ".join(sample.attributes.values()) for sample in samples],
            "Flags": [", ".join(sample.flags) for sample in samples],
            "Decided": [sample.status.value for sample in samples],
            "By": [sample.reviewed_by for sample in samples],
        },
        key=f"review_table_{dataset.id}_{number}",
        columns={"Text": st.column_config.TextColumn(width="large")},
        alt="Texts that pass the filter",
    )
    first = (number - 1) * ROWS + 1
    st.caption(f"Texts {first:,} to {first + len(samples) - 1:,} of {count:,}. Choose a row to read it whole.")
    if picked is not None:
        sample = samples[picked]
        with st.container(border=True):
            st.text(sample.text)
            st.markdown("###### Prompt")
            st.code(sample.prompt or "(imported without a prompt)", language=None, wrap_lines=True)
            st.json(sample.to_row(multi_label=page.project.document.task.multi_label), expanded=False)
