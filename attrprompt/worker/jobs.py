"""The kinds of CPU work: a request that names its kind, a function that answers it, a typed result.

`register` enters a function under the kind of its request. The result is kept under the hash of kind and payload, so
the same question is computed once, by whichever process asks.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from attrprompt.errors import InputError, WorkerError
from attrprompt.files import read_arrays, write_arrays, write_whole
from attrprompt.worker.context import JobContext

JOB_MODULES: tuple[str, ...] = (
    "attrprompt.worker.encode",
    "attrprompt.analysis_jobs.analyze",
    "attrprompt.analysis_jobs.check",
    "attrprompt.analysis_jobs.lexicons",
    "attrprompt.analysis_jobs.map",
    "attrprompt.analysis_jobs.names",
    "attrprompt.analysis_jobs.neighbourhood",
    "attrprompt.analysis_jobs.paper",
    "attrprompt.analysis_jobs.portraits",
    "attrprompt.analysis_jobs.wording",
    "attrprompt.evaluation.evaluate",
    "attrprompt.evaluation.steps.influence",
    "attrprompt.evaluation.steps.reweigh",
    "attrprompt.evaluation.steps.variants",
    "attrprompt.report.write",
)
"""Modules that register kinds; each must be light to import."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """A result of arrays as it is kept (`.npz`), with facts about them as plain data."""

    arrays: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any] = field(default_factory=dict)


class JsonResult(Protocol):
    """A result that is kept as JSON; `from_json` undoes `to_json`."""

    def to_json(self) -> dict[str, Any]:
        """The fields by name, as plain data."""
        ...

    @classmethod
    def from_json(cls, plain: Mapping[str, Any], /) -> Self:
        """The result of which this is the plain data."""
        ...


@runtime_checkable
class ArrayResult(Protocol):
    """A result that is kept as arrays; `from_arrays` undoes `to_arrays`."""

    def to_arrays(self) -> Arrays:
        """The arrays with their facts."""
        ...

    @classmethod
    def from_arrays(cls, kept: Arrays, /) -> Self:
        """The result of which these are the arrays."""
        ...


ResultT = TypeVar("ResultT", bound=JsonResult | ArrayResult)
RequestT = TypeVar("RequestT", bound="JobRequest[Any]")


class JobRequest(BaseModel, Generic[ResultT]):
    """What a piece of CPU work is asked, as data: everything it needs. A subclass names its kind and its result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]

    def to_payload(self) -> dict[str, Any]:
        """The fields as plain data."""
        return self.model_dump(mode="json")

    @property
    def asks(self) -> str | None:
        """The base URL of the endpoint that the work asks, whose key it therefore needs; None where it asks none."""
        return None


@dataclass(frozen=True, slots=True)
class JobKind(Generic[ResultT]):
    """A kind of work.

    Attributes:
        keeps_result: whether the same payload may be answered with the kept result. Not where the work's effect lies
            elsewhere, as in filling a cache that may be emptied.
        version: raised when the function's results change, so that kept ones no longer count.
        unhashed: fields of the payload that say where the work's input lies, not what it is.
    """

    request: type[JobRequest[ResultT]]
    result: type[ResultT]
    run: Callable[[Any, JobContext], ResultT]
    keeps_result: bool = True
    version: int = 1
    unhashed: frozenset[str] = frozenset()


JOBS: dict[str, JobKind[Any]] = {}


def register(
    request: type[RequestT],
    result: type[ResultT],
    *,
    keeps_result: bool = True,
    version: int = 1,
    unhashed: Collection[str] = (),
) -> Callable[[Callable[[RequestT, JobContext], ResultT]], Callable[[RequestT, JobContext], ResultT]]:
    """Enter a function in `JOBS` under the kind of the request that it answers."""

    def enter(run: Callable[[RequestT, JobContext], ResultT]) -> Callable[[RequestT, JobContext], ResultT]:
        JOBS[request.kind] = JobKind(request, result, run, keeps_result, version, frozenset(unhashed))
        return run

    return enter


def find_kind(kind: str) -> JobKind[Any]:
    """The kind of this name.

    Raises:
        InputError: there is none.
    """
    for module in JOB_MODULES:
        importlib.import_module(module)
    if kind not in JOBS:
        raise InputError(f"There is no work of the kind “{kind}”. Known are: {', '.join(sorted(JOBS))}.")
    return JOBS[kind]


def hash_input(request: JobRequest[Any]) -> str:
    """sha256 of kind, its version and the payload's canonical JSON: equal work has equal hashes.

    Raises:
        InputError: there is no such kind.
    """
    known = find_kind(request.kind)
    hashed = {name: value for name, value in request.to_payload().items() if name not in known.unhashed}
    canonical = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(f"{request.kind}\n{known.version}\n{canonical}".encode()).hexdigest()


def find_result_file(home: Path, request: JobRequest[Any], *, input_hash: str | None = None) -> Path | None:
    """The file of the kept result of this request, or None.

    Args:
        input_hash: of the request, where it is known already.
    """
    if not find_kind(request.kind).keeps_result:
        return None
    stem = input_hash or hash_input(request)
    candidates = (home / "cache" / "jobs" / f"{stem}{suffix}" for suffix in (".json", ".npz"))
    return next((path for path in candidates if path.exists()), None)


def find_result(home: Path, request: JobRequest[ResultT]) -> ResultT | None:
    """The kept result of this request, whoever computed it, or None.

    Raises:
        WorkerError: its file cannot be read.
    """
    path = find_result_file(home, request)
    return None if path is None else read_result(type(request), path)


def read_result(request: type[JobRequest[ResultT]], path: Path) -> ResultT:
    """What a job of this kind of request gave.

    Raises:
        WorkerError: the file cannot be read.
    """
    result: Any = find_kind(request.kind).result
    try:
        if path.suffix == ".json":
            return cast(ResultT, result.from_json(json.loads(path.read_text(encoding="utf-8"))))
        arrays = read_arrays(path)
        return cast(ResultT, result.from_arrays(Arrays(arrays, json.loads(str(arrays.pop("facts"))))))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkerError(f"The result {path} cannot be read ({error}). Delete this file and start again.") from error


def run_job(request: JobRequest[ResultT], context: JobContext) -> ResultT:
    """Do this work in this process, or find it done.

    Raises:
        AttrPromptError: it cannot be done; the sentence says why.
    """
    kept = find_result(context.home, request)
    if kept is not None:
        return kept
    result = cast(ResultT, find_kind(request.kind).run(request, context))
    _write_result(context.home, hash_input(request), result)
    return result


def perform_order(kind: str, payload: Mapping[str, Any], context: JobContext) -> Path:
    """The same for work that comes as plain data; gives the file of its result.

    Raises:
        AttrPromptError: it cannot be done; the sentence says why.
    """
    known = find_kind(kind)
    try:
        request = known.request.model_validate(payload)
    except ValidationError as error:
        raise InputError(f"The work “{kind}” is not described as it should be: {error}") from error
    input_hash = hash_input(request)
    kept = find_result_file(context.home, request, input_hash=input_hash)
    return kept or _write_result(context.home, input_hash, known.run(request, context))


def _write_result(home: Path, input_hash: str, result: JsonResult | ArrayResult) -> Path:
    stem = home / "cache" / "jobs" / input_hash
    if isinstance(result, ArrayResult):
        kept = result.to_arrays()
        facts = np.array(json.dumps(dict(kept.facts), allow_nan=False))
        return write_arrays(stem.with_suffix(".npz"), {**kept.arrays, "facts": facts})
    return write_whole(stem.with_suffix(".json"), json.dumps(result.to_json(), allow_nan=False).encode())
