"""Asking a model about a sample of texts, which value fits each best: the cost, the progress and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis.adherence.values import ValueAdherence
from attrprompt.analysis_jobs.loading import hash_content
from attrprompt.errors import AttrPromptError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.tokens import ONE_WORD_LIMIT
from attrprompt.questionnaires.judge import (
    PER_VALUE,
    JudgedDimension,
    JudgeQuestionnaire,
    make_judge_questionnaire,
    score_judging,
)
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import choose_endpoint
from components.kit.frame import ProjectPage
from components.kit.notices import show_error
from components.kit.row_choice import choose_row
from components.kit.samples import draw_texts_behind
from components.kit.text import escape
from components.kit.token_limit import draw_token_limit, read_token_limit
from components.kit.work import draw_asking

PERCENT = st.column_config.NumberColumn(format="percent")


def draw_judge(page: ProjectPage, dataset: Dataset, dimensions: Sequence[str]) -> None:
    """Choose what is asked, ask, watch, and read what came.

    Args:
        dimensions: those that no rule can check.
    """
    endpoint = choose_endpoint(page.project)
    with st.expander(f"Let a model judge a sample: {escape(endpoint.model)}", icon=":material/gavel:", key="judge"):
        st.caption(
            "The model reads a text and chooses, among the value that was asked for and up to five others, the one "
            "that fits best. Beside its share stands what choosing at random gives."
            + (" The embedded model is too small to judge: this shows how it works." if endpoint.is_embedded else "")
        )
        what, many, most = st.columns([3, 1, 1])
        chosen = what.multiselect("Dimensions", list(dimensions), default=list(dimensions)[:1], key="judge_dimensions")
        number = many.number_input("Texts of each value", 1, 1_000, PER_VALUE, key="judge_texts")
        draw_token_limit(most, key="judge")
        if not chosen:
            return
        try:
            questionnaire = _make_questionnaire(page, dataset, endpoint, tuple(chosen), int(number))
        except AttrPromptError as error:
            show_error(error)
            return
        questionnaire = replace(questionnaire, limit=read_token_limit("judge", ONE_WORD_LIMIT).at(endpoint))
        answers = page.runtime.store.answers.find(
            page.project.id, (question.key for question in questionnaire.questions)
        )
        draw_asking(page, questionnaire, answers, key="judge")
        for name, judged in score_judging(questionnaire, answers).items():
            _draw_judged(page, dataset, questionnaire, name, judged)


def _make_questionnaire(
    page: ProjectPage, dataset: Dataset, endpoint: Endpoint, dimensions: tuple[str, ...], per_value: int
) -> JudgeQuestionnaire:
    content = hash_content(page.runtime.store, dataset)
    facts = (str(page.runtime.home), content, page.project.document.content_hash)
    return _cached_questionnaire(page, dataset.id, endpoint, dimensions, per_value, facts)


@st.cache_data(max_entries=8, show_spinner=False)
def _cached_questionnaire(
    _page: ProjectPage,
    dataset_id: int,
    endpoint: Endpoint,
    dimensions: tuple[str, ...],
    per_value: int,
    facts: tuple[str, ...],
) -> JudgeQuestionnaire:
    store = _page.runtime.store
    dataset = store.datasets.load(dataset_id)
    return make_judge_questionnaire(store, _page.project, dataset, endpoint, dimensions=dimensions, per_value=per_value)


def _draw_judged(
    page: ProjectPage, dataset: Dataset, questionnaire: JudgeQuestionnaire, name: str, judged: JudgedDimension
) -> None:
    st.markdown(f"##### {escape(name)}")
    if judged.agree is None or judged.chance is None:
        st.caption(f"No answer names an option ({judged.no_verdict:,} came).")
        return
    low, high = judged.agree.low or 0.0, judged.agree.high or 1.0
    like_chance = low <= judged.chance <= high
    st.markdown(
        f"{escape(judged.model)} chose the value asked for in **{judged.agree.value:.0%}** of {judged.n:,} "
        f"texts (95 % {low:.0%} to {high:.0%}); at random it would be {judged.chance:.0%}."
        + (" Not distinguishable from guessing at this n: this says nothing of the texts." if like_chance else "")
    )
    if judged.no_verdict:
        st.caption(f"{judged.no_verdict:,} answers name no option and do not count.")
    picked = choose_row(
        pd.DataFrame([_make_row(value) for value in judged.values]),
        key=f"adjust_values_{name}",
        columns=dict.fromkeys(("Share", "Others"), PERCENT) | {"q": st.column_config.NumberColumn(format="%.3f")},
        alt=f"Values of {name} by the share that the judge found",
    )
    st.caption(
        "Others: how often it chose the value where it was offered and not asked for. Choose a row for its texts."
    )
    if picked is not None:
        value = judged.values[picked].value
        asked = [
            question for question in questionnaire.questions if (question.dimension, question.asked) == (name, value)
        ]
        items = [question.item for question in asked]
        draw_texts_behind(page, [dataset], dataset.name, items, what=f"texts of the sample asked for “{value}”")


def _make_row(value: ValueAdherence) -> dict[str, Any]:
    obeyed = value.obeyed
    return {
        "Value": value.value,
        "Texts": value.n,
        "Found": value.obeying,
        "Share": obeyed and obeyed.value,
        "95 %": "" if obeyed is None else f"{obeyed.low:.0%} to {obeyed.high:.0%}",
        "Others": value.elsewhere and value.elsewhere.value,
        "q": value.q,
        "": {True: "not told from the rest", False: "told from the rest", None: value.reason}[value.ignored],
    }
