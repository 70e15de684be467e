"""The values of the open cell as a spreadsheet, and lines pasted into it.

The editor keeps the document that it was filled from for as long as it holds unsaved edits. So what others save
meanwhile neither empties it nor is overwritten: saving merges, and the same field changed twice is shown to both.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt import edits
from attrprompt.curation.matrix import Matrix
from attrprompt.errors import AttrPromptError, ConflictError
from attrprompt.project import DimensionKind, Project
from attrprompt.store import StoredProject
from components.attributes.cell import OpenCell, save_document, say_count
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback, leave_notice
from components.kit.text import escape

_BASE = "attributes_base"
_CONFLICT = "attributes_conflict"
_UNSAVED = "attributes_unsaved"
LONGEST = 640  # pixels


@dataclass(frozen=True, slots=True)
class _Unsaved:
    """Edits of an editor as they stood when it was drawn last; the browser forgets them once it is off screen."""

    cell: OpenCell
    revision: int
    state: Mapping[str, Any]
    left: bool = False


def draw_unsaved(page: ProjectPage, shown: OpenCell | None) -> None:
    """Edits that were left behind unsaved in another cell or view: save them or drop them, here.

    Args:
        page: the page.
        shown: the cell whose editor is on screen, if any.
    """
    unsaved: dict[str, _Unsaved] = st.session_state.setdefault(_UNSAVED, {})
    for key, draft in list(unsaved.items()):
        if not draft.left and shown is not None and shown.key == key:
            continue
        unsaved[key] = draft = replace(draft, left=True)
        words, save, drop = st.columns([4, 1, 1], vertical_alignment="center")
        words.warning(
            f"Unsaved in {escape(draft.cell.title)}: {escape(_describe(draft.state))}.",
            icon=":material/edit_note:",
        )
        save.button(
            "Save over theirs" if st.session_state.get(_CONFLICT) == key else "Save them",
            key=f"attributes_save_{key}",
            width="stretch",
            on_click=in_callback,
            args=(lambda draft=draft: _save_left(page, draft),),
        )
        drop.button(
            "Drop them",
            key=f"attributes_drop_{key}",
            width="stretch",
            on_click=in_callback,
            args=(_drop_edits, draft.cell),
        )


def draw_values(page: ProjectPage, cell: OpenCell) -> None:
    """The values, edited in place and saved as one step."""
    unsaved: dict[str, _Unsaved] = st.session_state.setdefault(_UNSAVED, {})
    if cell.key in unsaved and unsaved[cell.key].left:
        st.caption("Save or drop the unsaved edits above first; then the table is here again.")
        return
    base = _find_base(page, cell)
    key = _editor_key(cell, base.revision)
    frame = _build_frame(base.document, cell)
    if base.revision != page.project.revision:
        st.info(
            "The project was changed while you edit here. The table shows it as it was when you began; "
            "saving keeps both where they touch different fields.",
            icon=":material/group:",
        )
    st.data_editor(
        frame,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        height=min(LONGEST, 36 * (len(frame) + 2) + 3),
        row_height=36,
        column_config=_columns(cell),
        alt=f"Values of {cell.title}",
    )
    state: dict[str, Any] = st.session_state.get(key) or {}
    pending = _count_edits(state)
    if pending:
        unsaved[cell.key] = _Unsaved(cell, base.revision, deepcopy(state))
    else:
        unsaved.pop(cell.key, None)
    if st.session_state.get(_CONFLICT) == cell.key and pending:
        choice = st.container(horizontal=True, gap="small")
        choice.button(
            "Keep mine",
            key="attributes_keep_mine",
            on_click=in_callback,
            args=(lambda: _save(page, cell, base, st.session_state[key], over=True),),
            help="Your unsaved edits are written over what stands in the project now.",
        )
        choice.button(
            "Take theirs",
            key="attributes_take_theirs",
            on_click=in_callback,
            args=(_drop_edits, cell),
            help="Your unsaved edits are dropped.",
        )
    row = st.container(horizontal=True, gap="small")
    row.button(
        f"Save {say_count(pending, 'edit')}" if pending else "Save",
        key="attributes_save",
        icon=":material/save:",
        disabled=not pending,
        on_click=in_callback,
        args=(lambda: _save(page, cell, base, st.session_state[key], over=False),),
    )
    row.button(
        "Drop edits",
        key="attributes_drop",
        disabled=not pending,
        on_click=in_callback,
        args=(_drop_edits, cell),
    )


def draw_paste(page: ProjectPage, cell: OpenCell) -> None:
    """A field for pasted lines."""
    with st.expander("Add by pasting lines", icon=":material/content_paste:", key="attributes_paste"):
        turn = st.session_state.get("attributes_paste_turn", 0)
        key = f"attributes_paste_{cell.key}_{turn}"
        st.text_area(
            "One value a line",
            key=key,
            height=160,
            placeholder="World Cup\nOlympics\tsummer and winter games\t2",
            help="After a tab a description, after another tab a weight, as a spreadsheet pastes them. "
            "Bullets and numbers in front are taken away; what is there already is left out.",
        )
        st.button(
            f"Add to {escape(cell.title)}",
            key="attributes_paste_add",
            icon=":material/add:",
            on_click=in_callback,
            args=(lambda: _paste(page, cell, key),),
        )


def _find_base(page: ProjectPage, cell: OpenCell) -> StoredProject:
    """The document that the editor is filled from: the one its unsaved edits began with, else the newest."""
    bases: dict[str, int] = st.session_state.setdefault(_BASE, {})
    revision = bases.get(cell.key)
    if revision is not None and revision != page.project.revision:
        if _count_edits(st.session_state.get(_editor_key(cell, revision))):
            return _load(page, revision)
        revision = None
    bases[cell.key] = page.project.revision
    return page.project


def _load(page: ProjectPage, revision: int) -> StoredProject:
    """The project as it stood at a revision."""
    if revision == page.project.revision:
        return page.project
    document = page.runtime.store.projects.load_revision(page.project.id, revision)
    return replace(page.project, revision=revision, document=document)


def _editor_key(cell: OpenCell, revision: int) -> str:
    return f"attributes_values_{cell.key}_{revision}_{st.session_state.get('attributes_editor_turn', 0)}"


def _drop_edits(cell: OpenCell) -> None:
    st.session_state[_BASE].pop(cell.key, None)
    st.session_state[_UNSAVED].pop(cell.key, None)
    st.session_state.pop(_CONFLICT, None)
    st.session_state["attributes_editor_turn"] = st.session_state.get("attributes_editor_turn", 0) + 1


def _list_values(document: Project, cell: OpenCell) -> list[tuple[str, Any]]:
    dimension = document.dimensions.get(cell.dimension_id)
    if dimension is None:
        return []
    return dimension.values_for(cell.label_id) if cell.label_id else dimension.ordered()


def _build_frame(document: Project, cell: OpenCell) -> pd.DataFrame:
    values = _list_values(document, cell)
    columns: dict[str, Any] = {}
    if cell.dimension.kind is DimensionKind.LENGTH:
        columns["minimum"] = pd.Series([value.minimum for _, value in values], dtype="Int64")
        columns["maximum"] = pd.Series([value.maximum for _, value in values], dtype="Int64")
    else:
        columns["text"] = pd.Series([value.text for _, value in values], dtype="string")
    columns["description"] = pd.Series([value.description for _, value in values], dtype="string")
    columns["weight"] = pd.Series([value.weight for _, value in values], dtype="float64")
    if cell.label_id and any(len(value.labels) > 1 for _, value in values):
        titles = [
            ", ".join(document.labels[label].title for label in value.labels if label != cell.label_id)
            for _, value in values
        ]
        columns["also"] = pd.Series(titles, dtype="string")
    columns["origin"] = pd.Series([value.origin for _, value in values], dtype="string")
    return pd.DataFrame(columns)


def _columns(cell: OpenCell) -> dict[str, Any]:
    config = st.column_config
    return {
        "text": config.TextColumn("Value", width="large", required=True, max_chars=2_000),
        "minimum": config.NumberColumn("At least, words", min_value=1, max_value=100_000, step=1, required=True),
        "maximum": config.NumberColumn("At most, words", min_value=1, max_value=100_000, step=1, required=True),
        "description": config.TextColumn("Description", width=100, help="Enters the prompt in brackets."),
        "weight": config.NumberColumn(
            "Weight",
            min_value=0.0,
            max_value=1e6,
            default=1.0,
            format="%g",
            width=70,
            help="2 is drawn twice as often as 1.",
        ),
        "also": config.TextColumn("Also of", disabled=True, help="Saving changes the value for this label only."),
        "origin": config.TextColumn("From", disabled=True, width="small", help="Who or what made it."),
    }


def _count_edits(state: Mapping[str, Any] | None) -> int:
    if not state:
        return 0
    return sum(len(state.get(part) or ()) for part in ("edited_rows", "added_rows", "deleted_rows"))


def _save(page: ProjectPage, cell: OpenCell, base: StoredProject, state: Mapping[str, Any], *, over: bool) -> str:
    start = page.project if over else base
    ids = [value_id for value_id, _ in _list_values(base.document, cell)]
    document = _apply(start.document, cell, ids, state)
    summary = f"{cell.title}: {_describe(state)}"
    try:
        page.runtime.store.projects.save(page.project.id, start, document, actor=page.actor, summary=summary)
    except ConflictError:
        st.session_state[_CONFLICT] = cell.key
        raise
    _drop_edits(cell)
    return f"Saved: {_describe(state)}."


def _save_left(page: ProjectPage, unsaved: _Unsaved) -> str:
    """Save what was left behind; after a conflict was shown, over what stands there now."""
    over = st.session_state.get(_CONFLICT) == unsaved.cell.key
    return _save(page, unsaved.cell, _load(page, unsaved.revision), unsaved.state, over=over)


def _apply(document: Project, cell: OpenCell, ids: list[str], state: Mapping[str, Any]) -> Project:
    """The document with the editor's edits; rows are those of the base, in its order."""
    there = document.dimensions[cell.dimension_id].values if cell.dimension_id in document.dimensions else {}
    deleted = {ids[int(row)] for row in state.get("deleted_rows") or ()}
    for row, fields in (state.get("edited_rows") or {}).items():
        value_id = ids[int(row)]
        if value_id in deleted or value_id not in there:
            continue
        document = edits.edit_value(
            document, cell.dimension_id, value_id, only_label=cell.label_id, **_read_fields(fields)
        )
    gone = [value_id for value_id in deleted if value_id in there]
    if gone:
        document = edits.delete_values(document, cell.dimension_id, gone, only_label=cell.label_id)
    drafts = [draft for row in state.get("added_rows") or () if (draft := _read_draft(row)) is not None]
    if drafts:
        added = edits.add_values(document, cell.dimension_id, drafts, labels=cell.labels, origin="by hand")
        if added.duplicates:
            leave_notice(AttrPromptError(f"Left out, because there already: {', '.join(added.duplicates[:10])}."))
        document = added.project
    return document


