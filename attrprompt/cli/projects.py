"""Commands that make and list projects: presets, new, projects, import-attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from attrprompt import edits
from attrprompt.cli.session import get_session, refuse_idle
from attrprompt.errors import InputError
from attrprompt.exchange.transfer import ProjectFormat, export_project, import_project
from attrprompt.presets import list_presets, load_preset
from attrprompt.project import Project, Task


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("presets")(presets)
    app.command("projects")(projects)
    app.command("new")(new)
    app.command("export-project")(export_project_command)
    app.command("import-project")(import_project_command)


def presets(context: typer.Context) -> None:
    """List the ready tasks."""
    rows: list[dict[str, Any]] = [
        {
            "name": preset.name,
            "labels": preset.labels,
            "dimensions": list(preset.dimensions),
            "multi_label": preset.multi_label,
        }
        for preset in list_presets()
    ]
    get_session(context).emit({"presets": rows})


def projects(context: typer.Context) -> None:
    """List the projects of this home."""
    session = get_session(context)
    rows = [
        {"name": project.name, "owner": project.owner, "revision": project.revision}
        for project in session.runtime.store.projects.list_all()
    ]
    session.emit({"projects": rows})


def new(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the new project.")],
    preset: Annotated[str | None, typer.Option(help="Start from this ready task.")] = None,
    labels: Annotated[str | None, typer.Option(help="Label names, separated by commas.")] = None,
    labels_file: Annotated[Path | None, typer.Option(help="A file with one label name a line.")] = None,
    domain: Annotated[str, typer.Option(help="What the texts are: news, review …")] = "text",
    multi_label: Annotated[bool, typer.Option("--multi-label", help="A text may carry several labels.")] = False,
) -> None:
    """Create a project from a preset, or from label names."""
    session = get_session(context)
    given = [option for option in (preset, labels, labels_file) if option is not None]
    if len(given) != 1:
        raise InputError("Say what the project starts from: one of --preset, --labels or --labels-file.")
    if preset is not None:
        refuse_idle(context, ["domain", "multi_label"], "is what a preset says itself; it goes with --labels.")
        document, source = load_preset(preset), f"preset:{preset}"
    else:
        names = labels.split(",") if labels is not None else _read_lines(labels_file)
        document, source = _make_document([name.strip() for name in names], domain, multi_label), "by hand"
    stored = session.runtime.store.projects.create(project, document, owner=session.actor, source=source)
    session.emit(
        {
            "project": stored.name,
            "labels": len(document.labels),
            "dimensions": [dimension.name for _, dimension in document.ordered_dimensions()],
            "content_hash": document.content_hash,
        }
    )


def export_project_command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    out: Annotated[Path, typer.Option(help="File, or a new folder for attrprompt.")],
    format: Annotated[ProjectFormat, typer.Option(help="What to write.")] = ProjectFormat.YAML,
) -> None:
    """Write a project: one diffable file, the table of its values, or the authors' folder layout."""
    session = get_session(context)
    stored = session.find_project(project)
    warnings = export_project(stored, out, format)
    session.emit({"path": str(out), "content_hash": stored.document.content_hash, "warnings": list(warnings)})


def import_project_command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the new project.")],
    file: Annotated[Path, typer.Argument(help="A project file: YAML or JSON.")],
) -> None:
    """Read a project file into a new project."""
    session = get_session(context)
    stored, warnings = import_project(session.runtime.store, project, file, actor=session.actor)
    session.emit({"project": stored.name, "content_hash": stored.document.content_hash, "warnings": list(warnings)})


def _make_document(names: list[str], domain: str, multi_label: bool) -> Project:
    names = [name for name in names if name]
    if not names:
        raise InputError("No label names were given.")
    project = Project(task=Task(domain=domain, text=domain, multi_label=multi_label))
    return edits.add_labels(project, names)


def _read_lines(path: Path | None) -> list[str]:
    assert path is not None
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file {path} cannot be read as UTF-8 text. Check the path and the encoding.") from error
