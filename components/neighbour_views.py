"""Views of neighbourhoods: near-duplicates to read, similarities of all pairs, clusters, outliers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts import current_palette, style
from components.text import escape_markdown


def draw_pairs(frame: pd.DataFrame, facts: Mapping[str, Any]) -> None:
    """Pairs just above and just below the threshold: whether it is a good one can only be seen by reading."""
    st.markdown(f"**{facts['pairs_above_count']:,}** pairs are near-duplicates at the threshold of 0.90.")
    for title, key in (("Nearest above the threshold", "pairs_above"), ("Nearest below it", "pairs_below")):
        with st.expander(title, expanded=key == "pairs_above"):
            if not facts[key]:
                st.caption("None.")
            for pair in facts[key][:10]:
                left, right = frame.iloc[pair["first"]], frame.iloc[pair["second"]]
                st.caption(f"cosine {pair['similarity']:.3f}")
                for column, row in zip(st.columns(2), (left, right), strict=True):
                    column.markdown(f":small[**{escape_markdown(row['label'])}**, {escape_markdown(row['dataset'])}]")
                    column.text(row["text"])


def draw_pair_similarities(facts: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """Distribution of the cosine over sampled pairs of each set."""
    figure = go.Figure()
    for name, found in facts["similarities"].items():
        edges = found["edges"]
        middles = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
        figure.add_trace(
            go.Scatter(
                x=middles,
                y=[100 * share for share in found["shares"]],
                mode="lines",
                name=f"{name}, mean {found['mean']:.3f}",
                line={"color": colours[name], "width": 2},
            )
        )
    figure.update_xaxes(title="Cosine of two texts")
    figure.update_yaxes(title="Pairs, %", rangemode="tozero")
    st.plotly_chart(style(figure, current_palette()), key="embeddings_pairs", alt="Similarity of sampled pairs")


def draw_clusters(frame: pd.DataFrame, facts: Mapping[str, Any]) -> None:
    """Clusters with the words that set them apart, and how many texts of each data set they hold."""
    counts = frame.pivot_table(index="cluster", columns="dataset", values="item", aggfunc="count", fill_value=0)
    rows = []
    for number, cluster in enumerate(facts["clusters"], start=1):
        name = f"cluster {number}"
        rows.append(
            {"Cluster": name, "Words that set it apart": ", ".join(cluster["keywords"]), "Texts": cluster["size"]}
            | {str(each): int(counts.loc[name, each]) for each in counts.columns}
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="embeddings_clusters", alt="Clusters")
    if facts["silhouette"] is not None:
        st.caption(f"k-means on the embeddings; mean silhouette {facts['silhouette']:.2f} (1 is distinct, 0 is not).")


def draw_outliers(frame: pd.DataFrame, facts: Mapping[str, Any]) -> None:
    """Texts farthest from their neighbours."""
    found = [(frame.iloc[each["index"]], each["distance"]) for each in facts["outliers"]]
    st.dataframe(
        {
            "Text": [row["text"] for row, _ in found],
            "Label": [row["label"] for row, _ in found],
            "Data set": [row["dataset"] for row, _ in found],
            "Distance to neighbours": [distance for _, distance in found],
        },
        hide_index=True,
        key="embeddings_outliers",
        column_config={"Text": st.column_config.TextColumn(width="large")},
        alt="Outliers",
    )
