"""How much is sent at once, and when a failed request is sent again.

`AdaptiveThrottle` is additive increase, multiplicative decrease: an endpoint that says it is overloaded gets a quarter
less at once, at most once a round trip; every 25 answers raise the limit by one again, up to where it started.
`RetryPolicy` is plain data: it answers how long to wait, or that it is time to give up. What may be sent again at all
is said in `failures`: an HTTP 429 for want of credit counts as a refused key and ends the run.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Protocol

from attrprompt.errors import ErrorKind, InputError, ProviderError

DECREASE = 0.75
SUCCESSES_PER_STEP = 25
LONGEST_COOLDOWN = 120.0
OVERLOAD_STATUSES = frozenset({429, 503, 529})

FATAL_KINDS = frozenset({ErrorKind.AUTH, ErrorKind.NOT_FOUND})
"""No later request of the same run could succeed."""

FAILURES_THAT_CONDEMN: Mapping[ErrorKind, int] = MappingProxyType({ErrorKind.BAD_REQUEST: 3})
"""Failures alike before any answer that show that the parameters or the address are wrong; of other kinds:"""

ALIKE_THAT_CONDEMN = 10

DEFAULT_ATTEMPTS: Mapping[ErrorKind, int] = MappingProxyType(
    {
        ErrorKind.RATE_LIMITED: 10,
        ErrorKind.SERVER_ERROR: 5,
        ErrorKind.CONNECTION: 5,
        ErrorKind.TIMEOUT: 3,
        ErrorKind.BAD_RESPONSE: 3,
    }
)


def is_overload(error: ProviderError) -> bool:
    """The endpoint asks for less at once; other failures say nothing about how much it can take."""
    return error.kind is ErrorKind.RATE_LIMITED or error.status in OVERLOAD_STATUSES


class FirstFailures:
    """Says when a run should stop, because its failures lie in what all of its requests share.

    A rejected key, address or model always does. Other failures do while no answer has come: a rejected request may be
    the fault of one prompt (too long, say), so a few of them must fail alike. What may pass is counted once the
    attempts of an item are used up.

    Args:
        is_answering: answers came already, as in a run that is resumed.
    """

    def __init__(self, *, is_answering: bool = False) -> None:
        self._is_answering = is_answering
        self._counts: Counter[ErrorKind] = Counter()

    def succeeded(self) -> None:
        """An answer came."""
        self._is_answering = True

    def is_fatal(self, kind: ErrorKind, *, is_last_attempt: bool = True) -> bool:
        """Count a failure in; whether the run should stop now."""
        if kind in FATAL_KINDS:
            return True
        if is_last_attempt or kind is ErrorKind.BAD_RESPONSE:
            self._counts[kind] += 1
        return not self._is_answering and self._counts[kind] >= FAILURES_THAT_CONDEMN.get(kind, ALIKE_THAT_CONDEMN)


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed request is sent again.

    The wait before attempt k + 1 is min(cap, base × 2^(k − 1)), less up to `jitter` of it, so that requests that failed
    together do not return together. A wait that the endpoint asked for is kept, with jitter on top.

    Attributes:
        attempts: requests in all that may fail with one kind before the item fails; kinds that are missing get one.
        base: seconds before the second attempt.
        cap: longest wait of ours in seconds.
        longest_retry_after: an endpoint that asks for a longer wait (a daily quota, say) is not waited for.
        jitter: share of the wait that chance decides.
        rng: source of chance.
    """

    attempts: Mapping[ErrorKind, int] = field(default_factory=lambda: DEFAULT_ATTEMPTS)
    base: float = 0.5
    cap: float = 60.0
    longest_retry_after: float = 600.0
    jitter: float = 0.25
    rng: random.Random = field(default_factory=random.Random, repr=False, compare=False)

    def delay(self, kind: ErrorKind, attempt: int, retry_after: float | None = None) -> float | None:
        """Seconds to wait before the next attempt, or None where the item has failed for good.

        Args:
            kind: why the request failed.
            attempt: how many requests of this item have failed with this kind, this one included.
            retry_after: the wait that the endpoint asked for.
        """
        if attempt >= self.attempts.get(kind, 1):
            return None
        chance = self.jitter * self.rng.random()
        if retry_after:
            return None if retry_after > self.longest_retry_after else retry_after * (1 + chance)
        return float(min(self.cap, self.base * 2 ** min(attempt - 1, 30)) * (1 - chance))


class Clock(Protocol):
    """Time as the throttle sees it."""

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The computer's clock."""

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(seconds)


