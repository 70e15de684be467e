"""Asked and found: whether texts do what their prompts asked, as heat maps with a table beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.adherence import LENGTH_COLUMNS
from attrprompt.inspection.request import AnalysisRequest, Part, make_request
from attrprompt.records import Dataset
from components.charts import LIGHT, Palette, current_palette, style
from components.frame import ProjectPage
from components.jobs import find_or_compute
from components.text import escape_markdown

ROW_HEIGHT = 44
PLAIN_CHART = {"displayModeBar": False}


def find_adherence(
    page: ProjectPage, datasets: Sequence[Dataset], *, key: str, like: AnalysisRequest | None = None
) -> Mapping[str, Any] | None:
    """The adherence of each data set by its name; None while it is being computed.

    Args:
        like: a request whose choice of texts holds here too.
    """
    choices = {} if like is None else {"text": like.text, "review": like.review}
    request = make_request(page.runtime.store, page.project, datasets, (Part.ADHERENCE,), **choices)
    result = find_or_compute(
        page.runtime, "analyze", request.to_payload(), doing="Comparing what was asked with what is there", key=key
    )
    if not isinstance(result, dict):
        return None
    return {name: figures["adherence"] for name, figures in result["datasets"].items()}


def draw_asked_places(adherence: Mapping[str, Any], *, key: str) -> None:
    """For each place dimension of the sets: where texts were asked to be, and what they name."""
    shown = [
        (name, dimension) for name, found in adherence.items() for dimension in _dimensions_of(found, "place").values()
    ]
    if not shown:
        st.caption(
            "No chosen data set was asked for a place. Texts of a plan with a dimension of the kind “place” show here "
            "which places they were asked for and which they name."
        )
    for name, dimension in shown:
        _draw_places(name, dimension, key=f"{key}_{name}_{dimension['dimension']}")


def draw_adherence(name: str, found: Mapping[str, Any]) -> None:
    """All that can be checked of one data set: lengths, places, the values ignored most."""
    if found["note"]:
        st.caption(escape_markdown(found["note"]))
        return
    for dimension in _dimensions_of(found, "length").values():
        _draw_lengths(name, dimension, key=f"adherence_{dimension['dimension']}")
    for dimension in _dimensions_of(found, "place").values():
        _draw_places(name, dimension, key=f"adherence_{dimension['dimension']}")
    if found["values"]:
        _draw_values(found["values"])
    if found["not_checked"]:
        names = ", ".join(found["not_checked"])
        st.caption(f"Not checked, because no rule can tell: {escape_markdown(names)}.")


def plot_heatmap(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    totals: Sequence[int],
    palette: Palette,
) -> go.Figure:
    """Shares of the texts of each row, one hue from few to many; counts on hover."""
    shares = [[100 * count / total for count in row] for row, total in zip(counts, totals, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            x=list(columns),
            y=[f"{row} (n = {total:,})" for row, total in zip(rows, totals, strict=True)],
            z=shares,
            zmin=0,
            zmax=100,
            customdata=counts,
            hovertemplate="Asked: %{y}<br>Found: %{x}<br>%{customdata:,} texts, %{z:.1f} %<extra></extra>",
            colorscale=[[step / (len(palette.scale) - 1), colour] for step, colour in enumerate(palette.scale)],
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    cells = [(row, column, share) for row, line in enumerate(shares) for column, share in enumerate(line) if share]
    figure.add_scatter(
        x=[columns[column] for _, column, _ in cells],
        y=[figure.data[0].y[row] for row, _, _ in cells],
        mode="text",
        text=[f"{share:.0f} %" for _, _, share in cells],
        textfont={"color": [_choose_ink(share / 100, palette) for _, _, share in cells]},
        hoverinfo="skip",
    )
    style(figure, palette, height=110 + ROW_HEIGHT * len(rows), legend=False)
    figure.update_xaxes(title="Found", side="top", showgrid=False)
    figure.update_yaxes(title="Asked", autorange="reversed", showgrid=False)
    figure.update_layout(margin={"t": 70})
    return figure


def _choose_ink(share: float, palette: Palette) -> str:
    """Dark or light letters, whichever is read better on the colour of this share (contrast as WCAG 2 defines it)."""
    from plotly.colors import sample_colorscale, unlabel_rgb

    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (float(each) / 255 for each in unlabel_rgb(sample_colorscale(list(palette.scale), share)[0]))
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return LIGHT.text if (luminance + 0.05) ** 2 > 1.05 * 0.0636 else LIGHT.background


def _draw_lengths(name: str, dimension: Mapping[str, Any], *, key: str) -> None:
    st.subheader(f"Asked and found: {dimension['dimension']}", anchor=False)
    if dimension["obeyed"] is None:
        st.caption("The project knows no bounds for the lengths that these texts were asked for.")
        return
    middle, low, high = (dimension["quantiles"][each] for each in ("0.5", "0.05", "0.95"))
    st.markdown(
        f"{_say_share(dimension['obeyed'])} of the texts of **{escape_markdown(name)}** have the length asked for."
    )
    st.caption(
        f"Words outside the bounds: median {middle:+,}, 90 % of the texts between {low:+,} and {high:+,}; 0 is within. "
        f"{dimension['cut']:,} of {dimension['n']:,} texts were cut by the limit of tokens and count as they are. "
        "Generated texts outside their bounds carry the flag “length”."
    )
    values = dimension["values"]
    counts = [[each["found"][column] for column in LENGTH_COLUMNS] for each in values]
    labels, totals = [each["value"] for each in values], [each["n"] for each in values]
    chart, spread, table = st.tabs(["Chart", "How far outside", "Table"])
    palette = current_palette()
    with chart:
        figure = plot_heatmap(labels, LENGTH_COLUMNS, counts, totals, palette)
        st.plotly_chart(figure, key=f"{key}_heatmap", config=PLAIN_CHART, alt="Length asked for and length found")
    with spread:
        figure = _plot_deviations(dimension["deviations"], palette)
        st.plotly_chart(figure, key=f"{key}_deviations", config=PLAIN_CHART, alt="Texts by words outside their bounds")
    with table:
        st.dataframe(
            pd.DataFrame(
                [
                    {"Asked": each["value"], "Texts": each["n"], "Median words": each["median"]}
                    | {column.capitalize(): each["found"][column] for column in LENGTH_COLUMNS}
                    for each in values
                ]
            ),
            hide_index=True,
            key=f"{key}_table",
            alt="Length asked for and length found",
        )


def _draw_places(name: str, dimension: Mapping[str, Any], *, key: str) -> None:
    st.subheader(f"Asked and found: {dimension['dimension']}", anchor=False)
    if dimension["obeyed"] is None:
        st.caption(f"No value that {escape_markdown(name)} was asked for names a country or continent.")
    else:
        st.markdown(
            f"{_say_share(dimension['obeyed'])} of the texts of **{escape_markdown(name)}** name the place asked for."
        )
    st.caption(
        "A prompt that names a place invites the text to repeat it: agreement shows obedience, not knowledge of the "
        "place. A text that names several continents counts in each, so that rows may add up to more than 100 %."
    )
    asked = dimension["by_continent"]
    regions = [each for each in dimension["regions"] if any(each in found for found in asked.values())]
    continents = [each for each in dimension["regions"] if each in asked]
    totals = dict.fromkeys(continents, 0)
    for value in dimension["values"]:
        totals[value["continent"] or "no place"] += value["documents"]
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        figure = plot_heatmap(
            continents,
            regions,
            [[asked[row].get(column, 0) for column in regions] for row in continents],
            [totals[each] for each in continents],
            current_palette(),
        )
        st.plotly_chart(
            figure, key=f"{key}_heatmap", config=PLAIN_CHART, alt="Continent asked for and continents found"
        )
    with table:
        st.dataframe(
            pd.DataFrame(
                [
                    {"Asked": each["value"], "Texts": each["documents"]}
                    | {region: each["found"].get(region, 0) for region in regions}
                    for each in dimension["values"]
                ]
            ),
            hide_index=True,
            key=f"{key}_table",
            alt="Place asked for and continents found, in texts",
        )


def _draw_values(values: Sequence[Mapping[str, Any]]) -> None:
    st.subheader("Values that are ignored most", anchor=False)
    st.caption("Under 30 texts there is no share; the count is shown.")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Dimension": each["dimension"],
                    "Value": each["value"],
                    "Texts": each["n"],
                    "Obey": each["obeying"],
                    "Share": None if each["obeyed"] is None else each["obeyed"]["value"],
                    "95 % from": None if each["obeyed"] is None else each["obeyed"]["low"],
                    "to": None if each["obeyed"] is None else each["obeyed"]["high"],
                    "": each["reason"],
                }
                for each in values
            ]
        ),
        hide_index=True,
        key="adherence_values",
        column_config=dict.fromkeys(("Share", "95 % from", "to"), st.column_config.NumberColumn(format="percent")),
        alt="Attribute values by the share of texts that obey",
    )


def _plot_deviations(deviations: Sequence[Sequence[int]], palette: Palette) -> go.Figure:
    figure = go.Figure(
        go.Histogram(
            x=[words for words, _ in deviations],
            y=[texts for _, texts in deviations],
            histfunc="sum",
            xbins={"size": 10},
            marker={"color": palette.attrprompt},
            hovertemplate="%{x} words outside<br>%{y:,} texts<extra></extra>",
        )
    )
    figure.update_xaxes(title="Words outside the bounds; negative: too short, 0: as asked")
    figure.update_yaxes(title="Texts", rangemode="tozero")
    return style(figure, palette, legend=False)


def _dimensions_of(found: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: each for name, each in found.items() if isinstance(each, Mapping) and each["kind"] == kind}


def _say_share(estimate: Mapping[str, Any]) -> str:
    return f"**{estimate['value']:.0%}** (95 % {estimate['low']:.0%} to {estimate['high']:.0%}, n = {estimate['n']:,})"
