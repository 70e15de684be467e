import json
from pathlib import Path
from typing import Any

import pytest

from attrprompt.exchange.authors.attributes_folder import read_attributes_folder
from attrprompt.exchange.authors.authors_dataset import export_authors_dataset, read_dataset
from attrprompt.exchange.rows.import_choices import ImportChoices
from attrprompt.project import Project
from tests.core.exchange.strategies import small_project

RAW = {
    "subtopics": {
        "Sports": ["1. A final", "2. Doping", "2. doping", "Others subtopics for sports."],
        "Sci_Tech": ["A rover"],
    },
    "location": {"": ["Europe", "", "Asia"]},
    "length": {"": ["30", "100"]},
    "style": {"": ["Report: facts", "Column: a view"]},
}


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_numbers_become_value_texts_and_class_numbers_labels(tmp_path: Path):
    path = write_lines(
        tmp_path / "d.jsonl",
        [
            {"_id": 0, "text": "t0", "length": 0, "location": 2, "subtopics": 1, "style": 1, "similar": 3},
            {"_id": 1, "text": "t1", "length": 1, "location": 0, "subtopics": 0, "style": 0, "similar": 0},
        ],
    )
    reader = read_dataset(path, project=small_project(), raw_lines=RAW)
    first, second = list(reader)
    assert (first.labels, second.labels) == (("Sports",), ("Sci_Tech",))
    assert first.attributes == {
        "length": "30 to 80 words",
        "location": "Asia",
        "subtopics": "Doping",
        "style": "Column",
    }
    assert second.attributes == {
        "length": "100 to 150 words",
        "location": "Europe",
        "subtopics": "A rover",
        "style": "Report",
    }
    assert first.extra == {"similar": 3}
    assert any("'similar' was left out" in warning for warning in reader.warnings)


@pytest.mark.parametrize(
    ("label", "number", "value"), [(0, 3, "others"), (0, 4, "others"), (1, 1, "others"), (0, 2, "doping")]
)
def test_numbers_of_fillers_become_others(tmp_path: Path, label: int, number: int, value: str):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": label, "text": "t", "subtopics": number}])
    (row,) = read_dataset(path, project=small_project(), raw_lines=RAW)
    assert row.attributes == {"subtopics": value}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"_id": 0, "subtopics": 5}, "row 2 has the number 5, but its lines end at 4"),
        ({"_id": 1, "subtopics": 2}, "row 2 has the number 2, but its lines end at 1"),
        ({"_id": 0, "subtopics": -1}, "row 2 has the number -1"),
        ({"_id": 0, "subtopics": "x"}, "row 2 holds no number there but 'x'"),
        ({"_id": 9, "subtopics": 0}, "row 2 has the label '9', for which there are no lines"),
    ],
)
def test_a_dimension_with_a_number_out_of_range_is_left_out_as_a_whole(tmp_path: Path, row: dict, reason: str):
    rows = [{"_id": 0, "text": "t", "subtopics": 0, "style": 0}, {"text": "t", "style": 1, **row}]
    reader = read_dataset(write_lines(tmp_path / "d.jsonl", rows), project=small_project(), raw_lines=RAW)
    assert [each.attributes for each in reader] == [{"style": "Report"}, {"style": "Column"}]
    assert any(reason in warning and "'subtopics' was left out" in warning for warning in reader.warnings)


def test_lists_that_are_the_same_for_all_labels_have_no_filler(tmp_path: Path):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": 0, "text": "t", "location": 3}])
    reader = read_dataset(path, project=small_project(), raw_lines=RAW)
    assert [row.attributes for row in reader] == [{}]
    assert any("its lines end at 2" in warning for warning in reader.warnings)


def test_a_blank_line_gives_no_value(tmp_path: Path):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": 0, "text": "t", "location": 1, "style": 0}])
    (row,) = read_dataset(path, project=small_project(), raw_lines=RAW)
    assert row.attributes == {"style": "Report"}


def test_without_raw_lines_numbers_are_not_guessed(tmp_path: Path):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": 0, "text": "t", "style": 0, "score": 3}])
    reader = read_dataset(path, project=small_project())
    (row,) = reader
    assert row.attributes == {} and row.extra == {"style": 0, "score": 3}
    assert any("import the attributes folder" in warning for warning in reader.warnings)
    assert not any("score" in warning for warning in reader.warnings)


