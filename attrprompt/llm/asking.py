"""Asking a model on behalf of a person: every reply is kept as it came, a passing failure is tried again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.answers.structured import KnownLevels, ask_structured, read_structured
from attrprompt.llm.answers.thinking import explain_only_thinking
from attrprompt.llm.chat import ChatClient, ChatReply, ChatRequest, Message
from attrprompt.llm.dialect import AdaptingClient
from attrprompt.llm.throttle import Clock, RetryPolicy, SystemClock

PASSING = frozenset(
    {ErrorKind.RATE_LIMITED, ErrorKind.SERVER_ERROR, ErrorKind.CONNECTION, ErrorKind.TIMEOUT, ErrorKind.BAD_RESPONSE}
)
PATIENCE = RetryPolicy(attempts={**dict.fromkeys(PASSING, 4), ErrorKind.TIMEOUT: 2}, cap=20.0, longest_retry_after=60.0)
"""A person waits for the answer, so it gives up sooner than a run does."""

ATTEMPTS = 2
"""Replies to one question, where the first cannot be read."""

ModelT = TypeVar("ModelT", bound=BaseModel)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class RawReply:
    """One reply as it came, for the store and for the person.

    Attributes:
        prompt: the messages that were sent, one after the other.
        problem: why the reply could not be used, fully or in part; empty where it could.
    """

    prompt: str
    raw: str
    problem: str
    model: str
    prompt_tokens: int
    completion_tokens: int


def keep_reply(messages: Sequence[Message], reply: ChatReply, problem: str = "") -> RawReply:
    """The reply with what was asked and what was wrong with it."""
    return RawReply(
        prompt=join_messages(messages),
        raw=reply.raw,
        problem=problem,
        model=reply.model,
        prompt_tokens=reply.prompt_tokens or 0,
        completion_tokens=reply.completion_tokens or 0,
    )


def keep_failure(messages: Sequence[Message], model: str, failure: ProviderError) -> RawReply:
    """A request that got no reply, with what was asked and why."""
    return RawReply(join_messages(messages), "", str(failure), model, 0, 0)


def join_messages(messages: Sequence[Message]) -> str:
    """The messages as one text, for people."""
    return "\n\n".join(f"{message['role']}: {message['content']}" for message in messages)


class PatientClient:
    """A `ChatClient` that waits and tries again where a failure may pass; others are raised at once.

    Args:
        client: what is asked.
        policy: when it is tried again.
        clock: how it waits.
        known: what the endpoint was seen to support of structured output; None takes what the client learnt of it.
    """

    def __init__(
        self,
        client: ChatClient,
        *,
        policy: RetryPolicy = PATIENCE,
        clock: Clock | None = None,
        known: KnownLevels | None = None,
    ) -> None:
        self.known = known or (client.dialect.levels if isinstance(client, AdaptingClient) else KnownLevels())
        self._client = client
        self._policy = policy
        self._clock = clock or SystemClock()

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The answer to this request.

        Raises:
            ProviderError: it failed for good, or as often as is tried.
        """
        failures: Counter[ErrorKind] = Counter()
        while True:
            try:
                return await self._client.complete(request)
            except ProviderError as failure:
                failures[failure.kind] += 1
                wait = self._policy.delay(failure.kind, failures[failure.kind], failure.retry_after)
                if wait is None or _names_the_form(failure):
                    raise
            await self._clock.sleep(wait)

    async def close(self) -> None:
        """Nothing to give back: the connections belong to the client that was given."""


def _names_the_form(failure: ProviderError) -> bool:
    """Some servers fail with 500 on a `response_format` that they do not know; waiting does not help there."""
    return "response_format" in str(failure) or "json_schema" in str(failure)


def be_patient(client: ChatClient) -> PatientClient:
    """The client, patient; one that is patient already stays as it is."""
    return client if isinstance(client, PatientClient) else PatientClient(client)


async def work_concurrently(
    items: Sequence[str],
    work: Callable[[str], Awaitable[ResultT]],
    *,
    concurrency: int,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[ResultT]:
    """The results of the work on each item, in the order in which they are done.

    Once `stop` is set nothing more is begun; what is under way still comes. Closing the iterator cancels it at once.
    """
    waiting = list(reversed(items))
    running: list[asyncio.Task[ResultT]] = []
    try:
        while True:
            while waiting and len(running) < max(1, concurrency) and not (stop is not None and stop.is_set()):
                running.append(asyncio.ensure_future(work(waiting.pop())))
            if not running:
                return
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in running if task.done()]:
                running.remove(task)
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@dataclass(frozen=True)
class FormAnswer(Generic[ModelT]):
    """What came of asking for an answer in a form.

    Attributes:
        value: the answer; None where no reply could be read.
        replies: every reply as it came, the unreadable ones with the reason.
        is_cut: the reply that was used ended at the limit of tokens, so its last entry may be half a thought.
        is_only_thinking: the model never came to an answer; asking again in the same way is of no use.
    """

    value: ModelT | None
    replies: tuple[RawReply, ...]
    is_cut: bool = False
    is_only_thinking: bool = False

    @property
    def problem(self) -> str:
        """Why the last reply could not be used."""
        return self.replies[-1].problem if self.replies else ""


async def ask_in_form(
    client: PatientClient, request: ChatRequest, form: type[ModelT], *, attempts: int = ATTEMPTS
) -> FormAnswer[ModelT]:
    """Ask with the firmest structured output that the endpoint has; a reply that cannot be read is asked for again.

    Raises:
        ProviderError: the endpoint failed for good.
    """
    answer = await ask_structured(client, request, form, known=client.known, attempts=attempts)
    replies = tuple(keep_reply(request.messages, attempt.reply, attempt.problem) for attempt in answer.tries)
    last = answer.tries[-1].reply
    return FormAnswer(answer.value, replies, last.finish_reason == "length", last.is_only_thinking)


async def ask_by_example(
    client: PatientClient, request: ChatRequest, form: type[ModelT], *, attempts: int = ATTEMPTS
) -> FormAnswer[ModelT]:
    """Ask with the messages just as they are, whose examples show the form; the reply is read as leniently.

    Raises:
        ProviderError: the endpoint failed for good.
    """
    replies: list[RawReply] = []
    for attempt in range(attempts):
        again = replace(request, seed=None if request.seed is None else request.seed + attempt)
        reply = await client.complete(again)
        if reply.is_only_thinking:
            problem = explain_only_thinking(request.max_tokens, is_cut=reply.finish_reason != "stop")
            return FormAnswer(None, (*replies, keep_reply(request.messages, reply, problem)), is_only_thinking=True)
        value, problem = read_structured(reply.text, form)
        replies.append(keep_reply(request.messages, reply, problem))
        if value is not None:
            return FormAnswer(value, tuple(replies), reply.finish_reason == "length")
    return FormAnswer(None, tuple(replies))
