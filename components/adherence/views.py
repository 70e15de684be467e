"""Asked and found: whether texts do what their prompts asked, as matrices whose cells open their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.adherence.asked_places import AskedValue
from attrprompt.analysis.adherence.classified import ClassifiedAdherence
from attrprompt.analysis.adherence.dimensions import Adherence
from attrprompt.analysis.adherence.languages import AskedLanguages, LanguageAdherence
from attrprompt.analysis.adherence.lengths import LENGTH_COLUMNS, LengthAdherence
from attrprompt.analysis.adherence.places import PlaceAdherence
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.statistics.estimate import Estimate
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
from components.kit.text import Markdown, escape
from components.kit.work import find_or_compute

MOST_CLASSES_DRAWN = 12


def find_adherence(
    page: ProjectPage, datasets: Sequence[Dataset], *, key: str, like: AnalysisRequest | None = None
) -> dict[str, Adherence] | None:
    """The adherence of each data set by its name; None while it is being computed.

    Args:
        like: a request whose choice of texts holds here too.
    """
    choices = {} if like is None else {"text": like.text, "review": like.review}
    request = make_request(page.runtime.store, page.project, datasets, (Part.ADHERENCE,), **choices)
    analysis = find_or_compute(page.runtime, request, doing="Comparing what was asked with what is there", key=key)
    if analysis is None:
        return None
    return {name: found.adherence for name, found in analysis.datasets.items() if found.adherence is not None}


def draw_asked_places(
    page: ProjectPage, datasets: Sequence[Dataset], adherence: Mapping[str, Adherence], *, key: str
) -> None:
    """For each place dimension of the sets: where texts were asked to be, and what they name."""
    shown = [(dataset, places) for dataset in datasets for places in adherence[dataset.name].take(PlaceAdherence)]
    if not shown:
        st.caption(
            "No chosen data set was asked for a place. Texts of a plan with a dimension of the kind “place” show here "
            "which places they were asked for and which they name."
        )
    for dataset, places in shown:
        _draw_places(page, dataset, places, key=f"{key}_{dataset.name}_{places.dimension}")


def draw_adherence(page: ProjectPage, dataset: Dataset, found: Adherence) -> None:
    """All that can be checked of one data set: lengths, places, styles, language, the values that are ignored."""
    if found.note:
        st.caption(escape(found.note))
    for lengths in found.take(LengthAdherence):
        _draw_lengths(page, dataset, lengths, key=f"adherence_{lengths.dimension}")
    for places in found.take(PlaceAdherence):
        _draw_places(page, dataset, places, key=f"adherence_{places.dimension}")
    for languages in found.take(AskedLanguages):
        _draw_asked_language(dataset, languages)
    for guessed in found.take(ClassifiedAdherence):
        _draw_classified(page, dataset, guessed, key=f"adherence_{guessed.dimension}")
    if found.values:
        draw_values(page, dataset, found.values)
    for name, reason in found.not_checked.items():
        st.caption(f"Not checked: {escape(name)}. No rule can tell. {escape(reason)}")
    open_dimensions = [*(guessed.dimension for guessed in found.take(ClassifiedAdherence)), *found.not_checked]
    if open_dimensions:
        draw_judge(page, dataset, open_dimensions)
    if found.language is not None:
        _draw_language(page, dataset, found.language)


def _draw_lengths(page: ProjectPage, dataset: Dataset, lengths: LengthAdherence, *, key: str) -> None:
    st.subheader(f"Asked and found: {escape(lengths.dimension)}", anchor=False)
    if lengths.obeyed is None:
        st.caption("The project knows no bounds for the lengths that these texts were asked for.")
        return
    middle, low, high = (lengths.quantiles[share] for share in ("0.5", "0.05", "0.95"))
    st.markdown(f"{_say_share(lengths.obeyed)} of the texts of **{escape(dataset.name)}** have the length asked for.")
    st.caption(
        f"Words outside the bounds: median {middle:+,}, 90 % of the texts between {low:+,} and {high:+,}; 0 is within. "
        f"{lengths.cut:,} of {lengths.n:,} texts were cut by the limit of tokens and count as they are. "
        "Generated texts outside their bounds carry the flag “length”."
    )
    values = {asked.value: asked for asked in lengths.values}
    counts = [[asked.found[column] for column in LENGTH_COLUMNS] for asked in lengths.values]
    totals = [asked.n for asked in lengths.values]
    chart, spread, table = st.tabs(["Chart", "How far outside", "Table"])
    palette = current_palette()
    with chart:
        draw_matrix(
            page,
            dataset,
            plot_heatmap(list(values), LENGTH_COLUMNS, counts, totals, palette),
            lambda asked, found: values[asked].items.get(found, ()),
            key=f"{key}_heatmap",
            alt="Length asked for and length found",
        )
    with spread:
        figure = _plot_deviations(lengths.deviations, palette)
        st.plotly_chart(figure, key=f"{key}_deviations", config=PLAIN_CHART, alt="Texts by words outside their bounds")
    with table:
        st.dataframe(
            pd.DataFrame(
                [
                    {"Asked": asked.value, "Texts": asked.n, "Median words": asked.median}
                    | {column.capitalize(): asked.found[column] for column in LENGTH_COLUMNS}
                    for asked in lengths.values
                ]
            ),
            hide_index=True,
            key=f"{key}_table",
            alt="Length asked for and length found",
        )


def _draw_places(page: ProjectPage, dataset: Dataset, places: PlaceAdherence, *, key: str) -> None:
    st.subheader(f"Asked and found: {escape(places.dimension)}", anchor=False)
    name = escape(dataset.name)
    if places.obeyed is None:
        st.caption(f"No value that {name} was asked for names a country or continent.")
    else:
        st.markdown(f"{_say_share(places.obeyed)} of the texts of **{name}** name the place asked for.")
    st.caption(
        "A prompt that names a place invites the text to repeat it: agreement shows obedience, not knowledge of the "
        "place. A text that names several continents counts in each, so that rows may add up to more than 100 %."
    )
    matrix = places.matrix
    asked = matrix.by_continent
    regions = [region for region in matrix.regions if any(region in found for found in asked.values())]
    continents = [region for region in matrix.regions if region in asked]
    totals = dict.fromkeys(continents, 0)
    items: dict[tuple[str, str], list[int]] = {}
    for value in matrix.values:
        row = value.continent or NO_PLACE
        totals[row] += value.documents
        for region, numbers in value.items.items():
            items.setdefault((row, region), []).extend(numbers)
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        counts = [[asked[row].get(column, 0) for column in regions] for row in continents]
        draw_matrix(
            page,
            dataset,
            plot_heatmap(
                continents, regions, counts, [totals[continent] for continent in continents], current_palette()
            ),
            lambda row, column: sorted(items.get((row, column), [])),
            key=f"{key}_heatmap",
            alt="Continent asked for and continents found",
        )
    with table:
        _draw_place_table(page, dataset, matrix.values, regions, key=f"{key}_table")


def _draw_place_table(
    page: ProjectPage, dataset: Dataset, values: Sequence[AskedValue], regions: Sequence[str], *, key: str
) -> None:
    picked = choose_row(
        pd.DataFrame(
            [
                {"Asked": asked.value, "Texts": asked.documents}
                | {region: asked.found.get(region, 0) for region in regions}
                for asked in values
            ]
        ),
        key=key,
        alt="Place asked for and continents found, in texts",
    )
    st.caption("Choose a row for its texts.")
    if picked is not None:
        asked = values[picked]
        numbers = sorted({number for of in asked.items.values() for number in of})
        what = f"texts asked for {asked.value}"
        draw_texts_behind(page, [dataset], dataset.name, numbers, what=what, total=asked.documents)


def _draw_classified(page: ProjectPage, dataset: Dataset, guessed: ClassifiedAdherence, *, key: str) -> None:
    st.subheader(f"Asked and found: {escape(guessed.dimension)}", anchor=False)
    st.markdown(
        "No rule can tell, so a classifier guesses. It finds the value asked for in "
        f"**{guessed.accuracy:.0%}** of {guessed.n:,} texts of **{escape(dataset.name)}**, each judged "
        f"without being seen; always choosing the most frequent value finds {guessed.majority:.0%}."
    )
    st.caption(
        f"Forced choice: it must take one of the values for every text, and is not sure (none reaches a probability of "
        f"one half) of {guessed.below_half:.0%}. It is trained on all texts, whether they obey or not. That a "
        f"text is taken for what was asked is no proof that a reader would agree. Method: {escape(guessed.method)}."
    )
    classes, counts = guessed.classes, guessed.confusion
    alt = "Value asked for and value that the classifier takes the text for"
    table = st.container()
    if len(classes) <= MOST_CLASSES_DRAWN:
        chart, table = st.tabs(["Chart", "Table"])
        with chart:
            draw_matrix(
                page,
                dataset,
                plot_heatmap(classes, classes, counts, [sum(row) for row in counts], current_palette()),
                lambda asked, found: guessed.items.get(asked, {}).get(found, ()),
                key=f"{key}_heatmap",
                alt=alt,
            )
    with table:
        frame = pd.DataFrame(counts, index=[f"asked: {value}" for value in classes], columns=list(classes))
        st.dataframe(frame, key=f"{key}_table", alt=f"{alt}, in texts")
    if guessed.left_out:
        few = ", ".join(f"{value} ({n})" for value, n in list(guessed.left_out.items())[:12])
        more = len(guessed.left_out) - 12
        st.caption(f"Too few texts to learn: {escape(few)}{f' and {more} more' if more > 0 else ''}.")


def _draw_asked_language(dataset: Dataset, languages: AskedLanguages) -> None:
    st.subheader(f"Asked and found: {escape(languages.dimension)}", anchor=False)
    if languages.obeyed is not None:
        st.markdown(
            f"{_say_share(languages.obeyed)} of the texts of **{escape(dataset.name)}** are in the language asked for."
        )
    codes = sorted({code for counts in languages.found.values() for code in counts})
    st.dataframe(
        pd.DataFrame(
            [
                {"Asked": value, "Texts told": sum(counts.values())} | {code: counts.get(code, 0) for code in codes}
                for value, counts in languages.found.items()
            ]
        ),
        hide_index=True,
        key=f"adherence_language_{languages.dimension}",
        alt="Language asked for and language found, in texts",
    )
    if languages.not_told:
        st.caption(f"{sum(languages.not_told.values()):,} texts are too short to tell and do not count.")


def _draw_language(page: ProjectPage, dataset: Dataset, language: LanguageAdherence) -> None:
    st.subheader("Language", anchor=False)
    st.markdown(
        f"{_say_share(language.kept)} of the texts of **{escape(dataset.name)}** are in the language of "
        f"most ({escape(language.expected)}), or too short to tell."
    )
    if language.items and st.toggle("Show the others", key="adherence_foreign"):
        what = "texts in another language"
        draw_texts_behind(page, [dataset], dataset.name, language.items, what=what, total=language.foreign)


def _plot_deviations(deviations: Sequence[tuple[int, int]], palette: Palette) -> go.Figure:
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


def _say_share(share: Estimate) -> Markdown:
    """A share in words, with its interval and n."""
    return Markdown(f"**{share.value:.0%}** (95 % {share.low:.0%} to {share.high:.0%}, n = {share.n:,})")
