"""Starting, pausing and stopping runs: one owner each, and several beside each other."""

import os
import time

import pytest

from attrprompt.errors import InputError
from attrprompt.generation.sending import end_run, load_run, start_run
from attrprompt.records import RunState


def counters_of(runtime, run):
    return runtime.store.runs.load(run.id).counters


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
