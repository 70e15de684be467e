"""What a plot shows, as plain typed data: no library's words stand in it, so that any of them can draw it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum

HEIGHT = 380

Ring = tuple[tuple[float, float], ...]
"""A closed line; x grows to the right, y downwards."""


class Unit(StrEnum):
    """How the values of an axis are written."""

    NUMBER = "number"
    SHARE = "share"
    USD = "usd"

    def write(self, value: float, digits: int | None = None) -> str:
        """A value beside a tick, with so many digits behind the point; by default with those that it needs."""
        if self is Unit.SHARE:
            return f"{value:.{max(0, (digits or 0) - 2)}%}"
        number = f"{value:,.6f}".rstrip("0").rstrip(".") if digits is None else f"{value:,.{digits}f}"
        return f"${number}" if self is Unit.USD else number


class Mark(StrEnum):
    """What stands at each point of a series, and what its interval looks like."""

    POINTS = "points"  # interval: a bar
    CURVE = "curve"  # points joined by a line; interval: a band
    LINE = "line"  # a line without points; interval: a band
    BARS = "bars"  # from zero; interval: a bar
    TICKS = "ticks"  # a short upright line
    UNSEEN = "unseen"  # answers to the mouse only; a file leaves it out


class Dash(StrEnum):
    """How a line is drawn."""

    SOLID = "solid"
    DASH = "dash"
    DOT = "dot"
    DASHDOT = "dashdot"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        title: with the unit, where the values have one.
        names: of the values 0, 1, 2 …, where the axis has names and no numbers; upright ones run from the top.
        limits: both ends, where they do not follow from the values.
        is_amount: no value lies below zero, so the axis does not either.
        is_shown: False where the values mean nothing by themselves, as on a map of texts.
    """

    title: str = ""
    names: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None
    unit: Unit = Unit.NUMBER
    is_log: bool = False
    is_amount: bool = False
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """One value.

    Attributes:
        low: the ends of its interval, along the axis that has no names (y where neither has); None where there is none.
        words: written above it.
        hover: lines that the mouse brings up; of several the first is a heading.
        size: of its mark, in pixels, where it says something.
        key: what a click on it gives.
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    words: str = ""
    hover: tuple[str, ...] = ()
    size: float | None = None
    key: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together.

    Attributes:
        name: in the legend; empty where the axis names it already.
        interval_colour: of the bars on `Mark.BARS`, which would not be seen in the series' own colour.
        size: of each mark that says nothing by its size, in pixels.
    """

    points: tuple[Point, ...]
    mark: Mark
    colour: str
    name: str = ""
    interval_colour: str = ""
    dash: Dash = Dash.SOLID
    size: float = 6
    opacity: float = 1


@dataclass(frozen=True, slots=True)
class Matrix:
    """Shares as shades, row by row; the axes name rows and columns.

    Attributes:
        words: written into the cells; empty where there are too many.
        scale: colours from share 0 to 1.
        has_key: whether the scale stands beside it.
    """

    shares: tuple[tuple[float, ...], ...]
    words: tuple[tuple[str, ...], ...]
    scale: tuple[str, ...]
    has_key: bool = True


@dataclass(frozen=True, slots=True)
class Guide:
    """A value to compare with: an upright line through the whole plot, its interval as a band."""

    value: float
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot.

    Attributes:
        height: in pixels, without a title.
    """

    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    matrix: Matrix | None = None
    guide: Guide | None = None
    height: int = HEIGHT

    @property
    def has_names_upright(self) -> bool:
        """Whether values, and with them intervals, lie along x."""
        return bool(self.y.names)

    def find_limits(self, axis: Axis) -> tuple[float, float] | None:
        """From the low end to the high one; an axis of names leaves room for what is written above the first."""
        if axis.limits is not None or not axis.names:
            return axis.limits
        room = 0.1 if axis is self.y and any(point.words for series in self.series for point in series.points) else 0.0
        return -0.5 - room, len(axis.names) - 0.5 - room


@dataclass(frozen=True, slots=True)
class Outline:
    """A shape of a map."""

    rings: tuple[Ring, ...]
    fill: str


@dataclass(frozen=True, slots=True)
class ShadedMap:
    """A map of shaded shapes, with what each shade means.

    Attributes:
        key: colours with their words.
        key_title: what the shades count.
        box: what is shown: left, top, width, height.
        edge: colour of the lines between shapes.
    """

    outlines: tuple[Outline, ...]
    key: tuple[tuple[str, str], ...]
    key_title: str
    box: tuple[float, float, float, float]
    edge: str
