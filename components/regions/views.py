"""Views of regions: continents, references, tables by label and attribute value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.regions.bars import describe_shares
from attrprompt.analysis.regions.definitions import DEFINITIONS
from attrprompt.analysis.regions.profile import RegionCell, RegionProfile
from attrprompt.analysis.regions.references import read_reference_csv
from attrprompt.analysis.regions.tables import CONTINENTS
from attrprompt.analysis.statistics.verdicts import format_p
from attrprompt.analysis_jobs.findings import REFERENCES_GIVEN, name_reference
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.errors import InputError
from attrprompt.plots.interactive import make_figure
from attrprompt.project import DimensionKind
from attrprompt.records import Dataset, DatasetKind
from components.kit.charts import current_palette, style
from components.kit.figures import title_scope
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts, draw_texts_behind, filter_of_scope, say_overlap
from components.kit.text import Markdown, escape
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
    if any(dimension.kind is DimensionKind.PLACE for dimension in page.project.document.dimensions.values()):
        options["requested"] = "The places that prompts asked for"
    options |= {dataset.name: f"Gold: {dataset.name}" for dataset in datasets if dataset.kind is DatasetKind.GOLD}
    tables = list_own_tables(page, REFERENCES)
    options |= {name: f"Table: {name}" for name in tables}
    choice, own = st.columns([5, 1], vertical_alignment="bottom")
    chosen = choice.segmented_control(
        "Compare with",
        list(options),
        default="uniform",
        format_func=lambda option: escape(options[option]),
        key="regions_reference",
        wrap=True,
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


def draw_located(profiles: Mapping[str, RegionProfile]) -> None:
    """How many texts name a place at all; everything else speaks of those only."""
    for column, (name, profile) in zip(st.columns(max(2, len(profiles))), profiles.items(), strict=False):
        share = profile.figures.located_share
        column.metric(
            f"{escape(name)}: texts that name a place",
            f"{share.value:.0%}",
            f"95 % {share.low:.0%} to {share.high:.0%}, n = {profile.figures.documents:,}",
            delta_color="off",
            delta_arrow="off",
        )


def draw_continents(
    page: ProjectPage,
    datasets: Sequence[Dataset],
    profiles: Mapping[str, RegionProfile],
    colours: Mapping[str, str],
) -> None:
    """Shares of the located texts by continent with intervals; the same as a table; a click shows the texts."""
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        event = st.plotly_chart(
            _plot_continents(profiles, colours),
            key="regions_continents",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Share of located texts by continent",
        )
        drawn = next((share.m for own in profiles.values() for share in own.figures.continents.values()), None)
        st.caption(
            "A text that names k continents gives 1 ÷ k to each. "
            + (f"Estimated at {drawn:,} texts a set; intervals 95 %. " if drawn else "")
            + "Click a bar for its texts."
        )
    with table:
        rows = pd.DataFrame(
            [
                _describe_continent(name, profile, continent)
                for name, profile in profiles.items()
                for continent in CONTINENTS
            ]
        )
        st.dataframe(
            rows,
            hide_index=True,
            key="regions_continents_table",
            column_config=dict.fromkeys(list(rows.columns)[2:], PERCENT),
            alt="Continents by data set",
        )
    for point in event.selection.points[:1]:
        name, continent = point["customdata"][:2]
        figures, texts = profiles[name].figures, profiles[name].texts
        total = round(figures.any[continent].value * figures.documents)
        items = texts.continents.get(continent, ()) if texts is not None else ()
        draw_texts_behind(page, datasets, name, items, what=f"texts that name {continent}", total=total)


def _plot_continents(profiles: Mapping[str, RegionProfile], colours: Mapping[str, str]) -> go.Figure:
    palette = current_palette()
    shares = {name: profile.figures.continents for name, profile in profiles.items()}
    plot = describe_shares(CONTINENTS, shares, colours, of="located texts", interval_colour=palette.text)
    return style(make_figure(plot), palette)


def _describe_continent(name: str, profile: RegionProfile, continent: str) -> dict[str, Any]:
    share, named = profile.figures.continents.get(continent), profile.figures.any.get(continent)
    return {
        "Data set": name,
        "Continent": continent,
        "Share of located texts": share and share.value,
        "95 % from": share and share.low,
        "to": share and share.high,
        "Share of all texts that name it": named and named.value,
    }


def draw_references(profiles: Mapping[str, RegionProfile], reference: str) -> None:
    """Each set against each reference: divergence beside its value by chance, largest gap, missing countries.

    Args:
        reference: the chosen one.
    """
    rows = [
        {
            "Data set": name,
            "Reference": name_reference(other),
            "Divergence": held.js,
            "By chance": held.js_by_chance,
            "p": None if held.p is None else format_p(held.p),
            "Largest gap": held.parity_gap,
            "Effective regions": held.effective_regions,
        }
        for name, profile in profiles.items()
        for other, held in profile.figures.references.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="regions_references",
        column_config={
            "Divergence": st.column_config.NumberColumn(format="%.3f"),
            "By chance": st.column_config.NumberColumn(format="%.3f"),
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
    for name, profile in profiles.items():
        chosen = profile.figures.references.get(reference)
        missing = chosen.missing_countries if chosen is not None else None
        if not missing:
            continue
        shown = ", ".join(country.name for country in missing[:MISSING_SHOWN])
        more = f" and {len(missing) - MISSING_SHOWN} more" if len(missing) > MISSING_SHOWN else ""
        st.markdown(
            f"**Missing in {escape(name)} beyond chance**, against "
            f"{escape(name_reference(reference))}: {escape(shown + more)}."
        )


def draw_region_tables(
    page: ProjectPage, datasets: Sequence[Dataset], profiles: Mapping[str, RegionProfile], reference: str
) -> None:
    """Continent shares by label or attribute value; cells with too few texts say so; a row opens its texts.

    Args:
        reference: the chosen one, from which each cell diverges.
    """
    dimensions = sorted({name for profile in profiles.values() for name in profile.tables or {}})
    if not dimensions:
        st.caption("No table could be made.")
        return
    first = "label" if "label" in dimensions else dimensions[0]
    chosen = st.segmented_control("By", dimensions, default=first, format_func=escape, key="regions_by") or first
    cells = [(name, cell) for name, profile in profiles.items() for cell in (profile.tables or {}).get(chosen, ())]
    number = st.column_config.NumberColumn(format="%.3f")
    picked = choose_row(
        pd.DataFrame([_describe_cell(name, cell, chosen, reference) for name, cell in cells]),
        key=f"regions_table_{chosen}",
        columns=dict.fromkeys(("Name a place", *CONTINENTS), PERCENT) | {"Divergence": number, "by chance": number},
        alt=f"Continents by {chosen}",
    )
    st.caption(
        "Shares of the located texts of each cell, all of them; not held equal in number between cells. Divergence "
        f"from {escape(name_reference(reference))} beside its value by chance, which grows as cells get smaller. "
        f"Exploratory.{say_overlap(page, chosen)} Choose a row for its texts."
    )
    if picked is not None:
        name, cell = cells[picked]
        wanted = filter_of_scope(chosen, cell.value)
        draw_matching_texts(page, datasets, name, wanted, what=f"texts with {chosen} “{cell.value}”")


def _describe_cell(name: str, cell: RegionCell, dimension: str, reference: str) -> dict[str, Any]:
    figures = cell.figures
    held = None if figures is None else figures.references.get(reference)
    told = {
        "Texts": cell.documents,
        "Name a place": figures and figures.located_share.value,
        **{continent: figures and figures.whole.get(continent) for continent in CONTINENTS},
        "Divergence": held and held.js,
        "by chance": held and held.js_by_chance,
        "": cell.reason,
    }
    return {"Data set": name, title_scope(dimension, ("Data set", *told)): cell.value, **told}


def draw_region_definitions(profiles: Mapping[str, RegionProfile], request: AnalysisRequest) -> None:
    """What each region figure means, its source, and how those that are shown were asked for."""
    with st.expander("Definitions, sources and parameters"):
        for definition in DEFINITIONS:
            source = Markdown(f" :gray[{escape(definition.source)}]" if definition.source else "")
            st.markdown(f"**{escape(definition.title)}**: {escape(definition.text)}{source}")
        counted = ", ".join(f"{name} {profile.figures.documents:,}" for name, profile in profiles.items())
        st.caption(
            escape(
                f"Texts that count: {counted} ({request.choice.describe()}). "
                f"{request.repeats} draws, seed {request.seed}."
            )
        )
