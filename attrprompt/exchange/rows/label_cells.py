"""What the cell of a label may hold: nothing, a name, a number, or several of them in one of many forms."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from attrprompt.edits.parts import count_of

SEPARATORS = ("|", ";", "#")
"""What tools put between the labels of a text; a comma is in many names too, so it is only proposed."""

NO_CLASS = -1
"""What the `datasets` library writes for a text without a class."""

_COMMA = ","
_LINE = "\n"
_NAMES = ("choices", "label", "labels", "name", "value")
_NUMBER = re.compile(r"[-+]?\d{1,9}(\.0+)?")
_ITEM = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"|[-+]?\d+(?:\.\d+)?""")
_BETWEEN = re.compile(r"[\s,]*")
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_EMPTY = frozenset({"", "nan", "<na>"})
_LONG = 100_000
_YES = frozenset({"1", "1.0", "true", "yes", "x"})
_NO = frozenset({"0", "0.0", "false", "no", ""})


def read_position(given: Any) -> int | None:
    """The number of a class, as it comes through CSV and pandas; None where it is no whole number."""
    if isinstance(given, bool):
        return None
    if isinstance(given, int):
        return given
    if isinstance(given, float):
        return int(given) if given.is_integer() else None
    if isinstance(given, str) and given.isascii() and _NUMBER.fullmatch(given.strip()):
        return int(float(given.strip()))
    return None


def read_answer(given: Any) -> bool | None:
    """Whether the cell of a column named like a label says yes; None where it says neither yes nor no."""
    if given is None or is_nan(given):
        return False
    word = str(given).strip().casefold()
    return True if word in _YES else False if word in _NO else None


def is_nan(given: Any) -> bool:
    """True for the number that stands for a missing one."""
    return isinstance(given, float) and math.isnan(given)


def list_members(given: Any) -> list[Any]:
    """The labels in a cell: of a list, a list written as text, or an object that holds them; none in an empty cell.

    What is nested in another way is a member as it stands.
    """
    if given is None or is_nan(given):
        return []
    if isinstance(given, Mapping):
        return _list_object(given)
    if isinstance(given, list | tuple):
        found = []
        for member in given:
            found += list_members(member) if isinstance(member, Mapping | str) or not _is_nested(member) else [member]
        return found
    if isinstance(given, str):
        text = given.strip()
        if text.casefold() in _EMPTY:
            return []
        written = _read_written_list(text) if text[0] in _BRACKETS and len(text) < _LONG else None
        return [given] if written is None else list_members(written)
    return [given]


class LabelCells:
    """Splits the cells of one column into labels, and remembers what is to be said of it."""

    def __init__(self, is_known: Callable[[str], bool], *, takes_several: bool, separator: str = "") -> None:
        self._is_known = is_known
        self._takes_several = takes_several
        self._separator = separator
        self.forget()

    def forget(self) -> None:
        """Start counting anew."""
        self._split: dict[str, tuple[int, str]] = {}
        self._proposed: dict[str, tuple[int, str]] = {}

    def split(self, given: Any) -> list[Any]:
        """The labels of one cell, each as given."""
        members: list[Any] = []
        for member in list_members(given):
            members += self._split_text(member) if isinstance(member, str) else [member]
        return members

    @property
    def proposal(self) -> str:
        """What seems to stand between labels that were kept as one; "" where there is nothing to ask."""
        return max(self._proposed, key=lambda sign: self._proposed[sign][0], default="")

    def describe(self) -> list[str]:
        """What a person should know, in sentences."""
        notes = [
            f"{count_of(count, 'cell')} held several labels with {_name_sign(sign)} between them (such as "
            f"'{_show(example)}') and {'was' if count == 1 else 'were'} split there."
            for sign, (count, example) in self._split.items()
        ]
        if self._separator and not self._split:
            notes.append(f"No cell held {_name_sign(self._separator)} between labels; --label-separator did nothing.")
        for sign, (count, example) in self._proposed.items():
            what = f"{count_of(count, 'cell')} may hold several labels with {_name_sign(sign)} between them"
            if self._takes_several:
                notes.append(f"{what} (such as '{_show(example)}'); to split them, give --label-separator '{sign}'.")
            else:
                notes.append(f"{what} (such as '{_show(example)}'), but a text of this project carries one.")
        return notes

    def _split_text(self, text: str) -> list[str]:
        if self._separator:
            return self._count(self._split, self._separator, text, _cut(text, self._separator))
        if self._is_known(text):
            return [text]
        for sign in (_LINE, *SEPARATORS):
            parts = _cut(text, sign)
            if len(parts) > 1 and all(parts) and any(map(self._is_known, parts)):
                if self._takes_several:
                    return self._count(self._split, sign, text, parts)
                self._count(self._proposed, sign, text, parts)
                return [text]
        parts = _cut(text, _COMMA)
        if len(parts) > 1 and all(map(self._is_known, parts)):
            self._count(self._proposed, _COMMA, text, parts)
        return [text]

    def _count(self, counts: dict[str, tuple[int, str]], sign: str, text: str, parts: list[str]) -> list[str]:
        if len(parts) > 1:
            count, example = counts.get(sign, (0, text))
            counts[sign] = (count + 1, example)
        return [part for part in parts if part]


def list_marks(given: Any, count: int) -> list[int] | None:
    """The numbers, from 0, of the labels that a list of 0 and 1 marks, one for each label; None where it is no such."""
    if isinstance(given, str) and given.strip()[:1] == "[" and len(given) < _LONG:
        given = _read_written_list(given.strip())
    if not isinstance(given, list | tuple) or count < 2 or len(given) != count:
        return None
    marks = [int(mark) if isinstance(mark, bool) else read_position(mark) for mark in given]
    if not set(marks) <= {0, 1}:
        return None
    return [number for number, mark in enumerate(marks) if mark]


def _name_sign(sign: str) -> str:
    return "a line break" if sign == _LINE else f"'{sign}'"


def _show(example: str) -> str:
    return example[:100].replace(_LINE, "\\n")


def _cut(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator.strip() or separator)]


def _is_nested(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _list_object(given: Mapping[str, Any]) -> list[Any]:
    for name in _NAMES:
        if name in given and not isinstance(given[name], Mapping):
            return list_members(given[name])
    answers = {name: read_answer(value) for name, value in given.items()}
    if len(answers) > 1 and None not in answers.values():
        return [name for name, says_yes in answers.items() if says_yes]
    return [given]


def _read_written_list(text: str) -> Any:
    """A list or object that was written as text by JSON, Python or numpy; None where it is none."""
    if text[-1] != _BRACKETS[text[0]]:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if value is not None:
        return value
    body = text[1:-1]
    found: list[str] = []
    position = 0
    while True:
        position = _skip(body, position)
        if position == len(body):
            return found if found or not body.strip() else None
        item = _ITEM.match(body, position)
        if item is None:
            return None
        found.append(_unquote(item[0]))
        position = item.end()


def _skip(body: str, position: int) -> int:
    between = _BETWEEN.match(body, position)
    return between.end() if between else position


def _unquote(item: str) -> str:
    if item[0] not in "'\"":
        return item
    return re.sub(r"\\(.)", r"\1", item[1:-1])
