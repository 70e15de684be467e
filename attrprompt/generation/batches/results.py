"""OpenAI's Batch API, the way back: results taken in, partial, in any order, as often as they come.

An item ends once: what is stored already is never overwritten by a later result.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.generation.batches.files import name_item
from attrprompt.generation.item_requests import ItemTranslator
from attrprompt.llm.chat import ChatReply
from attrprompt.llm.completions import read_chat_document
from attrprompt.records import WAITING, Batch, BatchState, Run, RunState
from attrprompt.store import Failed, NewSample, PlannedItem, Store
from attrprompt.store.locks import run_lock

PORTION = 500  # results a transaction
LEFT_OVER = "A batch ended without an answer to some prompts. Resume sends them."
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


def import_batch(
    store: Store, run: Run, files: Iterable[Path], *, ends: Batch | None = None, message: str = ""
) -> BatchImport:
    """Take in result and error files of the Batch API.

    Args:
        ends: a batch that brings nothing more: its items without a result can be sent again.
        message: what is kept with that batch.

    Raises:
        InputError: a file cannot be read, or the run is being sent at this moment.
    """
    found = BatchImport()
    with run_lock(store.home, run.id):
        earlier = store.runs.read_failures(run.id, limit=None)
        store.runs.finish(run.id, RunState.PAUSED, WAITING, store.runs.begin(run.id, owner=os.getpid()))
        taker = _Taker(store, store.runs.load(run.id), found, earlier)
        try:
            for path in files:
                try:
                    with path.open("rb") as lines:
                        for number, line in enumerate(lines, start=1):
                            taker.take(line, f"{path.name}:{number}")
                except OSError as error:
                    raise InputError(f"{path} cannot be read ({error.strerror}).") from error
        finally:
            taker.finish()
        if ends is not None:
            store.batches.close(ends.id, BatchState.ENDED, message)
            taker.conclude()
    return found


class _Taker:
    """Takes results line by line and stores them in portions, each with the run's counters in one transaction."""

    def __init__(self, store: Store, run: Run, found: BatchImport, earlier: Iterable[Failed]) -> None:
        self._store, self._run, self._found = store, run, found
        self._counters = run.counters
        self._translator = ItemTranslator(run, store.runs.load_document(run.id))
        self._answers: list[NewSample] = []
        self._failed = {failure.item: failure for failure in earlier}
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
        if f"{start}-" != name_item(self._run.id, 0)[:-1] or not digits.isdecimal():
            self._found.unreadable.append({"line": where, "reason": f"'{name[:60]}' is no item of this run."})
            return
        number = int(digits)
        item = self._store.runs.find_pending_item(self._run.id, number)
        if item is None or number in self._taken:
            self._found.known += 1
            return
        ended = self._read(result, item)
        if isinstance(ended, Failed):
            self._found.known += number in self._failed
            self._failed.setdefault(number, ended)
        else:
            self._failed.pop(number, None)
            self._taken.add(number)
            self._answers.append(ended)
            if len(self._answers) >= PORTION:
                self.write()

    def _read(self, result: Mapping[str, Any], item: PlannedItem) -> NewSample | Failed:
        reply = _read_result(result, item, self._run)
        if isinstance(reply, Failed):
            return reply
        ended = self._translator.to_result(item, reply)
        if isinstance(ended, Failed) and item.item not in self._failed:  # it was paid for all the same
            self._counters = replace(
                self._counters,
                prompt_tokens=self._counters.prompt_tokens + (reply.prompt_tokens or 0),
                completion_tokens=self._counters.completion_tokens + (reply.completion_tokens or 0),
            )
        return ended

    def write(self) -> None:
        """Store the answers that came since the last portion."""
        counters = self._counters
        self._counters = replace(
            counters,
            completed=counters.completed + len(self._answers),
            requests=counters.requests + len(self._answers),
            prompt_tokens=counters.prompt_tokens + sum(answer.prompt_tokens for answer in self._answers),
            completion_tokens=counters.completion_tokens + sum(answer.completion_tokens for answer in self._answers),
        )
        self._store.runs.commit(self._run.id, self._answers, [], self._counters, in_flight=0)
        self._found.completed += len(self._answers)
        self._answers = []
        self._taken = set()

    def finish(self) -> None:
        """Store the rest; an item failed only where no file of this import holds an answer."""
        self.write()
        failed = list(self._failed.values())
        new = [failure for failure in failed if failure.item not in self._failed_before]
        self._found.failed = Counter(failure.reason.value for failure in new)
        self._counters = replace(
            self._counters,
            failed=dict(Counter(failure.reason.value for failure in failed)),
            requests=self._counters.requests + len(new),
        )
        self._store.runs.commit(self._run.id, [], failed, self._counters, in_flight=0)
        self.conclude()

    def conclude(self) -> None:
        """Say how the run stands now."""
        runs, counters = self._store.runs, self._counters
        if not counters.pending:
            runs.finish(self._run.id, RunState.DONE_WITH_FAILURES if self._failed else RunState.DONE, "", counters)
            return
        runs.finish(self._run.id, RunState.PAUSED, WAITING, counters)
        if not runs.load(self._run.id).waiting:
            runs.finish(self._run.id, RunState.PAUSED, LEFT_OVER, counters)


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
    try:
        return read_chat_document(
            response.get("body"), base_url=run.endpoint, model=run.model, request_id=response.get("request_id")
        )
    except ProviderError as error:
        return Failed(item.item, error.kind, str(error), 1)
