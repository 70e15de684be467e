"""What is said about each region: how many texts, how long, how varied, in which tone, with which over-used words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, draw_texts_behind
from components.kit.text import escape_markdown


def draw_portraits(page: ProjectPage, datasets: Sequence[Dataset], found: Mapping[str, Any]) -> None:
    """One row a set and region; a chosen row shows its phrases and its texts."""
    rows = [(name, region) for name, regions in found["datasets"].items() for region in regions]
    st.caption("A text that names several continents counts for each of them. Choose a row for its phrases and texts.")
    picked = choose_row(
        pd.DataFrame([_make_row(name, region) for name, region in rows]),
        key="regions_portraits",
        columns={
            "Words a text": st.column_config.NumberColumn(format="%.0f"),
            "Different words": st.column_config.NumberColumn(format="%.0f"),
            "Tone": st.column_config.NumberColumn(format="%+.3f"),
        },
        alt="What is said about each region",
    )
    tokens = found["tokens"]
    st.caption(
        (f"Different words: in {tokens:,} words of each region, {found['repeats']} draws. " if tokens else "")
        + "Tone: mean polarity of TextBlob's word list, from -1 to 1; it knows neither irony nor topic, so a report of "
        "a war reads negative whoever wrote it. In brackets: 95 % intervals. All of it is exploratory: a reason to "
        "read the texts."
    )
    for warning in found["warnings"]:
        st.caption(escape_markdown(warning))
    if picked is not None:
        name, region = rows[picked]
        _draw_region(page, datasets, name, region)


def _make_row(name: str, region: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"Data set": name, "Region": region["region"], "Texts": region["documents"]}
    for title, key, form in (
        ("Words a text", "words", ".0f"),
        ("Different words", "vocabulary", ",.0f"),
        ("Tone", "tone", "+.3f"),
    ):
        estimate = region.get(key)
        row[title] = None if estimate is None else estimate["value"]
        has_interval = estimate is not None and estimate["low"] is not None
        row[f"{title}, 95 %"] = f"{estimate['low']:{form}} to {estimate['high']:{form}}" if has_interval else ""
    return row | {"": region["reason"]}


def _draw_region(page: ProjectPage, datasets: Sequence[Dataset], name: str, region: Mapping[str, Any]) -> None:
    which = "texts that name no place" if region["region"] == NO_PLACE else f"texts that name {region['region']}"
    phrases = region.get("overused")
    if phrases:
        st.markdown(f"##### Over-used in {escape_markdown(which)} of {escape_markdown(name)}, against its other texts")
        picked = choose_row(
            {
                "Phrase": [each["phrase"] for each in phrases],
                "Texts here": [each["texts"] for each in phrases],
                "Elsewhere": [each["other_texts"] for each in phrases],
                "Log-odds": [each["log_odds"] for each in phrases],
            },
            key=f"regions_phrases_{name}_{region['region']}",
            columns={"Log-odds": st.column_config.NumberColumn(format="%.2f")},
            alt=f"Over-used phrases, {which}",
        )
        st.caption("Names of places themselves are left out. Log-odds with a prior; no claim of significance.")
        if picked is not None:
            phrase = phrases[picked]["phrase"]
            draw_matching_texts(page, datasets, name, SampleFilter(text=phrase), what=f"texts with “{phrase}”")
            return
    draw_texts_behind(page, datasets, name, region["items"], what=which, total=region["documents"])
