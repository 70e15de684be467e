"""The frame of every page: its title, the project, the person and the sidebar."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from attrprompt.app_files import APP_FOLDER
from attrprompt.errors import AttrPromptError
from attrprompt.runtime.runtime import Runtime, open_runtime
from attrprompt.store import StoredProject
from components.kit.defects import say_defects
from components.kit.identity import find_actor
from components.kit.notices import show_empty, show_error, show_pending
from components.kit.presses import keep_presses
from components.kit.sidebar import draw_sidebar
from components.kit.text import escape
from components.kit.theme import mend_theme

PRODUCT = "AttrPrompt Studio"
ICON = APP_FOLDER / "static" / "icon.svg"  # a material icon would be fetched from the network
_PROJECT = "frame_project"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page without a project works with."""

    runtime: Runtime
    actor: str


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """What a page of a project works with."""

    runtime: Runtime
    actor: str
    project: StoredProject


def open_page(title: str, question: str) -> Page:
    """Begin a page that needs no project.

    Args:
        question: one sentence: what this page answers.
    """
    runtime = _begin(title)
    draw_sidebar(runtime, _find_project(runtime))
    _draw_title(title, question)
    return Page(runtime, find_actor(runtime))


def open_project_page(title: str, question: str, *, sidebar: bool = True) -> ProjectPage:
    """Begin a page of the open project; without one, the page says where to open one and ends."""
    runtime = _begin(title)
    project = _find_project(runtime)
    if sidebar:
        draw_sidebar(runtime, project)
    _draw_title(title, question)
    if project is None:
        show_empty(
            "No project is open",
            "Everything here belongs to a project: a task with its labels and attributes. Open the demo or start one.",
            link=("app.py", "Go to Projects"),
        )
        st.stop()
    return ProjectPage(runtime, find_actor(runtime), project)


def find_open_project(page: Page) -> StoredProject | None:
    """The open project of a page that works without one too."""
    return _find_project(page.runtime)


def remember_project(project_id: str) -> None:
    """Make a project the open one of this session."""
    st.session_state[_PROJECT] = project_id


def forget_project() -> None:
    """No project is open any more."""
    st.session_state.pop(_PROJECT, None)
    st.query_params.pop("project", None)


def _begin(title: str) -> Runtime:
    st.set_page_config(page_title=f"{title} · {PRODUCT}", page_icon=str(ICON), layout="wide")
    mend_theme()
    keep_presses()
    say_defects(title)
    try:
        runtime = open_runtime()
    except AttrPromptError as error:
        show_error(error)
        st.stop()
    other = runtime.find_other_server()
    if other is not None:
        st.warning(
            f"Another app server (process {other}) uses the same home. Both see the same projects and runs; close one "
            "of them unless you want two.",
            icon=":material/warning:",
        )
    return runtime


def _find_project(runtime: Runtime) -> StoredProject | None:
    """The project of the URL, else of the session; an unknown one is told and forgotten."""
    wanted = st.query_params.get("project") or st.session_state.get(_PROJECT)
    if wanted is None:
        return None
    try:
        project = runtime.store.projects.load(wanted)
    except AttrPromptError as error:
        forget_project()
        show_error(error)
        return None
    st.session_state[_PROJECT] = project.id
    st.query_params["project"] = project.id
    return project


def _draw_title(title: str, question: str) -> None:
    st.title(escape(title), anchor=False)
    st.caption(escape(question))
    show_pending()
