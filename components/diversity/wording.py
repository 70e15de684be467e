"""Views of words: growth of the vocabulary, lengths, over-used phrases, openings, shared words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, draw_texts_behind
from components.kit.text import escape_markdown

BARS = 40


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
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        st.plotly_chart(
            style(figure, palette), key="wording_growth", alt="Growth of the vocabulary with the words read"
        )
    with table:
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Data set": name,
                        "Words read": point["tokens"],
                        "Different words": point["vocabulary"],
                        "95 % from": point["low"],
                        "to": point["high"],
                    }
                    for name, points in growth.items()
                    for point in points
                ]
            ),
            hide_index=True,
            key="wording_growth_table",
            column_config=dict.fromkeys(
                ("Different words", "95 % from", "to"), st.column_config.NumberColumn(format="%.0f")
            ),
            alt="Growth of the vocabulary",
        )
    st.caption(
        "Bands: 95 % intervals, up to half of a set's words. The steeper a curve stays, the more new words each text "
        "brings. Texts come in turn from each label, mean of 50 random orders."
    )


def draw_lengths(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    lengths: Mapping[str, Sequence[Sequence[Any]]],
    colours: Mapping[str, str],
) -> None:
    """Share of texts by number of words; a bar opens its texts."""
    longest = max((length for counts in lengths.values() for length, *_ in counts), default=0)
    width = max(1, -(-longest // BARS))
    figure = go.Figure()
    behind: dict[tuple[str, int], tuple[list[int], int]] = {}
    for name, counts in lengths.items():
        total = sum(count for _, count, _ in counts)
        bins: dict[int, tuple[list[int], int]] = {}
        for length, count, items in counts:
            kept, number = bins.get(length // width, ([], 0))
            bins[length // width] = ([*kept, *items], number + count)
        behind |= {(name, place): found for place, found in bins.items()}
        figure.add_trace(
            go.Bar(
                x=[(place + 0.5) * width for place in bins],
                y=[100 * number / total for _, number in bins.values()],
                name=name,
                marker={"color": colours[name]},
                customdata=[
                    [name, place, place * width, place * width + width - 1, number]
                    for place, (_, number) in bins.items()
                ],
                hovertemplate="%{customdata[2]} to %{customdata[3]} words: %{customdata[4]:,} texts, %{y:.1f} %"
                "<extra>" + name + "</extra>",
            )
        )
    figure.update_layout(barmode="group", bargap=0.1)
    figure.update_xaxes(title="Words in a text")
    figure.update_yaxes(title="Texts, %", rangemode="tozero")
    event = st.plotly_chart(
        style(figure, current_palette()),
        key="wording_lengths",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Distribution of text lengths",
    )
    st.caption("Click a bar for its texts.")
    for point in event.selection.points[:1]:
        name, place, low, high, _ = point["customdata"]
        items, number = behind[name, int(place)]
        draw_texts_behind(page, datasets, name, items, what=f"texts of {low} to {high} words", total=number)


def draw_overused(page: ProjectPage, datasets: Sequence[Dataset], found: Sequence[Mapping[str, Any]]) -> None:
    """Phrases that one set uses more than another; choosing one shows texts that hold it."""
    if not found:
        st.caption("This needs two data sets.")
        return
    pairs = {f"{each['a']}, against {each['b']}": each for each in found}
    chosen = pairs[st.selectbox("Over-used in", list(pairs), key="wording_overused_pair")]
    phrases = chosen["phrases"]
    percent = st.column_config.NumberColumn(format="percent")
    picked = choose_row(
        {
            "Phrase": [each["phrase"] for each in phrases],
            f"Texts of {chosen['a']}": [each["texts"] for each in phrases],
            f"Texts of {chosen['b']}": [each["other_texts"] for each in phrases],
            "Share": [each["share"] for each in phrases],
            "Share there": [each["other_share"] for each in phrases],
            "Log-odds": [each["log_odds"] for each in phrases],
        },
        key=f"wording_overused_{chosen['a']}_{chosen['b']}",
        columns={
            "Share": percent,
            "Share there": percent,
            "Log-odds": st.column_config.NumberColumn(format="%.2f"),
        },
        alt="Over-used phrases",
    )
    st.caption(
        "Words and phrases of up to four words, by log-odds with an informative prior (Monroe, Colaresi & Quinn 2008), "
        "counted by texts that hold them. No claim of significance. Choose a row for its texts."
    )
    if picked is not None:
        _draw_texts_with(page, datasets, chosen["a"], phrases[picked]["phrase"])


def draw_openings(
    page: ProjectPage, datasets: Sequence[Dataset], openings: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """First words with which several texts begin."""
    st.caption("The first four words, where two texts or more begin with them. Choose a row for its texts.")
    for name, found in openings.items():
        st.markdown(f"###### {escape_markdown(name)}")
        if not found:
            st.caption("No two texts begin with the same four words.")
            continue
        repeated, share = sum(each["texts"] for each in found), sum(each["share"] for each in found)
        st.caption(f"{repeated:,} texts ({share:.0%}) begin with one of the {len(found):,} most frequent openings.")
        picked = choose_row(
            {
                "Opening": [f"{each['words']} …" for each in found],
                "Texts": [each["texts"] for each in found],
                "Share": [each["share"] for each in found],
            },
            key=f"wording_openings_{name}",
            columns={"Share": st.column_config.NumberColumn(format="percent")},
            alt=f"Openings of {name}",
        )
        if picked is not None:
            _draw_texts_with(page, datasets, name, found[picked]["words"])


def draw_shared(page: ProjectPage, datasets: Sequence[Dataset], shared: Sequence[Mapping[str, Any]]) -> None:
    """Words that two sets share, and the most common ones that only one has; a row opens its texts."""
    if not shared:
        st.caption("This needs two data sets.")
    for each in shared:
        st.markdown(
            f"**{each['shared']:,}** words in both, **{each['only_a_count']:,}** in {escape_markdown(each['a'])} only, "
            f"**{each['only_b_count']:,}** in {escape_markdown(each['b'])} only. Not at equal length: the set with "
            "more text has more."
        )
        chosen: tuple[str, str] | None = None
        for column, name, words in zip(
            st.columns(2), (each["a"], each["b"]), (each["only_a"], each["only_b"]), strict=True
        ):
            with column:
                st.caption(f"Only in {escape_markdown(name)}")
                picked = choose_row(
                    pd.DataFrame(words, columns=["Word", "Texts"]),
                    key=f"wording_shared_{each['a']}_{each['b']}_{name}",
                    alt=f"Words of {name} only",
                )
            if picked is not None:
                chosen = name, str(words[picked][0])
        if chosen is not None:
            _draw_texts_with(page, datasets, *chosen)


def _draw_texts_with(page: ProjectPage, datasets: Sequence[Dataset], name: str, words: str) -> None:
    wanted = SampleFilter(text=words)
    dataset = next(each for each in datasets if each.name == name)
    if page.runtime.store.datasets.count(dataset.id, wanted):
        draw_matching_texts(page, datasets, name, wanted, what=f"texts with “{words}”")
    else:
        st.caption("The words stand there with other signs between them; search for one of them in Review.")


def _fade(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
