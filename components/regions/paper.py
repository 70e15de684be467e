"""Views "as in the paper": its own definitions over all texts, beside ours, and marked as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.regions.bars import describe_shares
from attrprompt.analysis.regions.classified import NONE, ClassifiedContinents, ClassifiedSet, ContinentClassifier
from attrprompt.plots.interactive import escape_hover, make_figure
from attrprompt.records import Dataset
from components.kit.charts import current_palette, style
from components.kit.figures import draw_paper_heading
from components.kit.frame import ProjectPage
from components.kit.samples import draw_texts_behind
from components.kit.text import escape

PERCENT = st.column_config.NumberColumn(format="percent")


def draw_paper_continents(
    page: ProjectPage, datasets: Sequence[Dataset], found: ClassifiedContinents, colours: Mapping[str, str]
) -> None:
    """Shares of continents by the attribute classifier: raw first, corrected where allowed, the finder's beside."""
    draw_paper_heading("every text is given one continent, or none, by a classifier.")
    classifier, classified = found.classifier, found.datasets
    if classifier is None:
        st.info(escape(found.reason))
        return
    below = ", ".join(f"{figures.below_half:.0%} of {name}" for name, figures in classified.items())
    st.markdown(
        f"The classifier was trained on {classifier.texts:,} texts of **{escape(classifier.trained_on)}** "
        "that name the place asked for, or none. In cross-validation it finds the class of "
        f"**{classifier.accuracy:.0%}** of them; always choosing the largest class finds {classifier.majority:.0%}. It "
        f"is not sure (no class reaches a probability of one half) of {escape(below)}."
    )
    chart, table, by_label, confusion = st.tabs(["Chart", "Table", "By label", "Its errors"])
    with chart:
        event = st.plotly_chart(
            _plot_classes(classifier.classes, classified, colours),
            key="paper_continents",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Share of texts by the class that the classifier gives them, beside the region finder's share",
        )
        st.caption(
            "Bars: the classifier, with intervals that take it as it is. Circles: the region finder on the same texts. "
            "Click a bar for its texts."
        )
    with table:
        _draw_table(classifier, classified)
    with by_label:
        _draw_by_label(classifier.classes, classified)
    with confusion:
        _draw_confusion(classifier)
    for point in event.selection.points[:1]:
        name, chosen = point["customdata"][:2]
        figures = classified[name]
        total = round(figures.raw[chosen].value * figures.n)
        what = "texts that it takes for no place" if chosen == NONE else f"texts that it takes for {chosen}"
        draw_texts_behind(page, datasets, name, figures.items[chosen], what=what, total=total)


def _draw_table(classifier: ContinentClassifier, classified: Mapping[str, ClassifiedSet]) -> None:
    corrected = f"Corrected ({classifier.corrected_heading})"
    rows = []
    for name, figures in classified.items():
        for region, by_finder in figures.finder.items():
            if not by_finder and region not in classifier.classes:
                continue
            raw = figures.raw.get(region)
            rows.append(
                {
                    "Data set": name,
                    "Class": "no place" if region == NONE else region,
                    "Classifier": raw and raw.value,
                    "95 % from": raw and raw.low,
                    "to": raw and raw.high,
                    corrected: None if figures.corrected is None else figures.corrected.get(region),
                    "Region finder": by_finder,
                }
            )
    frame = pd.DataFrame(rows)
    if classifier.why_uncorrected:
        frame = frame.drop(columns=[corrected])
        st.caption(f"No corrected shares: {escape(classifier.why_uncorrected)}.")
    st.dataframe(
        frame,
        hide_index=True,
        key="paper_continents_table",
        column_config=dict.fromkeys(list(frame.columns)[2:], PERCENT),
        alt="Shares by the classifier and by the region finder",
    )
    if classifier.left_out:
        few = ", ".join(f"{name} ({n})" for name, n in classifier.left_out.items())
        st.caption(f"Too few training texts, so that the classifier does not know them: {escape(few)}.")


def _draw_by_label(classes: Sequence[str], classified: Mapping[str, ClassifiedSet]) -> None:
    rows = []
    for name, figures in classified.items():
        for label, shares in figures.by_label.items():
            row: dict[str, Any] = {"Data set": name, "Label": label}
            if isinstance(shares, int):
                rows.append(row | dict.fromkeys(classes) | {"": f"too few texts: {shares}"})
            else:
                rows.append(row | {region: shares[region].value for region in classes} | {"": ""})
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="paper_continents_labels",
        column_config=dict.fromkeys(classes, PERCENT),
        alt="Shares by the classifier, by label",
    )


def _draw_confusion(classifier: ContinentClassifier) -> None:
    st.caption("Texts of each class (rows) by the class that it gives them (columns), each judged without being seen.")
    classes = list(classifier.classes)
    st.dataframe(
        pd.DataFrame(classifier.confusion, index=classes, columns=classes),
        key="paper_continents_confusion",
        alt="Cross-validated confusion of the classifier",
    )
    st.caption(escape(f"{classifier.method}. Trained on: {classifier.rule}."))


def _plot_classes(
    classes: Sequence[str], classified: Mapping[str, ClassifiedSet], colours: Mapping[str, str]
) -> go.Figure:
    palette = current_palette()
    raw = {name: figures.raw for name, figures in classified.items()}
    figure = make_figure(describe_shares(classes, raw, colours, of="all texts", interval_colour=palette.text))
    for bars, (name, figures) in zip(figure.data, classified.items(), strict=True):
        bars.offsetgroup = name
        figure.add_scatter(
            y=[figures.finder.get(region, 0) for region in classes],
            mode="markers",
            offsetgroup=name,
            marker={"color": palette.background, "size": 10, "line": {"color": palette.text, "width": 2}},
            customdata=[[name, region] for region in classes],
            showlegend=False,
            hovertext=[escape_hover(region) for region in classes],
            hovertemplate=f"%{{hovertext}}: %{{y:.1%}}<extra>{escape_hover(name)}, region finder</extra>",
        )
    figure.update_layout(scattermode="group")
    return style(figure, palette, height=420)
