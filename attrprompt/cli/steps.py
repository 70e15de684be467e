"""Commands around one run: ablate (one thing differs), reweigh (against noise), feedback (for the next round)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from attrprompt.cli.session import ProjectName, RunName, Session, get_session, tell_tenths
from attrprompt.errors import InputError
from attrprompt.evaluation.request import EvaluateRequest, make_evaluation
from attrprompt.evaluation.steps.ablations import find_variants, list_ablations, plan_ablation
from attrprompt.evaluation.steps.feedback import choose_helpful, find_rounds, plan_next_round
from attrprompt.evaluation.steps.influence import InfluenceRequest
from attrprompt.evaluation.steps.reweigh import ReweighRequest
from attrprompt.evaluation.steps.variants import VariantsRequest, tabulate_variants
from attrprompt.generation.sending import list_runs
from attrprompt.records import Run
from attrprompt.report.tables import write_csv
from attrprompt.store import StoredProject
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, ResultT, run_job

TestName = Annotated[str, typer.Option(help="The gold data set that tests.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("ablate")(ablate)
    app.command("reweigh")(reweigh)
    app.command("feedback")(feedback)


def ablate(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    plan: Annotated[list[str] | None, typer.Option(help="Plan this variant, by its key. Repeatable.")] = None,
    test: Annotated[str | None, typer.Option(help="Compare the variants with texts on this gold data set.")] = None,
) -> None:
    """List the variants of a run that differ in one thing, plan some, or compare those that have texts.

    A planned variant is sent with `resume`.
    """
    session = get_session(context)
    stored = session.find_project(project)
    store = session.runtime.store
    base = store.runs.find(stored.id, run)
    ablations = {ablation.key: ablation for ablation in list_ablations(store, base)}
    unknown = [key for key in plan or () if key not in ablations]
    if unknown:
        raise InputError(f"'{run}' has no variant '{unknown[0]}'. There are: {', '.join(ablations)}.")
    variants = find_variants(base, list_runs(session.runtime, stored.id))
    for key in plan or ():
        if key in variants:
            raise InputError(f"'{variants[key].name}' is planned already. Send it with resume.")
        variants[key] = plan_ablation(store, stored, base, ablations[key])
    listed = [
        {"key": key, "title": ablation.title, "run": variants[key].name if key in variants else None}
        for key, ablation in ablations.items()
    ]
    named = {str(variant.options["ablation"]["title"]): variant for variant in variants.values()}
    rows = _compare(session, stored, base, named, test) if test is not None else []
    session.emit({"base": base.name, "variants": listed, "rows": rows})


def reweigh(
    context: typer.Context,
    project: ProjectName,
    dataset: Annotated[str, typer.Argument(help="Name of the data set to weigh.", metavar="DATASET")],
    test: TestName,
    seed: Annotated[int, typer.Option(min=0, help="Of the halves and the draws.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write each text's weight here, as CSV.")] = None,
) -> None:
    """Learn a weight for each text so that noise counts less (after SunGen); the probe before and after."""
    session = get_session(context)
    stored = session.find_project(project)
    printed = _run(session, _make_request(session, stored, dataset, test, seed).ask(ReweighRequest)).to_json()
    weights = printed.pop("weights")
    if out is not None:
        session.write(out, write_csv(weights).encode())
    session.emit(printed | ({"out": str(out)} if out is not None else {}))


def feedback(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    test: TestName,
    per_class: Annotated[int, typer.Option(min=1, help="Examples per class.")] = 2,
    plan: Annotated[bool, typer.Option("--plan", help="Plan the next round with these examples.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Compare the rounds that have texts.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the splits.")] = 0,
) -> None:
    """Choose the texts that help a small model most (after ProGen), as examples for the prompts of the next round.

    A planned round is sent with `resume`.
    """
    session = get_session(context)
    stored = session.find_project(project)
    store = session.runtime.store
    base = store.runs.find(stored.id, run)
    ranking = _run(session, _make_request(session, stored, run, test, seed).ask(InfluenceRequest))
    helpful = choose_helpful(store, base, ranking, per_class)
    made = plan_next_round(store, stored, base, helpful, per_class) if plan else None
    rounds = find_rounds(base, list_runs(session.runtime, stored.id)) if compare else {}
    session.emit(
        {
            "base": base.name,
            "helpful": [
                {"item": text.sample.item, "label": text.sample.label, "influence": text.influence} for text in helpful
            ],
            "harmful_share": ranking.harmful_share,
            "run": made.name if made is not None else None,
            "rows": _compare(session, stored, base, rounds, test) if rounds else [],
        }
    )


def _make_request(session: Session, stored: StoredProject, dataset: str, test: str, seed: int) -> EvaluateRequest:
    store = session.runtime.store
    training = [[store.datasets.find(stored.id, dataset)]]
    return make_evaluation(store, stored, training, store.datasets.find(stored.id, test), seed=seed)


def _compare(
    session: Session, stored: StoredProject, base: Run, variants: Mapping[str, Run], test: str
) -> list[dict[str, Any]]:
    store = session.runtime.store
    tested = store.datasets.find(stored.id, test)
    written = [[run.dataset] for run in variants.values() if run.counters.completed]
    if not written:
        raise InputError(f"No variant of '{base.name}' has texts yet. Plan one and send it with resume.")
    request = make_evaluation(store, stored, [[base.dataset], *written], tested).ask(VariantsRequest)
    return [row.to_json() for row in tabulate_variants(_run(session, request), base, variants)]


def _run(session: Session, request: JobRequest[ResultT]) -> ResultT:
    return run_job(request, JobContext(session.runtime.home, tell_tenths(session)))
