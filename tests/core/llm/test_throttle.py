from __future__ import annotations

import asyncio
import random

import pytest

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.chat import ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.throttle import AdaptiveThrottle, FirstFailures, Pace, RetryPolicy
from tests.faulty_server import MODEL

OVERLOADED = ProviderError("busy", kind=ErrorKind.RATE_LIMITED, status=429)
UNAVAILABLE = ProviderError("busy", kind=ErrorKind.SERVER_ERROR, status=503)
BROKEN = ProviderError("broken", kind=ErrorKind.SERVER_ERROR, status=500)


class HandClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


async def send(throttle, error=None, *, seconds=0.0, clock=None, tokens=0):
    async with throttle.slot(tokens):
        if clock is not None:
            clock.now += seconds
        if error is None:
            throttle.succeeded()
        else:
            throttle.failed(error)


async def test_no_more_than_the_limit_is_in_flight_and_order_is_kept():
    throttle = AdaptiveThrottle(3)
    seen, begun = [], []

    async def work(number):
        async with throttle.slot():
            begun.append(number)
            seen.append(throttle.in_flight)
            await asyncio.sleep(0)
            throttle.succeeded()

    await asyncio.gather(*(work(number) for number in range(20)))
    assert max(seen) == 3
    assert begun == list(range(20))
    assert throttle.in_flight == 0


@pytest.mark.parametrize("error", [OVERLOADED, UNAVAILABLE])
async def test_overload_lowers_the_limit_by_a_quarter(error):
    clock = HandClock()
    throttle = AdaptiveThrottle(16, clock=clock)
    await send(throttle, error, seconds=1, clock=clock)
    assert throttle.limit == 12


@pytest.mark.parametrize("kind", [ErrorKind.TIMEOUT, ErrorKind.CONNECTION, ErrorKind.BAD_RESPONSE, ErrorKind.AUTH])
async def test_other_failures_leave_the_limit(kind):
    throttle = AdaptiveThrottle(16)
    await send(throttle, BROKEN)
    await send(throttle, ProviderError("x", kind=kind))
    assert throttle.limit == 16


async def test_one_round_trip_lowers_the_limit_once():
    clock = HandClock()
    throttle = AdaptiveThrottle(16, clock=clock)
    together = asyncio.Barrier(16)

    async def work():
        async with throttle.slot():
            await together.wait()
            clock.now += 0.1
            throttle.failed(OVERLOADED)

    await asyncio.gather(*(work() for _ in range(16)))
    assert throttle.limit == 12
    await send(throttle, OVERLOADED, seconds=0.1, clock=clock)
    assert throttle.limit == 9


async def test_the_limit_never_falls_below_one():
    clock = HandClock()
    throttle = AdaptiveThrottle(4, clock=clock)
    for _ in range(20):
        await send(throttle, OVERLOADED, seconds=1, clock=clock)
    assert throttle.limit == 1


async def test_every_25_successes_raise_the_limit_by_one_up_to_the_start():
    clock = HandClock()
    throttle = AdaptiveThrottle(8, clock=clock)
    await send(throttle, OVERLOADED, seconds=1, clock=clock)
    assert throttle.limit == 6
    for _ in range(24):
        await send(throttle)
    assert throttle.limit == 6
    await send(throttle)
    assert throttle.limit == 7
    for _ in range(500):
        await send(throttle)
    assert throttle.limit == 8


async def test_a_wait_that_was_asked_for_holds_everybody():
    clock = HandClock()
    throttle = AdaptiveThrottle(4, clock=clock)
    await send(throttle, ProviderError("busy", kind=ErrorKind.RATE_LIMITED, status=429, retry_after=7.0))
    assert throttle.cooldown == 7
    await send(throttle)
    assert clock.now == 7
    assert throttle.cooldown == 0


