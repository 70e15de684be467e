"""The report: complete, escaped, small, the same from every caller, and without a way to the network."""

import json
import re

import pytest

from attrprompt.cli import main
from attrprompt.report.html import Plots, render
from attrprompt.report.request import make_report
from attrprompt.runtime import open_runtime

EVIL = "</script><script>document.title = 'ran'</script> [x](javascript:alert(1)) <img src=x onerror=alert(2)>"


@pytest.fixture
def run(tmp_path, capsys):
    def run_it(*arguments):
        status = main([*map(str, arguments), "--home", str(tmp_path / "home"), "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out.strip() else None, err

    return run_it


@pytest.fixture
def texts(run, tmp_path):
    run("new", "p <b>1</b>", "--labels", "sports,world", "--domain", "news")
    for name, kind, place in (("one", "simprompt", "Peru"), ("two", "attrprompt", "Kenya"), ("real", "gold", "Japan")):
        rows = [
            {"text": f"Word{n} in {place} said{n % 7} {EVIL if n == 0 else ''}", "label": ("sports", "world")[n % 2]}
            for n in range(30)
        ]
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert run("import-dataset", "p <b>1</b>", file, "--as", name, "--kind", kind)[0] == 0


def test_the_report_holds_every_part_and_none_of_the_markup_of_its_texts(run, texts, tmp_path):
    assert run("evaluate", "p <b>1</b>", "--train", "one", "--train", "two", "--test", "real", "--curve")[0] == 0
    out = tmp_path / "report.html"
    status, printed, err = run("report", "p <b>1</b>", "--out", out)
    assert status == 0, err
    html = out.read_text(encoding="utf-8")
    assert printed == {"path": str(out), "bytes": out.stat().st_size}
    assert printed["bytes"] < 8_000_000
    for part in ("findings", "task", "texts", "diversity", "map", "regions", "evaluation", "costs", "provenance"):
        assert f'<h2 id="{part}"' in html
    page = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "ran" in page
    assert "<script>document" not in page
    assert "<img" not in page
    assert "<b>1</b>" not in page
    assert html.count("<script>") == 2
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "connect-src" not in html
    assert "default-src" in html


def test_a_report_of_some_sets_asks_for_nothing_twice(run, texts, tmp_path):
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    assert run("report", "p <b>1</b>", "one", "two", "--out", first)[0] == 0
    store = open_runtime(tmp_path / "home").store
    project = store.projects.find("p <b>1</b>")
    chosen = [store.datasets.find(project.id, name) for name in ("one", "two")]
    assert make_report(store, tmp_path / "home", project, chosen).evaluation == ""
    assert run("report", "p <b>1</b>", "one", "two", "--out", second)[0] == 0
    assert first.read_bytes() == second.read_bytes()
    assert "PCA of sentence embeddings" in first.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(("nope", "--out", "x.html"), "nope"), (("empty", "--out", "x.html"), "no texts")],
)
def test_what_cannot_be_reported_exits_2_with_one_line(run, arguments, part):
    run("new", "empty", "--preset", "agnews")
    status, printed, err = run("report", *arguments)
    assert (status, printed) == (2, None)
    assert part in err


def test_a_missing_folder_is_told_before_anything_is_computed(run, texts, tmp_path):
    status, _, err = run("report", "p <b>1</b>", "--out", tmp_path / "missing" / "x.html")
    assert status == 2
    assert "no folder" in err


def test_plain_data_never_ends_its_script_element():
    plots = Plots()
    plots.add("a", {"data": [{"name": "</script><script>x"}], "layout": {}})
    assert "<" not in plots.to_json()
    assert json.loads(plots.to_json())["plots"]["plot-1"]["data"][0]["name"] == "</script><script>x"


def test_a_template_that_lacks_something_fails_loudly():
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render(Plots())
