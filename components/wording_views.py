"""Views of words: growth of the vocabulary, lengths, over-used phrases, openings, shared words, the paper's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.paper import HEADING
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.charts import current_palette, style
from components.frame import ProjectPage
from components.run_views import draw_text

TEXTS_SHOWN = 5


def draw_growth(growth: Mapping[str, Sequence[Mapping[str, Any]]], colours: Mapping[str, str]) -> None:
    """Different words against words read, with bands."""
    palette = current_palette()
    figure = go.Figure()
    for name, points in growth.items():
        tokens = [point["tokens"] for point in points]
        banded = [point for point in points if point["low"] is not None]
        figure.add_trace(
            go.Scatter(
                x=[point["tokens"] for point in banded] + [point["tokens"] for point in reversed(banded)],
                y=[point["high"] for point in banded] + [point["low"] for point in reversed(banded)],
                fill="toself",
                fillcolor=_fade(colours[name]),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=tokens,
                y=[point["vocabulary"] for point in points],
                mode="lines",
                line={"color": colours[name], "width": 2},
                name=name,
                hovertemplate="%{x:,} words read<br>%{y:,.0f} different<extra>" + name + "</extra>",
            )
        )
    figure.update_xaxes(title="Words read")
    figure.update_yaxes(title="Different words", rangemode="tozero")
    st.plotly_chart(style(figure, palette), key="wording_growth", alt="Growth of the vocabulary with the words read")
    st.caption("Bands: 95 % intervals. The steeper a curve stays, the more new words each text brings.")


def draw_lengths(lengths: Mapping[str, Sequence[Sequence[int]]], colours: Mapping[str, str]) -> None:
    """Share of texts by number of words."""
    figure = go.Figure()
    for name, counts in lengths.items():
        figure.add_trace(
            go.Histogram(
                x=[length for length, _ in counts],
                y=[count for _, count in counts],
                histfunc="sum",
                histnorm="percent",
                nbinsx=40,
                name=name,
                marker={"color": colours[name]},
                opacity=0.65,
            )
        )
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title="Words in a text")
    figure.update_yaxes(title="Texts, %", rangemode="tozero")
    st.plotly_chart(style(figure, current_palette()), key="wording_lengths", alt="Distribution of text lengths")


def draw_overused(page: ProjectPage, datasets: Sequence[Dataset], found: Sequence[Mapping[str, Any]]) -> None:
    """Phrases that one set uses more than another; choosing one shows texts that hold it."""
    if not found:
        st.caption("This needs two data sets.")
        return
    pairs = {f"{each['a']}, against {each['b']}": each for each in found}
    chosen = pairs[st.selectbox("Over-used in", list(pairs), key="wording_overused_pair")]
    phrases = chosen["phrases"]
    event = st.dataframe(
        {
            "Phrase": [each["phrase"] for each in phrases],
            f"Texts of {chosen['a']}": [each["texts"] for each in phrases],
            f"Texts of {chosen['b']}": [each["other_texts"] for each in phrases],
            "Share": [each["share"] for each in phrases],
            "Log-odds": [each["log_odds"] for each in phrases],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"wording_overused_{chosen['a']}_{chosen['b']}",
        column_config={
            "Share": st.column_config.NumberColumn(format="percent"),
            "Log-odds": st.column_config.NumberColumn(format="%.2f"),
        },
        alt="Over-used phrases",
    )
    st.caption("Log-odds with an informative prior, ranked by texts that hold the phrase. No claim of significance.")
    if event.selection.rows:
        _draw_texts_with(page, datasets, chosen["a"], phrases[event.selection.rows[0]]["phrase"])


def draw_openings(
    page: ProjectPage, datasets: Sequence[Dataset], openings: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """First words with which several texts begin."""
    for name, found in openings.items():
        st.markdown(f"###### {name}")
        if not found:
            st.caption("No two texts begin with the same words.")
            continue
        event = st.dataframe(
            {
                "Opening": [f"{each['words']} …" for each in found],
                "Texts": [each["texts"] for each in found],
                "Share": [each["share"] for each in found],
            },
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key=f"wording_openings_{name}",
            column_config={"Share": st.column_config.NumberColumn(format="percent")},
            alt=f"Openings of {name}",
        )
        if event.selection.rows:
            _draw_texts_with(page, datasets, name, found[event.selection.rows[0]]["words"])


def draw_shared(shared: Sequence[Mapping[str, Any]]) -> None:
    """Words that two sets share, and the most common ones that only one has."""
    if not shared:
        st.caption("This needs two data sets.")
    for each in shared:
        st.markdown(
            f"**{each['shared']:,}** words in both, **{each['only_a_count']:,}** in {each['a']} only, "
            f"**{each['only_b_count']:,}** in {each['b']} only. Not at equal length: the larger set has more."
        )
        left, right = st.columns(2)
        for column, name, words in ((left, each["a"], each["only_a"]), (right, each["b"], each["only_b"])):
            column.dataframe(
                pd.DataFrame(words, columns=["Word", "Texts"]), hide_index=True, alt=f"Words of {name} only"
            )


def draw_paper(paper: Mapping[str, Mapping[str, Any]]) -> None:
    """The paper's own figures, marked as such."""
    st.caption(f"{HEADING.capitalize()}: they do not separate diversity from size and length.")
    st.dataframe(
        {
            "Data set": list(paper),
            "Texts": [each["n"] for each in paper.values()],
            "Vocabulary, all": [each["vocabulary_all"] for each in paper.values()],
            "Vocabulary, mean of classes": [each["vocabulary_class"] for each in paper.values()],
        },
        hide_index=True,
        column_config={"Vocabulary, mean of classes": st.column_config.NumberColumn(format="%.0f")},
        alt="The paper's vocabulary figures",
    )


def _draw_texts_with(page: ProjectPage, datasets: Sequence[Dataset], name: str, words: str) -> None:
    dataset = next(each for each in datasets if each.name == name)
    samples = page.runtime.store.datasets.read_page(dataset.id, SampleFilter(text=words), limit=TEXTS_SHOWN)
    for sample in samples:
        draw_text(sample)
    if not samples:
        st.caption("The words stand there with other signs between them; search for one of them in Review.")


def _fade(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
