"""Work outside the script thread as rows, so that any tab and any reload sees its progress."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import insert, select, update

from attrprompt.store.database import Database
from attrprompt.store.schema import job

CLOSED_WORDS = "The app was closed before this was finished."


class JobState(StrEnum):
    """Where a job stands; the last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


OPEN_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.STOPPING)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work in the background, of the worker process or of a loop.

    Attributes:
        progress: 0 to 1.
        message: what it does, or why it ended without a result; for people only.
        result_path: of a done job that keeps a result.
        created: seconds since the epoch, as `changed`.
    """

    id: str
    kind: str
    input_hash: str
    state: JobState
    progress: float
    message: str
    result_path: str
    created: float
    changed: float

    @property
    def is_open(self) -> bool:
        """Whether it waits or goes on."""
        return self.state in OPEN_STATES

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and goes on to a point where it can."""
        return self.state is JobState.STOPPING

    @property
    def closed(self) -> bool:
        """Whether nobody stopped it, but its process ended first."""
        return self.state is JobState.CLOSED

    @property
    def failed(self) -> bool:
        """Whether it ended because something went wrong."""
        return self.state is JobState.FAILED

    def as_closed(self) -> Self:
        """The same job, whose process was found gone."""
        return replace(self, state=JobState.CLOSED, message=CLOSED_WORDS)


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
                    state=JobState.QUEUED.value,
                    progress=0.0,
                    message="",
                    result_path="",
                    created=now,
                    changed=now,
                )
            )

    def change(self, job_id: str, state: JobState, progress: float, message: str, result_path: str = "") -> None:
        """What became known of a job."""
        values = {"state": state.value, "progress": progress, "message": message, "result_path": result_path}
        with self._database.write() as connection:
            connection.execute(update(job).where(job.c.id == job_id).values(**values, changed=time.time()))

    def find(self, job_id: str) -> Job | None:
        """The job of this number, or None."""
        return self._first(job.c.id == job_id)

    def find_by_input(self, input_hash: str) -> Job | None:
        """The newest job over these inputs, or None."""
        return self._first(job.c.input_hash == input_hash)

    def list_open(self) -> list[Job]:
        """Jobs that wait or go on, the oldest first."""
        states = [state.value for state in OPEN_STATES]
        query = select(job).where(job.c.state.in_(states)).order_by(job.c.created)
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(query)]

    def _first(self, condition: Any) -> Job | None:
        query = select(job).where(condition).order_by(job.c.created.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _read(row)


def _read(row: Any) -> Job:
    """A row as a job; homes of before `closed` was a state of its own told it by the words."""
    found = Job(**{**row._mapping, "state": JobState(row.state)})
    return found.as_closed() if found.message == CLOSED_WORDS else found
