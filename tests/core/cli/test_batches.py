"""Batches on the command line: files over a real split, results in any order, and submission to a real server."""

import json
import random
from pathlib import Path

import pytest

from tests.batch_server import BatchServer
from tests.faulty_server import MODEL


@pytest.fixture
def plan(run):
    """Plans ten prompts for an endpoint without sending any."""

    def plan_it(base_url, *arguments):
        run("new", "p1", "--labels", "World,Sports", "--domain", "news")
        endpoint = ("--base-url", base_url, "--model", MODEL)
        generate = ("generate", "p1", "--method", "simprompt", "--per-class", "5", "--run", "r1", "--no-send")
        assert run(*generate, *endpoint, *arguments)[0] == 0

    return plan_it


def answer(request):
    message = {"role": "assistant", "content": f"Text of {request['custom_id']}"}
    body = {"model": MODEL, "choices": [{"message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 4}}
    return {"custom_id": request["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


def refuse(request):
    response = {"status_code": 429, "body": {"error": {"message": "Too many.", "code": "rate_limit"}}}
    return {"custom_id": request["custom_id"], "response": response, "error": None}


def write_lines(path, lines):
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_files_are_split_and_results_come_partial_out_of_order_and_with_errors(run, plan, tmp_path, faulty_server):
    server = faulty_server()
    plan(server.base_url)
    status, printed, _ = run("batch-export", "p1", "r1", "--out", tmp_path / "out", "--most-requests", "4")
    assert (status, printed["requests"], len(printed["files"])) == (0, 10, 3)
    requests = [json.loads(line) for file in printed["files"] for line in Path(file).read_text("utf-8").splitlines()]
    assert len({each["custom_id"] for each in requests}) == 10
    random.Random(1).shuffle(requests)

    status, printed, err = run("resume", "p1", "r1")
    assert (status, printed) == (2, None)
    assert "--anyway" in err and len(err.strip().splitlines()) == 1
    assert server.asked == []

    part = write_lines(tmp_path / "part.jsonl", [answer(each) for each in requests[:6]])
    status, printed, _ = run("batch-import", "p1", "r1", part)
    assert (status, printed["completed"], printed["pending"], printed["waiting"]) == (130, 6, 4, 4)
    errors = write_lines(tmp_path / "errors.jsonl", [refuse(each) for each in requests[6:8]])
    rest = write_lines(tmp_path / "rest.jsonl", [answer(each) for each in requests[4:6] + requests[8:]])
    status, printed, _ = run("batch-import", "p1", "r1", errors, rest)
    assert (status, printed["completed"], printed["known"]) == (3, 2, 2)
    assert (printed["failed"], printed["pending"]) == ({"rate_limited": 2}, 0)

    status, printed, _ = run("resume", "p1", "r1")
    assert (status, printed["completed"], len(server.asked)) == (0, 10, 2)


def test_a_batch_that_is_given_up_is_sent_directly(run, plan, tmp_path, faulty_server):
    server = faulty_server()
    plan(server.base_url)
    run("batch-export", "p1", "r1", "--out", tmp_path / "out")
    assert run("batch-export", "p1", "r1", "--out", tmp_path / "again")[0] == 2
    status, printed, _ = run("resume", "p1", "r1", "--anyway")
    assert (status, printed["completed"]) == (0, 10)


def test_a_run_is_submitted_and_polled(run, plan):
    with BatchServer(looks=1) as server:
        plan(server.base_url)
        status, printed, _ = run("batch-submit", "p1", "r1", "--most-requests", "6")
        assert status == 0
        assert [(each["id"], each["requests"]) for each in printed["batches"]] == [("batch_1", 6), ("batch_2", 4)]
        assert run("batch-submit", "p1", "r1")[0] == 2
        status, printed, _ = run("batch-poll", "p1", "r1")
        assert (status, printed["completed"], printed["waiting"]) == (130, 0, 10)
        status, printed, _ = run("batch-poll", "p1", "r1")
        assert (status, printed["completed"], printed["pending"]) == (0, 10, 0)
        assert {each["state"] for each in printed["batches"]} == {"completed"}
        assert len(server.requests) == 10


def test_an_expired_batch_exits_3_and_a_failed_one_says_why(run, plan):
    with BatchServer(looks=0, ends=["expired", "failed"], answered=0.5) as server:
        plan(server.base_url)
        run("batch-submit", "p1", "r1", "--most-requests", "6")
        status, printed, err = run("batch-poll", "p1", "r1", "--wait")
        assert (status, printed["completed"], printed["failed"]) == (130, 3, {"timeout": 3})
        assert (printed["pending"], printed["waiting"]) == (4, 0)
        assert "expired" in err and "Line 1 is no request." in err


def test_the_key_is_sent_and_never_kept(run, plan, tmp_path, monkeypatch):
    monkeypatch.setenv("BATCH_KEY", "sk-batch-0123456789")
    with BatchServer(looks=0, api_key="sk-batch-0123456789") as server:
        plan(server.base_url, "--api-key-env", "BATCH_KEY")
        assert run("batch-submit", "p1", "r1", "--wait")[1]["completed"] == 10
        monkeypatch.delenv("BATCH_KEY")
    home = tmp_path / "home"
    assert b"sk-batch-0123456789" not in b"".join(each.read_bytes() for each in home.rglob("*") if each.is_file())
