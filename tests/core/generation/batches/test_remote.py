"""Batches that we submit: over a real server, stored step by step, with ends of every kind."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.generation.batches.remote import (
    BatchWork,
    cancel_batches,
    follow_batches,
    look_at_batches,
    submit_batches,
)
from attrprompt.generation.batches.results import LEFT_OVER
from attrprompt.generation.sending import start_run
from attrprompt.llm.batch_client import BatchClient
from attrprompt.llm.chat import Endpoint
from attrprompt.records import BatchState, RunState
from attrprompt.runtime.runtime import close_runtime, open_runtime
from attrprompt.store import Store
from tests.batch_server import BatchServer
from tests.faulty_server import MODEL


@pytest.fixture
def serve():
    """Starts a server whose batches end as told: `serve(ends=["expired"])`."""
    running = []

    def start(**settings):
        running.append(BatchServer(**settings).__enter__())
        return running[-1]

    yield start
    for server in running:
        server.__exit__()


class Client(BatchClient):
    """Closed when its block ends."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


def ask(server, key=None):
    return Client(Endpoint(server.base_url, MODEL), key)


async def follow(store, run, client):
    told = []
    tell = lambda share, words: told.append(words)  # noqa: E731
    news = await follow_batches(store, run.id, client, stop=asyncio.Event(), tell=tell, every=0.01)
    return news, told


async def test_a_run_is_submitted_in_files_and_its_results_are_taken_in(store, serve, plan_at):
    server = serve(looks=2)
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        batches = await submit_batches(store, run.id, client, most_requests=4)
        assert [(each.state, each.requests) for each in batches] == [(BatchState.SUBMITTED, n) for n in (4, 4, 2)]
        assert store.runs.load(run.id).waiting == 10
        news, told = await follow(store, run, client)
    assert (news.completed, news.open, news.problems) == (10, 0, [])
    assert told and "in progress" in told[0]
    ended = store.runs.load(run.id)
    assert (ended.state, ended.waiting, ended.counters.prompt_tokens) == (RunState.DONE, 0, 70)
    samples = {each.item: each.text for each in store.datasets.iterate(run.id)}
    assert samples[3].startswith(f"A text for run-{run.id}-item-3 ")
    assert [each.state for each in store.batches.list_all(run.id)] == [BatchState.ENDED] * 3
    assert not list((store.home / "batches").rglob("*.jsonl"))


async def test_another_process_goes_on_where_one_stopped(store, serve, plan_at):
    server = serve()
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        await submit_batches(store, run.id, client)
    store.close()
    again = Store(store.home)
    async with ask(server) as client:
        news, _ = await follow(again, run, client)
    assert news.completed == 10
    assert len(server.batches) == 1
    again.close()


async def test_a_batch_whose_creation_was_lost_is_found_again_and_not_begun_twice(store, serve, plan_at):
    server = serve(drop_creations=1)
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        with pytest.raises(ProviderError):
            await submit_batches(store, run.id, client)
        assert [each.state for each in store.batches.list_all(run.id)] == [BatchState.UPLOADED]
        assert store.runs.load(run.id).waiting == 10
        (batch,) = await submit_batches(store, run.id, client)
        assert batch.remote_id == "batch_1"
    assert len(server.batches) == 1


async def test_an_expired_batch_gives_what_it_has_and_frees_the_rest(store, serve, plan_at):
    server = serve(ends=["expired"], answered=0.3)
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        await submit_batches(store, run.id, client)
        news, _ = await follow(store, run, client)
    assert (news.completed, dict(news.failed)) == (3, {"timeout": 7})
    assert "expired" in news.problems[0]
    ended = store.runs.load(run.id)
    assert (ended.state, ended.sendable) == (RunState.DONE_WITH_FAILURES, 7)


