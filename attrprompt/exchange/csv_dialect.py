"""Opening CSV files as spreadsheets of any country write them: comma, semicolon, tab or bar, with or without a BOM."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import TextIO

from attrprompt.errors import InputError
from attrprompt.files import read_lines

DELIMITERS = ",;\t|"
MAX_CELL = 10_000_000


class CsvRows:
    """The rows of a CSV file, counted from 1; rows without any cell are left out.

    Attributes:
        line: the line in which the row that was read last ends.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, name: str, stand_in: str, before: int) -> None:
        if stand_in:
            lines = (_hide_returns(line, stand_in) for line in lines)
        self._rows = csv.reader(lines, delimiter=delimiter, strict=True)
        self._name = name
        self._before = before
        self._stand_in = stand_in
        self._waiting: list[str] | None = None
        self._number = 0
        self.line = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        cells = self._waiting or self.read()
        self._waiting = None
        if cells is None:
            raise StopIteration
        self._number += 1
        return self._number, cells

    def read(self) -> list[str] | None:
        """The next row, not counted; None at the end."""
        try:
            cells = next((row for row in self._rows if row), None)
        except csv.Error as error:
            raise InputError(self._explain(error)) from error
        self.line = self._before + self._rows.line_num
        if cells and self._stand_in:
            return [cell.replace(self._stand_in, "\r") for cell in cells]
        return cells

    def put_back(self, cells: list[str]) -> None:
        """Give a row that was read by `read` once more, counted."""
        self._waiting = cells

    def _explain(self, error: csv.Error) -> str:
        line = self._before + self._rows.line_num
        if "field limit" in str(error):
            return (
                f"'{self._name}' has a cell of over {MAX_CELL:,} characters near line {line:,}; leave that row out, or "
                "cut its text."
            )
        return (
            f"'{self._name}' is no valid CSV near line {line:,}: {error}. Put texts that hold quotes or line breaks in "
            'double quotes, with each quote inside doubled ("").'
        )


def read_csv(file: TextIO, name: str, *, has_header: bool = True, stand_in: str = "") -> tuple[list[str], CsvRows]:
    """The header and the rows after it.

    Args:
        file: opened with `newline=""`, or with the line end of all its rows.
        name: what messages call it.
        has_header: False where the first line is a row already; the columns are then called 1, 2, 3 …
        stand_in: where carriage returns that stand alone are text: a character that the file does not hold.

    Raises:
        InputError: it has no header, a column twice, or, while iterating, a broken quotation or an immense cell.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    lines = read_lines(file, name)
    head, before = _find_head(lines)
    delimiter = ""
    if head.casefold().startswith("sep=") and len(head.rstrip("\r\n")) == 5 and head[4] != '"':
        delimiter = head[4]
        head, more = _find_head(lines)
        before += 1 + more
    delimiter = delimiter or max(DELIMITERS, key=lambda sign: _count_cells(head, sign))
    rows = CsvRows(chain([head], lines), delimiter, name, stand_in, before)
    header = rows.read()
    if header is None:
        raise InputError(f"'{name}' is empty; its first line must name the columns.")
    if not has_header:
        rows.put_back(header)
        return [str(number) for number in range(1, len(header) + 1)], rows
    header = [cell.strip() for cell in header]
    for cell in filter(None, header):
        if header.count(cell) > 1:
            raise InputError(f"'{name}' has two columns named '{cell[:60]}'; give each its own name.")
    return header, rows


def read_csv_text(text: str, name: str) -> tuple[list[str], CsvRows]:
    """The same for a text in memory."""
    return read_csv(io.StringIO(text, newline=""), name)


def _find_head(lines: Iterator[str]) -> tuple[str, int]:
    """The first line that says anything, and how many came before it."""
    for before, line in enumerate(lines):
        if line.strip(f"{DELIMITERS} \r\n"):
            return line, before
    return "", 0


def _count_cells(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line.replace("\r", " ")], delimiter=delimiter), []))
    except csv.Error:  # what is wrong with the line is said when it is read
        return line.count(delimiter) + 1


def _hide_returns(line: str, stand_in: str) -> str:
    """The line with those carriage returns replaced that do not belong to its end; the reader would end rows there."""
    body = line.rstrip("\r\n")
    return body.replace("\r", stand_in) + line[len(body) :]
