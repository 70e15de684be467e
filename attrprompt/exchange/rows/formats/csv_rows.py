"""Rows in CSV files, those that spreadsheets and pandas write included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.exchange.csv_dialect import read_csv
from attrprompt.exchange.formula_guard import is_dangerous, is_guarded, unguard_cell
from attrprompt.exchange.rows.formats.text_files import TextLayout, examine_text, open_text
from attrprompt.exchange.rows.record_source import HEAD_ROWS, ReadOptions, Record, RecordSource, Tally, is_too_deep
from attrprompt.exchange.rows.write_rows import OWN_UNGUARDED

JSON_COLUMNS = frozenset(
    {"attributes", "tokens", "parameters", "messages", "flags", "labels", "asked_labels", "edited", "extra"}
)
"""Columns that our CSV files hold as JSON."""

_OUR_COLUMNS = frozenset({"id", "dataset", "item", "raw", "method", "prompt"})
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_LONG_NAME = 60


@dataclass(frozen=True)
class _Table:
    """What was found out of a file before its rows are read.

    Attributes:
        names: of its columns; a column without a name in the header has one of ours.
        unnamed: the positions of those.
        unguard: whether apostrophes before formula signs are our export's.
    """

    path: Path
    layout: TextLayout
    has_header: bool
    names: Sequence[str]
    unnamed: frozenset[int]
    unguard: bool


def open_csv(path: Path, options: ReadOptions) -> RecordSource:
    """Open a CSV file.

    Raises:
        InputError: it is no CSV, or names a column twice.
    """
    layout = examine_text(path, options.encoding)
    table, columns, notes = _examine(path, layout, options.has_header)
    return RecordSource(
        path,
        "csv",
        columns,
        lambda tally: _iterate(table, tally),
        encoding=layout.encoding,
        is_guessed=layout.is_guessed,
        header_doubt=doubt_header(path.name, columns) if options.has_header else "",
        remarks=[*layout.describe(path.name), *notes],
    )


def doubt_header(name: str, cells: Sequence[str]) -> str:
    """Why the first line of a table looks like a row; "" where it does not."""
    looks_so = any(
        _NUMBER.fullmatch(cell) or len(cell) > _LONG_NAME or (" " in cell and cell[-1] in ".!?") for cell in cells
    )
    if not looks_so:
        return ""
    shown = " | ".join(cell if len(cell) <= _LONG_NAME else f"{cell[:_LONG_NAME]}…" for cell in cells[:6])
    return (
        f"'{name}' seems to have no header, as its first line is: {shown}. Put a line with the names of the columns "
        "before it, or give --no-header; then its columns are called 1, 2, 3 … (such as --text-column 1)."
    )


def name_unnamed(header: Sequence[str]) -> list[str]:
    """The header with a name for each column that has none."""
    return [cell or f"column {number}" for number, cell in enumerate(header, start=1)]


def _examine(path: Path, layout: TextLayout, has_header: bool) -> tuple[_Table, tuple[str, ...], list[str]]:
    """The names of the columns, and whether apostrophes before formula signs are our export's.

    They are where the columns are those of our full export and no row says that it was written without them. In a
    table of texts and labels only, they are where no cell starts with an unguarded sign: our export would have guarded
    it.
    """
    with open_text(path, layout, newline="\n" if layout.has_line_feeds else "") as file:
        header, rows = read_csv(file, path.name, has_header=has_header, stand_in=layout.stand_in)
        unnamed = frozenset(number for number, cell in enumerate(header) if not cell)
        names = name_unnamed(header)
        is_ours = set(header) >= _OUR_COLUMNS
        may_be_ours = set(header) in ({"text", "label"}, {"text", "labels"})
        filled: set[int] = set()
        guarded = 0
        for _, cells in rows if may_be_ours else islice(rows, HEAD_ROWS):
            is_ours = is_ours and OWN_UNGUARDED not in cells
            filled.update(number for number in unnamed if number < len(cells) and cells[number])
            if may_be_ours and any(is_dangerous(cell) for cell in cells):
                guarded = 0
                break
            guarded += may_be_ours and sum(is_guarded(cell) for cell in cells)
    notes = []
    if guarded:
        cells_changed = count_of(guarded, "cell")
        notes.append(f"The apostrophe that protects spreadsheets from formulas was taken off {cells_changed}.")
    table = _Table(path, layout, has_header, names, unnamed, is_ours or guarded > 0)
    columns = tuple(name for number, name in enumerate(names) if number not in unnamed - filled)
    return table, columns, notes


def _iterate(table: _Table, tally: Tally) -> Iterator[Record]:
    layout = table.layout
    with open_text(table.path, layout, newline="\n" if layout.has_line_feeds else "") as file:
        _, rows = read_csv(file, table.path.name, has_header=table.has_header, stand_in=layout.stand_in)
        for row, cells in rows:
            expected = len(table.names)
            if len(cells) > expected and any(cells[expected:]):
                problem = f"has {len(cells)} cells, but the header names {expected} (line {rows.line:,})"
                yield Record(row, {}, problem)
                continue
            if len(cells) < expected - len(table.unnamed):
                tally.add("held fewer cells than the header names; what is missing counts as empty", row)
            values: dict[str, Any] = {}
            for number, (name, cell) in enumerate(zip(table.names, cells, strict=False)):
                if number in table.unnamed:
                    if not cell:
                        continue
                    tally.add(f"held a value in a column without a name, here called '{name}'", row)
                text = unguard_cell(cell) if table.unguard else cell
                values[name] = _parse_cell(text) if name in JSON_COLUMNS else text
            yield Record(row, values, may_break=any("\0" in cell or "\\u" in cell for cell in cells))


def _parse_cell(text: str) -> Any:
    if text[:1] not in ("{", "[") and text not in ("true", "false"):
        return text or None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if is_too_deep(value) else value
