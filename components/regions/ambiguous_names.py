"""Names that may or may not be places: what the finder made of each, and a person's ruling, which is remembered."""

from __future__ import annotations

import streamlit as st

from attrprompt.analysis.regions.ambiguity import AmbiguousName, AmbiguousNames
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.tables import CONTINENTS
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.text import escape

EXAMPLES = 1
SHOWN = 12
RULED = "regions_ruled"


def draw_ambiguous_names(page: ProjectPage, found: AmbiguousNames) -> None:
    """One card a name; a ruling holds for the whole project."""
    if not found.names:
        st.caption("No name in these texts is ambiguous.")
        return
    st.caption(
        "What the region finder could not be sure of, the most frequent first. A ruling holds for every text of the "
        "project and for everybody who works on it; the figures are made anew."
    )
    first, rest = found.names[:SHOWN], found.names[SHOWN:]
    for name in first:
        _draw_name(page, name)
    if rest:
        with st.expander(f"{len(rest)} more names"):
            for name in rest:
                _draw_name(page, name)
    if found.more:
        st.caption(f"{found.more:,} rarer names are not shown.")


def _draw_name(page: ProjectPage, name: AmbiguousName) -> None:
    surface = name.surface
    with st.container(border=True):
        what, ruling = st.columns([3, 1], vertical_alignment="center")
        taken = ", ".join(f"{meaning} {count}" for meaning, count in name.taken_for.items())
        taken = f"taken for {taken}" if taken else "not taken for a place"
        what.markdown(f"**{escape(surface)}** in {name.texts:,} texts :gray[{escape(taken)}]")
        for example in name.examples[:EXAMPLES]:
            what.caption(f"… {escape(' '.join(example.stretch.split()))} …")
        codes = [(meaning.country or meaning.continent, meaning) for meaning in name.candidates]
        titles = {code: f"{meaning.name} ({code})" for code, meaning in codes if code}
        options = list(dict.fromkeys(["", NO_PLACE, *titles, *filter(None, [name.ruling])]))
        ruling.selectbox(
            "In this project it is",
            options,
            index=options.index(name.ruling) if name.ruling else 0,
            format_func=lambda code: titles.get(code, code) or "as found",
            key=f"regions_ruling_{surface}",
            on_change=in_callback,
            args=(lambda: _rule(page, surface),),
        )


def _rule(page: ProjectPage, surface: str) -> str:
    chosen = st.session_state[f"regions_ruling_{surface}"]
    st.session_state[RULED] = True  # the figures above stand outside the fragment that this runs in
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
