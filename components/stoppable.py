"""Work that goes on in the background, as a bar with a button that stops it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from attrprompt.runtime.background import STOPPING
from components.kit.text import escape_markdown


def draw_stoppable(
    share: float, words: str, *, key: str, stop: Callable[[str], object], subject: str, stays: str | None = None
) -> None:
    """How far it is, and the button, which can be pressed once.

    Args:
        share: done of it, 0 to 1.
        words: what it does now; any text.
        key: of the button.
        stop: ends the work of the subject.
        stays: what remains after a stop, shown as help.
    """
    bar, button = st.columns([6, 1], vertical_alignment="bottom")
    bar.progress(min(max(share, 0.0), 1.0), text=escape_markdown(words))
    button.button(
        "Stop",
        key=key,
        icon=":material/stop:",
        width="stretch",
        on_click=stop,
        args=(subject,),
        disabled=words.endswith(STOPPING),
        help=stays,
    )