def _read_fields(fields: Mapping[str, Any]) -> edits.ValueFields:
    read: edits.ValueFields = {}
    if "text" in fields:
        read["text"] = fields["text"] or ""
    if "description" in fields:
        read["description"] = fields["description"] or ""
    if "weight" in fields:
        read["weight"] = 1.0 if fields["weight"] is None else float(fields["weight"])
    if "minimum" in fields:
        read["minimum"] = _read_bound(fields["minimum"])
    if "maximum" in fields:
        read["maximum"] = _read_bound(fields["maximum"])
    return read


def _read_bound(given: float | None) -> int | None:
    return None if given is None else int(given)


def _read_draft(row: Mapping[str, Any]) -> edits.ValueDraft | None:
    """A row that was added in the editor; None where it is empty."""
    fields = {name: value for name, value in row.items() if value is not None}
    text = str(fields.get("text") or "").strip()
    bounds = [fields.get("minimum"), fields.get("maximum")]
    if not text and not any(bounds):
        return None
    if not text:
        text = "-".join(str(int(bound)) for bound in bounds if bound)
    return edits.ValueDraft(
        text=text, description=str(fields.get("description") or ""), weight=float(fields.get("weight") or 1.0)
    )


def _describe(state: Mapping[str, Any]) -> str:
    parts = [
        say_count(len(state.get(name) or ()), "value") + f" {word}"
        for name, word in (("edited_rows", "changed"), ("added_rows", "added"), ("deleted_rows", "deleted"))
        if state.get(name)
    ]
    return ", ".join(parts)


