"""What lives as long as the process: one store, one runner thread, one embedded model and one worker per home.

It belongs to the core rather than to Streamlit's cache, which a click on "Clear caches" empties. Pages and the
command line get it from `open_runtime`; both may be open on the same home at once.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from attrprompt.elicitation.background import Elicitations
from attrprompt.errors import InputError
from attrprompt.generation.batches.remote import BatchWork
from attrprompt.generation.metaprompt.kept import MetaWritings
from attrprompt.generation.runner import RunExecution
from attrprompt.llm.chat import ChatClient, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.embedded import EmbeddedChatClient, EmbeddedServer
from attrprompt.llm.prices import PriceTable
from attrprompt.questionnaires.questionnaire import ZeroShots
from attrprompt.records import Run, RunState
from attrprompt.settings import Settings, load_settings
from attrprompt.store import Store
from attrprompt.store.jobs import CLOSED, Job
from attrprompt.store.locks import ProcessLock, run_lock
from attrprompt.worker.client import JobUpdate, WorkerClient, WorkJob
from attrprompt.worker.jobs import find_result, hash_input

Result = TypeVar("Result")
CLOSE_SECONDS = 2.0
EMBEDDED_FILE = "embedded_file"


class Runtime:
    """The long-lived parts of one home. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = settings.home
        self.store = Store(settings.home, settings.database_url)
        self.elicitations = Elicitations(self)
        self.meta_writings = MetaWritings(self)
        self.batches = BatchWork(self)
        self.zero_shots = ZeroShots(self)
        self._guard = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._embedded: EmbeddedServer | None = None
        self._owned: dict[int, tuple[RunExecution, Future[RunState]]] = {}
        self._server_lock: ProcessLock | None = None
        self._worker: WorkerClient | None = None
        self._jobs: dict[str, str] = {}  # the newest job of ours by the hash of its input
        self._closed = False

    def embedded(self) -> EmbeddedServer:
        """The embedded model's server; it starts with its first request."""
        with self._guard:
            if self._embedded is None:
                self._embedded = EmbeddedServer(self._embedded_file())
            return self._embedded

    def choose_embedded_file(self, path: Path | None) -> None:
        """Serve another GGUF file from now on; None for the one that comes with the app."""
        self.store.people.write_setting(EMBEDDED_FILE, str(path) if path else None)
        with self._guard:
            server, self._embedded = self._embedded, None
        if server is not None:
            server.close()

    def _embedded_file(self) -> Path | None:
        chosen = self.store.people.read_setting(EMBEDDED_FILE)
        return Path(chosen) if chosen else self.settings.embedded_model

    def make_client(self, endpoint: Endpoint, key: SecretStr | None = None) -> ChatClient:
        """A client for an endpoint; the embedded model is one more endpoint."""
        if endpoint.is_embedded:
            return EmbeddedChatClient(self.embedded())
        return OpenAIChatClient(endpoint, key)

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Run a coroutine on the runner thread's event loop."""
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="runner", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def start_run(self, run_id: int, key: SecretStr | None = None) -> Future[RunState]:
        """Send what is left of a run, which is marked as running on return; the future gives the state it ended in.

        Raises:
            InputError: somebody sends this run already, it is done, or all that is left of it waits for a batch.
        """
        run = self.store.runs.load(run_id)
        if run.state is RunState.DONE:
            raise InputError(f"The run '{run.name}' is done; nothing is left to send.")
        if run.waiting and not run.sendable:
            raise InputError(
                f"All {run.waiting:,} prompts left of '{run.name}' wait for the results of a batch; sending them now "
                "may pay for them twice. Take its results in, or give it up (on the command line: resume --anyway)."
            )
        lock = run_lock(self.home, run_id)
        if not lock.acquire():
            raise InputError(f"The run '{run.name}' is running in process {lock.holder()}.")
        try:
            endpoint = Endpoint(run.endpoint, run.model, run.api_key_env or None)
            if endpoint.is_embedded:
                self.embedded().start()  # so that a missing package or file is said at once
            ready: Future[RunExecution] = Future()
            future = self.submit(self._execute(run, endpoint, key, lock, ready))
            execution = ready.result()
        except BaseException:
            lock.release()
            raise
        with self._guard:
            self._owned[run_id] = (execution, future)
        future.add_done_callback(lambda _: self._forget(run_id))
        return future

    def end_run(self, run_id: int, state: RunState) -> None:
        """Ask a run to stop or pause, in whichever process it lives; at once where it is this one."""
        with self._guard:
            owned = self._owned.get(run_id)
        self.store.runs.ask_for(run_id, state)
        if owned is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(owned[0].request_end, state)

    def submit_job(self, kind: str, payload: Mapping[str, Any], *, api_key: SecretStr | None = None) -> str:
        """Give CPU work to the worker process; one that is asked for, queued or running already is not doubled.

        Returns the job's id, for `store.jobs.find`.
        """
        input_hash = hash_input(kind, payload)
        with self._guard:
            known = self._find_own_job(input_hash)
            if known is not None and known.state in ("queued", "running"):
                return known.id
            job = WorkJob(kind, payload, api_key=api_key)
            self._jobs[input_hash] = job.id
            self.store.jobs.add(job.id, kind, input_hash)
            if self._worker is None:
                idle = self.settings.worker_idle_seconds
                self._worker = WorkerClient(self.home, self._note_job, idle_seconds=idle)
            self._worker.submit(job)
        return job.id

    def find_job(self, kind: str, payload: Mapping[str, Any]) -> Job | None:
        """Our own job of this work, else the newest; one that another process left behind counts as cancelled.

        Our own comes first, because two servers on one home would otherwise take each other's jobs for abandoned ones.
        """
        input_hash = hash_input(kind, payload)
        own = self._find_own_job(input_hash)
        if own is not None:
            return own
        job = self.store.jobs.find_by_input(input_hash)
        if job is not None and job.state in ("queued", "running"):
            return replace(job, state="cancelled", message=CLOSED)
        return job

    def _find_own_job(self, input_hash: str) -> Job | None:
        job_id = self._jobs.get(input_hash)
        return None if job_id is None else self.store.jobs.find(job_id)

    def find_result(self, kind: str, payload: Mapping[str, Any]) -> Path | None:
        """The kept result of this work, whoever computed it."""
        return find_result(self.home, kind, hash_input(kind, payload))

    def cancel_job(self, job_id: str) -> None:
        """End a job that waits or runs."""
        if self._worker is not None:
            self._worker.cancel(job_id)

    def _note_job(self, update: JobUpdate) -> None:
        path = str(update.result_path or "")
        self.store.jobs.change(update.job_id, update.state.value, update.progress, update.message, path)

    def find_other_server(self) -> int | None:
        """The process of another app server on this home, or None; the first to ask becomes the home's server."""
        with self._guard:
            if self._server_lock is None:
                lock = ProcessLock(self.home / "locks" / "server")
                if not lock.acquire():
                    return lock.holder()
                self._server_lock = lock
            return None

    def load_run(self, run_id: int) -> Run:
        """The run with its true state: a row "running" whose lock is free was interrupted."""
        return self._with_true_state(self.store.runs.load(run_id))

    def list_runs(self, project_id: str) -> list[Run]:
        """A project's runs with their true states, the newest first."""
        return [self._with_true_state(run) for run in self.store.runs.list_all(project_id)]

    def owner_of(self, run_id: int) -> int | None:
        """The process that sends this run now, or None."""
        return run_lock(self.home, run_id).holder()

    def prices_for(self, project_id: str) -> PriceTable:
        """The prices that the project's people entered."""
        entries = self.store.projects.load(project_id).settings.get("prices") or []
        return PriceTable.from_rows(entries)

    def close(self) -> None:
        """End everything within two seconds; runs can be resumed."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            owned = list(self._owned.values())
            loop, thread = self._loop, self._thread
        for _, future in owned:
            future.cancel()
        if loop is not None and thread is not None:
            finished = asyncio.run_coroutine_threadsafe(_finish_tasks(), loop)
            try:
                finished.result(CLOSE_SECONDS)
            except FutureTimeout:
                finished.cancel()
            loop.call_soon_threadsafe(loop.stop)
            thread.join(CLOSE_SECONDS)
            if not thread.is_alive():
                loop.close()
        if self._server_lock is not None:
            self._server_lock.release()
        if self._worker is not None:
            self._worker.close()
        if self._embedded is not None:
            self._embedded.close()
        self.store.close()

    async def _execute(
        self,
        run: Run,
        endpoint: Endpoint,
        key: SecretStr | None,
        lock: ProcessLock,
        ready: Future[RunExecution],
    ) -> RunState:
        try:
            client = self.make_client(endpoint, key)
            prices = self.prices_for(run.dataset.project_id)
            execution = RunExecution(
                self.store,
                run,
                client,
                cost_of=lambda prompt, completion: prices.cost(run.model, prompt, completion),
            )
            try:
                return await execution.execute(on_begun=lambda: ready.set_result(execution))
            finally:
                await client.close()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise
        finally:
            lock.release()

    def _with_true_state(self, run: Run) -> Run:
        if run.state is RunState.RUNNING and self.owner_of(run.id) is None:
            return replace(run, state=RunState.INTERRUPTED)
        return run

    def _forget(self, run_id: int) -> None:
        with self._guard:
            self._owned.pop(run_id, None)


_open: dict[Path, Runtime] = {}
_open_guard = threading.Lock()


def open_runtime(home: Path | str | None = None, *, make: Callable[[Settings], Runtime] = Runtime) -> Runtime:
    """The runtime of a home, the same one for every caller in this process.

    Raises:
        StoreError: the home or its database cannot be used.
    """
    settings = load_settings(home)
    key = settings.home.resolve()
    with _open_guard:
        if key not in _open:
            _open[key] = make(settings)
        return _open[key]


def close_runtime(home: Path | str | None = None) -> None:
    """Close the runtime of a home, if one is open."""
    with _open_guard:
        runtime = _open.pop(load_settings(home).home.resolve(), None)
    if runtime is not None:
        runtime.close()


async def _finish_tasks() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@atexit.register
def _close_all() -> None:
    for home in list(_open):
        close_runtime(home)
