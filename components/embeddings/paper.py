"""The paper's own cosine figure: random pairs of texts of one class."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from attrprompt.analysis.paper import PaperFigures
from attrprompt.plots.interactive import make_figure
from components.embeddings.neighbours import describe_similarities
from components.kit.charts import current_palette, style
from components.kit.figures import draw_paper_heading


def draw_same_class(paper: Mapping[str, PaperFigures], colours: Mapping[str, str]) -> None:
    """The distribution of the cosine over random pairs of texts of one label."""
    draw_paper_heading("cosines of random pairs of texts of the same class.")
    drawn = {name: figures.same_class for name, figures in paper.items() if figures.same_class is not None}
    if not drawn:
        st.caption("No class has two texts.")
        return
    plot = describe_similarities(drawn, colours, "Cosine of two texts of one class")
    st.plotly_chart(
        style(make_figure(plot), current_palette()), key="paper_same_class", alt="Cosines of pairs of one class"
    )
    rows = [{"Data set": name, "Pairs drawn": found.pairs, "Mean cosine": found.mean} for name, found in drawn.items()]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="paper_same_class_table",
        column_config={"Mean cosine": st.column_config.NumberColumn(format="%.3f")},
        alt="Mean cosine of pairs of one class",
    )
