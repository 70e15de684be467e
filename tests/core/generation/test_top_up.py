"""A text written again, and a run topped up until enough texts count."""

import pytest

from attrprompt.errors import InputError
from attrprompt.generation.sending import start_run
from attrprompt.generation.top_up import explain_end, measure_shortfall, top_up, write_again
from attrprompt.records import RunState


def counters_of(runtime, run):
    return runtime.store.runs.load(run.id).counters


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


def test_topping_up_ends_after_five_rounds(runtime, faulty_server, plan_at):
    server = faulty_server(usual="refusal", models=())
    run = plan_at(server, per_class=1, concurrency=1)
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert top_up(runtime.store, runtime.store.datasets.load(run.id), ["refusal"]) == 2
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    assert len(server.asked) == 2 + 5 * 2


@pytest.mark.parametrize(("behaviour", "requests"), [("refusal", 1), ("empty", 3)])
def test_topping_up_ends_with_a_sentence_after_a_round_that_brings_nothing(
    runtime, faulty_server, plan_at, behaviour, requests
):
    server = faulty_server(usual=behaviour, models=())
    run = plan_at(server, per_class=2, concurrency=4)
    assert start_run(runtime, run.id).result(30) is RunState.DONE
    assert top_up(runtime.store, runtime.store.datasets.load(run.id), [behaviour]) == 4
    assert start_run(runtime, run.id).result(30) is RunState.DONE
    assert len(server.asked) == requests * (4 + 4)
    assert "Of 4 prompts that were asked again none" in explain_end(runtime.store.runs.load(run.id))
    server.usual = "ok"
    assert top_up(runtime.store, runtime.store.datasets.load(run.id), [behaviour]) == 4
    assert start_run(runtime, run.id).result(30) is RunState.DONE
    assert explain_end(runtime.store.runs.load(run.id)) == ""


def test_topping_up_spends_nothing_where_the_model_only_thinks(runtime, faulty_server, plan_at):
    server = faulty_server(usual="only_thinking", script=["ok"], models=())
    run = plan_at(server, per_class=2, concurrency=1)
    assert start_run(runtime, run.id).result(20) is RunState.DONE_WITH_FAILURES
    with pytest.raises(InputError, match=r"did nothing but think about 3 prompts.*--max-tokens"):
        top_up(runtime.store, runtime.store.datasets.load(run.id), ["empty", "refusal"])
    assert len(server.asked) == 4


def test_topping_up_ends_with_the_budget(runtime, faulty_server, plan_at):
    server = faulty_server(usual="refusal", models=())
    run = plan_at(server, per_class=2, concurrency=1)
    assert start_run(runtime, run.id).result(20) is RunState.DONE
    counters = counters_of(runtime, run)
    first_wave = counters.prompt_tokens + counters.completion_tokens
    limited = plan_at(server, per_class=2, concurrency=1, name="limited", budget_tokens=first_wave + 1)
    assert start_run(runtime, limited.id).result(20) is RunState.DONE
    before = len(server.asked)
    assert top_up(runtime.store, runtime.store.datasets.load(limited.id), ["refusal"]) == 4
    assert start_run(runtime, limited.id).result(20) is RunState.DONE_WITH_FAILURES
    assert len(server.asked) == before + 1
