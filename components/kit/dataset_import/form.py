"""The import of labelled texts: the files, and the choices that they ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from attrprompt.edits.parts import count_of
from attrprompt.exchange.preview import Preview, preview_dataset
from attrprompt.exchange.rows.formats.text_files import ENCODINGS, name_encoding
from attrprompt.exchange.rows.import_choices import ImportChoices
from attrprompt.exchange.rows.label_cells import SEPARATORS
from attrprompt.exchange.rows.label_maps import LabelMap, read_label_map
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.rows.row_sources import list_endings
from attrprompt.importing import Imports, files_on_disk
from attrprompt.project import fold_text
from attrprompt.records import DatasetKind
from components.kit.dataset_import.preview import draw_preview, word_for_page
from components.kit.dataset_import.progress import draw_progress
from components.kit.frame import ProjectPage
from components.kit.notices import errors_shown, in_callback
from components.kit.text import Markdown, escape, shorten

KIND_WORDS = {
    DatasetKind.GOLD: "Gold: real, labelled texts",
    DatasetKind.SIMPROMPT: "Generated with SimPrompt",
    DatasetKind.ATTRPROMPT: "Generated with AttrPrompt",
    DatasetKind.METAPROMPT: "Generated with MetaPrompt",
}
FOUND, NONE = "", "\0"
"""Choices of a column: the one that is found, and none at all; no column is called so."""

_ROUND = "import_round"
_SEEN = "import_preview"


def draw_dataset_import(page: ProjectPage) -> None:
    """Import labelled texts as a data set of this project."""
    draw_progress(page)
    box = st.expander("Import texts", icon=":material/upload:", key="import_box", on_change="rerun")
    if not box.open:
        return
    with box:
        number = st.session_state.get(_ROUND, 0)
        uploads = st.file_uploader(
            "JSON, CSV, Parquet, Arrow or XLSX; several files are taken as shards of one data set",
            type=list_endings(),
            accept_multiple_files=True,
            key=f"import_files_{number}",
        )
        if not uploads:
            st.caption("Exports of Label Studio, Argilla and doccano are read as they are, packed files (.gz) too.")
            return
        files = {upload.name: upload.getbuffer() for upload in uploads}
        with errors_shown():
            _draw_form(page, files, "-".join(upload.file_id for upload in uploads), number)


def _draw_form(page: ProjectPage, files: dict[str, memoryview], identity: str, number: int) -> None:
    names, kinds = st.columns(2)
    name = names.text_input(
        "Name of the data set", value=_propose_name(files), key=f"import_name_{number}", max_chars=200
    ).strip()
    kind = kinds.selectbox(
        "What are these texts?", list(KIND_WORDS), format_func=KIND_WORDS.__getitem__, key=f"import_kind_{number}"
    )
    slots = st.container()
    label_map, map_identity = _choose_label_map(number)
    choices = _read_choices(number, label_map)
    preview = _find_preview(page, files, choices, f"{identity} {map_identity}")
    with slots:
        _draw_columns(preview, number)
    is_confirmed = _draw_reading(preview, choices, number)
    if preview.needed is not None:
        st.warning(word_for_page(preview.problem), icon=":material/help:")
    elif preview.problem:
        st.error(word_for_page(preview.problem), icon=":material/error:")
    draw_preview(page, preview)
    if not name:
        st.warning("Give the data set a name.")
    elif fold_text(name) in _list_used_names(page):
        st.warning(escape(f"There is a data set called {name} already; give this one another name."))
        name = ""
    st.button(
        Markdown(f"Import {count_of(preview.texts, 'text') if preview.is_whole else 'all texts'}"),
        type="primary",
        key=f"import_start_{number}",
        icon=":material/upload:",
        disabled=bool(preview.problem) or not is_confirmed or not name,
        on_click=in_callback,
        args=(lambda: _start(page, files, choices, name, kind, preview.texts if preview.is_whole else 0),),
    )


def _list_used_names(page: ProjectPage) -> set[str]:
    return {fold_text(dataset.name) for dataset in page.runtime.store.datasets.list_all(page.project.id)}


def _start(
    page: ProjectPage,
    files: dict[str, memoryview],
    choices: ImportChoices,
    name: str,
    kind: DatasetKind,
    expected: int,
) -> None:
    page.runtime.background(Imports).start(page.project, files, choices, name=name, kind=kind, expected=expected)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1  # an empty form
    st.session_state.pop(_SEEN, None)


# --- What is chosen ---


def _propose_name(files: dict[str, memoryview]) -> str:
    return Path(next(iter(files))).name.split(".")[0][:200]


def _choose_label_map(number: int) -> tuple[LabelMap | None, str]:
    """A map from a file, and what tells it from others."""
    with st.popover("Names of the labels", icon=":material/list:", key=f"import_map_box_{number}"):
        upload = st.file_uploader(
            "A file that says what numbers and other words for labels stand for",
            type=["txt", "json", "csv", "tsv"],
            key=f"import_map_{number}",
            help="One name a line, two columns, or id2label as JSON. Else numbers are positions in the project's list.",
        )
        st.text_area(
            "Labels by another name",
            key=f"import_renames_{number}",
            placeholder="name in the file=label of the project",
            help="One a line, such as Toys & Games=toys_games. Labels that differ in more than case, blanks, _ and - "
            "are never taken for one another unasked.",
        )
    if upload is None:
        return None, ""
    with files_on_disk({upload.name: upload.getbuffer()}) as path:
        return read_label_map(path), upload.file_id


def _read_choices(number: int, label_map: LabelMap | None) -> ImportChoices:
    """What the controls say, which are drawn once the file was looked at."""

    def say(control: str, default: Any) -> Any:
        return st.session_state.get(f"import_{control}_{number}", default)

    label_column = say("label", FOUND)
    return ImportChoices(
        text_column=say("text", FOUND) or None,
        label_column={FOUND: None, NONE: ""}.get(label_column, label_column),
        attribute_columns=tuple(say("attributes", ())),
        label_map=label_map,
        renames=tuple(line.strip() for line in say("renames", "").splitlines() if line.strip()),
        reading=ReadOptions(
            encoding=say("encoding", "") or "",
            has_header=say("header", True),
            split=say("part", "") or "",
            label_separator=say("separator", "") or "",
            first_number=None if isinstance(label_map, Mapping) else say("first", None),
        ),
    )


def _find_preview(page: ProjectPage, files: dict[str, memoryview], choices: ImportChoices, identity: str) -> Preview:
    """The preview of these files with these choices, made once."""
    document = page.project.document
    asked = hashlib.sha256(repr((identity, choices, document.content_hash)).encode("utf-8", "replace")).hexdigest()
    seen: tuple[str, Preview] | None = st.session_state.get(_SEEN)
    if seen is not None and seen[0] == asked:
        return seen[1]
    with st.spinner("Reading the first rows"), files_on_disk(files) as path:
        preview = preview_dataset(document, path, choices)
    st.session_state[_SEEN] = (asked, preview)
    return preview


def _draw_columns(preview: Preview, number: int) -> None:
    """Which columns are what."""
    columns = list(preview.columns)
    texts, labels, attributes = st.columns(3)
    texts.selectbox(
        "Column of the texts",
        [FOUND, *columns],
        format_func=lambda name: shorten(name, 60) if name else _name_found(preview.text_column),
        key=f"import_text_{number}",
    )
    labels.selectbox(
        "Column of the labels",
        [FOUND, NONE, *columns],
        format_func=lambda name: {
            FOUND: _name_found(preview.label_column or ""),
            NONE: "No labels",
        }.get(name, shorten(name, 60)),
        key=f"import_label_{number}",
    )
    taken = {preview.text_column, preview.label_column}
    attributes.multiselect(
        "Columns of attribute values",
        [name for name in columns if name not in taken],
        key=f"import_attributes_{number}",
        help="Columns that are named like the project's dimensions. All other columns are kept beside the texts.",
    )


def _name_found(column: str) -> str:
    return f"Found: {shorten(column, 50)}" if column else "Found by its name"


def _draw_reading(preview: Preview, choices: ImportChoices, number: int) -> bool:
    """What the file does not say of itself; True where nothing is left to confirm."""
    is_confirmed = True
    needed = preview.needed.option if preview.needed is not None else ""
    reading = choices.reading
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if needed == "split" or reading.split:
            st.selectbox(
                "Part of the file",
                _list_parts(preview, number),
                index=None,
                key=f"import_part_{number}",
                placeholder="Choose one",
                on_change=in_callback,
                args=(_forget_columns, number),
            )
        if preview.is_guessed or reading.encoding:
            guess = f"Guessed: {name_encoding(preview.encoding)}" if preview.is_guessed else "Guess it"
            st.selectbox(
                "Encoding",
                ["", *ENCODINGS],
                format_func=lambda codec: name_encoding(codec) if codec else guess,
                key=f"import_encoding_{number}",
                on_change=in_callback,
                args=(_forget_columns, number),
            )
        if needed == "first_number" or reading.first_number is not None:
            st.radio("The first number is", [0, 1], index=None, horizontal=True, key=f"import_first_{number}")
        if preview.separator or reading.label_separator:
            st.selectbox(
                "Several labels in a cell",
                ["", ",", *SEPARATORS],
                format_func=lambda sign: f"have {sign} between them" if sign else "are none: a cell is one label",
                key=f"import_separator_{number}",
            )
        if preview.has_table or not reading.has_header:
            st.checkbox(
                "First line names the columns",
                value=True,
                key=f"import_header_{number}",
                on_change=in_callback,
                args=(_forget_columns, number),
            )
    if preview.is_guessed and preview.rows:
        is_confirmed = st.checkbox(
            escape(f"The letters below are right when read as {name_encoding(preview.encoding)}"),
            key=f"import_letters_{number}_{preview.encoding}",
        )
    return is_confirmed


def _list_parts(preview: Preview, number: int) -> Sequence[str]:
    """The parts of the file, as they were told when one was asked for."""
    key = f"import_parts_{number}"
    if preview.needed is not None and preview.needed.option == "split":
        st.session_state[key] = preview.needed.choices
    parts: Sequence[str] = st.session_state.get(key, ())
    return parts


def _forget_columns(number: int) -> None:
    """Another reading has other columns."""
    for control in ("text", "label", "attributes"):
        st.session_state.pop(f"import_{control}_{number}", None)
