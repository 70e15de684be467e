"""Figures of several data sets: as dots with intervals, as a table, and by label or attribute value.

A click on a dot or a row opens what the figure means, how it was made, and its texts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.paper import HEADING
from attrprompt.analysis.regions.definitions import DEFINITIONS
from attrprompt.analysis.regions.divergence import METRIC as DIVERGENCE
from attrprompt.analysis.result import Cell, Parameters
from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.statistics.metrics import METRICS, Direction
from attrprompt.analysis.statistics.verdicts import PRIMARY_FAMILY
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.palette import Palette
from attrprompt.records import Dataset
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, filter_of_scope, link_to_texts, say_overlap
from components.kit.text import Markdown, escape, title_column

BASES = {"words": "At equal words", "texts": "At equal numbers of texts"}
WAYS = {
    Direction.HIGHER: "more diverse →",
    Direction.LOWER: "← more diverse",
    Direction.NEITHER: "neither way is better",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of one data set.

    Attributes:
        metric: the figure's key.
        whole: over all texts; None where that was not measured.
    """

    metric: str
    dataset: str
    estimate: Estimate
    whole: float | None


def draw_figures(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    analysis: Analysis,
    keys: Sequence[str],
    colours: Mapping[str, str],
    *,
    key: str,
) -> None:
    """Every figure of every set with its interval; the same numbers as a table; a choice opens the figure."""
    analysis = _choose_basis(analysis, key)
    measured = list_measured(analysis, keys)
    if not measured:
        st.caption("There are too few texts for figures at a common size.")
        return
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        event = st.plotly_chart(
            plot_intervals(list(analysis.datasets), measured, colours, current_palette()),
            key=f"{key}_chart",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Figures of each data set with their 95 % intervals",
        )
    with table:
        picked = choose_row(
            tabulate(measured),
            key=f"{key}_table",
            columns=dict.fromkeys(
                ("Estimate", "95 % from", "to", "All texts (not comparable)"),
                st.column_config.NumberColumn(format="%.4g"),
            ),
            alt="Figures of each data set with intervals",
        )
    st.caption("Click a dot, or a row of the table, for what the figure means, how it was made, and its texts.")
    clicked = event.selection.points[:1]
    chosen = clicked[0]["customdata"][0] if clicked else None
    if picked is not None:
        chosen = measured[picked].metric
    if chosen is not None:
        draw_about(page, datasets, analysis, chosen)


def _choose_basis(analysis: Analysis, key: str) -> Analysis:
    """The analysis, with figures at equal numbers of texts where the person asks for that second view."""
    if not any(figures.equal_texts for figures in analysis.datasets.values()):
        return analysis
    basis = st.segmented_control(
        "Compared",
        list(BASES),
        default="words",
        format_func=BASES.__getitem__,
        key=f"{key}_basis",
        help="Longer texts bring more words: at equal numbers of texts a set of long texts has the larger vocabulary.",
    )
    if basis != "texts":
        return analysis
    at_texts = {
        name: replace(figures, estimates={**figures.estimates, **figures.equal_texts})
        for name, figures in analysis.datasets.items()
    }
    return replace(analysis, datasets=at_texts)


def list_measured(analysis: Analysis, keys: Sequence[str]) -> list[Measured]:
    """Those of these figures that are there, figure by figure."""
    return [
        Measured(metric, name, figures.estimates[metric], figures.whole.get(metric))
        for metric in keys
        for name, figures in analysis.datasets.items()
        if metric in figures.estimates
    ]


def plot_intervals(
    names: Sequence[str], measured: Sequence[Measured], colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """One small row of dots and bars for each figure, each on its own scale.

    Args:
        names: of the data sets, from top to bottom of each row.
    """
    from plotly.subplots import make_subplots

    keys = list(dict.fromkeys(point.metric for point in measured))
    figure = make_subplots(rows=max(1, len(keys)), cols=1, vertical_spacing=0.5 / max(1, len(keys)))
    for row, metric in enumerate(keys, start=1):
        estimates = {point.dataset: point.estimate for point in measured if point.metric == metric}
        for name, estimate in estimates.items():
            figure.add_trace(
                go.Scatter(
                    x=[estimate.value],
                    y=[len(names) - names.index(name)],
                    mode="markers",
                    marker={"size": 10, "color": colours[name]},
                    error_x=_make_bar(estimate),
                    name=name,
                    legendgroup=name,
                    showlegend=row == 1,
                    customdata=[[metric, name]],
                    hovertemplate=f"{name}: %{{x:.4g}}<extra>{METRICS[metric].title}</extra>",
                ),
                row=row,
                col=1,
            )
        if not any(estimate.value for estimate in estimates.values()):
            figure.update_xaxes(range=[-0.005, 0.1], row=row, col=1)
        figure.update_yaxes(
            showticklabels=False,
            range=[0.3, len(names) + 0.7],
            showgrid=False,
            row=row,
            col=1,
        )
        figure.add_annotation(
            text=f"<b>{METRICS[metric].title}</b> ({METRICS[metric].unit}; {WAYS[METRICS[metric].direction]})",
            xref="x domain" if row == 1 else f"x{row} domain",
            yref="y domain" if row == 1 else f"y{row} domain",
            x=0,
            y=1.3,
            showarrow=False,
            xanchor="left",
            font={"size": 13, "color": palette.text},
        )
    height = 80 + 96 * max(1, len(keys))
    style(figure, palette, height=height)
    return figure.update_layout(legend={"y": 1 + 36 / height}, margin={"t": 80})


def _make_bar(estimate: Estimate) -> dict[str, object] | None:
    if estimate.low is None or estimate.high is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [estimate.high - estimate.value],
        "arrayminus": [estimate.value - estimate.low],
        "thickness": 2,
        "width": 5,
    }


