"""What commands ask a model about single texts: labels for `evaluate`, the judge for `analyze`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from attrprompt.cli.session import EXIT_DONE, EXIT_FAILURES, EXIT_INTERRUPTED, Session
from attrprompt.generation.launch import default_concurrency
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.tokens import ONE_WORD_LIMIT
from attrprompt.questionnaires.judge import JudgedDimension, make_judge_questionnaire, score_judging
from attrprompt.questionnaires.questionnaire import Questionnaire, Questionnaires, describe_cost
from attrprompt.questionnaires.zero_shot import make_zero_shot_questionnaire
from attrprompt.questionnaires.zero_shot_scores import ZeroShotScores, score_zero_shot
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import read_endpoint_key
from attrprompt.store import StoredProject
from attrprompt.store.answers import StoredAnswer
from attrprompt.store.jobs import JobState

MostTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens",
        min=1,
        help="Most tokens of one answer of the model, thinking included; default leaves room to think. It is a "
        "ceiling: what is not used costs nothing.",
    ),
]


def ask_zero_shot(
    session: Session,
    project: StoredProject,
    test: Dataset,
    endpoint: Endpoint,
    *,
    at_most: int | None,
    concurrency: int | None,
    max_tokens: int | None,
) -> tuple[ZeroShotScores | None, int]:
    """Ask what has no answer yet and score all answers: the scores, None without any answer, and the exit status."""
    runtime = session.runtime
    limit = replace(ONE_WORD_LIMIT, chosen=max_tokens)
    questionnaire = make_zero_shot_questionnaire(runtime.store, project, test, endpoint, at_most=at_most, limit=limit)
    answers = _have_answered(session, project.id, questionnaire, concurrency)
    scores = score_zero_shot(questionnaire, answers, runtime.prices_for(project.id)) if answers else None
    if len(answers) == len({question.key for question in questionnaire.questions}):
        return scores, EXIT_DONE
    job = runtime.background(Questionnaires).find(project.id)
    return scores, EXIT_INTERRUPTED if job is not None and job.state is JobState.CANCELLED else EXIT_FAILURES


def _have_answered(
    session: Session, project_id: str, questionnaire: Questionnaire, concurrency: int | None
) -> dict[str, StoredAnswer]:
    """Ask what has no answer yet; all answers that came then. What has none is told."""
    store = session.runtime.store
    keys = {question.key for question in questionnaire.questions}
    left = len(keys) - len(store.answers.find(project_id, keys))
    if left:
        _ask(session, project_id, questionnaire, left, concurrency)
    answers = store.answers.find(project_id, keys)
    job = session.runtime.background(Questionnaires).find(project_id)
    if left and len(answers) < len(keys) and job is not None:
        session.tell(job.message)
    return answers


def _ask(session: Session, project_id: str, questionnaire: Questionnaire, left: int, concurrency: int | None) -> None:
    """Have what is left of a questionnaire answered; an interrupt stops the asking and keeps what came."""
    endpoint, prices = questionnaire.endpoint, session.runtime.prices_for(project_id)
    session.tell(f"Asking {endpoint.model} about {left:,} texts: {describe_cost(questionnaire, left, prices)}.")
    asking = session.runtime.background(Questionnaires)
    at_once = concurrency or default_concurrency(endpoint)

    def describe() -> str:
        job = asking.find(project_id)
        return job.message if job is not None else ""

    session.wait_for(
        asking.start(project_id, questionnaire, read_endpoint_key(endpoint), concurrency=at_once),
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
    max_tokens: int | None,
) -> dict[str, JudgedDimension]:
    """Ask what has no answer yet; what all answers say, by dimension."""
    questionnaire = make_judge_questionnaire(
        session.runtime.store,
        project,
        dataset,
        endpoint,
        dimensions=dimensions,
        per_value=per_value,
        limit=replace(ONE_WORD_LIMIT, chosen=max_tokens),
    )
    answers = _have_answered(session, project.id, questionnaire, None)
    return score_judging(questionnaire, answers)
