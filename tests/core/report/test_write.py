"""The report: complete, escaped, small, the same from every caller, and without a way to the network."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from attrprompt.errors import InputError
from attrprompt.llm.prices import LIST_DATE
from attrprompt.report.archive import ReportFormat, format_of
from attrprompt.report.html import pack_plots
from attrprompt.report.markdown import escape_markdown, fence, quote_code
from attrprompt.report.request import make_report
from attrprompt.report.tables import write_csv

EVIL = "</script><script>document.title = 'ran'</script> [x](javascript:alert(1)) <img src=x onerror=alert(2)>"


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
    assert (printed["path"], printed["bytes"]) == (str(out), out.stat().st_size)
    assert html.count('<svg class="world"') == 3
    assert "<title>Kenya: 30 texts, 100.0%</title>" in html
    assert printed["bytes"] < 8_000_000
    for part in ("findings", "task", "texts", "diversity", "map", "regions", "evaluation", "costs", "provenance"):
        assert f'<h2 id="{part}"' in html
    assert f"else the list prices of {LIST_DATE}" in html
    page = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "ran" in page
    assert "<script>document" not in page
    assert "<img" not in page
    assert "<b>1</b>" not in page
    assert html.count("<script>") == 2
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "connect-src" not in html
    assert "default-src" in html


def test_a_report_of_some_sets_asks_for_nothing_twice(run, texts, store, tmp_path):
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    assert run("report", "p <b>1</b>", "one", "two", "--out", first)[0] == 0
    project = store.projects.find("p <b>1</b>")
    chosen = [store.datasets.find(project.id, name) for name in ("one", "two")]
    assert make_report(store, store.home, project, chosen).evaluation == ""
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
    packed = pack_plots({"plot-1": {"data": [{"name": "</script><script>x"}], "layout": {}}})
    assert "<" not in packed
    assert json.loads(packed)["plots"]["plot-1"]["data"][0]["name"] == "</script><script>x"


@pytest.mark.parametrize(
    ("sets", "left_out"),
    [
        (
            [["A single story of one match."]],
            ["no figure of the wording", "no figure of similarity", "A map needs at least 3 texts", "No text names"],
        ),
        ([["The same story of Kenya again."] * 12], ["All texts are alike"]),
        ([["\N{GRINNING FACE}"] * 12], ["no figure of the wording", "All texts are alike", "No text names"]),
        (
            [["Only one."], [f"Story {n} of team {n * 7 % 5} in Peru." for n in range(12)]],
            ["A map needs at least 3 texts, equally many of each set; there are 2"],
        ),
    ],
    ids=["one text", "alike", "no words", "one beside many"],
)
def test_a_part_that_cannot_be_made_is_left_out_with_its_reason(run, tmp_path, sets, left_out):
    run("new", "p", "--labels", "sports,world", "--domain", "news")
    for number, texts in enumerate(sets):
        file = tmp_path / f"{number}.jsonl"
        file.write_text("\n".join(json.dumps({"text": text, "label": "world"}) for text in texts), encoding="utf-8")
        assert run("import-dataset", "p", file, "--as", f"set {number}")[0] == 0
    pages = {}
    for ending in ("html", "md"):
        out = tmp_path / f"report.{ending}"
        status, _, err = run("report", "p", "set 0", *(["set 1"] if len(sets) > 1 else []), "--out", out)
        assert status == 0, err
        pages[ending] = out.read_text(encoding="utf-8")
    for page in pages.values():
        for reason in left_out:
            assert reason in page
    for part in ("findings", "task", "texts", "diversity", "map", "regions", "costs", "provenance"):
        assert f'<h2 id="{part}"' in pages["html"]
    assert ('<svg class="world"' in pages["html"]) == ("No text names" not in left_out)


def test_the_format_goes_by_the_option_then_by_the_ending():
    assert format_of(Path("a/report.MD"), None) is ReportFormat.MARKDOWN
    assert format_of(Path("report.zip"), None) is ReportFormat.ZIP
    assert format_of(Path("report.htm"), None) is ReportFormat.HTML
    assert format_of(Path("report.html"), "Zip") is ReportFormat.ZIP
    with pytest.raises(InputError, match="html, md, zip"):
        format_of(Path("report.html"), "pdf")


def test_figures_come_in_three_forms_with_their_numbers_as_csv_and_markdown_beside(run, texts, tmp_path):
    assert run("evaluate", "p <b>1</b>", "--train", "one", "--train", "two", "--test", "real", "--curve")[0] == 0
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    status, printed, err = run("report", "p <b>1</b>", "--out", first)
    assert status == 0, err
    for kept in (tmp_path / "home" / "cache" / "jobs").iterdir():
        if "archive" in kept.read_text(encoding="utf-8", errors="replace"):
            kept.unlink()  # so that the figures are drawn anew
    assert run("report", "p <b>1</b>", "--format", "zip", "--out", second)[0] == 0
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    figures = [name.removeprefix("figures/").removesuffix(".svg") for name in files if name.endswith(".svg")]
    assert len(figures) == printed["figures"] >= 20
    assert len(files) == 1 + 4 * len(figures)
    for stem in figures:
        ElementTree.fromstring(files[f"figures/{stem}.svg"])
        assert files[f"figures/{stem}.png"].startswith(b"\x89PNG")
        assert files[f"figures/{stem}.pdf"].startswith(b"%PDF")
        assert f"(figures/{stem}.svg)".encode() in files["report.md"]
        rows = list(csv.DictReader(io.StringIO(files[f"data/{stem}.csv"].decode())))
        assert rows, stem
    tables = {name: content.decode() for name, content in files.items() if name.endswith(".csv")}
    continents = list(csv.DictReader(io.StringIO(next(tables[n] for n in tables if n.endswith("continents.csv")))))
    assert {(row["dataset"], row["continent"]) for row in continents} >= {("one", "South America"), ("two", "Africa")}
    countries = next(tables[name] for name in tables if name.endswith("countries-in-two.csv"))
    assert "two,KE,Kenya,30,1.0" in countries
    assert next(tables[name] for name in tables if name.endswith("accuracy-against-training-texts.csv")).count("\n") > 4


def test_markdown_makes_nothing_of_the_signs_in_names_and_texts(run, texts, tmp_path):
    out = tmp_path / "report.md"
    assert run("report", "p <b>1</b>", "--out", out)[0] == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("# p \\<b\\>1\\</b\\>\n")
    assert "](figures/" not in text
    outside = re.sub(r"^```text\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert "said0" in text
    assert "javascript:" not in outside
    assert not re.search(r"(?<!\\)<", outside)


def test_markdown_fences_are_longer_than_any_run_of_ticks_in_a_text():
    assert fence("a ```` b").splitlines() == ["`````text", "a ```` b", "`````"]
    assert escape_markdown("- [x](y) | <b> 1. `z`\nnext") == "\\- \\[x\\](y) \\| \\<b\\> 1. \\`z\\` next"
    assert escape_markdown("2. second") == "2\\. second"
    assert escape_markdown("1.16 times") == "1.16 times"
    assert quote_code("a`b") == "`` a`b ``"


def test_csv_cells_that_a_spreadsheet_would_run_are_guarded():
    assert (
        write_csv([{"text": "=1+1", "n": -2}, {"text": "plain", "more": None}]) == "text,n,more\n'=1+1,-2,\nplain,,\n"
    )
