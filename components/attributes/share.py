"""Sharing: the project as one file, its values as a table, the authors' folder; and each of them back in."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from attrprompt.analysis.regions.resolve import resolve_place
from attrprompt.errors import AttrPromptError
from attrprompt.exchange.archive import open_archive, pack_archive
from attrprompt.exchange.authors.attributes_export import write_attributes
from attrprompt.exchange.authors.attributes_folder import AttributesImport, RawLines, read_attributes_folder
from attrprompt.exchange.documents.merging import add_content, replace_content
from attrprompt.exchange.documents.project_files import read_project_file, write_project_json, write_project_yaml
from attrprompt.exchange.documents.values_csv import merge_values_csv, write_values_csv
from attrprompt.exchange.transfer import RAW_LINES
from attrprompt.project import Project, fold_text
from components.attributes.cell import save_document, say_count
from components.kit.defects import made_on_press
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback, show_error
from components.kit.text import escape

UPLOAD_MEGABYTES = 20
WARNINGS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class _Change:
    """One way of taking a file in: the document it would give, and what that changes."""

    button: str
    document: Project
    description: str
    replaces: bool = False
    raw_lines: RawLines | None = None


def draw_share(page: ProjectPage) -> None:
    """Files out, and a file in."""
    document, name = page.project.document, page.project.name
    st.caption(f"Content hash: `{escape(document.content_hash)}`. Equal hashes ask for the same texts.")
    stem = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)[:80] or "project"
    files: tuple[tuple[str, str, str, Callable[[], str | bytes]], ...] = (
        ("Project, YAML", f"{stem}.yaml", "text/yaml", lambda: write_project_yaml(document, name=name)),
        ("Project, JSON", f"{stem}.json", "application/json", lambda: write_project_json(document, name=name)),
        ("Values, CSV", f"{stem}-values.csv", "text/csv", lambda: write_values_csv(document)),
        ("Authors' folder, zip", f"{stem}.zip", "application/zip", lambda: _zip_folder(document, stem)),
    )
    for column, (label, file_name, mime, make) in zip(st.columns(4), files, strict=True):
        column.download_button(
            escape(label),
            data=made_on_press(make, file_name),
            file_name=file_name,
            mime=mime,
            key=f"share_{mime}",
            icon=":material/download:",
            width="stretch",
            on_click="ignore",
            disabled=not document.labels,
        )
    st.subheader("Take a file in", anchor=False)
    uploaded = st.file_uploader(
        "Project (YAML, JSON), values (CSV) or the authors' folder (zip)",
        type=["yaml", "yml", "json", "csv", "zip"],
        key=f"share_upload_{st.session_state.get('share_turn', 0)}",
        max_upload_size=UPLOAD_MEGABYTES,
    )
    if uploaded is None:
        st.caption("You see what would change before anything does.")
        return
    try:
        if uploaded.name.casefold().endswith(".zip"):
            changes, warnings = _read_folder(document, uploaded.getvalue())
        else:
            changes, warnings = _read_file(document, uploaded.name, uploaded.getvalue())
    except AttrPromptError as error:
        show_error(error)
        st.caption("The project is as it was.")
        return
    for warning in warnings[:WARNINGS_SHOWN]:
        st.warning(escape(warning), icon=":material/warning:")
    if len(warnings) > WARNINGS_SHOWN:
        st.caption(f"And {len(warnings) - WARNINGS_SHOWN} warnings more.")
    for index, change in enumerate(changes):
        with st.container(border=True, key=f"share_change_{index}"):
            st.markdown(escape(change.description))
            st.button(
                escape(change.button),
                key=f"share_apply_{index}",
                disabled=change.document == document,
                on_click=in_callback,
                args=(lambda change=change: _apply(page, change, uploaded.name),),
            )


def _read_file(document: Project, file_name: str, content: bytes) -> tuple[list[_Change], list[str]]:
    """What a project file or a table would change, and what it could not carry."""
    if file_name.casefold().endswith(".csv"):
        merged = merge_values_csv(document, content, file_name)
        text = (
            f"{say_count(merged.added, 'value')} would be added and {merged.changed} changed; "
            f"{merged.unchanged} are as they stand."
        )
        return [_Change("Take these values in", merged.project, text)], []
    file = read_project_file(content, file_name)
    return _offer_both(document, file.project, file.warnings)


def _read_folder(document: Project, content: bytes) -> tuple[list[_Change], list[str]]:
    """What the authors' folder would change; where it has several files for a dimension, a person chooses."""
    with open_archive(io.BytesIO(content)) as folder:
        read = read_attributes_folder(folder, resolve_place=resolve_place)
        use = _choose_alternatives(read)
        if use:
            read = read_attributes_folder(folder, use=use, resolve_place=resolve_place)
    # the page has a choice for what the command line names an option for
    warnings = [warning for warning in read.warnings if "--use" not in warning]
    changes, warnings = _offer_both(document, read.project, warnings)
    return [replace(change, raw_lines=read.raw_lines if change.replaces else None) for change in changes], warnings


