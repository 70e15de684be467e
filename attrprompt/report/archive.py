"""A report as an archive: the Markdown with its figures as SVG, and the numbers behind each figure as CSV."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from attrprompt.errors import InputError

FIGURES, DATA = "figures", "data"
_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows: the same report gives the same bytes at any time


class ReportFormat(StrEnum):
    """In which form a report is written."""

    HTML = "html"
    MARKDOWN = "md"
    ZIP = "zip"

    @property
    def mime(self) -> str:
        """For a download."""
        return {"html": "text/html", "md": "text/markdown", "zip": "application/zip"}[self.value]


def format_of(path: Path, wanted: str | None) -> ReportFormat:
    """The form that was asked for, else the one that the file's ending names, else HTML.

    Raises:
        InputError: there is no such form.
    """
    if wanted is None:
        ending = path.suffix.removeprefix(".").casefold()
        return ReportFormat(ending) if ending in tuple(ReportFormat) else ReportFormat.HTML
    try:
        return ReportFormat(wanted.casefold())
    except ValueError as error:
        raise InputError(f"A report is written as {', '.join(ReportFormat)}, not as '{wanted}'.") from error


def write_report_bytes(result: Mapping[str, Any], form: ReportFormat) -> bytes:
    """The file in one form, from what the job `report` gave; the same for the page and for the command."""
    if form is ReportFormat.ZIP:
        return _pack(result)
    return str(result["html" if form is ReportFormat.HTML else "markdown"]).encode()


def name_file(project: str, form: ReportFormat) -> str:
    """A file name for a project's report."""
    stem = re.sub(r"[^\w-]+", "_", project).strip("_") or "project"
    return f"{stem}_report.{form.value}"


def _pack(result: Mapping[str, Any]) -> bytes:
    files = {"report.md": result["markdown_with_figures"]}
    for figure in result["figures"]:
        files[f"{FIGURES}/{figure['name']}.svg"] = figure["svg"]
        files[f"{DATA}/{figure['name']}.csv"] = figure["csv"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
