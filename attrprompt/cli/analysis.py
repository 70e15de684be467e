"""The commands that look at data sets: analyze measures them, check marks doubtful texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from attrprompt.analysis.texts.selection import Review, TextForm
from attrprompt.analysis_jobs.adherence import write_region_rows
from attrprompt.analysis_jobs.check import Check, apply_checks, make_check_request, remove_check_flags
from attrprompt.analysis_jobs.lexicons import LexiconsRequest
from attrprompt.analysis_jobs.paper import PaperRequest
from attrprompt.analysis_jobs.portraits import PortraitsRequest
from attrprompt.analysis_jobs.request import Part, make_request
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.cli.questions import MostTokens, judge_dataset
from attrprompt.cli.session import MODEL_OPTIONS, KeyVariable, ProjectName, get_session, refuse_idle, tell_tenths
from attrprompt.errors import InputError
from attrprompt.runtime.endpoints import choose_endpoint
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job

PAPER_PARTS = frozenset((Part.DIVERSITY, Part.SIMILARITY, Part.REGIONS))
SAMPLED_PARTS = PAPER_PARTS - {Part.REGIONS}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("analyze")(analyze)
    app.command("check")(check)


def analyze(
    context: typer.Context,
    project: ProjectName,
    datasets: Annotated[list[str], typer.Argument(help="One data set or more, to compare.")],
    only: Annotated[list[Part] | None, typer.Option(help="One family of figures. Repeatable; default all.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the subsamples.")] = 0,
    m: Annotated[int | None, typer.Option(min=1, help="Texts a subsample; default from the ladder.")] = None,
    text: Annotated[TextForm, typer.Option(help="Which form of the texts counts.")] = "clean",
    review: Annotated[Review, typer.Option(help="Which texts count, by how they were reviewed.")] = "ignored",
    reference: Annotated[
        str,
        typer.Option(
            help="With regions: uniform, countries, population, requested, a gold set, a CSV file (place,weight)."
        ),
    ] = "uniform",
    lexicon: Annotated[
        list[Path] | None, typer.Option(help="With regions: a word list of your own, CSV (term,group). Repeatable.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option(help="With regions: write the places in each text here, as JSONL.")
    ] = None,
    judge: Annotated[
        int | None, typer.Option(min=1, help="With adherence: let a model judge so many texts of each value.")
    ] = None,
    judge_dimension: Annotated[
        list[str] | None, typer.Option(help="With --judge: only this dimension. Repeatable; default all it can judge.")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="With --judge: an OpenAI-compatible endpoint.")] = None,
    model: Annotated[str | None, typer.Option(help="With --judge: the model's name there.")] = None,
    api_key_env: KeyVariable = None,
    max_tokens: MostTokens = None,
    tables: Annotated[bool, typer.Option(help="Also by label, attribute value and region.")] = True,
) -> None:
    """Diversity, similarity, regions, adherence and duplicates, each figure with its interval."""
    session = get_session(context)
    parts = only or list(Part)
    _refuse_idle_options(context, parts, judge=judge, tables=tables)
    if rows is not None and (rows.is_dir() or not rows.parent.is_dir()):
        raise InputError(f"--rows takes a file in a folder that exists, and '{rows}' is none. Name another.")
    name, table = read_reference(reference)
    lexicons = tuple((path.stem, read_table(path, "--lexicon")) for path in lexicon or ())
    stored = session.find_project(project)
    endpoint = choose_endpoint(stored, base_url=base_url, model=model, key_variable=api_key_env)
    store = session.runtime.store
    chosen = [store.datasets.find(stored.id, name) for name in datasets]
    request = make_request(
        store,
        stored,
        chosen,
        parts,
        seed=seed,
        m=m,
        text=text,
        review=review,
        reference=name,
        reference_csv=table,
        lexicons=lexicons,
        tables=tables,
    )
    job = JobContext(session.runtime.home, tell_tenths(session))
    analysis = run_job(request, job)
    result = analysis.to_json()
    if not PAPER_PARTS.isdisjoint(parts):
        result |= {"as_in_paper": run_job(request.ask(PaperRequest), job).to_json()}
    if Part.REGIONS in parts and tables:
        result |= {
            "portraits": run_job(request.ask(PortraitsRequest), job).to_json(),
            "lexicons": run_job(request.ask(LexiconsRequest), job).to_json(),
        }
    for dataset in chosen if judge is not None else ():
        adherence = analysis.datasets[dataset.name].adherence
        if adherence is not None and not adherence.note:
            judged = judge_dataset(
                session,
                stored,
                dataset,
                endpoint,
                per_value=judge or 1,
                dimensions=judge_dimension,
                max_tokens=max_tokens,
            )
            result["datasets"][dataset.name]["adherence"]["judged"] = {
                name: found.to_json() for name, found in judged.items()
            }
    if rows is not None:
        sets, _ = load_sets(request, job, with_vectors=False)
        result |= {"rows": {"path": str(rows), "rows": write_region_rows(request, sets, rows, job)}}
    session.emit(result)


def _refuse_idle_options(context: typer.Context, parts: Sequence[Part], *, judge: int | None, tables: bool) -> None:
    """Say which options would do nothing, instead of leaving them out without a word."""
    if Part.REGIONS not in parts:
        refuse_idle(context, ["rows"], "writes the places in each text; it goes with --only regions or with all parts.")
        refuse_idle(
            context, ["reference"], "is what regions are held against; it goes with --only regions or with all parts."
        )
    if Part.REGIONS not in parts or not tables:
        refuse_idle(
            context,
            ["lexicon"],
            "counts words by label and region; it goes with --only regions or all parts, without --no-tables.",
        )
    if Part.ADHERENCE not in parts:
        refuse_idle(context, ["judge"], "is about adherence; it goes with --only adherence or with all parts.")
    if PAPER_PARTS.isdisjoint(parts):
        refuse_idle(context, ["tables"], "is about figures by label; it goes with diversity, similarity or regions.")
    if SAMPLED_PARTS.isdisjoint(parts):
        refuse_idle(context, ["m"], "is the size of subsamples; it goes with --only diversity or similarity.")
    if set(parts) == {Part.DUPLICATES}:
        refuse_idle(context, ["seed"], "is about draws, and duplicates are counted in all texts; leave it out.")
    if judge is None:
        refuse_idle(
            context,
            ["judge_dimension", "max_tokens", *MODEL_OPTIONS],
            "is about the judging model; it goes with --judge N.",
        )


def read_reference(given: str) -> tuple[str, str]:
    """A reference's name and, where it is a file, its table.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(given)
    if path.suffix.lower() != ".csv" and not path.is_file():
        return given, ""
    return path.stem, read_table(path, "--reference")


