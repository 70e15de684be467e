"""`analyze` on the command line: adherence, duplicates, and the places in each text as rows."""

import json

import pytest

TEXTS = [
    ("A fair opened in Kenya today.", "Kenya", "5 to 8 words"),
    ("A fair opened in Kenya  today.", "Kenya", "30 to 50 words"),
    ("Nothing was said of where it took place.", "Japan", "5 to 8 words"),
    ("", "Japan", "5 to 8 words"),
]


@pytest.fixture
def imported(run, tmp_path):
    """A project with a set `asked` that has attributes and a set `plain` that has none."""
    run("new", "p1", "--preset", "agnews")
    asked, plain = tmp_path / "asked.jsonl", tmp_path / "plain.jsonl"
    rows = [
        {"text": text, "label": "World", "attributes": {"location": place, "length": length, "style": "an interview"}}
        for text, place, length in TEXTS
    ]
    asked.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    plain.write_text(json.dumps({"text": "Markets rose in Peru.", "label": "World"}), encoding="utf-8")
    assert run("import-dataset", "p1", asked, "--as", "asked", "--kind", "attrprompt")[0] == 0
    assert run("import-dataset", "p1", plain, "--as", "plain", "--kind", "simprompt")[0] == 0


def test_adherence_counts_lengths_and_places_and_names_what_it_cannot_check(run, imported):
    status, printed, _ = run("analyze", "p1", "asked", "--only", "adherence")
    assert status == 0
    found = printed["datasets"]["asked"]["adherence"]
    assert found["length"]["found"] == {"shorter": 1, "as asked": 0, "longer": 0}
    assert found["length"]["deviations"] == [[-24, 1]]
    assert found["length"]["unknown"] == {"5 to 8 words": 2}
    assert found["location"]["obeyed"]["value"] == pytest.approx(2 / 3)
    assert found["location"]["by_continent"] == {"Africa": {"Africa": 2}, "Asia": {"no place": 1}}
    reasons = {(each["dimension"], each["value"]): each["reason"] for each in found["values"]}
    assert reasons["location", "Kenya"] == "too few texts: 2"
    assert reasons["length", "5 to 8 words"] == "no bounds are known for this value"
    assert list(found["not_checked"]) == ["style"]
    assert "20 texts each" in found["not_checked"]["style"]
    assert (found["language"]["expected"], found["language"]["foreign"]) == ("en", 0)


def test_a_set_without_attributes_says_so(run, imported):
    status, printed, _ = run("analyze", "p1", "plain", "asked", "--only", "adherence")
    assert status == 0
    assert "nothing to obey" in printed["datasets"]["plain"]["adherence"]["note"]
    assert printed["datasets"]["plain"]["adherence"]["values"] == []


def test_duplicates_are_pairs_of_item_numbers(run, imported):
    status, printed, _ = run("analyze", "p1", "asked", "plain", "--only", "duplicates")
    assert status == 0
    found = printed["datasets"]["asked"]["duplicates"]
    assert (found["texts"], found["exact"], found["near"]) == (3, 1, 0)
    assert found["pairs"] == [{"item": 1, "of": 0, "similarity": 1.0, "exact": True}]
    assert printed["datasets"]["plain"]["duplicates"]["pairs"] == []


def test_rows_hold_the_places_of_each_text_in_order(run, imported, tmp_path):
    file = tmp_path / "new folder" / "places.jsonl"
    file.parent.mkdir()
    status, printed, _ = run("analyze", "p1", "asked", "--only", "regions", "--rows", file)
    assert status == 0
    assert printed["rows"] == {"path": str(file), "rows": 3}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == [text for text, _, _ in TEXTS[:3]]
    assert rows[0] == {
        "text": TEXTS[0][0],
        "label": "World",
        "mentions": [{"text": "Kenya", "country": "KE", "continent": "Africa"}],
        "continents": ["Africa"],
        "dataset": "asked",
    }
    assert rows[2]["mentions"] == rows[2]["continents"] == []
    assert [path.name for path in file.parent.iterdir()] == ["places.jsonl"]


def test_rows_without_regions_are_refused_in_one_line(run, imported, tmp_path):
    status, _, err = run("analyze", "p1", "asked", "--only", "adherence", "--rows", tmp_path / "places.jsonl")
    assert status == 2
    assert "--only regions" in err.strip().splitlines()[-1]
    assert not (tmp_path / "places.jsonl").exists()
    for nowhere in (tmp_path, tmp_path / "no such folder" / "places.jsonl"):
        assert run("analyze", "p1", "asked", "--only", "regions", "--rows", nowhere)[0] == 2


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


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([""], "No text has a label, so there are no figures by label and none within a class."),
        (["World", "Sports", ""], "Left out, since not every set has enough of their texts: texts without a label."),
    ],
)
def test_texts_without_a_label_are_no_class(run, tmp_path, labels, said):
    run("new", "p1", "--labels", "World,Sports")
    rows = [
        {"text": f"Report {n} of the {place} team.", "label": labels[n % len(labels)]}
        for n, place in enumerate(["Kenyan", "Polish", "local", "other", "first"] * 9)
    ]
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert run("import-dataset", "p1", path, "--as", "r")[0] == 0
    status, figures, _ = run("analyze", "p1", "r", "--only", "diversity", "--only", "regions")
    assert status == 0
    assert any(warning.startswith(said) for warning in figures["warnings"])
    by_label = [scope for scope in figures["datasets"]["r"]["scopes"] if scope.startswith("label=")]
    assert by_label == [f"label={label}" for label in sorted(labels) if label]
    assert "" not in figures["lexicons"]["gender"]["datasets"]["r"]["labels"]
