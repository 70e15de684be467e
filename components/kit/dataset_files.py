"""Getting data sets out: downloads in every format."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from attrprompt.exchange.archive import pack_archive
from attrprompt.exchange.rows.write_rows import CsvOptions
from attrprompt.exchange.transfer import ExportFormat, export_dataset
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.defects import made_on_press
from components.kit.frame import ProjectPage
from components.kit.text import escape

FILE_FORMATS = {
    ExportFormat.JSONL: ("JSON lines", "jsonl"),
    ExportFormat.CSV: ("CSV", "csv"),
    ExportFormat.PARQUET: ("Parquet", "parquet"),
    ExportFormat.HUB: ("Hugging Face folder (zip)", "zip"),
    ExportFormat.AUTHORS: ("AttrPrompt authors' layout (zip)", "zip"),
}


def draw_downloads(page: ProjectPage, dataset: Dataset, wanted: SampleFilter) -> None:
    """Download the texts that pass the filter, with or without their provenance."""
    with st.popover("Download", icon=":material/download:", key="review_download"):
        plain = st.checkbox("Text and label only", key="review_plain", help="Otherwise with everything that is known.")
        guard = st.checkbox(
            "CSV: guard against formulas",
            value=True,
            key="review_guard",
            help="An apostrophe before cells that a spreadsheet would run as a formula, such as =1+1 or @x. Importing "
            "the file here takes it off again; other programs read it as part of the text.",
        )
        excel = st.checkbox(
            "CSV: for Excel", key="review_excel", help="With the byte order mark that Excel needs to read accents."
        )
        csv_options = CsvOptions(guard=guard, byte_order_mark=excel)
        for format, (label, ending) in FILE_FORMATS.items():
            st.download_button(
                escape(label),
                data=make_file(page, dataset, format, wanted, plain=plain, csv_options=csv_options),
                file_name=f"{dataset.name}.{ending}",
                key=f"review_download_{format.value}",
                on_click="ignore",
                width="stretch",
            )
        st.caption("The filter above applies.")


def make_file(
    page: ProjectPage,
    dataset: Dataset,
    format: ExportFormat,
    wanted: SampleFilter,
    *,
    plain: bool,
    csv_options: CsvOptions,
) -> Callable[[], bytes]:
    """A function that writes the file when the button is pressed, not before; an option of other formats is let be."""

    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            written = export_dataset(
                page.runtime.store,
                page.project,
                dataset,
                Path(folder) / "export",
                format,
                wanted=wanted,
                provenance=not plain or format is ExportFormat.AUTHORS,
                csv_options=csv_options if format is ExportFormat.CSV else None,
            )
            if not written.path.is_dir():
                return written.path.read_bytes()
            packed = Path(folder) / "export.zip"
            pack_archive(written.path, packed)
            return packed.read_bytes()

    return made_on_press(make, f"data set as {format.value}")
