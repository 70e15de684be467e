"""How many texts carry each mark, as a table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st


def draw_counts(counts: Mapping[str, Mapping[str, int]]) -> None:
    """One row for each data set and mark."""
    rows = [(name, mark, number) for name, marks in counts.items() for mark, number in marks.items()]
    if not rows:
        st.caption("No text carries a mark.")
        return
    table = pd.DataFrame(rows, columns=["Data set", "Mark", "Texts"])
    st.dataframe(table, hide_index=True, key="marks_counts", alt="Texts by data set and mark")
