"""Texts with their labels from files of any origin, each text byte for byte as it stands there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.errors import InputError
from attrprompt.exchange.label_names import LabelNames
from attrprompt.exchange.rows.label_cells import NO_CLASS, LabelCells, list_marks, read_position
from attrprompt.exchange.rows.label_columns import find_labels
from attrprompt.exchange.rows.label_maps import LabelMap, find_mapped
from attrprompt.exchange.rows.plain_values import PlainValues
from attrprompt.exchange.rows.record_source import TABLES, ChoiceNeeded, ReadOptions, Record, RecordSource
from attrprompt.exchange.rows.row_sources import open_records
from attrprompt.exchange.rows.write_rows import is_own_row
from attrprompt.project import MAX_NAME_LENGTH, Project

TEXT_COLUMNS = ("text", "sentence", "content", "review", "document", "utterance", "tweet")
LABEL_COLUMNS = ("label", "labels", "class", "category", "categories", "cats", "intent", "_id")
NO_LABELS = ""
"""As `label_column`: the file has no labels, and that is meant."""

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A text from a file.

    Attributes:
        row: where it stands, from 1: the line of a JSONL file, the row after the header of a CSV file.
        text: byte for byte, but for characters that no database stores.
        labels: names of the project's labels where they are known, else as given.
        attributes: dimension to value text.
        extra: the other columns, as plain data; that of the labels too where they could not be taken as they are.
        is_own: an export of ours wrote this row.
    """

    row: int
    text: str
    labels: tuple[str, ...]
    attributes: dict[str, str]
    extra: dict[str, Any]
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out, and why."""

    row: int
    reason: str


class LabelReader:
    """Turns labels as files give them into names: by folded name, or by position where they are numbers."""

    def __init__(
        self,
        project: Project | None,
        label_map: LabelMap | None,
        class_names: Sequence[str] | None,
        renames: Sequence[str] = (),
        reading: ReadOptions | None = None,
    ) -> None:
        reading = reading or ReadOptions()
        if isinstance(label_map, Mapping) and reading.first_number is not None:
            raise InputError("The label map gives each number its name; leave --first-number out.")
        self._names = list_names(project, renames)
        self._has_project = project is not None
        self._takes_one = project is not None and not project.task.multi_label
        self._cells = LabelCells(
            self._names.__contains__, takes_several=not self._takes_one, separator=reading.label_separator
        )
        self._numbered: LabelMap = self._names.names if class_names is None else class_names
        if label_map is not None:
            self._numbered = label_map
        self._mapped = label_map is not None
        self._guessed = label_map is None and class_names is None
        self._first_number = reading.first_number
        by_name = "0" in self._names or "1" in self._names
        self._ordered = [] if by_name or isinstance(self._numbered, Mapping) else list(self._numbered)
        self.forget()

    def forget(self) -> None:
        """Start counting anew."""
        self._unknown: Counter[str] = Counter()
        self._unknown_here: set[str] = set()
        self._unknown_rows = self._by_position = 0
        self._numbers: set[int] = set()
        self._marked = 0
        self._cells.forget()
        self._unusable: Counter[str] = Counter()
        self._several = 0
        self._first_several: list[str] = []

    def read(self, given: Any, row: int = 0) -> tuple[str, ...]:
        """The names of one row's labels; none where it names several for a text that has one."""
        marks = list_marks(given, len(self._ordered))
        if marks is not None:
            self._marked += 1
            given = [self._ordered[number] for number in marks]
        usable = [member for member in self._cells.split(given) if self._can_be_label(member)]
        self._unknown_here = set()
        names = tuple(dict.fromkeys(name for name in map(self._read_one, usable) if name))
        self._unknown.update(self._unknown_here)
        self._unknown_rows += bool(self._unknown_here)
        if len(names) > 1 and self._takes_one:
            self._several += 1
            self._first_several += [f"{row:,}"] if self._several <= _SHOWN else []
            return ()
        return names

    def describe(self) -> list[str]:
        """What a person should know about the labels that were read."""
        notes = self._cells.describe()
        if self._marked:
            notes.append(
                f"{count_of(self._marked, 'list')} of {len(self._ordered)} numbers 0 and 1 read as marks of the labels "
                f"in their order ({', '.join(self._ordered[:_SHOWN])}); a text has those that are 1."
            )
        if self._by_position and self._guessed:
            notes.append(
                f"Labels given as numbers were read as positions in the project's list ({self._show_numbers()}); "
                "if they mean another order, give their names with --label-map."
            )
        if self._first_number is not None and not self._numbers:
            notes.append("No label was read by its number; --first-number did nothing.")
        if self._unknown:
            common = self._unknown.most_common(_SHOWN)
            shown = "; ".join(self._names.describe(name, f"{count:,}") for name, count in common)
            more = f" and {len(self._unknown) - _SHOWN:,} more" if len(self._unknown) > _SHOWN else ""
            verb = "carries" if self._unknown_rows == 1 else "carry"
            notes.append(
                f"{count_of(self._unknown_rows, 'row')} {verb} a label that the project does not have, kept as given: "
                f"{shown}{more}.{self._names.explain_rename([name for name, _ in common])}"
            )
        if self._several:
            names, was = ("names", "it was") if self._several == 1 else ("name", "they were")
            more = " …" if self._several > _SHOWN else ""
            notes.append(
                f"{count_of(self._several, 'row')} {names} several labels, but a text of this project carries one; "
                f"{was} kept without a label (row {', '.join(self._first_several)}{more}). Import into a project whose "
                "texts may carry several, or leave one label in each row."
            )
        notes += [f"{count_of(count, 'label')} left out: {reason}." for reason, count in self._unusable.items()]
        return notes

    @property
    def separator(self) -> str:
        """What seems to stand between labels in one cell; "" where nothing does."""
        return self._cells.proposal

    def check_numbers(self) -> None:
        """Ask where the numbers begin, once all rows were read, if they fit the labels only when counted from 1.

        Raises:
            ChoiceNeeded: they do, and nobody said so.
        """
        count = len(self._numbered)
        is_counted = not isinstance(self._numbered, Mapping) and (self._guessed or self._mapped)
        fits = count > 1 and min(self._numbers, default=0) == 1 and max(self._numbers, default=0) == count
        if fits and is_counted and self._first_number is None:
            raise ChoiceNeeded(
                f"The labels are numbers from 1 to {count}, but the names are counted from 0 "
                f"({self._show_numbers()}). Say which number the first one has: --first-number 1, or --first-number 0 "
                f"to keep {count} as a label that the project does not have.",
                "first_number",
                ("1", "0"),
            )

    def _show_numbers(self) -> str:
        names = list(self._numbered)[:_SHOWN]
        return ", ".join(f"{number} = {name}" for number, name in enumerate(names, start=self._first_number or 0))

    def _can_be_label(self, given: Any) -> bool:
        if given is None or (isinstance(given, str) and not given.strip()):
            return False
        reason = ""
        if isinstance(given, Mapping | list | tuple):
            reason = "a nested value is no name of a label"
        elif isinstance(given, str) and len(given) > MAX_NAME_LENGTH:
            reason = f"over {MAX_NAME_LENGTH} characters, too long for a label"
        if reason:
            self._unusable[reason] += 1
        return not reason

    def _read_one(self, given: Any) -> str:
        position = read_position(given)
        is_name = position is None or (isinstance(given, str) and given in self._names)
        text = str(given).strip() if is_name else str(position)
        if self._mapped or (position is not None and text not in self._names):
            mapped = self._find_mapped(text, position)
            if mapped is None and position == NO_CLASS:
                return ""
            if position is not None:
                self._numbers.add(position)
                self._by_position += mapped is not None
            if mapped is None and position is not None:
                self._unknown_here.add(text)
                return text
            text = text if mapped is None else mapped
        known = self._names.find(text)
        if known is None and self._has_project:
            self._unknown_here.add(text)
        return known or text

    def _find_mapped(self, text: str, position: int | None) -> str | None:
        if position is not None and not isinstance(self._numbered, Mapping):
            position -= self._first_number or 0
        return find_mapped(self._numbered, text, position)


