"""The paper's own vocabulary figures, beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.kit.figures import draw_paper_heading


def draw_paper_vocabulary(paper: Mapping[str, Mapping[str, Any]]) -> None:
    """Words of the whole set and within classes."""
    draw_paper_heading("they do not separate diversity from size and length.")
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
