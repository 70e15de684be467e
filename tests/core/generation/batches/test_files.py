"""Batch files: what is asked, where files are cut, and results that come partial, out of order, twice or broken."""

import json
import random

import pytest

from attrprompt.errors import ErrorKind, InputError
from attrprompt.generation.batches.files import export_batch
from attrprompt.generation.batches.results import import_batch
from attrprompt.generation.run_options import read_notes
from attrprompt.llm.chat import Endpoint
from attrprompt.records import BatchState, RunState
from attrprompt.store.locks import run_lock


def export(store, run, folder, **limits):
    written = export_batch(store, store.runs.load(run.id), folder, **limits)
    return [json.loads(line) for path in written.paths for line in path.read_text(encoding="utf-8").splitlines()]


def answer(request, text="An answer"):
    body = {
        "id": "chatcmpl-1",
        "model": "m1",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    }
    response = {"status_code": 200, "request_id": "req-1", "body": body}
    return {"id": "batch_req_1", "custom_id": request["custom_id"], "response": response, "error": None}


def refuse(request, status, code="x"):
    response = {"status_code": status, "request_id": "req-2", "body": {"error": {"message": "No.", "code": code}}}
    return {"custom_id": request["custom_id"], "response": response, "error": None}


def take(store, run, folder, *lines):
    path = folder / f"results-{random.random()}.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), encoding="utf-8")
    return import_batch(store, store.runs.load(run.id), [path])


def test_a_line_holds_all_that_the_runner_would_send(store, tmp_path, project, make_run):
    run = make_run(project, temperature=0.5, max_tokens=99)
    requests = export(store, run, tmp_path / "out")
    assert len(requests) == 10
    assert len({each["custom_id"] for each in requests}) == 10
    first, item = requests[0], next(store.runs.iterate_plan(run.id))
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"] == {
        "model": "m1",
        "messages": [{"role": "user", "content": item.prompt}],
        "temperature": 0.5,
        "max_tokens": 99,
        "seed": item.seed,
    }


def test_files_are_cut_at_the_number_of_requests_and_at_their_size(store, tmp_path, project, make_run):
    run = make_run(project)
    by_number = export_batch(store, run, tmp_path / "a", most_requests=4)
    assert [len(path.read_text().splitlines()) for path in by_number.paths] == [4, 4, 2]
    assert [each.requests for each in store.batches.list_all(run.id)] == [4, 4, 2]
    line = len(by_number.paths[0].read_bytes().splitlines(keepends=True)[0])
    store.batches.give_up(run.id)
    by_size = export_batch(store, run, tmp_path / "b", most_bytes=3 * line + 10)
    assert by_size.requests == 10
    assert all(path.stat().st_size <= 3 * line + 10 for path in by_size.paths)
    assert len(by_size.paths) >= 4


