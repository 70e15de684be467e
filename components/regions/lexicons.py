"""Word lists: how many texts use gender terms, or the words of a list of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from attrprompt.analysis.regions.bars import describe_shares
from attrprompt.analysis.regions.lexicons import CountedLexicon, LexiconCell, Lexicons, LexiconScopes
from attrprompt.plots.interactive import make_figure
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.row_choice import choose_row
from components.kit.samples import draw_matching_texts
from components.kit.text import escape, title_column

SCOPES = {"all": "All texts", "labels": "By label", "regions": "By region"}


def draw_lexicons(page: ProjectPage, datasets: Sequence[Dataset], found: Lexicons, colours: Mapping[str, str]) -> None:
    """Shares of the texts by group of words; a chosen word shows its texts."""
    which, by = st.columns(2)
    names = list(found.counted)
    chosen = (
        which.segmented_control(
            "Word list", names, default="gender", format_func=escape, key="regions_lexicon", wrap=True
        )
        or "gender"
    )
    chosen = chosen if chosen in names else "gender"
    scope = by.segmented_control(
        "Counted", list(SCOPES), default="all", format_func=SCOPES.__getitem__, key="regions_lexicon_scope", wrap=True
    )
    lexicon = found.counted[chosen]
    if scope in (None, "all"):
        st.plotly_chart(
            _plot_groups(lexicon, colours),
            key=f"regions_lexicon_chart_{chosen}",
            config={"displayModeBar": False},
            alt=f"Share of texts that use each group of the list {chosen}",
        )
    _draw_table(lexicon, scope or "all", key=f"regions_lexicon_table_{chosen}_{scope}")
    st.caption(
        "A list sees words, not meanings: a text counts for a group where it uses one of its words, once however often "
        "it does. Intervals: Wilson, 95 %. Exploratory."
    )
    _draw_terms(page, datasets, lexicon, chosen)


def _plot_groups(lexicon: CountedLexicon, colours: Mapping[str, str]) -> go.Figure:
    palette = current_palette()
    shares = {name: scopes.all.any for name, scopes in lexicon.datasets.items()}
    plot = describe_shares(lexicon.groups, shares, colours, of="all texts", interval_colour=palette.text)
    return style(make_figure(plot), palette)


def _draw_table(lexicon: CountedLexicon, scope: str, *, key: str) -> None:
    rows = []
    for name, scopes in lexicon.datasets.items():
        for value, cell in _list_cells(scopes, scope).items():
            row: dict[str, Any] = {"Data set": name}
            if scope != "all":
                row[SCOPES[scope].removeprefix("By ").capitalize()] = value
            rows.append(row | _describe_cell(cell, lexicon.groups))
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key=key,
        column_config=dict.fromkeys([*_title_groups(lexicon.groups).values(), "No group"], percent),
        alt="Share of texts that use each group of words",
    )


def _list_cells(scopes: LexiconScopes, scope: str) -> Mapping[str, LexiconCell]:
    if scope == "all":
        return {"": LexiconCell(scopes.all.documents, scopes.all)}
    return scopes.labels if scope == "labels" else scopes.regions


def _title_groups(groups: Sequence[str]) -> dict[str, str]:
    """The heads of the columns of groups, as the word list calls them."""
    return {group: title_column(group, ("Data set", "Label", "Region", "Texts", "No group", "")) for group in groups}


def _describe_cell(cell: LexiconCell, groups: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"Texts": cell.documents}
    for group, title in _title_groups(groups).items():
        share = None if cell.figures is None else cell.figures.any[group]
        row[title] = None if share is None else share.value
        row[f"{group}, 95 %"] = "" if share is None else f"{share.low:.1%} to {share.high:.1%}"
    row["No group"] = None if cell.figures is None else cell.figures.none / cell.documents
    return row | {"": cell.reason}


def _draw_terms(page: ProjectPage, datasets: Sequence[Dataset], lexicon: CountedLexicon, chosen: str) -> None:
    rows = [
        (name, group, word, texts)
        for name, scopes in lexicon.datasets.items()
        for group, words in scopes.all.terms.items()
        for word, texts in words.items()
    ]
    if not rows:
        st.caption("No text uses a word of this list.")
        return
    st.markdown("##### The words")
    picked = choose_row(
        pd.DataFrame(rows, columns=["Data set", "Group", "Word", "Texts"]),
        height=280,
        key=f"regions_lexicon_terms_{chosen}",
        alt="Words of the list by number of texts",
    )
    if picked is not None:
        name, _, word, _ = rows[picked]
        draw_matching_texts(page, datasets, name, SampleFilter(text=word), what=f"texts that hold “{word}”")
        st.caption("Found as a part of words too, so that there may be more texts here than in the table.")