def _choose_alternatives(read: AttributesImport) -> dict[str, str]:
    """The files that a person wants instead of the ones that were read, by dimension."""
    use: dict[str, str] = {}
    for column, (name, others) in zip(
        st.columns(max(len(read.alternatives), 2)), read.alternatives.items(), strict=False
    ):
        usual = read.chosen[name]
        chosen = column.selectbox(
            f"Take {escape(name)} from",
            [usual, *others],
            key=f"share_use_{name}",
            help="The folder holds several lists for this dimension; a project takes one of them.",
        )
        if chosen != usual:
            use[name] = chosen
    return use


def _offer_both(document: Project, incoming: Project, warnings: Sequence[str]) -> tuple[list[_Change], list[str]]:
    """To add what is missing, or to replace everything."""
    added = add_content(document, incoming)
    adding = (
        f"Add what is missing: {say_count(added.labels, 'label')}, {say_count(added.dimensions, 'dimension')}, "
        f"{say_count(added.values, 'value')}. Nothing that is there changes."
    )
    replaced = replace_content(document, incoming)
    description = _describe_replacement(document, replaced)
    return (
        [
            _Change("Add what is missing", added.project, adding),
            _Change("Replace everything", replaced, description, replaces=True),
        ],
        [*warnings, *added.warnings],
    )


def _describe_replacement(before: Project, after: Project) -> str:
    old, new = _list_values(before), _list_values(after)
    gone_labels = [label.title for key, label in before.ordered_labels() if key not in after.labels]
    gone_dimensions = [dimension.name for key, dimension in before.ordered_dimensions() if key not in after.dimensions]
    text = (
        f"Replace everything: {say_count(len(new - old), 'value')} come, {say_count(len(old - new), 'value')} go, "
        f"{len(old & new)} stay; then {say_count(len(after.labels), 'label')} and "
        f"{say_count(len(after.dimensions), 'dimension')}."
    )
    if gone_labels:
        text = f"{text} Labels that go: {', '.join(gone_labels[:20])}."
    if gone_dimensions:
        text = f"{text} Dimensions that go: {', '.join(gone_dimensions[:20])}."
    return f"{text} One step, which you can undo. The hash is then {after.content_hash[:12]}…"


def _list_values(project: Project) -> set[tuple[str, str, str]]:
    return {
        (fold_text(dimension.name), project.labels[label_id].name if label_id else "", fold_text(value.text))
        for dimension in project.dimensions.values()
        for value in dimension.values.values()
        for label_id in value.labels or ("",)
    }


def _apply(page: ProjectPage, change: _Change, file_name: str) -> str:
    save_document(page, change.document, f"{change.button}: {file_name}", source=f"import:{file_name}"[:200])
    if change.raw_lines is not None:  # the authors' data sets count these lines
        page.runtime.store.projects.save_settings(page.project.id, {RAW_LINES: change.raw_lines})
    st.session_state["share_turn"] = int(st.session_state.get("share_turn", 0)) + 1
    return f"{file_name} is taken in. Undo takes it back."


def _zip_folder(document: Project, stem: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="attrprompt-") as temporary:
        folder = Path(temporary) / stem
        folder.mkdir()
        written = write_attributes(document, folder)
        if written.warnings:
            (folder / "WARNINGS.txt").write_text("\n".join(written.warnings) + "\n", encoding="utf-8")
        target = io.BytesIO()
        pack_archive(folder, target)
        return target.getvalue()
