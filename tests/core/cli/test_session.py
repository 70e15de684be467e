"""What every command shares: options anywhere, and bad input that ends in one line."""

import json

import pytest

from attrprompt.cli import main


def test_options_may_stand_before_or_after_the_command(home, capsys):
    assert main(["--json", "--home", str(home), "new", "p1", "--preset", "sst2"]) == 0
    assert json.loads(capsys.readouterr().out)["project"] == "p1"
    assert main(["projects", f"--home={home}", "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)["projects"]] == ["p1"]


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
