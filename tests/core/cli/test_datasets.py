"""Data sets and the authors' folders on the command line: out and in again, as they are."""

import json
from pathlib import Path

import pytest

ATTRIBUTES = Path(__file__).parents[4] / "shared" / "data" / "attrprompt"
FOREIGN = "東京で会議 – São Paulo, Zürich “quoted” 🙂"


def test_generate_export_and_import_keep_text_byte_for_byte(run, tmp_path, faulty_server, generate):
    server = faulty_server(answer=lambda body: FOREIGN)
    run("new", "p1", "--preset", "agnews")
    status, printed, _ = generate(server, "--per-class", "5", "--seed", "7", "--run", "r1")
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


@pytest.mark.skipif(not ATTRIBUTES.exists(), reason="the authors' folders are not part of the repository")
@pytest.mark.parametrize("name", ["nyt", "amazon", "agnews"])
def test_the_authors_layout_comes_back_with_the_same_hash(run, tmp_path, name):
    first = run("import-attributes", "one", ATTRIBUTES / name)[1]
    written = run("export-project", "one", "--format", "attrprompt", "--out", tmp_path / name)[1]
    second = run("import-attributes", "two", tmp_path / name)[1]
    assert written["warnings"] == []
    assert second["content_hash"] == first["content_hash"]


def test_near_labels_come_in_under_the_name_that_a_person_gives(run, tmp_path):
    run("new", "p1", "--labels", "C++,Java,<=50K")
    path = tmp_path / "gold.jsonl"
    path.write_text('{"text": "pointers", "label": "C"}\n{"text": "beans", "label": "java"}\n', encoding="utf-8")
    status, imported, _ = run("import-dataset", "p1", path, "--as", "gold")
    assert status == 0 and "'C' (1), nearest 'C++'" in imported["warnings"][0]
    status, imported, _ = run("import-dataset", "p1", path, "--as", "gold", "--rename-label", "C=C++", "--replace")
    assert (status, imported["warnings"]) == (0, [])
    out = tmp_path / "out.csv"
    status, written, _ = run("export", "p1", "gold", "--format", "csv", "--out", out, "--label", "C++", "--excel")
    assert (status, written["rows"]) == (0, 1) and out.read_bytes().startswith(b"\xef\xbb\xbf")
    status, _, told = run("import-dataset", "p1", path, "--as", "x", "--label-column", "", "--rename-label", "C=C++")
    assert status == 2 and "--rename-label is about labels" in told
