"""Samples out as JSONL, CSV or Parquet, in constant memory and in one step: a file appears whole or not at all."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from attrprompt.errors import InputError
from attrprompt.exchange.formula_guard import guard_cell
from attrprompt.exchange.rows.row_schema import Shape
from attrprompt.files import replace_file

COLUMNS = (
    "id", "dataset", "item", "text", "raw", "label", "labels", "attributes", "method", "prompt", "messages", "model",
    "endpoint", "parameters", "tokens", "request_id", "created", "status", "flags", "edited", "asked_label",
    "asked_labels", "note", "reviewed_by", "reviewed_at", "extra", "format",
)  # fmt: skip
"""The columns of a sample in the order of a table; others follow them."""

MARKER = "format"
OWN = "attrprompt-sample"
OWN_UNGUARDED = "attrprompt-sample-unguarded"
"""What the marker of each row says; the second in CSV whose cells were not guarded: an apostrophe is the text's own."""

_ALWAYS = frozenset(COLUMNS) - {"text", "label", "labels", "attributes", "asked_label", "asked_labels", "extra", MARKER}
"""The columns by which exports from before the marker are known."""

PLAIN_COLUMNS = ("text", "label", "labels")
_LIST_COLUMNS = frozenset({"labels", "asked_labels", "flags"})
_TEXT_COLUMNS = (
    frozenset(COLUMNS) - _LIST_COLUMNS - {"item", "attributes", "messages", "parameters", "tokens", "edited", "extra"}
)
_BATCH = 1_000
_MOST_FIELDS = 200


class RowFormat(StrEnum):
    """The formats that a table of samples can be written in."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """How a CSV file is written.

    Attributes:
        guard: an apostrophe before cells that a spreadsheet would run as a formula.
        byte_order_mark: Excel reads UTF-8 only with one.
    """

    guard: bool = True
    byte_order_mark: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows, their columns, and how many cells of a CSV file got an apostrophe."""

    rows: int
    columns: tuple[str, ...]
    guarded: int = 0


def is_own_row(values: Mapping[str, Any]) -> bool:
    """True where an export of ours wrote this row: by its marker, in older ones by all of our columns together."""
    if MARKER in values:
        return values[MARKER] in (OWN, OWN_UNGUARDED)
    return values.keys() >= _ALWAYS


def write_rows(
    rows: Iterable[Mapping[str, Any]],
    path: Path,
    format: str,
    *,
    provenance: bool = True,
    csv_options: CsvOptions | None = None,
) -> Written:
    """Write samples to a file, which replaces one that is there.

    Args:
        rows: samples as `Sample.to_row` gives them; read once.
        path: the file.
        format: `jsonl`, `csv` or `parquet`.
        provenance: all columns and a marker in each row; else text and label only.
        csv_options: for CSV only.

    Raises:
        InputError: the format is unknown or the file cannot be written.
    """
    if format not in set(RowFormat):
        raise InputError(f"'{format}' is no format of rows; choose {', '.join(RowFormat)}.")
    csv_options = csv_options or CsvOptions()
    guarded = format != RowFormat.CSV or csv_options.guard
    chosen = _mark(rows, OWN if guarded else OWN_UNGUARDED) if provenance else _keep_plain(rows)
    with replace_file(path) as part:
        if format == RowFormat.JSONL:
            return _write_jsonl(chosen, part)
        with tempfile.NamedTemporaryFile(
            "w+", dir=path.parent, prefix=".attrprompt-", encoding="utf-8", newline=""
        ) as spool:
            table = _spool_rows(chosen, spool, nested=format == RowFormat.PARQUET)
            if format == RowFormat.CSV:
                return Written(table.count, tuple(table.shapes), _write_csv(table, part, csv_options))
            _write_parquet(table, part)
            return Written(table.count, tuple(table.shapes))


@dataclass
class _Table:
    """Rows on disk, with what their columns hold."""

    spool: IO[str]
    shapes: dict[str, Shape]
    count: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.spool.seek(0)
        for line in self.spool:
            yield json.loads(line)


def _mark(rows: Iterable[Mapping[str, Any]], marker: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {**row, MARKER: marker}


def _keep_plain(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {name: row[name] for name in PLAIN_COLUMNS if name in row}


def _write_jsonl(rows: Iterable[Mapping[str, Any]], path: Path) -> Written:
    count = 0
    columns: dict[str, None] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
            columns.update(dict.fromkeys(row))
    return Written(count, tuple(columns))


def _spool_rows(rows: Iterable[Mapping[str, Any]], spool: IO[str], *, nested: bool) -> _Table:
    """Put the rows on disk: which columns and fields there are is known only after the last one."""
    whole = Shape()
    count = 0
    for row in rows:
        if nested:
            whole.add(row)
        else:
            for name in row:
                whole.find_field(name)
        spool.write(json.dumps(row) + "\n")
        count += 1
    shapes = whole.fields or {name: Shape() for name in PLAIN_COLUMNS[:2]}
    ordered = [name for name in COLUMNS if name in shapes] + [name for name in shapes if name not in COLUMNS]
    return _Table(spool, {name: shapes[name] for name in ordered}, count)


def _write_csv(table: _Table, path: Path, options: CsvOptions) -> int:
    """Write the rows; returns how many cells were guarded."""
    guarded = 0
    with path.open("w", encoding="utf-8-sig" if options.byte_order_mark else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.shapes)
        for row in table:
            cells = [_format_cell(row.get(name)) for name in table.shapes]
            written = [guard_cell(cell) for cell in cells] if options.guard else cells
            guarded += sum(cell is not safe for cell, safe in zip(cells, written, strict=True))
            writer.writerow(written)
    return guarded


def _format_cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_parquet(table: _Table, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, shape in table.shapes.items():
        if name in _TEXT_COLUMNS:
            shape.kinds.add("text")
        elif name == "extra" and len(shape.fields) > _MOST_FIELDS:
            shape.kinds.add("text")  # then each row holds them as JSON
        elif name in _LIST_COLUMNS and shape.kinds <= {"list"}:
            shape.kinds.add("list")
            shape.members = shape.members or Shape()
            shape.members.kinds.add("text")
    schema = pa.schema([(name, shape.to_type()) for name, shape in table.shapes.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(table):
            columns = {name: [shape.fit(row.get(name)) for row in batch] for name, shape in table.shapes.items()}
            writer.write_table(pa.table(columns, schema=schema))


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
