"""A home of its own for a test or a module, and runs in its store: planned, and with texts where these are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from attrprompt.generation.fewshot import FewShots
from attrprompt.generation.launch import create_run
from attrprompt.generation.plans.plan import PlanOptions
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.llm.chat import Endpoint
from attrprompt.project import Method
from attrprompt.records import Run, RunCounters, RunState
from attrprompt.runtime.runtime import close_runtime
from attrprompt.store import NewSample, PlannedItem, Store, StoredProject

NOBODY = Endpoint("http://127.0.0.1:1/v1", "m1")

WriteText = Callable[[PlannedItem], str]


@contextmanager
def open_home(folder: Path) -> Iterator[Path]:
    """The home of this process; its runtime, if anybody opens one, is closed in the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTRPROMPT_HOME", str(folder))
        yield folder
        close_runtime(folder)


def plan_run(
    store: Store,
    project: StoredProject,
    *,
    name: str = "r1",
    endpoint: Endpoint = NOBODY,
    few_shots: FewShots | None = None,
    **options: Any,
) -> Run:
    """A stored plan, five prompts a class where nothing is said; limits and parameters are told by their names."""
    limits = {each: options.pop(each) for each in RunLimits.model_fields if each in options}
    parameters = {each: options.pop(each) for each in GenerationParameters.model_fields if each in options}
    return create_run(
        store,
        project,
        PlanOptions(**{"method": Method.SIMPROMPT, "per_class": 5, **options}),
        endpoint,
        name=name,
        parameters=GenerationParameters(**parameters),
        limits=RunLimits(**limits),
        few_shots=few_shots,
    )


def finish_run(store: Store, run: Run, write: WriteText, *, flags: Mapping[int, tuple[str, ...]] | None = None) -> Run:
    """A text for each prompt, as a model would have left them: 5 tokens of prompt and 10 of answer each."""
    answers = [
        NewSample(
            item.item,
            text=write(item),
            raw="raw",
            labels=item.labels,
            attributes=item.attributes,
            prompt=item.prompt,
            flags=(flags or {}).get(item.item, ()),
        )
        for item in store.runs.iterate_plan(run.id)
    ]
    n = len(answers)
    counters = RunCounters(
        planned=n, completed=n, requests=n, prompt_tokens=5 * n, completion_tokens=10 * n, seconds=2.0
    )
    store.runs.commit(run.id, answers, [], counters, in_flight=0)
    store.runs.finish(run.id, RunState.DONE, "", counters)
    return store.runs.load(run.id)
