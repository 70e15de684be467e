"""The files of a finished report: the page to hand on, and the same as Markdown with figures and their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from attrprompt.report.archive import ReportFormat, name_file, write_report_bytes
from components.kit.frame import ProjectPage

WORDS = {
    ReportFormat.HTML: ("Download the report", "One page that opens anywhere, with figures that answer to the mouse."),
    ReportFormat.ZIP: ("Figures and data", "Markdown, each figure as SVG, and the numbers behind each as CSV."),
    ReportFormat.MARKDOWN: ("Markdown", "Words and tables only, for a wiki or an appendix."),
}


def draw_report_downloads(page: ProjectPage, result: Mapping[str, Any]) -> None:
    """One button for each form, the page first."""
    for column, (form, (label, meaning)) in zip(st.columns([2, 1, 1]), WORDS.items(), strict=True):
        content = write_report_bytes(result, form)
        is_page = form is ReportFormat.HTML
        column.download_button(
            f"{label} ({_describe_size(len(content))})",
            data=content,
            file_name=name_file(page.project.name, form),
            mime=form.mime,
            key=f"report_download_{form.value}",
            type="primary" if is_page else "secondary",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
        column.caption(meaning)
    st.caption(
        f"{len(result['figures'])} figures. The files show texts, prompts and names of models, and no key and no "
        "address of an endpoint. A figure as PNG: the camera above it in the page."
    )


def _describe_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"
