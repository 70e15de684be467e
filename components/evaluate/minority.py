"""Minority classes on the Evaluate page: gain of each class against how frequent it was in training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis.statistics.verdicts import describe_p
from attrprompt.evaluation.minority import FEWEST_CLASSES, ClassGain, describe_gains, measure_gains, measure_trend
from attrprompt.evaluation.request import JOIN
from attrprompt.evaluation.result import Evaluation
from attrprompt.plots.interactive import make_figure
from components.kit.charts import current_palette, style
from components.kit.text import escape


def draw_minority(evaluation: Evaluation, colours: Mapping[str, str]) -> None:
    """What each class gains from one training set to another; exploratory."""
    names = list(evaluation.models)
    if len(names) < 2:
        return
    st.markdown("###### What a minority class gains :gray-badge[exploratory]")
    before, after = _choose_pair(names)
    if before == after:
        st.caption("Choose two different training sets.")
        return
    gains = measure_gains(evaluation, before, after)
    frequencies = {gain.texts for gain in gains if gain.gain is not None}
    if len(frequencies) == 1:
        st.caption(
            f"Every class has {next(iter(frequencies)):,} training texts in {escape(before)}: none is a "
            "minority, so nothing is drawn. The table holds the gains."
        )
    elif frequencies:
        palette = current_palette()
        st.plotly_chart(
            style(make_figure(describe_gains(gains, colours[after], palette.muted)), palette),
            key="evaluate_minority",
            config={"displayModeBar": False},
            alt="Gain in F1 of each class against its training texts; the table holds the numbers",
        )
    trend = measure_trend(gains)
    if trend is not None:
        st.caption(
            f"Rank correlation of gain and frequency {trend.rho:+.2f} over {trend.classes} classes (Spearman, "
            f"{escape(describe_p(trend.p))} by permutation); below 0 the rare classes gain more."
        )
    elif len(frequencies) > 1:
        st.caption(
            f"A trend needs at least {FEWEST_CLASSES} classes of different frequency in {escape(before)}, "
            "with enough test texts each."
        )
    st.dataframe(
        pd.DataFrame([_describe(gain, before) for gain in gains]),
        hide_index=True,
        key="evaluate_minority_table",
        column_config={"Gain in F1": st.column_config.NumberColumn(format="%+.3f")},
        alt="Gain of each class, the rarest first",
    )
    st.caption(
        "F1 after minus F1 before; variances added, so the interval is rather too wide. q: Benjamini-Hochberg over "
        "the classes."
    )


def _choose_pair(names: list[str]) -> tuple[str, str]:
    """By default a set and that set with another joined to it, else the first two."""
    joined = next((name for name in names if JOIN in name and name.split(JOIN)[0] in names), None)
    first, second = (joined.split(JOIN)[0], joined) if joined else (names[0], names[1])
    left, right = st.columns(2)
    before = left.selectbox("Before: trained on", names, index=names.index(first), key="minority_before")
    after = right.selectbox("After: trained on", names, index=names.index(second), key="minority_after")
    return before, after


def _describe(gain: ClassGain, before: str) -> dict[str, Any]:
    return {
        "Class": gain.label,
        f"Training texts in {before}": gain.texts,
        "Test texts": gain.tests,
        "Gain in F1": gain.gain,
        "95 %": gain.note if gain.low is None else f"{gain.low:+.3f} to {gain.high:+.3f}",
        "q": None if gain.q is None else round(gain.q, 4),
    }
