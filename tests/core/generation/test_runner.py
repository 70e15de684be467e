"""The runner against a real server: faults, limits, budgets, stopping, and what a kill leaves behind."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from attrprompt.errors import ErrorKind, StoreError
from attrprompt.generation.progress import describe_notes
from attrprompt.generation.run_options import read_notes
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


def give(document):
    return (200, "application/json", json.dumps(document).encode())


def complete(text="Rain fell on the harbour.", **fields):
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 6}, **fields}


ODD_ANSWERS = [
    complete(id={"a": 1}),
    complete(id=10**30, model=["x"]),
    complete(id="a\x00\ud800", model="m\ud800"),
    complete(usage={"prompt_tokens": 10**30, "completion_tokens": -5}),
    complete("half \ud800"),
]


@pytest.mark.parametrize("odd", ODD_ANSWERS, ids=range(len(ODD_ANSWERS)))
async def test_an_odd_answer_is_stored_clean(runtime, faulty_server, plan_at, odd):
    run = plan_at(faulty_server(usual="given", given=give(odd)), per_class=2)
    assert (await execute(runtime, run))[0] is RunState.DONE
    samples = runtime.store.datasets.read_page(run.id)
    assert len(samples) == 4
    assert all(sample.prompt_tokens > 0 and sample.completion_tokens > 0 for sample in samples)


async def test_counts_that_cannot_be_are_estimated_and_said_so(runtime, faulty_server, plan_at):
    document = complete(usage={"prompt_tokens": 10**30, "completion_tokens": -5})
    run = plan_at(faulty_server(usual="given", given=give(document)), per_class=2)
    await execute(runtime, run)
    kept = runtime.store.runs.load(run.id)
    assert read_notes(kept).estimated == 4
    assert 0 < kept.counters.completion_tokens < 100
    assert all(sample.parameters["tokens_estimated"] for sample in runtime.store.datasets.read_page(run.id))
    assert describe_notes(read_notes(kept)).startswith("The tokens of 4 answers are estimated")


async def test_a_defect_in_handling_an_answer_is_about_that_answer(runtime, faulty_server, plan_at):
    run = plan_at(faulty_server(), per_class=10)
    client = runtime.make_client(Endpoint(run.endpoint, run.model))
    execution = RunExecution(runtime.store, run, client, retries=FAST)
    execution._translator = BreakingTranslator(execution._translator)
    state = await execution.execute()
    await client.close()
    failed = runtime.store.runs.read_failures(run.id)
    assert state is RunState.DONE_WITH_FAILURES
    assert (counters_of(runtime, run).completed, len(failed)) == (18, 2)
    assert {each.reason for each in failed} == {ErrorKind.BAD_RESPONSE}
    assert "ZeroDivisionError" in failed[0].message
    assert f"run {run.id}, item 3\n" in (runtime.home / "logs" / "errors.log").read_text()


class BreakingTranslator:
    """Has a defect that shows at two items."""

    def __init__(self, translator):
        self._translator = translator
        self.parameters = translator.parameters

    def to_request(self, item, **options):
        return self._translator.to_request(item, **options)

    def to_result(self, item, reply, **options):
        if item.item in (3, 7):
            raise ZeroDivisionError
        result = self._translator.to_result(item, reply, **options)
        return replace(result, request_id={"an": "object"}) if item.item == self.refused else result

    refused = -1


async def test_an_answer_that_the_store_refuses_fails_alone(runtime, faulty_server, plan_at):
    run = plan_at(faulty_server(latency=0.02), per_class=10, concurrency=20)
    client = runtime.make_client(Endpoint(run.endpoint, run.model))
    execution = RunExecution(runtime.store, run, client, retries=FAST)
    execution._translator = BreakingTranslator(execution._translator)
    execution._translator.refused = 12
    await execution.execute()
    await client.close()
    counters = counters_of(runtime, run)
    assert (counters.completed, counters.failed) == (17, {"bad_response": 3})
    assert runtime.store.datasets.count(run.id) == 17


async def test_a_store_that_fails_stops_the_run_with_a_sentence(runtime, faulty_server, plan_at, monkeypatch):
    run = plan_at(faulty_server(), per_class=10)

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(runtime.store.runs, "commit", fail)
        with pytest.raises(StoreError, match="could not be stored"):
            await execute(runtime, run)
    stopped = runtime.store.runs.load(run.id)
    assert (stopped.state, stopped.counters.completed) == (RunState.STOPPED, 0)
    assert "disk is full" in stopped.reason and "can be resumed" in stopped.reason
    assert (await execute(runtime, stopped))[0] is RunState.DONE


async def test_a_store_that_takes_no_answers_loses_none(runtime, faulty_server, plan_at, monkeypatch):
    run = plan_at(faulty_server(), per_class=10)
    commit = runtime.store.runs.commit

    def fail(run_id, answers, failures, counters, **options):
        if answers:
            raise StoreError("The database cannot be used (database or disk is full).")
        commit(run_id, answers, failures, counters, **options)

    with monkeypatch.context() as patch:
        patch.setattr(runtime.store.runs, "commit", fail)
        with pytest.raises(StoreError, match=r"database or disk is full\)\. The run can be resumed"):
            await execute(runtime, run)
    stopped = runtime.store.runs.load(run.id)
    assert (stopped.state, stopped.counters.completed, stopped.counters.failed) == (RunState.STOPPED, 0, {})
    assert "defect" not in stopped.reason
    assert (await execute(runtime, stopped))[0] is RunState.DONE
    assert runtime.store.datasets.count(run.id) == 20


@pytest.mark.parametrize("fields", [{"max_tokens": "openai"}, {"seed": "mistral", "temperature": "openai_value"}])
async def test_no_prompt_is_lost_to_a_field_that_the_endpoint_refuses(runtime, faulty_server, plan_at, fields):
    server = faulty_server(refuses=fields, latency=0.02)
    run = plan_at(server, per_class=20, concurrency=16)
    state, _ = await execute(runtime, run)
    assert (state, counters_of(runtime, run).completed) == (RunState.DONE, 40)
    assert read_notes(runtime.store.runs.load(run.id)).not_sent.keys() == fields.keys() - {"max_tokens"}
    said = [sample.parameters.get("not_sent", []) for sample in runtime.store.datasets.read_page(run.id)]
    assert said == [sorted(fields.keys() - {"max_tokens"})] * 40
    refused = server.statuses[400] + server.statuses[422]
    assert refused <= 16 * len(fields)
    again = plan_at(server, per_class=5, name="again")
    await execute(runtime, again)
    assert server.statuses[400] + server.statuses[422] == refused


async def test_neither_temperature_nor_seed_is_sent_where_that_was_chosen(runtime, faulty_server, plan_at):
    server = faulty_server()
    await execute(runtime, plan_at(server, per_class=1, temperature=None, send_seed=False))
    assert not {"temperature", "seed"} & server.asked[0].body.keys()


@pytest.mark.parametrize("content", [None, "Rain fell on"])
async def test_what_a_filter_withheld_is_a_refusal_asked_once(runtime, faulty_server, plan_at, content):
    choice = {"message": {"content": content}, "finish_reason": "content_filter"}
    server = faulty_server(usual="given", given=give({"choices": [choice]}))
    run = plan_at(server, per_class=10)
    assert (await execute(runtime, run))[0] is RunState.DONE
    assert len(server.asked) == 20
    assert runtime.store.datasets.count_flags(run.id)["refusal"] == 20


async def test_prompts_that_a_filter_refuses_do_not_stop_the_run(runtime, faulty_server, plan_at):
    error = {"error": {"message": "The response was filtered", "code": "content_filter"}}
    server = faulty_server(usual="given", given=(400, "application/json", json.dumps(error).encode()))
    run = plan_at(server, per_class=10)
    assert (await execute(runtime, run))[0] is RunState.DONE
    samples = runtime.store.datasets.read_page(run.id)
    assert len(server.asked) == len(samples) == 20
    assert {(sample.text, sample.raw, sample.flags) for sample in samples} == {
        ("", "The response was filtered", ("refusal",))
    }


async def test_half_an_answer_with_an_error_is_asked_again_then_failed(runtime, faulty_server, plan_at):
    error = {"code": 502, "message": "Upstream failed"}
    choice = {"message": {"content": "Rain fell on the har"}, "finish_reason": "error", "error": error}
    server = faulty_server(usual="given", given=give({"choices": [choice]}))
    run = plan_at(server, per_class=1)
    await execute(runtime, run)
    alike = runtime.store.runs.summarise_failures(run.id)
    assert [(each.reason, each.count) for each in alike] == [(ErrorKind.SERVER_ERROR, 2)]
    assert "Upstream failed" in alike[0].message
    assert len(server.asked) == 10


@pytest.mark.parametrize(
    ("alike", "most"),
    [({"error": "Unexpected endpoint or method. (POST /chat/completions)"}, 16), ({"message": "welcome"}, 26)],
    ids=("words", "no_answer"),
)
async def test_a_run_whose_first_answers_all_fail_alike_stops_early(runtime, faulty_server, plan_at, alike, most):
    server = faulty_server(usual="given", given=give(alike))
    run = plan_at(server, per_class=20, concurrency=16)
    state, _ = await execute(runtime, run)
    ended = runtime.store.runs.load(run.id)
    assert state is RunState.FAILED and "/v1" in ended.reason
    assert len(server.asked) <= most
    assert ended.counters.pending > 0


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
