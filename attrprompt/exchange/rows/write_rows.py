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
    "asked_labels", "note", "reviewed_by", "reviewed_at",
)  # fmt: skip
"""The columns of a sample in the order of a table; others follow them."""

PLAIN_COLUMNS = ("text", "label", "labels")
_LIST_COLUMNS = frozenset({"labels", "asked_labels", "flags"})
_TEXT_COLUMNS = (
    frozenset(COLUMNS) - _LIST_COLUMNS - {"item", "attributes", "messages", "parameters", "tokens", "edited"}
)
_BATCH = 1_000


class RowFormat(StrEnum):
    """The formats that a table of samples can be written in."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path, format: str, *, provenance: bool = True) -> int:
    """Write samples to a file, which replaces one that is there.

    Args:
        rows: samples as `Sample.to_row` gives them; read once.
        path: the file.
        format: `jsonl`, `csv` or `parquet`.
        provenance: all columns; else text and label only.

    Returns:
        How many rows were written.

    Raises:
        InputError: the format is unknown or the file cannot be written.
    """
    if format not in set(RowFormat):
        raise InputError(f"'{format}' is no format of rows; choose {', '.join(RowFormat)}.")
    chosen = rows if provenance else _keep_plain(rows)
    with replace_file(path) as part:
        if format == RowFormat.JSONL:
            return _write_jsonl(chosen, part)
        with tempfile.NamedTemporaryFile(
            "w+", dir=path.parent, prefix=".attrprompt-", encoding="utf-8", newline=""
        ) as spool:
            table = _spool_rows(chosen, spool, nested=format == RowFormat.PARQUET)
            if format == RowFormat.CSV:
                _write_csv(table, part)
            else:
                _write_parquet(table, part)
            return table.count


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


def _keep_plain(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {name: row[name] for name in PLAIN_COLUMNS if name in row}


def _write_jsonl(rows: Iterable[Mapping[str, Any]], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


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


def _write_csv(table: _Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.shapes)
        for row in table:
            writer.writerow([_format_cell(row.get(name)) for name in table.shapes])


def _format_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guard_cell(value)
    return json.dumps(value, ensure_ascii=False)


def _write_parquet(table: _Table, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, shape in table.shapes.items():
        if name in _TEXT_COLUMNS:
            shape.kinds.add("text")
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
