"""The files of a finished report: the page to hand on, and the same as Markdown with figures and their numbers."""

from __future__ import annotations

import streamlit as st

from attrprompt.report.archive import ReportFormat, WrittenReport, name_file
from components.kit.frame import ProjectPage
from components.kit.text import escape

WORDS = {
    ReportFormat.HTML: ("Download the report", "One page that opens anywhere, with figures that answer to the mouse."),
    ReportFormat.ZIP: ("Figures and data", "Markdown, figures as SVG, PNG and PDF, the numbers behind each as CSV."),
    ReportFormat.MARKDOWN: ("Markdown", "Words and tables only, for a wiki or an appendix."),
}


def draw_report_downloads(page: ProjectPage, report: WrittenReport) -> None:
    """One button for each form, the page first."""
    for column, (form, (label, meaning)) in zip(st.columns([2, 1, 1]), WORDS.items(), strict=True):
        content = report.to_bytes(form)
        is_page = form is ReportFormat.HTML
        column.download_button(
            escape(f"{label} ({_describe_size(len(content))})"),
            data=content,
            file_name=name_file(page.project.name, form),
            mime=form.mime,
            key=f"report_download_{form.value}",
            type="primary" if is_page else "secondary",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
        column.caption(escape(meaning))
    st.caption(
        f"{report.figures} figures. The files show texts, prompts and names of models, and no key and no "
        "address of an endpoint."
    )


def _describe_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"
