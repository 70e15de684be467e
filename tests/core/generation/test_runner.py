"""The runner against a real server: faults, limits, budgets, stopping, and what a kill leaves behind."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from attrprompt.errors import ErrorKind, InputError
from attrprompt.generation.extend import measure_shortfall, top_up, write_again
from attrprompt.generation.runner import RunExecution
from attrprompt.generation.sending import end_run, load_run, start_run
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.throttle import RetryPolicy
from attrprompt.records import RunState
from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import Settings
from attrprompt.store import SampleFilter

ROOT = Path(__file__).parents[3]
FAST = RetryPolicy(base=0.005, cap=0.05, rng=random.Random(1))


@pytest.fixture
def plan_at(make_run, project):
    """A run of ten texts a class from a server, eight requests at once."""
    plan = partial(make_run, project, per_class=10, concurrency=8, timeout=5.0)
    return lambda server, **options: plan(endpoint=Endpoint(server.base_url, "faulty-1"), **options)


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
    flags = runtime.store.datasets.count_facets(run.id)["flag"]
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


async def test_pause_lets_answers_arrive_and_resume_finishes(runtime, faulty_server, plan_at):
    server = faulty_server(latency=0.05)
    run = plan_at(server, per_class=40, concurrency=4)
    future = start_run(runtime, run.id)
    while counters_of(runtime, run).completed < 5:
        time.sleep(0.02)
    end_run(runtime, run.id, RunState.PAUSED)
    assert future.result(20) is RunState.PAUSED
    paused = counters_of(runtime, run)
    assert 5 <= paused.completed < 80
    assert sum(server.answered.values()) == paused.completed
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert set(server.answered.values()) == {1}


async def test_stop_cancels_what_hangs(runtime, faulty_server, plan_at):
    server = faulty_server(usual="hang")
    run = plan_at(server, per_class=4, timeout=600)
    future = start_run(runtime, run.id)
    while server.in_flight < 8:
        time.sleep(0.02)
    end_run(runtime, run.id, RunState.STOPPED)
    assert future.result(20) is RunState.STOPPED
    counters = counters_of(runtime, run)
    assert (counters.pending, counters.maybe_billed_twice) == (8, 8)


def test_a_run_is_seen_running_as_soon_as_it_was_started_and_can_be_stopped_at_once(runtime, faulty_server, plan_at):
    server = faulty_server(latency=0.2)
    run = plan_at(server, per_class=40, concurrency=2)
    future = start_run(runtime, run.id)
    assert load_run(runtime, run.id).state is RunState.RUNNING
    end_run(runtime, run.id, RunState.STOPPED)
    assert future.result(20) is RunState.STOPPED


def test_a_run_has_one_owner(runtime, faulty_server, plan_at):
    server = faulty_server(latency=0.2)
    run = plan_at(server, per_class=10)
    future = start_run(runtime, run.id)
    with pytest.raises(InputError, match=f"running in process {os.getpid()}"):
        start_run(runtime, run.id)
    assert future.result(30) is RunState.DONE
    with pytest.raises(InputError, match="is done"):
        start_run(runtime, run.id)


def test_two_runs_at_once_both_end(runtime, faulty_server, plan_at):
    server = faulty_server(latency=0.02)
    first = plan_at(server, per_class=30, name="first")
    second = plan_at(server, per_class=30, name="second")
    futures = [start_run(runtime, run.id) for run in (first, second)]
    assert [future.result(30) for future in futures] == [RunState.DONE, RunState.DONE]


def test_a_small_run_does_not_wait_for_a_long_one(runtime, faulty_server, plan_at):
    server = faulty_server(latency=0.05, models=(), keep_bodies=False)
    long, short = (plan_at(server, per_class=n, name=name) for n, name in ((2_000, "long"), (10, "short")))
    going = start_run(runtime, long.id)
    assert start_run(runtime, short.id).result(30) is RunState.DONE
    assert not going.done()
    assert counters_of(runtime, long).completed > 0
    end_run(runtime, long.id, RunState.STOPPED)
    assert going.result(30) is RunState.STOPPED


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


def test_a_text_is_written_again_with_another_seed_and_the_old_one_stays(runtime, faulty_server, plan_at):
    server = faulty_server(usual="echo")
    run = plan_at(server, per_class=2)
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert write_again(runtime.store, run.dataset, [1], actor="ana") == 1
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    samples = runtime.store.datasets.read_page(run.id)
    assert [sample.item for sample in samples] == [0, 1, 2, 3, 4]
    assert (samples[1].status, samples[4].status) == ("rejected", "new")
    assert samples[4].prompt == samples[1].prompt
    seeds = [item.seed for item in runtime.store.runs.iterate_plan(run.id)]
    assert len(set(seeds)) == 5


def test_topping_up_asks_only_for_what_does_not_count(runtime, faulty_server, plan_at):
    server = faulty_server(script=["refusal", "refusal"], models=())
    run = plan_at(server, per_class=5, concurrency=1)
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    dataset = runtime.store.datasets.load(run.id)
    assert measure_shortfall(runtime.store, dataset, []).missing == ()
    assert measure_shortfall(runtime.store, dataset, ["refusal"]).missing == (0, 1)
    assert top_up(runtime.store, dataset, ["refusal"]) == 2
    asked = measure_shortfall(runtime.store, dataset, ["refusal"])
    assert (asked.usable, asked.coming, asked.missing) == (8, 2, ())
    assert top_up(runtime.store, dataset, ["refusal"]) == 0
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert measure_shortfall(runtime.store, dataset, ["refusal"]).missing == ()
    assert runtime.store.datasets.count(run.id) == 12


def test_topping_up_goes_on_until_the_wanted_number_is_reached(runtime, faulty_server, plan_at):
    server = faulty_server(script=["refusal"] * 3, models=())
    run = plan_at(server, per_class=5, concurrency=1)
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    dataset = runtime.store.datasets.load(run.id)
    server.script[:] = ["refusal", "refusal", "ok", "refusal"]
    assert top_up(runtime.store, dataset, ["refusal"]) == 3
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    lacking = measure_shortfall(runtime.store, dataset, ["refusal"])
    assert (lacking.usable, lacking.missing) == (10, ())
    assert len(server.asked) == 10 + 3 + 2 + 1
    runtime.store.review.decide(run.id, [9], {"status": "rejected"}, actor="ana")
    write_again(runtime.store, dataset, [8], actor="ana")
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert len(server.asked) == 10 + 3 + 2 + 1 + 1


def test_topping_up_ends_after_five_rounds_or_with_the_budget(runtime, faulty_server, plan_at):
    server = faulty_server(usual="refusal", models=())
    run = plan_at(server, per_class=2, concurrency=1)
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    dataset = runtime.store.datasets.load(run.id)
    assert top_up(runtime.store, dataset, ["refusal"]) == 4
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert len(server.asked) == 4 + 5 * 4
    counters = counters_of(runtime, run)
    first_wave = (counters.prompt_tokens + counters.completion_tokens) // 6
    limited = plan_at(server, per_class=2, concurrency=1, name="limited", budget_tokens=first_wave + 1)
    assert start_run(runtime, limited.id).result(20) is RunState.DONE
    before = len(server.asked)
    assert top_up(runtime.store, runtime.store.datasets.load(limited.id), ["refusal"]) == 4
    assert start_run(runtime, limited.id).result(20) is RunState.DONE_WITH_FAILURES
    assert len(server.asked) == before + 1


def test_a_second_app_server_on_a_home_is_told(runtime):
    assert runtime.find_other_server() is None
    other = Runtime(Settings(home=runtime.home))
    assert other.find_other_server() == os.getpid()
    other.close()
    assert runtime.find_other_server() is None
