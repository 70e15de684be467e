"""Plots as Plotly draws them: for a page of the app, and as plain data for a report's own script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attrprompt.plots.plot import Axis, Dash, Mark, Matrix, Plot, Point, Series, Unit

if TYPE_CHECKING:
    import plotly.graph_objects as go

BAND_OPACITY = 0.15
BARS = 0.75  # of a name's room that its bars take together
GUIDE = "#808080"  # seen on either mode's background
_MODES = {Mark.POINTS: "markers", Mark.CURVE: "lines+markers", Mark.LINE: "lines", Mark.TICKS: "markers"}


def make_figure(plot: Plot) -> go.Figure:
    """A figure of Plotly, without a look."""
    import plotly.graph_objects as go

    return go.Figure(to_plotly(plot))


def to_plotly(plot: Plot) -> dict[str, Any]:
    """The figure as plain data: `data` and `layout`."""
    traces = [] if plot.matrix is None else [_make_heatmap(plot.matrix)]
    for series in plot.series:
        if series.mark in (Mark.CURVE, Mark.LINE):
            traces += _make_band(series)
        traces.append(_make_trace(plot, series))
    layout: dict[str, Any] = {
        "xaxis": _make_axis(plot, plot.x),
        "yaxis": _make_axis(plot, plot.y),
        "height": plot.height,
        "hovermode": "closest",
        "barmode": "group",
        "bargap": 1 - BARS,
    }
    if any(series.mark is Mark.UNSEEN for series in plot.series):
        layout |= {"hoverdistance": -1, "clickmode": "event+select"}
    return {"data": traces, "layout": layout | _make_guide(plot)}


def escape_hover(text: str) -> str:
    """Plotly reads a little HTML in names and hover texts; user text must not be read as such."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fade(colour: str) -> str:
    """A colour of a band."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{BAND_OPACITY})"


def _make_axis(plot: Plot, axis: Axis) -> dict[str, Any]:
    if not axis.is_shown:
        return {"visible": False}
    made: dict[str, Any] = {"title": {"text": escape_hover(axis.title)}}
    limits = plot.find_limits(axis)
    if axis.names:
        made |= {"tickvals": list(range(len(axis.names))), "ticktext": [escape_hover(name) for name in axis.names]}
        made |= {"zeroline": False, "autotickangles": [0, -45, -90]}  # turned to the left, none is cut at the edge
        limits = limits[::-1] if limits and axis is plot.y else limits
    elif axis.is_log:
        ticks = list_log_ticks(axis.unit)
        made |= {"type": "log", "tickvals": ticks, "ticktext": [axis.unit.write(tick) for tick in ticks]}
    elif axis.unit is Unit.SHARE:
        made |= {"tickformat": ".2~%"}
    if limits:
        made |= {"range": list(limits)}
    elif axis.is_amount and not axis.is_log:
        made |= {"rangemode": "nonnegative"}
    return made


def list_log_ticks(unit: Unit) -> list[float]:
    """1, 2 and 5 in each power of ten, from what is ever seen of the unit."""
    return [digit * 10.0**power for power in range(-6 if unit is Unit.USD else 0, 8) for digit in (1, 2, 5)]


def _make_trace(plot: Plot, series: Series) -> dict[str, Any]:
    points = series.points
    trace: dict[str, Any] = {
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "showlegend": bool(series.name),
        **({"name": escape_hover(series.name)} if series.name else {}),
        **_make_hover(series),
        **({"customdata": [list(point.key) for point in points]} if any(point.key for point in points) else {}),
    }
    if series.mark is Mark.BARS:
        bar = {"type": "bar", "marker": {"color": series.colour, "opacity": series.opacity}}
        return trace | bar | _make_error_bars(plot, series)
    trace |= {"type": "scatter", "mode": _MODES.get(series.mark, "markers"), "marker": _make_marker(series)}
    if series.mark in (Mark.CURVE, Mark.LINE):
        dash = {} if series.dash is Dash.SOLID else {"dash": series.dash.value}
        trace |= {"line": {"color": series.colour, "width": 2, **dash}}
    elif series.mark is Mark.UNSEEN:
        trace |= {"selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}}}
    if series.mark is Mark.POINTS:
        trace |= _make_error_bars(plot, series) | ({"cliponaxis": False} if plot.has_names_upright else {})
    if any(point.words for point in points):
        words = [escape_hover(point.words) for point in points]
        trace |= {"mode": f"{trace['mode']}+text", "text": words, "textposition": "top center"}
    return trace


def _make_marker(series: Series) -> dict[str, Any]:
    if series.mark is Mark.UNSEEN:
        return {"size": series.size, "opacity": 0, "symbol": "square"}
    if series.mark is Mark.TICKS:
        return {"size": series.size, "symbol": "line-ns", "line": {"width": 2, "color": series.colour}}
    sizes = [series.size if point.size is None else point.size for point in series.points]
    size = series.size if all(other == series.size for other in sizes) else sizes
    return {"size": size, "color": series.colour, "opacity": series.opacity}


def _make_hover(series: Series) -> dict[str, Any]:
    if not any(point.hover for point in series.points):
        return {"hoverinfo": "skip"}
    words = [_write_hover(point) for point in series.points]
    return {"hovertext": words, "hovertemplate": f"%{{hovertext}}<extra>{escape_hover(series.name)}</extra>"}


def _write_hover(point: Point) -> str:
    lines = [escape_hover(line) for line in point.hover]
    return "<br>".join([f"<b>{lines[0]}</b>", *lines[1:]] if len(lines) > 1 else lines)


def _make_error_bars(plot: Plot, series: Series) -> dict[str, Any]:
    """Of points without an interval they have no length; of a series without any there are none."""
    if all(point.low is None for point in series.points):
        return {}
    spans = [list(_measure_interval(plot, point)) for point in series.points]
    return {
        "error_x" if plot.has_names_upright else "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [above for above, _ in spans],
            "arrayminus": [below for _, below in spans],
            "color": series.interval_colour or series.colour,
        }
    }


def _measure_interval(plot: Plot, point: Point) -> tuple[float, float]:
    if point.low is None or point.high is None:
        return 0.0, 0.0
    value = point.x if plot.has_names_upright else point.y
    return point.high - value, value - point.low


def _make_band(series: Series) -> Iterator[dict[str, Any]]:
    banded = [point for point in series.points if point.low is not None]
    if banded:
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": [point.x for point in banded] + [point.x for point in reversed(banded)],
            "y": [point.high for point in banded] + [point.low for point in reversed(banded)],
            "fill": "toself",
            "fillcolor": fade(series.colour),
            "line": {"width": 0},
            "hoverinfo": "skip",
            "showlegend": False,
        }


def _make_heatmap(matrix: Matrix) -> dict[str, Any]:
    written = {"text": [list(row) for row in matrix.words], "texttemplate": "%{text}"} if matrix.words else {}
    steps = len(matrix.scale) - 1
    return {
        "type": "heatmap",
        "x": list(range(len(matrix.shares[0]))),
        "y": list(range(len(matrix.shares))),
        "z": [list(row) for row in matrix.shares],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[step / steps, colour] for step, colour in enumerate(matrix.scale)],
        "colorbar": {"title": {"text": "Share"}, "tickformat": ".0%"},
        "showscale": matrix.has_key,
        "hoverinfo": "skip",
        **written,
    }


def _make_guide(plot: Plot) -> dict[str, Any]:
    guide = plot.guide
    if guide is None:
        return {}
    through = {"xref": "x", "yref": "y domain", "y0": 0, "y1": 1}
    shapes: list[dict[str, Any]] = []
    if guide.low is not None:
        band = {"type": "rect", "x0": guide.low, "x1": guide.high, "fillcolor": fade(GUIDE), "line": {"width": 0}}
        shapes.append(through | band)
    line = {"type": "line", "x0": guide.value, "x1": guide.value}
    shapes.append(through | line | {"line": {"dash": "dot", "width": 2, "color": GUIDE}})
    words = {
        "text": escape_hover(guide.words),
        "font": {"size": 12},
        "showarrow": False,
        "x": guide.value,
        "xref": "x",
        "xanchor": "left",
        "y": 0,
        "yref": "y domain",
        "yanchor": "bottom",
    }
    return {"shapes": shapes, "annotations": [words]}
