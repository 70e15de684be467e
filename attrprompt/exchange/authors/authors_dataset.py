"""The authors' data sets: `{"_id": class number, "text": …, dimension: value number}`, one JSON object a line.

The numbers mean nothing without the folder that they were drawn from. A number counts the lines of a label's file as
they stand there, the rows that are no values of their own included, and one more at the end, which the authors' code
adds to every list that depends on the class.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrprompt.edits.parts import count_of
from attrprompt.exchange.attribute_lines import OTHERS, is_filler, read_lines
from attrprompt.exchange.authors.attributes_export import DEFAULT_MODEL, write_attributes
from attrprompt.exchange.authors.attributes_folder import RawLines, read_attributes_folder, read_length
from attrprompt.exchange.authors.folder_layout import LABEL_FILE, METHOD_FOLDER
from attrprompt.exchange.known_layout import SIMILAR, guess_kind
from attrprompt.exchange.rows.import_choices import EVERYTHING_FOUND, ImportChoices
from attrprompt.exchange.rows.label_maps import read_label_map
from attrprompt.exchange.rows.read_rows import (
    TEXT_COLUMNS,
    LabelReader,
    RowReader,
    choose_column,
    choose_label_column,
    holds_class_numbers,
    read_rows,
)
from attrprompt.exchange.rows.record_source import RecordSource
from attrprompt.exchange.rows.row_sources import open_records
from attrprompt.files import create_folder
from attrprompt.project import DimensionKind, Project, fold_label, fold_text, phrase_length

DATA_FILE = "attrprompt.jsonl"
_OWN_KEYS = frozenset({"_id", "text", "label", "labels", "lbl", "lbl_idx", "n_lbl"})


def read_dataset(
    path: Path,
    choices: ImportChoices = EVERYTHING_FOUND,
    *,
    project: Project,
    raw_lines: RawLines | None = None,
    source: RecordSource | None = None,
) -> RowReader:
    """Open a file of labelled texts, one of the authors' data sets included; that is told by its class numbers.

    Args:
        path: the file, or a folder that holds the shards of one data set.
        choices: how it is read. Without a label map the `label.txt` beside the file is one; columns of attributes turn
            numbers into plain texts.
        project: its labels and dimensions.
        raw_lines: the lines that numbers of values count (`AttributesImport.raw_lines`); lines of a folder in the
            authors' layout around the file come first.
        source: as in `read_rows`.

    Raises:
        InputError: as `read_rows`.
    """
    source = source or open_records(path, choices.reading)
    beside, label_map = source.path.parent, choices.label_map
    if label_map is None and (beside / LABEL_FILE).is_file():
        label_map = read_label_map(beside / LABEL_FILE)
    if choices.attribute_columns or choices.label_column is not None or not holds_class_numbers(source):
        return read_rows(
            path,
            text_column=choices.text_column,
            label_column=choices.label_column,
            label_map=label_map,
            attribute_columns=choices.attribute_columns,
            project=project,
            renames=choices.renames,
            reading=choices.reading,
            source=source,
        )
    if (beside / LABEL_FILE).is_file() and (beside / METHOD_FOLDER).is_dir():
        raw_lines = read_attributes_folder(beside).raw_lines
    return AuthorsReader(
        source,
        text_column=choose_column(source, choices.text_column, TEXT_COLUMNS, "text"),
        label_column=choose_label_column(source, None),
        labels=LabelReader(project, label_map, None, choices.renames, choices.reading),
        numbers=ValueNumbers(raw_lines or {}),
        dimensions=[dimension.name for _, dimension in project.ordered_dimensions()],
    )


class ValueNumbers:
    """What the numbers of a data set stand for, from the lines that they count."""

    def __init__(self, raw_lines: RawLines) -> None:
        self._lines = {fold_text(name): (name, labels) for name, labels in raw_lines.items()}
        self._texts: dict[tuple[str, str], list[str] | None] = {}

    def __contains__(self, dimension: str) -> bool:
        return fold_text(dimension) in self._lines

    def list_texts(self, dimension: str, label: str) -> list[str] | None:
        """The value of each number; "" for a blank line, None where the label has no lines of this dimension."""
        key = (fold_text(dimension), fold_label(label))
        if key not in self._texts:
            self._texts[key] = self._find_texts(*key)
        return self._texts[key]

    def _find_texts(self, folded: str, folded_label: str) -> list[str] | None:
        name, labels = self._lines[folded]
        if "" in labels:
            return _interpret(labels[""], name)
        for label, lines in labels.items():
            if fold_label(label) == folded_label:
                return [*_interpret(lines, name), OTHERS]
        return None


class AuthorsReader(RowReader):
    """The rows of one of the authors' data sets, numbers read as value texts.

    A dimension in which any number fits no line is left out as a whole: its numbers count other lines than those given.
    """

    def __init__(
        self,
        source: RecordSource,
        *,
        text_column: str,
        label_column: str,
        labels: LabelReader,
        numbers: ValueNumbers,
        dimensions: Sequence[str],
    ) -> None:
        super().__init__(
            source, text_column=text_column, label_column=label_column, attribute_columns=(), labels=labels
        )
        self._numbers = numbers
        self._known = {fold_text(name): name for name in dimensions}
        self.left_out: dict[str, str] = {}
        self._columns = self._examine()
        self._labels.forget()

    @property
    def warnings(self) -> list[str]:
        """As for any file, and why dimensions were left out."""
        return [*super().warnings, *(f"'{name}' was left out: {reason}." for name, reason in self.left_out.items())]

    def _read_attributes(self, values: Mapping[str, Any], labels: Sequence[str]) -> tuple[dict[str, str], set[str]]:
        attributes = {}
        for column in self._columns:
            if values.get(column) is not None:
                text = self._read_number(column, values[column], labels)[0]
                if text:
                    attributes[self._known.get(fold_text(column), column)] = text
        return attributes, set(self._columns)

    def _examine(self) -> tuple[str, ...]:
        """The columns whose every number fits a line; the others go to `left_out` with the first that does not."""
        columns: dict[str, None] = {}
        for record in self.source:
            if record.problem:
                continue
            labels = self._labels.read(record.values.get(self.label_column or ""))
            for column, value in record.values.items():
                if column in _OWN_KEYS or column in self.left_out or value is None:
                    continue
                if column not in self._numbers:
                    self._note_unknown(column)
                    continue
                reason = self._read_number(column, value, labels)[1]
                if reason:
                    self.left_out[column] = f"row {record.row} {reason}"
                columns[column] = None
        return tuple(column for column in columns if column not in self.left_out)

    def _note_unknown(self, column: str) -> None:
        if fold_text(column) == SIMILAR:
            self.left_out[column] = "it numbers a similar class, which the authors' prompts name all at once"
        elif fold_text(column) in self._known:
            self.left_out[column] = (
                "the project does not know which lines its numbers count; import the attributes folder that the data "
                "set was made from first"
            )

    def _read_number(self, column: str, number: Any, labels: Sequence[str]) -> tuple[str, str]:
        """The value, or why there is none."""
        texts = self._numbers.list_texts(column, labels[0] if len(labels) == 1 else "")
        if type(number) is not int:
            return "", f"holds no number there but '{str(number)[:60]}'"
        if texts is None and len(labels) > 1:
            return "", "has several labels, and its lines differ between labels"
        if texts is None:
            return "", f"has the label '{labels[0] if labels else ''}', for which there are no lines"
        if not 0 <= number < len(texts):
            return "", f"has the number {number}, but its lines end at {len(texts) - 1}"
        return texts[number], ""


@dataclass(frozen=True)
class AuthorsExport:
    """What was written in the authors' layout: the attributes, and the data set that numbers their values."""

    path: Path
    rows: int
    warnings: tuple[str, ...]


