"""Figures of several data sets: as dots with intervals, as a table, and by label or attribute value.

A click on a dot or a row opens what the figure means, how it was made, and its texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.paper import HEADING
from attrprompt.analysis.regions.definitions import DEFINITIONS
from attrprompt.analysis.regions.divergence import METRIC as DIVERGENCE
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.palette import Palette
from attrprompt.records import Dataset
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, filter_of_scope, link_to_texts, say_overlap
from components.kit.text import escape_markdown

BASES = {"words": "At equal words", "texts": "At equal numbers of texts"}
REVIEW_WORDS = {
    "ignored": "reviewed or not",
    "not rejected": "without rejected texts",
    "accepted": "accepted texts only",
}


def draw_figures(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    result: Mapping[str, Any],
    keys: Sequence[str],
    colours: Mapping[str, str],
    *,
    key: str,
) -> None:
    """Every figure of every set with its interval; the same numbers as a table; a choice opens the figure."""
    result = _choose_basis(result, key)
    shown = [each for each in keys if any(each in figures for figures in result["datasets"].values())]
    if not shown:
        st.caption("There are too few texts for figures at a common size.")
        return
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        event = st.plotly_chart(
            plot_intervals(result, shown, colours, current_palette()),
            key=f"{key}_chart",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Figures of each data set with their 95 % intervals",
        )
    with table:
        rows = tabulate(result, shown)
        picked = choose_row(
            rows.drop(columns=["key"]),
            key=f"{key}_table",
            columns=dict.fromkeys(
                ("Estimate", "95 % from", "to", "All texts (not comparable)"),
                st.column_config.NumberColumn(format="%.4g"),
            ),
            alt="Figures of each data set with intervals",
        )
    st.caption("Click a dot, or a row of the table, for what the figure means, how it was made, and its texts.")
    points = event.selection.points[:1]
    chosen = points[0]["customdata"][0] if points else None
    if picked is not None:
        chosen = rows["key"].iloc[picked]
    if chosen is not None:
        draw_about(page, datasets, result, chosen)


def _choose_basis(result: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The result, with figures at equal numbers of texts where the person asks for that second view."""
    if not any(figures.get("equal_texts") for figures in result["datasets"].values()):
        return result
    basis = st.segmented_control(
        "Compared",
        list(BASES),
        default="words",
        format_func=BASES.__getitem__,
        key=f"{key}_basis",
        help="Longer texts bring more words: at equal numbers of texts a set of long texts has the larger vocabulary.",
    )
    if basis != "texts":
        return result
    datasets = {name: {**figures, **figures["equal_texts"]} for name, figures in result["datasets"].items()}
    return {**result, "datasets": datasets}


