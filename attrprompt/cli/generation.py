"""Commands that spend: plan, generate, resume, and what looks at or ends runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from attrprompt.cli.prompting import LabelSets, prepare_few_shots, prepare_meta_prompts, read_label_sets
from attrprompt.cli.session import (
    EXIT_DONE,
    EXIT_FAILURES,
    EXIT_INTERRUPTED,
    KeyVariable,
    ProjectName,
    Session,
    get_session,
    read_pairs,
    refuse_idle,
)
from attrprompt.errors import InputError
from attrprompt.generation.launch import check_budget, create_run, default_concurrency, name_run
from attrprompt.generation.plans.plan import (
    Distribution,
    PlanOptions,
    PlanStatistics,
    make_plan,
    read_options,
    write_plan,
)
from attrprompt.generation.progress import describe_end, describe_notes, describe_result
from attrprompt.generation.run_options import GenerationParameters, RunLimits, read_notes
from attrprompt.generation.sending import end_run, list_runs, load_run, owner_of, start_run
from attrprompt.generation.top_up import DOES_NOT_COUNT, explain_end, top_up
from attrprompt.project import Method, Project, explain_validation
from attrprompt.records import Flag, Run, RunState
from attrprompt.runtime.endpoints import choose_endpoint, endpoint_of, read_endpoint_key
from attrprompt.sampling import LabelSetSource, Sampler, leading_dimension

MethodOption = Annotated[Method, typer.Option(help="How the prompts are made.")]
PerClass = Annotated[int, typer.Option(help="Texts per class.", min=1)]
SamplerOption = Annotated[Sampler, typer.Option(help="How configurations are drawn.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same plan.", min=0)]
Fix = Annotated[list[str] | None, typer.Option(help="DIMENSION=VALUE: always this value. Repeatable.")]
MetaCount = Annotated[
    int | None,
    typer.Option(
        "--meta-prompts", min=1, max=100, help="MetaPrompt: the model writes so many prompts a class, kept for later."
    ),
]
Without = Annotated[list[str] | None, typer.Option(help="Leave this dimension out. Repeatable.")]
ClassSizes = Annotated[
    Distribution, typer.Option(help="equal, or long_tailed: fewer from class to class, in their order.")
]
Ratio = Annotated[float, typer.Option(help="Long-tailed: largest class over smallest.", min=1)]
ClassCounts = Annotated[
    list[str] | None, typer.Option("--class-count", help="LABEL=N: so many texts; unnamed labels get none. Repeatable.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("plan")(plan)
    app.command("generate")(generate)
    app.command("resume")(resume)
    app.command("top-up")(top_up_command)
    app.command("stop")(stop)
    app.command("runs")(runs)


def plan(
    context: typer.Context,
    project: ProjectName,
    method: MethodOption = Method.ATTRPROMPT,
    per_class: PerClass = 10,
    sampler: SamplerOption = Sampler.BALANCED,
    seed: Seed = 0,
    class_sizes: ClassSizes = Distribution.EQUAL,
    ratio: Ratio = 10.0,
    class_count: ClassCounts = None,
    label_sets: LabelSets = None,
    fix: Fix = None,
    without: Without = None,
    meta_prompts: MetaCount = None,
    out: Annotated[Path | None, typer.Option(help="Write the prompts here, as JSON lines.")] = None,
) -> None:
    """Make the exact prompts of a run and say what they cover; nothing is sent but what --meta-prompts asks for."""
    session = get_session(context)
    stored = session.find_project(project)
    options = _read_plan_options(
        context,
        method,
        per_class,
        sampler,
        seed,
        fix,
        without,
        class_sizes,
        ratio,
        class_count,
        label_sets,
        stored.document,
    )
    endpoint = choose_endpoint(stored)
    written = prepare_meta_prompts(session, stored, options, endpoint, meta_prompts, may_write=meta_prompts is not None)
    statistics = PlanStatistics(stored.document, options)
    prompts = written.take(meta_prompts) if written is not None else None
    items = statistics.watch(make_plan(stored.document, options, meta_prompts=prompts))
    if out is None:
        for _ in items:
            pass
    else:
        write_plan(items, out, multi_label=stored.document.task.multi_label)
    prices = session.runtime.prices_for(stored.id)
    summary = statistics.summarise(
        cost_of=lambda prompt, completion: prices.cost(endpoint.model, endpoint.base_url, prompt, completion)
    )
    session.emit(summary.to_json() | ({"out": str(out)} if out else {}))


def generate(
    context: typer.Context,
    project: ProjectName,
    method: MethodOption = Method.ATTRPROMPT,
    per_class: PerClass = 10,
    sampler: SamplerOption = Sampler.BALANCED,
    seed: Seed = 0,
    class_sizes: ClassSizes = Distribution.EQUAL,
    ratio: Ratio = 10.0,
    class_count: ClassCounts = None,
    label_sets: LabelSets = None,
    fix: Fix = None,
    without: Without = None,
    meta_prompts: MetaCount = None,
    few_shot: Annotated[int | None, typer.Option(min=1, help="Examples per class in each prompt.")] = None,
    few_shot_from: Annotated[
        str | None, typer.Option(help="Data set of the examples: gold, or what was accepted in Review.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="Name of the run; default METHOD-N.")] = None,
    base_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint.")] = None,
    model: Annotated[str | None, typer.Option(help="The model's name there.")] = None,
    api_key_env: KeyVariable = None,
    concurrency: Annotated[int | None, typer.Option(help="Requests at once, start and ceiling.")] = None,
    max_tokens: Annotated[int, typer.Option(help="Longest answer.")] = 512,
    temperature: Annotated[str, typer.Option(help="A number from 0 to 2; “none” sends none.")] = "1.0",
    no_seed: Annotated[bool, typer.Option("--no-seed", help="Send no seed with the prompts.")] = False,
    repetition_penalty: Annotated[float | None, typer.Option(help="Over 1 makes repetition less likely.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for one answer.")] = 120.0,
    budget: Annotated[float | None, typer.Option(help="Stop at this cost, in USD.")] = None,
    budget_tokens: Annotated[int | None, typer.Option(help="Stop at this number of tokens.")] = None,
    requests_per_minute: Annotated[int | None, typer.Option()] = None,
    tokens_per_minute: Annotated[int | None, typer.Option()] = None,
    no_send: Annotated[
        bool, typer.Option("--no-send", help="Only store the plan: for batch-export or resume.")
    ] = False,
) -> int:
    """Plan a run, send it, and store every answer when it arrives."""
    session = get_session(context)
    stored = session.find_project(project)
    endpoint = choose_endpoint(stored, base_url=base_url, model=model, key_variable=api_key_env)
    try:
        parameters = GenerationParameters(
            temperature=_read_temperature(temperature),
            send_seed=not no_seed,
            max_tokens=max_tokens,
            repetition_penalty=repetition_penalty,
        )
        limits = RunLimits(
            concurrency=concurrency or default_concurrency(endpoint),
            timeout=timeout,
            budget=budget,
            budget_tokens=budget_tokens,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error
    check_budget(session.runtime.prices_for(stored.id), endpoint, limits)
    options = _read_plan_options(
        context,
        method,
        per_class,
        sampler,
        seed,
        fix,
        without,
        class_sizes,
        ratio,
        class_count,
        label_sets,
        stored.document,
    )
    name = run or name_run(session.runtime.store, stored.id, options.method.value)
    few_shots = prepare_few_shots(session, stored, few_shot, few_shot_from, seed=seed)
    written = prepare_meta_prompts(
        session, stored, options, endpoint, meta_prompts, may_write=True, max_tokens=max_tokens
    )
    made = create_run(
        session.runtime.store,
        stored,
        options,
        endpoint,
        name=name,
        parameters=parameters,
        limits=limits,
        meta_prompts=written.take(meta_prompts) if written is not None else None,
        few_shots=few_shots,
        facts=written.to_facts(meta_prompts) if written is not None else None,
    )
    if no_send:
        session.emit(describe_result(session.runtime, made))
        return EXIT_DONE
    return _send(session, made)


def resume(
    context: typer.Context,
    project: ProjectName,
    run: Annotated[str, typer.Argument(help="Name of the run.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also what waits for the results of a batch; it may be paid for twice.")
    ] = False,
) -> int:
    """Send what is left of a run; endpoint, model and parameters are the run's own.

    What waits for the results of a batch is not sent: it would be paid for twice.
    """
    session = get_session(context)
    stored = session.find_project(project)
    found = session.runtime.store.runs.find(stored.id, run)
    if found.state is RunState.DONE:
        session.emit(describe_result(session.runtime, found))
        return EXIT_DONE
    if anyway:
        session.runtime.store.batches.give_up(found.id)
        found = session.runtime.store.runs.load(found.id)
    return _send(session, found)


def top_up_command(
    context: typer.Context,
    project: ProjectName,
    run: Annotated[str, typer.Argument(help="Name of the run.")],
    flag: Annotated[
        list[Flag] | None,
        typer.Option(help="Texts with this mark do not count. Repeatable; default empty and refusal."),
    ] = None,
) -> int:
    """Ask again for what does not count until the run has the texts that were wanted, in at most five rounds.

    A round that brings nothing is the last. Rejected texts never count. What does not count stays in the data set.
    """
    session = get_session(context)
    stored = session.find_project(project)
    store = session.runtime.store
    found = store.runs.find(stored.id, run)
    added = top_up(store, found.dataset, flag or DOES_NOT_COUNT)
    session.tell(f"{added:,} prompts are asked again.")
    found = store.runs.load(found.id)
    if not found.sendable or owner_of(session.runtime, found.id) is not None:  # whoever sends it takes them in
        session.emit(describe_result(session.runtime, found))
        return EXIT_DONE
    return _send(session, found)


def stop(
    context: typer.Context,
    project: ProjectName,
    run: Annotated[str, typer.Argument(help="Name of the run.")],
    pause: Annotated[bool, typer.Option("--pause", help="Let the requests in flight finish.")] = False,
) -> None:
    """Ask a run to stop, in whichever process it is being sent."""
    session = get_session(context)
    stored = session.find_project(project)
    found = load_run(session.runtime, session.runtime.store.runs.find(stored.id, run).id)
    if found.state is not RunState.RUNNING:
        raise InputError(f"The run '{found.name}' is not being sent; it is {found.state.value}.")
    end_run(session.runtime, found.id, RunState.PAUSED if pause else RunState.STOPPED)
    session.emit({"run": found.name, "asked": "pause" if pause else "stop"})


def runs(context: typer.Context, project: ProjectName) -> None:
    """List a project's runs with their states."""
    session = get_session(context)
    stored = session.find_project(project)
    rows: list[dict[str, Any]] = [
        {
            "run": run.name,
            "state": run.state.value,
            "planned": run.counters.planned,
            "completed": run.counters.completed,
            "failed": dict(run.counters.failed),
            **describe_end(session.runtime, run),
        }
        for run in list_runs(session.runtime, stored.id)
    ]
    session.emit({"runs": rows})