def _paste(page: ProjectPage, cell: OpenCell, key: str) -> str:
    pasted = edits.parse_pasted_values(st.session_state[key])
    if not pasted:
        raise AttrPromptError("Nothing was pasted. Write one value a line.")
    added = edits.add_values(page.project.document, cell.dimension_id, pasted, labels=cell.labels, origin="pasted")
    if added.ids:
        save_document(
            page, added.project, f"{cell.title}: {say_count(len(added.ids), 'value')} pasted", source="pasted"
        )
    st.session_state["attributes_paste_turn"] = st.session_state.get("attributes_paste_turn", 0) + 1
    left_out = f", {say_count(len(added.duplicates), 'line')} left out as there already" if added.duplicates else ""
    return f"{say_count(len(added.ids), 'value')} added{left_out}."


def draw_mark(page: ProjectPage, cell: OpenCell, matrix: Matrix) -> None:
    """Mark the open cell as done, or take the mark off."""
    done = (cell.label_id, cell.dimension_id) in page.runtime.store.cell_marks.list_all(page.project.id)
    held = matrix.cell(cell.label_id, cell.dimension_id)
    st.button(
        "Not done" if done else "Mark done",
        key="attributes_mark",
        icon=":material/undo:" if done else ":material/check:",
        disabled=not held.values and not done,
        on_click=in_callback,
        args=(page.runtime.store.cell_marks.mark, page.project.id, cell.label_id, cell.dimension_id),
        kwargs={"done": not done, "actor": page.actor},
        help="A mark for the matrix; values can still be changed.",
    )
