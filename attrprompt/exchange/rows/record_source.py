"""What every form of file is read as: records with named values, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.errors import InputError

HEAD_ROWS = 100
"""How many rows tell which columns a file without a schema has."""

TABLES = frozenset({"csv", "xlsx"})
"""The formats whose first line names the columns."""

MAX_DEPTH = 920
TOO_DEEP = f"is nested over {MAX_DEPTH} levels deep"
"""The problem of a record that those who work through it would not come out of."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a file cannot say of itself, or says wrongly.

    Attributes:
        encoding: of a text file, as Python or the web names it; "" to find it out.
        has_header: False where the first line of a table is a row already; its columns are then called 1, 2, 3 …
        split: which part of a folder or workbook: a split such as `train`, or the name of a sheet.
        label_separator: what stands between several labels in one cell; "" where the project's names tell it.
        first_number: the number of the first label, where labels are numbers: 0 or 1; None where 0 is a safe guess.
    """

    encoding: str = ""
    has_header: bool = True
    split: str = ""
    label_separator: str = ""
    first_number: int | None = None


class ChoiceNeeded(InputError):
    """A file can be read in several ways, and only a person knows in which.

    Attributes:
        option: the field of `ReadOptions` that says it.
        choices: what it may be.
    """

    def __init__(self, message: str, option: str, choices: Sequence[str]) -> None:
        super().__init__(message)
        self.option = option
        self.choices = tuple(choices)


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


class Tally:
    """What was met in how many rows while a file was read, with the first place of each."""

    def __init__(self) -> None:
        self._met: dict[str, list[int]] = {}

    def add(self, what: str, row: int) -> None:
        """Count a row; `what` goes on after "3 rows"."""
        self._met.setdefault(what, [0, row])[0] += 1

    def describe(self) -> list[str]:
        """A sentence for each thing that was met."""
        return [
            f"{count_of(count, 'row')} {what} (the first: row {first:,})." for what, (count, first) in self._met.items()
        ]


@dataclass
class RecordSource:
    """A file of rows, or several shards of one.

    Attributes:
        path: the file, of shards the first.
        format: what it was read as, such as `jsonl`.
        columns: the names of its columns (of a file without a schema: of its first hundred rows).
        make_rows: starts reading at the first row and counts in the tally what was met on the way.
        class_names: columns whose numbers stand for class names that the file itself gives.
        text_column: the column of the texts, where the form of the file tells it.
        label_column: the column of the labels, where the form of the file tells it.
        encoding: of a text file: the one that it was read in.
        is_guessed: whether that encoding was guessed.
        header_doubt: why the first line seems to be a row and no header.
        remarks: what a person should know from the start, in sentences.
    """

    path: Path
    format: str
    columns: tuple[str, ...]
    make_rows: Callable[[Tally], Iterator[Record]]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text_column: str | None = None
    label_column: str | None = None
    encoding: str = ""
    is_guessed: bool = False
    header_doubt: str = ""
    remarks: list[str] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)

    def __iter__(self) -> Iterator[Record]:
        """All records from the first; may be started again."""
        self._tally = Tally()
        return self.make_rows(self._tally)

    def read_head(self) -> list[Record]:
        """The first records, without counting them."""
        return list(islice(self.make_rows(Tally()), HEAD_ROWS))

    @property
    def notes(self) -> list[str]:
        """What a person should know, in sentences; complete once all rows were read."""
        return [*self.remarks, *self._tally.describe()]


def refuse_part(path: Path, options: ReadOptions) -> None:
    """A file that has no parts has none to choose.

    Raises:
        InputError: one is named all the same.
    """
    if options.split:
        raise InputError(f"'{path.name}' is one list of rows; leave --split out.")


def list_columns(records: Iterable[Record]) -> tuple[str, ...]:
    """The names that occur in the records, in their order."""
    return tuple(dict.fromkeys(name for record in records for name in record.values))


def is_too_deep(value: Any) -> bool:
    """Whether lists and objects in a value are nested deeper than `MAX_DEPTH`."""
    level = [value] if isinstance(value, Mapping | list | tuple) else []
    for _ in range(MAX_DEPTH + 1):
        level = [
            member
            for outer in level
            for member in (outer.values() if isinstance(outer, Mapping) else outer)
            if isinstance(member, Mapping | list | tuple)
        ]
        if not level:
            return False
    return True
