"""Writing a project in the authors' folder layout.

The layout holds names and values only. What it cannot carry is not guessed from a list of rules: the written folder is
read back and compared with the project, and each difference becomes a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from attrprompt.errors import InputError
from attrprompt.exchange.attribute_lines import write_lines
from attrprompt.exchange.authors.attribute_json import write_labelled_values
from attrprompt.exchange.authors.attributes_folder import RawLines, read_attributes_folder
from attrprompt.exchange.authors.folder_layout import LABEL_FILE, METHOD_FOLDER
from attrprompt.exchange.documents.differences import list_losses
from attrprompt.exchange.known_layout import FILTERED, SIMILAR
from attrprompt.exchange.label_names import name_file
from attrprompt.files import create_folder
from attrprompt.project import AttributeDimension, AttributeValue, DimensionKind, Project, fold_text

DEFAULT_MODEL = "attrprompt-studio"
_MAX_FILE_NAME = 200


@dataclass(frozen=True)
class AttributesExport:
    """What was written.

    Attributes:
        path: the folder.
        warnings: what the layout cannot carry, a sentence each; empty where importing gives the same `content_hash`.
        raw_lines: the lines that indices into this folder count.
        content_hash: the hash of what importing the folder gives.
    """

    path: Path
    warnings: tuple[str, ...]
    raw_lines: RawLines
    content_hash: str


def export_attributes(project: Project, folder: Path, *, model: str = DEFAULT_MODEL) -> AttributesExport:
    """Write `label.txt` and `attrprompt/<model>/<dimension>/…` into a new folder.

    Raises:
        InputError: the folder exists and is not empty, cannot be written to, or the project has no labels.
    """
    with create_folder(folder) as part:
        written = write_attributes(project, part, model=model)
    return AttributesExport(folder, written.warnings, written.raw_lines, written.content_hash)


def write_attributes(project: Project, folder: Path, *, model: str = DEFAULT_MODEL) -> AttributesExport:
    """The same into a folder that exists and may hold other files.

    Raises:
        InputError: the project has no labels.
    """
    if not project.labels:
        raise InputError("The project has no labels yet; add some before exporting it in the authors' layout.")
    names = {key: " ".join(label.name.split()) for key, label in project.ordered_labels()}
    _write(folder / LABEL_FILE, list(names.values()))
    model_folder = folder / METHOD_FOLDER / (_safe_name(model) or DEFAULT_MODEL)
    model_folder.mkdir(parents=True)
    files = {key: file for key, name in names.items() if (file := _label_file(name))}
    joined = _choose_joined(project)
    taken: set[str] = {SIMILAR}
    for dimension_id, dimension in project.ordered_dimensions():
        target = model_folder / _free_name(dimension.name, taken)
        target.mkdir()
        if dimension_id in joined:
            values = [(value.text, [names[key] for key in value.labels]) for _, value in dimension.ordered()]
            text = write_labelled_values(values, list(names.values()))
            (target / f"{target.name}.json").write_text(text, encoding="utf-8", newline="")
        elif dimension.class_dependent:
            for key, file in files.items():
                _write(target / f"{file}.jsonl", _lines_of(dimension, [v for _, v in dimension.values_for(key)]))
        else:
            _write(target / f"{target.name}.txt", _lines_of(dimension, [value for _, value in dimension.ordered()]))
    _write_similar(project, model_folder / SIMILAR, names, files)
    read = read_attributes_folder(folder)
    losses = list_losses(project, read.project) + _list_split_values(project, read.project)
    return AttributesExport(folder, tuple(losses), read.raw_lines, read.project.content_hash)


def _choose_joined(project: Project) -> set[str]:
    """The class-dependent dimensions whose values name several labels at once: only the multi-label form holds that.

    It maps a text to its labels, so each text may occur once. A multi-label task needs at least one such dimension.
    """
    if not project.task.multi_label:
        return set()
    able = [
        key
        for key, dimension in project.ordered_dimensions()
        if dimension.class_dependent
        and dimension.values
        and len({fold_text(value.text) for value in dimension.values.values()}) == len(dimension.values)
    ]
    needed = {key for key in able if any(len(value.labels) > 1 for value in project.dimensions[key].values.values())}
    return needed or set(able[:1])


def _list_split_values(project: Project, copy: Project) -> list[str]:
    """Values of a multi-label task that stood for several labels at once and now stand for each alone.

    `content_hash` does not tell the two apart, a multi-label plan does.
    """
    if not project.task.multi_label:
        return []
    before, after = _describe_groups(project), _describe_groups(copy)
    return [
        f"Which labels the values of '{name}' join is not carried: '{min(groups - after[name])[0]}' and others."
        for name, groups in before.items()
        if name in after and groups - after[name]
    ]


def _describe_groups(project: Project) -> dict[str, set[tuple[str, tuple[str, ...]]]]:
    return {
        dimension.name: {
            (value.text, tuple(sorted(project.labels[key].name for key in value.labels)))
            for value in dimension.values.values()
            if len(value.labels) > 1
        }
        for dimension in project.dimensions.values()
    }


def _lines_of(dimension: AttributeDimension, values: Sequence[AttributeValue]) -> list[str]:
    if dimension.kind is not DimensionKind.LENGTH:
        return write_lines([(value.text, value.description) for value in values], dimension.name)
    return [str(value.minimum) for value in values]


def _write_similar(project: Project, folder: Path, names: dict[str, str], files: dict[str, str]) -> None:
    similar = {key: label.similar for key, label in project.labels.items() if label.similar and key in files}
    if similar:
        folder.mkdir()
    for key, others in similar.items():
        lines = write_lines([(names[other], "") for other in others if other in names], SIMILAR)
        _write(folder / f"{files[key]}.jsonl", lines)


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")


def _label_file(name: str) -> str:
    """The file name of a label, without its ending; empty where the name is too long for a file."""
    written = name_file(name)
    return written if len(written.encode()) <= _MAX_FILE_NAME else ""


def _free_name(name: str, taken: set[str]) -> str:
    base = _safe_name(name.removesuffix(FILTERED)) or "dimension"
    free, number = base, 1
    while fold_text(free) in taken:
        number += 1
        free = f"{base}_{number}"
    taken.add(fold_text(free))
    return free


def _safe_name(name: str) -> str:
    """The name as one part of a path that any system takes, shortened where it is too long."""
    safe = re.sub(r'[/\\:*?"<>|\x00-\x1f]', "_", name).strip().strip(".")
    while len(safe.encode("utf-8", "ignore")) > _MAX_FILE_NAME:
        safe = safe[:-1]
    return safe
