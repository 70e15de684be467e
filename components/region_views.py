"""Views of regions: continents, a country map that needs no network, references, tables, and names to rule on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.regions.ambiguity import list_ambiguous_names
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.tables import CONTINENTS
from attrprompt.analysis.regions.world import load_world
from attrprompt.inspection.loading import read_texts
from attrprompt.inspection.regions import read_rulings
from attrprompt.inspection.request import AnalysisRequest
from attrprompt.project import DimensionKind
from attrprompt.records import Dataset, DatasetKind
from components.charts import current_palette, style
from components.frame import ProjectPage
from components.notices import in_callback
from components.text import escape_markdown

NAMES_SHOWN = 40


def choose_reference(page: ProjectPage, datasets: Sequence[Dataset]) -> str:
    """What the regions are judged against; no choice is neutral, so it is always said."""
    options = {"uniform": "All continents alike", "population": "Inhabitants of the world"}
    if any(each.kind is DimensionKind.PLACE for each in page.project.document.dimensions.values()):
        options["requested"] = "The places that prompts asked for"
    options |= {each.name: f"Gold: {each.name}" for each in datasets if each.kind is DatasetKind.GOLD}
    chosen = st.segmented_control(
        "Compare with",
        list(options),
        default="uniform",
        format_func=options.get,
        key="regions_reference",
        help="No reference is neutral: each answers another question.",
    )
    return chosen or "uniform"


def draw_located(result: Mapping[str, Any]) -> None:
    """How many texts name a place at all; everything else speaks of those only."""
    for column, (name, figures) in zip(
        st.columns(max(2, len(result["datasets"]))), result["datasets"].items(), strict=False
    ):
        share = figures["located_share"]
        column.metric(
            f"{name}: texts that name a place",
            f"{share['value']:.0%}",
            f"95 % {share['low']:.0%} to {share['high']:.0%}, n = {figures['documents']:,}",
            delta_color="off",
            delta_arrow="off",
        )


def draw_continents(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """Shares of the located texts by continent with intervals; the same as a table."""
    palette = current_palette()
    figure = go.Figure()
    rows = []
    for name, figures in result["datasets"].items():
        estimates = [figures["continents"].get(each) for each in CONTINENTS]
        figure.add_trace(
            go.Bar(
                x=list(CONTINENTS),
                y=[None if each is None else 100 * each["value"] for each in estimates],
                name=name,
                marker={"color": colours[name]},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [_reach(each, "high") for each in estimates],
                    "arrayminus": [_reach(each, "low") for each in estimates],
                    "color": palette.muted,
                },
                hovertemplate="%{x}: %{y:.1f} %<extra>" + name + "</extra>",
            )
        )
        for continent, estimate in zip(CONTINENTS, estimates, strict=True):
            any_share = figures["any"].get(continent)
            rows.append(
                {
                    "Data set": name,
                    "Continent": continent,
                    "Share of located texts": None if estimate is None else estimate["value"],
                    "95 % from": None if estimate is None else estimate["low"],
                    "to": None if estimate is None else estimate["high"],
                    "Share of all texts that name it": None if any_share is None else any_share["value"],
                }
            )
    figure.update_yaxes(title="Share of located texts, %", rangemode="tozero")
    figure.update_layout(barmode="group", bargap=0.25)
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        st.plotly_chart(style(figure, palette), key="regions_continents", alt="Share of located texts by continent")
    with table:
        percent = st.column_config.NumberColumn(format="percent")
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            key="regions_continents_table",
            column_config=dict.fromkeys(list(rows[0])[2:], percent),
            alt="Continents by data set",
        )


def draw_country_map(page: ProjectPage, datasets: Sequence[Dataset], result: Mapping[str, Any]) -> None:
    """Countries shaded by the texts that name them; ranked beside, since small states have no shape."""
    name = st.segmented_control(
        "Data set", list(result["datasets"]), default=next(iter(result["datasets"])), key="regions_map_set"
    ) or next(iter(result["datasets"]))
    counts: dict[str, int] = result["datasets"][name]["countries"]
    palette = current_palette()
    world = load_world()
    features = [
        {**feature, "properties": {**feature["properties"], "texts": counts.get(feature["properties"].get("iso2"), 0)}}
        for feature in world["features"]
    ]
    chart = (
        alt.Chart(alt.Data(values=features))
        .mark_geoshape(stroke=palette.grid, strokeWidth=0.5)
        .encode(
            color=alt.condition(
                "datum.properties.texts > 0",
                alt.Color(
                    "properties.texts:Q",
                    title="Texts",
                    scale=alt.Scale(type="sqrt", range=[palette.scale[1], palette.scale[-2]]),
                ),
                alt.value(palette.raised),
            ),
            tooltip=[
                alt.Tooltip("properties.name:N", title="Country"),
                alt.Tooltip("properties.texts:Q", title="Texts"),
            ],
        )
        .project("equalEarth")
        .properties(height=420)
    )
    left, right = st.columns([3, 1])
    left.altair_chart(chart, key="regions_map", alt=f"Countries named in {name}")
    names = {each["properties"].get("iso2"): each["properties"].get("name") for each in world["features"]}
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    right.dataframe(
        {"Country": [names.get(code) or code for code, _ in ranked], "Texts": [number for _, number in ranked]},
        hide_index=True,
        height=420,
        key="regions_countries",
        alt="Countries by number of texts",
    )


def draw_references(result: Mapping[str, Any]) -> None:
    """Each set against each reference: divergence beside its value by chance, largest gap, missing countries."""
    rows = [
        {
            "Data set": name,
            "Reference": reference,
            "Divergence": found["js"],
            "By chance": found["js_by_chance"],
            "p": found["p"],
            "Largest gap": found["parity_gap"],
            "Effective regions": found["effective_regions"],
        }
        for name, figures in result["datasets"].items()
        for reference, found in figures["references"].items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="regions_references",
        column_config={"Largest gap": st.column_config.NumberColumn(format="percent")},
        alt="Data sets against references",
    )
    for name, figures in result["datasets"].items():
        found = figures["references"].get(result["reference"], {}).get("missing_countries") or []
        if found:
            shown = ", ".join(each["name"] for each in found[:30])
            st.markdown(f"**Missing in {escape_markdown(name)} beyond chance:** {escape_markdown(shown)}")


def draw_region_tables(result: Mapping[str, Any]) -> None:
    """Continent shares by label or attribute value; cells with too few texts say so."""
    dimensions = sorted({name for each in result["datasets"].values() for name in each.get("region_tables", {})})
    if not dimensions:
        st.caption("No table could be made.")
        return
    first = "label" if "label" in dimensions else dimensions[0]
    chosen = st.segmented_control("By", dimensions, default=first, key="regions_by") or first
    rows = []
    for name, figures in result["datasets"].items():
        for cell in figures.get("region_tables", {}).get(chosen, []):
            whole = (cell["figures"] or {}).get("whole", {})
            rows.append(
                {"Data set": name, chosen.capitalize(): cell["value"], "Texts": cell["documents"]}
                | {each: whole.get(each) for each in CONTINENTS}
                | {"": cell["reason"]}
            )
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key=f"regions_table_{chosen}",
        column_config=dict.fromkeys(CONTINENTS, percent),
        alt=f"Continents by {chosen}",
    )


def draw_ambiguous_names(page: ProjectPage, request: AnalysisRequest) -> None:
    """Names that may or may not be places here; a ruling holds for the whole project and is remembered."""
    store = page.runtime.store
    texts = [
        sample.text
        for number in request.datasets
        for sample in read_texts(store, store.datasets.load(number), request.choice)
    ]
    names = list_ambiguous_names(texts, read_rulings(request))[:NAMES_SHOWN]
    if not names:
        st.caption("No name in these texts is ambiguous.")
    for name in names:
        with st.container(border=True):
            what, ruling = st.columns([3, 1], vertical_alignment="center")
            taken = ", ".join(f"{meaning} {count}" for meaning, count in name.taken_for.items())
            meaning = f":gray[taken for: {escape_markdown(taken)}]" if taken else ":gray[not taken for a place]"
            what.markdown(f"**{escape_markdown(name.surface)}** in {name.texts:,} texts {meaning}")
            for example in name.examples[:1]:
                what.caption(escape_markdown(example.stretch))
            options = ["", NO_PLACE, *dict.fromkeys(_candidate_codes(name))]
            ruling.selectbox(
                "In this project it is",
                options,
                index=options.index(name.ruling) if name.ruling in options else 0,
                format_func=lambda code: code or "as found",
                key=f"regions_ruling_{name.surface}",
                on_change=in_callback,
                args=(lambda surface=name.surface: _rule(page, surface),),
            )


def _candidate_codes(name: Any) -> list[str]:
    return [str(each.country or each.continent) for each in name.candidates if each.country or each.continent]


def _rule(page: ProjectPage, surface: str) -> str:
    chosen = st.session_state[f"regions_ruling_{surface}"]
    rulings = page.runtime.store.rulings
    if not chosen:
        rulings.forget(page.project.id, surface)
        return f"{surface} is taken as found again."
    is_continent = chosen in CONTINENTS
    rulings.save(
        page.project.id,
        surface,
        country="" if is_continent or chosen == NO_PLACE else chosen,
        continent=chosen if is_continent else "",
        actor=page.actor,
    )
    return f"{surface}: {chosen} from now on."


def _reach(estimate: Mapping[str, Any] | None, end: str) -> float | None:
    if estimate is None or estimate[end] is None:
        return None
    return 100 * abs(estimate[end] - estimate["value"])
