"""Elicitation in the background: one request a project at a time, its progress visible from every tab, with a stop.

Progress is a row of the store's jobs; a lock of the operating system tells a request that goes on from one whose
process is gone.
"""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from attrprompt.analysis.encoder import REFERENCE, Encoder, EncoderSpec, Vectors, open_encoder
from attrprompt.analysis.vectors import VectorCache, encode_cached
from attrprompt.elicitation.requests import ElicitationRequest, Elicited, Tell, carry_out, ignore_progress
from attrprompt.errors import AttrPromptError, InputError, WorkerError
from attrprompt.llm.chat import Endpoint
from attrprompt.store import StoredProject
from attrprompt.store.jobs import Job
from attrprompt.store.locks import ProcessLock

if TYPE_CHECKING:
    from pydantic import SecretStr

    from attrprompt.runtime import Runtime

POLL_SECONDS = 0.1
KIND = "elicit"


class WorkerEncoder:
    """An encoder that lets the worker process encode, so that the app stays quick; an `Encoder`.

    Args:
        runtime: whose worker and cache it uses.
        gives_up: whether nobody waits for the vectors any more.
        spec: which encoder.
    """

    def __init__(self, runtime: Runtime, gives_up: Callable[[], bool], spec: EncoderSpec = REFERENCE) -> None:
        self._runtime, self._gives_up, self._spec = runtime, gives_up, spec
        self._cache = VectorCache(runtime.home)
        self._encoder: Encoder = open_encoder(spec, runtime.home)

    @property
    def id(self) -> str:
        """See `Encoder.id`."""
        return self._encoder.id

    @property
    def dimension(self) -> int:
        """See `Encoder.dimension`."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; waits for the worker, so call it from a thread.

        Raises:
            WorkerError: the worker ended without a result, or it was given up.
        """
        wanted = list(dict.fromkeys(texts))
        payload = {"encoder": self._spec.model_dump(mode="json"), "texts": wanted}
        job_id = self._runtime.submit_job("encode", payload)
        while (job := self._runtime.store.jobs.find(job_id)) is not None and job.state in ("queued", "running"):
            if self._gives_up():
                self._runtime.cancel_job(job_id)
                raise WorkerError("It was stopped.")
            time.sleep(POLL_SECONDS)
        if job is None or job.state != "done":
            raise WorkerError(f"The texts could not be encoded. {job.message if job is not None else ''}".strip())
        return encode_cached(self._encoder, texts, self._cache)


class Elicitations:
    """The requests of one runtime. Safe to use from any thread."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._guard = threading.Lock()
        self._stops: dict[str, asyncio.Event] = {}

    def start(
        self,
        project: StoredProject,
        request: ElicitationRequest,
        endpoint: Endpoint,
        key: SecretStr | None = None,
        *,
        title: str,
    ) -> Future[Elicited]:
        """Begin a request in the background.

        Args:
            project: as it stands now.
            request: what is wanted.
            endpoint: who is asked.
            key: its key, kept in memory only.
            title: what it is called while it goes on.

        Raises:
            InputError: a request of this project goes on already.
        """
        lock = self._lock(project.id)
        if not lock.acquire():
            raise InputError("A request to a model goes on in this project already. Wait for it, or stop it first.")
        job_id = uuid.uuid4().hex
        try:
            self._runtime.store.jobs.add(job_id, KIND, _job_key(project.id))
            self._runtime.store.jobs.change(job_id, "running", 0.0, title)
            stop = asyncio.Event()
            with self._guard:
                self._stops[project.id] = stop
            return self._runtime.submit(self._carry_out(job_id, project, request, endpoint, key, title, stop, lock))
        except BaseException:
            lock.release()
            raise

    def stop(self, project_id: str) -> None:
        """Ask nothing more; what was proposed stays."""
        self._runtime.submit(self._stop(project_id))

    def find(self, project_id: str) -> Job | None:
        """The newest request of a project, with its true state."""
        job = self._runtime.store.jobs.find_by_input(_job_key(project_id))
        if job is not None and job.state == "running" and self._lock(project_id).holder() is None:
            return replace(job, state="failed", message="The app was closed before this was finished.")
        return job

    async def _stop(self, project_id: str) -> None:
        """On the runner's loop, so that it never meets a request that is just ending."""
        with self._guard:
            stop = self._stops.get(project_id)
        job = self.find(project_id)
        if stop is not None and not stop.is_set() and job is not None:
            stop.set()
            self._runtime.store.jobs.change(job.id, "running", job.progress, f"{job.message}; stopping")

    def _lock(self, project_id: str) -> ProcessLock:
        return ProcessLock(self._runtime.home / "locks" / f"elicit-{project_id}")

    async def _carry_out(
        self,
        job_id: str,
        project: StoredProject,
        request: ElicitationRequest,
        endpoint: Endpoint,
        key: SecretStr | None,
        title: str,
        stop: asyncio.Event,
        lock: ProcessLock,
    ) -> Elicited:
        jobs = self._runtime.store.jobs
        state, share, message = "failed", 0.0, f"{title}: ended by a defect; the log says more."

        def tell(now: float, doing: str) -> None:
            nonlocal share
            share = max(share, now)
            jobs.change(job_id, "running", share, f"{title}: {doing}")

        try:
            elicited = await carry_out_with(self._runtime, project, request, endpoint, key, stop=stop, tell=tell)
            state, share = ("cancelled" if stop.is_set() else "done"), 1.0
            message = describe_outcome(title, elicited, stopped=stop.is_set())
            return elicited
        except AttrPromptError as error:
            message = f"{title}: {error}"
            raise
        except asyncio.CancelledError:
            message = f"{title}: ended with the app; what was proposed before is kept."
            raise
        finally:
            jobs.change(job_id, state, share, message)
            with self._guard:
                self._stops.pop(project.id, None)
            lock.release()


async def carry_out_with(
    runtime: Runtime,
    project: StoredProject,
    request: ElicitationRequest,
    endpoint: Endpoint,
    key: SecretStr | None,
    *,
    stop: asyncio.Event | None = None,
    tell: Tell = ignore_progress,
) -> Elicited:
    """Carry out a request with a client and an encoder of this runtime; `tell` as in `carry_out`.

    Raises:
        AttrPromptError: see `carry_out`.
    """

    def gives_up() -> bool:
        return stop is not None and stop.is_set()

    client = runtime.make_client(endpoint, key)
    try:
        return await carry_out(
            runtime.store,
            project,
            request,
            client,
            endpoint.model,
            encoder=await asyncio.to_thread(WorkerEncoder, runtime, gives_up) if request.embeds else None,
            stop=stop,
            tell=tell,
        )
    finally:
        await client.close()


def describe_outcome(title: str, elicited: Elicited, *, stopped: bool) -> str:
    """What came of a request, in a sentence or more."""
    found = len(elicited.proposal_ids)
    text = f"{title}: {found} proposal{'' if found == 1 else 's'} to decide on."
    if stopped:
        text = f"{text} Stopped before the rest was asked."
    if elicited.dropped:
        text = f"{text} {len(elicited.dropped)} that came back were there already or unusable."
    if elicited.problems:
        text = f"{text} {' '.join(elicited.problems[:3])}"
        if len(elicited.problems) > 3:
            text = f"{text} And {len(elicited.problems) - 3} remarks more."
    return text


def _job_key(project_id: str) -> str:
    return f"{KIND}:{project_id}"
