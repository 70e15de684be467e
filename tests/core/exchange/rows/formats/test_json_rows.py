import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.record_source import ReadOptions, Record
from attrprompt.exchange.rows.row_sources import open_records

ROWS = [{"text": "a cup was won", "label": "Sports"}, {"text": "shares fell \\ [é]", "label": "Business"}]


def read_values(path: Path, content: str, options: ReadOptions | None = None) -> list[dict]:
    path.write_text(content, encoding="utf-8")
    records = list(open_records(path, options))
    assert not [record.problem for record in records if record.problem]
    return [dict(record.values) for record in records]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        "\ufeff \n" + json.dumps(ROWS, ensure_ascii=False),
        "".join(json.dumps(row) + "\n" for row in ROWS),
        "\r".join(json.dumps(row) for row in ROWS),
        "\n".join(json.dumps(row, indent=1) for row in ROWS),
        json.dumps({"data": ROWS, "version": "1"}),
        json.dumps({name: {str(number): row[name] for number, row in enumerate(ROWS)} for name in ROWS[0]}),
        json.dumps({str(number): row for number, row in enumerate(ROWS)}),
        json.dumps({name: [row[name] for row in ROWS] for name in ROWS[0]}),
        json.dumps({"columns": ["text", "label"], "index": [0, 1], "data": [list(row.values()) for row in ROWS]}),
    ],
    ids=["list", "indented", "mark", "lines", "mac lines", "objects", "named", "columns", "index", "lists", "split"],
)
def test_every_form_of_json_gives_its_rows(tmp_path: Path, content: str):
    assert read_values(tmp_path / "r.json", content) == ROWS


@pytest.mark.parametrize("content", ['{"text": "a", "label": "x"}', '{\n "text": "a",\n "label": "x"\n}'])
def test_a_single_object_with_a_text_is_a_row(tmp_path: Path, content: str):
    assert read_values(tmp_path / "r.json", content) == [{"text": "a", "label": "x"}]


def test_several_lists_in_one_object_are_asked_about(tmp_path: Path):
    content = json.dumps({"train": ROWS, "test": ROWS[:1]})
    with pytest.raises(InputError, match=r"several lists of rows\. Name one with --split: train, test\."):
        read_values(tmp_path / "r.json", content)
    assert read_values(tmp_path / "r.json", content, ReadOptions(split="test")) == ROWS[:1]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ('[{"text": "a"}, {"text": "b"', "Row 2 of 'r.json' is no valid JSON"),
        ('[{"text": "a"}, ', "cut off after row 1"),
        ('[{"text": "a"}] [', "goes on after the end of its list"),
        ("[1, 2]", "row 1 is no JSON object with named fields"),
        ("[]", "holds no rows"),
        ("[" * 5_000, "nested over"),
        ('{"text": ' + "[" * 5_000, "no JSON Lines file: line 1 is nested over"),
        ('{"text": "a}\n{"text": "b"}\n', "line 1 is no valid JSON"),
    ],
)
def test_damaged_json_is_told_in_one_sentence(tmp_path: Path, content: str, part: str):
    (tmp_path / "r.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=part):
        list(open_records(tmp_path / "r.json"))


def test_rows_nested_too_deeply_and_endless_numbers_cost_only_themselves(tmp_path: Path):
    deep = '{"text": "b", "x": ' + "[" * 3_000 + "]" * 3_000 + "}"
    long = '{"text": "c", "x": ' + "9" * 6_000 + "}"
    (tmp_path / "r.jsonl").write_text(f'{{"text": "a"}}\n{deep}\n{long}\n', encoding="utf-8")
    first, second, third = open_records(tmp_path / "r.jsonl")
    assert first == Record(1, {"text": "a"}, may_break=False)
    assert (second.row, second.problem) == (2, "is nested over 920 levels deep")
    assert third.values["x"] == "9" * 6_000


def test_brackets_in_texts_are_no_depth(tmp_path: Path):
    row = {"text": "[{" * 2_000, "label": 'a"[' * 600}
    assert read_values(tmp_path / "r.jsonl", json.dumps(row)) == [row]


def test_a_long_list_takes_the_memory_of_one_row(tmp_path: Path):
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.json.gz"
        with gzip.open(path, "wt", encoding="utf-8") as file:
            rows = (json.dumps({"text": f"text {number} " * 20, "label": "x"}) for number in range(count))
            file.write(f"[{','.join(rows)}]")
        tracemalloc.start()
        assert sum(1 for _ in open_records(path)) == count
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    few, many = peak(10_000), peak(40_000)
    assert many < few * 1.3
