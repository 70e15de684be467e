"""Files that say what labels are called: one a line, `id2label` as JSON, or a table of two columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrprompt.errors import InputError
from attrprompt.exchange.attribute_lines import parse_labels
from attrprompt.exchange.csv_dialect import read_csv_text
from attrprompt.exchange.rows.label_cells import read_position
from attrprompt.files import read_text
from attrprompt.project import MAX_NAME_LENGTH

LabelMap = Sequence[str] | Mapping[str, str]
"""Names in the order of their numbers, or a name for each number or word that a file gives."""

_NUMBERED_LINE = re.compile(r"\s*(\d{1,9})\s*[:=\t]\s*(\S.*?)\s*")
_WORDS_FOR_NAMES = frozenset({"label", "labels", "name", "class", "label_text", "label_name"})
_WHERE_NAMES_ARE = ("id2label", "label2id", "names", "label_names", "labels", "classes")
_HELP = "A label map names one label a line, or gives a name for each number in two columns or as a JSON object."


def read_label_map(path: Path) -> LabelMap:
    """The names that a file gives to numbered labels, or to labels of other names.

    Raises:
        InputError: the file cannot be read, or names a label twice or an empty one.
    """
    if not path.is_file():
        raise InputError(f"There is no file '{path}'. {_HELP}")
    text = read_text(path)
    if text.lstrip()[:1] in ("{", "["):
        return _read_json(text, path.name)
    if path.suffix.casefold() in (".csv", ".tsv"):
        table = _read_table(text, path.name)
        if table:
            return table
    lines = [_NUMBERED_LINE.fullmatch(line) for line in text.splitlines() if line.strip()]
    numbered = [(line[1], line[2]) for line in lines if line]
    if numbered and len(numbered) == len(lines):
        return _make_map(numbered, path.name)
    return parse_labels(text, path.name)


def find_mapped(labels: LabelMap, given: str, position: int | None) -> str | None:
    """The name that a map gives to a label; None where it gives none."""
    if isinstance(labels, Mapping):
        return labels.get(given.strip() if position is None else str(position))
    return labels[position] if position is not None and 0 <= position < len(labels) else None


def _read_json(text: str, name: str) -> LabelMap:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{name}' is no valid JSON. {_HELP}") from error
    if isinstance(value, Mapping):  # as a model's config.json and descriptions of data sets have them
        value = next((value[name] for name in _WHERE_NAMES_ARE if isinstance(value.get(name), Mapping | list)), value)
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return parse_labels("\n".join(" ".join(member.split()) for member in value), name)
    if isinstance(value, Mapping) and value:
        pairs = [(str(given), label) for given, label in value.items()]
        if all(isinstance(label, str) for _, label in pairs):
            return _make_map(pairs, name)
        if all(read_position(label) is not None for _, label in pairs):
            return _make_map([(str(number), label) for label, number in pairs], name)
    raise InputError(f"'{name}' names no labels that can be told. {_HELP}")


def _read_table(text: str, name: str) -> LabelMap:
    """A map from two columns, with or without a header; empty where the file has only one."""
    header, rows = read_csv_text(text, name)
    if len(header) < 2:
        return ()
    if len(header) > 2:
        raise InputError(f"'{name}' has {len(header)} columns; leave the two that say which name a number has.")
    pairs = [(cells[0], cells[1]) for _, cells in rows if len(cells) == 2]
    first_is_row = bool({cell for cell in header if read_position(cell) is not None})
    if first_is_row:
        pairs.insert(0, (header[0], header[1]))
    numbers_second = all(read_position(second) is not None for _, second in pairs)
    names_first = header[0].casefold() in _WORDS_FOR_NAMES and header[1].casefold() not in _WORDS_FOR_NAMES
    if pairs and (numbers_second or (names_first and not first_is_row)):
        pairs = [(second, first) for first, second in pairs]
    return _make_map(pairs, name)


def _make_map(pairs: Iterable[tuple[str, Any]], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for given, label in pairs:
        position = read_position(given)
        key = given.strip() if position is None else str(position)
        text = str(label).strip()
        if not text or len(text) > MAX_NAME_LENGTH:
            problem = f"over {MAX_NAME_LENGTH} characters" if text else "empty"
            raise InputError(f"The name that '{name}' gives to '{key[:60]}' is {problem}.")
        if found.setdefault(key, text) != text:
            raise InputError(f"'{name}' gives two names to '{key[:60]}': '{found[key]}' and '{text}'.")
    if not found:
        raise InputError(f"'{name}' names no labels. {_HELP}")
    return found
