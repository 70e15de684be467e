"""What is said about each region: how many texts, how long, how varied, in which tone, with which over-used words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.portraits import Portraits, RegionPortrait
from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, draw_texts_behind
from components.kit.text import escape


def draw_portraits(page: ProjectPage, datasets: Sequence[Dataset], found: Portraits) -> None:
    """One row a set and region; a chosen row shows its phrases and its texts."""
    rows = [(name, portrait) for name, portraits in found.datasets.items() for portrait in portraits]
    st.caption("A text that names several continents counts for each of them. Choose a row for its phrases and texts.")
    picked = choose_row(
        pd.DataFrame([_make_row(name, portrait) for name, portrait in rows]),
        key="regions_portraits",
        columns={
            "Words a text": st.column_config.NumberColumn(format="%.0f"),
            "Different words": st.column_config.NumberColumn(format="%.0f"),
            "Tone": st.column_config.NumberColumn(format="%+.3f"),
        },
        alt="What is said about each region",
    )
    st.caption(
        (f"Different words: in {found.tokens:,} words of each region, {found.repeats} draws. " if found.tokens else "")
        + "Tone: mean polarity of TextBlob's word list, from -1 to 1; it knows neither irony nor topic, so a report of "
        "a war reads negative whoever wrote it. Intervals: 95 %. All of it is exploratory: a reason to "
        "read the texts."
    )
    for warning in found.warnings:
        st.caption(escape(warning))
    if picked is not None:
        name, portrait = rows[picked]
        _draw_region(page, datasets, name, portrait)


def _make_row(name: str, portrait: RegionPortrait) -> dict[str, Any]:
    row: dict[str, Any] = {"Data set": name, "Region": portrait.region, "Texts": portrait.documents}
    for title, estimate, form in (
        ("Words a text", portrait.words, ".0f"),
        ("Different words", portrait.vocabulary, ",.0f"),
        ("Tone", portrait.tone, "+.3f"),
    ):
        row[title] = None if estimate is None else estimate.value
        row[f"{title}, 95 %"] = "" if estimate is None else _say_interval(estimate, form)
    return row | {"": portrait.reason}


def _say_interval(estimate: Estimate, form: str) -> str:
    return "" if estimate.low is None else f"{estimate.low:{form}} to {estimate.high:{form}}"


def _draw_region(page: ProjectPage, datasets: Sequence[Dataset], name: str, portrait: RegionPortrait) -> None:
    region, phrases = portrait.region, portrait.overused
    which = "texts that name no place" if region == NO_PLACE else f"texts that name {region}"
    if phrases:
        st.markdown(f"##### Over-used in {escape(which)} of {escape(name)}, against its other texts")
        picked = choose_row(
            {
                "Phrase": [phrase.phrase for phrase in phrases],
                "Texts here": [phrase.texts for phrase in phrases],
                "Elsewhere": [phrase.other_texts for phrase in phrases],
                "Log-odds": [phrase.log_odds for phrase in phrases],
            },
            key=f"regions_phrases_{name}_{region}",
            columns={"Log-odds": st.column_config.NumberColumn(format="%.2f")},
            alt=f"Over-used phrases, {which}",
        )
        st.caption("Names of places themselves are left out. Log-odds with a prior; no claim of significance.")
        if picked is not None:
            words = phrases[picked].phrase
            draw_matching_texts(page, datasets, name, SampleFilter(text=words), what=f"texts with “{words}”")
            return
    draw_texts_behind(page, datasets, name, portrait.items, what=which, total=portrait.documents)
