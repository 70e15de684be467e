"""The choice of examples for the prompts of a run."""

from __future__ import annotations

import streamlit as st

from attrprompt.generation.fewshot import MOST_PER_CLASS, FewShots, choose_few_shots
from attrprompt.records import DatasetKind
from components.kit.frame import ProjectPage

NONE = "no examples"


def draw_few_shot_form(page: ProjectPage, *, seed: int, key: str) -> FewShots | None:
    """Texts that are put before each prompt: gold, or what was accepted in Review; None for none.

    Raises:
        InputError: a class has no text that may be an example.
    """
    store = page.runtime.store
    by_name = {each.name: each for each in store.datasets.list_all(page.project.id) if each.rows}
    source, number = st.columns([2, 1])
    chosen = source.selectbox(
        "Examples in the prompts from",
        [NONE, *by_name],
        key=f"{key}_source",
        help="Gold texts, or texts accepted in Review, stand before each prompt of their class as earlier answers.",
    )
    per_class = number.number_input(
        "Examples per class", 1, MOST_PER_CLASS, 2, key=f"{key}_number", disabled=chosen == NONE
    )
    if chosen not in by_name:
        return None
    dataset = by_name[chosen]
    few_shots = choose_few_shots(store, page.project, dataset, int(per_class), seed=seed)
    if dataset.kind is DatasetKind.GOLD:
        st.caption(
            f"{len(few_shots.texts()):,} gold texts enter the prompts. Once launched, they are left out of every gold "
            "reference and test set."
        )
    return few_shots
