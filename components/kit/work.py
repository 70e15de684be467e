"""CPU work on pages: asked for once, shown with its progress by every tab, ended by a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from attrprompt.generation.launch import default_concurrency
from attrprompt.generation.progress import format_seconds
from attrprompt.questionnaires.questionnaire import Questionnaire, Questionnaires, describe_cost
from attrprompt.runtime.runtime import Runtime
from attrprompt.store.answers import StoredAnswer
from attrprompt.store.jobs import Job, JobState
from attrprompt.worker.jobs import JobRequest, ResultT
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.keys import find_endpoint_key, find_key
from components.kit.notices import in_callback
from components.kit.text import escape

POLL_SECONDS = 0.7


def find_or_compute(
    runtime: Runtime, request: JobRequest[ResultT], *, doing: str, key: str, ask_first: str = "", again: str = ""
) -> ResultT | None:
    """The result of a job, or None while it is being computed; then its progress is drawn here.

    Work that begins by itself does so again after the app was closed in its midst; after a stop or a failure, and where
    the person began it, a button asks.

    Args:
        doing: what the person waits for.
        ask_first: words of a button, where the work should not begin by itself.
        again: words of the button after a stop, where the work goes on from what it kept.
    """
    result = runtime.find_result(request)
    if result is not None:
        return result
    job = runtime.find_job(request)
    if job is not None and job.closed and not ask_first:
        job = None  # nobody stopped it
    if job is None or not job.is_open:
        if job is not None:
            _explain_end(job, doing, is_kept=bool(again))
        if ask_first or job is not None:
            st.button(
                escape((job is not None and again) or ask_first or "Try again"),
                key=f"{key}_start",
                icon=":material/play_arrow:",
                on_click=in_callback,
                args=(_submit, runtime, request),
            )
            return None
        _submit(runtime, request)
    _draw_job(runtime, request, doing=doing, key=key)
    return None


def _explain_end(job: Job, doing: str, *, is_kept: bool) -> None:
    """Why there is no result, where there could be one."""
    if job.failed:
        st.error(escape(f"{doing} ended without a result. {job.message}"), icon=":material/error:")
    elif job.closed:
        st.info(escape(f"{doing}: {job.message}"), icon=":material/info:")
    else:
        kept = "what was finished of it is kept" if is_kept else "nothing was computed to the end"
        st.info(escape(f"{doing}: Stopped; {kept}."), icon=":material/info:")


def _submit(runtime: Runtime, request: JobRequest[Any]) -> None:
    """Hand the work over, with the key that was typed for the endpoint that it asks, where it asks one."""
    runtime.submit_job(request, api_key=find_key(request.asks) if request.asks else None)


def _draw_job(runtime: Runtime, request: JobRequest[Any], *, doing: str, key: str) -> None:
    @fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        job = runtime.find_job(request)
        if job is None or not job.is_open:
            st.rerun()
        words = job.message or ("waiting for other work" if job.state is JobState.QUEUED else "starting")
        left = ""
        if job.state is JobState.RUNNING and job.progress > 0.05:
            spent = job.changed - job.created
            left = f", about {format_seconds(spent / job.progress * (1 - job.progress))} left"
        draw_stoppable(
            job.progress, f"{doing}: {words}{left}", key=f"{key}_stop", stop=runtime.cancel_job, subject=job.id
        )

    poll()


def draw_stoppable(
    share: float,
    words: str,
    *,
    key: str,
    stop: Callable[[str], None],
    subject: str,
    stopping: bool = False,
    stays: str | None = None,
) -> None:
    """How far it is, and the button, which can be pressed once.

    Args:
        share: done of it, 0 to 1.
        words: what it does now; any text.
        key: of the button.
        stop: ends the work of the subject.
        stopping: whether it was asked to stop already.
        stays: what remains after a stop, shown as help.
    """
    bar, button = st.columns([6, 1], vertical_alignment="bottom")
    bar.progress(min(max(share, 0.0), 1.0), text=escape(words))
    button.button(
        "Stop",
        key=key,
        icon=":material/stop:",
        width="stretch",
        on_click=in_callback,
        args=(stop, subject),
        disabled=stopping,
        help=None if stays is None else escape(stays),
    )


def draw_asking(
    page: ProjectPage, questionnaire: Questionnaire, answers: Mapping[str, StoredAnswer], *, key: str
) -> None:
    """The button with its cost, or how far it is.

    Args:
        key: how the keys of its buttons begin.
    """
    job = page.runtime.background(Questionnaires).find(page.project.id)
    if job is not None and job.is_open:
        _draw_progress(page, key)
        return
    if job is not None and (job.failed or job.closed) and job.message:
        st.error(escape(job.message), icon=":material/error:")
    left = sum(question.key not in answers for question in questionnaire.questions)
    if not left:
        return
    if job is not None and job.state is JobState.DONE:
        st.caption(escape(f"Last time: {job.message}"))
    cost = describe_cost(questionnaire, left, page.runtime.prices_for(page.project.id))
    st.caption(escape(f"{left:,} requests to {questionnaire.endpoint.model}: {cost}."))
    st.button(
        f"Ask about the {left:,} that are left" if answers else f"Ask about {left:,} texts",
        key=f"{key}_start",
        icon=":material/play_arrow:",
        on_click=in_callback,
        args=(lambda: _start(page, questionnaire),),
    )


def _draw_progress(page: ProjectPage, key: str) -> None:
    @fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        job = page.runtime.background(Questionnaires).find(page.project.id)
        if job is None or not job.is_open:
            st.rerun()
        draw_stoppable(
            job.progress,
            job.message or "starting",
            key=f"{key}_stop",
            stop=page.runtime.background(Questionnaires).stop,
            subject=page.project.id,
            stopping=job.stopping,
        )

    poll()


def _start(page: ProjectPage, questionnaire: Questionnaire) -> str:
    endpoint = questionnaire.endpoint
    key = find_endpoint_key(endpoint)
    asking = page.runtime.background(Questionnaires)
    asking.start(page.project.id, questionnaire, key, concurrency=default_concurrency(endpoint))
    return f"{endpoint.model} is asked."
