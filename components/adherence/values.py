"""The values that texts were asked for: which of them the model ignores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis.adherence.values import ValueAdherence
from attrprompt.records import Dataset
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, filter_of_scope
from components.kit.text import Markdown, escape

NAMED = 5
PERCENT = st.column_config.NumberColumn(format="percent")


def draw_values(page: ProjectPage, dataset: Dataset, values: Sequence[ValueAdherence]) -> None:
    """All values, the ignored ones first; a chosen row shows its texts."""
    st.subheader("Values that are ignored", anchor=False)
    st.markdown(_sum_up(values))
    picked = choose_row(
        pd.DataFrame([_make_row(value) for value in values]),
        key="adherence_values",
        columns=dict.fromkeys(("Share", "95 % from", "to", "Others"), PERCENT)
        | {
            "Told apart": st.column_config.NumberColumn(format="%.2f"),
            "q": st.column_config.NumberColumn(format="%.3f"),
        },
        alt="Attribute values by the share of texts that obey",
    )
    st.caption(
        "Share: texts that obey, where a rule can tell. Others: share of the texts asked for other values that would "
        "obey this one. Told apart, where no rule can tell: the chance that the classifier holds a text asked for the "
        "value likelier than one of the same label that was not; 0.50 is a coin. q: two-sided, corrected over the "
        "values of the dimension (Benjamini and Hochberg). Ignored: not told apart from the rest at this n, q at "
        "least 0.05. Under 30 texts nothing is said. Choose a row for its texts."
    )
    if picked is not None:
        value = values[picked]
        wanted = filter_of_scope(value.dimension, value.value)
        what = f"texts asked for {value.dimension} “{value.value}”"
        draw_matching_texts(page, [dataset], dataset.name, wanted, what=what)


def _sum_up(values: Sequence[ValueAdherence]) -> Markdown:
    told = [value for value in values if value.ignored is not None]
    ignored = [value for value in told if value.ignored]
    if not told:
        return Markdown("No value has enough texts to say whether it is ignored.")
    if not ignored:
        return Markdown(f"Texts of each of the {len(told):,} values with enough texts can be told from the rest.")
    names = ", ".join(f"{value.value} ({value.dimension})" for value in ignored[:NAMED])
    more = f" and {len(ignored) - NAMED} more" if len(ignored) > NAMED else ""
    return Markdown(
        f"Texts of **{len(ignored):,} of {len(told):,}** values with enough texts cannot be told apart from the "
        f"rest: {escape(names)}{more}."
    )


def _make_row(value: ValueAdherence) -> dict[str, Any]:
    obeyed, told = value.obeyed, value.told_apart
    return {
        "Dimension": value.dimension,
        "Value": value.value,
        "Texts": value.n,
        "Obey": value.obeying,
        "Share": obeyed and obeyed.value,
        "95 % from": obeyed and obeyed.low,
        "to": obeyed and obeyed.high,
        "Others": value.elsewhere and value.elsewhere.value,
        "Told apart": told and told.value,
        "told apart, 95 %": "" if told is None or told.low is None else f"{told.low:.2f} to {told.high:.2f}",
        "q": value.q,
        "": {True: "ignored", False: "told apart", None: value.reason}[value.ignored],
    }
