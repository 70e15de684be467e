"""Commands for the Batch API: batch-export writes its files, batch-import takes in its results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attrprompt.cli.session import EXIT_DONE, EXIT_FAILURES, EXIT_INTERRUPTED, Session, get_session
from attrprompt.generation.batch import BatchImport, export_batch, import_batch
from attrprompt.records import Run

ProjectName = Annotated[str, typer.Argument(help="Name of the project.", metavar="PROJECT")]
RunName = Annotated[str, typer.Argument(help="Name of the run.", metavar="RUN")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("batch-export")(batch_export)
    app.command("batch-import")(batch_import)


def batch_export(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    out: Annotated[Path, typer.Option(help="Write the batch files into this folder.")],
) -> None:
    """Write what is pending of a run as files for the Batch API, cut at its limits; nothing is sent."""
    session = get_session(context)
    found = _find(session, project, run)
    written = export_batch(session.runtime.store, found, out)
    session.emit({"run": found.name, "requests": written.requests, "files": [str(path) for path in written.paths]})


def batch_import(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    files: Annotated[list[Path], typer.Argument(help="Result and error files, in any order.")],
) -> int:
    """Take in results of the Batch API, partial and in any order; what is stored already stays as it is."""
    session = get_session(context)
    found = _find(session, project, run)
    return _report(session, found, import_batch(session.runtime.store, found, files))


def _find(session: Session, project: str, run: str) -> Run:
    stored = session.find_project(project)
    return session.runtime.load_run(session.runtime.store.runs.find(stored.id, run).id)


def _report(session: Session, run: Run, found: BatchImport) -> int:
    counters = session.runtime.load_run(run.id).counters
    session.emit(
        {
            "run": run.name,
            "completed": found.completed,
            "failed": dict(found.failed),
            "known": found.known,
            "unreadable": found.unreadable,
            "pending": counters.pending,
        }
    )
    if counters.pending:
        return EXIT_INTERRUPTED
    return EXIT_FAILURES if counters.failed else EXIT_DONE
