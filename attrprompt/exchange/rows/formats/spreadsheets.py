"""Rows in a sheet of a workbook (XLSX)."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from attrprompt.errors import InputError
from attrprompt.exchange.rows.formats.arrow_rows import make_plain
from attrprompt.exchange.rows.formats.csv_rows import doubt_header, name_unnamed
from attrprompt.exchange.rows.record_source import HEAD_ROWS, ChoiceNeeded, ReadOptions, Record, RecordSource, Tally

_MAX_UNPACKED = 1024**3
_MAX_STRINGS = 256 * 1024**2
"""The texts of all sheets lie in one part, which is read whole."""

_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


def open_workbook(path: Path, options: ReadOptions) -> RecordSource:
    """Open the one sheet of a workbook that holds rows, or the one that the options name.

    Raises:
        InputError: it is damaged, protected or immense, or several sheets hold rows.
    """
    _check_size(path)
    with _open(path) as workbook:
        filled = {
            sheet.title: sheet.sheet_state == "visible"
            for sheet in workbook.worksheets
            if next(_iterate_cells(sheet), None)
        }
        sheet = _choose_sheet(path, filled, options.split)
        head = list(islice(_iterate_cells(workbook[sheet]), HEAD_ROWS))
    width = max(number for cells in head for number, cell in enumerate(cells, start=1) if cell is not None)
    first = [str(make_plain(cell)).strip() if cell is not None else "" for cell in head[0]][:width]
    first += [""] * (width - len(first))
    if len(set(filter(None, first))) < sum(map(bool, first)) and options.has_header:
        raise InputError(f"'{path.name}' has two columns of the same name; give each its own name.")
    names = name_unnamed(first) if options.has_header else [str(number) for number in range(1, width + 1)]
    return RecordSource(
        path,
        "xlsx",
        tuple(names),
        lambda tally: _iterate(path, sheet, names, options.has_header, tally),
        header_doubt=doubt_header(path.name, list(filter(None, first))) if options.has_header else "",
    )


def _choose_sheet(path: Path, filled: dict[str, bool], named: str) -> str:
    names = ", ".join(filled)
    if named in filled:
        return named
    if named:
        raise InputError(f"'{path.name}' has no sheet '{named[:60]}' with rows; its sheets are: {names}.")
    visible = [title for title, is_visible in filled.items() if is_visible] or list(filled)
    if not visible:
        raise InputError(f"'{path.name}' holds no rows; the first row of its sheet must name the columns.")
    if len(visible) > 1:
        raise ChoiceNeeded(
            f"'{path.name}' has several sheets with rows: {names}. Name one with --split.", "split", list(filled)
        )
    return visible[0]


def _iterate(path: Path, sheet: str, names: Sequence[str], has_header: bool, tally: Tally) -> Iterator[Record]:
    with _open(path) as workbook:
        for row, cells in enumerate(_iterate_cells(workbook[sheet]), start=0 if has_header else 1):
            if row == 0:
                continue
            beyond = [cell for cell in cells[len(names) :] if cell is not None]
            if beyond:
                tally.add("held values to the right of the columns that the first row names; they were left out", row)
            if any(cell in _ERRORS for cell in cells if isinstance(cell, str)):
                tally.add("held an error of a formula, such as #N/A, which counts as empty", row)
            values = {
                name: make_plain(cell)
                for name, cell in zip(names, cells, strict=False)
                if cell is not None and cell not in _ERRORS
            }
            yield Record(row, values)


def _iterate_cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The rows with any cell."""
    sheet.reset_dimensions()  # what a file says of its size is often wrong
    for cells in sheet.iter_rows(values_only=True):
        if any(cell is not None and cell != "" for cell in cells):
            yield cells


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    """The workbook, with formulas as the values that were seen last."""
    import openpyxl

    try:
        with path.open("rb") as file:
            with warnings.catch_warnings():  # of styles and validations that do not concern the cells
                warnings.simplefilter("ignore")
                workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
            yield workbook
    except InputError:
        raise
    except Exception as error:  # the library lets through whatever its parsers raise
        raise InputError(f"'{path.name}' is no usable workbook; it may be cut off. Save it as CSV instead.") from error


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise InputError(
            f"'{path.name}' is no usable workbook; it may be cut off or protected by a password. Save it as .xlsx "
            "without one, or as CSV."
        ) from error
    strings = max((part.file_size for part in parts if part.filename.endswith("sharedStrings.xml")), default=0)
    if sum(part.file_size for part in parts) > _MAX_UNPACKED or strings > _MAX_STRINGS:
        raise InputError(f"'{path.name}' is too large for a workbook to be read; save it as CSV.")
