"""Locks that the operating system holds: they vanish with the process, `kill -9` included."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from attrprompt.errors import InputError


class ProcessLock:
    """An exclusive lock on a file in the home; the file names the process that holds it.

    Python opens files without passing them on to children, so a worker process never keeps its parent's lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Take the lock; False where another holder lives (in this process or another)."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        """Let go of the lock; the file stays, since deleting it would let two holders pass."""
        file, self._file = self._file, None  # whoever comes second, from another thread perhaps, finds none
        if file is not None:
            file.close()

    def holder(self) -> int | None:
        """The process that holds the lock now, or None where it is free."""
        if self._file is not None:
            return os.getpid()
        try:
            with self.path.open("r", encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    number = file.read().strip()
                    return int(number) if number.isdigit() else 0
        except FileNotFoundError:
            return None
        return None

    def __enter__(self) -> Self:
        if not self.acquire():
            raise InputError(f"This is running in process {self.holder()}. Stop it there first.")
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def run_lock(home: Path, run_id: int) -> ProcessLock:
    """The lock of a run's owner."""
    return ProcessLock(home / "locks" / f"run-{run_id}")


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Wait for the lock on this file and hold it for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
