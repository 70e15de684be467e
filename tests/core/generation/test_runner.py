"""The runner against a real server: faults, limits, budgets, stopping, and what a kill leaves behind."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from attrprompt.errors import ErrorKind
from attrprompt.generation.runner import RunExecution
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.throttle import RetryPolicy
from attrprompt.records import RunState
from attrprompt.store import SampleFilter

ROOT = Path(__file__).parents[3]
FAST = RetryPolicy(base=0.005, cap=0.05, rng=random.Random(1))


async def execute(runtime, run, **settings):
    client = runtime.make_client(Endpoint(run.endpoint, run.model))
    execution = RunExecution(runtime.store, run, client, retries=FAST, **settings)
    try:
        return await execution.execute(), execution
    finally:
        await client.close()


def counters_of(runtime, run):
    return runtime.store.runs.load(run.id).counters


async def test_every_answer_is_stored_with_its_provenance(runtime, faulty_server, plan_at):
    server = faulty_server(usual="echo")
    run = plan_at(server)
    state, _ = await execute(runtime, run)
    assert state is RunState.DONE
    samples = runtime.store.datasets.read_page(run.id)
    assert [sample.item for sample in samples] == list(range(20))
    assert {sample.model for sample in samples} == {"faulty-1"}
    assert all(sample.prompt_tokens and sample.completion_tokens and sample.request_id for sample in samples)
    assert counters_of(runtime, run).completed == 20


async def test_a_thousand_items_with_every_fault_end_once_each(runtime, faulty_server, plan_at):
    shares = ("rate_limit", "rate_limit_ms", "server_error", "unavailable", "drop", "garbage", "empty", "refusal")
    server = faulty_server(faults=dict.fromkeys(shares, 0.1), retry_after=0.02, models=(), keep_bodies=False)
    run = plan_at(server, per_class=500, concurrency=64)
    state, execution = await execute(runtime, run)
    counters = counters_of(runtime, run)
    stored = {sample.item for sample in runtime.store.datasets.iterate(run.id)}
    failed = {each.item for each in runtime.store.runs.read_failures(run.id, limit=2_000)}
    assert state in (RunState.DONE, RunState.DONE_WITH_FAILURES)
    assert stored | failed == set(range(1_000))
    assert not stored & failed
    assert counters.completed == len(stored)
    assert sum(counters.failed.values()) == len(failed)
    assert set(counters.failed) <= {kind.value for kind in ErrorKind}
    flags = runtime.store.datasets.count_facets(run.id).flags
    assert flags["refusal"] > 50
    answered = Counter(dict(server.answered))
    empty_or_refused = server.record()["behaviours"]
    assert sum(answered.values()) <= 1_000 + empty_or_refused["empty"]
    assert execution._throttle.limit < 64


async def test_concurrency_falls_under_overload_and_recovers(runtime, faulty_server, plan_at):
    server = faulty_server(script=["unavailable"] * 30, latency=0.01, models=())
    run = plan_at(server, per_class=600, concurrency=16)
    _, execution = await execute(runtime, run)
    assert counters_of(runtime, run).completed == 1_200
    assert server.statuses[503] == 30
    assert execution._throttle.limit > 12


async def test_a_hanging_request_times_out_and_is_counted_as_maybe_billed(runtime, faulty_server, plan_at):
    server = faulty_server(script=["hang"])
    run = plan_at(server, per_class=2, timeout=0.3)
    state, _ = await execute(runtime, run)
    counters = counters_of(runtime, run)
    assert (state, counters.completed, counters.maybe_billed_twice) == (RunState.DONE, 4, 1)
    assert counters.requests == 5


async def test_an_empty_answer_is_asked_again_then_stored_and_flagged(runtime, faulty_server, plan_at):
    server = faulty_server(usual="empty")
    run = plan_at(server, per_class=1)
    await execute(runtime, run)
    assert runtime.store.datasets.count(run.id, SampleFilter(flags=("empty",))) == 2
    assert counters_of(runtime, run).requests == 6


async def test_an_answer_that_is_only_thinking_is_asked_once_and_says_what_to_raise(runtime, faulty_server, plan_at):
    run = plan_at(faulty_server(usual="only_thinking"), per_class=1)
    await execute(runtime, run)
    counters = counters_of(runtime, run)
    assert (counters.requests, counters.completed, dict(counters.failed)) == (2, 0, {"only_thinking": 2})
    assert "--max-tokens" in runtime.store.runs.read_failures(run.id)[0].message


async def test_thinking_is_no_part_of_the_text_and_is_kept_beside_it(runtime, faulty_server, plan_at):
    run = plan_at(faulty_server(usual="thinking"), per_class=1)
    await execute(runtime, run)
    samples = runtime.store.datasets.read_page(run.id)
    assert len(samples) == 2
    assert all("Paris" in sample.raw and "Paris" not in sample.text and sample.text for sample in samples)


@pytest.mark.parametrize(
    ("behaviour", "reason"), [("auth", "key"), ("not_found", "base url"), ("unknown_model_400", "model")]
)
async def test_what_every_request_shares_stops_the_run_at_once(runtime, faulty_server, behaviour, reason, plan_at):
    server = faulty_server(usual=behaviour, models=())
    run = plan_at(server, per_class=200)
    state, _ = await execute(runtime, run)
    ended = runtime.store.runs.load(run.id)
    assert state is RunState.FAILED
    assert reason in ended.reason.lower()
    assert len(server.asked) <= 8
    assert ended.counters.pending > 380


async def test_a_token_budget_is_passed_by_no_more_than_what_was_in_flight(runtime, faulty_server, plan_at):
    server = faulty_server(latency=0.01)
    run = plan_at(server, per_class=200, concurrency=4, budget_tokens=1_000)
    state, _ = await execute(runtime, run)
    counters = counters_of(runtime, run)
    spent = counters.prompt_tokens + counters.completion_tokens
    largest = max(s.prompt_tokens + s.completion_tokens for s in runtime.store.datasets.read_page(run.id, limit=500))
    assert state is RunState.DONE_WITH_FAILURES
    assert 1_000 <= spent <= 1_000 + 4 * largest
    assert counters.failed == {"budget": 400 - counters.completed}


async def test_a_money_budget_uses_the_price(runtime, faulty_server, plan_at):
    server = faulty_server()
    run = plan_at(server, per_class=200, concurrency=2, budget=0.01)
    await execute(runtime, run, cost_of=lambda prompt, completion: (prompt + completion) / 100_000)
    counters = counters_of(runtime, run)
    assert 0.01 <= (counters.prompt_tokens + counters.completion_tokens) / 100_000 < 0.02


async def test_a_resumed_run_asks_for_nothing_that_is_stored(runtime, faulty_server, plan_at):
    server = faulty_server(faults={"bad_request": 0.3}, models=())
    run = plan_at(server, per_class=50)
    assert (await execute(runtime, run))[0] is RunState.DONE_WITH_FAILURES
    stored = counters_of(runtime, run).completed
    server.faults = {}
    state, _ = await execute(runtime, runtime.store.runs.load(run.id))
    assert state is RunState.DONE
    assert counters_of(runtime, run).completed == 100
    assert set(server.answered.values()) == {1}
    assert 0 < stored < 100


@pytest.mark.slow
def test_nothing_stored_is_lost_or_asked_again_when_the_process_is_killed(home, faulty_server):
    server = faulty_server(latency=0.02, models=())
    command = [sys.executable, "-m", "attrprompt", "--home", str(home), "--json"]
    subprocess.run(
        [*command, "new", "p1", "--labels", "a,b", "--domain", "news"], cwd=ROOT, check=True, capture_output=True
    )
    chance = random.Random(7)
    concurrency, kills = 8, 4
    arguments = ["generate", "p1", "--method", "simprompt", "--per-class", "250", "--run", "r1", "--base-url"]
    arguments += [server.base_url, "--model", "any", "--concurrency", str(concurrency)]
    for _ in range(kills):
        process = subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        before = sum(server.answered.values())
        wanted = before + chance.randint(5, 60)
        while sum(server.answered.values()) < wanted and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        arguments = ["resume", "p1", "r1"]
    done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (result["state"], result["completed"], result["failed"]) == ("done", 500, {})
    assert sum(server.answered.values()) <= 500 + kills * concurrency