def tabulate(measured: Sequence[Measured]) -> pd.DataFrame:
    """One row a figure and set: value, interval, n, m, and the value over all texts."""
    return pd.DataFrame(
        [
            {
                "Figure": METRICS[point.metric].title,
                "Data set": point.dataset,
                "Estimate": point.estimate.value,
                "95 % from": point.estimate.low,
                "to": point.estimate.high,
                "Texts n": point.estimate.n,
                "Drawn m": point.estimate.m,
                "All texts (not comparable)": point.whole,
            }
            for point in measured
        ]
    )


def draw_comparisons(analysis: Analysis, *, key: str) -> None:
    """Differences of each pair of sets; all but the primary ones under the heading "exploratory"."""
    rows = [
        {
            "Figure": METRICS[comparison.metric].title if comparison.metric in METRICS else comparison.metric,
            "Of": comparison.a,
            "Against": comparison.b,
            "Difference": comparison.difference,
            "95 % from": comparison.low,
            "to": comparison.high,
            "Ratio": comparison.ratio,
            "p": comparison.p,
            "Verdict": comparison.verdict if comparison.family == PRIMARY_FAMILY else "exploratory",
        }
        for comparison in analysis.comparisons
        if comparison.scope == "all"
    ]
    if not rows:
        st.caption("A difference needs two data sets.")
        return
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key=f"{key}_comparisons",
        column_config=dict.fromkeys(
            ("Difference", "95 % from", "to", "Ratio"), st.column_config.NumberColumn(format="%.4g")
        )
        | {"p": st.column_config.NumberColumn(format="%.3f")},
        alt="Differences with intervals",
    )


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One figure of the texts of one data set with one label or attribute value.

    Attributes:
        against: the difference to the first data set; None for the first itself.
    """

    value: str
    dataset: str
    cell: Cell
    against: Comparison | None


def draw_scopes(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    analysis: Analysis,
    keys: Sequence[str],
    *,
    key: str,
) -> None:
    """Any figure by label or by the values of an attribute; under 30 texts a cell says so; a row opens its texts."""
    tables = [figures.scopes for figures in analysis.datasets.values()]
    dimensions = sorted({scope.partition("=")[0] for table in tables for scope in table})
    dimensions.sort(key=lambda name: name != "label")
    known = {metric for table in tables for cell in table.values() for metric in cell.estimates}
    measured = [metric for metric in keys if metric in known]
    if not dimensions or not measured:
        st.caption("There are too few texts for figures by label or attribute value.")
        return
    what, by = st.columns([1, 2])
    metric = what.selectbox("Figure", measured, format_func=lambda name: METRICS[name].title, key=f"{key}_scope_metric")
    chosen = (
        by.segmented_control("By", dimensions, default=dimensions[0], format_func=escape, key=f"{key}_scope", wrap=True)
        or dimensions[0]
    )
    rows = list_scope_rows(analysis, chosen, metric)
    picked = choose_row(
        _tabulate_scopes(rows, chosen, metric),
        key=f"{key}_scope_table_{metric}_{chosen}",
        columns=dict.fromkeys(
            (METRICS[metric].title, "95 % from", "to"), st.column_config.NumberColumn(format=choose_format(metric))
        ),
        alt=f"{METRICS[metric].title} by {chosen}",
    )
    size = (analysis.parameters.tables or {}).get(chosen)
    at = Markdown(f"All cells at {size.m:,} texts or {size.tokens:,} words, {size.repeats} draws. " if size else "")
    st.caption(
        f"{at}q: of the difference to the set “against”, corrected over the table (Benjamini and Hochberg). "
        f"Exploratory.{say_overlap(page, chosen)} Choose a row for its texts."
    )
    if picked is not None:
        row = rows[picked]
        draw_matching_texts(
            page,
            datasets,
            row.dataset,
            filter_of_scope(chosen, row.value),
            what=f"texts with {chosen} “{row.value}”",
        )


def choose_format(metric: str) -> str:
    """How a figure's numbers are written in a column of their own: counts whole, shares to three decimals."""
    return "%.0f" if METRICS[metric].unit in ("words", "texts") else "%.3f"


