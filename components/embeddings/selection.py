"""What a selection on the map holds, and what can be done with it: read it, review it, reject it, download it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.records import Dataset
from components.embeddings.map import name_column
from components.kit.charts import current_palette, style
from components.kit.defects import made_on_press
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.selection import MOST_SENT, send_to_review
from components.kit.text import escape, shorten

ROWS = 200
BARS = 12
STALE = "embeddings_stale"


def draw_selection(
    page: ProjectPage, datasets: Sequence[Dataset], frame: pd.DataFrame, selected: pd.DataFrame, column: str
) -> None:
    """How a selection is made up, its texts, and what can be done with it.

    Args:
        column: what the map is coloured by; the bars count the same.
    """
    is_all = len(selected) == len(frame)
    st.markdown(f"**{'All' if is_all else 'Selected'}: {len(selected):,} texts**")
    made_of, texts = st.columns([2, 3])
    with made_of:
        _draw_composition(frame, selected, column, is_all=is_all)
    with texts:
        shown = selected.head(ROWS)[["text", "label", "dataset", "region", "cluster"]]
        st.dataframe(
            shown.rename(columns={name: name_column(name).capitalize() for name in shown.columns}),
            hide_index=True,
            height=360,
            key="embeddings_texts",
            column_config={"Text": st.column_config.TextColumn(width="large")},
            alt="Selected texts",
        )
        if len(selected) > ROWS:
            st.caption(f"The first {ROWS} of {len(selected):,}; the download has all.")
    _draw_actions(page, datasets, selected, is_all=is_all)


def _draw_composition(frame: pd.DataFrame, selected: pd.DataFrame, column: str, *, is_all: bool) -> None:
    """Bars of the selection's shares beside those of all texts, and the counts by data set and label."""
    by_value, by_label = st.tabs([f"By {escape(name_column(column))}", "By data set and label"])
    with by_value:
        counts = selected[column].value_counts()
        everything = frame[column].value_counts()
        values = counts.index.tolist()[:BARS] if not is_all else everything.index.tolist()[:BARS]
        palette = current_palette()
        figure = go.Figure()
        for name, of, total, colour in (
            ("selected", counts, len(selected), palette.primary),
            ("all texts", everything, len(frame), palette.muted),
        ):
            if is_all and name == "selected":
                continue
            figure.add_trace(
                go.Bar(
                    y=[shorten(str(value), 28) for value in values],
                    x=[100 * of.get(value, 0) / total for value in values],
                    orientation="h",
                    name=name,
                    marker={"color": colour},
                    customdata=[int(of.get(value, 0)) for value in values],
                    hovertemplate="%{y}: %{customdata:,} texts, %{x:.1f} %<extra>" + name + "</extra>",
                )
            )
        figure.update_layout(barmode="group", bargap=0.3)
        figure.update_yaxes(autorange="reversed")
        figure.update_xaxes(title="Share of the texts, %", rangemode="tozero")
        st.plotly_chart(
            style(figure, palette, height=110 + 34 * max(3, len(values)), legend=not is_all),
            key="embeddings_composition",
            config={"displayModeBar": False},
            alt=f"Texts by {name_column(column)}; the tab beside holds counts",
        )
        if len(counts if not is_all else everything) > BARS:
            st.caption(f"The {BARS} most frequent.")
    with by_label:
        table = selected.groupby(["dataset", "label"]).size().rename("Texts").reset_index()
        table["Share of its set"] = [
            count / (frame["dataset"] == name).sum()
            for name, count in zip(table["dataset"], table["Texts"], strict=True)
        ]
        st.dataframe(
            table.rename(columns={"dataset": "Data set", "label": "Label"}),
            hide_index=True,
            key="embeddings_counts",
            column_config={"Share of its set": st.column_config.NumberColumn(format="percent")},
            alt="Selected texts by data set and label",
        )


def _draw_actions(page: ProjectPage, datasets: Sequence[Dataset], selected: pd.DataFrame, *, is_all: bool) -> None:
    every = [
        (dataset, [int(item) for item in selected.loc[selected["dataset_id"] == dataset.id, "item"]])
        for dataset in datasets
    ]
    chosen = [(dataset, items) for dataset, items in every if items]
    review, reject, download, _ = st.columns([1, 1, 1, 1])
    if review.button(
        "Send to Review",
        key="embeddings_review",
        icon=":material/fact_check:",
        disabled=is_all or len(selected) > MOST_SENT,
        width="stretch",
        help="Opens Review with these texts only.",
    ):
        send_to_review(page, chosen)
    reject.button(
        "Reject these in Review",
        key="embeddings_reject",
        icon=":material/block:",
        disabled=is_all,
        width="stretch",
        on_click=in_callback,
        args=(lambda: _reject(page, chosen),),
        help="Excludes them: choose “Without rejected texts” under Options for figures without them. Undo: Review.",
    )
    download.download_button(
        "Download these texts",
        data=made_on_press(
            lambda: selected.drop(columns=["dataset_id", "hover"]).to_csv(index=False).encode(), "selection.csv"
        ),
        file_name="selection.csv",
        key="embeddings_download",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _reject(page: ProjectPage, chosen: Sequence[tuple[Dataset, Sequence[int]]]) -> str:
    for dataset, items in chosen:
        page.runtime.store.review.decide(dataset.id, items, {"status": "rejected"}, actor=page.actor)
    st.session_state[STALE] = True
    return f"{sum(len(items) for _, items in chosen):,} texts rejected. Undo it on the Review page."
