"""One look for every chart: colours by what a data set is, type, grid, margins. Data in, figure out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from attrprompt.records import Dataset, DatasetKind

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = "Source Sans, sans-serif"
HOVER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mode; contrast and order are those of the design."""

    background: str
    raised: str
    text: str
    muted: str
    grid: str
    primary: str
    simprompt: str
    attrprompt: str
    gold: str
    further: tuple[str, ...]
    warning: str
    failure: str
    scale: tuple[str, ...]


LIGHT = Palette(
    background="#FFFFFF",
    raised="#F6F7F9",
    text="#1B1F24",
    muted="#5B6470",
    grid="#E3E6EA",
    primary="#3B4CCA",
    simprompt="#C2570C",
    attrprompt="#2166AC",
    gold="#1B7F5C",
    further=("#7B3FA0", "#8A6D00", "#B0306A"),
    warning="#9A6700",
    failure="#B42318",
    scale=("#EEF1FB", "#CDD4F5", "#A6B1EC", "#7C8ADF", "#5565D3", "#3B4CCA", "#2A379A"),
)
DARK = Palette(
    background="#111418",
    raised="#1A1F26",
    text="#E8ECF1",
    muted="#9AA5B1",
    grid="#2A313A",
    primary="#8C9BFF",
    simprompt="#F4A261",
    attrprompt="#6CB4EE",
    gold="#5BC8A0",
    further=("#C39BE0", "#D9B84A", "#EE8BB5"),
    warning="#E3B341",
    failure="#F1786A",
    scale=("#1D2333", "#2A3460", "#3B4890", "#5361BF", "#6E7EE6", "#8C9BFF", "#B9C2FF"),
)


def current_palette() -> Palette:
    """The palette of the mode that this browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def dataset_colours(datasets: Sequence[Dataset], palette: Palette) -> dict[str, str]:
    """A colour for each data set by name: the first of each kind keeps the kind's colour on every page."""
    by_kind = {
        DatasetKind.SIMPROMPT: palette.simprompt,
        DatasetKind.ATTRPROMPT: palette.attrprompt,
        DatasetKind.GOLD: palette.gold,
    }
    colours: dict[str, str] = {}
    further = 0
    for each in datasets:
        colour = by_kind.pop(each.kind, None)
        if colour is None:
            colour = palette.further[further % len(palette.further)]
            further += 1
        colours[each.name] = colour
    return colours


def category_colours(names: Sequence[str], palette: Palette) -> dict[str, str]:
    """Colours for labels, values or clusters, in order; they repeat after the palette's end."""
    cycle = (
        palette.attrprompt,
        palette.simprompt,
        palette.gold,
        *palette.further,
        palette.primary,
        palette.warning,
        palette.failure,
        palette.muted,
    )
    return {name: cycle[index % len(cycle)] for index, name in enumerate(names)}


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
