"""Rows in JSON: an object a line, a list of objects, or one object that holds columns or lists of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from attrprompt.errors import InputError
from attrprompt.exchange.rows.formats.text_files import TextLayout, examine_text, open_text
from attrprompt.exchange.rows.record_source import (
    MAX_DEPTH,
    TOO_DEEP,
    ChoiceNeeded,
    ReadOptions,
    Record,
    RecordSource,
    list_columns,
    refuse_part,
)
from attrprompt.files import MAX_LINE, read_lines

MakeRows = Callable[[], Iterator[Record]]

_CHUNK = 1 << 20
_PEEK = 4096
_BLANKS = re.compile(r"[\s,\ufeff]*")
_MAX_DIGITS = 4_000


def open_json(path: Path, options: ReadOptions) -> RecordSource:
    """Open a file of JSON, in whichever form it has.

    Raises:
        InputError: it holds no rows, or several lists of rows of which the options name none.
    """
    layout = examine_text(path, options.encoding)
    make_rows = _find_form(path, layout)
    if isinstance(make_rows, dict):
        make_rows = _choose_table(path, make_rows, options.split)
    else:
        refuse_part(path, options)
    source = RecordSource(
        path,
        "json",
        (),
        lambda tally: make_rows(),
        encoding=layout.encoding,
        is_guessed=layout.is_guessed,
        remarks=layout.describe(path.name),
    )
    head = source.read_head()
    source.columns = list_columns(head)
    if not source.columns:
        problem = next((f"; row {record.row} {record.problem}" for record in head), "")
        raise InputError(
            f"'{path.name}' holds no rows{problem}. Rows in JSON are one object with named fields a line, or a list "
            "of such objects."
        )
    return source


def _find_form(path: Path, layout: TextLayout) -> MakeRows | dict[str, list[Any]]:
    """How the rows are read; of a file that holds lists of rows, those by their names."""
    with open_text(path, layout) as file:
        if file.read(_PEEK).lstrip("\ufeff \t\r\n").startswith("["):  # perhaps all of it is one line
            return lambda: _iterate_values(path, layout)
    with open_text(path, layout) as file:
        lines = (line for line in read_lines(file, path.name) if line.strip())
        first, second = next(lines, ""), next(lines, "")
    row = _decode(first)
    if row is None and first.lstrip("\ufeff \t").startswith("{"):  # an object over several lines
        whole = _read_values(path, layout, 2)
        if len(whole) > 1:
            return lambda: _iterate_values(path, layout)
        row, second = (whole[0], "") if whole else (None, second)
    if row is None:
        raise InputError(
            f"'{path.name}' is no JSON Lines file: line 1 {TOO_DEEP if _is_deep(first) else 'is no valid JSON'}."
            if first
            else f"'{path.name}' holds no rows."
        )
    if second or not isinstance(row, Mapping):
        return lambda: _iterate_lines(path, layout)
    tables = _find_tables(row)
    if not tables:
        return lambda: iter([_make_record(1, row, True)])
    if tables.keys() == {""}:
        return _choose_table(path, tables, "")
    return tables


def _choose_table(path: Path, tables: dict[str, list[Any]], named: str) -> MakeRows:
    if named not in tables and (named or len(tables) > 1):
        names = ", ".join(list(tables)[:20])
        problem = f"no list of rows '{named[:60]}'" if named else "several lists of rows"
        raise ChoiceNeeded(f"'{path.name}' holds {problem}. Name one with --split: {names}.", "split", list(tables))
    rows = tables[named or next(iter(tables))]
    return lambda: (_make_record(number, values, True) for number, values in enumerate(rows, start=1))


def _iterate_lines(path: Path, layout: TextLayout) -> Iterator[Record]:
    with open_text(path, layout) as file:
        for row, line in enumerate(read_lines(file, path.name), start=1):
            if line.isspace():
                continue
            if _is_deep(line):
                yield Record(row, {}, TOO_DEEP)
                continue
            try:
                values = _DECODER.decode(line.lstrip("\ufeff"))
            except ValueError:
                yield Record(row, {}, "is no valid JSON")
            except RecursionError:  # the reader's caller stands deep in the stack already
                yield Record(row, {}, TOO_DEEP)
            else:
                yield _make_record(row, values, "\\u" in line)


def _iterate_values(path: Path, layout: TextLayout) -> Iterator[Record]:
    with open_text(path, layout) as file:
        for row, (value, may_break) in enumerate(_ValueReader(file, path.name), start=1):
            yield _make_record(row, value, may_break)


def _read_values(path: Path, layout: TextLayout, count: int) -> list[Any]:
    """The first values of a file; none where they are no JSON."""
    found: list[Any] = []
    with open_text(path, layout) as file:
        try:
            for value, _ in _ValueReader(file, path.name):
                found.append(value)
                if len(found) == count:
                    break
        except InputError:
            return []
    return found


def _make_record(row: int, values: Any, may_break: bool) -> Record:
    if not isinstance(values, Mapping):
        return Record(row, {}, "is no JSON object with named fields")
    return Record(row, values, may_break=may_break)


class _ValueReader:
    """The values in a list, or one after the other without one, in memory for one of them.

    The standard decoder reads a value from the middle of a text, and takes the NaN that Python writes, which parsers
    that stream refuse.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._buffer = ""
        self._position = 0
        self._is_whole = False
        self._count = 0

    def __iter__(self) -> Iterator[tuple[Any, bool]]:
        is_list = self._find_next() == "["
        self._position += is_list
        while sign := self._find_next():
            if is_list and sign == "]":
                self._position += 1
                if self._find_next():
                    raise InputError(f"'{self._name}' goes on after the end of its list; it is no valid JSON.")
                return
            yield self._read_value()
        if is_list:
            raise InputError(f"'{self._name}' is cut off after row {self._count:,}: its list does not end.")

    def _find_next(self) -> str:
        """The next character that says anything, or "" at the end."""
        while True:
            blanks = _BLANKS.match(self._buffer, self._position)
            self._position = blanks.end() if blanks else self._position
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if not self._read_on(_CHUNK):
                return ""

    def _read_value(self) -> tuple[Any, bool]:
        size = _CHUNK
        self._count += 1
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except RecursionError as error:
                raise InputError(f"Row {self._count:,} of '{self._name}' {TOO_DEEP}.") from error
            except ValueError as error:
                if len(self._buffer) - self._position > MAX_LINE:
                    raise InputError(
                        f"Row {self._count:,} of '{self._name}' does not end within {MAX_LINE // 1024**2} MB; it is "
                        "no valid JSON."
                    ) from error
                if not self._read_on(size):
                    raise InputError(f"Row {self._count:,} of '{self._name}' is no valid JSON.") from error
                size *= 2  # so that a long value is not read too often
            else:
                may_break = self._buffer.find("\\u", self._position, end) >= 0
                self._position = end
                return value, may_break

    def _read_on(self, size: int) -> bool:
        if self._is_whole:
            return False
        more = self._file.read(size)
        self._buffer = self._buffer[self._position :] + more
        self._position = 0
        self._is_whole = not more
        return not self._is_whole


