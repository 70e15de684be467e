"""The part of `analyze` that lets a model judge adherence on a sample of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrprompt.cli.questions import wait_for_answers
from attrprompt.cli.session import Session
from attrprompt.generation.launch import default_concurrency
from attrprompt.llm.chat import Endpoint
from attrprompt.questionnaires.judge import plan_judging, score_judging
from attrprompt.records import Dataset
from attrprompt.settings import read_key
from attrprompt.store import StoredProject


def judge_dataset(
    session: Session,
    project: StoredProject,
    dataset: Dataset,
    endpoint: Endpoint,
    *,
    per_value: int,
    dimensions: Sequence[str] | None,
) -> dict[str, Any]:
    """Ask what has no answer yet; what all answers say, by dimension."""
    runtime = session.runtime
    plan = plan_judging(runtime.store, project, dataset, endpoint, dimensions=dimensions, per_value=per_value)
    keys = {each.key for each in plan.questions}
    left = len(keys) - len(runtime.store.answers.find(project.id, keys))
    if left:
        session.tell(f"Asking {endpoint.model} about {left:,} texts of {dataset.name}.")
        key = read_key(endpoint.api_key_env) if endpoint.api_key_env else None
        future = runtime.zero_shots.start(project.id, plan, key, concurrency=default_concurrency(endpoint))
        wait_for_answers(session, project.id, future)
    answers = runtime.store.answers.find(project.id, keys)
    return {name: judged.to_json() for name, judged in score_judging(plan, answers).items()}
