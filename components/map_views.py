"""The map of texts: coloured by anything known of them, with a lasso whose selection the rest of the page follows."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.records import Dataset
from components.charts import HOVER_LENGTH, Palette, category_colours, current_palette, style
from components.frame import ProjectPage
from components.map_frame import ATTRIBUTE
from components.notices import in_callback
from components.text import shorten

MOST_COLOURS = 24
ROWS = 200


@dataclass(frozen=True, slots=True)
class Colouring:
    """What the points show: the column that colours them, and the map they lie on."""

    column: str
    layout: str


def choose_colouring(frame: pd.DataFrame, *, has_umap: bool) -> Colouring:
    """Two small controls above the map."""
    by, layout = st.columns([3, 1])
    columns = ["dataset", "label", "cluster", "flags"] + [name for name in frame.columns if name.startswith(ATTRIBUTE)]
    column = by.segmented_control(
        "Colour by",
        columns,
        default="dataset",
        format_func=lambda name: {"dataset": "data set"}.get(name, name.removeprefix(ATTRIBUTE)),
        key="embeddings_colour",
    )
    layouts = ["umap", "pca"] if has_umap else ["pca"]
    chosen = layout.segmented_control(
        "Map", layouts, default=layouts[0], format_func=str.upper, key=f"embeddings_layout_{has_umap}"
    )
    return Colouring(column or "dataset", chosen or layouts[0])


def draw_map(frame: pd.DataFrame, colouring: Colouring, dataset_colours: Mapping[str, str]) -> pd.DataFrame:
    """The map; returns the selected rows, all of them where none is selected."""
    event = st.plotly_chart(
        plot_map(frame, colouring, dataset_colours, current_palette()),
        key=f"embeddings_map_{colouring.column}_{colouring.layout}",
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
        config={"scrollZoom": True, "displaylogo": False},
        alt="Map of the texts; the table below holds the same texts",
    )
    st.caption("Drag with the lasso to choose texts. Distances on the map are not evidence; the figures below are.")
    rows = [int(point["customdata"][0]) for point in event.selection.points if point.get("customdata")]
    return frame.iloc[sorted(set(rows))] if rows else frame


def plot_map(
    frame: pd.DataFrame, colouring: Colouring, dataset_colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """A WebGL scatter, one trace a colour; hover shows the text."""
    groups = frame[colouring.column].value_counts().index.tolist()
    named = groups[:MOST_COLOURS]
    colours = dataset_colours if colouring.column == "dataset" else category_colours(named, palette)
    figure = go.Figure()
    for group in sorted(named):
        _add_points(figure, frame[frame[colouring.column] == group], str(group), colours[group], colouring.layout)
    rest = frame[~frame[colouring.column].isin(named)]
    if len(rest):
        _add_points(figure, rest, f"{len(groups) - len(named)} others", palette.muted, colouring.layout)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(dragmode="lasso", uirevision=f"{colouring.layout}")
    return style(figure, palette, height=620)


def draw_selection(page: ProjectPage, datasets: Sequence[Dataset], frame: pd.DataFrame, selected: pd.DataFrame) -> None:
    """What a selection holds: how it is made up, its texts, and what can be done with it."""
    is_all = len(selected) == len(frame)
    st.markdown(f"**{'All' if is_all else 'Selected'}: {len(selected):,} texts**")
    made_of, texts = st.columns([1, 2])
    with made_of:
        counts = selected.groupby(["dataset", "label"]).size().rename("Texts").reset_index()
        counts["Share of its set"] = [
            count / (frame["dataset"] == name).sum()
            for name, count in zip(counts["dataset"], counts["Texts"], strict=True)
        ]
        st.dataframe(
            counts.rename(columns={"dataset": "Data set", "label": "Label"}),
            hide_index=True,
            key="embeddings_counts",
            column_config={"Share of its set": st.column_config.NumberColumn(format="percent")},
            alt="Selected texts by data set and label",
        )
    with texts:
        st.dataframe(
            selected.head(ROWS)[["text", "label", "dataset", "cluster"]],
            hide_index=True,
            height=280,
            key="embeddings_texts",
            column_config={"text": st.column_config.TextColumn("Text", width="large")},
            alt="Selected texts",
        )
        if len(selected) > ROWS:
            st.caption(f"The first {ROWS} of {len(selected):,}; the download has all.")
    download, exclude, _ = st.columns([1, 1, 2])
    download.download_button(
        "Download these texts",
        data=lambda: selected.drop(columns=["dataset_id"]).to_csv(index=False).encode(),
        file_name="selection.csv",
        key="embeddings_download",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    exclude.button(
        "Reject these in Review",
        key="embeddings_reject",
        icon=":material/block:",
        disabled=is_all,
        width="stretch",
        on_click=in_callback,
        args=(lambda: _reject(page, selected),),
        help="Marks them as rejected; undo it on the Review page.",
    )


def _add_points(figure: go.Figure, rows: pd.DataFrame, name: str, colour: str, layout: str) -> None:
    hover = ["<br>".join(textwrap.wrap(_escape(shorten(text, HOVER_LENGTH)), 60)) for text in rows["text"]]
    figure.add_trace(
        go.Scattergl(
            x=rows[f"{layout}_x"],
            y=rows[f"{layout}_y"],
            mode="markers",
            name=name,
            marker={"size": 6, "color": colour, "opacity": 0.75},
            customdata=list(zip(rows.index, hover, rows["label"], strict=True)),
            hovertemplate="<b>%{customdata[2]}</b><br>%{customdata[1]}<extra>" + _escape(name) + "</extra>",
        )
    )


def _escape(text: str) -> str:
    """Plotly reads a little HTML in hover texts; user text must not be read as such."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _reject(page: ProjectPage, selected: pd.DataFrame) -> str:
    for dataset_id, rows in selected.groupby("dataset_id"):
        page.runtime.store.review.decide(
            int(dataset_id), [int(item) for item in rows["item"]], {"status": "rejected"}, actor=page.actor
        )
    return f"{len(selected):,} texts rejected. Undo it on the Review page."
