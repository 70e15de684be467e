"""The labels that the class-aware filter compares with each other: found by embedding, changed by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt import edits
from attrprompt.elicitation.background import Elicitations
from components.attributes.cell import read_edited_rows, save_document, say_count
from components.attributes.requests import is_asking
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

LONGEST = 480  # pixels


def draw_similar(page: ProjectPage) -> None:
    """One row a label with the labels that it is compared with, edited in place."""
    document = page.project.document
    labels = document.ordered_labels()
    without = sum(not label.similar for _, label in labels)
    title = "Which labels are compared"
    if without:
        title = f"{title} ({say_count(without, 'label')}: found by embedding at each check)"
    with st.expander(escape(title), icon=":material/compare_arrows:", key="filter_similar"):
        st.caption(
            "Labels that are easily confused. Empty: the five nearest by embedding of label, description and values, "
            "found anew at each check. What stands here is used in prompts too: a text shall not be about these labels."
        )
        by_title = {label.title: label_id for label_id, label in labels}
        frame = pd.DataFrame(
            {
                "label": pd.Series([label.title for _, label in labels], dtype="string"),
                "similar": pd.Series(
                    [[document.labels[other].title for other in label.similar] for _, label in labels], dtype="object"
                ),
            }
        )
        key = f"filter_similar_{page.project.revision}"
        st.data_editor(
            frame,
            key=key,
            num_rows="fixed",
            hide_index=True,
            disabled=["label"],
            row_height=36,
            height=min(LONGEST, 36 * (len(frame) + 1) + 3),
            alt="Labels and those that each is easily confused with",
            column_config={
                "label": st.column_config.TextColumn("Label", width="medium"),
                "similar": st.column_config.MultiselectColumn(
                    "Easily confused with", options=list(by_title), width="large"
                ),
            },
        )
        changed = read_edited_rows(key)
        row = st.container(horizontal=True, gap="small")
        row.button(
            f"Save {say_count(len(changed), 'label')}" if changed else "Save",
            key="filter_similar_save",
            icon=":material/save:",
            disabled=not changed,
            on_click=in_callback,
            args=(lambda: _save(page, [label_id for label_id, _ in labels], by_title, read_edited_rows(key)),),
        )
        row.button(
            f"Find them for {say_count(without, 'label')}",
            key="filter_similar_find",
            icon=":material/hub:",
            disabled=not without or is_asking(page),
            on_click=in_callback,
            args=(lambda: _find(page),),
            help="By embedding, without the model; labels that have some keep them. One step, undone as one.",
        )


def _save(
    page: ProjectPage, ids: Sequence[str], by_title: Mapping[str, str], changed: Mapping[Any, Mapping[str, Any]]
) -> str:
    document = page.project.document
    for row, given in changed.items():
        similar = tuple(by_title[title] for title in given.get("similar") or () if title in by_title)
        document = edits.edit_label(document, ids[int(row)], similar=similar)
    save_document(page, document, f"Similar labels of {say_count(len(changed), 'label')} changed")
    return f"{say_count(len(changed), 'label')} saved."


def _find(page: ProjectPage) -> None:
    page.runtime.background(Elicitations).find_similar(page.project, actor=page.actor)
