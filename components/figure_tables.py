"""Figures of several data sets: as dots with intervals, as a table, and by label or attribute value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.metrics import METRICS
from components.charts import Palette, current_palette, style


def draw_figures(result: Mapping[str, Any], keys: Sequence[str], colours: Mapping[str, str], *, key: str) -> None:
    """Every figure of every set with its interval; the same numbers as a table beside."""
    chart, table = st.tabs(["Chart", "Table"])
    shown = [each for each in keys if any(each in figures for figures in result["datasets"].values())]
    with chart:
        st.plotly_chart(
            plot_intervals(result, shown, colours, current_palette()),
            key=f"{key}_chart",
            config={"displayModeBar": False},
            alt="Figures of each data set with their 95 % intervals",
        )
    with table:
        st.dataframe(
            tabulate(result, shown), hide_index=True, key=f"{key}_table", alt="Figures of each data set with intervals"
        )


def plot_intervals(
    result: Mapping[str, Any], keys: Sequence[str], colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """One small row of dots and bars for each figure, each on its own scale."""
    from plotly.subplots import make_subplots

    names = list(result["datasets"])
    figure = make_subplots(rows=max(1, len(keys)), cols=1, vertical_spacing=0.5 / max(1, len(keys)))
    for row, metric in enumerate(keys, start=1):
        for place, name in enumerate(names):
            estimate = result["datasets"][name].get(metric)
            if estimate is None:
                continue
            bar = None
            if estimate["low"] is not None:
                bar = {
                    "type": "data",
                    "symmetric": False,
                    "array": [estimate["high"] - estimate["value"]],
                    "arrayminus": [estimate["value"] - estimate["low"]],
                    "thickness": 2,
                    "width": 5,
                }
            figure.add_trace(
                go.Scatter(
                    x=[estimate["value"]],
                    y=[len(names) - place],
                    mode="markers",
                    marker={"size": 10, "color": colours[name]},
                    error_x=bar,
                    name=name,
                    legendgroup=name,
                    showlegend=row == 1,
                    hovertemplate=f"{name}: %{{x:.4g}}<extra>{METRICS[metric].title}</extra>",
                ),
                row=row,
                col=1,
            )
        figure.update_yaxes(
            showticklabels=False,
            range=[0.3, len(names) + 0.7],
            showgrid=False,
            row=row,
            col=1,
        )
        figure.add_annotation(
            text=f"<b>{METRICS[metric].title}</b> ({METRICS[metric].unit})",
            xref="x domain" if row == 1 else f"x{row} domain",
            yref="y domain" if row == 1 else f"y{row} domain",
            x=0,
            y=1.3,
            showarrow=False,
            xanchor="left",
            font={"size": 13, "color": palette.text},
        )
    return style(figure, palette, height=80 + 96 * max(1, len(keys)))


def tabulate(result: Mapping[str, Any], keys: Sequence[str]) -> pd.DataFrame:
    """One row a figure and set: value, interval, n, m, and the value over all texts."""
    rows = []
    for metric in keys:
        for name, figures in result["datasets"].items():
            estimate = figures.get(metric)
            if estimate is None:
                continue
            rows.append(
                {
                    "Figure": METRICS[metric].title,
                    "Data set": name,
                    "Estimate": estimate["value"],
                    "95 % from": estimate["low"],
                    "to": estimate["high"],
                    "Texts n": estimate["n"],
                    "Drawn m": estimate["m"],
                    "All texts (not comparable)": figures.get("whole", {}).get(metric),
                }
            )
    return pd.DataFrame(rows)


def draw_comparisons(result: Mapping[str, Any], *, key: str) -> None:
    """Differences of each pair of sets; all but the primary ones under the heading "exploratory"."""
    rows = [
        {
            "Figure": METRICS[each["metric"]].title if each["metric"] in METRICS else each["metric"],
            "Of": each["a"],
            "Against": each["b"],
            "Difference": each["difference"],
            "95 % from": each["low"],
            "to": each["high"],
            "Ratio": each["ratio"],
            "p": each["p"],
            "Verdict": each["verdict"] if each["family"] == "primary" else "exploratory",
        }
        for each in result["comparisons"]
        if each["scope"] == "all"
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"{key}_comparisons", alt="Differences with intervals")


def draw_scopes(result: Mapping[str, Any], metric: str, colours: Mapping[str, str], *, key: str) -> None:
    """One figure by label or by the values of an attribute; cells with under 30 texts say so."""
    scopes = sorted({scope for figures in result["datasets"].values() for scope in figures.get("scopes", {})})
    dimensions = sorted({scope.partition("=")[0] for scope in scopes}, key=lambda name: (name != "label", name))
    if not dimensions:
        st.caption("There are too few texts for figures by label or attribute value.")
        return
    chosen = st.segmented_control("By", dimensions, default=dimensions[0], key=f"{key}_scope") or dimensions[0]
    rows = []
    for scope in scopes:
        dimension, _, value = scope.partition("=")
        if dimension != chosen:
            continue
        for name, figures in result["datasets"].items():
            cell = figures.get("scopes", {}).get(scope)
            if cell is None:
                continue
            estimate = cell.get(metric)
            rows.append(
                {
                    chosen.capitalize(): value,
                    "Data set": name,
                    METRICS[metric].title: None if estimate is None else estimate["value"],
                    "95 % from": None if estimate is None else estimate["low"],
                    "to": None if estimate is None else estimate["high"],
                    "Texts": cell["n"],
                    "": cell["note"] or "",
                }
            )
    st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"{key}_scope_table", alt=f"{metric} by {chosen}")
