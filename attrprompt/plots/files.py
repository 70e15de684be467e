"""Plots and maps as files, drawn by matplotlib: SVG, PNG and PDF, in the colours of the light mode on white.

The same picture gives the same bytes at any time and for any user: nothing of the user's own settings of matplotlib
counts, no date is written, and letters are those that come with matplotlib where it has them (a letter that no font of
the machine has is a box in PNG and PDF, while the SVG keeps it). No text is markup.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from attrprompt.palette import LIGHT
from attrprompt.plots.interactive import BAND_OPACITY, BARS, GUIDE, list_log_ticks
from attrprompt.plots.plot import Axis, Dash, Guide, Mark, Matrix, Plot, Point, Series, ShadedMap, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis as DrawnAxis
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D

WIDTH = 900  # pixels
_INCH = 96  # pixels
_SHARPNESS = 2  # pixels of a PNG for each of ours
_POINT = 72 / _INCH  # of a pixel
_SIZE, _TITLE_SIZE, _LINE_WIDTH = 13 * _POINT, 17 * _POINT, 2 * _POINT
_EDGE, _TITLE_HEIGHT, _NAME_HEIGHT, _SCALE_ROOM = 20, 40, 15, 110
_LONGEST_TITLE, _LONGEST_NAME = 85, 40  # letters
_FINEST = 2500  # cells of a matrix that are drawn one by one
_DARK_CELL = 0.5  # share above which words in a cell are white
_DASHES: dict[Dash, tuple[int, tuple[int, ...]]] = {
    Dash.SOLID: (0, ()),
    Dash.DASH: (0, (6, 3)),
    Dash.DOT: (0, (1, 2)),
    Dash.DASHDOT: (0, (6, 3, 1, 3)),
}
_FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Hiragino Sans", "Microsoft YaHei",
    "Yu Gothic", "Malgun Gothic", "Noto Sans Devanagari", "Noto Sans Thai", "Nirmala UI",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawnFiles:
    """One picture as a file of each kind."""

    svg: bytes
    png: bytes
    pdf: bytes


def draw_files(picture: Plot | ShadedMap, title: str) -> DrawnFiles:
    """The picture under its title; the title is also what a reader of the file alone is told that it shows."""
    with _use_look():
        figure = _draw_plot(picture, title) if isinstance(picture, Plot) else _draw_map(picture, title)
        return DrawnFiles(
            svg=_save(figure, "svg", {"Title": title, "Date": None, "Creator": None}),
            png=_save(figure, "png", {"Title": title, "Software": None}),
            pdf=_save(figure, "pdf", {"Title": title, "CreationDate": None, "Creator": None, "Producer": None}),
        )


@contextmanager
def _use_look() -> Iterator[None]:
    import matplotlib.style
    from matplotlib.font_manager import fontManager

    known = set(fontManager.get_font_names())
    look: dict[str, Any] = {
        "font.family": "sans-serif",
        "font.sans-serif": [font for font in _FONTS if font in known],
        "font.size": _SIZE,
        "text.parse_math": False,
        "text.color": LIGHT.muted,
        "figure.facecolor": LIGHT.background,
        "axes.facecolor": LIGHT.background,
        "axes.labelcolor": LIGHT.muted,
        "axes.axisbelow": True,
        "axes.xmargin": 0.06,
        "axes.ymargin": 0.06,
        "axes.grid": True,
        "grid.color": LIGHT.grid,
        "grid.linewidth": _POINT,
        "xtick.color": LIGHT.muted,
        "ytick.color": LIGHT.muted,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "xtick.major.pad": 5,
        "ytick.major.pad": 7,
        "xtick.minor.visible": False,
        "ytick.minor.visible": False,
        "legend.frameon": False,
        "svg.fonttype": "none",  # letters stay letters: small, and found by a search
        "svg.hashsalt": "attrprompt",
    }
    look |= {f"axes.spines.{side}": False for side in ("left", "right", "top", "bottom")}
    with matplotlib.style.context(["default", look]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the SVG has it all the same
        yield


def _save(figure: Figure, kind: str, metadata: dict[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=_INCH * _SHARPNESS, metadata=metadata)
    return buffer.getvalue()


def _open_axes(
    title: str, height: float, key: Sequence[tuple[Line2D, str]], key_title: str = ""
) -> tuple[Figure, Axes]:
    """So many pixels for a picture, and above them as many as the title and the legend take."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _INCH, height / _INCH), dpi=_INCH)
    legend = _write_legend(figure, key, key_title)
    above = _TITLE_HEIGHT + (legend.get_window_extent().height if legend else 0)
    whole = height + above
    figure.set_size_inches(WIDTH / _INCH, whole / _INCH)
    figure.text(_EDGE / WIDTH, 1 - 26 / whole, _shorten(title, _LONGEST_TITLE), size=_TITLE_SIZE, color=LIGHT.text)
    if legend:
        legend.set_bbox_to_anchor((_EDGE / WIDTH, 1 - (_TITLE_HEIGHT - 4) / whole))
    return figure, figure.add_axes((0, 0, 1, height / whole))


