"""The command that checks a whole data set: check."""

from __future__ import annotations

from typing import Annotated

import typer

from attrprompt.analysis_jobs.check import Check, apply_checks, make_check_request, remove_check_flags
from attrprompt.cli.session import get_session, tell_tenths
from attrprompt.worker.jobs import JobContext, read_result, run_job


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("check")(check)


def check(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.", metavar="PROJECT")],
    dataset: Annotated[str, typer.Argument(help="Name of the data set.")],
    only: Annotated[list[Check] | None, typer.Option(help="One check. Repeatable; default all.")] = None,
    language: Annotated[str, typer.Option(help="Expected language, as en; default that of most texts.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the marks of all checks off again.")] = False,
) -> None:
    """Mark duplicates, other languages, copies of examples and doubtful labels; nothing is dropped."""
    session = get_session(context)
    stored = session.find_project(project)
    store = session.runtime.store
    found = store.datasets.find(stored.id, dataset)
    if remove:
        remove_check_flags(store, found)
        session.emit({"dataset": found.name, "flags": {}})
        return
    request = make_check_request(store, stored, found, checks=tuple(only or Check), language=language)
    payload = request.model_dump(mode="json")
    path = run_job("check", payload, JobContext(session.runtime.home, tell_tenths(session)))
    result = read_result(path)
    assert isinstance(result, dict)
    flags = apply_checks(store, found, result)
    facts = {key: result[key] for key in ("checked", "language", "skipped", "examples")}
    session.emit({"dataset": found.name, "flags": flags, **facts})
