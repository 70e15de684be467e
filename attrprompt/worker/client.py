"""The app's end of the worker process: one warm process a home, jobs one after the other.

Cancelling a running job kills the process; the next job gets a new one. The process may also end by itself, when it
was idle long enough or a job brought it down: the job it was at fails with a sentence, later ones are not touched.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr

from attrprompt.app_files import IMPORT_FOLDER
from attrprompt.errors import WorkerError
from attrprompt.store.jobs import CLOSED_WORDS, OPEN_STATES, JobState
from attrprompt.worker.jobs import JobRequest, find_result_file, hash_input

logger = logging.getLogger(__name__)

JOIN_SECONDS = 1.5
REAP_SECONDS = 5.0
LARGEST_LOG = 1_000_000


@dataclass(frozen=True, slots=True)
class WorkJob:
    """A piece of work to submit.

    Attributes:
        request: everything the work needs.
        api_key: for an endpoint that it asks; handed over in memory, kept nowhere.
    """

    request: JobRequest[Any]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    api_key: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """What is now known of a job.

    Attributes:
        progress: 0 to 1.
        message: what it does, or why it ended without a result.
        result_path: of a done job, for `read_result`.
    """

    job_id: str
    kind: str
    input_hash: str
    state: JobState
    progress: float = 0.0
    message: str = ""
    result_path: Path | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    job: WorkJob
    input_hash: str

    def update(self, state: JobState, **facts: Any) -> JobUpdate:
        return JobUpdate(self.job.id, self.job.request.kind, self.input_hash, state, **facts)


class WorkerClient:
    """Gives jobs to the worker process of a home and tells what becomes of them. Safe to use from any thread.

    Args:
        home: folder of the caches and the log.
        on_update: called with every change of a job, from the caller's thread or the client's own; must be quick.
            What it raises is logged and does not stop the work; the end of a job is told again until it is taken.
        idle_seconds: the process ends when it had no job for so long.
        threads: that the process may use; by default all cores but one.
        modules: further modules that register kinds of work.
    """

    def __init__(
        self,
        home: Path,
        on_update: Callable[[JobUpdate], None],
        *,
        idle_seconds: float = 600.0,
        threads: int | None = None,
        modules: Sequence[str] = (),
    ) -> None:
        self._home = home.resolve()
        self._on_update = on_update
        self._options = ["--idle-seconds", str(idle_seconds)]
        self._options += ["--threads", str(threads)] if threads else []
        for module in modules:
            importlib.import_module(module)
            self._options += ["--jobs", module]
        self._changed = threading.Condition()
        self._queue: deque[_Entry] = deque()
        self._untold: deque[JobUpdate] = deque()
        self._current: _Entry | None = None
        self._cancel_current = False
        self._closed = False
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._supervise, name="worker-client", daemon=True)
        self._thread.start()

    @property
    def process_id(self) -> int | None:
        """The worker's process number, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def submit(self, job: WorkJob) -> str:
        """Queue a job; one whose result is known is done at once. Gives the hash of its input.

        Raises:
            InputError: there is no such kind of work.
            WorkerError: the client is closed.
        """
        entry = _Entry(job, hash_input(job.request))
        if self._closed or not self._thread.is_alive():
            raise WorkerError("The worker is closed. Open the app again.")
        kept = find_result_file(self._home, job.request, input_hash=entry.input_hash)
        if kept is not None:
            self._report(entry.update(JobState.DONE, progress=1.0, result_path=kept))
            return entry.input_hash
        self._report(entry.update(JobState.QUEUED))
        with self._changed:
            self._queue.append(entry)
            self._changed.notify()
        return entry.input_hash

    def cancel(self, job_id: str) -> bool:
        """End a job that waits or runs; False where there is none of this id."""
        with self._changed:
            waiting = next((entry for entry in self._queue if entry.job.id == job_id), None)
            if waiting is not None:
                self._queue.remove(waiting)
            elif self._current is not None and self._current.job.id == job_id:
                self._cancel_current = True
                self._kill()
                return True
        if waiting is not None:
            self._report(waiting.update(JobState.CANCELLED, message="Cancelled before it began."))
        return waiting is not None

    def close(self) -> None:
        """End the process, within two seconds; jobs that are not done end as cancelled."""
        with self._changed:
            self._closed = True
            waiting = list(self._queue)
            self._queue.clear()
            self._kill()
            self._changed.notify()
        for entry in waiting:
            self._report(entry.update(JobState.CLOSED, message=CLOSED_WORDS))
        if threading.current_thread() is not self._thread:
            self._thread.join(JOIN_SECONDS)

    def _supervise(self) -> None:
        while True:
            self._tell_again()
            with self._changed:
                if not self._queue and not self._closed:
                    self._changed.wait(REAP_SECONDS)
                    self._reap_if_ended()
                if not self._queue and not self._closed:
                    continue
                if self._closed:
                    self._reap()
                    return
                entry = self._current = self._queue.popleft()
                self._cancel_current = False
            try:
                update = self._work(entry)
            except Exception as defect:  # of one job: the next has its turn
                logger.exception("Job %s could not be handed to the worker.", entry.job.id)
                update = entry.update(JobState.FAILED, message=self._explain_defect(entry.job.request.kind, defect))
                with self._changed:
                    self._kill()
            with self._changed:
                self._current = None
            self._report(update)

    def _work(self, entry: _Entry) -> JobUpdate:
        """Have a job done; a process that ends before it began the job (it was idle, say) is replaced once."""
        for last_try in (False, True):
            try:
                process = self._ready_process()
            except OSError as error:
                why = f"The worker process cannot be started ({error}). Check room and rights in {self._home}."
                return entry.update(JobState.FAILED, message=why)
            if process is None:
                break
            begun, final = self._talk(process, entry)
            if final is not None:
                return final
            code = process.wait()
            if self._closed or self._cancel_current:
                break
            if begun or last_try:
                return entry.update(JobState.FAILED, message=str(self._explain_end(entry.job.request.kind, code)))
        if self._closed:
            return entry.update(JobState.CLOSED, message=CLOSED_WORDS)
        return entry.update(JobState.CANCELLED, message="Cancelled.")

    def _talk(self, process: subprocess.Popen[str], entry: _Entry) -> tuple[bool, JobUpdate | None]:
        """Hand a job over and pass its news on: whether it began, and its end unless the process ended first."""
        order = {
            "job": entry.job.id,
            "kind": entry.job.request.kind,
            "payload": entry.job.request.to_payload(),
            "api_key": entry.job.api_key.get_secret_value() if entry.job.api_key else None,
        }
        try:
            print(json.dumps(order), file=_pipe(process.stdin), flush=True)
        except OSError:
            return False, None
        begun = False
        for line in _pipe(process.stdout):
            if not line.endswith("\n"):  # cut off by a kill
                break
            begun = True
            update = _read_event(entry, json.loads(line))
            if update.state in (JobState.DONE, JobState.FAILED):
                return begun, update
            self._report(update)
        return begun, None

    def _ready_process(self) -> subprocess.Popen[str] | None:
        """The running process, started where there is none; None where the job is not wanted any more."""
        with self._changed:
            self._reap_if_ended()
            if self._closed or self._cancel_current:
                return None
            if self._process is None:
                self._process = self._start()
            return self._process

    def _start(self) -> subprocess.Popen[str]:
        log = self._home / "logs" / "worker.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        fresh = not log.exists() or log.stat().st_size > LARGEST_LOG
        with log.open("wb" if fresh else "ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "attrprompt.worker", "--home", str(self._home), *self._options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                cwd=IMPORT_FOLDER,
                start_new_session=True,  # Ctrl+C in the app's terminal is for the app, which then closes us
            )

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):  # it ended this moment
                os.killpg(self._process.pid, signal.SIGKILL)

    def _reap_if_ended(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._reap()

    def _reap(self) -> None:
        if self._process is None:
            return
        self._process.wait()
        _pipe(self._process.stdout).close()
        with suppress(BrokenPipeError):  # a job was on its way into the process that ended
            _pipe(self._process.stdin).close()
        self._process = None

    def _explain_end(self, kind: str, code: int) -> WorkerError:
        if code == -signal.SIGKILL:
            why = "It was killed, mostly because memory ran out: close other programs or take fewer texts."
        else:
            why = f"This is a defect (exit status {code}); {self._home / 'logs' / 'worker.log'} says more."
        return WorkerError(f"The worker process ended while at “{kind}”. {why} You may start it again.")

    def _explain_defect(self, kind: str, defect: Exception) -> str:
        return f"The worker could not be talked to while at “{kind}” ({defect}). Start it again; the log says more."

    def _report(self, update: JobUpdate) -> None:
        try:
            self._on_update(update)
        except Exception:  # whoever listens: this thread has other jobs to see to
            logger.exception("The state '%s' of job %s could not be kept.", update.state, update.job_id)
            if update.state not in OPEN_STATES:
                self._untold.append(update)

    def _tell_again(self) -> None:
        """Tell the ends of jobs that nobody took when they came, or a page would show for ever that they go on."""
        for _ in range(len(self._untold)):
            self._report(self._untold.popleft())


def _read_event(entry: _Entry, event: Mapping[str, Any]) -> JobUpdate:
    match event["event"]:
        case "done":
            return entry.update(JobState.DONE, progress=1.0, result_path=Path(event["result"]))
        case "failed":
            return entry.update(JobState.FAILED, message=event["message"])
        case "progress":
            return entry.update(JobState.RUNNING, progress=event["fraction"], message=event["message"])
    return entry.update(JobState.RUNNING, message="Begun.")


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise WorkerError("The worker process has no pipe to talk through. Restart the app.")
    return stream
