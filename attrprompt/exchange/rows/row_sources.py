"""Records of JSONL, CSV and Parquet files, one after the other, in constant memory."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.errors import InputError
from attrprompt.exchange.csv_dialect import read_csv
from attrprompt.exchange.formula_guard import is_dangerous, is_guarded, unguard_cell
from attrprompt.files import check_utf8

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
JSON_COLUMNS = frozenset(
    {"attributes", "tokens", "parameters", "messages", "flags", "labels", "asked_labels", "edited"}
)
"""Columns that our CSV files hold as JSON."""

_OUR_COLUMNS = frozenset({"id", "dataset", "item", "raw", "method", "prompt"})
_MAX_LINE = 64 * 1024 * 1024
_HEAD_ROWS = 100
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file as it stands.

    Attributes:
        row: its number, from 1.
        values: its columns; none where the row could not be read.
        problem: why it could not be read.
        may_break: False where no text in it can hold a NUL or half a character.
    """

    row: int
    values: Mapping[str, Any]
    problem: str = ""
    may_break: bool = True


@dataclass
class RecordSource:
    """A file of rows.

    Attributes:
        path: the file.
        format: `jsonl`, `csv` or `parquet`.
        columns: the names of its columns (of JSONL: of its first hundred rows).
        class_names: columns whose numbers stand for class names that the file itself gives.
        notes: what was changed while reading, in sentences; complete once all rows were read.
    """

    path: Path
    format: str
    columns: tuple[str, ...]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _unguard: bool = False

    def __iter__(self) -> Iterator[Record]:
        """All records from the first; may be started again."""
        if self.format == "jsonl":
            return _iterate_jsonl(self.path)
        if self.format == "csv":
            return _iterate_csv(self.path, self._unguard)
        return _iterate_parquet(self.path)


def open_records(path: Path) -> RecordSource:
    """Open a file of rows, or a folder that holds exactly one (such as a Hugging Face data set of one split).

    Raises:
        InputError: it is missing, of an unknown format, not UTF-8, or has no readable first row.
    """
    file = _find_file(path)
    form = _find_format(file)
    if form == "parquet":
        columns, class_names = _read_parquet_schema(file)
        return RecordSource(file, form, columns, class_names)
    check_utf8(file)
    if form == "csv":
        columns, unguard, notes = _examine_csv(file)
        return RecordSource(file, form, columns, notes=notes, _unguard=unguard)
    return RecordSource(file, form, _read_jsonl_columns(file))


def _find_file(path: Path) -> Path:
    if not path.exists():
        raise InputError(f"There is no file '{path}'; check the path.")
    if not path.is_dir():
        return path
    inside = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.casefold() in FORMATS)
    data = [file for file in inside if file.parent.name == "data"] or inside
    if len(data) != 1:
        names = ", ".join(str(file.relative_to(path)) for file in data[:20]) or "none"
        raise InputError(f"'{path}' is a folder; name one file of rows. Such files in it: {names}.")
    return data[0]


def _find_format(path: Path) -> str:
    form = FORMATS.get(path.suffix.casefold())
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read: {error.strerror}.") from error
    if not head:
        raise InputError(f"'{path.name}' is empty.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if form is None:
        raise InputError(f"'{path.name}' is of no known format; give a file ending in .jsonl, .csv, .tsv or .parquet.")
    return form


def _read_jsonl_columns(path: Path) -> tuple[str, ...]:
    columns: dict[str, None] = {}
    for count, record in enumerate(_iterate_jsonl(path), start=1):
        if record.problem and not columns:
            hint = ""
            with path.open(encoding="utf-8-sig") as file:
                if file.read(1) == "[":
                    hint = " It is one JSON list; save it as JSON Lines, one object a line."
            raise InputError(f"'{path.name}' is no JSON Lines file: line {record.row} {record.problem}.{hint}")
        columns.update(dict.fromkeys(record.values))
        if count == _HEAD_ROWS:
            break
    if not columns:
        raise InputError(f"'{path.name}' holds no rows.")
    return tuple(columns)


def _iterate_jsonl(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        row = 0
        while line := file.readline(_MAX_LINE):
            row += 1
            if len(line) == _MAX_LINE:
                raise InputError(f"Line {row} of '{path.name}' is over {_MAX_LINE // 1024**2} MB; is it JSON Lines?")
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except (ValueError, RecursionError):
                yield Record(row, {}, "is no valid JSON")
                continue
            if isinstance(values, dict):
                yield Record(row, values, may_break="\\u" in line)
            else:
                yield Record(row, {}, "is no JSON object with named fields")


def _examine_csv(path: Path) -> tuple[tuple[str, ...], bool, list[str]]:
    """The header, and whether apostrophes before formula signs are our export's.

    They are where the columns are those of our full export. In a table of texts and labels only, they are where no
    cell starts with an unguarded sign: our export would have guarded it.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, rows = read_csv(file, path.name)
        if set(header) >= _OUR_COLUMNS:
            return tuple(header), True, []
        if set(header) not in ({"text", "label"}, {"text", "labels"}):
            return tuple(header), False, []
        guarded = 0
        for _, cells in rows:
            if any(is_dangerous(cell) for cell in cells):
                return tuple(header), False, []
            guarded += sum(is_guarded(cell) for cell in cells)
    if not guarded:
        return tuple(header), False, []
    note = f"The apostrophe that protects spreadsheets from formulas was taken off {count_of(guarded, 'cell')}."
    return tuple(header), True, [note]


def _iterate_csv(path: Path, unguard: bool) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, rows = read_csv(file, path.name)
        for row, cells in rows:
            if len(cells) > len(header):
                yield Record(row, {}, f"has {len(cells)} cells, but the header names {len(header)}")
                continue
            values: dict[str, Any] = {}
            for name, cell in zip(header, cells, strict=False):
                text = unguard_cell(cell) if unguard else cell
                values[name] = _parse_cell(text) if name in JSON_COLUMNS else text
            yield Record(row, values, may_break=any("\0" in cell or "\\u" in cell for cell in cells))


def _parse_cell(text: str) -> Any:
    if text[:1] not in ("{", "[") and text not in ("true", "false"):
        return text or None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _read_parquet_schema(path: Path) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"'{path.name}' is no usable Parquet file; it may be cut off.") from error
    if len(set(schema.names)) < len(schema.names):
        raise InputError(f"'{path.name}' has two columns of the same name; rename one of them.")
    return tuple(schema.names), _read_class_names((schema.metadata or {}).get(b"huggingface", b""))


def _read_class_names(metadata: bytes) -> dict[str, tuple[str, ...]]:
    """The class names that the `datasets` library keeps in a Parquet file, by column."""
    try:
        features = json.loads(metadata)["info"]["features"]
        found = {}
        for name, feature in features.items():
            inner = feature.get("feature", feature) if isinstance(feature, dict) else feature[0]
            if isinstance(inner.get("names"), list):
                found[name] = tuple(str(label) for label in inner["names"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}
    return found


def _iterate_parquet(path: Path) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for values in batch.to_pylist():
                    row += 1
                    yield Record(row, {name: make_plain(value) for name, value in values.items()})
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"'{path.name}' cannot be read after row {row:,}; the file is damaged.") from error


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
