"""Views of words: growth of the vocabulary, lengths, over-used phrases, openings, shared words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis_jobs.wording import OverusedWords, SetWording, SharedWords, TextsOfLength
from attrprompt.plots.interactive import make_figure
from attrprompt.plots.plot import Axis, Mark, Plot, Point, Series
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, draw_texts_behind
from components.kit.text import escape

BARS = 40


@dataclass(frozen=True)
class _Bar:
    """The texts from a shortest to a longest length, some of them by number."""

    low: int
    high: int
    texts: int
    items: tuple[int, ...]

    @property
    def middle(self) -> float:
        return (self.low + self.high + 1) / 2


def draw_growth(wording: Mapping[str, SetWording], colours: Mapping[str, str]) -> None:
    """Different words against words read, with bands."""
    series = tuple(
        Series(
            tuple(
                Point(
                    point.tokens,
                    point.vocabulary,
                    point.low,
                    point.high,
                    hover=(f"{point.tokens:,} words read", f"{point.vocabulary:,.0f} different"),
                )
                for point in found.growth
            ),
            Mark.LINE,
            colours[name],
            name,
        )
        for name, found in wording.items()
    )
    plot = Plot(Axis("Words read"), Axis("Different words", is_amount=True), series)
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        st.plotly_chart(
            style(make_figure(plot), current_palette()),
            key="wording_growth",
            alt="Growth of the vocabulary with the words read",
        )
    with table:
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Data set": name,
                        "Words read": point.tokens,
                        "Different words": point.vocabulary,
                        "95 % from": point.low,
                        "to": point.high,
                    }
                    for name, found in wording.items()
                    for point in found.growth
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
    wording: Mapping[str, SetWording],
    colours: Mapping[str, str],
) -> None:
    """Share of texts by number of words; a bar opens its texts."""
    longest = max((length.words for found in wording.values() for length in found.lengths), default=0)
    width = max(1, -(-longest // BARS))
    figure = go.Figure()
    bars = {name: list(_make_bars(found.lengths, width)) for name, found in wording.items()}
    for name, of in bars.items():
        total = sum(bar.texts for bar in of)
        figure.add_trace(
            go.Bar(
                x=[bar.middle for bar in of],
                y=[100 * bar.texts / total for bar in of],
                name=name,
                marker={"color": colours[name]},
                customdata=[[name, number, bar.low, bar.high, bar.texts] for number, bar in enumerate(of)],
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
        name, number = point["customdata"][:2]
        bar = bars[name][int(number)]
        what = f"texts of {bar.low} to {bar.high} words"
        draw_texts_behind(page, datasets, name, bar.items, what=what, total=bar.texts)


def _make_bars(lengths: Sequence[TextsOfLength], width: int) -> Iterator[_Bar]:
    for number, group in itertools.groupby(lengths, key=lambda length: length.words // width):
        of = list(group)
        items = tuple(item for length in of for item in length.items)
        yield _Bar(number * width, number * width + width - 1, sum(length.texts for length in of), items)


def draw_overused(page: ProjectPage, datasets: Sequence[Dataset], overused: Sequence[OverusedWords]) -> None:
    """Phrases that one set uses more than another; choosing one shows texts that hold it."""
    if not overused:
        st.caption("This needs two data sets.")
        return
    pairs = {f"{pair.a}, against {pair.b}": pair for pair in overused}
    chosen = pairs[st.selectbox("Over-used in", list(pairs), key="wording_overused_pair")]
    percent = st.column_config.NumberColumn(format="percent")
    picked = choose_row(
        {
            "Phrase": [phrase.phrase for phrase in chosen.phrases],
            f"Texts of {chosen.a}": [phrase.texts for phrase in chosen.phrases],
            f"Texts of {chosen.b}": [phrase.other_texts for phrase in chosen.phrases],
            "Share": [phrase.share for phrase in chosen.phrases],
            "Share there": [phrase.other_share for phrase in chosen.phrases],
            "Log-odds": [phrase.log_odds for phrase in chosen.phrases],
        },
        key=f"wording_overused_{chosen.a}_{chosen.b}",
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
        _draw_texts_with(page, datasets, chosen.a, chosen.phrases[picked].phrase)


def draw_openings(page: ProjectPage, datasets: Sequence[Dataset], wording: Mapping[str, SetWording]) -> None:
    """First words with which several texts begin."""
    st.caption("The first four words, where two texts or more begin with them. Choose a row for its texts.")
    for name, found in wording.items():
        st.markdown(f"###### {escape(name)}")
        openings = found.openings
        if not openings:
            st.caption("No two texts begin with the same four words.")
            continue
        repeated, share = sum(opening.texts for opening in openings), sum(opening.share for opening in openings)
        st.caption(f"{repeated:,} texts ({share:.0%}) begin with one of the {len(openings):,} most frequent openings.")
        picked = choose_row(
            {
                "Opening": [f"{opening.words} …" for opening in openings],
                "Texts": [opening.texts for opening in openings],
                "Share": [opening.share for opening in openings],
            },
            key=f"wording_openings_{name}",
            columns={"Share": st.column_config.NumberColumn(format="percent")},
            alt=f"Openings of {name}",
        )
        if picked is not None:
            _draw_texts_with(page, datasets, name, openings[picked].words)


def draw_shared(page: ProjectPage, datasets: Sequence[Dataset], shared: Sequence[SharedWords]) -> None:
    """Words that two sets share, and the most common ones that only one has; a row opens its texts."""
    if not shared:
        st.caption("This needs two data sets.")
    for pair in shared:
        overlap = pair.overlap
        st.markdown(
            f"**{overlap.shared:,}** words in both, **{overlap.only_a_count:,}** in {escape(pair.a)} only, "
            f"**{overlap.only_b_count:,}** in {escape(pair.b)} only. Not at equal length: the set with "
            "more text has more."
        )
        chosen: tuple[str, str] | None = None
        for column, name, words in zip(st.columns(2), (pair.a, pair.b), (overlap.only_a, overlap.only_b), strict=True):
            with column:
                st.caption(f"Only in {escape(name)}")
                picked = choose_row(
                    pd.DataFrame(words, columns=["Word", "Texts"]),
                    key=f"wording_shared_{pair.a}_{pair.b}_{name}",
                    alt=f"Words of {name} only",
                )
            if picked is not None:
                chosen = name, words[picked][0]
        if chosen is not None:
            _draw_texts_with(page, datasets, *chosen)


def _draw_texts_with(page: ProjectPage, datasets: Sequence[Dataset], name: str, words: str) -> None:
    wanted = SampleFilter(text=words)
    dataset = next(candidate for candidate in datasets if candidate.name == name)
    if page.runtime.store.datasets.count(dataset.id, wanted):
        draw_matching_texts(page, datasets, name, wanted, what=f"texts with “{words}”")
    else:
        st.caption("The words stand there with other signs between them; search for one of them in Review.")