def _write_legend(figure: Figure, key: Sequence[tuple[Line2D, str]], title: str) -> Legend | None:
    """In as few lines as its names leave room for."""
    for columns in range(len(key), 0, -1):
        legend = figure.legend(
            [mark for mark, _ in key],
            [_shorten(words) for _, words in key],
            title=title or None,
            ncols=columns,
            loc="upper left",
            alignment="left",
            borderpad=0,
            borderaxespad=0,
            handletextpad=0.5,
            handlelength=3.4 if any(mark.get_linestyle() != "None" for mark, _ in key) else 1,
            columnspacing=1.6,
        )
        if columns == 1 or legend.get_window_extent().width <= WIDTH - 2 * _EDGE:
            return legend
        legend.remove()
    return None


def _draw_plot(plot: Plot, title: str) -> Figure:
    key = [(_make_key(series), series.name) for series in plot.series if series.name]
    figure, axes = _open_axes(title, plot.height, key)
    shades = None if plot.matrix is None else _draw_matrix(axes, plot.matrix)
    if plot.guide is not None:
        _draw_guide(axes, plot.guide)
    bars = [series for series in plot.series if series.mark is Mark.BARS]
    for number, series in enumerate(bars):
        _draw_bars(axes, series, number, len(bars))
    for series in plot.series:
        if series.mark not in (Mark.BARS, Mark.UNSEEN):
            _draw_points(axes, series, upright=plot.has_names_upright)
    _draw_axis(axes.xaxis, plot, plot.x)
    _draw_axis(axes.yaxis, plot, plot.y)
    has_scale = plot.matrix is not None and plot.matrix.has_key
    right = WIDTH - (_SCALE_ROOM if has_scale else _EDGE)
    _fit(axes, right, plot.height)
    if _thin_names(axes, plot):
        _fit(axes, right, plot.height)
    if has_scale and shades is not None:
        _draw_scale(axes, shades)
    return figure


def _fit(axes: Axes, right: float, height: float) -> None:
    """Place the axes so that what stands around them just has its room."""
    left, bottom, top = _EDGE / 2, _EDGE / 2, height - _EDGE
    _place(axes, left, bottom, right, top)
    inner, outer = axes.bbox.frozen(), axes.get_tightbbox()
    assert outer is not None
    _place(
        axes,
        left + inner.x0 - outer.x0,
        bottom + inner.y0 - outer.y0,
        right - (outer.x1 - inner.x1),
        top - (outer.y1 - inner.y1),
    )


def _place(axes: Axes, left: float, bottom: float, right: float, top: float) -> None:
    """Put the corners at these pixels."""
    whole = axes.figure.bbox.height
    axes.set_position((left / WIDTH, bottom / whole, (right - left) / WIDTH, (top - bottom) / whole))


def _make_key(series: Series) -> Line2D:
    from matplotlib.lines import Line2D

    has_line = series.mark in (Mark.CURVE, Mark.LINE)
    marker = {Mark.LINE: "", Mark.BARS: "s"}.get(series.mark, "o")
    return Line2D(
        [],
        [],
        color=series.colour,
        linestyle=_DASHES[series.dash] if has_line else "none",
        linewidth=_LINE_WIDTH,
        marker=marker,
        markersize=8 * _POINT if marker else 0,
    )


