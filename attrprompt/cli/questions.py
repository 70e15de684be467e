"""What commands ask a model about single texts: labels for `evaluate`, the judge for `analyze`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from attrprompt.cli.session import Session
from attrprompt.generation.launch import default_concurrency
from attrprompt.llm.chat import Endpoint
from attrprompt.questionnaires.judge import plan_judging, score_judging
from attrprompt.questionnaires.questionnaire import describe_cost
from attrprompt.questionnaires.zero_shot import plan_zero_shot
from attrprompt.questionnaires.zero_shot_scores import score_zero_shot
from attrprompt.records import Dataset
from attrprompt.settings import read_key
from attrprompt.store import StoredProject

TOLD_EVERY = 10.0  # seconds


def ask_zero_shot(
    session: Session,
    project: StoredProject,
    test: Dataset,
    endpoint: Endpoint,
    *,
    at_most: int | None,
    concurrency: int | None,
) -> tuple[dict[str, Any] | None, bool]:
    """Ask what has no answer yet and score all answers: the scores, None without any answer, and whether all came."""
    runtime = session.runtime
    plan = plan_zero_shot(runtime.store, project, test, endpoint, at_most=at_most)
    prices = runtime.prices_for(project.id)
    known = runtime.store.answers.find(project.id, (each.key for each in plan.questions))
    left = len(plan.questions) - len(known)
    if left:
        session.tell(f"Asking {endpoint.model} about {left:,} texts: {describe_cost(plan, left, prices)}.")
        key = read_key(endpoint.api_key_env) if endpoint.api_key_env else None
        future = runtime.zero_shots.start(
            project.id, plan, key, concurrency=concurrency or default_concurrency(endpoint)
        )
        wait_for_answers(session, project.id, future)
    answers = runtime.store.answers.find(project.id, (each.key for each in plan.questions))
    complete = len(answers) == len({each.key for each in plan.questions})
    return (score_zero_shot(plan, answers, prices) if answers else None), complete


def wait_for_answers(session: Session, project_id: str, future: Future[int]) -> None:
    """Wait until all answers are there; an interrupt stops the asking and keeps what came."""
    try:
        _wait(session, project_id, future)
    except KeyboardInterrupt:
        session.tell("Stopping; answers that came are kept. The same command goes on from there.")
        session.runtime.zero_shots.stop(project_id)
        _wait(session, project_id, future)


def _wait(session: Session, project_id: str, future: Future[int]) -> None:
    told = time.monotonic()
    while True:
        try:
            future.result(timeout=1.0)
            return
        except FutureTimeout:
            if time.monotonic() - told >= TOLD_EVERY:
                told = time.monotonic()
                job = session.runtime.zero_shots.find(project_id)
                session.tell(job.message if job is not None else "")


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