def _find_tables(whole: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists of rows in one object; none where it is a row itself.

    They are what pandas writes in its forms `columns` (its default), `index`, `split` and `list`, and lists of
    objects under a name, such as the splits of a data set.
    """
    members = list(whole.values())
    if all(isinstance(member, Mapping) for member in members):
        if not members or any(member.keys() != members[0].keys() for member in members):
            return {}
        if all(name.isdecimal() for name in whole):
            return {"": members}
        return {"": [{name: column[key] for name, column in whole.items()} for key in members[0]]}
    columns, data = whole.get("columns"), whole.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        return {"": [dict(zip(map(str, columns), row, strict=False)) for row in data]}
    lists = {name: member for name, member in whole.items() if isinstance(member, list) and member}
    tables = {name: rows for name, rows in lists.items() if all(isinstance(row, Mapping) for row in rows)}
    if len(lists) == len(whole) > len(tables) and len({len(column) for column in lists.values()}) == 1:
        return {"": [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]}
    is_row = any(isinstance(member, str) for member in members) and not {"version", "info"} & whole.keys()
    return {} if is_row else tables


def _is_deep(text: str) -> bool:
    """Whether a text of JSON may be nested too deeply to decode; a quick look, which knows no quotation marks."""
    return text.count("[") + text.count("{") > MAX_DEPTH and _measure_depth(text) > MAX_DEPTH


def _measure_depth(text: str) -> int:
    deepest = depth = 0
    for token in _TOKENS.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _decode(text: str) -> Any:
    try:
        return None if _is_deep(text) else _DECODER.decode(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _read_int(digits: str) -> int | str:
    """Longer numbers than Python turns into one stay the text that they are."""
    return int(digits) if len(digits) < _MAX_DIGITS else digits


_TOKENS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"?')
_DECODER = json.JSONDecoder(parse_int=_read_int)