def _draw_points(axes: Axes, series: Series, *, upright: bool) -> None:
    points = series.points
    x, y = [point.x for point in points], [point.y for point in points]
    if series.mark in (Mark.CURVE, Mark.LINE):
        axes.plot(x, y, color=series.colour, linewidth=_LINE_WIDTH, linestyle=_DASHES[series.dash], clip_on=False)
        _draw_band(axes, series)
    elif series.mark is Mark.POINTS:
        _draw_intervals(axes, series, upright=upright)
    if series.mark is Mark.TICKS:
        axes.plot(x, y, "|", color=series.colour, markersize=series.size * _POINT, markeredgewidth=_LINE_WIDTH)
    elif series.mark is not Mark.LINE:
        for size, those in _group_by_size(series):
            axes.plot(
                [point.x for point in those],
                [point.y for point in those],
                "o",
                color=series.colour,
                alpha=series.opacity,
                markersize=size * _POINT,
                markeredgewidth=0,
                clip_on=False,
            )
    for point in points:
        if point.words:
            _write(axes, point.words, (point.x, point.y), above=series.size / 2 + 4)


def _group_by_size(series: Series) -> list[tuple[float, list[Point]]]:
    """Marks of one size are drawn as one: a map of thousands of texts stays small."""
    groups: dict[float, list[Point]] = {}
    for point in series.points:
        groups.setdefault(series.size if point.size is None else point.size, []).append(point)
    return list(groups.items())


def _draw_intervals(axes: Axes, series: Series, *, upright: bool) -> None:
    for point in series.points:
        if point.low is not None and point.high is not None:
            ends, at = (point.low, point.high), (point.y, point.y) if upright else (point.x, point.x)
            line = (ends, at) if upright else (at, ends)
            axes.plot(*line, color=series.colour, linewidth=_LINE_WIDTH, solid_capstyle="butt")


def _draw_band(axes: Axes, series: Series) -> None:
    banded = [(point.x, point.low, point.high) for point in series.points if point.low is not None]
    if banded:
        x, low, high = zip(*banded, strict=True)
        axes.fill_between(x, low, high, color=series.colour, alpha=BAND_OPACITY, linewidth=0)


def _draw_bars(axes: Axes, series: Series, number: int, bars: int) -> None:
    """Side by side at each name, in the order of the series."""
    width = BARS / bars
    axes.xaxis.grid(visible=False)
    for point in series.points:
        middle = point.x + (number + 0.5) * width - BARS / 2
        axes.bar(middle, point.y, width, color=series.colour, alpha=series.opacity)
        if point.low is not None and point.high is not None:
            ends = (point.low, point.high)
            axes.plot((middle, middle), ends, color=series.interval_colour or series.colour, linewidth=_LINE_WIDTH)


def _draw_matrix(axes: Axes, matrix: Matrix) -> QuadMesh:
    from matplotlib.colors import LinearSegmentedColormap

    rows, columns = len(matrix.shares), len(matrix.shares[0])
    drawn = axes.pcolormesh(
        [column - 0.5 for column in range(columns + 1)],
        [row - 0.5 for row in range(rows + 1)],
        matrix.shares,
        cmap=LinearSegmentedColormap.from_list("shares", matrix.scale),
        vmin=0,
        vmax=1,
        edgecolors=LIGHT.background,
        linewidth=_POINT,
        rasterized=rows * columns > _FINEST,
    )
    axes.grid(visible=False)
    for row, words in enumerate(matrix.words):
        for column, word in enumerate(words):
            colour = LIGHT.background if matrix.shares[row][column] > _DARK_CELL else LIGHT.text
            axes.text(column, row, word, ha="center", va="center", color=colour)
    return drawn


def _draw_scale(axes: Axes, shades: QuadMesh) -> None:
    """What the shades mean, beside the cells."""
    right, bottom, top = axes.bbox.x1 + _EDGE, axes.bbox.y0, axes.bbox.y1
    beside = axes.figure.add_axes((0, 0, 1, 1))
    _place(beside, right, bottom, right + _EDGE, top)
    scale = axes.figure.colorbar(shades, cax=beside, label="Share", format=lambda value, _: Unit.SHARE.write(value))
    scale.ax.grid(visible=False)
    scale.outline.set_visible(False)


