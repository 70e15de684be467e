"""Figures as SVG files, drawn from the same plain plots as the page's script draws.

No browser and no drawing library: what makes images of Plotly's figures (kaleido) needs a Chrome beside Python, and a
user who has none would get no figure. The few kinds of marks that the report uses are drawn here: points, lines, bands,
error bars, grouped bars, heat maps.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attrprompt.report.axes import Axis, make_axis, measure_text

WIDTH = 900
TEXT, MUTED, GRID = "#1B1F24", "#5B6470", "#E3E6EA"
FONT = "system-ui, sans-serif"
_SIZE = 13
_DASHES = {"dash": "8 5", "dot": "2 4", "dashdot": "8 4 2 4"}
_RGBA = re.compile(r"rgba\((\d+),\s*(\d+),\s*(\d+),\s*([\d.]+)\)")
_BAR_SHARE = 0.75  # of a category's width that its bars take together

Trace = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Area:
    """Where the marks go, and the axes that place them."""

    left: float
    top: float
    right: float
    bottom: float
    x: Axis
    y: Axis


def draw_svg(plot: Mapping[str, Any], title: str) -> str:
    """The file of one plot, in the colours of the light mode on white."""
    traces, layout = plot["data"], plot["layout"]
    height = float(layout.get("height", 380)) + 40
    legend = list(_list_legend(traces))
    top = 44 + 22 * len(legend)
    area = _make_area(traces, layout, top, height)
    parts = [
        _text(20, 26, title, size=17, fill=TEXT),
        *(part for row, line in enumerate(legend) for part in _draw_legend(line, 44 + 22 * row)),
        *_draw_axes(area),
    ]
    bars = [each for each in traces if each["type"] == "bar"]
    for trace in traces:
        if trace["type"] == "bar":
            parts += _draw_bars(area, trace, bars.index(trace), len(bars))
        elif trace["type"] == "heatmap":
            parts += _draw_heatmap(area, trace)
        else:
            parts += _draw_scatter(area, trace)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" '
        f'viewBox="0 0 {WIDTH} {height:g}" font-family="{FONT}" font-size="{_SIZE}">'
        f'<rect width="{WIDTH}" height="{height:g}" fill="#FFFFFF"/>{"".join(parts)}</svg>\n'
    )


def _make_area(traces: Sequence[Trace], layout: Mapping[str, Any], top: float, height: float) -> _Area:
    x_layout, y_layout = layout.get("xaxis", {}), layout.get("yaxis", {})
    rough = make_axis(y_layout, _values(traces, "y"), height, top)
    left = 24.0
    if rough.visible:
        left += max((measure_text(words, _SIZE) for _, words in rough.ticks), default=0.0) + (24 if rough.title else 0)
    right = WIDTH - (30.0 if x_layout.get("visible", True) else 20.0)
    x = make_axis(x_layout, _values(traces, "x"), left, right)
    bottom = height - ((46 if x.title else 28) if x.visible else 16)
    return _Area(left, top, right, bottom, x, make_axis(y_layout, _values(traces, "y"), bottom, top))


def _values(traces: Sequence[Trace], name: str) -> list[Any]:
    """Every value that an axis must hold, the ends of intervals and the foot of bars among them."""
    found: list[Any] = []
    for trace in traces:
        values = list(trace.get(name) or ())
        found += values
        bar = trace.get(f"error_{name}") or {}
        for sign, ends in ((1, bar.get("array") or ()), (-1, bar.get("arrayminus") or ())):
            found += [
                value + sign * end
                for value, end in zip(values, ends, strict=False)
                if isinstance(value, int | float) and end is not None
            ]
        if trace["type"] == "bar" and name == "y":
            found.append(0)
    return [value for value in found if value is not None]


def _draw_axes(area: _Area) -> Iterator[str]:
    for axis, is_x in ((area.x, True), (area.y, False)):
        if not axis.visible:
            continue
        for value, words in axis.ticks[:: _find_stride(axis, is_x=is_x)]:
            place = axis.place(value)
            if is_x:
                yield _line(place, area.top, place, area.bottom, GRID)
                yield _text(place, area.bottom + 18, words, anchor="middle")
            else:
                yield _line(area.left, place, area.right, place, GRID)
                yield _text(area.left - 8, place + 4.5, words, anchor="end")
        if axis.title and is_x:
            yield _text((area.left + area.right) / 2, area.bottom + 38, axis.title, anchor="middle")
        elif axis.title:
            middle = (area.top + area.bottom) / 2
            yield _text(16, middle, axis.title, anchor="middle", turn=f' transform="rotate(-90 16 {middle:.1f})"')


def _find_stride(axis: Axis, *, is_x: bool) -> int:
    """Every how many names one is written, so that none lies on another."""
    if not axis.categories:
        return 1
    needed = max(measure_text(words, _SIZE) + 8 for _, words in axis.ticks) if is_x else _SIZE
    return max(1, math.ceil(needed / axis.step))


def _draw_scatter(area: _Area, trace: Trace) -> Iterator[str]:
    pairs = zip(trace.get("x") or (), trace.get("y") or (), strict=True)
    points = [(area.x.place(x), area.y.place(y)) for x, y in pairs if x is not None and y is not None]
    mode, marker, line = trace.get("mode", "lines"), trace.get("marker", {}), trace.get("line", {})
    colour = marker.get("color") or line.get("color") or MUTED
    if not marker.get("opacity", 1):
        return  # marks that only answer to the mouse
    if trace.get("fill") == "toself":
        fill, opacity = _split_colour(trace["fillcolor"])
        yield f'<polygon points="{_join(points)}" fill="{fill}" fill-opacity="{opacity}"/>'
        return
    yield from _draw_error_bars(area, trace, colour)
    if "lines" in mode and len(points) > 1:
        dash = _DASHES.get(line.get("dash", ""))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield (
            f'<polyline points="{_join(points)}" fill="none" stroke="{line.get("color", colour)}" '
            f'stroke-width="{line.get("width", 2)}"{dashed}/>'
        )
    if marker.get("symbol") == "line-ns":
        half, stroke = marker["size"] / 2, marker["line"]
        for x, y in points:
            yield _line(x, y - half, x, y + half, stroke["color"], stroke["width"])
    elif "markers" in mode:
        sizes = marker.get("size", 6)
        for place, (x, y) in enumerate(points):
            size = sizes[place] if isinstance(sizes, list) else sizes
            yield (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size / 2:.1f}" fill="{colour}" '
                f'fill-opacity="{marker.get("opacity", 1)}"/>'
            )
    if "text" in mode:
        for (x, y), words in zip(points, trace.get("text") or (), strict=False):
            yield _text(x, y - 12, _plain(words), anchor="middle", fill=TEXT)


def _draw_error_bars(area: _Area, trace: Trace, colour: str) -> Iterator[str]:
    for name in ("x", "y"):
        bar = trace.get(f"error_{name}") or {}
        if not bar.get("array"):
            continue
        lows = bar.get("arrayminus") or bar["array"]
        for x, y, high, low in zip(trace["x"], trace["y"], bar["array"], lows, strict=True):
            if not high and not low:
                continue
            if name == "x":
                yield _line(area.x.place(x - low), area.y.place(y), area.x.place(x + high), area.y.place(y), colour, 2)
            else:
                yield _line(area.x.place(x), area.y.place(y - low), area.x.place(x), area.y.place(y + high), colour, 2)


def _draw_bars(area: _Area, trace: Trace, place: int, bars: int) -> Iterator[str]:
    width = area.x.step * _BAR_SHARE / bars
    error = trace.get("error_y") or {}
    highs = error.get("array") or [0] * len(trace["x"])
    lows = error.get("arrayminus") or highs
    for x, y, high, low in zip(trace["x"], trace["y"], highs, lows, strict=True):
        if y is None:
            continue
        left = area.x.place(x) + (place - bars / 2) * width
        top = area.y.place(y)
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{area.y.place(0) - top:.1f}" '
            f'fill="{trace["marker"]["color"]}"/>'
        )
        if high or low:
            middle = left + width / 2
            yield _line(middle, area.y.place(y - (low or 0)), middle, area.y.place(y + (high or 0)), MUTED, 2)


def _draw_heatmap(area: _Area, trace: Trace) -> Iterator[str]:
    scale = [each[1] if isinstance(each, list | tuple) else each for each in trace["colorscale"]]
    words = trace.get("text")
    for row, label in enumerate(trace["y"]):
        for column, other in enumerate(trace["x"]):
            share = trace["z"][row][column]
            x, y = area.x.place(other) - area.x.step / 2, area.y.place(label) - area.y.step / 2
            fill = _mix(scale, share)
            yield (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{area.x.step:.1f}" height="{area.y.step:.1f}" '
                f'fill="{fill}" stroke="#FFFFFF"/>'
            )
            if words:
                light = "#FFFFFF" if share > 0.5 else TEXT
                yield _text(area.x.place(other), area.y.place(label) + 4.5, str(words[row][column]), "middle", light)


def _list_legend(traces: Sequence[Trace]) -> Iterator[list[tuple[str, str]]]:
    """Names with their colours, in lines that fit the width."""
    line: list[tuple[str, str]] = []
    width = 20.0
    for trace in traces:
        if not trace.get("name") or trace.get("showlegend") is False or trace["type"] == "heatmap":
            continue
        name = _plain(trace["name"])
        colour = trace.get("marker", {}).get("color") or trace.get("line", {}).get("color") or MUTED
        needed = measure_text(name, _SIZE) + 44
        if line and width + needed > WIDTH - 20:
            yield line
            line, width = [], 20.0
        line.append((name, colour))
        width += needed
    if line:
        yield line


def _draw_legend(line: Sequence[tuple[str, str]], top: float) -> Iterator[str]:
    x = 20.0
    for name, colour in line:
        yield f'<rect x="{x:.1f}" y="{top - 1:.1f}" width="12" height="12" rx="2" fill="{colour}"/>'
        yield _text(x + 18, top + 9.5, name)
        x += measure_text(name, _SIZE) + 44


def _text(
    x: float, y: float, words: str, anchor: str = "start", fill: str = MUTED, *, size: int = 0, turn: str = ""
) -> str:
    larger = f' font-size="{size}"' if size else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}"{place}{larger}{turn}>{html.escape(words)}</text>'


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, width: float = 1) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _join(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _plain(words: Any) -> str:
    """Names stand in plots with their signs escaped, as the page's script reads them."""
    return html.unescape(str(words))


def _split_colour(colour: str) -> tuple[str, str]:
    found = _RGBA.fullmatch(colour)
    if found is None:
        return colour, "1"
    red, green, blue, opacity = found.groups()
    return f"#{int(red):02X}{int(green):02X}{int(blue):02X}", opacity


def _mix(scale: Sequence[str], share: float) -> str:
    """The colour at this share of the way along the scale."""
    place = min(max(share, 0.0), 1.0) * (len(scale) - 1)
    first = min(int(place), len(scale) - 2)
    rest = place - first
    pairs = ((int(scale[first][i : i + 2], 16), int(scale[first + 1][i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * rest):02X}" for low, high in pairs)
