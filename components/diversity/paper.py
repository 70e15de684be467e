"""The paper's own vocabulary figures, beside ours."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from attrprompt.analysis.paper import PaperFigures
from components.kit.figures import draw_paper_heading


def draw_paper_vocabulary(paper: Mapping[str, PaperFigures]) -> None:
    """Words of the whole set and within classes."""
    draw_paper_heading("they do not separate diversity from size and length.")
    st.dataframe(
        {
            "Data set": list(paper),
            "Texts": [figures.n for figures in paper.values()],
            "Vocabulary, all": [figures.vocabulary_all for figures in paper.values()],
            "Vocabulary, mean of classes": [figures.vocabulary_class for figures in paper.values()],
        },
        hide_index=True,
        column_config={"Vocabulary, mean of classes": st.column_config.NumberColumn(format="%.0f")},
        alt="The paper's vocabulary figures",
    )
