"""One look for every chart: colours by what a data set is, type, grid, margins. Data in, figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from attrprompt.palette import DARK, LIGHT, Palette

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = "Source Sans, sans-serif"
HOVER_LENGTH = 200


def current_palette() -> Palette:
    """The palette of the mode that this browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def style(figure: go.Figure, palette: Palette, *, height: int = 380, legend: bool = True) -> go.Figure:
    """Give a Plotly figure the common look."""
    axis = {
        "gridcolor": palette.grid,
        "zerolinecolor": palette.grid,
        "linecolor": palette.grid,
        "tickfont": {"color": palette.muted, "size": 12},
        "title": {"font": {"color": palette.muted, "size": 13}},
    }
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 44 if legend else 20, "b": 8},
        font={"family": FONT, "color": palette.text, "size": 14},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=legend,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "font": {"color": palette.text}},
        hoverlabel={"bgcolor": palette.raised, "font": {"color": palette.text, "family": FONT}, "align": "left"},
    )
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure
