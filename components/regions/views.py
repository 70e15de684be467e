"""Views of regions: continents, a country map that needs no network, references, tables by label and attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.regions.definitions import DEFINITIONS
from attrprompt.analysis.regions.references import read_reference_csv
from attrprompt.analysis.regions.tables import CONTINENTS
from attrprompt.analysis.regions.world import load_world
from attrprompt.analysis_jobs.findings import REFERENCES_GIVEN, name_reference
from attrprompt.errors import InputError
from attrprompt.project import DimensionKind
from attrprompt.records import Dataset, DatasetKind
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, draw_texts_behind, filter_of_scope, say_overlap
from components.kit.text import escape_markdown
from components.regions.own_tables import REFERENCES, draw_own_tables, list_own_tables

PERCENT = st.column_config.NumberColumn(format="percent")
MISSING_SHOWN = 30


def choose_reference(page: ProjectPage, datasets: Sequence[Dataset]) -> tuple[str, str]:
    """What the regions are judged against, with its table where it is one; none is neutral, so it is always said."""
    options = {
        "uniform": "All continents alike",
        "countries": "All countries alike",
        "population": "Inhabitants of the world",
    }
    if any(each.kind is DimensionKind.PLACE for each in page.project.document.dimensions.values()):
        options["requested"] = "The places that prompts asked for"
    options |= {each.name: f"Gold: {each.name}" for each in datasets if each.kind is DatasetKind.GOLD}
    tables = list_own_tables(page, REFERENCES)
    options |= {name: f"Table: {name}" for name in tables}
    choice, own = st.columns([5, 1], vertical_alignment="bottom")
    chosen = choice.segmented_control(
        "Compare with",
        list(options),
        default="uniform",
        format_func=options.__getitem__,
        key="regions_reference",
        help="No reference is neutral: each answers another question.",
    )
    with own:
        draw_own_tables(
            page,
            REFERENCES,
            title="Own table",
            about="Two columns: a continent or a country (name or ISO code), and its weight, of any sum.",
            check=_check_reference,
            key="regions_own",
        )
    name = chosen or "uniform"
    return name, tables.get(name, "")


def _check_reference(text: str, name: str) -> None:
    if name in REFERENCES_GIVEN:
        raise InputError(f"“{name}” is the name of a reference that is there already. Choose another name.")
    read_reference_csv(text, name)


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


def draw_continents(
    page: ProjectPage, datasets: Sequence[Dataset], result: Mapping[str, Any], colours: Mapping[str, str]
) -> None:
    """Shares of the located texts by continent with intervals; the same as a table; a click shows the texts."""
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
                customdata=[[name, each] for each in CONTINENTS],
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
        event = st.plotly_chart(
            style(figure, palette),
            key="regions_continents",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Share of located texts by continent",
        )
        drawn = next((each["m"] for f in result["datasets"].values() for each in f["continents"].values()), None)
        st.caption(
            "A text that names k continents gives 1 ÷ k to each. "
            + (f"Estimated at {drawn:,} texts a set; intervals 95 %. " if drawn else "")
            + "Click a bar for its texts."
        )
    with table:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            key="regions_continents_table",
            column_config=dict.fromkeys(list(rows[0])[2:], PERCENT),
            alt="Continents by data set",
        )
    for point in event.selection.points[:1]:
        name, continent = point["customdata"][:2]
        figures = result["datasets"][name]
        total = round(figures["any"][continent]["value"] * figures["documents"])
        items = figures["texts"]["continents"].get(continent, [])
        draw_texts_behind(page, datasets, name, items, what=f"texts that name {continent}", total=total)


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
        alt.Chart({"values": features})
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
    with right:
        picked = choose_row(
            {"Country": [names.get(code) or code for code, _ in ranked], "Texts": [number for _, number in ranked]},
            height=420,
            key=f"regions_countries_{name}",
            alt="Countries by number of texts",
        )
    if not ranked:
        st.caption(f"No text of {escape_markdown(name)} names a country.")
    elif picked is None:
        st.caption("Darker: more texts name the country. Choose a row for its texts; small states have no shape.")
    else:
        code, number = ranked[picked]
        items = result["datasets"][name]["texts"]["countries"][code]
        draw_texts_behind(page, datasets, name, items, what=f"texts that name {names.get(code) or code}", total=number)


def draw_references(result: Mapping[str, Any]) -> None:
    """Each set against each reference: divergence beside its value by chance, largest gap, missing countries."""
    rows = [
        {
            "Data set": name,
            "Reference": name_reference(reference),
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
        column_config={
            "Divergence": st.column_config.NumberColumn(format="%.3f"),
            "By chance": st.column_config.NumberColumn(format="%.3f"),
            "p": st.column_config.NumberColumn(format="%.3f"),
            "Largest gap": PERCENT,
            "Effective regions": st.column_config.NumberColumn(format="%.1f"),
        },
        alt="Data sets against references",
    )
    st.caption(
        "Divergence: Jensen-Shannon, 0 to 1, of all located texts of the set; “by chance” is its mean for as many "
        "texts drawn from the reference itself, p the share of such draws that diverge as much. Largest gap: of one "
        "continent's share. Effective regions: how many equally frequent continents would be as varied."
    )
    for name, figures in result["datasets"].items():
        found = figures["references"].get(result["reference"], {}).get("missing_countries") or []
        if not found:
            continue
        shown = ", ".join(each["name"] for each in found[:MISSING_SHOWN])
        more = f" and {len(found) - MISSING_SHOWN} more" if len(found) > MISSING_SHOWN else ""
        reference = name_reference(result["reference"])
        st.markdown(
            f"**Missing in {escape_markdown(name)} beyond chance**, against {escape_markdown(reference)}: "
            f"{escape_markdown(shown + more)}."
        )


def draw_region_tables(page: ProjectPage, datasets: Sequence[Dataset], result: Mapping[str, Any]) -> None:
    """Continent shares by label or attribute value; cells with too few texts say so; a row opens its texts."""
    dimensions = sorted({name for each in result["datasets"].values() for name in each.get("region_tables", {})})
    if not dimensions:
        st.caption("No table could be made.")
        return
    first = "label" if "label" in dimensions else dimensions[0]
    chosen = st.segmented_control("By", dimensions, default=first, key="regions_by") or first
    rows = []
    for name, figures in result["datasets"].items():
        for cell in figures.get("region_tables", {}).get(chosen, []):
            measured = cell["figures"] or {}
            whole, against = measured.get("whole", {}), measured.get("references", {}).get(result["reference"], {})
            rows.append(
                {"Data set": name, chosen.capitalize(): cell["value"], "Texts": cell["documents"]}
                | {"Name a place": measured.get("located_share", {}).get("value")}
                | {each: whole.get(each) for each in CONTINENTS}
                | {"Divergence": against.get("js"), "by chance": against.get("js_by_chance"), "": cell["reason"]}
            )
    number = st.column_config.NumberColumn(format="%.3f")
    picked = choose_row(
        pd.DataFrame(rows),
        key=f"regions_table_{chosen}",
        columns=dict.fromkeys(("Name a place", *CONTINENTS), PERCENT) | {"Divergence": number, "by chance": number},
        alt=f"Continents by {chosen}",
    )
    st.caption(
        "Shares of the located texts of each cell, all of them; not held equal in number between cells. Divergence "
        f"from {name_reference(result['reference'])} beside its value by chance, which grows as cells get smaller. "
        f"Exploratory.{say_overlap(page, chosen)} Choose a row for its texts."
    )
    if picked is not None:
        row = rows[picked]
        value = str(row[chosen.capitalize()])
        wanted = filter_of_scope(chosen, value)
        draw_matching_texts(page, datasets, str(row["Data set"]), wanted, what=f"texts with {chosen} “{value}”")


def draw_region_definitions(result: Mapping[str, Any]) -> None:
    """What each region figure means, its source, and the parameters of what is shown."""
    parameters = result["parameters"]
    with st.expander("Definitions, sources and parameters"):
        for each in DEFINITIONS:
            source = f" :gray[{escape_markdown(each.source)}]" if each.source else ""
            st.markdown(f"**{escape_markdown(each.title)}**: {escape_markdown(each.text)}{source}")
        counted = ", ".join(f"{name} {figures['documents']:,}" for name, figures in result["datasets"].items())
        texts = parameters["texts"]
        st.caption(
            escape_markdown(
                f"Texts that count: {counted} ({texts['text']} text, without {' and '.join(texts['excluded_flags'])}, "
                f"review {texts['review']}). {parameters['repeats']} draws, seed {parameters['seed']}."
            )
        )


def _reach(estimate: Mapping[str, Any] | None, end: str) -> float | None:
    if estimate is None or estimate[end] is None:
        return None
    return 100 * abs(estimate[end] - estimate["value"])
