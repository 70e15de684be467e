"""What pages say when there is nothing to show, when something failed, and when something was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from attrprompt.errors import AttrPromptError, ConflictError
from components.kit.text import escape

_PENDING = "notices_pending"


def show_empty(title: str, why: str, *, link: tuple[str, str] | None = None, project_id: str | None = None) -> None:
    """What will be here, why one wants it, and one link that leads there.

    Args:
        link: page file and label.
        project_id: carried along in the link.
    """
    with st.container(border=True, key=f"empty_{abs(hash(title)) % 10_000}"):
        st.markdown(f"#### {escape(title)}")
        st.markdown(escape(why))
        if link is not None:
            st.page_link(
                link[0],
                label=f"**{escape(link[1])}**",
                icon=":material/arrow_forward:",
                query_params={"project": project_id} if project_id else None,
            )


def show_error(error: AttrPromptError) -> None:
    """One error for people; both versions where two people changed the same thing."""
    st.error(escape(str(error)), icon=":material/error:")
    if isinstance(error, ConflictError) and error.path:
        yours, theirs = st.columns(2)
        yours.markdown("**Yours**")
        yours.code(_shorten(error.mine), language=None, wrap_lines=True)
        theirs.markdown(f"**{escape(error.who)}**")
        theirs.code(_shorten(error.theirs), language=None, wrap_lines=True)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error for people where it happens; a defect still crashes loudly."""
    try:
        yield
    except AttrPromptError as error:
        show_error(error)


def in_callback(action: Callable[[], str | None]) -> None:
    """Run a change inside a widget's callback; what it says, or its error, appears when the page is drawn."""
    try:
        message = action()
    except AttrPromptError as error:
        leave_notice(error)
    else:
        if message:
            leave_notice(message)


def leave_notice(notice: str | AttrPromptError) -> None:
    """Keep a sentence or an error until the page is drawn next."""
    st.session_state.setdefault(_PENDING, []).append(notice)


def show_pending() -> None:
    """Draw what callbacks left to say."""
    pending: list[Any] = st.session_state.pop(_PENDING, [])
    for notice in pending:
        if isinstance(notice, AttrPromptError):
            show_error(notice)
        else:
            st.toast(escape(notice), icon=":material/check:")


def _shorten(value: object) -> str:
    if isinstance(value, dict):
        value = next((value[field] for field in ("text", "name") if field in value), value)
    text = "(deleted)" if value is None else str(value)
    return text if len(text) <= 400 else text[:400] + " …"
