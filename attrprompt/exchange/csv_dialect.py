"""Opening CSV files as spreadsheets of any country write them: comma, semicolon, tab or bar, with or without a BOM."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from attrprompt.errors import InputError

DELIMITERS = ",;\t|"
MAX_CELL = 10_000_000


def read_csv(file: TextIO, name: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header and the rows after it, counted from 1; rows without any cell are left out.

    The file must have been opened with `newline=""`.

    Raises:
        InputError: it has no header, a column twice, or, while iterating, a broken quotation.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    head = file.readline()
    delimiter = ""
    if head.casefold().startswith("sep=") and len(head.rstrip("\r\n")) == 5:
        delimiter = head[4]
        head = file.readline()
    delimiter = delimiter or max(DELIMITERS, key=lambda sign: _count_cells(head, sign))
    rows = csv.reader(_chain(head, file), delimiter=delimiter, strict=True)
    header = _next_row(rows, name)
    if header is None:
        raise InputError(f"'{name}' is empty; its first line must name the columns.")
    header = [cell.strip() for cell in header]
    for cell in header:
        if header.count(cell) > 1:
            raise InputError(f"'{name}' has two columns named '{cell[:60]}'; give each its own name.")
    return header, _number_rows(rows, name)


def read_csv_text(text: str, name: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The same for a text in memory."""
    return read_csv(io.StringIO(text, newline=""), name)


def _chain(head: str, file: TextIO) -> Iterator[str]:
    yield head
    yield from file


def _count_cells(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter), []))


def _next_row(rows: Iterator[list[str]], name: str) -> list[str] | None:
    try:
        return next((row for row in rows if row), None)
    except csv.Error as error:
        line = getattr(rows, "line_num", 0)
        raise InputError(
            f"'{name}' is no valid CSV near line {line}: {error}. Put texts that hold quotes or line breaks in "
            'double quotes, with each quote inside doubled ("").'
        ) from error


def _number_rows(rows: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while (row := _next_row(rows, name)) is not None:
        number += 1
        yield number, row
