"""How far a run is: rate, time left, cost so far and projected; and the summary of one that ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attrprompt.generation.run_options import SendingNotes, read_notes
from attrprompt.generation.top_up import explain_end
from attrprompt.llm.dialect import describe_left_out
from attrprompt.records import Flag, Run, RunState
from attrprompt.runtime.runtime import Runtime


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run at one moment, for people.

    Attributes:
        share: completed and failed items over planned ones, 0 to 1.
        per_minute: answers a minute while it was being sent; None before the first.
        seconds_left: at that rate; None where it cannot be said.
        cost: USD so far; None where the price is not known.
        projected_cost: USD for the whole plan at the mean cost of an answer so far.
    """

    share: float
    per_minute: float | None
    seconds_left: float | None
    cost: float | None
    projected_cost: float | None


def measure_progress(run: Run, cost: float | None) -> RunProgress:
    """Progress of a run whose cost so far is known or not."""
    counters = run.counters
    ended = counters.completed + sum(counters.failed.values())
    per_minute = counters.completed / counters.seconds * 60 if counters.seconds > 0 and counters.completed else None
    running = run.state is RunState.RUNNING
    return RunProgress(
        share=ended / counters.planned if counters.planned else 0.0,
        per_minute=per_minute,
        seconds_left=counters.pending / per_minute * 60 if running and per_minute else None,
        cost=cost,
        projected_cost=cost / counters.completed * counters.planned
        if cost is not None and counters.completed
        else None,
    )


def describe_result(runtime: Runtime, run: Run) -> dict[str, Any]:
    """What the command line prints of a run."""
    counters, notes = run.counters, read_notes(run)
    cost = runtime.prices_for(run.dataset.project_id).cost(
        run.model, run.endpoint, counters.prompt_tokens, counters.completion_tokens
    )
    return {
        "run": run.name,
        "state": run.state.value,
        "planned": counters.planned,
        "completed": counters.completed,
        "failed": dict(counters.failed),
        **describe_end(runtime, run),
        "pending": counters.pending,
        **({"waiting": run.waiting} if run.waiting else {}),
        "flags": sort_flags(runtime.store.datasets.count_flags(run.id)),
        "requests": counters.requests,
        "maybe_billed_twice": counters.maybe_billed_twice,
        "seconds": round(counters.seconds, 3),
        "tokens": {
            "prompt": counters.prompt_tokens,
            "completion": counters.completion_tokens,
            **({"estimated_answers": notes.estimated} if notes.estimated else {}),
        },
        **({"not_sent": sorted(notes.not_sent)} if notes.not_sent else {}),
        "cost": cost,
        **({"meta_prompts": run.options["meta_prompts"]} if "meta_prompts" in run.options else {}),
    }


def describe_end(runtime: Runtime, run: Run) -> dict[str, Any]:
    """Why a run ended as it did: the reasons of its failed items, and its own where it has one."""
    reasons = [alike.to_json() for alike in runtime.store.runs.summarise_failures(run.id)]
    return {
        **({"reason": run.reason} if run.reason and not run.waits_for_batch else {}),
        **({"reasons": reasons} if reasons else {}),
        **({"top_up": ended} if (ended := explain_end(run)) else {}),
    }


def describe_notes(notes: SendingNotes) -> str:
    """What sending a run showed, in a sentence or two; empty where that is nothing."""
    sentences = [describe_left_out(notes.not_sent)] if notes.not_sent else []
    if notes.estimated:
        of = "1 answer are" if notes.estimated == 1 else f"{notes.estimated:,} answers are"
        sentences.append(f"The tokens of {of} estimated, because the endpoint gave no count that could be one.")
    return " ".join(sentences)


def sort_flags(counts: Mapping[str, int]) -> dict[str, int]:
    """Texts by flag, in the order of `Flag`."""
    return {flag.value: counts[flag.value] for flag in Flag if flag.value in counts}


def format_seconds(seconds: float) -> str:
    """A duration for people: `40 s`, `3 min`, `2 h 5 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
