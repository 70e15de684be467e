"""Writing MetaPrompt's prompts in the background: one at a time in a project, visible from every tab, with a stop."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from attrprompt.errors import AttrPromptError, InputError
from attrprompt.generation.meta_store import write_and_keep
from attrprompt.llm.chat import Endpoint
from attrprompt.sampling import LabelSet
from attrprompt.store import StoredProject
from attrprompt.store.jobs import Job
from attrprompt.store.locks import ProcessLock

if TYPE_CHECKING:
    from pydantic import SecretStr

    from attrprompt.runtime import Runtime

KIND = "metaprompt"


class MetaWritings:
    """The writings of one runtime. Safe to use from any thread."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._guard = threading.Lock()
        self._stops: dict[str, asyncio.Event] = {}

    def start(
        self,
        project: StoredProject,
        label_sets: Sequence[LabelSet],
        count: int,
        endpoint: Endpoint,
        key: SecretStr | None = None,
    ) -> None:
        """Begin to write in the background.

        Raises:
            InputError: prompts of this project are being written already.
        """
        lock = self._lock(project.id)
        if not lock.acquire():
            raise InputError("Prompts of this project are being written already. Wait for them, or stop that first.")
        try:
            if endpoint.is_embedded:
                self._runtime.embedded().start()  # so that a missing package or file is said at once
            job_id = uuid.uuid4().hex
            self._runtime.store.jobs.add(job_id, KIND, _job_key(project.id))
            self._runtime.store.jobs.change(job_id, "running", 0.0, "")
            stop = asyncio.Event()
            with self._guard:
                self._stops[project.id] = stop
            self._runtime.submit(self._write(job_id, project, label_sets, count, endpoint, key, stop, lock))
        except BaseException:
            lock.release()
            raise

    def stop(self, project_id: str) -> None:
        """Ask nothing more; what was written stays."""
        with self._guard:
            stop = self._stops.get(project_id)
        if stop is not None:
            self._runtime.submit(_set(stop))

    def find(self, project_id: str) -> Job | None:
        """The newest writing of a project, with its true state."""
        job = self._runtime.store.jobs.find_by_input(_job_key(project_id))
        if job is not None and job.state == "running" and self._lock(project_id).holder() is None:
            return replace(job, state="failed", message="The app was closed before this was finished.")
        return job

    async def _write(
        self,
        job_id: str,
        project: StoredProject,
        label_sets: Sequence[LabelSet],
        count: int,
        endpoint: Endpoint,
        key: SecretStr | None,
        stop: asyncio.Event,
        lock: ProcessLock,
    ) -> None:
        jobs = self._runtime.store.jobs
        state, message = "failed", "The writing ended by a defect; the log says more."

        def tell(done: int, of: int) -> None:
            jobs.change(job_id, "running", done / of, f"{done} of {of} classes")

        try:
            await write_and_keep(self._runtime, project, label_sets, count, endpoint, key, stop=stop, on_done=tell)
            state, message = ("cancelled" if stop.is_set() else "done"), ""
        except AttrPromptError as error:
            message = str(error)
        except asyncio.CancelledError:
            message = "The app was closed before this was finished."
            raise
        finally:
            jobs.change(job_id, state, 1.0, message)
            with self._guard:
                self._stops.pop(project.id, None)
            lock.release()

    def _lock(self, project_id: str) -> ProcessLock:
        return ProcessLock(self._runtime.home / "locks" / f"metaprompt-{project_id}")


def _job_key(project_id: str) -> str:
    return f"{KIND}:{project_id}"


async def _set(event: asyncio.Event) -> None:
    event.set()
