"""Axes of a drawn figure: where a value lies, and which ticks stand beside it."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TICKS = 6
_LETTER = 0.56  # mean width of a letter, in its size


@dataclass(frozen=True)
class Axis:
    """One axis between two places of the drawing.

    Attributes:
        start: where its low end lies, in pixels; `end` may be smaller, as on an upright axis.
        low: the value at `start`; the logarithm of it on a logarithmic axis.
        categories: names in their order; empty on an axis of numbers.
        ticks: values with their words.
    """

    start: float
    end: float
    low: float
    high: float
    categories: tuple[str, ...]
    ticks: tuple[tuple[Any, str], ...]
    title: str
    is_log: bool
    visible: bool

    @property
    def step(self) -> float:
        """Width of one category."""
        return abs(self.end - self.start) / max(1, len(self.categories))

    def place(self, value: Any) -> float:
        """Where a value lies, in pixels."""
        if self.categories:
            share = (self.categories.index(str(value)) + 0.5) / len(self.categories)
        else:
            number = math.log10(value) if self.is_log else float(value)
            share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def make_axis(layout: Mapping[str, Any], values: Sequence[Any], start: float, end: float) -> Axis:
    """An axis that holds these values, as the layout of a plot describes it."""
    title = layout.get("title") or ""
    words = html.unescape(title.get("text", "") if isinstance(title, Mapping) else str(title))
    visible = bool(layout.get("visible", True))
    if any(isinstance(value, str) for value in values):
        names = tuple(dict.fromkeys(map(str, values)))
        if layout.get("autorange") == "reversed":
            start, end = end, start
        named = tuple((name, html.unescape(name)) for name in names)
        return Axis(start, end, 0.0, 1.0, names, named, words, False, visible)
    if layout.get("ticktext") and layout.get("type") != "log":
        return _make_cells(layout, words, start, end, visible=visible)
    is_log = layout.get("type") == "log"
    numbers = [math.log10(value) if is_log else float(value) for value in values] or [0.0, 1.0]
    low, high = _find_range(layout, numbers, is_log=is_log)
    ticks = _log_ticks(layout, low, high) if is_log else _linear_ticks(layout, low, high)
    return Axis(start, end, low, high, (), ticks, words, is_log, visible)


def _make_cells(layout: Mapping[str, Any], title: str, start: float, end: float, *, visible: bool) -> Axis:
    """An axis of cells that are numbered from 0 and named beside, as of a heat map."""
    names = [html.unescape(str(each)) for each in layout["ticktext"]]
    if layout.get("autorange") == "reversed":
        start, end = end, start
    ticks = tuple(zip(layout["tickvals"], names, strict=True))
    return Axis(start, end, 0.0, 1.0, tuple(str(each) for each in layout["tickvals"]), ticks, title, False, visible)


def measure_text(words: str, size: float) -> float:
    """About how wide words are; fonts differ, so leave room."""
    return len(words) * size * _LETTER


def _find_range(layout: Mapping[str, Any], numbers: Sequence[float], *, is_log: bool) -> tuple[float, float]:
    if layout.get("range"):
        low, high = layout["range"]
        return float(low), float(high)
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.06 or max(abs(high), 1.0) * 0.06
    below = low - room
    if not is_log and low >= 0 > below:
        below = 0.0
    return below, high + room


def _linear_ticks(layout: Mapping[str, Any], low: float, high: float) -> tuple[tuple[float, str], ...]:
    """At 1, 2 or 5 times a power of ten, about six of them."""
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    as_share = "%" in str(layout.get("tickformat", ""))
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    values = [number * step for number in range(first, last + 1)]
    if as_share:
        return tuple((value, f"{value:.{max(0, digits - 2)}%}") for value in values)
    return tuple((value, f"{value:,.{digits}f}") for value in values)


def _log_ticks(layout: Mapping[str, Any], low: float, high: float) -> tuple[tuple[float, str], ...]:
    values = layout.get("tickvals") or [digit * 10**power for power in range(-3, 9) for digit in (1, 2, 5)]
    words = layout.get("ticktext") or [f"{value:,}" for value in values]
    return tuple(
        (value, word)
        for value, word in zip(values, words, strict=True)
        if low - 1e-9 <= math.log10(value) <= high + 1e-9
    )