def test_results_come_partial_and_out_of_order_and_each_item_ends_once(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    random.Random(0).shuffle(requests)
    first = take(store, run, tmp_path, *(answer(each) for each in requests[:4]))
    assert (first.completed, store.runs.load(run.id).state) == (4, RunState.PAUSED)
    rest = [answer(each, "Another") for each in requests[2:8]] + [refuse(each, 429) for each in requests[8:]]
    second = take(store, run, tmp_path, *rest)
    assert (second.completed, second.known, dict(second.failed)) == (4, 2, {"rate_limited": 2})
    ended = store.runs.load(run.id)
    assert (ended.state, ended.counters.completed, dict(ended.counters.failed)) == (
        RunState.DONE_WITH_FAILURES,
        8,
        {"rate_limited": 2},
    )
    assert (ended.counters.prompt_tokens, ended.counters.completion_tokens) == (56, 24)
    assert ended.counters.requests == 10
    assert store.datasets.count(run.id) == 8
    texts = [each.text for each in store.datasets.iterate(run.id)]
    assert sorted(texts) == ["An answer"] * 4 + ["Another"] * 4


def test_a_later_answer_takes_the_place_of_a_failure_and_earlier_failures_stay(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    take(store, run, tmp_path, refuse(requests[0], 400), refuse(requests[1], 500), answer(requests[2]))
    again = take(store, run, tmp_path, answer(requests[0]), refuse(requests[1], 500))
    assert (again.completed, again.known, dict(again.failed)) == (1, 1, {})
    counters = store.runs.load(run.id).counters
    assert (counters.completed, dict(counters.failed), counters.pending) == (2, {"server_error": 1}, 7)
    assert [each.item for each in store.runs.read_failures(run.id)] == [1]


def test_failed_items_are_exported_again(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    take(store, run, tmp_path, *(answer(each) for each in requests[1:]), refuse(requests[0], 500))
    assert [each["custom_id"] for each in export(store, run, tmp_path / "again")] == [requests[0]["custom_id"]]


def test_what_was_exported_waits_and_is_sent_in_no_other_way_until_it_is_given_up(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    waiting = store.runs.load(run.id)
    assert (waiting.state, waiting.waiting, waiting.sendable) == (RunState.PAUSED, 10, 0)
    with pytest.raises(InputError, match="wait for the results of a batch already"):
        export(store, run, tmp_path / "again")
    assert store.runs.next_pending(run.id, after=-1) == []
    assert store.runs.fail_pending(run.id, ErrorKind.BUDGET, "The budget was reached.") == 0
    take(store, run, tmp_path, answer(requests[0]), refuse(requests[1], 500))
    assert (store.runs.load(run.id).waiting, store.runs.load(run.id).sendable) == (8, 1)
    assert store.batches.give_up(run.id) == 8
    assert store.runs.load(run.id).sendable == 9
    assert [each.state for each in store.batches.list_all(run.id)] == [BatchState.GIVEN_UP]
    late = take(store, run, tmp_path, *(answer(each) for each in requests))
    assert (late.completed, late.known) == (9, 1)


def test_a_file_whose_results_are_all_there_is_waited_for_no_more(store, tmp_path, project, make_run):
    run = make_run(project)
    written = export_batch(store, run, tmp_path / "out", most_requests=6)
    first, second = ([json.loads(line) for line in path.read_text().splitlines()] for path in written.paths)
    take(store, run, tmp_path, *(answer(each) for each in first))
    states = [each.state for each in store.batches.list_all(run.id)]
    assert states == [BatchState.ENDED, BatchState.EXPORTED]
    take(store, run, tmp_path, *(answer(each) for each in second))
    assert store.runs.load(run.id).state is RunState.DONE


def test_an_export_that_cannot_be_written_leaves_nothing_waiting(store, tmp_path, project, make_run):
    run = make_run(project)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="cannot be written"):
        export(store, run, tmp_path / "file")
    assert store.runs.load(run.id).sendable == 10


def test_errors_of_the_batch_itself_are_named(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    expired = {"custom_id": requests[0]["custom_id"], "response": None}
    expired["error"] = {"code": "batch_expired", "message": "This request could not be executed in time."}
    empty = answer(requests[1])
    empty["response"]["body"]["choices"] = []
    found = take(store, run, tmp_path, expired, empty)
    assert dict(found.failed) == {"timeout": 1, "bad_response": 1}


def test_thinking_in_results_is_told_apart_as_in_a_run(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    silent = answer(requests[1], "<think>About Paris")
    silent["response"]["body"]["choices"][0]["finish_reason"] = "length"
    found = take(store, run, tmp_path, answer(requests[0], "<think>About Paris.</think>The cup."), silent)
    assert (found.completed, dict(found.failed)) == (1, {"only_thinking": 1})
    [sample] = store.datasets.read_page(run.id)
    assert (sample.text, sample.raw) == ("The cup.", "<think>About Paris.</think>The cup.")
    assert store.runs.load(run.id).counters.completion_tokens == 6


def test_lines_that_are_no_result_are_listed_and_another_runs_results_are_not_mixed_in(
    store, tmp_path, project, make_run
):
    run, other = make_run(project), make_run(project, name="r2")
    requests = export(store, run, tmp_path / "out")
    found = take(
        store,
        other,
        tmp_path,
        answer(requests[0]),
        "{broken",
        "",
        '["list"]',
        '{"custom_id": "run-2-item-99", "error": null}',
    )
    assert [each["line"].rpartition(":")[2] for each in found.unreadable] == ["1", "2", "4"]
    assert (found.completed, found.known) == (0, 1)
    assert store.datasets.count(other.id) == 0


def test_the_request_file_itself_is_no_result(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    found = take(store, run, tmp_path, *requests)
    assert len(found.unreadable) == 10
    assert store.runs.load(run.id).counters.failed == {}


def test_what_cannot_be_done_is_said(store, tmp_path, project, make_run):
    run = make_run(project)
    export(store, run, tmp_path / "out")
    store.batches.give_up(run.id)
    with pytest.raises(InputError, match="is there already"):
        export(store, run, tmp_path / "out")
    with pytest.raises(InputError, match="embedded model"):
        export_batch(store, make_run(project, name="r2", endpoint=Endpoint.embedded()), tmp_path / "b")
    with pytest.raises(InputError, match="cannot be read"):
        import_batch(store, run, [tmp_path / "missing.jsonl"])
    with run_lock(store.home, run.id), pytest.raises(InputError, match="running in process"):
        import_batch(store, run, [])
    requests = export(store, run, tmp_path / "c")
    take(store, run, tmp_path, *(answer(each) for each in requests))
    assert store.runs.load(run.id).state is RunState.DONE
    with pytest.raises(InputError, match="Nothing is pending"):
        export(store, run, tmp_path / "d")
    assert store.runs.load(run.id).state is RunState.DONE


def test_a_field_that_a_batch_was_refused_for_is_left_out_of_the_next(store, tmp_path, project, make_run):
    run = make_run(project, endpoint=Endpoint("http://x/v1", "m1"))
    requests = export(store, run, tmp_path / "out")
    detail = [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]
    lines = [
        {"custom_id": each["custom_id"], "response": {"status_code": 422, "body": {"detail": detail}}, "error": None}
        for each in requests
    ]
    assert dict(take(store, run, tmp_path, *lines).failed) == {"bad_request": 10}
    assert all("seed" not in each["body"] for each in export(store, run, tmp_path / "again"))
    assert read_notes(store.runs.load(run.id)).not_sent.keys() == {"seed"}


def test_a_prompt_that_a_filter_refused_ends_as_a_refusal(store, tmp_path, project, make_run):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    found = take(store, run, tmp_path, refuse(requests[0], 400, "content_filter"), *map(answer, requests[1:]))
    assert (found.completed, dict(found.failed)) == (10, {})
    assert store.datasets.count_flags(run.id)["refusal"] == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"response": {"status_code": 200, "request_id": {"a": 1}, "body": {"choices": [{"message": []}]}}},
        {"response": {"status_code": 200, "body": {"choices": [{"finish_reason": "error", "message": {}}]}}},
        {"response": {"status_code": 10**40}, "error": None},
        {"response": [1], "error": {"code": {"a": 1}, "message": ["x\x00"]}},
        {"error": {"code": 10**40}},
    ],
)
def test_an_odd_result_fails_its_item_alone(store, tmp_path, project, make_run, odd):
    run = make_run(project)
    requests = export(store, run, tmp_path / "out")
    line = {"custom_id": requests[0]["custom_id"], **odd}
    found = take(store, run, tmp_path, line, *map(answer, requests[1:]))
    assert (found.completed, sum(found.failed.values())) == (9, 1)


def test_results_that_are_nested_too_deep_or_name_no_item_are_listed(store, tmp_path, project, make_run):
    run = make_run(project)
    export(store, run, tmp_path / "out")
    named = json.dumps({"custom_id": f"run-{run.id}-item-{'9' * 5_000}", "response": {}, "error": None})
    found = take(store, run, tmp_path, "[" * 100_000, named)
    assert len(found.unreadable) == 2
