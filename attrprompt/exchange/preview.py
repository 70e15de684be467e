"""What an import would bring, from as many rows as can be read in a moment."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from attrprompt.errors import InputError
from attrprompt.exchange.authors.authors_dataset import read_dataset
from attrprompt.exchange.rows.import_choices import ImportChoices
from attrprompt.exchange.rows.read_rows import ImportedRow, SkippedRow
from attrprompt.exchange.rows.record_source import TABLES, ChoiceNeeded
from attrprompt.exchange.rows.row_sources import open_records
from attrprompt.project import Project

SHOWN = 20
_SECONDS = 2.0


@dataclass
class Preview:
    """What was seen of a file.

    Attributes:
        columns: the names of its columns.
        has_table: whether a first line may name the columns.
        encoding: of a text file.
        is_guessed: whether that was guessed.
        text_column: where the texts are.
        label_column: where the labels are; None where there are none.
        rows: the first of them, as they would be imported.
        texts: how many would be.
        labels: how often each label was met.
        is_whole: whether all rows were read.
        skipped: rows that would be left out.
        warnings: what a person should know, in sentences.
        separator: what seems to stand between several labels in one cell.
        problem: why it cannot be imported so.
        needed: what has to be chosen first.
    """

    columns: tuple[str, ...] = ()
    has_table: bool = False
    encoding: str = ""
    is_guessed: bool = False
    text_column: str = ""
    label_column: str | None = None
    rows: list[ImportedRow] = field(default_factory=list)
    texts: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    is_whole: bool = False
    skipped: list[SkippedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    separator: str = ""
    problem: str = ""
    needed: ChoiceNeeded | None = None


def preview_dataset(
    project: Project, path: Path, choices: ImportChoices, *, clock: Callable[[], float] = time.monotonic
) -> Preview:
    """Read a file for at most two seconds after it was opened; what is wrong with it stands in the preview."""
    preview = Preview()
    try:
        _fill(preview, project, path, choices, clock)
    except InputError as error:
        preview.problem = str(error)
        preview.needed = error if isinstance(error, ChoiceNeeded) else None
    return preview


def _fill(preview: Preview, project: Project, path: Path, choices: ImportChoices, clock: Callable[[], float]) -> None:
    source = open_records(path, choices.reading)
    preview.columns, preview.encoding, preview.is_guessed = source.columns, source.encoding, source.is_guessed
    preview.has_table = source.format in TABLES
    reader = read_dataset(path, choices, project=project, source=source)
    preview.text_column, preview.label_column = reader.text_column, reader.label_column
    preview.skipped = reader.skipped
    until = clock() + _SECONDS
    preview.is_whole = True
    try:
        for row in reader:
            preview.texts += 1
            preview.labels.update(row.labels)
            if len(preview.rows) < SHOWN:
                preview.rows.append(row)
            if clock() > until:
                preview.is_whole = False
                break
    finally:
        preview.warnings, preview.separator = reader.warnings, reader.separator
    if preview.is_whole and not preview.texts:
        raise InputError("The file holds no text to import; choose another column of the texts.")
