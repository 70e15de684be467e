"""Asked and found: whether texts do what their prompts asked, as matrices whose cells open their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.adherence.lengths import LENGTH_COLUMNS
from attrprompt.analysis_jobs.request import AnalysisRequest, Part, make_request
from attrprompt.palette import Palette
from attrprompt.records import Dataset
from components.adherence.heatmap import PLAIN_CHART, draw_matrix, plot_heatmap
from components.adherence.judge import draw_judge
from components.adherence.values import draw_values
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_texts_behind
from components.kit.text import escape_markdown
from components.kit.work import find_or_compute

MOST_CLASSES_DRAWN = 12


def find_adherence(
    page: ProjectPage, datasets: Sequence[Dataset], *, key: str, like: AnalysisRequest | None = None
) -> Mapping[str, Any] | None:
    """The adherence of each data set by its name; None while it is being computed.

    Args:
        like: a request whose choice of texts holds here too.
    """
    choices = {} if like is None else {"text": like.text, "review": like.review}
    request = make_request(page.runtime.store, page.project, datasets, (Part.ADHERENCE,), **choices)
    result = find_or_compute(page.runtime, request, doing="Comparing what was asked with what is there", key=key)
    if result is None:
        return None
    return {name: figures.adherence or {} for name, figures in result.datasets.items()}


def draw_asked_places(
    page: ProjectPage, datasets: Sequence[Dataset], adherence: Mapping[str, Any], *, key: str
) -> None:
    """For each place dimension of the sets: where texts were asked to be, and what they name."""
    shown = [
        (dataset, dimension)
        for dataset in datasets
        for dimension in _dimensions_of(adherence[dataset.name], "place").values()
    ]
    if not shown:
        st.caption(
            "No chosen data set was asked for a place. Texts of a plan with a dimension of the kind “place” show here "
            "which places they were asked for and which they name."
        )
    for dataset, dimension in shown:
        _draw_places(page, dataset, dimension, key=f"{key}_{dataset.name}_{dimension['dimension']}")


def draw_adherence(page: ProjectPage, dataset: Dataset, found: Mapping[str, Any]) -> None:
    """All that can be checked of one data set: lengths, places, styles, language, the values that are ignored."""
    if found["note"]:
        st.caption(escape_markdown(found["note"]))
    for dimension in _dimensions_of(found, "length").values():
        _draw_lengths(page, dataset, dimension, key=f"adherence_{dimension['dimension']}")
    for dimension in _dimensions_of(found, "place").values():
        _draw_places(page, dataset, dimension, key=f"adherence_{dimension['dimension']}")
    for dimension in _dimensions_of(found, "language").values():
        _draw_asked_language(dataset, dimension)
    for dimension in _dimensions_of(found, "text").values():
        _draw_classified(page, dataset, dimension, key=f"adherence_{dimension['dimension']}")
    if found["values"]:
        draw_values(page, dataset, found["values"])
    for name, reason in found["not_checked"].items():
        st.caption(f"Not checked: {escape_markdown(name)}. No rule can tell. {escape_markdown(reason)}")
    open_dimensions = [*_dimensions_of(found, "text"), *found["not_checked"]]
    if open_dimensions:
        draw_judge(page, dataset, open_dimensions)
    if found.get("language"):
        _draw_language(page, dataset, found["language"])


def _draw_lengths(page: ProjectPage, dataset: Dataset, dimension: Mapping[str, Any], *, key: str) -> None:
    st.subheader(f"Asked and found: {dimension['dimension']}", anchor=False)
    if dimension["obeyed"] is None:
        st.caption("The project knows no bounds for the lengths that these texts were asked for.")
        return
    middle, low, high = (dimension["quantiles"][each] for each in ("0.5", "0.05", "0.95"))
    st.markdown(
        f"{say_share(dimension['obeyed'])} of the texts of **{escape_markdown(dataset.name)}** have the length "
        "asked for."
    )
    st.caption(
        f"Words outside the bounds: median {middle:+,}, 90 % of the texts between {low:+,} and {high:+,}; 0 is within. "
        f"{dimension['cut']:,} of {dimension['n']:,} texts were cut by the limit of tokens and count as they are. "
        "Generated texts outside their bounds carry the flag “length”."
    )
    values = {each["value"]: each for each in dimension["values"]}
    counts = [[each["found"][column] for column in LENGTH_COLUMNS] for each in values.values()]
    totals = [each["n"] for each in values.values()]
    chart, spread, table = st.tabs(["Chart", "How far outside", "Table"])
    palette = current_palette()
    with chart:
        draw_matrix(
            page,
            dataset,
            plot_heatmap(list(values), LENGTH_COLUMNS, counts, totals, palette),
            lambda asked, found: values[asked]["items"].get(found, []),
            key=f"{key}_heatmap",
            alt="Length asked for and length found",
        )
    with spread:
        figure = _plot_deviations(dimension["deviations"], palette)
        st.plotly_chart(figure, key=f"{key}_deviations", config=PLAIN_CHART, alt="Texts by words outside their bounds")
    with table:
        st.dataframe(
            pd.DataFrame(
                [
                    {"Asked": each["value"], "Texts": each["n"], "Median words": each["median"]}
                    | {column.capitalize(): each["found"][column] for column in LENGTH_COLUMNS}
                    for each in values.values()
                ]
            ),
            hide_index=True,
            key=f"{key}_table",
            alt="Length asked for and length found",
        )


def _draw_places(page: ProjectPage, dataset: Dataset, dimension: Mapping[str, Any], *, key: str) -> None:
    st.subheader(f"Asked and found: {dimension['dimension']}", anchor=False)
    name = escape_markdown(dataset.name)
    if dimension["obeyed"] is None:
        st.caption(f"No value that {name} was asked for names a country or continent.")
    else:
        st.markdown(f"{say_share(dimension['obeyed'])} of the texts of **{name}** name the place asked for.")
    st.caption(
        "A prompt that names a place invites the text to repeat it: agreement shows obedience, not knowledge of the "
        "place. A text that names several continents counts in each, so that rows may add up to more than 100 %."
    )
    asked = dimension["by_continent"]
    regions = [each for each in dimension["regions"] if any(each in found for found in asked.values())]
    continents = [each for each in dimension["regions"] if each in asked]
    totals = dict.fromkeys(continents, 0)
    items: dict[tuple[str, str], list[int]] = {}
    for value in dimension["values"]:
        row = value["continent"] or "no place"
        totals[row] += value["documents"]
        for region, numbers in value["items"].items():
            items.setdefault((row, region), []).extend(numbers)
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        counts = [[asked[row].get(column, 0) for column in regions] for row in continents]
        draw_matrix(
            page,
            dataset,
            plot_heatmap(continents, regions, counts, [totals[each] for each in continents], current_palette()),
            lambda row, column: sorted(items.get((row, column), [])),
            key=f"{key}_heatmap",
            alt="Continent asked for and continents found",
        )
    with table:
        _draw_place_table(page, dataset, dimension, regions, key=f"{key}_table")


def _draw_place_table(
    page: ProjectPage, dataset: Dataset, dimension: Mapping[str, Any], regions: Sequence[str], *, key: str
) -> None:
    values = dimension["values"]
    picked = choose_row(
        pd.DataFrame(
            [
                {"Asked": each["value"], "Texts": each["documents"]}
                | {region: each["found"].get(region, 0) for region in regions}
                for each in values
            ]
        ),
        key=key,
        alt="Place asked for and continents found, in texts",
    )
    st.caption("Choose a row for its texts.")
    if picked is not None:
        value = values[picked]
        numbers = sorted({number for of in value["items"].values() for number in of})
        draw_texts_behind(
            page, [dataset], dataset.name, numbers, what=f"texts asked for {value['value']}", total=value["documents"]
        )


def _draw_classified(page: ProjectPage, dataset: Dataset, dimension: Mapping[str, Any], *, key: str) -> None:
    st.subheader(f"Asked and found: {dimension['dimension']}", anchor=False)
    st.markdown(
        "No rule can tell, so a classifier guesses. It finds the value asked for in "
        f"**{dimension['accuracy']:.0%}** of {dimension['n']:,} texts of **{escape_markdown(dataset.name)}**, each "
        f"judged without being seen; always choosing the most frequent value finds {dimension['majority']:.0%}."
    )
    st.caption(
        f"Forced choice: it must take one of the values for every text, and is not sure (none reaches a probability of "
        f"one half) of {dimension['below_half']:.0%}. It is trained on all texts, whether they obey or not. That a "
        "text is taken for what was asked is no proof that a reader would agree. "
        f"Method: {dimension['method']}."
    )
    classes, counts = dimension["classes"], dimension["confusion"]
    alt = "Value asked for and value that the classifier takes the text for"
    table = st.container()
    if len(classes) <= MOST_CLASSES_DRAWN:
        chart, table = st.tabs(["Chart", "Table"])
        with chart:
            draw_matrix(
                page,
                dataset,
                plot_heatmap(classes, classes, counts, [sum(row) for row in counts], current_palette()),
                lambda asked, found: dimension["items"].get(asked, {}).get(found, []),
                key=f"{key}_heatmap",
                alt=alt,
            )
    with table:
        frame = pd.DataFrame(counts, index=[f"asked: {each}" for each in classes], columns=classes)
        st.dataframe(frame, key=f"{key}_table", alt=f"{alt}, in texts")
    if dimension["left_out"]:
        few = ", ".join(f"{value} ({n})" for value, n in list(dimension["left_out"].items())[:12])
        more = len(dimension["left_out"]) - 12
        st.caption(f"Too few texts to learn: {escape_markdown(few)}{f' and {more} more' if more > 0 else ''}.")


def _draw_asked_language(dataset: Dataset, dimension: Mapping[str, Any]) -> None:
    st.subheader(f"Asked and found: {dimension['dimension']}", anchor=False)
    if dimension["obeyed"] is not None:
        st.markdown(
            f"{say_share(dimension['obeyed'])} of the texts of **{escape_markdown(dataset.name)}** are in the language "
            "asked for."
        )
    languages = sorted({code for counts in dimension["found"].values() for code in counts})
    st.dataframe(
        pd.DataFrame(
            [
                {"Asked": value, "Texts told": sum(counts.values())} | {code: counts.get(code, 0) for code in languages}
                for value, counts in dimension["found"].items()
            ]
        ),
        hide_index=True,
        key=f"adherence_language_{dimension['dimension']}",
        alt="Language asked for and language found, in texts",
    )
    if dimension["not_told"]:
        st.caption(f"{sum(dimension['not_told'].values()):,} texts are too short to tell and do not count.")


def _draw_language(page: ProjectPage, dataset: Dataset, language: Mapping[str, Any]) -> None:
    st.subheader("Language", anchor=False)
    st.markdown(
        f"{say_share(language['kept'])} of the texts of **{escape_markdown(dataset.name)}** are in the language of "
        f"most ({language['expected']}), or too short to tell."
    )
    if language["items"] and st.toggle("Show the others", key="adherence_foreign"):
        what = "texts in another language"
        draw_texts_behind(page, [dataset], dataset.name, language["items"], what=what, total=language["foreign"])


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
    return {name: each for name, each in found.items() if isinstance(each, Mapping) and each.get("kind") == kind}


def say_share(estimate: Mapping[str, Any]) -> str:
    """A share in words, with its interval and n."""
    return f"**{estimate['value']:.0%}** (95 % {estimate['low']:.0%} to {estimate['high']:.0%}, n = {estimate['n']:,})"
