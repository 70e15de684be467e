"""The command line: its JSON, its exit statuses, its one-line errors."""

import json
from pathlib import Path

import pytest

from attrprompt.cli import main

ATTRIBUTES = Path(__file__).parents[4] / "shared" / "data" / "attrprompt"
FOREIGN = "東京で会議 – São Paulo, Zürich “quoted” 🙂"


def generate(run, server, *arguments):
    return run(
        "generate", "p1", "--method", "attrprompt", "--base-url", server.base_url, "--model", "faulty-1", *arguments
    )


def test_presets_are_listed_with_their_dimensions(run):
    status, printed, _ = run("presets")
    by_name = {each["name"]: each for each in printed["presets"]}
    assert status == 0
    assert {"agnews", "nyt", "sst2", "amazon", "arxiv"} <= set(by_name)
    assert by_name["nyt"]["labels"] == 26


def test_options_may_stand_before_or_after_the_command(tmp_path, capsys):
    home = str(tmp_path / "home")
    assert main(["--json", "--home", home, "new", "p1", "--preset", "sst2"]) == 0
    assert json.loads(capsys.readouterr().out)["project"] == "p1"
    assert main(["projects", f"--home={home}", "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)["projects"]] == ["p1"]


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


def test_generate_export_and_import_keep_text_byte_for_byte(run, tmp_path, faulty_server):
    server = faulty_server(answer=lambda body: FOREIGN)
    run("new", "p1", "--preset", "agnews")
    status, printed, _ = generate(run, server, "--per-class", "5", "--seed", "7", "--run", "r1")
    assert status == 0
    assert (printed["run"], printed["planned"], printed["completed"], printed["failed"]) == ("r1", 20, 20, {})
    assert (printed["requests"], printed["cost"]) == (20, None)
    assert printed["tokens"]["completion"] > 0
    out = tmp_path / "r1.jsonl"
    assert run("export", "p1", "r1", "--format", "jsonl", "--out", out)[1]["rows"] == 20
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {row["text"] for row in rows} == {FOREIGN}
    assert all(isinstance(value, str) for row in rows for value in row["attributes"].values())
    assert {"subtopic", "location", "style", "length"} == set(rows[0]["attributes"])
    assert rows[0]["prompt"].startswith("Write")
    assert (rows[0]["model"], rows[0]["parameters"]["temperature"]) == ("faulty-1", 1.0)
    status, imported, _ = run("import-dataset", "p1", out, "--as", "again")
    assert (status, imported["rows"], imported["skipped"]) == (0, 20, [])


def test_an_export_can_be_narrowed_and_a_run_topped_up(run, tmp_path, faulty_server):
    server = faulty_server(script=["refusal", "refusal"], models=())
    run("new", "p1", "--labels", "World,Sports", "--domain", "news")
    endpoint = ("--base-url", server.base_url, "--model", "m1")
    generate = ("generate", "p1", "--method", "simprompt", "--run", "r1", "--concurrency", "1")
    status, printed, _ = run(*generate, "--class-count", "World=3", "--class-count", "Sports=1", *endpoint)
    assert (status, printed["planned"], printed["flags"]["refusal"]) == (0, 4, 2)
    out = tmp_path / "out.jsonl"
    assert run("export", "p1", "r1", "--out", out, "--label", "sports")[1]["rows"] == 1
    assert run("export", "p1", "r1", "--out", out, "--without-flag", "refusal")[1]["rows"] == 2
    assert run("export", "p1", "r1", "--out", out, "--status", "accepted")[1]["rows"] == 0
    status, _, err = run("export", "p1", "r1", "--out", out, "--label", "Nowhere")
    assert (status, "World" in err) == (2, True)
    status, printed, _ = run("top-up", "p1", "r1")
    assert (status, printed["planned"], printed["completed"]) == (0, 6, 6)
    assert run("top-up", "p1", "r1")[1]["planned"] == 6


def test_class_sizes_are_long_tailed_or_given(run):
    run("new", "p1", "--preset", "agnews")
    tailed = run("plan", "p1", "--per-class", "100", "--class-sizes", "long_tailed", "--ratio", "10")[1]
    sizes = [each["prompts"] for each in tailed["space_share"].values()]
    assert (sizes[0], sizes[-1]) == (100, 10)
    assert run("plan", "p1", "--class-count", "World=7")[1]["prompts"] == 7
    assert run("plan", "p1", "--class-count", "World=x")[0] == 2
    assert run("plan", "p1", "--class-count", "World=7", "--class-sizes", "long_tailed")[0] == 2


def test_a_run_with_failures_exits_3_and_resume_mends_it(run, faulty_server):
    server = faulty_server(faults={"bad_request": 0.4}, models=())
    run("new", "p1", "--preset", "agnews")
    status, printed, _ = generate(run, server, "--per-class", "10", "--run", "r1")
    assert status == 3
    assert printed["completed"] + sum(printed["failed"].values()) == 40
    server.faults = {}
    status, printed, _ = run("resume", "p1", "r1")
    assert (status, printed["completed"], printed["failed"]) == (0, 40, {})
    assert run("resume", "p1", "r1")[0] == 0
    assert set(server.answered.values()) == {1}


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("new", "p2", "--preset", "nope"), "The presets are"),
        (("new", "p2", "--labels", " , "), "No label names"),
        (("new", "p2", "--labels", "a,A"), "same name"),
        (("new", "p2", "--labels-file", "missing.txt"), "cannot be read"),
        (("new", "p1", "--preset", "agnews"), "already a project"),
        (("plan", "nope"), "There is no project"),
        (("plan", "p1", "--fix", "location=Atlantis"), "Atlantis"),
        (("plan", "p1", "--fix", "location"), "NAME=VALUE"),
        (("plan", "p1", "--without", "mood"), "mood"),
        (("plan", "p1", "--per-class", "0"), "per-class"),
        (("export", "p1", "nope", "--out", "x.jsonl"), "There is no data set"),
        (("import-dataset", "p1", "missing.jsonl", "--as", "gold"), "missing.jsonl"),
        (("import-attributes", "p3", "missing"), "missing"),
        (("generate", "p1", "--base-url", "ftp://x", "--model", "m"), "http"),
        (("generate", "p1", "--base-url", "https://a:b@x/v1", "--model", "m"), "password"),
        (("generate", "p1", "--base-url", "http://127.0.0.1:1/v1?key=1", "--model", "m"), "keys hide"),
        (("generate", "p1", "--base-url", "http://127.0.0.1:1/v1"), "--model"),
        (("generate", "p1", "--budget", "1"), "price"),
        (("resume", "p1", "nope"), "There is no run"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_bad_input_exits_2_with_one_line_and_changes_nothing(run, arguments, part):
    run("new", "p1", "--preset", "agnews")
    before = run("projects")[1]
    status, printed, err = run(*arguments)
    assert (status, printed) == (2, None)
    assert len(err.strip().splitlines()) == 1
    assert part.casefold() in err.casefold()
    assert run("projects")[1] == before


def test_an_existing_run_name_names_resume(run, faulty_server):
    run("new", "p1", "--preset", "agnews")
    server = faulty_server()
    generate(run, server, "--per-class", "1", "--run", "r1")
    status, _, err = generate(run, server, "--per-class", "1", "--run", "r1")
    assert status == 2
    assert "resume" in err


def test_analyze_prints_figures_with_intervals(run, faulty_server, tmp_path):
    run("new", "p1", "--labels", "a,b", "--domain", "news")
    for name, start in (("one", 0), ("two", 7)):
        rows = [
            {"text": f"In France word{(start + n) % 50} met number{n % 31} near Lima.", "label": "ab"[n % 2]}
            for n in range(60)
        ]
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert run("import-dataset", "p1", file, "--as", name)[0] == 0
    status, printed, _ = run("analyze", "p1", "one", "two", "--only", "diversity")
    assert status == 0
    estimate = printed["datasets"]["one"]["vocabulary_size"]
    assert set(estimate) == {"value", "low", "high", "n", "m", "repeats", "method"}
    assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert printed["datasets"]["one"]["whole"]["vocabulary_size"] > 0
    assert {each["family"] for each in printed["comparisons"] if each["metric"] == "vocabulary_size"} >= {"primary"}
    status, printed, _ = run("analyze", "p1", "one", "--only", "regions")
    regions = printed["datasets"]["one"]
    assert (regions["documents"], regions["located"], regions["unlocated"]) == (60, 60, 0)
    assert regions["countries"] == {"FR": 60, "PE": 60}


@pytest.mark.skipif(not ATTRIBUTES.exists(), reason="the authors' folders are not part of the repository")
def test_the_authors_folders_are_read_as_they_are(run):
    status, printed, _ = run("import-attributes", "nyt2", ATTRIBUTES / "nyt")
    assert (status, printed["labels"]) == (0, 26)
    counts = {name: each["values"] for name, each in printed["dimensions"].items()}
    assert counts == {"subtopics": 234, "location": 6, "style": 5, "length": 2}
    assert printed["dimensions"]["subtopics"]["class_dependent"]
    assert any("cosmos" in warning for warning in printed["warnings"])
    fine = run("import-attributes", "nyt3", ATTRIBUTES / "nyt", "--use", "location=location_fine")[1]
    assert fine["dimensions"]["location"]["values"] == 30
    assert run("import-attributes", "a", ATTRIBUTES / "amazon")[1]["labels"] == 23
    assert run("import-attributes", "g", ATTRIBUTES / "agnews")[1]["labels"] == 4


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_a_project_file_comes_back_with_the_same_hash(run, tmp_path, format):
    run("new", "p1", "--preset", "agnews")
    file = tmp_path / f"p1.{format}"
    written = run("export-project", "p1", "--format", format, "--out", file)[1]
    status, read, _ = run("import-project", "p2", file)
    assert (status, read["warnings"]) == (0, [])
    assert read["content_hash"] == written["content_hash"]


@pytest.mark.skipif(not ATTRIBUTES.exists(), reason="the authors' folders are not part of the repository")
@pytest.mark.parametrize("name", ["nyt", "amazon", "agnews"])
def test_the_authors_layout_comes_back_with_the_same_hash(run, tmp_path, name):
    first = run("import-attributes", "one", ATTRIBUTES / name)[1]
    written = run("export-project", "one", "--format", "attrprompt", "--out", tmp_path / name)[1]
    second = run("import-attributes", "two", tmp_path / name)[1]
    assert written["warnings"] == []
    assert second["content_hash"] == first["content_hash"]
