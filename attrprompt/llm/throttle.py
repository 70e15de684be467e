"""How many requests may be under way at once, and when a failed one is tried again.

Concurrency is start and ceiling. Only an overloaded endpoint lowers it (× 0.75, at most once per round trip, the
additive-increase/multiplicative-decrease rule of TCP); every 25 successes raise it by one again.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter

from attrprompt.errors import ErrorKind, ProviderError

DECREASE = 0.75
SUCCESSES_PER_INCREASE = 25
OVERLOADED_STATUSES = frozenset({429, 503, 529})


class AdaptiveThrottle:
    """Slots for requests; the number of slots follows what the endpoint bears.

    Args:
        concurrency: start and ceiling.
        requests_per_minute: at most so many requests begin within a minute.
        tokens_per_minute: likewise for expected tokens; a request over the whole limit counts as the limit.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        concurrency: int,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ceiling = concurrency
        self.in_flight = 0
        self._exact = float(concurrency)
        self._requests = AsyncLimiter(requests_per_minute, 60) if requests_per_minute else None
        self._tokens = AsyncLimiter(tokens_per_minute, 60) if tokens_per_minute else None
        self._tokens_per_minute = tokens_per_minute or 0
        self._clock = clock
        self._changed = asyncio.Condition()
        self._successes = 0
        self._wait_until = 0.0
        self._last_decrease = -1.0
        self._round_trip = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return max(1, int(self._exact))

    @asynccontextmanager
    async def slot(self, tokens: int = 0) -> AsyncIterator[None]:
        """Wait for a free slot, for the rate limits and for a cooldown that the endpoint asked for; hold it inside."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.in_flight < self.limit)
            self.in_flight += 1
        try:
            await self._wait_for_rates(tokens)
            began = self._clock()
            yield
            self._round_trip = self._clock() - began
        finally:
            self.in_flight -= 1
            async with self._changed:
                self._changed.notify()

    def succeeded(self) -> None:
        """A request was answered."""
        self._successes += 1
        if self._successes >= SUCCESSES_PER_INCREASE:
            self._successes = 0
            self._exact = min(float(self.ceiling), self._exact + 1)

    def failed(self, error: ProviderError) -> None:
        """A request failed; an overloaded endpoint lowers the limit, and all wait as long as it asked for."""
        if error.kind is not ErrorKind.RATE_LIMITED and error.status not in OVERLOADED_STATUSES:
            return
        now = self._clock()
        self._successes = 0
        if error.retry_after:
            self._wait_until = max(self._wait_until, now + error.retry_after)
        if now - self._last_decrease > self._round_trip:
            self._last_decrease = now
            self._exact = max(1.0, self._exact * DECREASE)

    async def _wait_for_rates(self, tokens: int) -> None:
        if self._requests is not None:
            await self._requests.acquire()
        if self._tokens is not None and tokens:
            await self._tokens.acquire(min(tokens, self._tokens_per_minute))
        while (wait := self._wait_until - self._clock()) > 0:
            await asyncio.sleep(wait)


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed request is tried again: by kind, with growing delays, a cap and jitter.

    Attributes:
        attempts: requests for one item at most, by kind; kinds that are not named are never tried again.
        base: seconds before the first retry; each further one waits twice as long.
        cap: seconds at most, also for what an endpoint asks for.
        rng: makes the jitter (the delay is drawn between half of it and all of it).
    """

    attempts: dict[ErrorKind, int] = field(
        default_factory=lambda: {
            ErrorKind.RATE_LIMITED: 8,
            ErrorKind.SERVER_ERROR: 5,
            ErrorKind.CONNECTION: 5,
            ErrorKind.TIMEOUT: 3,
            ErrorKind.BAD_RESPONSE: 3,
        }
    )
    base: float = 0.5
    cap: float = 60.0
    rng: random.Random = field(default_factory=random.Random)

    def delay(self, kind: ErrorKind, attempt: int, retry_after: float | None) -> float | None:
        """Seconds to wait after the given attempt (the first is 1), or None where the item has failed for good."""
        if attempt >= self.attempts.get(kind, 1):
            return None
        grown = min(self.cap, self.base * 2.0 ** (attempt - 1))
        jittered: float = grown * self.rng.uniform(0.5, 1.0)
        return jittered if retry_after is None else min(self.cap, max(retry_after, jittered))
