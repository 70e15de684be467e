"""The labels of a task: added by pasting lines, edited as a table, deleted after it was said what goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from attrprompt import edits
from attrprompt.errors import AttrPromptError
from components.attributes.cell import read_edited_rows, save_document, say_count
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

FIELDS: tuple[Literal["name", "display", "description"], ...] = ("name", "display", "description")


def draw_add_labels(page: ProjectPage, *, first: bool = False) -> None:
    """A field for pasted label names."""
    turn = st.session_state.get("labels_paste_turn", 0)
    key = f"labels_paste_{turn}"
    st.text_area(
        "Labels, one a line",
        key=key,
        height=140,
        placeholder="World\nSports\nBusiness\nSci_Tech",
        help="After a tab a description. Bullets and numbers in front are taken away.",
    )
    st.button(
        "Add labels",
        key="labels_add",
        icon=":material/add:",
        type="primary" if first else "secondary",
        on_click=in_callback,
        args=(lambda: _add(page, key),),
    )


def draw_labels(page: ProjectPage) -> None:
    """All labels, edited in place; and their deletion."""
    document = page.project.document
    labels = document.ordered_labels()
    key = f"labels_table_{page.project.revision}"
    frame = pd.DataFrame(
        {field: pd.Series([getattr(label, field) for _, label in labels], dtype="string") for field in FIELDS}
    )
    frame["similar"] = pd.Series(
        [[document.labels[other].title for other in label.similar] for _, label in labels], dtype="object"
    )
    by_title = {label.title: label_id for label_id, label in labels}
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed",
        hide_index=True,
        row_height=36,
        alt="Labels of the task",
        column_config={
            "name": st.column_config.TextColumn("Name", required=True, max_chars=200, help="As data sets name it."),
            "display": st.column_config.TextColumn("Shown as", max_chars=200),
            "description": st.column_config.TextColumn("Description", width="large", max_chars=2_000),
            "similar": st.column_config.MultiselectColumn(
                "Easily confused with",
                options=list(by_title),
                help="The class-aware filter compares with these (empty: found by embedding), and a prompt says that "
                "its text is not about them.",
            ),
        },
    )
    changed = read_edited_rows(key)
    st.button(
        f"Save {say_count(len(changed), 'label')}" if changed else "Save labels",
        key="labels_save",
        icon=":material/save:",
        disabled=not changed,
        on_click=in_callback,
        args=(lambda: _save(page, [label_id for label_id, _ in labels], by_title, read_edited_rows(key)),),
    )
    adding, deleting = st.columns(2)
    with adding.expander("Add labels", icon=":material/add:"):
        draw_add_labels(page)
    with deleting.expander("Delete a label", icon=":material/delete:"):
        _draw_deletion(page)


def _draw_deletion(page: ProjectPage) -> None:
    document = page.project.document
    doomed = st.selectbox(
        "Label",
        [label_id for label_id, _ in document.ordered_labels()],
        index=None,
        key="labels_doomed",
        format_func=lambda key: document.labels[key].title if key in document.labels else "",
        placeholder="choose one",
    )
    if doomed not in document.labels:
        return
    st.write(escape(edits.describe_label_deletion(document, doomed)))
    st.button(
        f"Delete {escape(document.labels[doomed].title)}",
        key=f"labels_delete_{doomed}",
        on_click=in_callback,
        args=(lambda: _delete(page, doomed),),
    )


def _add(page: ProjectPage, key: str) -> str:
    drafts = edits.parse_pasted_values(st.session_state[key])
    if not drafts:
        raise AttrPromptError("No label was given. Write one a line.")
    document = edits.add_labels(page.project.document, drafts)
    save_document(page, document, f"{say_count(len(drafts), 'label')} added")
    st.session_state["labels_paste_turn"] = st.session_state.get("labels_paste_turn", 0) + 1
    return f"{say_count(len(drafts), 'label')} added."


def _save(
    page: ProjectPage, ids: list[str], by_title: Mapping[str, str], changed: Mapping[Any, Mapping[str, Any]]
) -> str:
    document = page.project.document
    for row, given in changed.items():
        fields: edits.labels.LabelFields = {}
        for name in FIELDS:
            if name in given:
                fields[name] = given[name] or ""
        if "similar" in given:
            fields["similar"] = tuple(by_title[title] for title in given["similar"] or () if title in by_title)
        document = edits.edit_label(document, ids[int(row)], **fields)
    save_document(page, document, f"{say_count(len(changed), 'label')} changed")
    return f"{say_count(len(changed), 'label')} saved."


def _delete(page: ProjectPage, label_id: str) -> str:
    title = page.project.document.labels[label_id].title
    save_document(page, edits.delete_label(page.project.document, label_id), f"Label {title} deleted")
    return f"{title} is deleted. Undo brings it back."
