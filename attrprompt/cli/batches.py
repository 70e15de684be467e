"""Commands for the Batch API: files out and results in by hand, or submitted and polled by us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from attrprompt.cli.session import (
    EXIT_DONE,
    EXIT_FAILURES,
    EXIT_INTERRUPTED,
    ProjectName,
    RunName,
    Session,
    get_session,
)
from attrprompt.generation.batches.files import MOST_REQUESTS, export_batch
from attrprompt.generation.batches.remote import (
    BatchNews,
    cancel_batches,
    follow_batches,
    look_at_batches,
    submit_batches,
)
from attrprompt.generation.batches.results import import_batch
from attrprompt.generation.sending import load_run
from attrprompt.records import Run
from attrprompt.runtime.endpoints import endpoint_of, read_endpoint_key

if TYPE_CHECKING:
    from attrprompt.llm.batch_client import BatchClient

Answer = TypeVar("Answer")

MostRequests = Annotated[int, typer.Option(help="Requests in one file, at most.", min=1, max=MOST_REQUESTS)]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Also what waits for an earlier batch; it may be paid for twice.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Look every half minute until all batches are over.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("batch-export")(batch_export)
    app.command("batch-import")(batch_import)
    app.command("batch-submit")(batch_submit)
    app.command("batch-poll")(batch_poll)


def batch_export(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    out: Annotated[Path, typer.Option(help="Write the batch files into this folder.")],
    most_requests: MostRequests = MOST_REQUESTS,
    anyway: Anyway = False,
) -> None:
    """Write what is pending of a run as files for the Batch API, cut at its limits; nothing is sent.

    Until their results are imported these prompts are not sent by `resume`.
    """
    session = get_session(context)
    found = _find(session, project, run)
    if anyway:
        session.runtime.store.batches.give_up(found.id)
    written = export_batch(session.runtime.store, found, out, most_requests=most_requests)
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
    came = import_batch(session.runtime.store, found, files)
    facts = {"known": came.known, "unreadable": came.unreadable}
    return _report(session, found, {"completed": came.completed, "failed": dict(came.failed), **facts})


def batch_submit(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    wait: Wait = False,
    most_requests: MostRequests = MOST_REQUESTS,
) -> int:
    """Send what is pending of a run to its endpoint's Batch API; called again, it goes on where it was interrupted.

    The ids are kept with the run: `batch-poll` takes in the results, from whichever process.
    """
    session = get_session(context)
    found = _find(session, project, run)
    store = session.runtime.store
    _ask(session, found, lambda client: submit_batches(store, found.id, client, most_requests=most_requests))
    if wait:
        return _follow(session, found)
    session.emit({"run": found.name, "batches": _describe(session, found)})
    return EXIT_DONE


def batch_poll(
    context: typer.Context,
    project: ProjectName,
    run: RunName,
    wait: Wait = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Ask the endpoint to end the batches; partial results are taken in.")
    ] = False,
) -> int:
    """Look at the submitted batches of a run and take in the results of those that are over."""
    session = get_session(context)
    found = _find(session, project, run)
    store = session.runtime.store
    if cancel:
        _ask(session, found, lambda client: cancel_batches(store, found.id, client))
    if wait:
        return _follow(session, found)
    return _tell(session, found, _ask(session, found, lambda client: look_at_batches(store, found.id, client)))


def _follow(session: Session, run: Run) -> int:
    store = session.runtime.store
    told = ""

    def tell(_: float, words: str) -> None:
        nonlocal told
        if words != told:
            told = words
            session.tell(words)

    news = _ask(session, run, lambda client: follow_batches(store, run.id, client, stop=asyncio.Event(), tell=tell))
    return _tell(session, run, news)


def _ask(session: Session, run: Run, work: Callable[[BatchClient], Awaitable[Answer]]) -> Answer:
    """Work with the endpoint's Batch API on the runner's loop."""

    async def ask() -> Answer:
        from attrprompt.llm.batch_client import BatchClient

        endpoint = endpoint_of(run)
        client = BatchClient(endpoint, read_endpoint_key(endpoint))
        try:
            return await work(client)
        finally:
            await client.close()

    return session.runtime.submit(ask()).result()


def _tell(session: Session, run: Run, news: BatchNews) -> int:
    for problem in news.problems:
        session.tell(problem)
    batches = _describe(session, run)
    return _report(session, run, {"batches": batches, "completed": news.completed, "failed": dict(news.failed)})


def _describe(session: Session, run: Run) -> list[dict[str, Any]]:
    return [
        {
            "file": Path(batch.name).name,
            "id": batch.remote_id,
            "state": batch.remote_state or batch.state.value,
            "requests": batch.requests,
            "ended": batch.done,
        }
        for batch in session.runtime.store.batches.list_all(run.id)
    ]


def _find(session: Session, project: str, run: str) -> Run:
    stored = session.find_project(project)
    return load_run(session.runtime, session.runtime.store.runs.find(stored.id, run).id)


def _report(session: Session, run: Run, facts: dict[str, Any]) -> int:
    now = load_run(session.runtime, run.id)
    session.emit({"run": run.name, **facts, "pending": now.counters.pending, "waiting": now.waiting})
    if now.counters.pending:
        return EXIT_INTERRUPTED
    return EXIT_FAILURES if now.counters.failed else EXIT_DONE
