"""The paper's own cosine figure: random pairs of texts of one class."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.paper import PaperFigures
from components.kit.charts import current_palette, style
from components.kit.figures import draw_paper_heading


def draw_same_class(paper: Mapping[str, PaperFigures], colours: Mapping[str, str]) -> None:
    """The distribution of the cosine over random pairs of texts of one label."""
    draw_paper_heading("cosines of random pairs of texts of the same class.")
    figure = go.Figure()
    rows = []
    for name, figures in paper.items():
        found = figures.same_class
        if found is None:
            continue
        rows.append({"Data set": name, "Pairs drawn": found.pairs, "Mean cosine": found.mean})
        figure.add_trace(
            go.Scatter(
                x=[(low + high) / 2 for low, high in itertools.pairwise(found.edges)],
                y=[100 * share for share in found.shares],
                mode="lines",
                name=name,
                line={"color": colours[name], "width": 2},
                hovertemplate="cosine %{x:.2f}: %{y:.1f} % of the pairs<extra>" + name + "</extra>",
            )
        )
    if not rows:
        st.caption("No class has two texts.")
        return
    figure.update_xaxes(title="Cosine of two texts of one class")
    figure.update_yaxes(title="Pairs, %", rangemode="tozero")
    st.plotly_chart(style(figure, current_palette()), key="paper_same_class", alt="Cosines of pairs of one class")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="paper_same_class_table",
        column_config={"Mean cosine": st.column_config.NumberColumn(format="%.3f")},
        alt="Mean cosine of pairs of one class",
    )
