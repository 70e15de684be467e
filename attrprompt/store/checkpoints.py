"""Writes SQLite's log back into its database beside the commits instead of inside them.

By default SQLite does so within whichever commit finds 1,000 pages in the log, and waits for the disk there: one commit
of a run then took up to 0.9 s, and no request is sent anew before its answer is committed.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine

LOG_BYTES = 4 * 1024 * 1024
SECONDS_BETWEEN = 1.0
PAGES_WITHIN_A_COMMIT = 16_384
"""Where writing back beside the commits cannot keep up, a commit does it after all: the log ends at about 64 MB."""


class Checkpoints:
    """A thread that writes the log back, started when there is something to do; at most once a second."""

    def __init__(self, engine: Engine, database: Path) -> None:
        self._engine = engine
        self._log = database.with_name(database.name + "-wal")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._closed = False

    def committed(self) -> None:
        """To be called after a commit; returns at once."""
        now = time.monotonic()
        if now < self._not_before or not self._is_long():
            return
        with self._lock:
            if self._closed or now < self._not_before:
                return
            self._not_before = float("inf")
            self._thread.submit(self._write_back)

    def close(self) -> None:
        """Wait for what is under way; nothing is written back afterwards."""
        with self._lock:
            self._closed = True
        self._thread.shutdown()

    def _is_long(self) -> bool:
        try:
            return self._log.stat().st_size >= LOG_BYTES
        except FileNotFoundError:
            return False

    def _write_back(self) -> None:
        """PASSIVE never waits for readers or writers; what they hold is left for the next time."""
        try:
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                connection.close()
        finally:
            with self._lock:
                self._not_before = time.monotonic() + SECONDS_BETWEEN
