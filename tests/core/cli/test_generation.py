"""Plans and runs on the command line: the same bytes, class sizes, failures and resuming."""

import json


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