def list_scope_rows(analysis: Analysis, dimension: str, metric: str) -> list[ScopeRow]:
    """The cells of one table, value by value, each with its difference to the first data set."""
    first = next(iter(analysis.datasets))
    against = {
        (comparison.scope, comparison.b): comparison
        for comparison in analysis.comparisons
        if comparison.metric == metric and comparison.a == first
    }
    scopes = sorted({scope for figures in analysis.datasets.values() for scope in figures.scopes})
    return [
        ScopeRow(scope.partition("=")[2], name, figures.scopes[scope], against.get((scope, name)))
        for scope in scopes
        if scope.partition("=")[0] == dimension
        for name, figures in analysis.datasets.items()
        if scope in figures.scopes
    ]


def title_scope(dimension: str, taken: Collection[str]) -> str:
    """The head of the column that holds the labels, or the values of a dimension."""
    return "Label" if dimension == "label" else title_column(dimension, taken)


def _tabulate_scopes(rows: Sequence[ScopeRow], dimension: str, metric: str) -> pd.DataFrame:
    title = title_scope(dimension, ("Data set", METRICS[metric].title, "95 % from", "to", "Texts", "Against", "q", ""))
    table = []
    for row in rows:
        estimate = row.cell.estimates.get(metric)
        q = None if row.against is None else row.against.q
        table.append(
            {
                title: row.value,
                "Data set": row.dataset,
                METRICS[metric].title: None if estimate is None else estimate.value,
                "95 % from": None if estimate is None else estimate.low,
                "to": None if estimate is None else estimate.high,
                "Texts": row.cell.n,
                "Against": "" if row.against is None or q is None else row.against.a,
                "q": "" if q is None else f"{q:.3f}",
                "": row.cell.note or "",
            }
        )
    return pd.DataFrame(table)


def draw_about(page: ProjectPage, datasets: Sequence[Dataset], analysis: Analysis, metric: str) -> None:
    """A figure's definition, source, parameters and texts, in a card."""
    with st.container(border=True):
        st.markdown(describe_figure(metric))
        estimates = [
            escape(f"{name}: {figures.estimates[metric].value:.4g} ({say_method(figures.estimates[metric])})")
            for name, figures in analysis.datasets.items()
            if metric in figures.estimates
        ]
        if estimates:
            st.markdown("  \n".join(estimates))
        st.caption(escape(describe_parameters(analysis.parameters)))
        link_to_texts(page, datasets)


def describe_figure(metric: str) -> Markdown:
    """Title, definition and source, as Markdown."""
    known = METRICS.get(metric)
    if known is not None:
        role = "carries a verdict" if known.primary else "exploratory"
        return Markdown(
            f"**{known.title}** ({known.direction.value}; {role}; {known.basis.value}): "
            f"{escape(known.definition)} :gray[{escape(known.source)}]"
        )
    if metric == DIVERGENCE:
        found = next(definition for definition in DEFINITIONS if definition.title == "Divergence")
        return Markdown(
            f"**{found.title} of continents** (lower is nearer to the reference; carries a verdict): "
            f"{escape(found.text)} :gray[{escape(found.source)}]"
        )
    return escape(metric)


def say_method(estimate: Estimate) -> str:
    """How an estimate was made: n, m and method."""
    interval = "no interval" if estimate.low is None else f"95 % {estimate.low:.4g} to {estimate.high:.4g}"
    drawn = f", {estimate.repeats} draws of {estimate.m:,}" if estimate.m else ""
    return f"{interval}; n = {estimate.n:,}{drawn}; {estimate.method}"


def describe_parameters(parameters: Parameters) -> str:
    """The parameters behind a result, in a sentence."""
    parts = [f"{parameters.repeats} draws, seed {parameters.seed}", parameters.texts.describe()]
    if parameters.m:
        parts.append(f"common size {parameters.m:,} texts")
    if parameters.tokens:
        parts.append(f"or {parameters.tokens:,} words for lexical figures")
    if parameters.near_duplicate_threshold and parameters.encoder:
        parts.append(f"near-duplicates from cosine {parameters.near_duplicate_threshold:.2f}")
    if parameters.encoder:
        parts.append(f"encoder {parameters.encoder}")
    parts.append(f"words: {parameters.tokeniser}")
    return f"Parameters: {'; '.join(parts)}."


def draw_paper_heading(what: str) -> None:
    """A heading that says whose definition this is."""
    st.caption(escape(f"{HEADING.capitalize()}: {what}"))
