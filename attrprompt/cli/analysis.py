"""The command that measures data sets: analyze."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attrprompt.cli.session import get_session, tell_tenths
from attrprompt.errors import InputError
from attrprompt.inspection.adherence import write_region_rows
from attrprompt.inspection.jobs import load_sets
from attrprompt.inspection.request import Part, make_request
from attrprompt.worker.jobs import JobContext, read_result, run_job

ProjectName = Annotated[str, typer.Argument(help="Name of the project.", metavar="PROJECT")]


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("analyze")(analyze)


def analyze(
    context: typer.Context,
    project: ProjectName,
    datasets: Annotated[list[str], typer.Argument(help="One data set or more, to compare.")],
    only: Annotated[list[Part] | None, typer.Option(help="One family of figures. Repeatable; default all.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the subsamples.")] = 0,
    m: Annotated[int | None, typer.Option(min=1, help="Texts a subsample; default from the ladder.")] = None,
    text: Annotated[str, typer.Option(help="clean or raw.")] = "clean",
    review: Annotated[str, typer.Option(help="ignored, accepted, or 'not rejected'.")] = "ignored",
    reference: Annotated[str, typer.Option(help="With regions: uniform, population, requested, a data set, a CSV.")] = (
        "uniform"
    ),
    rows: Annotated[
        Path | None, typer.Option(help="With regions: write the places in each text here, as JSONL.")
    ] = None,
    tables: Annotated[bool, typer.Option(help="Also by label and attribute value.")] = True,
) -> None:
    """Diversity, similarity, regions, adherence and duplicates, each figure with its interval."""
    session = get_session(context)
    if text not in ("clean", "raw"):
        raise InputError(f"--text takes clean or raw, not '{text}'.")
    if review not in ("ignored", "accepted", "not rejected"):
        raise InputError(f"--review takes ignored, accepted or 'not rejected', not '{review}'.")
    parts = only or list(Part)
    if rows is not None and Part.REGIONS not in parts:
        raise InputError("--rows writes the places in each text; it goes with --only regions or with all parts.")
    if rows is not None and (rows.is_dir() or not rows.parent.is_dir()):
        raise InputError(f"--rows takes a file in a folder that exists, and '{rows}' is none. Name another.")
    stored = session.find_project(project)
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
        reference=reference,
        tables=tables,
    )
    job = JobContext(session.runtime.home, tell_tenths(session))
    result = read_result(run_job("analyze", request.to_payload(), job))
    assert isinstance(result, dict)
    if rows is not None:
        sets, _ = load_sets(request, job, with_vectors=False)
        result |= {"rows": {"path": str(rows), "rows": write_region_rows(request, sets, rows)}}
    session.emit(result)