def _send(session: Session, run: Run) -> int:
    def describe() -> str:
        counters = session.runtime.store.runs.load(run.id).counters
        return f"{counters.completed} of {counters.planned} stored."

    future = start_run(session.runtime, run.id, read_endpoint_key(endpoint_of(run)))
    if known := session.runtime.dialect_of(endpoint_of(run)).describe():
        session.tell(known)
    session.tell(f"Sending {run.sendable:,} prompts of '{run.name}' to {run.model}.")
    session.wait_for(
        future,
        describe=describe,
        stop=lambda: end_run(session.runtime, run.id, RunState.PAUSED),
        stopping="Stopping; stored answers are kept.",
    )
    ended = load_run(session.runtime, run.id)
    result = describe_result(session.runtime, ended)
    session.emit(result)
    if said := describe_notes(read_notes(ended).without_fields()):
        session.tell(said)
    if session.as_json:  # else it stands in the result
        for alike in result.get("reasons", ()):
            session.tell(f"{alike['count']:,} failed ({alike['kind']}): {alike['message']}")
    if stopped := explain_end(ended):
        session.tell(stopped)
    if ended.reason and (session.as_json or "reason" not in result):
        session.tell(ended.reason)
    if ended.counters.pending:
        return EXIT_INTERRUPTED if ended.state is not RunState.FAILED else EXIT_FAILURES
    return EXIT_FAILURES if ended.counters.failed else EXIT_DONE