def read_table(path: Path, option: str) -> str:
    """The text of a CSV file.

    Raises:
        InputError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{option} cannot read '{path}' ({error}). Give a CSV file in UTF-8.") from error


def check(
    context: typer.Context,
    project: ProjectName,
    dataset: Annotated[str, typer.Argument(help="Name of the data set.")],
    only: Annotated[list[Check] | None, typer.Option(help="One check. Repeatable; default all.")] = None,
    language: Annotated[str, typer.Option(help="Expected language, as en; default that of most texts.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the marks of all checks off again.")] = False,
) -> None:
    """Mark duplicates, other languages, copies of examples and doubtful labels; nothing is dropped."""
    session = get_session(context)
    if remove:
        refuse_idle(context, ["only", "language"], "is about marking; --remove takes the marks of all checks off.")
    if only and Check.LANGUAGE not in only:
        refuse_idle(context, ["language"], "goes with --only language or with all checks.")
    stored = session.find_project(project)
    store = session.runtime.store
    found = store.datasets.find(stored.id, dataset)
    if remove:
        remove_check_flags(store, found)
        session.emit({"dataset": found.name, "flags": {}})
        return
    request = make_check_request(store, stored, found, checks=tuple(only or Check), language=language)
    result = run_job(request, JobContext(session.runtime.home, tell_tenths(session)))
    flags = apply_checks(store, found, result)
    facts = {name: value for name, value in result.to_json().items() if name != "flags"}
    session.emit({"dataset": found.name, "flags": flags, **facts})
