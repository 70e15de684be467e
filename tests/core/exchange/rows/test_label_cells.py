import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attrprompt.edits.labels import add_label
from attrprompt.errors import InputError
from attrprompt.exchange.rows.label_cells import list_members, read_position
from attrprompt.exchange.rows.label_maps import read_label_map
from attrprompt.exchange.rows.read_rows import RowReader, read_rows
from attrprompt.exchange.rows.record_source import ChoiceNeeded, ReadOptions
from attrprompt.project import Project, Task


def make_project(*labels: str, multi_label: bool = True) -> Project:
    project = Project(task=Task(multi_label=multi_label))
    for label in labels:
        project = add_label(project, label)
    return project


TOPICS = make_project("optics", "robotics", "C#")
NEWS = make_project("World", "Sports", "Business", multi_label=False)


def open_labels(path: Path, *labels: Any, project: Project = TOPICS, **options: Any) -> RowReader:
    path.write_text("".join(json.dumps({"text": "t", "label": label}) + "\n" for label in labels), encoding="utf-8")
    return read_rows(path, project=project, **options)


@pytest.mark.parametrize(
    ("cell", "members"),
    [
        (["a", "b"], ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("['a', 'b']", ["a", "b"]),
        ("['it\\'s', \"b, c\"]", ["it's", "b, c"]),
        ("['a' 'b']", ["a", "b"]),
        ("[0 2]", ["0", "2"]),
        ("('a',)", ["a"]),
        ("{'a', 'b'}", ["a", "b"]),
        ("[]", []),
        ({"choices": ["a", "b"]}, ["a", "b"]),
        ('{"choices": ["a", "b"]}', ["a", "b"]),
        ([{"label": "a", "score": 0.9}], ["a"]),
        ({"a": 1, "b": 0, "c": True}, ["a", "c"]),
        ("a, b", ["a, b"]),
        ("[a]", ["[a]"]),
        ("(Other)", ["(Other)"]),
        ("['a'", ["['a'"]),
        ([[0, 5, "ORG"]], [[0, 5, "ORG"]]),
        ({"a": {"b": 1}}, [{"a": {"b": 1}}]),
        (None, []),
        ("", []),
        (" ", []),
        ("NaN", []),
        (float("nan"), []),
        (["a", None, ""], ["a"]),
        (3, [3]),
    ],
)
def test_the_members_of_a_cell_are_listed_in_every_form(cell: Any, members: list[Any]):
    assert list_members(cell) == members


@pytest.mark.parametrize(
    ("given", "number"),
    [
        *((1, 1), (1.0, 1), ("1", 1), ("1.0", 1), ("-1", -1), (" 2 ", 2), ("1.0\x1c", 1)),
        *((given, None) for given in (1.5, True, "1.5", "x", "²", float("inf"), "9" * 40, None)),
    ],
)
def test_class_numbers_are_read_as_csv_and_pandas_write_them(given: Any, number: int | None):
    assert read_position(given) == number


@pytest.mark.parametrize("sign", ["|", ";", "#", " ; "])
def test_labels_with_a_sign_between_them_are_split_and_told(tmp_path: Path, sign: str):
    reader = open_labels(tmp_path / "r.jsonl", f"optics{sign}robotics", f"optics{sign}bees", "C#", f"x{sign}y")
    found = [row.labels for row in reader]
    assert found == [("optics", "robotics"), ("optics", "bees"), ("C#",), (f"x{sign}y",)]
    assert reader.warnings[0] == (
        f"2 cells held several labels with '{sign.strip()}' between them (such as 'optics{sign}robotics') and were "
        "split there."
    )


def test_a_comma_between_labels_is_proposed_and_split_when_told(tmp_path: Path):
    given = ("optics, robotics", "robotics", "optics, bees")
    reader = open_labels(tmp_path / "r.jsonl", *given)
    assert [row.labels for row in reader] == [("optics, robotics",), ("robotics",), ("optics, bees",)]
    assert reader.separator == ","
    assert "1 cell may hold several labels with ',' between them (such as 'optics, robotics')" in reader.warnings[0]
    assert "--label-separator ','" in reader.warnings[0]
    reader = open_labels(tmp_path / "r.jsonl", *given, reading=ReadOptions(label_separator=","))
    assert [row.labels for row in reader] == [("optics", "robotics"), ("robotics",), ("optics", "bees")]
    assert reader.separator == ""


def test_a_text_that_takes_one_label_is_never_given_two_by_a_sign(tmp_path: Path):
    reader = open_labels(tmp_path / "r.jsonl", "World|Sports", project=NEWS)
    assert [row.labels for row in reader] == [("World|Sports",)]
    assert "but a text of this project carries one" in reader.warnings[0]


def test_no_class_and_missing_ones_are_no_label(tmp_path: Path):
    reader = open_labels(tmp_path / "r.jsonl", 0, -1, None, "", float("nan"), "nan", "-1", "2.0", project=NEWS)
    assert [row.labels for row in reader] == [("World",), (), (), (), (), (), (), ("Business",)]
    assert "6 rows without a label in 'label'." in reader.warnings


def test_minus_one_is_a_label_where_the_project_has_it(tmp_path: Path):
    project = make_project("-1", "0", "1", multi_label=False)
    reader = open_labels(tmp_path / "r.jsonl", -1, "1.0", 0.0, project=project)
    assert [row.labels for row in reader] == [("-1",), ("1",), ("0",)]


def test_float_labels_of_parquet_with_a_gap(tmp_path: Path):
    pq.write_table(pa.table({"text": ["a", "b", "c"], "label": [1.0, float("nan"), None]}), tmp_path / "r.parquet")
    reader = read_rows(tmp_path / "r.parquet", project=NEWS)
    assert [row.labels for row in reader] == [("Sports",), (), ()]


@pytest.mark.parametrize("labels", [(1, 2, 3), ("3", "1"), (1.0, 3.0)])
def test_numbers_from_one_are_asked_about(tmp_path: Path, labels: tuple[Any, ...]):
    with pytest.raises(ChoiceNeeded, match=r"numbers from 1 to 3.*--first-number 1") as asked:
        list(open_labels(tmp_path / "r.jsonl", *labels, project=NEWS))
    assert (asked.value.option, asked.value.choices) == ("first_number", ("1", "0"))
    reader = open_labels(tmp_path / "r.jsonl", *labels, project=NEWS, reading=ReadOptions(first_number=1))
    names = {1: "World", 2: "Sports", 3: "Business"}
    assert [row.labels for row in reader] == [(names[int(label)],) for label in labels]
    assert "1 = World, 2 = Sports, 3 = Business" in reader.warnings[0]
    reader = open_labels(tmp_path / "r.jsonl", *labels, project=NEWS, reading=ReadOptions(first_number=0))
    assert ("3",) in [row.labels for row in reader]


@pytest.mark.parametrize("labels", [(0, 1, 3), (1, 2), (0, 2), (1, 4)])
def test_numbers_that_do_not_tell_are_not_asked_about(tmp_path: Path, labels: tuple[int, ...]):
    assert len(list(open_labels(tmp_path / "r.jsonl", *labels, project=NEWS))) == len(labels)


@pytest.mark.parametrize("beside", ["label_text", "labelName", "Label name", "text_label"])
def test_the_column_of_names_may_be_called_in_many_ways(tmp_path: Path, beside: str):
    path = tmp_path / "r.csv"
    path.write_text(f"text,label,{beside}\nwon,0,Sports\n", encoding="utf-8")
    assert [row.labels for row in read_rows(path, project=NEWS)] == [("Sports",)]


def test_a_column_of_names_is_read_instead_of_its_numbers(tmp_path: Path):
    path = tmp_path / "r.jsonl"
    rows = [{"text": "won", "label": 0, "label_text": "Sports"}, {"text": "fell", "label": 1, "label_text": "Business"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    reader = read_rows(path, project=NEWS)
    assert [row.labels for row in reader] == [("Sports",), ("Business",)]
    assert reader.warnings[0] == "The labels were read from 'label_text', which names what 'label' numbers."
    assert [row.labels for row in read_rows(path, project=NEWS, label_column="label")] == [("World",), ("Sports",)]


def test_columns_of_yes_and_no_are_labels(tmp_path: Path):
    path = tmp_path / "r.csv"
    path.write_text("text,optics,Robotics,year\na,1,1,2020\nb,0,1.0,2021\nc,0,,2022\n", encoding="utf-8")
    reader = read_rows(path, project=TOPICS)
    rows = list(reader)
    assert [row.labels for row in rows] == [("optics", "robotics"), ("robotics",), ()]
    assert rows[0].extra == {"year": "2020"}
    assert reader.warnings[0] == "The columns 'optics', 'Robotics' were read as labels: a text has those that say 1."
    named = read_rows(path, project=TOPICS, label_column="optics, year")
    assert [row.labels for row in named] == [("optics",), (), ()]
    assert any("held something else than 0 or 1" in warning for warning in named.warnings)


@pytest.mark.parametrize("form", [list, str, lambda marks: [float(mark) for mark in marks]])
def test_lists_of_marks_are_no_class_numbers(tmp_path: Path, form: Any):
    reader = open_labels(tmp_path / "r.jsonl", form([1, 0, 1]), form([0, 0, 0]), form([0, 2]))
    assert [row.labels for row in reader] == [("optics", "C#"), (), ("optics", "C#")]
    assert reader.warnings[0].startswith("2 lists of 3 numbers 0 and 1 read as marks of the labels in their order")


def test_labels_called_by_numbers_are_no_marks(tmp_path: Path):
    reader = open_labels(tmp_path / "r.jsonl", [0, 1], [1], project=make_project("0", "1"))
    assert [row.labels for row in reader] == [("0", "1"), ("1",)]


def test_labels_on_lines_of_one_cell_are_split(tmp_path: Path):
    reader = open_labels(tmp_path / "r.jsonl", "optics\nrobotics")
    assert [row.labels for row in reader] == [("optics", "robotics")]
    assert "with a line break between them (such as 'optics\\nrobotics')" in reader.warnings[0]


def test_columns_of_yes_and_no_may_bear_a_prefix(tmp_path: Path):
    path = tmp_path / "r.csv"
    path.write_text("text,topic_optics,topic_C#\na,True,False\nb,True,True\n", encoding="utf-8")
    assert [row.labels for row in read_rows(path, project=TOPICS)] == [("optics",), ("optics", "C#")]


def test_the_one_column_of_known_labels_is_found(tmp_path: Path):
    path = tmp_path / "r.csv"
    path.write_text("text,sentiment,by\na,Sports,me\nb,,you\nc,World,me\n", encoding="utf-8")
    reader = read_rows(path, project=NEWS)
    assert [row.labels for row in reader] == [("Sports",), (), ("World",)]
    assert "read from 'sentiment', as it holds names of the project's labels" in reader.warnings[0]


def test_answers_of_label_studio_are_labels(tmp_path: Path):
    path = tmp_path / "r.jsonl"
    rows = [{"text": "a", "topic": "optics", "annotator": 1}, {"text": "b", "topic": {"choices": ["optics", "bees"]}}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [row.labels for row in read_rows(path, project=TOPICS)] == [("optics",), ("optics", "bees")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.json", '{"0": "World", "1": "Sports", "2": "Business"}'),
        ("m.json", '{"id2label": {"0": "World", "1": "Sports", "2": "Business"}, "layers": 2}'),
        ("m.json", '{"World": 0, "Sports": 1, "Business": 2}'),
        ("m.json", '["World", "Sports", "Business"]'),
        ("m.json", '{"names": ["World", "Sports", "Business"], "_type": "ClassLabel"}'),
        ("m.csv", "id,label\n0,World\n1,Sports\n2,Business\n"),
        ("m.csv", "World,0\nSports,1\nBusiness,2\n"),
        ("m.tsv", "label\tid\nWorld\t0\nSports\t1\nBusiness\t2\n"),
        ("m.txt", "World\nSports\nBusiness\n"),
        ("m.txt", "0: World\n1: Sports\n2: Business\n"),
    ],
)
def test_label_maps_are_read_in_every_form(tmp_path: Path, name: str, content: str):
    (tmp_path / name).write_text(content, encoding="utf-8")
    label_map = read_label_map(tmp_path / name)
    other = make_project("Business", "World", "Sports", multi_label=False)
    reader = open_labels(tmp_path / "r.jsonl", 2, "1", 0.0, "1.0", project=other, label_map=label_map)
    assert [row.labels for row in reader] == [("Business",), ("Sports",), ("World",), ("Sports",)]
    assert reader.warnings == []


def test_a_map_of_words_renames_labels(tmp_path: Path):
    (tmp_path / "m.csv").write_text("given,label\nspt,Sports\nbiz,Business\n", encoding="utf-8")
    label_map = read_label_map(tmp_path / "m.csv")
    reader = open_labels(tmp_path / "r.jsonl", "spt", "biz", "World", "7", project=NEWS, label_map=label_map)
    assert [row.labels for row in reader] == [("Sports",), ("Business",), ("World",), ("7",)]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("m.json", "{", "is no valid JSON"),
        ("m.json", "{}", "names no labels that can be told"),
        ("m.json", '{"0": ["x"]}', "names no labels that can be told"),
        ("m.json", '{"0": " "}', "name that 'm.json' gives to '0' is empty"),
        ("m.csv", "0,a\n0,b\n", "gives two names to '0': 'a' and 'b'"),
        ("m.csv", "id,label\n", "names no labels"),
        ("m.csv", "id,label,note\n0,a,b\n", "has 3 columns"),
    ],
)
def test_label_maps_that_say_nothing_are_told(tmp_path: Path, name: str, content: str, part: str):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=part):
        read_label_map(tmp_path / name)
