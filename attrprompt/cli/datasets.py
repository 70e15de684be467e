"""Commands that move data: import-attributes, import-dataset, datasets, export, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from attrprompt.cli.session import ProjectName, get_session, read_pairs, refuse_idle
from attrprompt.demo import seed_demo
from attrprompt.errors import InputError
from attrprompt.exchange.rows.import_choices import ImportChoices
from attrprompt.exchange.rows.label_maps import read_label_map
from attrprompt.exchange.rows.read_rows import NO_LABELS
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.rows.write_rows import CsvOptions
from attrprompt.exchange.transfer import USABLE, ExportFormat, export_dataset, import_attributes, import_dataset
from attrprompt.project import fold_label
from attrprompt.records import DatasetKind, Flag, SampleStatus
from attrprompt.store import SampleFilter

LabelRenames = Annotated[
    list[str] | None,
    typer.Option("--rename-label", help="GIVEN=LABEL: a label that the files call by another name. Repeatable."),
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("import-attributes")(import_attributes_command)
    app.command("import-dataset")(import_dataset_command)
    app.command("datasets")(datasets)
    app.command("export")(export)
    app.command("demo")(demo)


def import_attributes_command(
    context: typer.Context,
    project: ProjectName,
    folder: Annotated[Path, typer.Argument(help="An AttrPrompt data set folder.")],
    use: Annotated[list[str] | None, typer.Option(help="DIMENSION=FILE: another file of its folder.")] = None,
    rename_label: LabelRenames = None,
) -> None:
    """Read labels and attribute values in the authors' layout; a new project where the name is new."""
    session = get_session(context)
    stored, read = import_attributes(
        session.runtime.store,
        project,
        folder,
        use=read_pairs(use, option="--use"),
        renames=rename_label or (),
        actor=session.actor,
    )
    dimensions = {
        dimension.name: {"class_dependent": dimension.class_dependent, "values": len(dimension.values)}
        for _, dimension in stored.document.ordered_dimensions()
    }
    session.emit(
        {
            "project": stored.name,
            "labels": len(stored.document.labels),
            "dimensions": dimensions,
            "warnings": list(read.warnings),
            "content_hash": stored.document.content_hash,
        }
    )


def import_dataset_command(
    context: typer.Context,
    project: ProjectName,
    file: Annotated[
        Path, typer.Argument(help="JSON, CSV, Parquet, Arrow or XLSX; or a folder with the shards of a data set.")
    ],
    name: Annotated[str, typer.Option("--as", help="Name of the data set.")],
    text_column: Annotated[str | None, typer.Option()] = None,
    label_column: Annotated[
        str | None, typer.Option(help='"" for none; several columns of 0 and 1 with commas between them.')
    ] = None,
    label_map: Annotated[
        Path | None, typer.Option(help="What labels stand for: one name a line, two columns, or id2label as JSON.")
    ] = None,
    first_number: Annotated[
        int | None, typer.Option(min=0, max=1, help="The first number, where labels are numbers: 0 or 1.")
    ] = None,
    label_separator: Annotated[str, typer.Option(help="What stands between several labels in one cell.")] = "",
    split: Annotated[str, typer.Option(help="Which split of a folder, or sheet of a workbook.")] = "",
    encoding: Annotated[str, typer.Option(help="Of a text file that is not UTF-8, such as Windows-1252.")] = "",
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first line is a row; the columns are called 1, 2, 3 …")
    ] = False,
    attribute_columns: Annotated[str | None, typer.Option(help="Columns, separated by commas.")] = None,
    rename_label: LabelRenames = None,
    kind: Annotated[DatasetKind, typer.Option(help="How the texts came to be.")] = DatasetKind.GOLD,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a data set of this name.")] = False,
) -> None:
    """Read labelled texts; the authors' released sets too."""
    session = get_session(context)
    if label_column == NO_LABELS:
        about_labels = ("label_map", "first_number", "label_separator", "rename_label")
        refuse_idle(context, about_labels, 'is about labels; it does not go with --label-column "".')
    stored = session.find_project(project)
    imported = import_dataset(
        session.runtime.store,
        stored,
        file,
        name=name,
        kind=kind,
        choices=ImportChoices(
            text_column=text_column,
            label_column=label_column,
            label_map=read_label_map(label_map) if label_map else None,
            attribute_columns=tuple(name.strip() for name in (attribute_columns or "").split(",") if name.strip()),
            renames=tuple(rename_label or ()),
            reading=ReadOptions(
                encoding=encoding,
                has_header=not no_header,
                split=split,
                label_separator=label_separator,
                first_number=first_number,
            ),
        ),
        replace=replace,
    )
    session.emit(
        {
            "dataset": imported.dataset.name,
            "rows": imported.dataset.rows,
            "skipped": [{"row": skipped.row, "reason": skipped.reason} for skipped in imported.skipped],
            "warnings": list(imported.warnings),
        }
    )


