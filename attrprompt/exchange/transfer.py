"""Moves projects and data sets between files and the store; the formats themselves are in `attrprompt.exchange`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from attrprompt.analysis.regions.resolve import resolve_place
from attrprompt.edits.parts import count_of
from attrprompt.errors import InputError
from attrprompt.exchange.authors.attributes_export import export_attributes
from attrprompt.exchange.authors.attributes_folder import AttributesImport, read_attributes_folder
from attrprompt.exchange.authors.authors_dataset import export_authors_dataset, read_dataset
from attrprompt.exchange.documents.merging import replace_content
from attrprompt.exchange.documents.project_files import read_project_file, write_project_json, write_project_yaml
from attrprompt.exchange.documents.values_csv import write_values_csv
from attrprompt.exchange.kept_aside import keep_aside
from attrprompt.exchange.rows.data_card import Census, write_data_card
from attrprompt.exchange.rows.hub_folder import export_hub_folder
from attrprompt.exchange.rows.import_choices import EVERYTHING_FOUND, ImportChoices
from attrprompt.exchange.rows.own_rows import SampleReader
from attrprompt.exchange.rows.read_rows import ImportedRow, SkippedRow
from attrprompt.exchange.rows.write_rows import CsvOptions, write_rows
from attrprompt.files import replace_file
from attrprompt.records import Dataset, DatasetKind, Flag, SampleStatus
from attrprompt.store import NewSample, SampleFilter, Store, StoredProject

RAW_LINES = "raw_lines"
WATCH_EVERY = 500
USABLE = SampleFilter(
    without_flags=tuple(flag.value for flag in Flag if flag is not Flag.REPLACED_CHARACTERS),
    statuses=(SampleStatus.NEW, SampleStatus.ACCEPTED),
)


class ExportFormat(StrEnum):
    """What a data set can be written as."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HUB = "hf"
    AUTHORS = "attrprompt"


class ProjectFormat(StrEnum):
    """What a project document can be written as."""

    YAML = "yaml"
    JSON = "json"
    VALUES = "values"
    AUTHORS = "attrprompt"


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """A data set that was read in, and what a person should know about it."""

    dataset: Dataset
    skipped: tuple[SkippedRow, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """A data set that was written."""

    path: Path
    rows: int
    warnings: tuple[str, ...] = field(default=())


def import_attributes(
    store: Store, name: str, folder: Path, *, use: Mapping[str, str], actor: str, renames: Sequence[str] = ()
) -> tuple[StoredProject, AttributesImport]:
    """Read an attribute folder of the authors into a new project, or as the new content of an existing one.

    Raises:
        InputError: the folder cannot be used; nothing was changed.
    """
    read = read_attributes_folder(folder, use=use, resolve_place=resolve_place, renames=renames)
    source = f"import:{folder.resolve().name}"
    known = {project.name.casefold(): project.id for project in store.projects.list_all()}
    if name.casefold() in known:
        base = store.projects.load(known[name.casefold()])
        project = store.projects.save(
            base.id,
            base,
            replace_content(base.document, read.project),
            actor=actor,
            source=source,
            summary=f"Attributes imported from {folder.name}",
        )
    else:
        project = store.projects.create(name, read.project, owner=actor, source=source)
    store.projects.save_settings(project.id, {RAW_LINES: read.raw_lines})
    return store.projects.load(project.id), read


def export_project(project: StoredProject, path: Path, format: ProjectFormat) -> tuple[str, ...]:
    """Write a project document; returns a sentence for each thing that the format cannot carry.

    Raises:
        InputError: the target cannot be written to.
    """
    if format is ProjectFormat.AUTHORS:
        return export_attributes(project.document, path).warnings
    text = {
        ProjectFormat.YAML: lambda: write_project_yaml(project.document, name=project.name),
        ProjectFormat.JSON: lambda: write_project_json(project.document, name=project.name),
        ProjectFormat.VALUES: lambda: write_values_csv(project.document),
    }[format]()
    with replace_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="")
    return ()


