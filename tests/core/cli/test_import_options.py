"""What a file cannot say of itself, said on the command line."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture
def read(run, tmp_path):
    """Imports a file into a project and gives what came: exit status, labels by text, what was said."""
    run("new", "one", "--labels", "World,Sports,Business")
    run("new", "many", "--labels", "optics,robotics", "--multi-label")
    names = iter("abcdefgh")

    def read_file(path, *options, project="one"):
        name = next(names)
        status, printed, err = run("import-dataset", project, path, "--as", name, *options)
        if status:
            return status, None, err
        run("export", project, name, "--out", tmp_path / "out.jsonl")
        rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n") if line]
        return status, {row["text"]: row.get("labels", row.get("label")) for row in rows}, printed["warnings"]

    return read_file


def test_a_file_without_a_header_and_with_numbers_from_one(read, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('"3","Bank cuts forecast."\n"2","The home side won."\n"1","A treaty."\n', encoding="utf-8")
    status, _, err = read(path)
    assert (status, "seems to have no header" in err, "--no-header" in err) == (2, True, True)
    options = ("--no-header", "--text-column", "2", "--label-column", "1")
    status, _, err = read(path, *options)
    assert (status, "--first-number 1" in err) == (2, True)
    found = read(path, *options, "--first-number", "1")[1]
    assert found == {"Bank cuts forecast.": "Business", "The home side won.": "Sports", "A treaty.": "World"}


def test_another_encoding_is_said_and_can_be_named(read, tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("text,label\nThe café’s price,Business\n".encode("cp1252"))
    status, found, warnings = read(path)
    assert (status, found) == (0, {"The café’s price": "Business"})
    assert "Windows-1252, which is a guess" in warnings[0]
    assert read(path, "--encoding", "Windows-1251")[1] == {"The cafй’s price": "Business"}
    status, _, err = read(path, "--encoding", "nonsense")
    assert (status, "There is no encoding 'nonsense'" in err) == (2, True)


def test_labels_with_commas_are_split_when_told(read, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('text,label\na,"optics, robotics"\nb,optics|robotics\n', encoding="utf-8")
    _, found, warnings = read(path, project="many")
    assert found == {"a": ["optics, robotics"], "b": ["optics", "robotics"]}
    assert any("--label-separator ','" in warning for warning in warnings)
    found = read(path, "--label-separator", ",", project="many")[1]
    assert found["a"] == ["optics", "robotics"]


def test_a_split_of_a_folder_is_chosen(read, tmp_path):
    (tmp_path / "set/data").mkdir(parents=True)
    for split in ("train", "test"):
        table = pa.table({"text": [split], "label": ["World"]})
        pq.write_table(table, tmp_path / f"set/data/{split}-00000-of-00001.parquet")
    status, _, err = read(tmp_path / "set")
    assert (status, "Name one with --split: test, train" in err) == (2, True)
    assert read(tmp_path / "set", "--split", "train")[1] == {"train": "World"}


def test_a_label_map_may_be_that_of_a_model(read, tmp_path):
    (tmp_path / "config.json").write_text('{"id2label": {"0": "Sports", "1": "World"}}', encoding="utf-8")
    (tmp_path / "r.jsonl").write_text('{"text": "a", "label": 0}\n', encoding="utf-8")
    assert read(tmp_path / "r.jsonl", "--label-map", tmp_path / "config.json")[1] == {"a": "Sports"}
