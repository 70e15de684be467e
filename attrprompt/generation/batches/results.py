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

from attrprompt.defects import explain_defect
from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.generation.batches.files import name_item
from attrprompt.generation.item_requests import ItemTranslator
from attrprompt.llm.answers.completions import read_chat_document, read_object, reply_in_place_of
from attrprompt.llm.chat import ChatReply
from attrprompt.llm.failures import OutOfTokensError, WithheldError, explain_status, quote_document
from attrprompt.records import WAITING, Batch, BatchState, Run, RunState
from attrprompt.runtime.dialects import open_dialect
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.store import Failed, NewSample, PlannedItem, Store
from attrprompt.store.locks import run_lock

PORTION = 500  # results a transaction
LEFT_OVER = "A batch ended without an answer to some prompts. Resume sends them."
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
        self._dialect = open_dialect(store, endpoint_of(run))
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
        except (ValueError, KeyError, TypeError, RecursionError):
            self._found.unreadable.append({"line": where, "reason": "This is no result of a batch request."})
            return
        start, _, digits = name.rpartition("-")
        if f"{start}-" != name_item(self._run.id, 0)[:-1] or not digits.isdecimal() or len(digits) > 9:
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
        most = self._translator.parameters.max_tokens
        try:
            reply = _read_result(result, self._run)
        except (WithheldError, OutOfTokensError) as failure:
            reply = reply_in_place_of(failure, model=self._run.model, most_tokens=most)
        except ProviderError as failure:
            self._dialect.learn(failure, failure.refused_fields)
            return Failed(item.item, failure.kind, str(failure), 1)
        try:
            ended = self._translator.to_result(item, reply)
        except Exception as defect:
            message = explain_defect(defect, self._store.home, f"run {self._run.id}, item {item.item}")
            return Failed(item.item, ErrorKind.BAD_RESPONSE, message, 1)
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


def _read_result(result: Mapping[str, Any], run: Run) -> ChatReply:
    """The answer of a result line.

    Raises:
        ProviderError: there is none, and why.
    """
    response, error = read_object(result.get("response")), result.get("error")
    if error or response.get("status_code") != 200:
        raise _explain_result(response, error, run)
    request_id = response.get("request_id")
    return read_chat_document(
        response.get("body"),
        base_url=run.endpoint,
        model=run.model,
        request_id=request_id if isinstance(request_id, str) else None,
    )


def _explain_result(response: Mapping[str, object], error: object, run: Run) -> ProviderError:
    status, code = response.get("status_code"), read_object(error).get("code")
    if isinstance(code, str) and code in KINDS_BY_CODE:
        return ProviderError(quote_document(error) or f"The batch ended: {code}.", kind=KINDS_BY_CODE[code])
    if isinstance(status, int) and 400 <= status <= 599:
        body = json.dumps(response.get("body") or {"error": error})
        return explain_status(status, body, {}, base_url=run.endpoint, model=run.model)
    words = quote_document(error) or f"The batch gave status {str(status)[:20]}."
    return ProviderError(words, kind=ErrorKind.SERVER_ERROR)
