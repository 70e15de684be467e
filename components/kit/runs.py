"""Runs as several pages need them: sending what is left, progress, failures."""

from __future__ import annotations

import streamlit as st

from attrprompt.generation.progress import describe_notes, format_seconds, measure_progress, sort_flags
from attrprompt.generation.run_options import read_notes
from attrprompt.generation.sending import load_run, start_run
from attrprompt.llm.prices import FREE, UNKNOWN, format_usd
from attrprompt.records import Run, RunState
from attrprompt.runtime.runtime import Runtime
from components.kit.frame import ProjectPage
from components.kit.keys import find_run_key
from components.kit.samples import describe_flag
from components.kit.text import Markdown, escape

STATE_WORDS = {
    RunState.PLANNED: "planned, not sent yet",
    RunState.RUNNING: "running",
    RunState.DONE: "done",
    RunState.DONE_WITH_FAILURES: "done, with failures",
    RunState.PAUSED: "paused",
    RunState.STOPPED: "stopped",
    RunState.FAILED: "could not go on",
    RunState.INTERRUPTED: "interrupted",
}


REASON_WORDS = {
    "rate_limited": "the endpoint asked for fewer requests",
    "timeout": "no answer in time",
    "connection": "the connection broke",
    "server_error": "the server failed",
    "bad_response": "the answer was not one",
    "only_thinking": "thinking used up the tokens of the answer",
    "auth": "the key was refused",
    "not_found": "unknown model or address",
    "bad_request": "the request was refused",
    "budget": "the budget was reached",
    "stopped": "stopped while in flight",
}


def send_rest(page: ProjectPage, run_id: int) -> None:
    """Start a run, or let the one that is being sent take in what was added.

    Raises:
        InputError: the run cannot be started.
    """
    run = load_run(page.runtime, run_id)
    if run.state is RunState.RUNNING:
        return
    start_run(page.runtime, run_id, find_run_key(run))


def draw_progress(runtime: Runtime, run: Run) -> None:
    """How far a run is: counts, rate, time left, tokens, cost so far and projected."""
    counters = run.counters
    price = runtime.prices_for(run.dataset.project_id).find(run.model, run.endpoint)
    cost = None if price is None else price.cost(counters.prompt_tokens, counters.completion_tokens)
    progress = measure_progress(run, cost)
    st.progress(min(progress.share, 1.0), text=describe_run(run))
    figures = st.columns(4)
    figures[0].metric("Texts stored", f"{counters.completed:,} of {counters.planned:,}", border=False)
    rate = "–" if progress.per_minute is None else f"{progress.per_minute:,.0f} a minute"
    figures[1].metric("Rate", escape(rate), border=False)
    left = "–" if progress.seconds_left is None else format_seconds(progress.seconds_left)
    figures[2].metric("Time left", escape(left), border=False)
    tokens = counters.prompt_tokens + counters.completion_tokens
    if price is None or progress.cost is None or price.is_free:
        said = UNKNOWN if price is None else FREE
        figures[3].metric("Tokens", f"{tokens:,}", escape(said), delta_color="off", delta_arrow="off")
    else:
        projected = "" if progress.projected_cost is None else f"of about {format_usd(progress.projected_cost)}"
        figures[3].metric(
            "Cost", escape(format_usd(progress.cost)), escape(projected), delta_color="off", delta_arrow="off"
        )
        if price.note:
            figures[3].caption(f"At the {escape(price.note)}")
    if said := describe_notes(read_notes(run)):
        st.caption(escape(said))
    if counters.maybe_billed_twice:
        st.caption(
            f"{counters.maybe_billed_twice} requests were in flight when the connection or the process ended; "
            "the endpoint may have billed them although no answer was stored."
        )


def describe_run(run: Run) -> Markdown:
    """A run and where it stands, in one line of Markdown."""
    failed = sum(run.counters.failed.values())
    unsent = run.counters.pending - run.waiting
    parts = [f"**{escape(run.name)}**: {STATE_WORDS[run.state]}"]
    if failed:
        parts.append(f"{failed:,} failed")
    if run.state not in (RunState.RUNNING, RunState.DONE, RunState.DONE_WITH_FAILURES) and unsent:
        parts.append(f"{unsent:,} left to send")
    if run.waiting:
        parts.append(f"{run.waiting:,} wait for a batch")
    line = ", ".join(parts)
    return Markdown(line if not run.reason or run.waits_for_batch else f"{line}. {escape(run.reason)}")


def draw_failures(runtime: Runtime, run: Run) -> None:
    """Failed items by reason, with what the endpoint said; and flags of stored texts."""
    failed = runtime.store.runs.summarise_failures(run.id)
    if failed:
        total = sum(alike.count for alike in failed)
        with st.expander(f"{total:,} items failed", expanded=run.state is not RunState.RUNNING):
            for alike in failed:
                st.markdown(f"- **{alike.count:,}**: {REASON_WORDS[alike.reason]}. {escape(alike.message)}")
            st.caption("Resume asks for failed items again.")
    flags = sort_flags(runtime.store.datasets.count_flags(run.id))
    if flags:
        words = ", ".join(f"{number:,} {describe_flag(flag)}" for flag, number in flags.items())
        st.caption(f"Marked among the stored texts: {escape(words)}. Nothing was dropped; Review shows them.")
