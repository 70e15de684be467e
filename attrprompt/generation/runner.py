"""Sends a stored plan to a model: every answer is committed when it arrives, and nothing stored is asked for again."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from attrprompt.defects import explain_defect
from attrprompt.errors import ErrorKind, ProviderError, StoreError
from attrprompt.generation.item_requests import ItemTranslator
from attrprompt.generation.run_options import NOTES, RunLimits, SendingNotes, read_notes
from attrprompt.generation.top_up import go_on_topping_up
from attrprompt.llm.answers.completions import build_chat_body
from attrprompt.llm.chat import ChatClient, ChatReply, ChatRequest
from attrprompt.llm.dialect import OTHER_LENGTH, AdaptingClient, Dialect
from attrprompt.llm.failures import explain_first_failures
from attrprompt.llm.throttle import AdaptiveThrottle, FirstFailures, RetryPolicy
from attrprompt.llm.tokens import estimate_tokens
from attrprompt.records import WAITING, Run, RunCounters, RunState
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.store import Failed, NewSample, PlannedItem, Store

POLL_SECONDS = 1.0
STOP_GRACE = 2.0  # seconds that requests in flight get before a stop cancels them


@dataclass(slots=True)
class _Ended:
    """An item that ended, waiting for its commit."""

    result: NewSample | Failed
    committed: asyncio.Future[None]


@dataclass(slots=True)
class _Tally:
    """The counters that the owner keeps in memory between commits."""

    base: RunCounters
    began: float
    failed: dict[str, int] = field(default_factory=dict)
    completed: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    maybe_billed_twice: int = 0
    in_flight: int = 0
    estimated: int = 0

    def count(self, reason: ErrorKind) -> None:
        self.failed[reason.value] = self.failed.get(reason.value, 0) + 1

    def snapshot(self) -> RunCounters:
        base = self.base
        return RunCounters(
            planned=base.planned,
            completed=base.completed + self.completed,
            failed=dict(self.failed),
            requests=base.requests + self.requests,
            prompt_tokens=base.prompt_tokens + self.prompt_tokens,
            completion_tokens=base.completion_tokens + self.completion_tokens,
            seconds=base.seconds + time.monotonic() - self.began,
            maybe_billed_twice=base.maybe_billed_twice + self.maybe_billed_twice,
        )


class RunExecution:
    """One owner sending one run; made anew for every resume.

    Args:
        cost_of: USD for (prompt tokens, completion tokens), or None where the price is not known.
    """

    def __init__(
        self,
        store: Store,
        run: Run,
        client: ChatClient,
        *,
        retries: RetryPolicy | None = None,
        cost_of: Callable[[int, int], float | None] | None = None,
    ) -> None:
        self._store = store
        self._run = run
        self._client = client
        self._limits = RunLimits.model_validate(run.limits)
        self._retries = retries or RetryPolicy()
        self._cost_of = cost_of or (lambda prompt, completion: None)
        self._throttle = AdaptiveThrottle(
            self._limits.concurrency,
            requests_per_minute=self._limits.requests_per_minute,
            tokens_per_minute=self._limits.tokens_per_minute,
        )
        self._first = FirstFailures(is_answering=run.counters.completed > 0)
        self._dialect = client.dialect if isinstance(client, AdaptingClient) else Dialect()
        self._sent_fields: frozenset[str] = frozenset()
        self._notes = read_notes(run)
        self._kept_notes = self._notes
        self._translator = ItemTranslator(run, store.runs.load_document(run.id))
        self._ended: asyncio.Queue[_Ended | None] = asyncio.Queue()
        self._end: tuple[RunState, str] | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"commit-run-{run.id}")
        self._tally = _Tally(run.counters, time.monotonic())
        self._fetch = asyncio.Lock()
        self._pending: list[PlannedItem] = []
        self._last_fetched = -1
        self._exhausted = False

    def request_end(self, state: RunState, reason: str = "") -> None:
        """Take no further item; the first request to end wins."""
        if self._end is None:
            self._end = (state, reason)

    async def execute(self, *, on_begun: Callable[[], None] = lambda: None) -> RunState:
        """Send what is left of the plan until it is done, paused, stopped or cannot go on.

        Args:
            on_begun: called once the store says that the run is being sent.
        """
        counters = self._store.runs.begin(self._run.id, owner=os.getpid(), concurrency=self._limits.concurrency)
        self._tally = _Tally(counters, time.monotonic())
        on_begun()
        workers: list[asyncio.Task[None]] = []
        committer = asyncio.create_task(self._commit_as_they_come())
        watcher = asyncio.create_task(self._watch(workers))
        try:
            while self._end is None and await self._has_more():
                workers[:] = [asyncio.create_task(self._work()) for _ in range(self._limits.concurrency)]
                done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
                if any(not task.cancelled() and task.exception() is not None for task in done):
                    break
        except asyncio.CancelledError:
            self.request_end(RunState.STOPPED, "The app was closed.")
            raise
        finally:
            for task in workers:
                task.cancel()
            results = await asyncio.gather(*workers, return_exceptions=True)
            self._tally.maybe_billed_twice += self._tally.in_flight
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
            await self._ended.put(None)
            results += await asyncio.gather(committer, return_exceptions=True)
            self._writer.shutdown()
            state = self._conclude(results)
        return state

    async def _has_more(self) -> bool:
        """Whether anything of the plan is to be sent; texts may be asked for again while the run is being sent."""
        self._last_fetched, self._exhausted, self._pending = -1, False, []
        return await asyncio.to_thread(self._find_more)

    def _find_more(self) -> bool:
        runs = self._store.runs
        has_more = bool(runs.next_pending(self._run.id, after=-1, limit=1))
        has_more = has_more or go_on_topping_up(self._store, self._run.id) > 0
        self._tally.base = replace(self._tally.base, planned=runs.load(self._run.id).counters.planned)
        return has_more

    def _conclude(self, results: list[BaseException | None]) -> RunState:
        """Write how the run ended; a defect in a worker leaves the run failed and is raised again."""
        defect = next(
            (
                result
                for result in results
                if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError)
            ),
            None,
        )
        if isinstance(defect, StoreError):
            with suppress(Exception):  # where nothing can be written the free lock says that it was interrupted
                self._store.runs.finish(self._run.id, RunState.STOPPED, str(defect), self._tally.snapshot())
            raise defect
        if defect is not None:
            self._store.runs.finish(self._run.id, RunState.FAILED, f"Defect: {defect!r}", self._tally.snapshot())
            raise defect
        self._keep_notes()
        if self._end is not None and self._end[1] == ErrorKind.BUDGET.value:
            left = self._store.runs.fail_pending(self._run.id, ErrorKind.BUDGET, "The budget was reached.")
            if left:
                self._tally.failed[ErrorKind.BUDGET.value] = left
            self._end = None
        counters = self._tally.snapshot()
        if counters.pending:
            state, reason = self._end or (RunState.PAUSED, WAITING)
        else:
            why = self._end[1] if self._end is not None and self._end[0] is RunState.FAILED else ""
            state, reason = (RunState.DONE_WITH_FAILURES, why) if counters.failed else (RunState.DONE, "")
        self._store.runs.finish(self._run.id, state, reason, counters)
        return state

    async def _work(self) -> None:
        while self._end is None:
            item = await self._next_item()
            if item is None:
                return
            await self._send(item)

    async def _next_item(self) -> PlannedItem | None:
        if self._is_budget_spent():
            self.request_end(RunState.DONE_WITH_FAILURES, ErrorKind.BUDGET.value)
            return None
        async with self._fetch:
            if not self._pending and not self._exhausted:
                page = await asyncio.to_thread(
                    self._store.runs.next_pending, self._run.id, after=self._last_fetched, limit=1_000
                )
                self._exhausted = not page
                if page:
                    self._last_fetched = page[-1].item
                    self._pending = page[::-1]
            return self._pending.pop() if self._pending else None

    async def _send(self, item: PlannedItem) -> None:
        """Ask until the item has ended, and hold its slot until the answer is committed."""
        request = self._translator.to_request(item, timeout=self._limits.timeout)
        self._sent_fields = self._sent_fields or self._list_fields(request)
        failures: Counter[ErrorKind] = Counter()
        while True:
            async with self._throttle.slot(tokens=self._expected_tokens(item)):
                if self._end is not None:
                    return
                result: NewSample | Failed | float = await self._ask(item, request, failures)
                if not isinstance(result, float):
                    ended = _Ended(result, asyncio.get_running_loop().create_future())
                    await self._ended.put(ended)
                    await asyncio.shield(ended.committed)
                    return
            await asyncio.sleep(result)

    async def _ask(
        self, item: PlannedItem, request: ChatRequest, failures: Counter[ErrorKind]
    ) -> NewSample | Failed | float:
        """One request; returns how the item ended, or the seconds to wait before asking again."""
        self._tally.requests += 1
        self._tally.in_flight += 1
        try:
            reply = await self._client.complete(request)
        except ProviderError as error:
            self._tally.in_flight -= 1
            self._throttle.failed(error)
            if error.kind in (ErrorKind.TIMEOUT, ErrorKind.CONNECTION):
                self._tally.maybe_billed_twice += 1
            failures[error.kind] += 1
            return self._judge_failure(item, error, failures)
        self._tally.in_flight -= 1
        reply, is_estimated = self._count_tokens(item, reply)
        self._throttle.succeeded((reply.prompt_tokens or 0) + (reply.completion_tokens or 0))
        if not (reply.text.strip() or reply.refused or reply.is_only_thinking):
            failures[ErrorKind.BAD_RESPONSE] += 1
            delay = self._retries.delay(ErrorKind.BAD_RESPONSE, failures[ErrorKind.BAD_RESPONSE])
            if delay is not None:
                return delay
        return self._take(item, reply, failures.total() + 1, is_estimated=is_estimated)

    def _take(self, item: PlannedItem, reply: ChatReply, attempts: int, *, is_estimated: bool) -> NewSample | Failed:
        """How an item ends with this answer; a defect of ours in handling it is about this answer alone."""
        try:
            result = self._translator.to_result(item, reply, attempts=attempts)
        except Exception as defect:
            return Failed(item.item, ErrorKind.BAD_RESPONSE, self._explain_defect(item.item, defect), attempts)
        if isinstance(result, Failed):
            if self._first.is_fatal(result.reason):
                self.request_end(RunState.FAILED, f"{result.message} All first answers failed alike.")
            return result
        self._first.succeeded()
        showed = self._describe_sending(is_estimated=is_estimated)
        return replace(result, parameters={**self._run.parameters, **showed}) if showed else result

    def _describe_sending(self, *, is_estimated: bool) -> dict[str, Any]:
        """What a text's parameters say beyond those of its run."""
        not_sent = sorted(self._sent_fields & self._dialect.left_out.keys())
        return {
            **({"not_sent": not_sent} if not_sent else {}),
            **({"tokens_estimated": True} if is_estimated else {}),
        }

    def _judge_failure(self, item: PlannedItem, error: ProviderError, failures: Counter[ErrorKind]) -> Failed | float:
        delay = self._retries.delay(error.kind, failures[error.kind], error.retry_after)
        if self._first.is_fatal(error.kind, is_last_attempt=delay is None):
            self.request_end(RunState.FAILED, explain_first_failures(error))
        return Failed(item.item, error.kind, str(error), failures.total()) if delay is None else delay

    def _list_fields(self, request: ChatRequest) -> frozenset[str]:
        return frozenset({*build_chat_body(endpoint_of(self._run), request), OTHER_LENGTH})

    def _keep_notes(self) -> None:
        """Keep with the run what sending it showed, where that is more than was kept."""
        left_out = self._dialect.left_out
        not_sent = {name: left_out[name] for name in sorted(self._sent_fields & left_out.keys())}
        notes = SendingNotes(
            not_sent={**self._notes.not_sent, **not_sent}, estimated=self._notes.estimated + self._tally.estimated
        )
        if notes != self._kept_notes:
            self._store.runs.keep_option(self._run.id, NOTES, notes.model_dump())
            self._kept_notes = notes

    def _expected_tokens(self, item: PlannedItem) -> int:
        return _estimate_prompt(item) + self._translator.parameters.max_tokens

    def _count_tokens(self, item: PlannedItem, reply: ChatReply) -> tuple[ChatReply, bool]:
        """Add what an answer used; the answer with its tokens, and whether they are estimated for want of a count."""
        prompt = _estimate_prompt(item) if reply.prompt_tokens is None else reply.prompt_tokens
        completion = estimate_tokens(reply.raw) if reply.completion_tokens is None else reply.completion_tokens
        is_estimated = reply.prompt_tokens is None or reply.completion_tokens is None
        self._tally.prompt_tokens += prompt
        self._tally.completion_tokens += completion
        self._tally.estimated += is_estimated
        return replace(reply, prompt_tokens=prompt, completion_tokens=completion), is_estimated

    def _is_budget_spent(self) -> bool:
        counters = self._tally.snapshot()
        tokens = counters.prompt_tokens + counters.completion_tokens
        if self._limits.budget_tokens is not None and tokens >= self._limits.budget_tokens:
            return True
        if self._limits.budget is None:
            return False
        cost = self._cost_of(counters.prompt_tokens, counters.completion_tokens)
        return cost is not None and cost >= self._limits.budget

    async def _commit_as_they_come(self) -> None:
        """Group commits until None comes: while one is written, what ends meanwhile gathers for the next.

        Whoever waits for a commit that failed gets its error.
        """
        loop = asyncio.get_running_loop()
        last = False
        while not last:
            batch = [await self._ended.get()]
            while not self._ended.empty():
                batch.append(self._ended.get_nowait())
            last = None in batch
            ended = [item for item in batch if item is not None]
            try:
                await loop.run_in_executor(self._writer, self._write, self._tally_up(ended))
            except Exception as error:
                is_told = isinstance(error, StoreError)
                why = str(error) if is_told else explain_defect(error, self._store.home, f"run {self._run.id}")
                failure = StoreError(f"What came could not be stored. {why} The run can be resumed.")
                for item in ended:
                    if not item.committed.done():
                        item.committed.set_exception(failure)
                raise failure from error
            for item in ended:
                if not item.committed.done():
                    item.committed.set_result(None)

    def _tally_up(self, ended: list[_Ended]) -> tuple[list[NewSample], list[Failed]]:
        answers = [item.result for item in ended if isinstance(item.result, NewSample)]
        failures = [item.result for item in ended if isinstance(item.result, Failed)]
        self._tally.completed += len(answers)
        for failed in failures:
            self._tally.count(failed.reason)
        return answers, failures

    def _write(self, ended: tuple[list[NewSample], list[Failed]]) -> None:
        answers, failures = ended
        next_wave = self._tally.in_flight + len(answers) + len(failures)  # their slots send anew right after this
        try:
            self._commit(answers, failures, next_wave)
        except (StoreError, OSError):  # nothing is wrong with an answer, and it was paid for: the run is resumed
            self._tally.completed -= len(answers)
            raise
        except Exception:
            if not answers:
                raise
            self._write_one_by_one(answers, failures, next_wave)

    def _write_one_by_one(self, answers: list[NewSample], failures: list[Failed], next_wave: int) -> None:
        """Find the answer that the store refuses, and let that item fail; a store that takes no failure is broken."""
        self._tally.completed -= len(answers)
        self._commit([], failures, next_wave)
        for answer in answers:
            self._tally.completed += 1
            try:
                self._commit([answer], [], next_wave)
            except (StoreError, OSError):
                self._tally.completed -= 1
                raise
            except Exception as refusal:
                self._tally.completed -= 1
                self._tally.count(ErrorKind.BAD_RESPONSE)
                message = self._explain_defect(answer.item, refusal)
                self._commit([], [Failed(answer.item, ErrorKind.BAD_RESPONSE, message, 1)], next_wave)

    def _explain_defect(self, item: int, defect: Exception) -> str:
        doing = f"run {self._run.id}, item {item}"
        return f"An answer came that could not be handled. {explain_defect(defect, self._store.home, doing)}"

    def _commit(self, answers: list[NewSample], failures: list[Failed], next_wave: int) -> None:
        counters = self._tally.snapshot()
        self._store.runs.commit(self._run.id, answers, failures, counters, in_flight=min(next_wave, counters.pending))

    def _look(self) -> str:
        self._keep_notes()
        return self._store.runs.wanted_state(self._run.id)

    async def _watch(self, workers: list[asyncio.Task[None]]) -> None:
        """Look once a second whether anybody, in whichever process, asked to stop or pause."""
        while self._end is None:
            await asyncio.sleep(POLL_SECONDS)
            wanted = await asyncio.to_thread(self._look)
            if wanted:
                self.request_end(RunState(wanted))
        if self._end[0] in (RunState.STOPPED, RunState.FAILED):
            await asyncio.sleep(STOP_GRACE)
            for worker in workers:
                worker.cancel()


def _estimate_prompt(item: PlannedItem) -> int:
    """Tokens of all that is sent for an item, examples included."""
    if item.messages is None:
        return estimate_tokens(item.prompt)
    return sum(estimate_tokens(message["content"]) for message in item.messages)