class Pace:
    """Spaces requests evenly, so that no window of a minute holds more than the limit.

    A leaky bucket of full size (as in `aiolimiter`) lets twice the limit pass in its first minute; this one has no
    burst: an amount a reserves a × 60 ÷ limit seconds.
    """

    def __init__(self, per_minute: int) -> None:
        if per_minute < 1:
            raise InputError("A limit per minute must be at least 1. Leave it empty for no limit.")
        self._seconds_each = 60.0 / per_minute
        self._next = float("-inf")

    def reserve(self, now: float, amount: int = 1) -> float:
        """Seconds to wait until this amount may be sent; its time is taken from now on."""
        start = max(now, self._next)
        self._next = start + amount * self._seconds_each
        return start - now

    def give_back(self, amount: int) -> None:
        """Return what was reserved and not used; a negative amount takes more."""
        self._next -= amount * self._seconds_each


@dataclass(slots=True)
class _Sent:
    """What the throttle remembers of a request under way."""

    at: float
    tokens: int


class AdaptiveThrottle:
    """Bounds what is in flight, follows the endpoint's capacity, and keeps to limits per minute.

    One event loop only. `failed` and `succeeded` belong inside the slot of the request that they are about.

    Args:
        concurrency: requests at once, at the start and at most.
        requests_per_minute: none where None.
        tokens_per_minute: prompt and answer together; none where None.
        clock: another time than the computer's, for tests.
    """

    def __init__(
        self,
        concurrency: int,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        if concurrency < 1:
            raise InputError("The concurrency must be at least 1.")
        self.ceiling = concurrency
        self._limit = concurrency
        self._clock: Clock = clock or SystemClock()
        self._requests = Pace(requests_per_minute) if requests_per_minute is not None else None
        self._tokens = Pace(tokens_per_minute) if tokens_per_minute is not None else None
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._sent: dict[asyncio.Task[object] | None, _Sent] = {}
        self._successes = 0
        self._last_cut = float("-inf")
        self._cool_until = float("-inf")

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return self._limit

    @property
    def in_flight(self) -> int:
        """Slots taken: requests under way, those waiting for their turn within the minute among them."""
        return self._in_flight

    @property
    def cooldown(self) -> float:
        """Seconds during which nothing is sent, because the endpoint asked to wait."""
        return max(0.0, self._cool_until - self._clock.monotonic())

    def slot(self, tokens: int = 0) -> _Slot:
        """`async with throttle.slot(): …` takes up one request; `tokens` is what the request is expected to use."""
        return _Slot(self, tokens)

    def succeeded(self, tokens: int | None = None) -> None:
        """An answer came; `tokens` is what it really used, where that is known."""
        sent = self._sent.get(asyncio.current_task())
        if tokens is not None and sent is not None and self._tokens is not None:
            self._tokens.give_back(sent.tokens - tokens)
            sent.tokens = tokens
        self._successes += 1
        if self._successes >= SUCCESSES_PER_STEP:
            self._successes = 0
            self._limit = min(self.ceiling, self._limit + 1)
            self._wake()

    def failed(self, error: ProviderError) -> None:
        """A request failed; only overload lowers the limit, and requests sent before the last cut do not count."""
        if not is_overload(error):
            return
        now = self._clock.monotonic()
        if error.retry_after is not None:
            self._cool_until = max(self._cool_until, now + min(error.retry_after, LONGEST_COOLDOWN))
        sent = self._sent.get(asyncio.current_task())
        if sent is not None and sent.at <= self._last_cut:
            return
        self._last_cut = now
        self._successes = 0
        self._limit = max(1, int(self._limit * DECREASE))

    async def _enter(self, tokens: int) -> None:
        if self._in_flight >= self._limit or self._waiting:
            await self._queue()
        else:
            self._in_flight += 1
        try:
            await self._wait_for_turn(tokens)
        except BaseException:
            self._release()
            raise
        self._sent[asyncio.current_task()] = _Sent(self._clock.monotonic(), tokens)

    async def _queue(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._release()
            else:
                self._waiting.remove(waiter)
            raise

    async def _wait_for_turn(self, tokens: int) -> None:
        now = self._clock.monotonic()
        wait = self._requests.reserve(now) if self._requests is not None else 0.0
        if self._tokens is not None:
            wait = max(wait, self._tokens.reserve(now, tokens))
        if wait > 0:
            await self._clock.sleep(wait)
        while (rest := self.cooldown) > 0:
            await self._clock.sleep(rest)

    def _leave(self) -> None:
        self._sent.pop(asyncio.current_task(), None)
        self._release()

    def _release(self) -> None:
        self._in_flight -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self._in_flight < self._limit:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._in_flight += 1
                waiter.set_result(None)


class _Slot:
    """One request among those in flight."""

    __slots__ = ("_throttle", "_tokens")

    def __init__(self, throttle: AdaptiveThrottle, tokens: int) -> None:
        self._throttle = throttle
        self._tokens = tokens

    async def __aenter__(self) -> None:
        await self._throttle._enter(self._tokens)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._throttle._leave()
