"""Plans and runs on the command line: the same bytes, class sizes, failures and resuming."""

import json

import pytest


def test_the_same_seed_plans_the_same_bytes(run, tmp_path):
    run("new", "p1", "--preset", "agnews")
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for file in files:
        arguments = ("--method", "attrprompt", "--per-class", "50", "--sampler", "balanced", "--seed", "7")
        status, printed, _ = run("plan", "p1", *arguments, "--out", file)
        assert (status, printed["prompts"], printed["estimated_cost"]) == (0, 200, 0)
        assert printed["value_coverage"] == 1.0
    assert files[0].read_bytes() == files[1].read_bytes()
    row = json.loads(files[0].read_text(encoding="utf-8").splitlines()[0])
    assert set(row) == {"item", "label", "attributes", "prompt", "seed"}


def test_class_sizes_are_long_tailed_or_given(run):
    run("new", "p1", "--preset", "agnews")
    tailed = run("plan", "p1", "--per-class", "100", "--class-sizes", "long_tailed", "--ratio", "10")[1]
    sizes = [each["prompts"] for each in tailed["space_share"].values()]
    assert (sizes[0], sizes[-1]) == (100, 10)
    assert run("plan", "p1", "--class-count", "World=7")[1]["prompts"] == 7
    assert run("plan", "p1", "--class-count", "World=x")[0] == 2
    assert run("plan", "p1", "--class-count", "World=7", "--class-sizes", "long_tailed")[0] == 2


def test_a_run_with_failures_exits_3_and_resume_mends_it(run, faulty_server, generate):
    server = faulty_server(faults={"bad_request": 0.4}, models=())
    run("new", "p1", "--preset", "agnews")
    status, printed, _ = generate(server, "--per-class", "10", "--run", "r1")
    assert status == 3
    assert printed["completed"] + sum(printed["failed"].values()) == 40
    server.faults = {}
    status, printed, _ = run("resume", "p1", "r1")
    assert (status, printed["completed"], printed["failed"]) == (0, 40, {})
    assert run("resume", "p1", "r1")[0] == 0
    assert set(server.answered.values()) == {1}


def test_an_existing_run_name_names_resume(run, faulty_server, generate):
    run("new", "p1", "--preset", "agnews")
    server = faulty_server()
    generate(server, "--per-class", "1", "--run", "r1")
    status, _, err = generate(server, "--per-class", "1", "--run", "r1")
    assert status == 2
    assert "resume" in err


def test_why_a_run_failed_is_said_with_counts_and_the_endpoints_words(run, faulty_server, generate):
    words = {"error": {"message": "Unexpected endpoint or method. (POST /chat/completions)"}}
    server = faulty_server(usual="given", given=(200, "application/json", json.dumps(words).encode()))
    run("new", "p1", "--preset", "agnews")
    status, printed, err = generate(server, "--per-class", "10", "--run", "r1")
    assert (status, printed["state"], printed["completed"]) == (3, "failed", 0)
    assert len(server.asked) <= 16
    (reason,) = printed["reasons"]
    assert (reason["kind"], reason["count"]) == ("not_found", printed["failed"]["not_found"])
    assert "Unexpected endpoint or method." in reason["message"] and "/v1" in reason["message"]
    assert reason["message"] in err and printed["reason"] in err
    (listed,) = run("runs", "p1")[1]["runs"]
    assert (listed["reasons"], listed["reason"]) == (printed["reasons"], printed["reason"])


def test_a_refused_field_is_named_once_and_kept_for_the_next_run(run, faulty_server, generate):
    server = faulty_server(refuses={"seed": "mistral"})
    run("new", "p1", "--preset", "agnews")
    status, printed, _ = generate(server, "--per-class", "2", "--run", "r1")
    assert (status, printed["completed"], printed["failed"], printed["not_sent"]) == (0, 8, {}, ["seed"])
    refused = server.statuses[422]
    _, _, err = generate(server, "--per-class", "2", "--run", "r2")
    assert server.statuses[422] == refused
    assert err.count("Not sent, because the endpoint refuses it: seed.") == 1


def test_temperature_and_seed_can_be_left_out(run, faulty_server, generate):
    server = faulty_server()
    run("new", "p1", "--preset", "agnews")
    assert generate(server, "--per-class", "1", "--temperature", "none", "--no-seed")[0] == 0
    assert not {"temperature", "seed"} & server.asked[0].body.keys()
    assert generate(server, "--per-class", "1", "--temperature", "warm")[0] == 2
    assert generate(server, "--per-class", "1", "--temperature", "3")[0] == 2


def test_a_key_with_a_typographic_quote_ends_in_a_sentence(run, faulty_server, generate, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "“sk-1234567890”")
    server = faulty_server()
    run("new", "p1", "--preset", "agnews")
    status, _, err = generate(server, "--per-class", "1")
    assert status == 2
    assert "The API key holds a character" in err and "1234567890" not in err and "Traceback" not in err
    assert not server.asked


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--class-count", "q=b=2"], "no label 'q=b'"),
        (["--class-count", "a=b=two"], "a whole number, not 'a=b=two'"),
        (["--class-count", "x=1", "--class-count", "X=2"], "has two counts"),
        (["--class-count", "x=1", "--class-count", "x=2"], "names 'x' twice"),
        (["--class-count", "x=1", "--per-class", "2"], "not both"),
        (["--ratio", "3"], "goes with --class-sizes long_tailed"),
    ],
)
def test_counts_and_options_that_say_nothing_are_refused(run, options, said):
    run("new", "p", "--labels", "a=b,<=50K,x")
    status, _, told = run("plan", "p", "--method", "simprompt", *options)
    assert status == 2 and said in told


def test_a_label_may_hold_the_sign_before_a_count(run):
    run("new", "p", "--labels", "a=b,<=50K,x")
    counts = ["--class-count", "a=b=2", "--class-count", "<=50K=3"]
    status, planned, _ = run("plan", "p", "--method", "simprompt", *counts)
    assert (status, planned["prompts"]) == (0, 5)
