"""What commands ask a model about single texts: labels for `evaluate`, the judge for `analyze`."""

from __future__ import annotations

from collections.abc import Sequence

from attrprompt.cli.session import Session
from attrprompt.generation.launch import default_concurrency
from attrprompt.llm.chat import Endpoint
from attrprompt.questionnaires.judge import JudgedDimension, make_judge_questionnaire, score_judging
from attrprompt.questionnaires.questionnaire import Questionnaire, Questionnaires, describe_cost
from attrprompt.questionnaires.zero_shot import make_zero_shot_questionnaire
from attrprompt.questionnaires.zero_shot_scores import ZeroShotScores, score_zero_shot
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import read_endpoint_key
from attrprompt.store import StoredProject
from attrprompt.store.answers import StoredAnswer


def ask_zero_shot(
    session: Session,
    project: StoredProject,
    test: Dataset,
    endpoint: Endpoint,
    *,
    at_most: int | None,
    concurrency: int | None,
) -> tuple[ZeroShotScores | None, bool]:
    """Ask what has no answer yet and score all answers: the scores, None without any answer, and whether all came."""
    runtime = session.runtime
    questionnaire = make_zero_shot_questionnaire(runtime.store, project, test, endpoint, at_most=at_most)
    answers = _have_answered(session, project.id, questionnaire, concurrency)
    is_complete = len(answers) == len({question.key for question in questionnaire.questions})
    scores = score_zero_shot(questionnaire, answers, runtime.prices_for(project.id)) if answers else None
    return scores, is_complete


def _have_answered(
    session: Session, project_id: str, questionnaire: Questionnaire, concurrency: int | None
) -> dict[str, StoredAnswer]:
    """Ask what has no answer yet; all answers that came then."""
    store = session.runtime.store
    keys = {question.key for question in questionnaire.questions}
    left = len(keys) - len(store.answers.find(project_id, keys))
    if left:
        _ask(session, project_id, questionnaire, left, concurrency)
    return store.answers.find(project_id, keys)


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
) -> dict[str, JudgedDimension]:
    """Ask what has no answer yet; what all answers say, by dimension."""
    questionnaire = make_judge_questionnaire(
        session.runtime.store, project, dataset, endpoint, dimensions=dimensions, per_value=per_value
    )
    answers = _have_answered(session, project.id, questionnaire, None)
    return score_judging(questionnaire, answers)