def test_plain_gold_sets_of_the_authors_are_read(tmp_path: Path):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": 1, "text": "t"}, {"_id": 0}, {"_id": 0, "text": "u"}])
    reader = read_dataset(path, project=small_project(), raw_lines=RAW)
    assert [(row.text, row.labels) for row in reader] == [("t", ("Sci_Tech",)), ("u", ("Sports",))]
    assert [each.row for each in reader.skipped] == [2]


def test_a_label_map_or_label_txt_beside_the_file_gives_the_order(tmp_path: Path):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": 0, "text": "t"}])
    (row,) = read_dataset(path, ImportChoices(label_map=("sci_tech", "sports")), project=small_project())
    assert row.labels == ("Sci_Tech",)
    (tmp_path / "label.txt").write_text("sci tech\nsports\n", encoding="utf-8")
    reader = read_dataset(path, project=small_project())
    assert [row.labels for row in reader] == [("Sci_Tech",)]
    assert reader.warnings == []


def test_multi_label_sets_have_lists_of_class_numbers(tmp_path: Path):
    rows = [{"_id": [1, 0], "label": ["sci_tech", "sports"], "text": "t", "lbl": ["x"], "lbl_idx": [1], "n_lbl": 1}]
    project = small_project(task={"multi_label": True})
    (row,) = read_dataset(write_lines(tmp_path / "d.jsonl", rows), project=project, raw_lines=RAW)
    assert row.labels == ("Sci_Tech", "Sports")


def test_an_id_that_is_no_class_number_is_no_label(tmp_path: Path):
    path = write_lines(tmp_path / "d.jsonl", [{"_id": "64f", "text": "t", "category": "Sports"}])
    (row,) = read_dataset(path, project=small_project())
    assert row.labels == ("Sports",) and row.extra == {"_id": "64f"}


def samples(project: Project) -> list[dict[str, Any]]:
    return [
        {"text": "é\n1", "label": "Sports", "attributes": {"subtopics": "doping", "length": "30 to 80 words"}},
        {"text": "2", "label": "Sci_Tech", "attributes": {"subtopics": "a rover", "style": "Column"}},
        {"text": "3", "label": "Sports", "attributes": {"subtopics": "others"}},
        {"text": "4", "label": "Music", "attributes": {}},
        {"text": "5", "label": "Sports", "attributes": {"subtopics": "a rover"}},
    ]


def test_samples_go_out_in_the_authors_layout_and_come_back(tmp_path: Path):
    project = small_project()
    written = export_authors_dataset(iter(samples(project)), project, tmp_path / "out")
    assert written.rows == 4
    text = "\n".join(written.warnings)
    assert "1 row left out" in text
    assert "The value of 'subtopics' could not be given as a number in 1 row" in text
    lines = (tmp_path / "out" / "attrprompt.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {"_id": 0, "text": "é\n1", "subtopics": 1, "length": 0}
    reader = read_dataset(tmp_path / "out" / "attrprompt.jsonl", project=project)
    found = list(reader)
    assert [row.text for row in found] == ["é\n1", "2", "3", "5"]
    assert [row.attributes for row in found] == [
        {"subtopics": "doping", "length": "30 to 80 words"},
        {"subtopics": "a rover", "style": "Column"},
        {"subtopics": "others"},
        {},
    ]
    again = read_attributes_folder(tmp_path / "out")
    assert {label.name for label in again.project.labels.values()} == {"Sports", "Sci_Tech"}


def test_multi_label_samples_keep_their_labels(tmp_path: Path):
    project = small_project(task={"multi_label": True})
    rows = [{"text": "t", "labels": ["Sci_Tech", "Sports"], "attributes": {"subtopics": "doping", "style": "Report"}}]
    export_authors_dataset(rows, project, tmp_path / "out", file_name="d.jsonl", model="m1")
    (line,) = (tmp_path / "out" / "d.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["_id"] == [1, 0]
    (row,) = read_dataset(tmp_path / "out" / "d.jsonl", project=project)
    assert row.labels == ("Sci_Tech", "Sports")
    assert row.attributes == {"subtopics": "doping", "style": "Report"}
