"""The figures of a report in their order: each as a plot for the page, an image for a file, and the rows behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from attrprompt.report.drawing import draw_svg
from attrprompt.report.tables import Row, write_csv

HEIGHT = 380


@dataclass(frozen=True)
class ReportFigure:
    """One figure.

    Attributes:
        place: the id of its place in the page.
        name: its file's name, without an ending.
        plot: plain data for the page's script; None for an image that needs none.
        drawn: the image, where it is not made from the plot.
        rows: the numbers behind it.
    """

    place: str
    name: str
    title: str
    plot: dict[str, Any] | None
    drawn: str
    rows: Sequence[Row]

    @property
    def height(self) -> str:
        """Room that the page keeps for it, in pixels."""
        return str((self.plot or {}).get("layout", {}).get("height", HEIGHT))

    @cached_property
    def image(self) -> str:
        """The figure as an SVG file."""
        return draw_svg(self.plot, self.title) if self.plot is not None else self.drawn

    def to_files(self) -> dict[str, str]:
        """What the job keeps of it for the archive."""
        return {"name": self.name, "title": self.title, "svg": self.image, "csv": write_csv(self.rows)}


class Gallery:
    """Collects the figures while a report is composed."""

    def __init__(self) -> None:
        self._figures: list[ReportFigure] = []

    def __iter__(self) -> Iterator[ReportFigure]:
        return iter(self._figures)

    def add(self, title: str, plot: dict[str, Any] | None, rows: Sequence[Row]) -> ReportFigure | None:
        """Keep a plot; None where there is none."""
        return None if plot is None else self._keep(title, plot, "", rows)

    def add_image(self, title: str, drawn: str, rows: Sequence[Row]) -> ReportFigure:
        """Keep an image that the page holds as it is."""
        return self._keep(title, None, drawn, rows)

    def plots(self) -> dict[str, dict[str, Any]]:
        """The plots by the id of their place."""
        return {each.place: each.plot for each in self._figures if each.plot is not None}

    def _keep(self, title: str, plot: dict[str, Any] | None, drawn: str, rows: Sequence[Row]) -> ReportFigure:
        number = len(self._figures) + 1
        stem = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60]
        figure = ReportFigure(f"plot-{number}", f"{number:02d}-{stem or 'figure'}", title, plot, drawn, rows)
        self._figures.append(figure)
        return figure