def plot_intervals(
    result: Mapping[str, Any], keys: Sequence[str], colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """One small row of dots and bars for each figure, each on its own scale."""
    from plotly.subplots import make_subplots

    names = list(result["datasets"])
    figure = make_subplots(rows=max(1, len(keys)), cols=1, vertical_spacing=0.5 / max(1, len(keys)))
    for row, metric in enumerate(keys, start=1):
        for place, name in enumerate(names):
            estimate = result["datasets"][name].get(metric)
            if estimate is None:
                continue
            bar = None
            if estimate["low"] is not None:
                bar = {
                    "type": "data",
                    "symmetric": False,
                    "array": [estimate["high"] - estimate["value"]],
                    "arrayminus": [estimate["value"] - estimate["low"]],
                    "thickness": 2,
                    "width": 5,
                }
            figure.add_trace(
                go.Scatter(
                    x=[estimate["value"]],
                    y=[len(names) - place],
                    mode="markers",
                    marker={"size": 10, "color": colours[name]},
                    error_x=bar,
                    name=name,
                    legendgroup=name,
                    showlegend=row == 1,
                    customdata=[[metric, name]],
                    hovertemplate=f"{name}: %{{x:.4g}}<extra>{METRICS[metric].title}</extra>",
                ),
                row=row,
                col=1,
            )
        if not any(result["datasets"][name].get(metric, {}).get("value") for name in names):
            figure.update_xaxes(range=[-0.005, 0.1], row=row, col=1)
        figure.update_yaxes(
            showticklabels=False,
            range=[0.3, len(names) + 0.7],
            showgrid=False,
            row=row,
            col=1,
        )
        figure.add_annotation(
            text=f"<b>{METRICS[metric].title}</b> ({METRICS[metric].unit}; {METRICS[metric].direction.value})",
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


def tabulate(result: Mapping[str, Any], keys: Sequence[str]) -> pd.DataFrame:
    """One row a figure and set: value, interval, n, m, and the value over all texts; `key` names the figure."""
    rows = []
    for metric in keys:
        for name, figures in result["datasets"].items():
            estimate = figures.get(metric)
            if estimate is None:
                continue
            rows.append(
                {
                    "Figure": METRICS[metric].title,
                    "Data set": name,
                    "Estimate": estimate["value"],
                    "95 % from": estimate["low"],
                    "to": estimate["high"],
                    "Texts n": estimate["n"],
                    "Drawn m": estimate["m"],
                    "All texts (not comparable)": figures.get("whole", {}).get(metric),
                    "key": metric,
                }
            )
    return pd.DataFrame(rows)


def draw_comparisons(result: Mapping[str, Any], *, key: str) -> None:
    """Differences of each pair of sets; all but the primary ones under the heading "exploratory"."""
    rows = [
        {
            "Figure": METRICS[each["metric"]].title if each["metric"] in METRICS else each["metric"],
            "Of": each["a"],
            "Against": each["b"],
            "Difference": each["difference"],
            "95 % from": each["low"],
            "to": each["high"],
            "Ratio": each["ratio"],
            "p": each["p"],
            "Verdict": each["verdict"] if each["family"] == "primary" else "exploratory",
        }
        for each in result["comparisons"]
        if each["scope"] == "all"
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


def draw_scopes(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    result: Mapping[str, Any],
    keys: Sequence[str],
    *,
    key: str,
) -> None:
    """Any figure by label or by the values of an attribute; under 30 texts a cell says so; a row opens its texts."""
    scopes = sorted({scope for figures in result["datasets"].values() for scope in figures.get("scopes", {})})
    dimensions = sorted({scope.partition("=")[0] for scope in scopes}, key=lambda name: (name != "label", name))
    measured = [
        metric
        for metric in keys
        if any(metric in cell for f in result["datasets"].values() for cell in f.get("scopes", {}).values())
    ]
    if not dimensions or not measured:
        st.caption("There are too few texts for figures by label or attribute value.")
        return
    what, by = st.columns([1, 2])
    metric = what.selectbox("Figure", measured, format_func=lambda each: METRICS[each].title, key=f"{key}_scope_metric")
    chosen = by.segmented_control("By", dimensions, default=dimensions[0], key=f"{key}_scope") or dimensions[0]
    rows = [row for scope in scopes for row in _make_scope_rows(result, scope, chosen, metric)]
    picked = choose_row(
        pd.DataFrame(rows),
        key=f"{key}_scope_table_{metric}_{chosen}",
        columns=dict.fromkeys((METRICS[metric].title, "95 % from", "to"), choose_format(metric)),
        alt=f"{METRICS[metric].title} by {chosen}",
    )
    size = result["parameters"].get("tables", {}).get(chosen)
    at = f"All cells at {size['m']:,} texts or {size['tokens']:,} words, {size['repeats']} draws. " if size else ""
    st.caption(
        f"{at}q: of the difference to the set “against”, corrected over the table (Benjamini and Hochberg). "
        f"Exploratory.{say_overlap(page, chosen)} Choose a row for its texts."
    )
    if picked is not None:
        row = rows[picked]
        value = str(row[chosen.capitalize()])
        what_texts = f"texts with {chosen} “{value}”"
        draw_matching_texts(page, datasets, str(row["Data set"]), filter_of_scope(chosen, value), what=what_texts)


def choose_format(metric: str) -> Any:
    """How a figure's numbers are written in a column of their own: counts whole, shares to three places."""
    is_count = METRICS[metric].unit in ("words", "texts")
    return st.column_config.NumberColumn(format="%.0f" if is_count else "%.3f")


def _make_scope_rows(result: Mapping[str, Any], scope: str, chosen: str, metric: str) -> list[dict[str, Any]]:
    dimension, _, value = scope.partition("=")
    if dimension != chosen:
        return []
    names = list(result["datasets"])
    rows = []
    for name, figures in result["datasets"].items():
        cell = figures.get("scopes", {}).get(scope)
        if cell is None:
            continue
        estimate = cell.get(metric) or {}
        against = next(
            (
                each
                for each in result["comparisons"]
                if (each["scope"], each["metric"], each["b"]) == (scope, metric, name) and each["a"] == names[0]
            ),
            None,
        )
        rows.append(
            {
                chosen.capitalize(): value,
                "Data set": name,
                METRICS[metric].title: estimate.get("value"),
                "95 % from": estimate.get("low"),
                "to": estimate.get("high"),
                "Texts": cell["n"],
                "Against": names[0] if against is not None and against["q"] is not None else "",
                "q": "" if against is None or against["q"] is None else f"{against['q']:.3f}",
                "": cell["note"] or "",
            }
        )
    return rows


def draw_about(page: ProjectPage, datasets: Sequence[Dataset], result: Mapping[str, Any], metric: str) -> None:
    """A figure's definition, source, parameters and texts, in a card."""
    with st.container(border=True):
        st.markdown(describe_figure(metric))
        estimates = [
            f"{escape_markdown(name)}: {figures[metric]['value']:.4g} ({say_method(figures[metric])})"
            for name, figures in result["datasets"].items()
            if isinstance(figures.get(metric), Mapping)
        ]
        if estimates:
            st.markdown("  \n".join(estimates))
        st.caption(escape_markdown(describe_parameters(result)))
        link_to_texts(page, datasets)


def describe_figure(metric: str) -> str:
    """Title, definition and source, as Markdown."""
    known = METRICS.get(metric)
    if known is not None:
        role = "carries a verdict" if known.primary else "exploratory"
        return (
            f"**{known.title}** ({known.direction.value}; {role}; {known.basis.value}): "
            f"{escape_markdown(known.definition)} :gray[{escape_markdown(known.source)}]"
        )
    if metric == DIVERGENCE:
        found = next(each for each in DEFINITIONS if each.title == "Divergence")
        return (
            f"**{found.title} of continents** (lower is nearer to the reference; carries a verdict): "
            f"{escape_markdown(found.text)} :gray[{escape_markdown(found.source)}]"
        )
    return escape_markdown(metric)


def say_method(estimate: Mapping[str, Any]) -> str:
    """How an estimate was made: n, m and method."""
    interval = "no interval" if estimate["low"] is None else f"95 % {estimate['low']:.4g} to {estimate['high']:.4g}"
    drawn = f", {estimate['repeats']} draws of {estimate['m']:,}" if estimate["m"] else ""
    return f"{interval}; n = {estimate['n']:,}{drawn}; {estimate['method']}"


def describe_parameters(result: Mapping[str, Any]) -> str:
    """The parameters behind a result, in a sentence."""
    parameters = result["parameters"]
    texts = parameters["texts"]
    parts = [
        f"{parameters['repeats']} draws, seed {parameters['seed']}",
        f"{texts['text']} text without {' and '.join(texts['excluded_flags'])}, {REVIEW_WORDS[texts['review']]}",
    ]
    if parameters["m"]:
        parts.append(f"common size {parameters['m']:,} texts")
    if parameters["tokens"]:
        parts.append(f"or {parameters['tokens']:,} words for lexical figures")
    if parameters.get("near_duplicate_threshold") and parameters["encoder"]:
        parts.append(f"near-duplicates from cosine {parameters['near_duplicate_threshold']:.2f}")
    if parameters["encoder"]:
        parts.append(f"encoder {parameters['encoder']}")
    parts.append(f"words: {parameters['tokeniser']}")
    return f"Parameters: {'; '.join(parts)}."


def draw_paper_heading(what: str) -> None:
    """A heading that says whose definition this is."""
    st.caption(f"{HEADING.capitalize()}: {what}")
