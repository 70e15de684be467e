"""The map of countries, which needs no network: shapes that lie in the package, shaded by the texts that name each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

from attrprompt.analysis.regions.figures import rank_countries
from attrprompt.analysis.regions.gazetteer import load_gazetteer
from attrprompt.analysis.regions.profile import RegionProfile
from attrprompt.analysis.regions.world import load_world
from attrprompt.palette import Palette
from attrprompt.records import Dataset
from components.kit.charts import current_palette
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_texts_behind
from components.kit.text import escape


def draw_country_map(page: ProjectPage, datasets: Sequence[Dataset], profiles: Mapping[str, RegionProfile]) -> None:
    """Countries shaded by the texts that name them; ranked beside, since small states have no shape."""
    first = next(iter(profiles))
    name = (
        st.segmented_control("Data set", list(profiles), default=first, format_func=escape, key="regions_map_set")
        or first
    )
    figures, texts = profiles[name].figures, profiles[name].texts
    left, right = st.columns([3, 1])
    left.altair_chart(_shade(figures.countries, current_palette()), key="regions_map", alt=f"Countries named in {name}")
    ranked = rank_countries(figures.countries, figures.documents)
    with right:
        picked = choose_row(
            {"Country": [country.name for country in ranked], "Texts": [country.texts for country in ranked]},
            height=420,
            key=f"regions_countries_{name}",
            alt="Countries by number of texts",
        )
    if not ranked:
        st.caption(f"No text of {escape(name)} names a country.")
    elif picked is None or texts is None:
        st.caption("Darker: more texts name the country. Choose a row for its texts; small states have no shape.")
    else:
        country = ranked[picked]
        items = texts.countries[country.code]
        draw_texts_behind(page, datasets, name, items, what=f"texts that name {country.name}", total=country.texts)


def _shade(counts: Mapping[str, int], palette: Palette) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart({"values": _list_features(counts)})
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
    return chart


def _list_features(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The shapes as GeoJSON, each with its name and the texts that name it."""
    names = load_gazetteer().country_names
    return [
        {
            "type": "Feature",
            "properties": {"name": names[shape.code], "texts": counts.get(shape.code, 0)},
            "geometry": {"type": "MultiPolygon", "coordinates": shape.polygons},
        }
        for shape in load_world()
    ]
