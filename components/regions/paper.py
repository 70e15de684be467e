"""Views "as in the paper": its own definitions over all texts, beside ours, and marked as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.regions.classified import NONE
from attrprompt.records import Dataset
from components.kit.charts import current_palette, style
from components.kit.figures import draw_paper_heading
from components.kit.frame import ProjectPage
from components.kit.samples import draw_texts_behind
from components.kit.text import escape_markdown

PERCENT = st.column_config.NumberColumn(format="percent")


def draw_paper_continents(
    page: ProjectPage, datasets: Sequence[Dataset], found: Mapping[str, Any], colours: Mapping[str, str]
) -> None:
    """Shares of continents by the attribute classifier: raw first, corrected where allowed, the finder's beside."""
    draw_paper_heading("every text is given one continent, or none, by a classifier.")
    if found["reason"]:
        st.info(escape_markdown(found["reason"]))
        return
    below = ", ".join(f"{figures['below_half']:.0%} of {name}" for name, figures in found["datasets"].items())
    st.markdown(
        f"The classifier was trained on {found['texts']:,} texts of **{escape_markdown(found['trained_on'])}** that "
        f"name the place asked for, or none. In cross-validation it finds the class of **{found['accuracy']:.0%}** of "
        f"them; always choosing the largest class finds {found['majority']:.0%}. It is not sure (no class reaches a "
        f"probability of one half) of {escape_markdown(below)}."
    )
    chart, table, by_label, confusion = st.tabs(["Chart", "Table", "By label", "Its errors"])
    with chart:
        event = st.plotly_chart(
            _plot_classes(found, colours),
            key="paper_continents",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Share of texts by the class that the classifier gives them, beside the region finder's share",
        )
        st.caption(
            "Bars: the classifier, with intervals that take it as it is. Circles: the region finder on the same texts. "
            "Click a bar for its texts."
        )
    with table:
        _draw_table(found)
    with by_label:
        _draw_by_label(found)
    with confusion:
        _draw_confusion(found)
    for point in event.selection.points[:1]:
        name, chosen = point["customdata"][:2]
        figures = found["datasets"][name]
        total = round(figures["raw"][chosen]["value"] * figures["n"])
        what = "texts that it takes for no place" if chosen == NONE else f"texts that it takes for {chosen}"
        draw_texts_behind(page, datasets, name, figures["items"][chosen], what=what, total=total)


def _draw_table(found: Mapping[str, Any]) -> None:
    corrected = f"Corrected ({found['corrected_heading']})"
    rows = []
    for name, figures in found["datasets"].items():
        regions = [each for each, share in figures["finder"].items() if share or each in found["classes"]]
        for each in regions:
            raw = figures["raw"].get(each)
            rows.append(
                {
                    "Data set": name,
                    "Class": "no place" if each == NONE else each,
                    "Classifier": raw and raw["value"],
                    "95 % from": raw and raw["low"],
                    "to": raw and raw["high"],
                    corrected: None if figures["corrected"] is None else figures["corrected"].get(each),
                    "Region finder": figures["finder"][each],
                }
            )
    frame = pd.DataFrame(rows)
    if found["why_uncorrected"]:
        frame = frame.drop(columns=[corrected])
        st.caption(f"No corrected shares: {found['why_uncorrected']}.")
    st.dataframe(
        frame,
        hide_index=True,
        key="paper_continents_table",
        column_config=dict.fromkeys(list(frame.columns)[2:], PERCENT),
        alt="Shares by the classifier and by the region finder",
    )
    if found["left_out"]:
        few = ", ".join(f"{name} ({n})" for name, n in found["left_out"].items())
        st.caption(f"Too few training texts, so that the classifier does not know them: {few}.")


def _draw_by_label(found: Mapping[str, Any]) -> None:
    rows = []
    for name, figures in found["datasets"].items():
        for label, shares in figures["by_label"].items():
            few = shares.get("too_few_texts")
            row: dict[str, Any] = {"Data set": name, "Label": label}
            row |= {each: None if few is not None else shares[each]["value"] for each in found["classes"]}
            rows.append(row | {"": "" if few is None else f"too few texts: {few}"})
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="paper_continents_labels",
        column_config=dict.fromkeys(found["classes"], PERCENT),
        alt="Shares by the classifier, by label",
    )


def _draw_confusion(found: Mapping[str, Any]) -> None:
    st.caption("Texts of each class (rows) by the class that it gives them (columns), each judged without being seen.")
    st.dataframe(
        pd.DataFrame(found["confusion"], index=found["classes"], columns=found["classes"]),
        key="paper_continents_confusion",
        alt="Cross-validated confusion of the classifier",
    )
    st.caption(f"{found['method']}. Trained on: {found['rule']}.")


def _plot_classes(found: Mapping[str, Any], colours: Mapping[str, str]) -> go.Figure:
    palette = current_palette()
    classes = found["classes"]
    figure = go.Figure()
    for name, figures in found["datasets"].items():
        shares = [figures["raw"][each] for each in classes]
        figure.add_trace(
            go.Bar(
                x=classes,
                y=[100 * each["value"] for each in shares],
                name=name,
                offsetgroup=name,
                marker={"color": colours[name]},
                customdata=[[name, each] for each in classes],
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [100 * (each["high"] - each["value"]) for each in shares],
                    "arrayminus": [100 * (each["value"] - each["low"]) for each in shares],
                    "color": palette.muted,
                },
                hovertemplate="%{x}: %{y:.1f} %<extra>" + name + ", classifier</extra>",
            )
        )
    for name, figures in found["datasets"].items():
        figure.add_trace(
            go.Scatter(
                x=classes,
                y=[100 * figures["finder"].get(each, 0) for each in classes],
                mode="markers",
                name=f"{name}, region finder",
                offsetgroup=name,
                marker={
                    "color": palette.background,
                    "size": 10,
                    "symbol": "circle",
                    "line": {"color": palette.text, "width": 2},
                },
                customdata=[[name, each] for each in classes],
                showlegend=False,
                hovertemplate="%{x}: %{y:.1f} %<extra>" + name + ", region finder</extra>",
            )
        )
    figure.update_layout(barmode="group", scattermode="group", bargap=0.25)
    figure.update_yaxes(title="Share of all texts, %", rangemode="tozero")
    return style(figure, palette, height=420)