class RowReader:
    """The rows of a file. Iterate once; then `skipped` and `warnings` are complete.

    An `InputError` can come while iterating (a damaged file), so store the rows in one transaction.
    """

    def __init__(
        self,
        source: RecordSource,
        *,
        text_column: str,
        label_column: str | None,
        attribute_columns: Sequence[str],
        labels: LabelReader,
    ) -> None:
        self.source = source
        self.text_column = text_column
        self.label_column = label_column
        self.skipped: list[SkippedRow] = []
        self._attribute_columns = tuple(attribute_columns)
        self._labels = labels
        self._values = PlainValues()
        self._without_label = self._long_names = 0

    def __iter__(self) -> Iterator[ImportedRow]:
        self.skipped.clear()
        self._values = PlainValues()
        self._without_label = self._long_names = 0
        self._labels.forget()
        for record in self.source:
            reason = record.problem or _explain_missing_text(record, self.text_column)
            if reason:
                self.skipped.append(SkippedRow(record.row, reason))
                continue
            yield self._read(record)
        self._labels.check_numbers()

    @property
    def separator(self) -> str:
        """What seems to stand between labels in one cell, which were kept as one; "" where nothing does."""
        return self._labels.separator

    @property
    def warnings(self) -> list[str]:
        """What a person should know about the rows read so far, in sentences."""
        notes = [*self.source.notes, *self._labels.describe()]
        if self._without_label and self.label_column is not None:
            notes.append(f"{count_of(self._without_label, 'row')} without a label in '{self.label_column}'.")
        if self._long_names:
            notes.append(
                f"{count_of(self._long_names, 'row')} with attributes whose names are over {MAX_NAME_LENGTH} "
                "characters, too long for a dimension; those were left out."
            )
        return notes + self._values.notes

    def _read(self, record: Record) -> ImportedRow:
        values = self._values.clean(record.values, may_break=record.may_break)
        given = values.get(self.label_column) if self.label_column is not None else None
        labels = self._labels.read(given, record.row)
        self._without_label += not labels
        attributes, used = self._read_attributes(values, labels)
        if any(len(name) > MAX_NAME_LENGTH for name in attributes):
            attributes = {name: value for name, value in attributes.items() if len(name) <= MAX_NAME_LENGTH}
            used = set()  # the columns that they stand in are kept as they are
            self._long_names += 1
        used.add(self.text_column)
        if self.label_column is not None and (labels or given in ("", [])):
            used.add(self.label_column)
        extra = {name: value for name, value in values.items() if name not in used and value is not None}
        return ImportedRow(record.row, values[self.text_column], labels, attributes, extra, is_own_row(record.values))

    def _read_attributes(self, values: Mapping[str, Any], labels: Sequence[str]) -> tuple[dict[str, str], set[str]]:
        """The attributes of one row, and the columns that they came from."""
        given = values.get("attributes")
        attributes = join_attributes(given) if isinstance(given, Mapping) else {}
        attributes |= join_attributes({name: values.get(name) for name in self._attribute_columns})
        return attributes, {"attributes", *self._attribute_columns}


