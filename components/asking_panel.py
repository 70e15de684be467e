"""Asking a model one question a text in the background: what it costs, how far it is, and how to stop it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from attrprompt.generation.launch import default_concurrency
from attrprompt.questionnaires.questionnaire import Asking, describe_cost
from attrprompt.settings import read_key
from attrprompt.store.answers import StoredAnswer
from components.keys import find_key
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape_markdown
from components.stoppable import draw_stoppable

POLL_SECONDS = 1.0


def draw_asking(page: ProjectPage, plan: Asking, answers: Mapping[str, StoredAnswer], *, key: str) -> None:
    """The button with its cost, or how far it is.

    Args:
        key: how the keys of its buttons begin.
    """
    job = page.runtime.zero_shots.find(page.project.id)
    if job is not None and job.state == "running":
        _draw_progress(page, key)
        return
    if job is not None and job.state == "failed" and job.message:
        st.error(escape_markdown(job.message), icon=":material/error:")
    left = sum(each.key not in answers for each in plan.questions)
    if not left:
        return
    cost = describe_cost(plan, left, page.runtime.prices_for(page.project.id))
    st.caption(f"{left:,} requests to {escape_markdown(plan.endpoint.model)}: {cost}.")
    st.button(
        f"Ask about the {left:,} that are left" if answers else f"Ask about {left:,} texts",
        key=f"{key}_start",
        icon=":material/play_arrow:",
        on_click=in_callback,
        args=(lambda: _start(page, plan),),
    )


def _draw_progress(page: ProjectPage, key: str) -> None:
    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        job = page.runtime.zero_shots.find(page.project.id)
        if job is None or job.state != "running":
            st.rerun()
        draw_stoppable(
            job.progress,
            job.message or "starting",
            key=f"{key}_stop",
            stop=page.runtime.zero_shots.stop,
            subject=page.project.id,
        )

    poll()


def _start(page: ProjectPage, plan: Asking) -> str:
    endpoint = plan.endpoint
    key = find_key(endpoint.base_url) or (read_key(endpoint.api_key_env) if endpoint.api_key_env else None)
    page.runtime.zero_shots.start(page.project.id, plan, key, concurrency=default_concurrency(endpoint))
    return f"{endpoint.model} is asked."
