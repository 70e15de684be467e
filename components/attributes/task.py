"""The task: what one text is, where it comes from, and examples; models that propose attributes read it."""

from __future__ import annotations

import re

import streamlit as st

from attrprompt import edits
from components.attributes.cell import save_document
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback

EXAMPLES = 20


def draw_task(page: ProjectPage) -> None:
    """The fields of the task, saved together."""
    task = page.project.document.task
    key = f"task_{page.project.revision}"
    with st.form(key, border=False):
        text, domain, source = st.columns(3)
        text.text_input(
            "One text is a", task.text, key=f"{key}_text", max_chars=200, placeholder="news article, movie review …"
        )
        domain.text_input("Domain", task.domain, key=f"{key}_domain", max_chars=200)
        source.text_input("Source", task.source, key=f"{key}_source", max_chars=200, placeholder="The New York Times")
        st.text_area("Description", task.description, key=f"{key}_description", height=80, max_chars=2_000)
        st.text_area(
            "Example texts, an empty line between two",
            "\n\n".join(task.examples),
            key=f"{key}_examples",
            height=120,
            help="Shown to the model that proposes dimensions; never to the one that writes texts.",
        )
        st.toggle("A text may carry several labels", task.multi_label, key=f"{key}_multi")
        st.form_submit_button(
            "Save task",
            icon=":material/save:",
            key=f"{key}_save",
            on_click=in_callback,
            args=(lambda: _save(page, key),),
        )


def _save(page: ProjectPage, key: str) -> str | None:
    state = st.session_state
    examples = [example.strip() for example in re.split(r"\n\s*\n", state[f"{key}_examples"]) if example.strip()]
    document = edits.set_task(
        page.project.document,
        text=state[f"{key}_text"],
        domain=state[f"{key}_domain"],
        source=state[f"{key}_source"],
        description=state[f"{key}_description"],
        multi_label=state[f"{key}_multi"],
        examples=tuple(examples[:EXAMPLES]),
    )
    if document == page.project.document:
        return None
    save_document(page, document, "Task changed")
    return "The task is saved."