def _read_temperature(given: str) -> float | None:
    if given.strip().lower() == "none":
        return None
    try:
        return float(given)
    except ValueError as error:
        raise InputError(f"--temperature takes a number from 0 to 2, or none, not '{given}'.") from error


def _read_plan_options(
    context: typer.Context,
    method: Method,
    per_class: int,
    sampler: Sampler,
    seed: int,
    fix: list[str] | None,
    without: list[str] | None,
    class_sizes: Distribution,
    ratio: float,
    class_count: list[str] | None,
    label_sets: str | None,
    document: Project,
) -> PlanOptions:
    multi_label = document.task.multi_label
    sets, fixed = read_label_sets(label_sets, multi_label=multi_label), read_pairs(fix, option="--fix")
    counts = read_pairs(class_count, option="--class-count", at_last=True)
    for name, count in counts.items():
        if not count.isdecimal():
            raise InputError(f"--class-count takes LABEL=N with a whole number, not '{name}={count}'.")
    if counts:
        refuse_idle(
            context,
            ["per_class"],
            "does not go with --class-count; give one, not both: a label that has no count gets no text.",
        )
    if class_sizes is not Distribution.LONG_TAILED:
        refuse_idle(
            context, ["ratio"], "is the largest class over the smallest; it goes with --class-sizes long_tailed."
        )
    if sets.get("source") is LabelSetSource.SETS:
        refuse_idle(
            context,
            ["class_count", "class_sizes"],
            "says how many texts a label gets, and so does the file of --label-sets. Give --per-class with the file.",
        )
    if method is not Method.ATTRPROMPT:
        leading = leading_dimension(document)  # where its values bring the labels, a fixed one decides on them
        brings_labels = multi_label and sets.get("source") in (None, LabelSetSource.VALUES)
        is_heard = brings_labels and all(document.find_dimension(name) == leading for name in fixed)
        idle = ["sampler", "without", *([] if is_heard else ["fix"])]
        refuse_idle(context, idle, "is about the attributes in a prompt; it goes with --method attrprompt.")
    return read_options(
        {
            "method": method,
            "per_class": per_class,
            "sampler": sampler,
            "seed": seed,
            "distribution": class_sizes,
            "ratio": ratio,
            "class_counts": counts or None,
            "fixed": fixed,
            "without": without or [],
            "label_sets": sets,
        }
    )
