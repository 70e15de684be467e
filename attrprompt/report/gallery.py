"""The figures of a report in their order: each as a picture for the page and for files, with the rows behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from attrprompt.plots.files import DrawnFiles, draw_files
from attrprompt.plots.interactive import to_plotly
from attrprompt.plots.plot import Plot, ShadedMap
from attrprompt.report.tables import Row


@dataclass(frozen=True)
class ReportFigure:
    """One figure.

    Attributes:
        element_id: the id of its element in the page.
        name: its file's name, without an ending.
        picture: what it shows; the page's script draws a plot, and needs none for a map.
        rows: the numbers behind it.
    """

    element_id: str
    name: str
    title: str
    picture: Plot | ShadedMap
    rows: Sequence[Row]

    @property
    def height(self) -> str:
        """Room that the page keeps for a plot, in pixels."""
        assert isinstance(self.picture, Plot)
        return str(self.picture.height)

    def draw_files(self) -> DrawnFiles:
        """The picture as files."""
        return draw_files(self.picture, self.title)


class Gallery:
    """Collects the figures while a report is composed."""

    def __init__(self) -> None:
        self._figures: list[ReportFigure] = []

    def __len__(self) -> int:
        return len(self._figures)

    def __iter__(self) -> Iterator[ReportFigure]:
        return iter(self._figures)

    def add(self, title: str, picture: Plot | ShadedMap, rows: Sequence[Row]) -> ReportFigure:
        """Keep a figure."""
        number = len(self._figures) + 1
        stem = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60]
        figure = ReportFigure(f"plot-{number}", f"{number:02d}-{stem or 'figure'}", title, picture, rows)
        self._figures.append(figure)
        return figure

    def plots(self) -> dict[str, dict[str, Any]]:
        """The plots by the id of their element, as plain data for the page's script."""
        return {
            figure.element_id: to_plotly(figure.picture) for figure in self._figures if isinstance(figure.picture, Plot)
        }
