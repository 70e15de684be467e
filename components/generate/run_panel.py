"""One run on the Generate page: its progress while it goes, its latest texts, and stop, pause and resume."""

from __future__ import annotations

import streamlit as st

from attrprompt.generation.sending import end_run, load_run
from attrprompt.records import Run, RunState
from components.generate.batches import draw_batches
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.keys import lacks_key, say_missing_key
from components.kit.notices import in_callback
from components.kit.runs import describe_run, draw_failures, draw_progress, send_rest
from components.kit.samples import draw_text
from components.kit.text import escape

POLL_SECONDS = 1.0
LATEST = 4


def draw_run_panel(page: ProjectPage, run_id: int, *, compact: bool = False) -> None:
    """A run; while it is being sent it redraws itself, whoever sends it."""
    run = load_run(page.runtime, run_id)
    if compact:
        with st.expander(describe_run(run)):
            _draw(page, run)
        return
    is_running = run.state is RunState.RUNNING

    @fragment(run_every=POLL_SECONDS if is_running else None)
    def poll() -> None:
        now = load_run(page.runtime, run_id)
        with st.container(border=True):
            _draw(page, now)
        if is_running != (now.state is RunState.RUNNING):  # the page sets the timer, a click in here does not
            st.rerun()

    poll()


def _draw(page: ProjectPage, run: Run) -> None:
    draw_progress(page.runtime, run)
    _draw_actions(page, run)
    draw_batches(page, run)
    draw_failures(page.runtime, run)
    if run.counters.completed:
        st.markdown("###### Latest texts" if run.state is RunState.RUNNING else "###### Last texts")
        for sample in page.runtime.store.datasets.read_latest(run.id, limit=LATEST):
            draw_text(sample)
        st.page_link(
            "pages/review.py",
            label="Read all in Review",
            icon=":material/fact_check:",
            query_params={"project": page.project.id},
        )


def _draw_actions(page: ProjectPage, run: Run) -> None:
    runtime = page.runtime
    if run.state is RunState.RUNNING:
        stop, pause, _ = st.columns([1, 1, 3])
        stop.button(
            "Stop now",
            key=f"run_stop_{run.id}",
            icon=":material/stop:",
            width="stretch",
            disabled=bool(run.wanted_state),
            on_click=in_callback,
            args=(end_run, runtime, run.id, RunState.STOPPED),
            help="Requests in flight are cancelled after two seconds; stored texts stay.",
        )
        pause.button(
            "Pause",
            key=f"run_pause_{run.id}",
            icon=":material/pause:",
            width="stretch",
            disabled=bool(run.wanted_state),
            on_click=in_callback,
            args=(end_run, runtime, run.id, RunState.PAUSED),
            help="Requests in flight finish first.",
        )
        if run.wanted_state:
            st.caption("Ending; this takes a moment.")
    elif run.state.can_resume:
        if run.sendable:
            st.button(
                f"Resume: send {run.sendable:,} prompt{'' if run.sendable == 1 else 's'}",
                key=f"run_resume_{run.id}",
                icon=":material/play_arrow:",
                on_click=in_callback,
                args=(lambda: _resume(page, run),),
                help=f"To {escape(run.model)}, with the run's own parameters.",
            )
        if run.waiting:
            st.caption(
                f"{run.waiting:,} prompts wait for the results of a batch. Resume does not send them: they would be "
                "paid for twice."
            )
        if lacks_key(run):
            st.caption(f"This run used a key. {escape(say_missing_key(run))}")


def _resume(page: ProjectPage, run: Run) -> str:
    send_rest(page, run.id)
    return f"{run.name} goes on."
