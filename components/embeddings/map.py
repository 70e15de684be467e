"""The map of texts: coloured by anything known of them, with a lasso whose selection the rest of the page follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis_jobs.map import TextPlane
from attrprompt.palette import Palette, category_colours
from components.embeddings.map_table import ATTRIBUTE, escape_hover
from components.kit.charts import current_palette, style
from components.kit.text import Markdown, escape

MOST_COLOURS = 24
FIGURES_KEPT = 12
COLUMN_NAMES = {"dataset": "data set"}
LAYOUT_NAMES = {"umap": "UMAP", "pca": "PCA"}


@dataclass(frozen=True, slots=True)
class Colouring:
    """What the points show: the column that colours them, and the map they lie on."""

    column: str
    layout: str


def name_column(column: str) -> str:
    """A column of the frame for people."""
    return COLUMN_NAMES.get(column, column.removeprefix(ATTRIBUTE))


def list_columns(frame: pd.DataFrame) -> list[str]:
    """The columns that can colour the map."""
    attributes = [name for name in frame.columns if name.startswith(ATTRIBUTE)]
    return ["dataset", "label", "region", "cluster", "flags", *attributes]


def choose_colouring(frame: pd.DataFrame, *, has_umap: bool) -> Colouring:
    """Two small controls above the map."""
    by, layout = st.columns([4, 1])
    column = by.segmented_control(
        "Colour by",
        list_columns(frame),
        default="dataset",
        format_func=lambda name: escape(name_column(name)),
        key="embeddings_colour",
        wrap=True,
    )
    layouts = list(LAYOUT_NAMES) if has_umap else ["pca"]
    chosen = layout.segmented_control(
        "Map",
        layouts,
        default=layouts[0],
        format_func=LAYOUT_NAMES.__getitem__,
        key=f"embeddings_layout_{has_umap}",
        wrap=True,
        help="UMAP keeps neighbours together; PCA shows the two directions in which the texts spread most.",
    )
    return Colouring(column or "dataset", chosen or layouts[0])


def draw_map(
    frame: pd.DataFrame, colouring: Colouring, dataset_colours: Mapping[str, str], umap: TextPlane | None
) -> pd.DataFrame:
    """The map; returns the selected rows, all of them where none is selected.

    Args:
        umap: the plane of UMAP, where it is there.
    """
    palette = current_palette()
    key = f"{frame.attrs['key']} {colouring} {sorted(dataset_colours.items())} {palette.background}"
    event = st.plotly_chart(
        _plot_once(key, frame, colouring, dataset_colours, palette),
        key=f"embeddings_map_{colouring.column}_{colouring.layout}",
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
        config={"scrollZoom": True, "displaylogo": False},
        alt="Map of the texts; the table below holds the same texts",
    )
    kept = Markdown("")
    if colouring.layout == "umap" and umap is not None:
        kept = Markdown(
            f" Of each text's {umap.neighbours} nearest texts {umap.neighbours_kept:.0%} are among its nearest "
            f"on the map too (by chance {umap.neighbours / max(1, len(frame) - 1):.0%})."
        )
    st.caption(
        "Drag to choose texts with the lasso; a double click takes the choice back. Distances on the map are not "
        f"evidence; the figures below are.{kept}"
    )
    rows = [int(point["customdata"][0]) for point in event.selection.points if point.get("customdata")]
    return frame.iloc[sorted(set(rows))] if rows else frame


@st.cache_resource(max_entries=FIGURES_KEPT, show_spinner=False)
def _plot_once(
    key: str, _frame: pd.DataFrame, _colouring: Colouring, _colours: Mapping[str, str], _palette: Palette
) -> go.Figure:
    return plot_map(_frame, _colouring, _colours, _palette)


def plot_map(
    frame: pd.DataFrame, colouring: Colouring, dataset_colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """A WebGL scatter, one trace a colour; hover shows the text."""
    groups = frame[colouring.column].value_counts().index.tolist()
    named = groups[:MOST_COLOURS]
    colours = dataset_colours if colouring.column == "dataset" else category_colours(named, palette)
    figure = go.Figure()
    order = dataset_colours if colouring.column == "dataset" else sorted(named)
    for group in (group for group in order if group in named):
        _add_points(figure, frame[frame[colouring.column] == group], str(group), colours[group], colouring.layout)
    rest = frame[~frame[colouring.column].isin(named)]
    if len(rest):
        _add_points(figure, rest, f"{len(groups) - len(named)} others", palette.muted, colouring.layout)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(dragmode="lasso", uirevision=f"{colouring.layout}")
    return style(figure, palette, height=620)


def _add_points(figure: go.Figure, rows: pd.DataFrame, name: str, colour: str, layout: str) -> None:
    figure.add_trace(
        go.Scattergl(
            x=rows[f"{layout}_x"],
            y=rows[f"{layout}_y"],
            mode="markers",
            name=name,
            marker={"size": 6, "color": colour, "opacity": 0.75},
            customdata=list(zip(rows.index, rows["hover"], rows["label"].map(escape_hover), strict=True)),
            hovertemplate="<b>%{customdata[2]}</b><br>%{customdata[1]}<extra>" + escape_hover(name) + "</extra>",
        )
    )
