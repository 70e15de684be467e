"""What lives as long as the process: one store, one runner thread, one embedded model and one worker per home.

It belongs to the core rather than to Streamlit's cache, which a click on "Clear caches" empties. Pages and the
command line get it from `open_runtime`; both may be open on the same home at once.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from attrprompt.errors import InputError
from attrprompt.generation.runner import RunExecution
from attrprompt.llm.chat import ChatClient, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.embedded import EmbeddedServer
from attrprompt.llm.prices import PriceTable
from attrprompt.records import Run, RunState
from attrprompt.settings import Settings, load_settings
from attrprompt.store import Store
from attrprompt.store.locks import ProcessLock, run_lock

Result = TypeVar("Result")
CLOSE_SECONDS = 2.0


class Runtime:
    """The long-lived parts of one home. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = settings.home
        self.store = Store(settings.home, settings.database_url)
        self._guard = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._embedded: EmbeddedServer | None = None
        self._owned: dict[int, tuple[RunExecution, Future[RunState]]] = {}
        self._closed = False

    def embedded(self) -> EmbeddedServer:
        """The embedded model's server, started when first needed.

        Raises:
            AttrPromptError: the package or the model's file is missing; the sentence says what to install.
        """
        with self._guard:
            if self._embedded is None:
                self._embedded = EmbeddedServer(self.settings.embedded_model)
            self._embedded.start()
            return self._embedded

    def make_client(self, endpoint: Endpoint, key: SecretStr | None = None) -> ChatClient:
        """A client for an endpoint; the embedded model is one more endpoint."""
        if endpoint.is_embedded:
            server = self.embedded()
            return OpenAIChatClient(endpoint, server.api_key, base_url=server.base_url)
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
        """Send what is left of a run; the future gives the state in which it ended.

        Raises:
            InputError: somebody sends this run already, or it is done.
        """
        run = self.store.runs.load(run_id)
        if run.state is RunState.DONE:
            raise InputError(f"The run '{run.name}' is done; nothing is left to send.")
        lock = run_lock(self.home, run_id)
        if not lock.acquire():
            raise InputError(f"The run '{run.name}' is running in process {lock.holder()}.")
        try:
            endpoint = Endpoint(run.endpoint, run.model, run.api_key_env or None)
            if endpoint.is_embedded:
                self.embedded()
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
            ready.set_result(execution)
            try:
                return await execution.execute()
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
