"""The command that trains on data sets and tests on gold: evaluate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.texts.selection import Review
from attrprompt.cli.questions import MostTokens, ask_zero_shot
from attrprompt.cli.session import EXIT_DONE, MODEL_OPTIONS, KeyVariable, ProjectName, Session, get_session, refuse_idle
from attrprompt.encoding.encoder import BUNDLED_MODEL
from attrprompt.errors import InputError
from attrprompt.evaluation.costs import add_money
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.findings import describe_budget
from attrprompt.evaluation.finetune import FineTuning
from attrprompt.evaluation.plots import Scored, title_metrics
from attrprompt.evaluation.request import JOIN, make_evaluation
from attrprompt.evaluation.result import Evaluation
from attrprompt.questionnaires.zero_shot_scores import ZeroShotScores
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import choose_endpoint
from attrprompt.store import Store
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job

TUNING = ("tuned_model", "epochs", "seeds", "learning_rate")
TRAINING = ("classifier", "curve", "seed", "review", *TUNING)
ASKING = ("zero_shot_texts", "concurrency", "max_tokens", *MODEL_OPTIONS)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("evaluate")(evaluate)


def evaluate(
    context: typer.Context,
    project: ProjectName,
    test: Annotated[str, typer.Option(help="The gold data set to test on.")],
    train: Annotated[
        list[str] | None, typer.Option(help="A training set; A+B joins two. Repeatable, to compare.")
    ] = None,
    classifier: Annotated[
        str, typer.Option(help="probe: logistic regression on frozen embeddings; finetune: a small language model.")
    ] = "probe",
    curve: Annotated[bool, typer.Option(help="Also the scores at growing numbers of texts.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    review: Annotated[Review, typer.Option(help="Which texts count, by how they were reviewed.")] = "ignored",
    tuned_model: Annotated[
        str, typer.Option(help="Finetune: the bundled model, a folder or a hub id.")
    ] = BUNDLED_MODEL,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Finetune: passes over the texts.")] = 8,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Finetune: trainings, shown as points.")] = 5,
    learning_rate: Annotated[float, typer.Option(help="Finetune: highest learning rate.")] = 2e-5,
    zero_shot: Annotated[
        bool, typer.Option("--zero-shot", help="Also ask the generating model itself for the labels of the test texts.")
    ] = False,
    zero_shot_texts: Annotated[int | None, typer.Option(min=1, help="Ask about so many of them; default all.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Zero-shot: an OpenAI-compatible endpoint.")] = None,
    model: Annotated[str | None, typer.Option(help="Zero-shot: the model's name there.")] = None,
    api_key_env: KeyVariable = None,
    concurrency: Annotated[int | None, typer.Option(min=1, max=1000, help="Zero-shot: requests at once.")] = None,
    max_tokens: MostTokens = None,
) -> int:
    """Train a classifier on data sets, test it on gold: scores with intervals, paired comparisons, leakage.

    A fine-tuning that was interrupted goes on from its last whole epoch when the same command is given again, and
    --zero-shot from its last answer.
    """
    session = get_session(context)
    if not train and not zero_shot:
        raise InputError("Name at least one training set with --train, or ask the model itself with --zero-shot.")
    if classifier not in ("probe", "finetune"):
        raise InputError(f"--classifier takes probe or finetune, not '{classifier}'.")
    if not 0 < learning_rate <= 1:
        raise InputError(f"--learning-rate lies above 0 and is 1 at most, not {learning_rate}.")
    if not train:
        refuse_idle(context, TRAINING, "is about training; it goes with --train A.")
    if classifier != "probe":
        refuse_idle(context, ["curve"], "goes with --classifier probe: a curve takes over a hundred trainings.")
    else:
        refuse_idle(context, TUNING, "is about fine-tuning; it goes with --classifier finetune.")
    if not zero_shot:
        refuse_idle(context, ASKING, "is about asking the model for labels; it goes with --zero-shot.")
    stored = session.find_project(project)
    store = session.runtime.store
    tested = store.datasets.find(stored.id, test)
    evaluation: Evaluation | None = None
    if train:
        request = make_evaluation(
            store,
            stored,
            [find_parts(store, stored.id, named) for named in train],
            tested,
            classifier=classifier,
            curve=curve,
            seed=seed,
            review=review,
            tuning=FineTuning(model=tuned_model, epochs=epochs, seeds=seeds, learning_rate=learning_rate),
        )
        found = run_job(request, JobContext(session.runtime.home, _tell_steps(session)))
        evaluation = add_money(found, session.runtime.prices_for(stored.id), store.runs.find_endpoints(stored.id))
    baseline, status = None, EXIT_DONE
    if zero_shot:
        endpoint = choose_endpoint(stored, base_url=base_url, model=model, key_variable=api_key_env)
        baseline, status = ask_zero_shot(
            session,
            stored,
            tested,
            endpoint,
            at_most=zero_shot_texts,
            concurrency=concurrency,
            max_tokens=max_tokens,
        )
    if session.as_json:
        asked = {"zero_shot": None if baseline is None else baseline.to_json()} if zero_shot else {}
        session.emit(_print_whole(evaluation, tested) | asked | _print_only_model(evaluation))
    else:
        session.emit(_shorten(evaluation, baseline, tested))
    return status


def find_parts(store: Store, project_id: str, named: str) -> list[Dataset]:
    """The data sets that `A+B` names; a data set whose own name holds a plus is found too.

    Raises:
        InputError: there is no such data set.
    """
    names = {dataset.name: dataset for dataset in store.datasets.list_all(project_id)}
    if named in names:
        return [names[named]]
    return [store.datasets.find(project_id, name.strip()) for name in named.split(JOIN)]


def _print_whole(evaluation: Evaluation | None, tested: Dataset) -> dict[str, Any]:
    if evaluation is not None:
        return evaluation.to_json()
    return {"test": {"dataset": tested.name, "n": tested.rows}, "models": {}, "comparisons": []}


def _print_only_model(evaluation: Evaluation | None) -> dict[str, Any]:
    """The fields of the one model that was trained, to stand at top level too; nothing where there are several."""
    models = [] if evaluation is None else list(evaluation.models.values())
    return models[0].to_json() if len(models) == 1 else {}


def _shorten(evaluation: Evaluation | None, baseline: ZeroShotScores | None, tested: Dataset) -> dict[str, Any]:
    """What people read: scores with intervals and differences, without the texts behind each cell."""
    texts = tested.rows if evaluation is None else evaluation.test.n
    shown: dict[str, Any] = {"test": f"{tested.name}, {texts:,} texts"}
    if evaluation is not None:
        shown["models"] = {
            name: {"training texts": model.training_texts.n, **_title_scores(evaluation, model.scores)}
            for name, model in evaluation.models.items()
        }
        shown["comparisons"] = {
            f"{comparison.a} - {comparison.b}, {comparison.metric}, {comparison.scope}": _describe_difference(
                comparison
            )
            for comparison in evaluation.comparisons
        }
        shown["budget"] = [finding.headline for finding in describe_budget(evaluation)]
    if baseline is not None:
        shown["zero-shot"] = {
            "model": f"{baseline.model}, {baseline.test.n:,} texts",
            **_title_scores(baseline, baseline.scores),
            "answers that are no label": _describe_estimate(baseline.no_label),
        }
    shown["warnings"] = list(evaluation.warnings) if evaluation is not None else []
    return {name: value for name, value in shown.items() if value}


def _title_scores(scored: Scored, scores: Scores) -> dict[str, str]:
    return {title: _describe_estimate(scores[metric]) for metric, title in title_metrics(scored).items()}


def _describe_estimate(estimate: Estimate) -> str:
    return _with_interval(estimate.value, estimate.low, estimate.high)


def _describe_difference(comparison: Comparison) -> str:
    difference = _with_interval(comparison.difference or 0.0, comparison.low, comparison.high)
    return f"{difference}, {comparison.verdict or 'exploratory'}"


def _with_interval(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.3f} (no interval)" if low is None else f"{value:.3f} (95 % {low:.3f} to {high:.3f})"


def _tell_steps(session: Session) -> Callable[[float, str], None]:
    told = ""

    def tell(share: float, doing: str) -> None:
        nonlocal told
        if doing != told:
            told = doing
            session.tell(f"{share:.0%} {doing}")

    return tell
