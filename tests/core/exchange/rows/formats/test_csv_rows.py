from pathlib import Path
from typing import Any

import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.rows.row_sources import open_records


def read(path: Path, content: bytes, options: ReadOptions | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    path.write_bytes(content)
    source = open_records(path, options)
    records = list(source)
    assert not [record.problem for record in records if record.problem]
    return [dict(record.values) for record in records], source.notes


def test_a_carriage_return_within_a_cell_stays_there(tmp_path: Path):
    content = 'text,label\nThe roof leaked\rand the floor is wet,World\r\n"quoted\r\ra \r\n\ufdd0",Sports\n'
    rows, notes = read(tmp_path / "r.csv", content.encode())
    assert rows == [
        {"text": "The roof leaked\rand the floor is wet", "label": "World"},
        {"text": "quoted\r\ra \r\n\ufdd0", "label": "Sports"},
    ]
    assert notes == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_lines_end_as_any_system_ends_them(tmp_path: Path, end: bytes):
    rows, _ = read(tmp_path / "r.csv", end.join([b"text,label", b'"a ""b""",x', b"c,y", b""]))
    assert rows == [{"text": 'a "b"', "label": "x"}, {"text": "c", "label": "y"}]


def test_columns_without_a_name_count_only_where_they_hold_something(tmp_path: Path):
    rows, notes = read(tmp_path / "r.csv", b"text,label,,\nA goal,Sports,,\nShares fell,Business,,\n")
    assert rows == [{"text": "A goal", "label": "Sports"}, {"text": "Shares fell", "label": "Business"}]
    assert notes == []
    source = open_records(tmp_path / "r.csv")
    assert source.columns == ("text", "label")
    rows, notes = read(tmp_path / "pandas.csv", b",text,label\n0,a,x\n1,b,y\n")
    assert rows[1] == {"column 1": "1", "text": "b", "label": "y"}
    assert notes == ["2 rows held a value in a column without a name, here called 'column 1' (the first: row 1)."]


def test_rows_of_another_length_are_told_with_their_place(tmp_path: Path):
    (tmp_path / "r.csv").write_bytes(b"text,label\nonly a text\nwon,Sports\nsplit, by a comma,Sports\nc,x,,\n")
    source = open_records(tmp_path / "r.csv")
    records = list(source)
    assert [record.problem for record in records] == ["", "", "has 3 cells, but the header names 2 (line 4)", ""]
    assert source.notes == [
        "1 row held fewer cells than the header names; what is missing counts as empty (the first: row 1)."
    ]


def test_a_file_without_a_header_is_doubted_and_read_when_told(tmp_path: Path):
    content = b'"3","Bank cuts forecast","Shares fell in early trade."\n"2","Cup won","The home side won."\n'
    (tmp_path / "r.csv").write_bytes(content)
    doubt = open_records(tmp_path / "r.csv").header_doubt
    assert "seems to have no header, as its first line is: 3 | Bank cuts forecast | Shares fell" in doubt
    assert "--no-header" in doubt
    rows, notes = read(tmp_path / "r.csv", content, ReadOptions(has_header=False))
    assert rows[0] == {"1": "3", "2": "Bank cuts forecast", "3": "Shares fell in early trade."}
    assert (len(rows), notes) == (2, [])


@pytest.mark.parametrize("header", ["text,label", "Review,Sentiment score", "id,comment_text,toxic,very_toxic"])
def test_headers_of_names_are_not_doubted(tmp_path: Path, header: str):
    (tmp_path / "r.csv").write_text(f"{header}\na,b\n", encoding="utf-8")
    assert open_records(tmp_path / "r.csv").header_doubt == ""


def test_a_carriage_return_within_the_header_stays_there(tmp_path: Path):
    rows, _ = read(tmp_path / "r.csv", b"text;a\rb\nx;y\n")
    assert rows == [{"text": "x", "a\rb": "y"}]


def test_an_immense_cell_is_called_so(tmp_path: Path):
    (tmp_path / "r.csv").write_text("text,label\na,x\n" + "y" * 11_000_000 + ",x\n", encoding="utf-8")
    with pytest.raises(InputError, match="has a cell of over 10,000,000 characters near line 3"):
        list(open_records(tmp_path / "r.csv"))


def test_blank_lines_before_the_header_are_passed_over(tmp_path: Path):
    rows, _ = read(tmp_path / "r.csv", b"\n  \n,,\ntext\tlabel\na,b\tx\n")
    assert rows == [{"text": "a,b", "label": "x"}]
    (tmp_path / "r.csv").write_bytes(b"\nsep=;\n\ntext;label\na;x;y\n")
    (record,) = open_records(tmp_path / "r.csv")
    assert record.problem == "has 3 cells, but the header names 2 (line 5)"


def test_a_column_named_twice_is_told(tmp_path: Path):
    with pytest.raises(InputError, match="two columns named 'a'"):
        read(tmp_path / "r.csv", b"a,text,a\n1,b,2\n")


def test_deeply_nested_cells_of_our_columns_stay_text(tmp_path: Path):
    deep = "[" * 950 + "]" * 950
    rows, _ = read(tmp_path / "r.csv", f"text,parameters\na,{deep}\nb,{'[' * 9_000}\n".encode())
    assert [row["parameters"] for row in rows] == [deep, "[" * 9_000]
