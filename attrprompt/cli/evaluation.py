"""The command that trains on data sets and tests on gold: evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from attrprompt.analysis.encoder import BUNDLED_MODEL
from attrprompt.cli.session import Session, get_session
from attrprompt.errors import InputError
from attrprompt.evaluation.finetune import FineTuning
from attrprompt.evaluation.request import JOIN, make_evaluation
from attrprompt.records import Dataset
from attrprompt.store import Store
from attrprompt.worker.jobs import JobContext, read_result, run_job


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("evaluate")(evaluate)


def evaluate(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.", metavar="PROJECT")],
    train: Annotated[list[str], typer.Option(help="A training set; A+B joins two. Repeatable, to compare.")],
    test: Annotated[str, typer.Option(help="The gold data set to test on.")],
    classifier: Annotated[
        str, typer.Option(help="probe: logistic regression on frozen embeddings; finetune: a small language model.")
    ] = "probe",
    curve: Annotated[bool, typer.Option(help="Also the scores at growing numbers of texts.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    review: Annotated[str, typer.Option(help="ignored, accepted, or 'not rejected'.")] = "ignored",
    tuned_model: Annotated[
        str, typer.Option(help="Finetune: the bundled model, a folder or a hub id.")
    ] = BUNDLED_MODEL,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Finetune: passes over the texts.")] = 8,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Finetune: trainings, shown as points.")] = 5,
    learning_rate: Annotated[float, typer.Option(help="Finetune: highest learning rate.")] = 2e-5,
) -> None:
    """Train a classifier on data sets, test it on gold: scores with intervals, paired comparisons, leakage.

    A fine-tuning that was interrupted goes on from its last whole epoch when the same command is given again.
    """
    session = get_session(context)
    if classifier not in ("probe", "finetune"):
        raise InputError(f"--classifier takes probe or finetune, not '{classifier}'.")
    if not 0 < learning_rate <= 1:
        raise InputError(f"--learning-rate lies above 0 and is 1 at most, not {learning_rate}.")
    if curve and classifier != "probe":
        raise InputError("--curve goes with --classifier probe: a curve takes over a hundred trainings.")
    if review not in ("ignored", "accepted", "not rejected"):
        raise InputError(f"--review takes ignored, accepted or 'not rejected', not '{review}'.")
    stored = session.find_project(project)
    store = session.runtime.store
    training = [find_parts(store, stored.id, each) for each in train]
    tested = store.datasets.find(stored.id, test)
    tuning = FineTuning(model=tuned_model, epochs=epochs, seeds=seeds, learning_rate=learning_rate)
    request = make_evaluation(
        store,
        stored,
        training,
        tested,
        classifier=classifier,
        curve=curve,
        seed=seed,
        review=review,
        tuning=tuning,
    )
    path = run_job("evaluate", request.to_payload(), JobContext(session.runtime.home, _tell_steps(session)))
    result = read_result(path)
    assert isinstance(result, dict)
    if session.as_json:
        only = next(iter(result["models"].values())) if len(result["models"]) == 1 else {}
        session.emit(result | only)
    else:
        session.emit(_shorten(result))


def find_parts(store: Store, project_id: str, named: str) -> list[Dataset]:
    """The data sets that `A+B` names; a data set whose own name holds a plus is found too.

    Raises:
        InputError: there is no such data set.
    """
    names = {each.name: each for each in store.datasets.list_all(project_id)}
    if named in names:
        return [names[named]]
    return [store.datasets.find(project_id, each.strip()) for each in named.split(JOIN)]


def _shorten(result: Mapping[str, Any]) -> dict[str, Any]:
    """What people read: scores with intervals and differences, without the texts behind each cell."""
    return {
        "test": f"{result['test']['dataset']}, {result['test']['n']:,} texts",
        "models": {
            name: {
                "training texts": model["training_texts"]["n"],
                "accuracy": _with_interval(model["accuracy"]),
                "macro F1": _with_interval(model["macro_f1"]),
            }
            for name, model in result["models"].items()
        },
        "comparisons": {
            f"{each['a']} - {each['b']}, {each['metric']}, {each['scope']}": _with_interval(
                {**each, "value": each["difference"]}
            )
            + (f", {each['verdict']}" if each["verdict"] else ", exploratory")
            for each in result["comparisons"]
        },
        "warnings": result["warnings"],
    }


def _with_interval(figure: Mapping[str, Any]) -> str:
    if figure["low"] is None:
        return f"{figure['value']:.3f} (no interval)"
    return f"{figure['value']:.3f} (95 % {figure['low']:.3f} to {figure['high']:.3f})"


def _tell_steps(session: Session) -> Any:
    told = ""

    def tell(share: float, doing: str) -> None:
        nonlocal told
        if doing != told:
            told = doing
            session.tell(f"{share:.0%} {doing}")

    return tell
