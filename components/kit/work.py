"""CPU work on pages: asked for once, shown with its progress by every tab, ended by a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from attrprompt.generation.launch import default_concurrency
from attrprompt.generation.progress import format_seconds
from attrprompt.questionnaires.questionnaire import Asking, describe_cost
from attrprompt.runtime.background import STOPPING
from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import read_key
from attrprompt.store.answers import StoredAnswer
from attrprompt.store.jobs import CLOSED
from attrprompt.worker.jobs import Result, read_result
from components.kit.frame import ProjectPage
from components.kit.keys import find_key
from components.kit.notices import in_callback
from components.kit.text import escape_markdown

POLL_SECONDS = 0.7
POLL_SECONDS = 1.0


def find_or_compute(
    runtime: Runtime,
    kind: str,
    payload: Mapping[str, Any],
    *,
    doing: str,
    key: str,
    ask_first: str = "",
    again: str = "",
) -> Result | None:
    """The result of a job, or None while it is being computed; then its progress is drawn here.

    Work that begins by itself does so again after the app was closed in its midst; after a stop or a failure, and where
    the person began it, a button asks.

    Args:
        doing: what the person waits for.
        ask_first: words of a button, where the work should not begin by itself.
        again: words of the button after a stop, where the work goes on from what it kept.
    """
    path = runtime.find_result(kind, payload)
    if path is not None:
        return read_result(path)
    job = runtime.find_job(kind, payload)
    if job is not None and job.message == CLOSED and not ask_first:
        job = None  # nobody stopped it
    if job is None or job.state not in ("queued", "running"):
        if job is not None and job.state == "failed":
            st.error(f"{doing} ended without a result. {job.message}", icon=":material/error:")
        elif job is not None and job.state == "cancelled":
            kept = "what was finished of it is kept" if again else "nothing was computed to the end"
            said = CLOSED if job.message == CLOSED else f"Stopped; {kept}."
            st.info(f"{doing}: {said}", icon=":material/info:")
        stopped = job is not None and job.state in ("failed", "cancelled")
        if ask_first or stopped:
            st.button(
                (stopped and again) or ask_first or "Try again",
                key=f"{key}_start",
                icon=":material/play_arrow:",
                on_click=_submit,
                args=(runtime, kind, payload),
            )
            return None
        _submit(runtime, kind, payload)
    _draw_job(runtime, kind, payload, doing=doing, key=key)
    return None


def _submit(runtime: Runtime, kind: str, payload: Mapping[str, Any]) -> None:
    """Hand the work over, with the key that was typed for the endpoint that encodes, where one does."""
    address = (payload.get("encoder") or {}).get("base_url")
    runtime.submit_job(kind, payload, api_key=find_key(address) if address else None)


def _draw_job(runtime: Runtime, kind: str, payload: Mapping[str, Any], *, doing: str, key: str) -> None:
    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        job = runtime.find_job(kind, payload)
        if job is None or job.state not in ("queued", "running"):
            st.rerun()
        words = job.message or ("waiting for other work" if job.state == "queued" else "starting")
        left = ""
        if job.state == "running" and job.progress > 0.05:
            spent = job.changed - job.created
            left = f", about {format_seconds(spent / job.progress * (1 - job.progress))} left"
        draw_stoppable(
            job.progress, f"{doing}: {words}{left}", key=f"{key}_stop", stop=runtime.cancel_job, subject=job.id
        )

    poll()


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
