"""Views of runs that several pages share: choosing a data set, a run's progress, its failures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from attrprompt.generation.batches.files import WAITING
from attrprompt.generation.progress import format_cost, format_seconds, measure_progress, sort_flags
from attrprompt.records import Dataset, DatasetKind, Run, RunState, Sample
from attrprompt.runtime.runtime import Runtime
from components.kit.text import escape_markdown

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

FLAG_WORDS = {
    "length": "not the length asked for",
    "truncated": "cut at the longest length",
    "few_shot_copy": "copies an example",
}


def describe_flag(flag: str) -> str:
    """A flag in words."""
    return FLAG_WORDS.get(flag, flag.replace("_", " "))


REASON_WORDS = {
    "rate_limited": "the endpoint asked for fewer requests",
    "timeout": "no answer in time",
    "connection": "the connection broke",
    "server_error": "the server failed",
    "bad_response": "the answer was not one",
    "auth": "the key was refused",
    "not_found": "unknown model or address",
    "bad_request": "the request was refused",
    "budget": "the budget was reached",
    "stopped": "stopped while in flight",
}


def pick_dataset(datasets: Sequence[Dataset], *, key: str, label: str = "Data set") -> Dataset | None:
    """Choose one data set; None where there is none."""
    if not datasets:
        return None
    by_name = {each.name: each for each in datasets}
    linked = _read_link(key, by_name)
    if linked:
        st.session_state[key] = linked[0]
    elif st.session_state.get(key, "") not in by_name:  # of another project, or deleted meanwhile
        st.session_state.pop(key, None)
    chosen = st.selectbox(
        label,
        list(by_name),
        index=0 if key in st.session_state else len(by_name) - 1,
        key=key,
        persist_state="session",
        format_func=lambda name: f"{name} ({by_name[name].rows:,} texts)",
    )
    _write_link(key, [chosen])
    return by_name[chosen]


def pick_datasets(datasets: Sequence[Dataset], *, key: str, at_least: int = 1) -> list[Dataset]:
    """Choose the data sets to compare; by default the newest SimPrompt, the newest AttrPrompt and gold."""
    by_name = {each.name: each for each in datasets}
    linked = _read_link(key, by_name)
    if linked:
        st.session_state[key] = linked
    elif not set(st.session_state.get(key, ())) <= set(by_name):
        del st.session_state[key]
    chosen = st.multiselect(
        "Data sets to compare",
        list(by_name),
        default=None if key in st.session_state else [each.name for each in default_comparison(datasets)],
        key=key,
        persist_state="session",
        format_func=lambda name: f"{name} ({by_name[name].rows:,})",
    )
    _write_link(key, chosen)
    if len(chosen) < at_least:
        st.info(f"Choose at least {at_least} data set{'' if at_least == 1 else 's'} above.")
    return [by_name[name] for name in chosen]


def _read_link(key: str, known: Collection[str]) -> list[str]:
    """The data sets that a link names, once; a widget bound to the URL would put its words for people there."""
    linked = [name for name in st.query_params.get_all(key) if name in known]
    if linked == st.session_state.get(f"{key}_linked"):
        return []
    return linked


def _write_link(key: str, chosen: Sequence[str]) -> None:
    st.session_state[f"{key}_linked"] = list(chosen)
    st.query_params[key] = list(chosen)


def default_comparison(datasets: Sequence[Dataset]) -> list[Dataset]:
    """The newest data set with texts of each kind, in the order SimPrompt, AttrPrompt, MetaPrompt, gold.

    A variant of another run stands back behind the others of its kind.
    """
    order = (DatasetKind.SIMPROMPT, DatasetKind.ATTRPROMPT, DatasetKind.METAPROMPT, DatasetKind.GOLD)
    ordered = sorted(datasets, key=lambda each: not each.is_variant)
    newest = {each.kind: each for each in ordered if each.rows}
    return [newest[kind] for kind in order if kind in newest]


def draw_progress(runtime: Runtime, run: Run) -> None:
    """How far a run is: counts, rate, time left, tokens, cost so far and projected."""
    counters = run.counters
    cost = runtime.prices_for(run.dataset.project_id).cost(
        run.model, counters.prompt_tokens, counters.completion_tokens
    )
    progress = measure_progress(run, cost)
    st.progress(min(progress.share, 1.0), text=describe_run(run))
    figures = st.columns(4)
    figures[0].metric("Texts stored", f"{counters.completed:,} of {counters.planned:,}", border=False)
    rate = "–" if progress.per_minute is None else f"{progress.per_minute:,.0f} a minute"
    figures[1].metric("Rate", rate, border=False)
    left = "–" if progress.seconds_left is None else format_seconds(progress.seconds_left)
    figures[2].metric("Time left", left, border=False)
    tokens = counters.prompt_tokens + counters.completion_tokens
    if progress.cost is None:
        figures[3].metric("Tokens", f"{tokens:,}", "price unknown", delta_color="off", delta_arrow="off")
    else:
        projected = "" if progress.projected_cost is None else f"of about {format_cost(progress.projected_cost)}"
        figures[3].metric("Cost", format_cost(progress.cost), projected, delta_color="off", delta_arrow="off")
    if counters.maybe_billed_twice:
        st.caption(
            f"{counters.maybe_billed_twice} requests were in flight when the connection or the process ended; "
            "the endpoint may have billed them although no answer was stored."
        )


def describe_run(run: Run) -> str:
    """A run and where it stands, in one line of Markdown."""
    failed = sum(run.counters.failed.values())
    unsent = run.counters.pending - run.waiting
    parts = [f"**{escape_markdown(run.name)}**: {STATE_WORDS[run.state]}"]
    if failed:
        parts.append(f"{failed:,} failed")
    if run.state not in (RunState.RUNNING, RunState.DONE, RunState.DONE_WITH_FAILURES) and unsent:
        parts.append(f"{unsent:,} left to send")
    if run.waiting:
        parts.append(f"{run.waiting:,} wait for a batch")
    line = ", ".join(parts)
    return line if not run.reason or run.reason == WAITING else f"{line}. {escape_markdown(run.reason)}"


def draw_failures(runtime: Runtime, run: Run) -> None:
    """Failed items by reason, with what the endpoint said; and flags of stored texts."""
    failed = runtime.store.runs.count_failures(run.id)
    if failed:
        with st.expander(f"{sum(failed.values()):,} items failed", expanded=run.state is not RunState.RUNNING):
            for reason, number in sorted(failed.items(), key=lambda pair: -pair[1]):
                st.markdown(f"- **{number:,}**: {REASON_WORDS[reason]}")
            examples = runtime.store.runs.read_failures(run.id, limit=5)
            for each in examples:
                st.caption(f"Prompt {each.item}: {escape_markdown(each.message)}")
            st.caption("Resume asks for failed items again.")
    flags = sort_flags(runtime.store.datasets.count_flags(run.id))
    if flags:
        words = ", ".join(f"{number:,} {describe_flag(flag)}" for flag, number in flags.items())
        st.caption(f"Marked among the stored texts: {words}. Nothing was dropped; Review shows them.")


def draw_text(sample: Sample) -> None:
    """One generated text with its label and its attribute values."""
    with st.container(border=True):
        values = " · ".join(f"{escape_markdown(value)}" for value in sample.attributes.values())
        st.markdown(f"**{escape_markdown(sample.label)}**" + (f" :small[:gray[{values}]]" if values else ""))
        st.text(sample.text or "(empty answer)")
        if sample.flags:
            st.markdown(" ".join(f":orange-badge[{describe_flag(flag)}]" for flag in sample.flags))
