"""The history of a project: what undo would take back, and every change with who, when and by what."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from attrprompt.project import Project
from attrprompt.records import format_time
from attrprompt.store import Revision
from attrprompt.store.patches import MISSING, FieldChange
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.row_choice import choose_row
from components.kit.text import escape, shorten

SHOWN = 200
PATHS_SHOWN = 60
KINDS = {"edit": "change", "undo": "taken back", "redo": "brought back"}


def draw_undo_redo(page: ProjectPage) -> None:
    """Two buttons that name what they would take back or bring back for this person."""
    undoable, redoable = page.runtime.store.projects.peek(page.project.id, actor=page.actor)
    row = st.container(horizontal=True, gap="small", key="attributes_steps")
    for kind, word, revision in (("undo", "Undo", undoable), ("redo", "Redo", redoable)):
        row.button(
            escape(f"{word}: {shorten(revision.summary, 48)}" if revision else word),
            key=f"attributes_{kind}",
            icon=f":material/{kind}:",
            disabled=revision is None,
            on_click=in_callback,
            args=(lambda kind=kind, revision=revision: _step(page, kind, revision),),
            help=f"Your last change: {escape(revision.summary)}" if revision else "Nothing of yours is left.",
        )


def draw_history(page: ProjectPage) -> None:
    """All changes, the newest first; one that is chosen is shown field by field."""
    projects = page.runtime.store.projects
    revisions = projects.history(page.project.id, limit=SHOWN)
    frame = pd.DataFrame(
        {
            "n": [revision.n for revision in revisions],
            "when": [format_time(revision.at)[:16].replace("T", " ") for revision in revisions],
            "who": [revision.actor for revision in revisions],
            "kind": [KINDS.get(revision.kind, revision.kind) for revision in revisions],
            "source": [revision.source.removeprefix("model:") for revision in revisions],
            "what": [revision.summary for revision in revisions],
        }
    )
    picked = choose_row(
        frame,
        key=f"history_table_{page.project.revision}",
        alt="Changes of the project, the newest first",
        columns={
            "n": st.column_config.NumberColumn("No.", width="small"),
            "when": st.column_config.TextColumn("When (UTC)"),
            "who": "Who",
            "kind": "Kind",
            "source": "By",
            "what": st.column_config.TextColumn("What", width="large"),
        },
    )
    if len(revisions) == SHOWN:
        st.caption(f"The newest {SHOWN} of {page.project.revision + 1:,} changes.")
    if picked is None:
        st.caption("Choose a row to see what it changed, field by field.")
        return
    _draw_change(page, revisions[picked])


def _draw_change(page: ProjectPage, revision: Revision) -> None:
    st.markdown(f"**{escape(revision.summary)}**, by {escape(revision.actor)}")
    changes = page.runtime.store.projects.list_changes(page.project.id, revision.n)
    if not changes:
        st.caption("The project began with this.")
        return
    rows = [
        {
            "field": _name_field(page.project.document, change),
            "before": _show(change.before),
            "after": "(deleted)" if change.after is MISSING else _show(change.after),
        }
        for change in changes[:PATHS_SHOWN]
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        alt="Fields that this change touched, before and after",
        column_config={"field": "Field", "before": "Before", "after": "After"},
    )
    if len(changes) > PATHS_SHOWN:
        st.caption(f"The first {PATHS_SHOWN} of {len(changes):,} fields.")


def _name_field(document: Project, change: FieldChange) -> str:
    """A path in the document in words: ids become the names that stand there now."""
    words: list[str] = []
    dimension = None
    for section, part in zip(("", *change.keys), change.keys, strict=False):
        if section == "labels" and part in document.labels:
            words.append(document.labels[part].title)
        elif section == "dimensions" and part in document.dimensions:
            dimension = document.dimensions[part]
            words.append(dimension.name)
        elif section == "values" and dimension is not None and part in dimension.values:
            words.append(f"“{shorten(dimension.values[part].text, 60)}”")
        elif section in ("labels", "dimensions", "values", "constraints"):
            words.append(shorten(_find_name(change.after), 60))
        elif part not in ("dimensions",):
            words.append(part)
    return " › ".join(word for word in words if word)


def _show(value: object) -> str:
    """A value of the document; an object goes by what it is called."""
    return "" if value is None or value is MISSING else shorten(_find_name(value) or str(value), 200)


def _find_name(value: object) -> str:
    """What an object of the document is called; nothing for other values."""
    if not isinstance(value, Mapping):
        return ""
    return str(next((value[field] for field in ("text", "name", "reason") if value.get(field)), ""))


def _step(page: ProjectPage, kind: str, revision: Revision | None) -> str | None:
    """Undo or redo, and keep the decisions that the change had accepted in step."""
    store = page.runtime.store
    if revision is None:
        return None
    if kind == "undo":
        store.projects.undo(page.project.id, actor=page.actor)
    else:
        store.projects.redo(page.project.id, actor=page.actor)
    store.proposals.reopen_of_revision(page.project.id, revision.n, undone=kind == "undo")
    return f"{'Taken back' if kind == 'undo' else 'Brought back'}: {revision.summary}"
