"""Asking a model on behalf of a person: every reply is kept as it came, a passing failure is tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.chat import ChatClient, ChatReply, ChatRequest, Message

TRIES = 4
LONGEST_WAIT = 30.0
PASSING = frozenset(
    {ErrorKind.RATE_LIMITED, ErrorKind.SERVER_ERROR, ErrorKind.CONNECTION, ErrorKind.TIMEOUT, ErrorKind.BAD_RESPONSE}
)

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
        prompt="\n\n".join(f"{message['role']}: {message['content']}" for message in messages),
        raw=reply.text,
        problem=problem,
        model=reply.model,
        prompt_tokens=reply.prompt_tokens or 0,
        completion_tokens=reply.completion_tokens or 0,
    )


class PatientClient:
    """A `ChatClient` that waits and tries again where a failure may pass; others are raised at once.

    Args:
        client: what is asked.
        tries: requests at most for one answer.
        sleep: how it waits; tests give one that does not.
    """

    def __init__(
        self,
        client: ChatClient,
        *,
        tries: int = TRIES,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._tries = tries
        self._sleep = sleep

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The answer to this request.

        Raises:
            ProviderError: it failed for good, or as often as is tried.
        """
        for attempt in range(1, self._tries + 1):
            try:
                return await self._client.complete(request)
            except ProviderError as failure:
                if failure.kind not in PASSING or attempt == self._tries:
                    raise
                wait = failure.retry_after if failure.retry_after is not None else 2.0 ** (attempt - 1)
            await self._sleep(min(wait, LONGEST_WAIT) * random.uniform(1.0, 1.2))
        raise AssertionError("the loop returns or raises")

    async def close(self) -> None:
        """Nothing to give back: the connections belong to the client that was given."""


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
    running: set[asyncio.Task[ResultT]] = set()
    try:
        while True:
            while waiting and len(running) < max(1, concurrency) and not (stop is not None and stop.is_set()):
                running.add(asyncio.ensure_future(work(waiting.pop())))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
