"""A report as an archive: the Markdown, its figures as SVG, PNG and PDF, and the numbers behind each as CSV."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Base64Bytes

from attrprompt.errors import InputError
from attrprompt.kept import Kept
from attrprompt.report.gallery import Gallery
from attrprompt.report.tables import write_csv

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


def name_file(project: str, form: ReportFormat) -> str:
    """A file name for a project's report."""
    stem = re.sub(r"[^\w-]+", "_", project).strip("_") or "project"
    return f"{stem}_report.{form.value}"


@dataclass(frozen=True, slots=True)
class WrittenReport(Kept):
    """A report in every form, as the job `report` keeps it.

    Attributes:
        archive: bytes of the zip.
        figures: how many there are in it.
    """

    html: str
    markdown: str
    archive: Base64Bytes
    figures: int

    def to_bytes(self, form: ReportFormat) -> bytes:
        """The file in one form; the same for the page and for the command."""
        if form is ReportFormat.ZIP:
            return self.archive
        return (self.html if form is ReportFormat.HTML else self.markdown).encode()


def pack_archive(markdown: str, gallery: Gallery) -> bytes:
    """The zip: the Markdown, and beside it the files of each figure."""
    files = {"report.md": markdown.encode()}
    for figure in gallery:
        drawn = figure.draw_files()
        files[f"{FIGURES}/{figure.name}.svg"] = drawn.svg
        files[f"{FIGURES}/{figure.name}.png"] = drawn.png
        files[f"{FIGURES}/{figure.name}.pdf"] = drawn.pdf
        files[f"{DATA}/{figure.name}.csv"] = write_csv(figure.rows).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
