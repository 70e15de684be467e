"""Tables of a person's own that figures use: references for regions, and word lists; kept with the project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from attrprompt.errors import InputError
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

REFERENCES = "references"
LEXICONS = "lexicons"
LARGEST = 2_000_000


def list_own_tables(page: ProjectPage, kind: str) -> Mapping[str, str]:
    """The project's tables of a kind: name and CSV."""
    held: Mapping[str, str] = page.project.settings.get(kind) or {}
    return held


def draw_own_tables(
    page: ProjectPage, kind: str, *, title: str, about: str, check: Callable[[str, str], object], key: str
) -> None:
    """Add a table from a file, or take one away.

    Args:
        title: of the button that opens this.
        about: what a line of the file holds.
        check: reads the table (text, name); raises what is wrong with it.
    """
    with st.popover(escape(title), icon=":material/upload_file:", key=f"{key}_popover"):
        st.write(escape(about))
        turn = st.session_state.setdefault(f"{key}_turn", 0)
        upload = st.file_uploader("CSV file", type=["csv", "txt"], key=f"{key}_file_{turn}", max_upload_size=2)
        name = st.text_input(
            "Name", value=Path(upload.name).stem if upload else "", key=f"{key}_name_{upload.name if upload else ''}"
        )
        st.button(
            "Use this table",
            key=f"{key}_add",
            disabled=upload is None or not name.strip(),
            on_click=in_callback,
            args=(lambda: _add(page, kind, name.strip(), upload.getvalue() if upload else b"", check, key),),
        )
        for held in list_own_tables(page, kind):
            what, away = st.columns([3, 1], vertical_alignment="center")
            what.markdown(escape(held))
            away.button(
                "Remove",
                key=f"{key}_remove_{held}",
                on_click=in_callback,
                args=(lambda held=held: _remove(page, kind, held),),
                width="stretch",
            )


def _add(page: ProjectPage, kind: str, name: str, content: bytes, check: Callable[[str, str], object], key: str) -> str:
    if len(content) > LARGEST:
        raise InputError(f"The table has {len(content):,} bytes; at most {LARGEST:,} are kept.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("The table is not UTF-8 text. Save it as CSV in UTF-8.") from error
    check(text, name)
    tables = {**list_own_tables(page, kind), name: text}
    page.runtime.store.projects.save_settings(page.project.id, {kind: tables})
    st.session_state[f"{key}_turn"] += 1
    return f"{name} can be chosen now."


def _remove(page: ProjectPage, kind: str, name: str) -> str:
    tables = {held: text for held, text in list_own_tables(page, kind).items() if held != name}
    page.runtime.store.projects.save_settings(page.project.id, {kind: tables})
    return f"{name} is removed."
