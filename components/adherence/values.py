"""The values that texts were asked for: which of them the model ignores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.records import Dataset
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, filter_of_scope
from components.kit.text import escape_markdown

NAMED = 5
PERCENT = st.column_config.NumberColumn(format="percent")


def draw_values(page: ProjectPage, dataset: Dataset, values: Sequence[Mapping[str, Any]]) -> None:
    """All values, the ignored ones first; a chosen row shows its texts."""
    st.subheader("Values that are ignored", anchor=False)
    st.markdown(_sum_up(values))
    picked = choose_row(
        pd.DataFrame([_make_row(each) for each in values]),
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
        wanted = filter_of_scope(value["dimension"], value["value"])
        what = f"texts asked for {value['dimension']} “{value['value']}”"
        draw_matching_texts(page, [dataset], dataset.name, wanted, what=what)


def _sum_up(values: Sequence[Mapping[str, Any]]) -> str:
    judged = [each for each in values if each["ignored"] is not None]
    ignored = [each for each in judged if each["ignored"]]
    if not judged:
        return "No value has enough texts to say whether it is ignored."
    if not ignored:
        return f"Texts of each of the {len(judged):,} values with enough texts can be told from the rest."
    names = ", ".join(f"{each['value']} ({each['dimension']})" for each in ignored[:NAMED])
    more = f" and {len(ignored) - NAMED} more" if len(ignored) > NAMED else ""
    return (
        f"Texts of **{len(ignored):,} of {len(judged):,}** values with enough texts cannot be told apart from the "
        f"rest: {escape_markdown(names)}{more}."
    )


def _make_row(each: Mapping[str, Any]) -> dict[str, Any]:
    obeyed, told, others = each["obeyed"], each["told_apart"], each["elsewhere"]
    interval = obeyed or {}
    return {
        "Dimension": each["dimension"],
        "Value": each["value"],
        "Texts": each["n"],
        "Obey": each["obeying"],
        "Share": interval.get("value"),
        "95 % from": interval.get("low"),
        "to": interval.get("high"),
        "Others": None if others is None else others["value"],
        "Told apart": None if told is None else told["value"],
        "told apart, 95 %": "" if told is None or told["low"] is None else f"{told['low']:.2f} to {told['high']:.2f}",
        "q": each["q"],
        "": {True: "ignored", False: "told apart", None: each["reason"]}[each["ignored"]],
    }