def datasets(context: typer.Context, project: ProjectName) -> None:
    """List a project's data sets."""
    session = get_session(context)
    stored = session.find_project(project)
    rows: list[dict[str, Any]] = [
        {"dataset": dataset.name, "kind": dataset.kind.value, "rows": dataset.rows, "imported": dataset.imported}
        for dataset in session.runtime.store.datasets.list_all(stored.id)
    ]
    session.emit({"datasets": rows})


def export(
    context: typer.Context,
    project: ProjectName,
    dataset: Annotated[str, typer.Argument(help="Name of the run or the imported set.")],
    out: Annotated[Path, typer.Option(help="File, or folder for hf and attrprompt.")],
    format: Annotated[ExportFormat, typer.Option(help="What to write.")] = ExportFormat.JSONL,
    usable: Annotated[bool, typer.Option("--usable", help="Leave flagged and rejected texts out.")] = False,
    status: Annotated[list[SampleStatus] | None, typer.Option(help="Only texts decided so. Repeatable.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Only texts with this label. Repeatable.")] = None,
    without_flag: Annotated[list[Flag] | None, typer.Option(help="No texts with this mark. Repeatable.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Text and label only.")] = False,
    no_formula_guard: Annotated[
        bool, typer.Option("--no-formula-guard", help="CSV: no apostrophe before cells that look like formulas.")
    ] = False,
    excel: Annotated[bool, typer.Option("--excel", help="CSV: with the byte order mark that Excel needs.")] = False,
    card: Annotated[Path | None, typer.Option(help="Write a data card (Markdown) of the file here too.")] = None,
) -> None:
    """Write a data set with the provenance of each text."""
    session = get_session(context)
    if usable and not set(status or USABLE.statuses) <= set(USABLE.statuses):
        refuse_idle(context, ["usable"], "leaves rejected texts out; it does not go with --status rejected.")
    stored = session.find_project(project)
    found = session.runtime.store.datasets.find(stored.id, dataset)
    names = {fold_label(name): name for name in session.runtime.store.datasets.count_facets(found.id).labels}
    unknown = [name for name in label or () if fold_label(name) not in names]
    if unknown:
        raise InputError(
            f"No text of '{found.name}' has the label '{unknown[0]}'. Labels: {', '.join(names.values())}."
        )
    wanted = SampleFilter(
        labels=tuple(names[fold_label(name)] for name in label or ()),
        statuses=tuple(status or (USABLE.statuses if usable else ())),
        without_flags=(*(USABLE.without_flags if usable else ()), *(without_flag or ())),
    )
    written = export_dataset(
        session.runtime.store,
        stored,
        found,
        out,
        format,
        wanted=wanted,
        provenance=not plain,
        csv_options=CsvOptions(guard=not no_formula_guard, byte_order_mark=excel),
        card=card,
    )
    session.emit({"rows": written.rows, "path": str(written.path), "warnings": list(written.warnings)})


def demo(context: typer.Context) -> None:
    """Make the demo project where this home has none."""
    session = get_session(context)
    stored = seed_demo(session.runtime)
    texts = sum(dataset.rows for dataset in session.runtime.store.datasets.list_all(stored.id))
    session.emit({"project": stored.name, "texts": texts})