def read_rows(
    path: Path,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    label_map: LabelMap | None = None,
    attribute_columns: Sequence[str] = (),
    project: Project | None = None,
    renames: Sequence[str] = (),
    reading: ReadOptions | None = None,
    source: RecordSource | None = None,
) -> RowReader:
    """Open a file of labelled texts.

    Args:
        path: the file, or a folder that holds the shards of one data set.
        text_column: the column of the texts; else the first of `TEXT_COLUMNS` that is there.
        label_column: the column of the labels, or columns of 0 and 1 with commas between them; else as `find_labels`
            tells it; `NO_LABELS` for none.
        label_map: names for labels given as numbers or by other words (see `read_label_map`).
        attribute_columns: columns that hold attribute values, named like the dimensions.
        project: its labels' names are used for labels that fold to the same name.
        renames: `GIVEN=LABEL` for each label of the project that the file calls by another name.
        reading: what the file cannot say of itself.
        source: the file, where it was opened with these options already.

    Raises:
        InputError: the file cannot be read, or a column is missing; the sentence lists those that are there.
    """
    source = source or open_records(path, reading)
    text = choose_column(source, text_column or source.text_column, TEXT_COLUMNS, "text")
    label = None
    if label_column != NO_LABELS:
        is_known = list_names(project, renames).__contains__ if project is not None else None
        source = find_labels(source, label_column, guess_label_columns(source), is_known)
        label = choose_label_column(source, source.label_column)
    for name in attribute_columns:
        choose_column(source, name, (), "attribute")
    return RowReader(
        source,
        text_column=text,
        label_column=label,
        attribute_columns=attribute_columns,
        labels=LabelReader(project, label_map, source.class_names.get(label or ""), renames, reading),
    )


