"""What the cells of a file hold, in a form that every database keeps."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.records import UNSTORABLE, make_storable

MAX_DEPTH = 30
_SHOWN = 20


class PlainValues:
    """Cleans the values of rows, and counts by column the rows in which something had to be changed."""

    def __init__(self) -> None:
        self._replaced: Counter[str] = Counter()
        self._cut: Counter[str] = Counter()

    def clean(self, values: Mapping[str, Any], *, may_break: bool) -> dict[str, Any]:
        """The values of one row, by column.

        Args:
            may_break: False where no text among them can hold a NUL or half a character.
        """
        cleaned = {}
        for name, value in values.items():
            if not may_break and (value is None or isinstance(value, str | int)):
                cleaned[name] = value
                continue
            change = _Change()
            column = change.clean(name, may_break, 0)
            cleaned[column] = change.clean(value, may_break, 1)
            if change.replaced:
                self._replaced[column] += 1
            if change.cut:
                self._cut[column] += 1
        return cleaned

    @property
    def notes(self) -> list[str]:
        """What was changed, in sentences."""
        notes = []
        if places := _list_columns(self._replaced):
            notes.append(f"NUL or half a character, which no database stores, was replaced by U+FFFD in {places}.")
        if places := _list_columns(self._cut):
            notes.append(f"What was nested over {MAX_DEPTH} levels deep was left out in {places}.")
        return notes


@dataclass(slots=True)
class _Change:
    """What had to be changed in one value."""

    replaced: bool = False
    cut: bool = False

    def clean(self, value: Any, may_break: bool, depth: int) -> Any:
        if isinstance(value, str):
            if not may_break or UNSTORABLE.search(value) is None:
                return value
            self.replaced = True
            return make_storable(value)[0]
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if not isinstance(value, Mapping | list | tuple):
            return value
        if depth > MAX_DEPTH:
            self.cut = True
            return None
        if isinstance(value, Mapping):
            return {
                self.clean(str(key), may_break, depth): self.clean(member, may_break, depth + 1)
                for key, member in value.items()
            }
        return [self.clean(member, may_break, depth + 1) for member in value]


def _list_columns(counts: Counter[str]) -> str:
    found = [f"'{name[:60]}' ({count_of(count, 'row')})" for name, count in counts.most_common(_SHOWN)]
    return ", ".join(found)
