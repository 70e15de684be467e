"""OpenAI's Batch API: a run's pending prompts as files, and results taken in, partial and in any order.

A line asks for one item; its `custom_id` names run and item, so a result finds its place whenever it comes. Files end
at the limits of the API (50,000 requests, 200 MB). The same files work by hand: upload them, download the results,
import. An item ends once: what is stored already is never overwritten by a later result.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from attrprompt.errors import ErrorKind, InputError
from attrprompt.generation.postprocess import asked_lengths, find_asked_length, process_answer
from attrprompt.generation.runner import GenerationParameters
from attrprompt.llm.chat import ChatReply, ChatRequest, Endpoint
from attrprompt.llm.client import build_chat_body, read_chat_document
from attrprompt.records import Run, RunState
from attrprompt.store import Failed, NewSample, PlannedItem, Store
from attrprompt.store.locks import run_lock

MOST_REQUESTS = 50_000
MOST_BYTES = 200 * 1000 * 1000
URL = "/v1/chat/completions"
WAITING = "Waits for the results of a batch."
PORTION = 500  # results a transaction
KINDS_BY_STATUS = {
    400: ErrorKind.BAD_REQUEST,
    401: ErrorKind.AUTH,
    403: ErrorKind.AUTH,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    422: ErrorKind.BAD_REQUEST,
    429: ErrorKind.RATE_LIMITED,
}
KINDS_BY_CODE = {"batch_expired": ErrorKind.TIMEOUT, "batch_cancelled": ErrorKind.STOPPED}


@dataclass(frozen=True)
class BatchFiles:
    """What an export wrote."""

    paths: tuple[Path, ...]
    requests: int


@dataclass
class BatchImport:
    """What came of result files.

    Attributes:
        completed: answers stored now.
        failed: items that ended without an answer, by reason.
        known: results of items that had ended already; nothing was changed.
        unreadable: lines that are no result of this run, with the reason.
    """

    completed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    known: int = 0
    unreadable: list[dict[str, Any]] = field(default_factory=list)


def export_batch(
    store: Store, run: Run, folder: Path, *, most_requests: int = MOST_REQUESTS, most_bytes: int = MOST_BYTES
) -> BatchFiles:
    """Write what is pending of a run as batch files, `<run>-1.jsonl` and so on; failed items are asked again.

    Raises:
        InputError: nothing is pending, the folder cannot be written, or it holds such files already.
    """
    endpoint = Endpoint(run.endpoint, run.model, run.api_key_env or None)
    if endpoint.is_embedded:
        raise InputError("The embedded model takes no batch files. Make a run for an endpoint that has a Batch API.")
    stem = "".join(ch if ch.isalnum() or ch in "-_." else "_" for ch in run.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if found := sorted(folder.glob(f"{stem}-*.jsonl")):
            raise InputError(f"{found[0]} is there already. Choose an empty folder, so that nothing is sent twice.")
        with run_lock(store.home, run.id):
            if run.counters.pending + sum(run.counters.failed.values()):
                store.runs.finish(run.id, RunState.PAUSED, WAITING, store.runs.begin(run.id, owner=os.getpid()))
        written = _write_files(
            _requests(store, run, endpoint), folder, stem, most_requests=most_requests, most_bytes=most_bytes
        )
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be written ({error.strerror}).") from error
    if not written.requests:
        raise InputError(f"Nothing is pending in the run '{run.name}'.")
    return written


def import_batch(store: Store, run: Run, files: Iterable[Path]) -> BatchImport:
    """Take in result and error files of the Batch API, in any order and as often as they come.

    Raises:
        InputError: a file cannot be read, or the run is being sent at this moment.
    """
    found = BatchImport()
    with run_lock(store.home, run.id):
        earlier = store.runs.read_failures(run.id, limit=None)
        store.runs.finish(run.id, RunState.PAUSED, WAITING, store.runs.begin(run.id, owner=os.getpid()))
        taker = _Taker(store, store.runs.load(run.id), found, earlier)
        for path in files:
            try:
                with path.open("rb") as lines:
                    for number, line in enumerate(lines, start=1):
                        taker.take(line, f"{path.name}:{number}")
            except OSError as error:
                taker.write()
                raise InputError(f"{path} cannot be read ({error.strerror}).") from error
        taker.finish()
    return found


def _requests(store: Store, run: Run, endpoint: Endpoint) -> Iterator[bytes]:
    parameters = GenerationParameters.model_validate(run.parameters)
    after = -1
    while page := store.runs.next_pending(run.id, after=after):
        for item in page:
            request = ChatRequest(
                messages=item.messages or ({"role": "user", "content": item.prompt},),  # type: ignore[arg-type]
                model=run.model,
                temperature=parameters.temperature,
                max_tokens=parameters.max_tokens,
                top_p=parameters.top_p,
                seed=item.seed,
                repetition_penalty=parameters.repetition_penalty,
                extra=parameters.extra,
            )
            body = build_chat_body(endpoint, request)
            line = {"custom_id": _name_item(run, item.item), "method": "POST", "url": URL, "body": body}
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        after = page[-1].item


def _write_files(lines: Iterator[bytes], folder: Path, stem: str, *, most_requests: int, most_bytes: int) -> BatchFiles:
    paths: list[Path] = []
    total, line = 0, next(lines, None)
    while line is not None:
        paths.append(folder / f"{stem}-{len(paths) + 1}.jsonl")
        requests = size = 0
        with paths[-1].open("wb") as file:
            while line is not None and requests < most_requests and (not requests or size + len(line) <= most_bytes):
                file.write(line)
                requests, size = requests + 1, size + len(line)
                line = next(lines, None)
        total += requests
    return BatchFiles(tuple(paths), total)


def _name_item(run: Run, item: int) -> str:
    return f"run-{run.id}-item-{item}"


class _Taker:
    """Takes results line by line and stores them in portions, each with the run's counters in one transaction."""

    def __init__(self, store: Store, run: Run, found: BatchImport, earlier: Iterable[Failed]) -> None:
        self._store, self._run, self._found = store, run, found
        self._counters = run.counters
        self._lengths = asked_lengths(store.runs.load_document(run.id))
        self._answers: list[NewSample] = []
        self._failed = {each.item: each for each in earlier}
        self._failed_before = frozenset(self._failed)
        self._taken: set[int] = set()

    def take(self, line: bytes, where: str) -> None:
        """One line of a result file; its item may have ended already."""
        if not line.strip():
            return
        try:
            result = json.loads(line)
            name = str(result["custom_id"])
            if "response" not in result and "error" not in result:
                raise ValueError("a request, not a result")
        except (ValueError, KeyError, TypeError):
            self._found.unreadable.append({"line": where, "reason": "This is no result of a batch request."})
            return
        start, _, digits = name.rpartition("-")
        if f"{start}-" != _name_item(self._run, 0)[:-1] or not digits.isdecimal():
            self._found.unreadable.append({"line": where, "reason": f"'{name[:60]}' is no item of this run."})
            return
        number = int(digits)
        item = self._store.runs.find_pending_item(self._run.id, number)
        if item is None or number in self._taken:
            self._found.known += 1
            return
        ended = _read_result(result, item, self._run)
        if isinstance(ended, Failed):
            self._found.known += number in self._failed
            self._failed.setdefault(number, ended)
        else:
            self._failed.pop(number, None)
            self._taken.add(number)
            self._answers.append(self._make_sample(item, ended))
            if len(self._answers) >= PORTION:
                self.write()

    def write(self) -> None:
        """Store the answers that came since the last portion."""
        counters = self._counters
        self._counters = replace(
            counters,
            completed=counters.completed + len(self._answers),
            requests=counters.requests + len(self._answers),
            prompt_tokens=counters.prompt_tokens + sum(each.prompt_tokens for each in self._answers),
            completion_tokens=counters.completion_tokens + sum(each.completion_tokens for each in self._answers),
        )
        self._store.runs.commit(self._run.id, self._answers, [], self._counters, in_flight=0)
        self._found.completed += len(self._answers)
        self._answers = []
        self._taken = set()

    def finish(self) -> None:
        """Store the rest; an item failed only where no file of this import holds an answer."""
        self.write()
        failed = list(self._failed.values())
        new = [each for each in failed if each.item not in self._failed_before]
        self._found.failed = Counter(each.reason.value for each in new)
        self._counters = replace(
            self._counters,
            failed=dict(Counter(each.reason.value for each in failed)),
            requests=self._counters.requests + len(new),
        )
        self._store.runs.commit(self._run.id, [], failed, self._counters, in_flight=0)
        if self._counters.pending:
            state, reason = RunState.PAUSED, WAITING
        else:
            state, reason = (RunState.DONE_WITH_FAILURES if failed else RunState.DONE), ""
        self._store.runs.finish(self._run.id, state, reason, self._counters)

    def _make_sample(self, item: PlannedItem, reply: ChatReply) -> NewSample:
        processed = process_answer(
            reply.text,
            finish_reason=reply.finish_reason,
            refused=reply.refused,
            length=find_asked_length(self._lengths, item.attributes),
        )
        return NewSample(
            item=item.item,
            text=processed.text,
            raw=reply.text,
            labels=item.labels,
            attributes=item.attributes,
            prompt=item.prompt,
            messages=item.messages,
            model=reply.model if reply.model != self._run.model else "",
            prompt_tokens=reply.prompt_tokens or 0,
            completion_tokens=reply.completion_tokens or 0,
            request_id=reply.request_id or "",
            flags=tuple(flag.value for flag in processed.flags),
            created=time.time(),
        )


def _read_result(result: Mapping[str, Any], item: PlannedItem, run: Run) -> ChatReply | Failed:
    """The answer of a result line, or why there is none."""
    response = result.get("response") or {}
    error = result.get("error")
    status = response.get("status_code") if isinstance(response, Mapping) else None
    if error or status != 200:
        body = response.get("body") if isinstance(response, Mapping) else None
        said = error or (body.get("error") if isinstance(body, Mapping) else None) or {}
        code = str(said.get("code") or "") if isinstance(said, Mapping) else ""
        message = str(said.get("message") or said) if isinstance(said, Mapping) else str(said)
        kind = KINDS_BY_CODE.get(code) or (
            KINDS_BY_STATUS.get(status, ErrorKind.SERVER_ERROR) if isinstance(status, int) else ErrorKind.SERVER_ERROR
        )
        return Failed(item.item, kind, message or f"The batch gave status {status}.", 1)
    reply = read_chat_document(response.get("body"), model=run.model, request_id=response.get("request_id"))
    return reply or Failed(item.item, ErrorKind.BAD_RESPONSE, "The batch gave an answer without choices.", 1)
