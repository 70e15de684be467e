"""A matrix of what was asked against what was found: shares as a heat map whose cells open their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import plotly.graph_objects as go
import streamlit as st

from attrprompt.palette import LIGHT, Palette
from attrprompt.records import Dataset
from components.kit.charts import style
from components.kit.frame import ProjectPage
from components.kit.samples import draw_texts_behind

ROW_HEIGHT = 44
PLAIN_CHART = {"displayModeBar": False}


def plot_heatmap(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    totals: Sequence[int],
    palette: Palette,
) -> go.Figure:
    """Shares of the texts of each row, one hue from few to many; counts on hover; cells can be clicked.

    Heat maps have no clicks of their own in Streamlit, so a see-through marker lies on each cell that holds texts.
    """
    shares = [[100 * count / total for count in row] for row, total in zip(counts, totals, strict=True)]
    names = [f"{row} (n = {total:,})" for row, total in zip(rows, totals, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            x=list(columns),
            y=names,
            z=shares,
            zmin=0,
            zmax=100,
            hoverinfo="skip",
            colorscale=[[step / (len(palette.scale) - 1), colour] for step, colour in enumerate(palette.scale)],
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    cells = [(row, column) for row, line in enumerate(counts) for column, count in enumerate(line) if count]
    figure.add_scatter(
        x=[columns[column] for _, column in cells],
        y=[names[row] for row, _ in cells],
        mode="markers",
        marker={"symbol": "square", "size": ROW_HEIGHT - 8, "color": "rgba(0,0,0,0)"},
        customdata=[[rows[row], columns[column], counts[row][column]] for row, column in cells],
        hovertemplate="Asked: %{customdata[0]}<br>Found: %{customdata[1]}<br>%{customdata[2]:,} texts<extra></extra>",
    )
    for row, column in cells:  # not the markers' own text, which fades when another cell is chosen
        figure.add_annotation(
            x=columns[column],
            y=names[row],
            text=f"{shares[row][column]:.0f} %",
            showarrow=False,
            font={"color": _choose_ink(shares[row][column] / 100, palette)},
        )
    style(figure, palette, height=110 + ROW_HEIGHT * len(rows), legend=False)
    figure.update_xaxes(title="Found", side="top", showgrid=False)
    figure.update_yaxes(title="Asked", autorange="reversed", showgrid=False)
    figure.update_layout(margin={"t": 70}, clickmode="event+select")
    return figure


def draw_matrix(
    page: ProjectPage,
    dataset: Dataset,
    figure: go.Figure,
    items: Callable[[str, str], Sequence[int]],
    *,
    key: str,
    alt: str,
) -> None:
    """A matrix; a click on a cell shows its texts.

    Args:
        items: numbers of some of the texts of a cell, by what was asked and what was found.
    """
    event = st.plotly_chart(figure, key=key, config=PLAIN_CHART, on_select="rerun", selection_mode="points", alt=alt)
    st.caption("Click a cell for its texts.")
    for point in event.selection.points[:1]:
        asked, found, number = point["customdata"][:3]
        draw_texts_behind(
            page,
            [dataset],
            dataset.name,
            items(asked, found),
            what=f"texts that were asked for {asked}, found: {found}",
            total=int(number),
        )


def _choose_ink(share: float, palette: Palette) -> str:
    """Dark or light letters, whichever is read better on the colour of this share (contrast as WCAG 2 defines it)."""
    from plotly.colors import sample_colorscale, unlabel_rgb

    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (float(channel) / 255 for channel in unlabel_rgb(sample_colorscale(list(palette.scale), share)[0]))
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return LIGHT.text if (luminance + 0.05) ** 2 > 1.05 * 0.0636 else LIGHT.background
