"""Getting data sets out and in: downloads in every format, and the import of labelled texts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from attrprompt.exchange.archive import pack_archive
from attrprompt.exchange.transfer import ExportFormat, export_dataset, import_dataset
from attrprompt.records import Dataset, DatasetKind
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.notices import errors_shown
from components.kit.text import escape

FILE_FORMATS = {
    ExportFormat.JSONL: ("JSON lines", "jsonl"),
    ExportFormat.CSV: ("CSV", "csv"),
    ExportFormat.PARQUET: ("Parquet", "parquet"),
    ExportFormat.HUB: ("Hugging Face folder (zip)", "zip"),
    ExportFormat.AUTHORS: ("AttrPrompt authors' layout (zip)", "zip"),
}
KIND_WORDS = {
    DatasetKind.GOLD: "Gold: real, labelled texts",
    DatasetKind.SIMPROMPT: "Generated with SimPrompt",
    DatasetKind.ATTRPROMPT: "Generated with AttrPrompt",
    DatasetKind.METAPROMPT: "Generated with MetaPrompt",
}


def draw_downloads(page: ProjectPage, dataset: Dataset, wanted: SampleFilter) -> None:
    """Download the texts that pass the filter, with or without their provenance."""
    with st.popover("Download", icon=":material/download:", key="review_download"):
        plain = st.checkbox("Text and label only", key="review_plain", help="Otherwise with everything that is known.")
        for format, (label, ending) in FILE_FORMATS.items():
            st.download_button(
                escape(label),
                data=_make_file(page, dataset, format, wanted, plain),
                file_name=f"{dataset.name}.{ending}",
                key=f"review_download_{format.value}",
                on_click="ignore",
                width="stretch",
            )
        st.caption("The filter above applies.")


def draw_dataset_import(page: ProjectPage) -> None:
    """Import labelled texts as a data set of this project."""
    with (
        st.popover("Import texts", icon=":material/upload:", key="review_import"),
        st.form("import_form", border=False),
    ):
        file = st.file_uploader("JSONL, CSV or Parquet", type=["jsonl", "csv", "parquet"], key="import_file")
        name = st.text_input("Name of the data set", key="import_name", max_chars=200)
        kind = st.selectbox(
            "What are these texts?", list(KIND_WORDS), format_func=KIND_WORDS.__getitem__, key="import_kind"
        )
        text_column = st.text_input("Column of the texts", placeholder="found by itself", key="import_text")
        label_column = st.text_input("Column of the labels", placeholder="found by itself", key="import_label")
        if st.form_submit_button("Import") and file is not None:
            with errors_shown(), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / Path(file.name).name
                path.write_bytes(file.getbuffer())
                imported = import_dataset(
                    page.runtime.store,
                    page.project,
                    path,
                    name=name.strip() or path.stem,
                    kind=kind,
                    text_column=text_column.strip() or None,
                    label_column=label_column.strip() or None,
                )
                st.success(escape(f"{imported.dataset.rows:,} texts imported as {imported.dataset.name}."))
                for warning in imported.warnings:
                    st.warning(escape(warning))
                if imported.skipped:
                    reason = escape(imported.skipped[0].reason)
                    st.warning(f"{len(imported.skipped)} rows were left out; the first: {reason}")


def _make_file(
    page: ProjectPage, dataset: Dataset, format: ExportFormat, wanted: SampleFilter, plain: bool
) -> Callable[[], bytes]:
    """A function that writes the file when the button is pressed, not before."""

    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "export"
            written = export_dataset(
                page.runtime.store, page.project, dataset, target, format, wanted=wanted, provenance=not plain
            )
            if not written.path.is_dir():
                return written.path.read_bytes()
            packed = Path(folder) / "export.zip"
            pack_archive(written.path, packed)
            return packed.read_bytes()

    return make