def _draw_guide(axes: Axes, guide: Guide) -> None:
    if guide.low is not None and guide.high is not None:
        axes.axvspan(guide.low, guide.high, color=GUIDE, alpha=BAND_OPACITY, linewidth=0)
    axes.axvline(guide.value, color=GUIDE, linewidth=_LINE_WIDTH, linestyle=_DASHES[Dash.DOT])
    axes.annotate(guide.words, (guide.value, 0), (4, 4), xycoords=("data", "axes fraction"), textcoords="offset points")


def _write(axes: Axes, words: str, point: tuple[float, float], *, above: float) -> None:
    axes.annotate(words, point, (0, above * _POINT), textcoords="offset points", ha="center", color=LIGHT.text)


def _draw_axis(drawn: DrawnAxis, plot: Plot, axis: Axis) -> None:
    """Its ends, scale, ticks and title."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

    is_upright = axis is plot.y
    drawn.set_visible(axis.is_shown)
    drawn.set_label_text(axis.title)
    limits = plot.find_limits(axis)
    set_limits = drawn.axes.set_ylim if is_upright else drawn.axes.set_xlim
    if limits:
        set_limits(*(limits[::-1] if axis.names and is_upright else limits))
    elif axis.is_amount and drawn.get_view_interval()[0] < 0:
        set_limits(0, None)
    if axis.names:
        drawn.set_ticks(range(len(axis.names)), [_shorten(name) for name in axis.names])
        return
    digits = None
    if axis.is_log:
        (drawn.axes.set_yscale if is_upright else drawn.axes.set_xscale)("log")
        drawn.set_minor_locator(NullLocator())
        low, high = drawn.get_view_interval()
        drawn.set_ticks([tick for tick in list_log_ticks(axis.unit) if low <= tick <= high])
    else:
        drawn.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10], min_n_ticks=3))
        first, second = drawn.get_majorticklocs()[:2]
        digits = max(0, -math.floor(math.log10(second - first) + 1e-9))  # as many as tell two ticks apart
    drawn.set_major_formatter(FuncFormatter(lambda value, _: axis.unit.write(value, digits)))


def _thin_names(axes: Axes, plot: Plot) -> bool:
    """Names with too little room: those below are turned, and of many only every so many-th is written."""
    is_changed = False
    for axis, drawn, room in ((plot.x, axes.xaxis, axes.bbox.width), (plot.y, axes.yaxis, axes.bbox.height)):
        if not axis.names or not axis.is_shown:
            continue
        step = room / len(axis.names)
        if axis is plot.x and max(label.get_window_extent().width for label in drawn.get_ticklabels()) + 8 > step:
            drawn.set_tick_params(rotation=45)
            for label in drawn.get_ticklabels():
                label.set(ha="right", rotation_mode="anchor")
            is_changed = True
        if step < _NAME_HEIGHT:
            every = math.ceil(_NAME_HEIGHT / step)
            drawn.set_ticks(drawn.get_ticklocs()[::every], [_shorten(name) for name in axis.names[::every]])
            is_changed = True
    return is_changed


def _draw_map(picture: ShadedMap, title: str) -> Figure:
    from matplotlib.collections import PathCollection
    from matplotlib.lines import Line2D
    from matplotlib.path import Path

    left, top, width, height = picture.box
    key = [
        (Line2D([], [], color=colour, linestyle="none", marker="s", markeredgecolor=LIGHT.muted), words)
        for colour, words in picture.key
    ]
    wide = WIDTH - 2 * _EDGE
    tall = wide * height / width
    figure, axes = _open_axes(title, tall + _EDGE, key, picture.key_title)
    _place(axes, _EDGE, _EDGE / 2, _EDGE + wide, _EDGE / 2 + tall)
    axes.set_axis_off()
    axes.set(xlim=(left, left + width), ylim=(top + height, top))
    shapes = [
        Path.make_compound_path(*(Path([*ring, ring[0]], closed=True) for ring in outline.rings))
        for outline in picture.outlines
    ]
    fills = [outline.fill for outline in picture.outlines]
    drawn = PathCollection(shapes, facecolors=fills, edgecolors=picture.edge, linewidths=0.5 * _POINT)
    axes.add_collection(drawn, autolim=False)
    return figure


def _shorten(words: str, longest: int = _LONGEST_NAME) -> str:
    line = " ".join(words.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
