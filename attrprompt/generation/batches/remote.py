"""Batches that we submit ourselves: sent, looked at, taken in. Each step is stored before the next one begins.

A file goes from `prepared` (in the home) over `uploaded` and `submitted` (the endpoint's ids are stored) to `ended`
(its results are taken in), so that any later process goes on where one stopped. A batch whose creation was sent but
not stored is found again by its file, never begun twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.generation.batches.files import MOST_REQUESTS, export_batch
from attrprompt.generation.batches.results import BatchImport, import_batch
from attrprompt.records import Batch, BatchState, Run
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.runtime.runtime import Runtime
from attrprompt.store import Store
from attrprompt.store.jobs import Job, JobState

if TYPE_CHECKING:  # the SDK takes most of a second to import; only who asks needs it
    from attrprompt.llm.batch_client import BatchClient, RemoteBatch

POLL_SECONDS = 30.0
FOLDER = "batches"
KIND = "batch"


@dataclass
class BatchNews:
    """What looking at the batches of a run brought.

    Attributes:
        completed: answers stored now.
        failed: items that ended without an answer, by reason.
        open: batches that are still worked on.
        problems: sentences for the person.
    """

    completed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    open: int = 0
    problems: list[str] = field(default_factory=list)


async def submit_batches(
    store: Store, run_id: int, client: BatchClient, *, most_requests: int = MOST_REQUESTS
) -> list[Batch]:
    """Submit what can be asked for of a run, and what an earlier submission left half-way; gives all open batches.

    Raises:
        InputError: nothing is pending, or the run has a budget.
        ProviderError: the endpoint refuses; what was submitted before stays submitted.
    """
    run = store.runs.load(run_id)
    if run.limits.get("budget") or run.limits.get("budget_tokens"):
        raise InputError(
            f"The run '{run.name}' has a budget, which a batch cannot keep: all of it is in flight at once. Make a run "
            "without a budget, or send this one directly."
        )
    half_way = store.batches.list_all(run_id, BatchState.PREPARED, BatchState.UPLOADED)
    if run.sendable or not half_way:
        folder = store.home / FOLDER / f"run-{run_id}-{len(store.batches.list_all(run_id)) + 1}"
        await asyncio.to_thread(
            export_batch, store, run, folder, state=BatchState.PREPARED, most_requests=most_requests
        )
    for batch in store.batches.list_all(run_id, BatchState.PREPARED, BatchState.UPLOADED):
        await _submit(store, batch, client)
    return store.batches.list_all(run_id, BatchState.SUBMITTED)


async def look_at_batches(store: Store, run_id: int, client: BatchClient) -> BatchNews:
    """Ask how the submitted batches stand and take in the results of those that are over, partial ones too.

    Raises:
        ProviderError: the endpoint cannot be asked.
        InputError: the run is being sent at this moment; results are taken in afterwards.
    """
    news = BatchNews()
    for batch in store.batches.list_all(run_id, BatchState.SUBMITTED):
        remote = await client.retrieve(batch.remote_id)
        store.batches.change(batch.id, remote_state=remote.state, done=remote.done)
        if not remote.is_over:
            news.open += 1
            continue
        found = await _take_in(store, batch, remote, client)
        message = _describe_end(batch, remote)
        news.completed += found.completed
        news.failed.update(found.failed)
        news.problems += [message] if message else []
        news.problems += [f"{problem['line']}: {problem['reason']}" for problem in found.unreadable[:3]]
    return news


async def cancel_batches(store: Store, run_id: int, client: BatchClient) -> None:
    """Ask the endpoint to end the submitted batches of a run; their partial results come with the next look.

    Raises:
        ProviderError: the endpoint cannot be asked.
    """
    for batch in store.batches.list_all(run_id, BatchState.SUBMITTED):
        remote = await client.cancel(batch.remote_id)
        store.batches.change(batch.id, remote_state=remote.state, done=remote.done)


async def follow_batches(
    store: Store,
    run_id: int,
    client: BatchClient,
    *,
    stop: asyncio.Event,
    tell: Callable[[float, str], None],
    every: float = POLL_SECONDS,
) -> BatchNews:
    """Look at the batches of a run until all are over or `stop` is set; what fails for a moment is tried again.

    Raises:
        ProviderError: the endpoint refuses the key, or has no Batch API.
    """
    total = BatchNews()
    while True:
        try:
            news = await look_at_batches(store, run_id, client)
        except ProviderError as error:
            if error.kind in (ErrorKind.AUTH, ErrorKind.NOT_FOUND):
                raise
            tell(0.0, str(error))
        except InputError as error:
            tell(0.0, str(error))
        else:
            total.completed += news.completed
            total.failed.update(news.failed)
            total.problems += news.problems
            total.open = news.open
            if not news.open:
                return total
            tell(*_measure(store, run_id))
        if stop.is_set():
            return total
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)


def _measure(store: Store, run_id: int) -> tuple[float, str]:
    batches = store.batches.list_all(run_id, BatchState.SUBMITTED)
    done, requests = sum(batch.done for batch in batches), sum(batch.requests for batch in batches)
    states = ", ".join(sorted({batch.remote_state.replace("_", " ") for batch in batches}))
    return (done / requests if requests else 0.0), f"{done:,} of {requests:,} answered, {states}"


async def _submit(store: Store, batch: Batch, client: BatchClient) -> None:
    file_id = batch.file_id
    remote: RemoteBatch | None = None
    path = store.home / batch.name
    if batch.state is BatchState.PREPARED:
        try:
            file_id = await client.upload(path)
        except OSError as error:
            raise InputError(
                f"The file {path} cannot be read ({error.strerror}). Give its batch up with resume --anyway."
            ) from error
        store.batches.change(batch.id, state=BatchState.UPLOADED.value, file_id=file_id)
    else:
        remote = await client.find(file_id)
    remote = remote or await client.create(file_id)
    store.batches.change(
        batch.id, state=BatchState.SUBMITTED.value, remote_id=remote.id, remote_state=remote.state, done=remote.done
    )
    path.unlink(missing_ok=True)  # its prompts are in the plan


async def _take_in(store: Store, batch: Batch, remote: RemoteBatch, client: BatchClient) -> BatchImport:
    folder = store.home / FOLDER
    files = []
    for kind, file_id in (("answers", remote.output_file_id), ("errors", remote.error_file_id)):
        if file_id:
            path = folder / f"results-{batch.id}-{kind}.jsonl"
            await client.download(file_id, path)
            files.append(path)
    run = store.runs.load(batch.run_id)
    found = await asyncio.to_thread(import_batch, store, run, files, ends=batch, message=_describe_end(batch, remote))
    for path in files:
        path.unlink(missing_ok=True)
    return found


def _describe_end(batch: Batch, remote: RemoteBatch) -> str:
    """Why a batch ended before all was answered; empty where it did not."""
    name = Path(batch.name).name
    if remote.state == "failed":
        said = f" It says: {remote.errors}" if remote.errors else ""
        return f"The endpoint refused the batch {name}.{said}"
    if remote.state in ("expired", "cancelled"):
        how = "expired" if remote.state == "expired" else "was cancelled"
        return f"The batch {name} {how} when {remote.done:,} of its {batch.requests:,} requests had ended."
    return ""


class BatchWork(BackgroundWork[BatchNews]):
    """The batches that one runtime submits and follows. What is done stays done when it ends with the process."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime, KIND, "The batches of this run are being looked after already.")

    def start(
        self, run: Run, key: SecretStr | None = None, *, submit: bool = False, cancel: bool = False
    ) -> Future[BatchNews]:
        """Submit what is pending where asked, then follow the run's batches; the future gives what came.

        Args:
            run: whose batches.
            key: for its endpoint.
            submit: send what can be asked for.
            cancel: ask the endpoint to end them; partial results are taken in.

        Raises:
            InputError: its batches are followed already.
        """

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[BatchNews, str]:
            from attrprompt.llm.batch_client import BatchClient

            client = BatchClient(endpoint_of(run), key)
            store = self._runtime.store
            try:
                if submit:
                    tell(0.0, "sending files")
                    await submit_batches(store, run.id, client)
                if cancel:
                    tell(0.0, "cancelling")
                    await cancel_batches(store, run.id, client)
                news = await follow_batches(store, run.id, client, stop=stop, tell=tell)
            finally:
                await client.close()
            return news, " ".join(news.problems)

        return self.begin(self._name(run), work)

    def of_run(self, run: Run) -> Job | None:
        """The newest work on a run's batches."""
        return self.find(self._name(run))

    def stop_following(self, run: Run) -> None:
        """Look no more for now; the batches go on at the endpoint."""
        self.stop(self._name(run))

    def should_follow(self, run: Run) -> bool:
        """Whether results are to be looked for and nobody does: also after a restart, not after a refusal or a stop."""
        if not self._runtime.store.batches.list_all(run.id, BatchState.SUBMITTED):
            return False
        job = self.of_run(run)
        return job is None or job.state is JobState.DONE or self.was_left_behind(self._name(run))

    def _name(self, run: Run) -> str:
        return f"run-{run.id}"
