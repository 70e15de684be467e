"""The kinds of CPU work, and how one is run.

A kind is a function from a payload (plain data, everything it needs) to a result; `register` enters it in `JOBS`. The
result is kept under the hash of kind and payload, so the same question is computed once, by whichever process asks.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from attrprompt.errors import InputError, WorkerError
from attrprompt.files import read_arrays, write_arrays, write_whole

Payload = Mapping[str, Any]

JOB_MODULES: tuple[str, ...] = (
    "attrprompt.worker.embedding",
    "attrprompt.analysis_jobs.analyze",
    "attrprompt.analysis_jobs.explore",
    "attrprompt.analysis_jobs.paper",
    "attrprompt.analysis_jobs.portray",
    "attrprompt.evaluation.evaluate",
    "attrprompt.evaluation.steps.variants",
    "attrprompt.evaluation.steps.noise",
    "attrprompt.evaluation.steps.feedback",
    "attrprompt.report.write",
    "attrprompt.analysis_jobs.check",
)
"""Modules that register kinds; each must be light to import."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """A result of arrays, with facts about them as plain data; kept as `.npz`, other results as `.json`."""

    arrays: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any] = field(default_factory=dict)


Result = Mapping[str, Any] | Arrays


def _report_nothing(fraction: float, message: str) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job gets beside its payload.

    Attributes:
        home: folder of the caches.
        progress: says how far it is, 0 to 1, and what it does.
        cancelled: whether to give up; in the worker a cancel ends the process instead.
        threads: how many it may use; None for all cores.
        api_key: for an endpoint that the job asks; it stands in no payload and no result.
    """

    home: Path
    progress: Callable[[float, str], None] = _report_nothing
    cancelled: Callable[[], bool] = _never
    threads: int | None = None
    api_key: SecretStr | None = None


def stop_where_cancelled(context: JobContext, what: str) -> Callable[[], None]:
    """A check for long loops that raises once the job is given up.

    Args:
        what: what was stopped, for people: "The search for duplicates".
    """

    def check() -> None:
        if context.cancelled():
            raise WorkerError(f"{what} was stopped.")

    return check


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work.

    Attributes:
        keeps_result: whether the same payload may be answered with the kept result. Not where the work's effect lies
            elsewhere, as in filling a cache that may be emptied.
        version: raised when the function's results change, so that kept ones no longer count.
        unhashed: fields of the payload that say where the work's input lies, not what it is.
    """

    run: Callable[[Payload, JobContext], Result]
    keeps_result: bool = True
    version: int = 1
    unhashed: frozenset[str] = frozenset()


JOBS: dict[str, JobKind] = {}


def register(
    kind: str, *, keeps_result: bool = True, version: int = 1, unhashed: Collection[str] = ()
) -> Callable[[Callable[[Payload, JobContext], Result]], Callable[[Payload, JobContext], Result]]:
    """Enter a function in `JOBS` under this name."""

    def enter(run: Callable[[Payload, JobContext], Result]) -> Callable[[Payload, JobContext], Result]:
        JOBS[kind] = JobKind(run, keeps_result, version, frozenset(unhashed))
        return run

    return enter


def find_kind(kind: str) -> JobKind:
    """The kind of this name.

    Raises:
        InputError: there is none.
    """
    for module in JOB_MODULES:
        importlib.import_module(module)
    if kind not in JOBS:
        raise InputError(f"There is no work of the kind “{kind}”. Known are: {', '.join(sorted(JOBS))}.")
    return JOBS[kind]


def hash_input(kind: str, payload: Payload) -> str:
    """sha256 of kind, its version and the payload's canonical JSON: equal work has equal hashes.

    Raises:
        InputError: there is no such kind.
    """
    hashed = {name: value for name, value in payload.items() if name not in find_kind(kind).unhashed}
    canonical = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(f"{kind}\n{find_kind(kind).version}\n{canonical}".encode()).hexdigest()


def find_result(home: Path, kind: str, input_hash: str) -> Path | None:
    """The kept result of this input, or None."""
    if not find_kind(kind).keeps_result:
        return None
    candidates = (home / "cache" / "jobs" / f"{input_hash}{suffix}" for suffix in (".json", ".npz"))
    return next((path for path in candidates if path.exists()), None)


def run_job(kind: str, payload: Payload, context: JobContext, *, input_hash: str | None = None) -> Path:
    """Do this work in this process, or find it done; gives the file of its result, for `read_result`.

    Raises:
        AttrPromptError: it cannot be done; the sentence says why.
    """
    known = input_hash or hash_input(kind, payload)
    kept = find_result(context.home, kind, known)
    if kept is not None:
        return kept
    return _write_result(context.home, known, find_kind(kind).run(payload, context))


def read_result(path: Path) -> Result:
    """What a job gave.

    Raises:
        WorkerError: the file cannot be read.
    """
    try:
        if path.suffix == ".json":
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return content
        arrays = read_arrays(path)
        return Arrays(arrays, json.loads(str(arrays.pop("facts"))))
    except (OSError, ValueError, KeyError) as error:
        raise WorkerError(f"The result {path} cannot be read ({error}). Delete this file and start again.") from error


def _write_result(home: Path, input_hash: str, result: Result) -> Path:
    stem = home / "cache" / "jobs" / input_hash
    if isinstance(result, Arrays):
        facts = np.array(json.dumps(dict(result.facts), allow_nan=False))
        return write_arrays(stem.with_suffix(".npz"), {**result.arrays, "facts": facts})
    return write_whole(stem.with_suffix(".json"), json.dumps(result, allow_nan=False).encode())
