"""The worker process: `python -m attrprompt.worker --home HOME`.

One JSON object a line on standard input is a job: `{"job", "kind", "payload", "api_key"}`; standard
output answers with `{"job", "event"}` lines, where the event is started, progress (`fraction`, `message`), done
(`result`, a path) or failed (`message`). Jobs are done one after the other. The process stays warm between them and
ends when its input closes, or after some idle minutes. A defect in a job ends it with a traceback on standard error.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

NICENESS = 10
SESSION_NICENESS = 5
"""Of the whole session: a third of the share that a busy app has. With more it stood still on a busy machine."""

SECONDS_BETWEEN_REPORTS = 0.1
FIRST_JOB_SECONDS = 60.0
"""A process is started for a job that is on its way, so it does not count as idle yet."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
)


class Reporter:
    """Writes events as lines; progress at most ten times a second."""

    def __init__(self, channel: TextIO, job_id: str) -> None:
        self._channel = channel
        self._job_id = job_id
        self._last = 0.0

    def send(self, event: str, **facts: Any) -> None:
        """Write one event."""
        print(json.dumps({"job": self._job_id, "event": event, **facts}), file=self._channel, flush=True)

    def send_progress(self, fraction: float, message: str) -> None:
        """Write how far the job is, unless that was said a moment ago."""
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_REPORTS:
            self._last = now
            self.send("progress", fraction=min(1.0, max(0.0, fraction)), message=message)


def main() -> None:
    """Do jobs until the input closes or nothing comes for a while."""
    options = _parse_options()
    channel = _claim_output()
    _give_way()
    threads = options.threads or max(1, count_cores() - 1)
    for variable in THREAD_VARIABLES:  # read by the libraries when they are imported, which has not happened yet
        os.environ[variable] = str(threads)
    for module in options.jobs:
        importlib.import_module(module)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_lines, args=(lines,), daemon=True).start()
    patience = max(FIRST_JOB_SECONDS, options.idle_seconds)
    while True:
        try:
            line = lines.get(timeout=patience)
        except queue.Empty:
            return
        _do_job(json.loads(line), options.home, threads, channel)
        patience = options.idle_seconds


def _give_way() -> None:
    """Let the app and the browser go first.

    Where the scheduler shares the cores among sessions (Linux: autogroup), niceness counts only within a session, and
    ours is our own: then the session steps back too.
    """
    os.nice(max(0, NICENESS - os.nice(0)))
    if hasattr(os, "getsid") and os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(SESSION_NICENESS), encoding="ascii")


def count_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _do_job(order: dict[str, Any], home: Path, threads: int, channel: TextIO) -> None:
    from pydantic import SecretStr

    from attrprompt.errors import AttrPromptError
    from attrprompt.worker.context import JobContext
    from attrprompt.worker.jobs import perform_order

    reporter = Reporter(channel, order["job"])
    reporter.send("started")
    key = SecretStr(order["api_key"]) if order["api_key"] else None
    context = JobContext(home, reporter.send_progress, threads=threads, api_key=key)
    try:
        result = perform_order(order["kind"], order["payload"], context)
    except AttrPromptError as error:
        reporter.send("failed", message=str(error))
    else:
        reporter.send("done", result=str(result))


def _claim_output() -> TextIO:
    """Keep standard output for events alone: whatever libraries print goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return channel


def _read_lines(lines: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)  # whoever gave the jobs is gone: end in the middle of one; files are written whole or not at all


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m attrprompt.worker", description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, required=True, help="folder of the caches")
    parser.add_argument("--idle-seconds", type=float, default=600.0, help="end when there was no job for so long")
    parser.add_argument("--threads", type=int, help="threads for numerical work (default: all cores but one)")
    parser.add_argument("--jobs", action="append", default=[], help="a further module that registers kinds of work")
    return parser.parse_args()


if __name__ == "__main__":
    main()
