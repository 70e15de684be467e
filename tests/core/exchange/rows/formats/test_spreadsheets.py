import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.formats import spreadsheets
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.rows.row_sources import open_records


def write_book(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_the_rows_of_a_sheet_are_read(tmp_path: Path):
    rows = [
        [],
        ["text", " label ", None, "when", "note"],
        ['=A1 is a "formula", é', 1, None, dt.datetime(2024, 1, 2), "#N/A"],
        [None, None, None],
        ["b", 2.0, None, None, None, "beyond"],
    ]
    book = write_book(tmp_path / "r.xlsx", Data=rows, Empty=[])
    for sheet in (openpyxl.load_workbook(book),):
        sheet["Data"]["A3"].data_type = "s"
        sheet.save(book)
    source = open_records(book)
    assert source.columns == ("text", "label", "column 3", "when", "note", "column 6")
    first, second = source
    assert (first.row, first.values) == (
        1,
        {"text": '=A1 is a "formula", é', "label": 1, "when": "2024-01-02T00:00:00"},
    )
    assert (second.row, second.values) == (2, {"text": "b", "label": 2, "column 6": "beyond"})
    assert source.notes == ["1 row held an error of a formula, such as #N/A, which counts as empty (the first: row 1)."]


def test_several_sheets_are_asked_about(tmp_path: Path):
    book = write_book(tmp_path / "r.xlsx", train=[["text"], ["a"]], test=[["text"], ["b"]])
    with pytest.raises(InputError, match=r"several sheets with rows: train, test\. Name one with --split"):
        open_records(book)
    assert [record.values for record in open_records(book, ReadOptions(split="test"))] == [{"text": "b"}]
    with pytest.raises(InputError, match="has no sheet 'dev' with rows; its sheets are: train, test"):
        open_records(book, ReadOptions(split="dev"))


def test_a_hidden_sheet_is_no_question(tmp_path: Path):
    path = write_book(tmp_path / "r.xlsx", shown=[["text"], ["a"]], lists=[["x"], ["b"]])
    book = openpyxl.load_workbook(path)
    book["lists"].sheet_state = "hidden"
    book.save(path)
    assert [record.values for record in open_records(path)] == [{"text": "a"}]


def test_a_sheet_without_a_header_is_read_when_told(tmp_path: Path):
    book = write_book(tmp_path / "r.xlsx", Data=[[3, "Shares fell in early trade."], [2, "The home side won."]])
    assert "--no-header" in open_records(book).header_doubt
    records = list(open_records(book, ReadOptions(has_header=False)))
    assert [(record.row, record.values) for record in records] == [
        (1, {"1": 3, "2": "Shares fell in early trade."}),
        (2, {"1": 2, "2": "The home side won."}),
    ]


def test_damaged_empty_and_immense_books_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    book = write_book(tmp_path / "r.xlsx", Data=[["text"], ["a"]])
    with pytest.raises(InputError, match="holds no rows"):
        open_records(write_book(tmp_path / "e.xlsx", Data=[]))
    whole = book.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="no usable workbook"):
        open_records(tmp_path / "cut.xlsx")
    with zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x")
    with pytest.raises(InputError, match="no usable workbook"):
        open_records(tmp_path / "odd.xlsx")
    monkeypatch.setattr(spreadsheets, "_MAX_UNPACKED", 1_000)
    with pytest.raises(InputError, match="too large for a workbook"):
        open_records(book)


def test_a_book_with_the_ending_of_a_table_is_known_by_its_content(tmp_path: Path):
    book = write_book(tmp_path / "r.xlsx", Data=[["text"], ["a"]])
    assert [record.values for record in open_records(book.rename(tmp_path / "r.csv"))] == [{"text": "a"}]
