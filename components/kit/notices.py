"""What pages say when there is nothing to show, when something failed, and when something was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec

import streamlit as st

from attrprompt.defects import explain_defect
from attrprompt.errors import AttrPromptError, ConflictError
from attrprompt.settings import load_settings
from components.kit.text import escape

P = ParamSpec("P")

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


def explain_failure(error: Exception, doing: str) -> AttrPromptError:
    """An error in words for people: as it is where it was made for them, else a defect, whose traceback is logged.

    Args:
        doing: the part of the app in which it arose.
    """
    if isinstance(error, AttrPromptError):
        return error
    return AttrPromptError(explain_defect(error, load_settings().home, doing))


def in_callback(action: Callable[P, str | None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a change inside a widget's callback; what it says, or why it failed, appears when the page is drawn.

    Every callback goes through here: after one that fails, Streamlit draws no page at all.
    """
    try:
        message = action(*args, **kwargs)
    except Exception as error:
        leave_notice(explain_failure(error, "callback"))
    else:
        if message:
            leave_notice(message)


def leave_notice(notice: str | AttrPromptError) -> None:
    """Keep a sentence or an error until the page is drawn next."""
    st.session_state.setdefault(_PENDING, []).append(notice)


def has_pending() -> bool:
    """Whether callbacks left something to say."""
    return bool(st.session_state.get(_PENDING))


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