def export_authors_dataset(
    rows: Iterable[Mapping[str, Any]],
    project: Project,
    folder: Path,
    *,
    file_name: str = DATA_FILE,
    model: str = DEFAULT_MODEL,
) -> AuthorsExport:
    """Write samples and the project's attributes as one new folder in the authors' layout.

    Args:
        rows: samples as `Sample.to_row` gives them.
        project: the document that the samples were made from.
        folder: a new folder: `label.txt`, `attrprompt/<model>/…` and the data set.
        file_name: the name of the data set in it.
        model: the name of the folder under `attrprompt/`.

    Raises:
        InputError: the folder exists and is not empty, or cannot be written to.
    """
    with create_folder(folder) as part:
        written = write_attributes(project, part, model=model)
        count, warnings = _write_rows(rows, part / file_name, project, ValueNumbers(written.raw_lines))
    return AuthorsExport(folder, count, (*written.warnings, *warnings))


def _write_rows(
    rows: Iterable[Mapping[str, Any]], path: Path, project: Project, numbers: ValueNumbers
) -> tuple[int, list[str]]:
    positions = {fold_label(label.name): number for number, (_, label) in enumerate(project.ordered_labels())}
    spans = _list_spans(project)
    written = strange = 0
    lost: dict[str, int] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            labels = list(row["labels"]) if "labels" in row else [row.get("label") or ""]
            ids = [positions.get(fold_label(label)) for label in labels]
            if not ids or None in ids:
                strange += 1
                continue
            record: dict[str, Any] = {"_id": ids if project.task.multi_label else ids[0]}
            if project.task.multi_label:
                record["label"] = labels
            record["text"] = row["text"]
            for dimension, text in (row.get("attributes") or {}).items():
                wanted = spans.get((fold_text(dimension), fold_text(text)), text)
                number = _find_number(numbers, dimension, wanted, labels)
                if number is None:
                    lost[dimension] = lost.get(dimension, 0) + 1
                else:
                    record[dimension] = number
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            written += 1
    warnings = [
        f"The value of '{dimension}' could not be given as a number in {count_of(count, 'row')}; it is left out there."
        for dimension, count in lost.items()
    ]
    if strange:
        warnings.append(f"{count_of(strange, 'row')} left out, because label.txt does not name their labels.")
    return written, [*warnings, "Prompts, models, parameters and review decisions are not carried."]


def _list_spans(project: Project) -> dict[tuple[str, str], str]:
    """The lengths as the layout says them: it keeps the minimum only."""
    return {
        (fold_text(dimension.name), fold_text(value.text)): phrase_length(*bounds)
        for dimension in project.dimensions.values()
        for value in dimension.values.values()
        if dimension.kind is DimensionKind.LENGTH and (bounds := read_length(str(value.minimum)))
    }


def _find_number(numbers: ValueNumbers, dimension: str, text: str, labels: Sequence[str]) -> int | None:
    if dimension not in numbers:
        return None
    texts = numbers.list_texts(dimension, labels[0] if len(labels) == 1 else "") or []
    folded = fold_text(text)
    return next((number for number, other in enumerate(texts) if fold_text(other) == folded), None)


def _interpret(lines: Sequence[str], dimension: str) -> list[str]:
    texts = [""] * len(lines)
    for line in read_lines(lines, dimension):
        text = OTHERS if is_filler(line.text, dimension) else line.text
        if guess_kind(dimension) is DimensionKind.LENGTH:
            bounds = read_length(text)
            text = phrase_length(*bounds) if bounds else text
        texts[line.number - 1] = text
    return texts
