"""What a page says where its code fails as nobody foresaw: a sentence and the path of a log, never a traceback.

Streamlit asks a handler of the run at hand. A run that redraws one part begins without the page, and a callback runs
before it, so these have doors of their own: `fragment` here and `in_callback` beside the notices.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from attrprompt.defects import explain_defect
from attrprompt.errors import AttrPromptError
from attrprompt.settings import load_settings
from components.kit.notices import explain_failure, has_pending, show_error, show_pending

P = ParamSpec("P")
T = TypeVar("T")


def say_defects(title: str) -> None:
    """Let what fails on this page from here on be said by us."""

    def say(error: Exception) -> bool:
        show_error(explain_failure(error, f"page {title}"))
        return True

    context = get_script_run_ctx()
    if context is not None:
        context.on_script_error = say


def fragment(
    *, run_every: float | None = None, key: str | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A part of a page that redraws itself alone: `st.fragment` that says in its place what fails in it.

    The rest of the page is drawn all the same, and a part with a timer goes on: it may be well at the next tick. What
    callbacks left to say is said in the part too.
    """

    def decorate(draw: Callable[P, None]) -> Callable[P, None]:
        explained: dict[tuple[object, ...], AttrPromptError] = {}  # failing once a second is one entry in the log

        @st.fragment(run_every=run_every, key=key)  # noqa: TID251 (the one place)
        @wraps(draw)
        def part(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                if _is_drawn_alone() and has_pending():
                    if run_every:
                        st.rerun()  # the page says it: here it would be gone with the next tick
                    show_pending()
                draw(*args, **kwargs)
            except AttrPromptError as error:
                show_error(error)
            except Exception as defect:
                *_, (frame, line) = traceback.walk_tb(defect.__traceback__)
                same = type(defect), frame.f_code.co_filename, line
                if same not in explained:
                    explained[same] = explain_failure(defect, f"part {draw.__module__}.{draw.__qualname__}")
                show_error(explained[same])

        return part

    return decorate


def made_on_press(make: Callable[[], T], file: str) -> Callable[[], T]:
    """A file that is made once its download is pressed: Streamlit only says that it failed, so the log says why.

    Args:
        make: makes the content, away from the page.
        file: its name, for the log.
    """

    @wraps(make)
    def make_logged() -> T:
        try:
            return make()
        except Exception as error:
            explain_defect(error, load_settings().home, f"download {file}")
            raise

    return make_logged


def _is_drawn_alone() -> bool:
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)