def list_names(project: Project | None, renames: Sequence[str]) -> LabelNames:
    """The labels of a project, by their names and display names."""
    ordered = [label for _, label in project.ordered_labels()] if project else []
    displays = {label.display: label.name for label in ordered if label.display}
    return LabelNames([label.name for label in ordered], displays=displays, renames=renames)


def join_attributes(values: Mapping[str, Any]) -> dict[str, str]:
    """Attribute values as texts; empty ones are left out, several are joined as configurations join them."""
    found = {}
    for name, value in values.items():
        text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else value
        if isinstance(text, Mapping):
            text = json.dumps(text, ensure_ascii=False)
        if text is not None and str(text) != "":
            found[str(name)] = str(text)
    return found


def choose_column(source: RecordSource, named: str | None, guesses: Sequence[str], what: str) -> str:
    """The column that is named, else the first guess that is there.

    Raises:
        InputError: there is none; the sentence lists those that are there.
    """
    if named is not None:
        if named in source.columns:
            return named
    else:
        folded = {name.strip().casefold(): name for name in reversed(source.columns)}
        for guess in guesses:
            if guess in folded:
                return folded[guess]
    if source.header_doubt:
        raise InputError(source.header_doubt)
    problem = f"has no column '{named}'" if named is not None else f"has no {what} column that can be told by its name"
    option = "--attribute-columns" if what == "attribute" else f"--{what}-column"
    columns = ", ".join(column or "(unnamed)" for column in source.columns[:60])
    without = f' A file without labels is read with {option} "".' if what == "label" and named is None else ""
    if source.format in TABLES and named is None:
        option += ", or give --no-header if the first line is a row"
    raise InputError(
        f"'{source.path.name}' {problem}; its columns are: {columns}. Name the right one with {option}.{without}"
    )


def choose_label_column(source: RecordSource, named: str | None) -> str:
    """The column of the labels.

    Raises:
        InputError: there is none.
    """
    return choose_column(source, named, guess_label_columns(source), "label")


def guess_label_columns(source: RecordSource) -> Sequence[str]:
    """What columns of labels are called; `_id` is one only where it holds class numbers, as in the authors' files."""
    return LABEL_COLUMNS if holds_class_numbers(source) else LABEL_COLUMNS[:-1]


def holds_class_numbers(source: RecordSource) -> bool:
    """True where `_id` of the first row is a class number or a list of them."""
    first = next(iter(source), None)
    given = first.values.get("_id") if first else None
    members = given if isinstance(given, list) else [given]
    return bool(members) and all(type(member) is int for member in members)


def _explain_missing_text(record: Record, column: str) -> str:
    text = record.values.get(column)
    if text is None:
        return f"has no '{column}'"
    if not isinstance(text, str):
        return f"has no text in '{column}' but a {'number' if isinstance(text, int | float) else 'nested value'}"
    return "" if text.strip() else f"has an empty '{column}'"
