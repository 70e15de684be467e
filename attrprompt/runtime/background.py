"""Work in the background, one at a time in a project: its progress visible from every tab and process, with a stop.

Progress is a row of the store's jobs; a lock of the operating system tells work that goes on from work whose process
is gone.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from attrprompt.errors import AttrPromptError, InputError
from attrprompt.runtime.runtime import Runtime
from attrprompt.store.jobs import Job, JobState
from attrprompt.store.locks import ProcessLock

ResultT = TypeVar("ResultT")

Tell = Callable[[float, str], None]
"""Hears how far the work is, 0 to 1, and what it does now."""

Work = Callable[[asyncio.Event, Tell], Coroutine[Any, Any, tuple[ResultT, str]]]
"""Does the work until the event is set; gives its result, and what came of it in a sentence or nothing."""


class BackgroundWork(Generic[ResultT]):
    """Work of one kind for one runtime. Safe to use from any thread.

    Args:
        runtime: whose loop, store and locks are used.
        kind: names the jobs and the locks.
        busy: what to say to somebody who begins a second one in a project.
    """

    def __init__(self, runtime: Runtime, kind: str, busy: str) -> None:
        self._runtime, self._kind, self._busy = runtime, kind, busy
        self._guard = threading.Lock()
        self._stops: dict[str, asyncio.Event] = {}

    def begin(self, project_id: str, work: Work[ResultT], *, title: str = "") -> Future[ResultT]:
        """Begin it; the future gives its result or its error.

        Args:
            project_id: whose work it is.
            work: what is done.
            title: what it is called while it goes on and afterwards.

        Raises:
            InputError: something of this kind goes on in the project already.
        """
        lock = self._lock(project_id)
        if not lock.acquire():
            raise InputError(self._busy)
        job_id, stop = uuid.uuid4().hex, asyncio.Event()
        try:
            self._runtime.store.jobs.add(job_id, self._kind, self._job_key(project_id))
            self._runtime.store.jobs.change(job_id, JobState.RUNNING, 0.0, title)
            with self._guard:
                self._stops[project_id] = stop
            return self._runtime.submit(self._carry_out(job_id, project_id, work, title, stop, lock))
        except BaseException:
            lock.release()
            raise

    def stop(self, project_id: str) -> None:
        """Begin nothing more; what was done stays."""
        self._runtime.submit(self._stop(project_id))

    def find(self, project_id: str) -> Job | None:
        """The newest work of a project, with its true state."""
        job = self._runtime.store.jobs.find_by_input(self._job_key(project_id))
        if job is not None and self.was_left_behind(project_id):
            return job.as_closed()
        return job

    def was_left_behind(self, project_id: str) -> bool:
        """Whether the newest work of a project ended with its process."""
        job = self._runtime.store.jobs.find_by_input(self._job_key(project_id))
        return job is not None and job.is_open and self._lock(project_id).holder() is None

    async def _stop(self, project_id: str) -> None:
        """On the runner's loop, so that it never meets work that is just ending."""
        with self._guard:
            stop = self._stops.get(project_id)
        job = self.find(project_id)
        if stop is not None and not stop.is_set() and job is not None:
            stop.set()
            self._runtime.store.jobs.change(job.id, JobState.STOPPING, job.progress, _add_stopping(job.message))

    async def _carry_out(
        self, job_id: str, project_id: str, work: Work[ResultT], title: str, stop: asyncio.Event, lock: ProcessLock
    ) -> ResultT:
        jobs, head = self._runtime.store.jobs, f"{title}: " if title else ""
        state, share, message = JobState.FAILED, 0.0, f"{head}ended by a defect; the log says more."

        def tell(now: float, doing: str) -> None:
            nonlocal share
            share = max(share, now)
            if stop.is_set():
                jobs.change(job_id, JobState.STOPPING, share, _add_stopping(f"{head}{doing}"))
            else:
                jobs.change(job_id, JobState.RUNNING, share, f"{head}{doing}")

        try:
            result, outcome = await work(stop, tell)
            state, share, message = (JobState.CANCELLED if stop.is_set() else JobState.DONE), 1.0, f"{head}{outcome}"
            return result
        except AttrPromptError as error:
            message = f"{head}{error}"
            raise
        except asyncio.CancelledError:
            message = f"{head}ended with the app; what was done before is kept."
            raise
        finally:
            jobs.change(job_id, state, share, message)
            with self._guard:
                self._stops.pop(project_id, None)
            lock.release()

    def _job_key(self, project_id: str) -> str:
        return f"{self._kind}:{project_id}"

    def _lock(self, project_id: str) -> ProcessLock:
        return ProcessLock(self._runtime.home / "locks" / f"{self._kind}-{project_id}")


def _add_stopping(message: str) -> str:
    return f"{message}; stopping" if message else "stopping"
