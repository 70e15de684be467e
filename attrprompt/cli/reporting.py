"""The command that writes a report: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attrprompt.cli.session import ProjectName, get_session
from attrprompt.errors import InputError
from attrprompt.report.archive import format_of
from attrprompt.report.request import make_report
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import run_job


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("report")(report)


def report(
    context: typer.Context,
    project: ProjectName,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    datasets: Annotated[list[str] | None, typer.Argument(help="Data sets; default the newest of each kind.")] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="html: one page; md: Markdown; zip: Markdown, figures as SVG, PNG and PDF, their numbers as CSV. "
            "Default: by the file's ending, else html.",
        ),
    ] = None,
) -> None:
    """One file with figures, map, regions, evaluation, costs and provenance; the page opens with no network."""
    session = get_session(context)
    wanted = format_of(out, form)
    if not out.parent.is_dir():
        raise InputError(f"There is no folder '{out.parent}'. Make it, or name another.")
    stored = session.find_project(project)
    runtime = session.runtime
    chosen = [runtime.store.datasets.find(stored.id, name) for name in datasets or ()]
    request = make_report(runtime.store, runtime.home, stored, chosen)
    written = run_job(request, JobContext(runtime.home))
    content = written.to_bytes(wanted)
    session.write(out, content)
    session.emit({"path": str(out), "bytes": len(content), "figures": written.figures})
