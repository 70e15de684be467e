"""Presentation: a page without its controls and in larger type, for a room. A way of showing, not access control."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from attrprompt.records import Dataset, default_comparison
from components.kit.notices import in_callback

PRESENT, SHOWN = "present", "shown"
_LARGE = """<style>
:root { font-size: 21px; }
@media (max-width: 640px) { :root { font-size: 18px; } }
[data-testid="stToolbar"] { visibility: hidden; }
[data-testid="stApp"] [data-testid="stMainBlockContainer"] { max-width: 80rem; margin: 0 auto; padding-top: 2rem; }
</style><span hidden></span>"""
# The span keeps the style within the page: Streamlit puts an element of nothing but style into a container beside it.


def is_presenting() -> bool:
    """Whether the address asks for it; then the type is enlarged."""
    presenting = st.query_params.get(PRESENT) == "1"
    if presenting:
        st.html(_LARGE)
    return presenting


def draw_present(project_id: str, datasets: Sequence[Dataset]) -> None:
    """The way in, with the data sets that are chosen now: a tab of its own, for the screen that the room sees."""
    names = [dataset.name for dataset in datasets]
    st.link_button(
        "Present",
        f"?{urlencode({'project': project_id, PRESENT: 1, SHOWN: names}, doseq=True)}",
        icon=":material/slideshow:",
        help="Opens a tab without controls and in larger type. Its address can be opened on another screen.",
        width="stretch",
    )


def shown_datasets(datasets: Sequence[Dataset]) -> list[Dataset]:
    """The data sets that the address names, else the usual comparison."""
    wanted = st.query_params.get_all(SHOWN)
    return [dataset for dataset in datasets if dataset.name in wanted] or default_comparison(datasets)


def draw_leave() -> None:
    """The way out, and what this is not."""
    words, out = st.columns([3, 1], vertical_alignment="center")
    words.caption(
        "Presentation: the controls are hidden, not locked. Who has this address can open the whole app; to share the "
        "figures alone, hand on the file of the Report page."
    )
    out.button(
        "Show the controls",
        key="present_end",
        icon=":material/close:",
        on_click=in_callback,
        args=(_end,),
        width="stretch",
    )


def _end() -> None:
    for name in (PRESENT, SHOWN):
        st.query_params.pop(name, None)