def import_project(store: Store, name: str, path: Path, *, actor: str) -> tuple[StoredProject, tuple[str, ...]]:
    """Read a project file (YAML or JSON) into a new project; returns it with warnings.

    Raises:
        InputError: the file cannot be used, or the name is taken.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file {path} cannot be read ({error.strerror}). Check the path.") from error
    read = read_project_file(content, path.name)
    return store.projects.create(name, read.project, owner=actor, source=f"import:{path.name}"), tuple(read.warnings)


def import_dataset(
    store: Store,
    project: StoredProject,
    path: Path,
    *,
    name: str,
    kind: DatasetKind = DatasetKind.GOLD,
    choices: ImportChoices = EVERYTHING_FOUND,
    replace: bool = False,
    watch: Callable[[int], None] | None = None,
) -> ImportedDataset:
    """Read labelled texts into the store, all of them or none.

    Args:
        choices: how the file is read.
        watch: hears now and then how many texts were read; what it raises ends the import.

    Raises:
        InputError: the file cannot be read, holds no text, or the name is used.
    """
    reader = read_dataset(path, choices, project=project.document, raw_lines=project.settings.get(RAW_LINES))
    samples = SampleReader()
    with keep_aside(_read_samples(reader, samples, path, watch)) as rows:
        dataset = store.datasets.import_rows(project.id, name, kind, rows, info={"file": path.name}, replace=replace)
    return ImportedDataset(dataset, tuple(reader.skipped), (*reader.warnings, *samples.warnings))


def export_dataset(
    store: Store,
    project: StoredProject,
    dataset: Dataset,
    path: Path,
    format: ExportFormat,
    *,
    wanted: SampleFilter | None = None,
    provenance: bool = True,
    csv_options: CsvOptions | None = None,
    card: Path | None = None,
) -> Export:
    """Write a data set's samples; a filter leaves out what it does not let pass.

    Args:
        csv_options: for CSV only.
        card: where to write a data card of a file; a folder for the Hub has its own.

    Raises:
        InputError: the target cannot be written to, or an option has no meaning for this format.
    """
    _refuse_idle_options(format, provenance, csv_options, card)
    document = project.document if dataset.imported else store.runs.load_document(dataset.id)
    multi_label = document.task.multi_label
    rows = (sample.to_row(multi_label=multi_label) for sample in store.datasets.iterate(dataset.id, wanted))
    if format is ExportFormat.HUB:
        hub = export_hub_folder(rows, path, title=dataset.name, project=document, provenance=provenance)
        return Export(hub.path, hub.rows)
    if format is ExportFormat.AUTHORS:
        authors = export_authors_dataset(rows, document, path)
        return Export(authors.path, authors.rows, authors.warnings)
    census = Census()
    written = write_rows(census.watch(rows), path, format.value, provenance=provenance, csv_options=csv_options)
    told = describe_guard(written.guarded)
    if card is not None:
        text = write_data_card(
            census,
            title=dataset.name,
            project=document,
            data_file=path.name,
            columns=written.columns,
            changed=told,
        )
        with replace_file(card) as part:
            part.write_text(text, encoding="utf-8", newline="")
    return Export(path, written.rows, (told,) if told else ())


def describe_guard(cells: int) -> str:
    """What to say of cells that were guarded; empty where none was."""
    if not cells:
        return ""
    return (
        f"{count_of(cells, 'cell')} that a spreadsheet would run as a formula got an apostrophe in front. Importing "
        "the file here takes it off again; other programs read it as part of the text: for them, export without this "
        "guard (--no-formula-guard)."
    )


def _refuse_idle_options(
    format: ExportFormat, provenance: bool, csv_options: CsvOptions | None, card: Path | None
) -> None:
    if csv_options is not None and csv_options != CsvOptions() and format is not ExportFormat.CSV:
        raise InputError(
            f"Formula guard and byte order mark are of CSV files; they have no meaning for {format.value}."
        )
    if card is not None and format is ExportFormat.HUB:
        raise InputError("A folder for the Hub holds its own data card; leave --card away.")
    if format is ExportFormat.AUTHORS and (card is not None or not provenance):
        raise InputError("The authors' layout holds neither provenance nor a data card; leave --plain and --card away.")


def _read_samples(
    rows: Iterable[ImportedRow], samples: SampleReader, path: Path, watch: Callable[[int], None] | None
) -> Iterator[NewSample]:
    item = -1
    for item, row in enumerate(rows):
        if watch is not None and item % WATCH_EVERY == 0:
            watch(item)
        yield samples.read(item, row)
    if item < 0:
        raise InputError(f"The file {path.name} holds no text to import. Check its text column.")
