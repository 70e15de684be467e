"""What commands ask a model about single texts: labels for `evaluate`, the judge for `analyze`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrprompt.cli.session import Session
from attrprompt.generation.launch import default_concurrency
from attrprompt.llm.chat import Endpoint
from attrprompt.questionnaires.judge import JudgedDimension, plan_judging, score_judging
from attrprompt.questionnaires.questionnaire import Questionnaire, Questionnaires, describe_cost
from attrprompt.questionnaires.zero_shot import plan_zero_shot
from attrprompt.questionnaires.zero_shot_scores import score_zero_shot
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import read_endpoint_key
from attrprompt.store import StoredProject


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
        _ask(session, project.id, plan, left, concurrency)
    answers = runtime.store.answers.find(project.id, (each.key for each in plan.questions))
    complete = len(answers) == len({each.key for each in plan.questions})
    return (score_zero_shot(plan, answers, prices) if answers else None), complete


def _ask(session: Session, project_id: str, plan: Questionnaire, left: int, concurrency: int | None) -> None:
    """Have what is left of a questionnaire answered; an interrupt stops the asking and keeps what came."""
    endpoint, prices = plan.endpoint, session.runtime.prices_for(project_id)
    session.tell(f"Asking {endpoint.model} about {left:,} texts: {describe_cost(plan, left, prices)}.")
    asking = session.runtime.background(Questionnaires)

    def describe() -> str:
        job = asking.find(project_id)
        return job.message if job is not None else ""

    session.wait_for(
        asking.start(
            project_id, plan, read_endpoint_key(endpoint), concurrency=concurrency or default_concurrency(endpoint)
        ),
        describe=describe,
        stop=lambda: asking.stop(project_id),
        stopping="Stopping; answers that came are kept. The same command goes on from there.",
    )


def judge_dataset(
    session: Session,
    project: StoredProject,
    dataset: Dataset,
    endpoint: Endpoint,
    *,
    per_value: int,
    dimensions: Sequence[str] | None,
) -> dict[str, JudgedDimension]:
    """Ask what has no answer yet; what all answers say, by dimension."""
    runtime = session.runtime
    plan = plan_judging(runtime.store, project, dataset, endpoint, dimensions=dimensions, per_value=per_value)
    keys = {each.key for each in plan.questions}
    left = len(keys) - len(runtime.store.answers.find(project.id, keys))
    if left:
        _ask(session, project.id, plan, left, None)
    answers = runtime.store.answers.find(project.id, keys)
    return score_judging(plan, answers)
