"""Jobs of the worker process as rows, so that any tab and any reload sees their progress."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from attrprompt.store.database import Database
from attrprompt.store.schema import job

CLOSED = "The app was closed before this was finished."
"""The message of a job that nobody stopped, but whose process ended first."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of CPU work; `state` is one of queued, running, done, failed, cancelled."""

    id: str
    kind: str
    input_hash: str
    state: str
    progress: float
    message: str
    result_path: str
    created: float
    changed: float


class Jobs:
    """The jobs of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job_id: str, kind: str, input_hash: str) -> None:
        """A new job, queued."""
        now = time.time()
        with self._database.write() as connection:
            connection.execute(
                insert(job).values(
                    id=job_id,
                    kind=kind,
                    input_hash=input_hash,
                    state="queued",
                    progress=0.0,
                    message="",
                    result_path="",
                    created=now,
                    changed=now,
                )
            )

    def change(self, job_id: str, state: str, progress: float, message: str, result_path: str = "") -> None:
        """What the worker said of a job."""
        with self._database.write() as connection:
            connection.execute(
                update(job)
                .where(job.c.id == job_id)
                .values(state=state, progress=progress, message=message, result_path=result_path, changed=time.time())
            )

    def find(self, job_id: str) -> Job | None:
        """The job of this number, or None."""
        return self._first(job.c.id == job_id)

    def find_by_input(self, input_hash: str) -> Job | None:
        """The newest job over these inputs, or None."""
        return self._first(job.c.input_hash == input_hash)

    def list_open(self) -> list[Job]:
        """Jobs that are queued or running, the oldest first."""
        query = select(job).where(job.c.state.in_(("queued", "running"))).order_by(job.c.created)
        with self._database.read() as connection:
            return [Job(*row) for row in connection.execute(query)]

    def _first(self, condition: object) -> Job | None:
        query = select(job).where(condition).order_by(job.c.created.desc()).limit(1)  # type: ignore[arg-type]
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Job(*row)
