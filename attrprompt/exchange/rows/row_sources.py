"""Opens files of rows, each read one row after the other in constant memory, whatever form they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from attrprompt.errors import InputError
from attrprompt.exchange.rows.formats.annotation_tools import flatten_export
from attrprompt.exchange.rows.formats.arrow_rows import open_arrow, open_parquet, read_class_names
from attrprompt.exchange.rows.formats.csv_rows import open_csv
from attrprompt.exchange.rows.formats.folders import describe_shard, find_shards, read_features
from attrprompt.exchange.rows.formats.json_rows import open_json
from attrprompt.exchange.rows.formats.spreadsheets import open_workbook
from attrprompt.exchange.rows.formats.text_files import PACKINGS
from attrprompt.exchange.rows.record_source import TABLES, ReadOptions, Record, RecordSource, Tally, refuse_part

FORMATS = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
PACKED = frozenset({"json", "csv"})
"""The formats that are also read out of a packing; the others are packed in themselves."""

_INSTEAD = {
    ".xls": "Spreadsheets of this old form are not read; save it as .xlsx or CSV.",
    ".ods": "Spreadsheets of this form are not read; save it as .xlsx or CSV.",
    ".zip": "Unpack it first, then name the file or the folder that comes out.",
    ".tar": "Unpack it first, then name the file or the folder that comes out.",
    ".zst": "Unpack it first, or pack it with gzip instead.",
    ".pkl": "Pickled files can run programs and are not read; save the table as CSV or Parquet.",
}


def list_endings() -> list[str]:
    """The endings of files that can be read, without the point, packed ones included."""
    packed = [ending + packing for ending, form in FORMATS.items() for packing in PACKINGS if form in PACKED]
    return [ending.removeprefix(".") for ending in (*FORMATS, *packed)]


def open_records(path: Path, options: ReadOptions | None = None) -> RecordSource:
    """Open a file of rows, or a folder that holds the shards of one data set.

    Args:
        path: the file or folder.
        options: what it cannot say of itself.

    Raises:
        InputError: it is missing, damaged, of an unknown format, holds no rows, or several sets of them.
    """
    options = options or ReadOptions()
    if not path.exists():
        raise InputError(f"There is no file '{path}'; check the path.")
    if not path.is_dir():
        source = _open_file(path, options)
        source.remarks += describe_shard(path)
        return source
    files = find_shards(path, FORMATS, options.split)
    options = replace(options, split="")
    return join_shards([_open_file(file, options) for file in files])


def join_shards(sources: list[RecordSource]) -> RecordSource:
    """Several files as one, whose rows are counted on."""
    first = sources[0]
    if len(sources) == 1:
        return first
    return replace(
        first,
        columns=tuple(dict.fromkeys(name for source in sources for name in source.columns)),
        make_rows=lambda tally: _chain(sources, tally),
        remarks=list(dict.fromkeys(remark for source in sources for remark in source.remarks)),
    )


def _chain(sources: list[RecordSource], tally: Tally) -> Iterator[Record]:
    row = 0
    for source in sources:
        for record in source.make_rows(tally):
            row += 1
            yield replace(record, row=row)


def _open_file(path: Path, options: ReadOptions) -> RecordSource:
    form = _find_format(path)
    _refuse_idle_options(path, form, options)
    if form == "parquet":
        source = open_parquet(path)
    elif form == "arrow":
        source = open_arrow(path)
        source.class_names = source.class_names or read_class_names(read_features(path))
    elif form == "xlsx":
        source = open_workbook(path, options)
    elif form == "csv":
        source = open_csv(path, options)
    else:
        source = open_json(path, options)
    return flatten_export(source)


def _refuse_idle_options(path: Path, form: str, options: ReadOptions) -> None:
    """Say what has no meaning for a form of file, instead of leaving it out without a word."""
    if options.encoding and form not in PACKED:
        raise InputError(f"'{path.name}' says itself how its letters are stored; leave --encoding out.")
    if not options.has_header and form not in TABLES:
        raise InputError(f"'{path.name}' names the values of its rows itself; leave --no-header out.")
    if form not in ("json", "xlsx"):
        refuse_part(path, options)


def _find_format(path: Path) -> str:
    endings = [suffix.casefold() for suffix in path.suffixes[-2:]]
    packing = endings.pop() if endings and endings[-1] in PACKINGS else ""
    ending = endings[-1] if endings else ""
    form = FORMATS.get(ending)
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read: {error.strerror}.") from error
    if not head:
        raise InputError(f"'{path.name}' is empty.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04") and form == "csv" and not packing:
        return "xlsx"  # a workbook under a false ending, as some sites serve it
    if form is None or (packing and form not in PACKED):
        instead = _INSTEAD.get(ending, "Give one that ends in .jsonl, .json, .csv, .tsv, .parquet, .arrow or .xlsx.")
        raise InputError(f"'{path.name}' is of no format that is read. {instead}")
    return form