async def test_a_refused_batch_says_why_and_its_prompts_can_be_sent_otherwise(store, serve, plan_at):
    server = serve(ends=["failed", "completed"])
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        await submit_batches(store, run.id, client)
        news, _ = await follow(store, run, client)
        assert (news.completed, dict(news.failed)) == (0, {})
        assert "Line 1 is no request." in news.problems[0]
        assert store.batches.list_all(run.id)[0].message == news.problems[0]
        left = store.runs.load(run.id)
        assert (left.state, left.reason, left.sendable) == (RunState.PAUSED, LEFT_OVER, 10)
        await submit_batches(store, run.id, client)
        assert (await follow(store, run, client))[0].completed == 10


async def test_results_may_lack_some_items_and_refuse_others(store, serve, plan_at):
    server = serve(refused=frozenset({"run-1-item-0"}), missing=frozenset({"run-1-item-1"}))
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        await submit_batches(store, run.id, client)
        news, _ = await follow(store, run, client)
    assert (news.completed, dict(news.failed)) == (8, {"bad_request": 1})
    left = store.runs.load(run.id)
    assert (left.waiting, left.sendable, left.counters.pending) == (0, 2, 1)


async def test_a_cancelled_batch_is_taken_in_as_far_as_it_came(store, serve, plan_at):
    server = serve(looks=0, answered=0.5)
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        await submit_batches(store, run.id, client)
        await cancel_batches(store, run.id, client)
        news, _ = await follow(store, run, client)
    assert (news.completed, dict(news.failed)) == (5, {"stopped": 5})


async def test_what_is_asked_for_meanwhile_is_sent_directly_and_the_rest_still_waits(store, serve, plan_at):
    server = serve(looks=1)
    run = plan_at(server, per_class=3)
    async with ask(server) as client:
        await submit_batches(store, run.id, client)
        first = next(store.runs.iterate_plan(run.id))
        store.runs.append_plan(run.id, [replace(first, item=6)])
        assert [each.item for each in store.runs.next_pending(run.id, after=-1)] == [6]
        news, _ = await follow(store, run, client)
    assert news.completed == 6
    assert store.runs.load(run.id).sendable == 1


async def test_after_a_refused_key_the_same_files_are_submitted_with_the_right_one(store, serve, plan_at):
    server = serve(api_key="sk-right", looks=0)
    run = plan_at(server, per_class=5)
    async with ask(server, SecretStr("sk-wrong")) as client:
        with pytest.raises(ProviderError) as refused:
            await submit_batches(store, run.id, client)
    assert refused.value.kind is ErrorKind.AUTH
    assert [each.state for each in store.batches.list_all(run.id)] == [BatchState.PREPARED]
    async with ask(server, SecretStr("sk-right")) as client:
        await submit_batches(store, run.id, client)
        assert (await look_at_batches(store, run.id, client)).completed == 10
    assert len(server.files) == 2  # requests and answers


async def test_a_run_with_a_budget_is_not_submitted(store, serve, plan_at):
    server = serve()
    run = plan_at(server, per_class=5, budget_tokens=100)
    async with ask(server) as client:
        with pytest.raises(InputError, match="has a budget"):
            await submit_batches(store, run.id, client)
    assert server.batches == {}


async def test_an_endpoint_without_a_batch_api_is_named(store, faulty_server, plan_at):
    server = faulty_server()
    run = plan_at(server, per_class=5)
    async with ask(server) as client:
        with pytest.raises(ProviderError, match="has no Batch API"):
            await submit_batches(store, run.id, client)


def test_the_runtime_follows_batches_in_the_background_and_after_a_restart(home, runtime, serve, plan_at):
    server = serve(looks=0)
    run = plan_at(server, per_class=5)
    assert not runtime.background(BatchWork).should_follow(run)

    async def submit():
        async with ask(server) as client:
            await submit_batches(runtime.store, run.id, client)

    runtime.submit(submit()).result(20)
    close_runtime(home)
    runtime = open_runtime(home)
    assert runtime.background(BatchWork).should_follow(run)
    with pytest.raises(InputError, match="wait for the results of a batch"):
        start_run(runtime, run.id)
    assert runtime.background(BatchWork).start(run).result(20).completed == 10
    assert runtime.background(BatchWork).of_run(run).state == "done"
    assert not runtime.background(BatchWork).should_follow(run)
    assert runtime.store.runs.load(run.id).state is RunState.DONE
