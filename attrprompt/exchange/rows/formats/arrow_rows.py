"""Rows in Parquet and Arrow files, with the class names that the `datasets` library keeps in them."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrprompt.errors import InputError
from attrprompt.exchange.rows.record_source import TOO_DEEP, Record, RecordSource, Tally, is_too_deep

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1_000
_UNREADABLE = (ValueError, OverflowError, LookupError)
"""What reading a value raises that is no UTF-8, a date beyond the year 9999, or of an unknown time zone."""


def open_parquet(path: Path) -> RecordSource:
    """Open a Parquet file.

    Raises:
        InputError: it is damaged, or names a column twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"'{path.name}' is no usable Parquet file; it may be cut off.") from error
    return _make_source(path, "parquet", schema)


def open_arrow(path: Path) -> RecordSource:
    """Open an Arrow file in either of its forms, as `datasets` and Feather write them.

    Raises:
        InputError: it is damaged, or names a column twice.
    """
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as file:
            schema = _open_ipc(file).schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"'{path.name}' is no usable Arrow file; it may be cut off.") from error
    return _make_source(path, "arrow", schema)


def read_class_names(features: Any) -> dict[str, tuple[str, ...]]:
    """The class names in a description of columns by the `datasets` library, by column."""
    found = {}
    for name, feature in features.items() if isinstance(features, Mapping) else ():
        inner = feature[0] if isinstance(feature, list) and feature else feature
        if isinstance(inner, Mapping):
            inner = inner.get("feature", inner)
        names = inner.get("names") if isinstance(inner, Mapping) else None
        if isinstance(names, list):
            found[str(name)] = tuple(map(str, names))
    return found


def make_plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): make_plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [make_plain(member) for member in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, decimal.Decimal):
        return float(value)
    return str(value)


def _make_source(path: Path, form: str, schema: pa.Schema) -> RecordSource:
    try:
        columns = tuple(schema.names)
    except UnicodeDecodeError as error:
        raise InputError(f"'{path.name}' has a column whose name is no UTF-8; the file is damaged.") from error
    if len(set(columns)) < len(columns):
        raise InputError(f"'{path.name}' has two columns of the same name; rename one of them.")
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, LookupError, TypeError):
        features = {}
    return RecordSource(
        path, form, columns, lambda tally: _iterate(path, form, tally), class_names=read_class_names(features)
    )


def _open_ipc(file: Any) -> Any:
    """A reader of a stream, else of a file of the same batches with an index."""
    import pyarrow as pa

    try:
        return pa.ipc.open_stream(file)
    except pa.ArrowInvalid:
        file.seek(0)
        return pa.ipc.open_file(file)


def _iterate(path: Path, form: str, tally: Tally) -> Iterator[Record]:
    import pyarrow as pa

    row = 0
    try:
        for batch in _iterate_parquet(path) if form == "parquet" else _iterate_arrow(path):
            for values in _read_batch(batch, row, tally):
                row += 1
                yield Record(row, {}, TOO_DEEP) if is_too_deep(values) else Record(row, make_plain(values))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"'{path.name}' cannot be read after row {row:,}; the file is damaged.") from error


def _iterate_parquet(path: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=_BATCH)


def _iterate_arrow(path: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        reader = _open_ipc(file)
        whole = (
            (reader.get_batch(number) for number in range(reader.num_record_batches))
            if hasattr(reader, "num_record_batches")
            else reader
        )
        for batch in whole:
            _check_batch(batch)
            for start in range(0, batch.num_rows, _BATCH):
                yield batch.slice(start, _BATCH)


def _check_batch(batch: pa.RecordBatch) -> None:
    """Make sure that a damaged file leads nobody beyond the memory that it fills, which would end the process.

    Raises:
        pa.ArrowInvalid: it would.
    """
    import pyarrow as pa

    plain = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
    batch.validate()
    for column in batch.columns:
        as_bytes = plain.get(column.type)  # what is no UTF-8 is replaced later
        (column if as_bytes is None else column.view(as_bytes)).validate(full=True)


def _read_batch(batch: pa.RecordBatch, before: int, tally: Tally) -> list[dict[str, Any]]:
    """The rows of a batch; values that Python cannot hold are replaced and counted."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except _UNREADABLE:
        columns = {
            name: [_read_value(value, name, before + number, tally) for number, value in enumerate(column, start=1)]
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return rows


def _read_value(value: pa.Scalar, column: str, row: int, tally: Tally) -> Any:
    import pyarrow as pa

    try:
        return value.as_py()
    except _UNREADABLE:
        if pa.types.is_string(value.type) or pa.types.is_large_string(value.type):
            tally.add(f"held bytes in '{column}' that are no UTF-8; they were replaced by U+FFFD", row)
            return value.as_buffer().to_pybytes().decode("utf-8", "replace")
        tally.add(f"held a value in '{column}' that cannot be read, such as a date beyond the year 9999; left out", row)
        return None
