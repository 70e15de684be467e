"""What lives as long as the process: one store, one runner thread, one embedded model and one worker per home.

It knows no feature: a feature asks it for its own background work by class. It belongs to the core rather than to
Streamlit's cache, which a click on "Clear caches" empties. Pages and the command line get it from `open_runtime`; both
may be open on the same home at once.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from attrprompt.llm.chat import ChatClient, Endpoint
from attrprompt.llm.embedded import EmbeddedServer
from attrprompt.llm.prices import PriceTable
from attrprompt.settings import Settings, load_settings
from attrprompt.store import Store
from attrprompt.store.jobs import Job
from attrprompt.store.locks import ProcessLock
from attrprompt.worker.client import JobUpdate, WorkerClient, WorkJob
from attrprompt.worker.jobs import JobRequest, ResultT, find_result, hash_input

if TYPE_CHECKING:  # what reads answers takes long to import; only who asks needs it
    from attrprompt.llm.dialect import Dialect

Returned = TypeVar("Returned")
FeatureT = TypeVar("FeatureT")
CLOSE_SECONDS = 2.0
EMBEDDED_FILE = "embedded_file"


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
        self._features: dict[Callable[[Any], Any], Any] = {}
        self._server_lock: ProcessLock | None = None
        self._worker: WorkerClient | None = None
        self._dialects: dict[tuple[str, str], Dialect] = {}
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
        """A client for an endpoint; the embedded model is one more endpoint.

        Raises:
            InputError: the key cannot be sent.
        """
        from attrprompt.llm.client import OpenAIChatClient
        from attrprompt.llm.embedded_client import EmbeddedChatClient

        if endpoint.is_embedded:
            return EmbeddedChatClient(self.embedded())
        return OpenAIChatClient(endpoint, key, dialect=self.dialect_of(endpoint), most_bytes=self.settings.answer_bytes)

    def dialect_of(self, endpoint: Endpoint) -> Dialect:
        """What an endpoint and its model are known to take, the same for all who ask them; kept in the home."""
        from attrprompt.runtime.dialects import open_dialect

        key = (endpoint.base_url, endpoint.model)
        with self._guard:
            if key not in self._dialects:
                self._dialects[key] = open_dialect(self.store, endpoint)
            return self._dialects[key]

    def submit(self, work: Coroutine[Any, Any, Returned]) -> Future[Returned]:
        """Run a coroutine on the runner thread's event loop."""
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="runner", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call_soon(self, call: Callable[..., object], *arguments: object) -> None:
        """Have a plain function called on that loop, where it runs already."""
        with self._guard:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(call, *arguments)

    def background(self, make: Callable[[Runtime], FeatureT]) -> FeatureT:
        """What a feature does in the background of this runtime, by its class; made when it is first asked for."""
        with self._guard:
            if make not in self._features:
                self._features[make] = make(self)
            feature: FeatureT = self._features[make]
            return feature

    def submit_job(self, request: JobRequest[Any], *, api_key: SecretStr | None = None) -> str:
        """Give CPU work to the worker process; one that is asked for, queued or running already is not doubled.

        Returns the job's id, for `store.jobs.find`.
        """
        input_hash = hash_input(request)
        with self._guard:
            known = self._find_own_job(input_hash)
            if known is not None and known.is_open:
                return known.id
            job = WorkJob(request, api_key=api_key)
            self._jobs[input_hash] = job.id
            self.store.jobs.add(job.id, request.kind, input_hash)
            if self._worker is None:
                idle = self.settings.worker_idle_seconds
                self._worker = WorkerClient(self.home, self._note_job, idle_seconds=idle)
            self._worker.submit(job)
        return job.id

    def find_job(self, request: JobRequest[Any]) -> Job | None:
        """Our own job of this work, else the newest; one that another process left behind counts as closed.

        Our own comes first, because two servers on one home would otherwise take each other's jobs for abandoned ones.
        """
        input_hash = hash_input(request)
        own = self._find_own_job(input_hash)
        if own is not None:
            return own
        job = self.store.jobs.find_by_input(input_hash)
        return job.as_closed() if job is not None and job.is_open else job

    def _find_own_job(self, input_hash: str) -> Job | None:
        job_id = self._jobs.get(input_hash)
        return None if job_id is None else self.store.jobs.find(job_id)

    def find_result(self, request: JobRequest[ResultT]) -> ResultT | None:
        """The kept result of this work, whoever computed it.

        Raises:
            WorkerError: its file cannot be read.
        """
        return find_result(self.home, request)

    def cancel_job(self, job_id: str) -> None:
        """End a job that waits or runs."""
        if self._worker is not None:
            self._worker.cancel(job_id)

    def _note_job(self, update: JobUpdate) -> None:
        path = str(update.result_path or "")
        self.store.jobs.change(update.job_id, update.state, update.progress, update.message, path)

    def find_other_server(self) -> int | None:
        """The process of another app server on this home, or None; the first to ask becomes the home's server."""
        with self._guard:
            if self._server_lock is None:
                lock = ProcessLock(self.home / "locks" / "server")
                if not lock.acquire():
                    return lock.holder()
                self._server_lock = lock
            return None

    def prices_for(self, project_id: str) -> PriceTable:
        """What models cost in a project, as it stands now."""
        return self.store.projects.load(project_id).prices

    def close(self) -> None:
        """End everything within two seconds; runs can be resumed."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            loop, thread = self._loop, self._thread
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