async def test_cancelled_waiters_leave_no_trace():
    throttle = AdaptiveThrottle(1)
    release = asyncio.Event()

    async def hold():
        async with throttle.slot():
            await release.wait()

    tasks = [asyncio.create_task(hold()) for _ in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks[2].cancel()
    release.set()
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not tasks[3].cancelled()
    assert throttle.in_flight == 0
    await asyncio.wait_for(send(throttle), 1)


async def test_a_waiter_cancelled_as_its_turn_comes_passes_it_on():
    throttle = AdaptiveThrottle(1)
    release = asyncio.Event()

    async def hold():
        async with throttle.slot():
            await release.wait()

    first, second, third = (asyncio.create_task(hold()) for _ in range(3))
    await asyncio.sleep(0)
    release.set()
    await first
    second.cancel()
    await asyncio.wait_for(asyncio.gather(second, third, return_exceptions=True), 1)
    assert throttle.in_flight == 0


def test_no_minute_holds_more_than_its_limit():
    pace = Pace(60)
    sent = [pace.reserve(0.0) for _ in range(200)]
    assert sent[0] == 0
    for begin in sent:
        assert sum(begin <= at < begin + 60 for at in sent) <= 60


def test_idle_time_is_not_saved_up():
    pace = Pace(60)
    pace.reserve(0.0)
    assert [pace.reserve(1_000.0) for _ in range(3)] == [0, 1, 2]


async def test_tokens_that_were_not_used_are_given_back():
    clock = HandClock()
    throttle = AdaptiveThrottle(4, tokens_per_minute=600, clock=clock)
    async with throttle.slot(tokens=600):
        throttle.succeeded(tokens=60)
    await send(throttle, tokens=600)
    assert clock.now == pytest.approx(6)


async def test_both_limits_per_minute_hold():
    clock = HandClock()
    throttle = AdaptiveThrottle(1, requests_per_minute=120, tokens_per_minute=6_000, clock=clock)
    for _ in range(11):
        await send(throttle, tokens=100)
    assert clock.now == pytest.approx(10)


def test_limits_below_one_are_refused():
    for make in (lambda: AdaptiveThrottle(0), lambda: AdaptiveThrottle(1, requests_per_minute=0)):
        with pytest.raises(InputError):
            make()


def test_delays_grow_up_to_the_cap_and_repeat_under_a_seed():
    def delays():
        policy = RetryPolicy(attempts={ErrorKind.SERVER_ERROR: 12}, base=1, cap=20, jitter=0.25, rng=random.Random(3))
        return [policy.delay(ErrorKind.SERVER_ERROR, attempt) for attempt in range(1, 13)]

    first = delays()
    assert first == delays()
    assert first[-1] is None
    for attempt, delay in enumerate(first[:-1]):
        assert 0.75 * min(20, 2**attempt) <= delay <= min(20, 2**attempt)


def test_a_wait_that_was_asked_for_is_kept_with_jitter_on_top():
    policy = RetryPolicy(rng=random.Random(1))
    assert 30 <= policy.delay(ErrorKind.RATE_LIMITED, 1, 30.0) <= 30 * 1.25
    assert policy.delay(ErrorKind.RATE_LIMITED, 1, 86_400.0) is None
    assert policy.delay(ErrorKind.RATE_LIMITED, 1, 0.0) > 0


@pytest.mark.parametrize("kind", [ErrorKind.AUTH, ErrorKind.NOT_FOUND, ErrorKind.BAD_REQUEST, ErrorKind.BUDGET])
def test_some_failures_are_never_tried_again(kind):
    assert RetryPolicy().delay(kind, 1) is None


@pytest.mark.parametrize("kind", [ErrorKind.AUTH, ErrorKind.NOT_FOUND])
def test_a_refused_key_address_or_model_stops_a_run_at_any_time(kind):
    assert FirstFailures(is_answering=True).is_fatal(kind)


@pytest.mark.parametrize(
    ("kind", "limit"), [(ErrorKind.BAD_REQUEST, 3), (ErrorKind.BAD_RESPONSE, 10), (ErrorKind.SERVER_ERROR, 10)]
)
def test_first_failures_alike_stop_a_run_that_never_got_an_answer(kind, limit):
    first = FirstFailures()
    assert [first.is_fatal(kind) for _ in range(limit)] == [False] * (limit - 1) + [True]
    answering = FirstFailures()
    answering.is_fatal(kind)
    answering.succeeded()
    assert not any(answering.is_fatal(kind) for _ in range(30))
    assert not any(FirstFailures(is_answering=True).is_fatal(kind) for _ in range(30))


def test_what_may_pass_counts_once_its_attempts_are_used_up():
    first = FirstFailures()
    assert not any(first.is_fatal(ErrorKind.CONNECTION, is_last_attempt=False) for _ in range(50))
    assert [first.is_fatal(ErrorKind.CONNECTION) for _ in range(10)][-1]


async def test_against_a_real_server_the_limit_falls_and_recovers(faulty_server):
    server = faulty_server(latency=0.01, most_at_once=6, retry_after=0.01)
    client = OpenAIChatClient(Endpoint(server.base_url, MODEL))
    throttle, policy = AdaptiveThrottle(24), RetryPolicy(base=0.01, rng=random.Random(0))
    lowest = throttle.limit

    async def work(number):
        nonlocal lowest
        request = ChatRequest(messages=({"role": "user", "content": f"prompt {number}"},), model=MODEL)
        for attempt in range(1, 100):
            async with throttle.slot():
                try:
                    await client.complete(request)
                    throttle.succeeded()
                    return
                except ProviderError as error:
                    throttle.failed(error)
                    lowest = min(lowest, throttle.limit)
            await asyncio.sleep(policy.delay(ErrorKind.RATE_LIMITED, min(attempt, 9)))

    await asyncio.gather(*(work(number) for number in range(200)))
    assert lowest <= 8
    server.most_at_once = None
    await asyncio.gather(*(work(number) for number in range(200, 700)))
    await client.close()
    assert throttle.limit == 24
    assert set(server.answered_by_prompt.values()) == {1}
