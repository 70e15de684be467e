"""The baseline without training: the generating model is asked for the labels of the test texts itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.analysis_jobs.loading import hash_content
from attrprompt.errors import AttrPromptError
from attrprompt.evaluation.figures import plot_confusion, title_metrics
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import PriceTable
from attrprompt.questionnaires.zero_shot import ZeroShotPlan, plan_zero_shot
from attrprompt.questionnaires.zero_shot_scores import score_zero_shot
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import choose_endpoint
from attrprompt.store.answers import StoredAnswer
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.notices import show_error
from components.kit.work import draw_asking

ASKED_FIRST = 200
ANSWERS_SHOWN = 200


def draw_zero_shot(page: ProjectPage, test: Dataset) -> dict[str, Any] | None:
    """Ask, watch, stop and read the baseline; its scores so far, None without any answer."""
    endpoint = choose_endpoint(page.project)
    with st.expander(
        f"Baseline without training: {endpoint.model} itself, zero-shot", icon=":material/psychology:", key="zero_shot"
    ):
        try:
            plan = _choose_plan(page, test, endpoint)
        except AttrPromptError as error:
            show_error(error)
            return None
        answers = page.runtime.store.answers.find(page.project.id, (each.key for each in plan.questions))
        draw_asking(page, plan, answers, key="zero_shot")
        if not answers:
            return None
        prices = page.runtime.prices_for(page.project.id)
        scores = score_zero_shot(plan, answers, prices)
        _draw_scores(plan, answers, scores, prices)
        return scores


def _choose_plan(page: ProjectPage, test: Dataset, endpoint: Endpoint) -> ZeroShotPlan:
    st.caption(
        "Every test text is sent to the model with the labels of the task. Generated texts are worth their price where "
        "a small model trained on them beats this, or comes near it at a fraction of what each answer costs. An answer "
        "that is no label counts as wrong."
    )
    if endpoint.is_embedded:
        st.caption("The embedded model is tiny and a poor classifier: this shows how the baseline works, little else.")
    whole = _make_plan(page, endpoint, test.id, hash_content(page.runtime.store, test), None)
    texts = st.number_input(
        "Test texts to ask about",
        1,
        whole.available,
        min(ASKED_FIRST, whole.available),
        key=f"zero_shot_texts_{test.id}",
        help="In one fixed random order: more texts later ask again for none.",
    )
    return _make_plan(page, endpoint, test.id, hash_content(page.runtime.store, test), int(texts))


def _make_plan(page: ProjectPage, endpoint: Endpoint, test_id: int, content: str, at_most: int | None) -> ZeroShotPlan:
    return _cached_plan(
        page, endpoint, test_id, (str(page.runtime.home), content, page.project.document.content_hash, at_most)
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _cached_plan(
    _page: ProjectPage, endpoint: Endpoint, test_id: int, facts: tuple[str, str, str, int | None]
) -> ZeroShotPlan:
    store = _page.runtime.store
    return plan_zero_shot(store, _page.project, store.datasets.load(test_id), endpoint, at_most=facts[-1])


def _draw_scores(
    plan: ZeroShotPlan, answers: Mapping[str, StoredAnswer], scores: Mapping[str, Any], prices: PriceTable
) -> None:
    columns = st.columns(len(scores["metrics"]) + 1)
    for column, (metric, title) in zip(columns, title_metrics(scores).items(), strict=False):
        column.metric(title, f"{scores[metric]['value']:.3f}", _word_interval(scores[metric]), delta_color="off",
                      delta_arrow="off")  # fmt: skip
    share = scores["no_label"]
    columns[-1].metric(
        "Answers that are no label", f"{share['value']:.1%}", f"95 % {share['low']:.1%} to {share['high']:.1%}",
        delta_color="off", delta_arrow="off",
    )  # fmt: skip
    asked, answered = scores["tokens"]["prompt"], scores["tokens"]["completion"]
    cost = prices.word_cost(plan.endpoint.model, plan.endpoint.base_url, asked, answered)
    refused = f" {scores['refused_requests']:,} requests were refused." if scores["refused_requests"] else ""
    st.caption(
        f"{scores['test']['n']:,} of {scores['test']['asked']:,} texts answered, {asked + answered:,} tokens, "
        f"{cost}.{refused} The interval covers the choice of test texts."
    )
    matrix, given, prompt = st.tabs(["Confusion", "Answers", "Prompt"])
    with matrix:
        figure = plot_confusion(scores, scores["classes"], current_palette().scale)
        st.plotly_chart(
            style(figure, current_palette(), height=160 + 44 * len(scores["confusion"]["rows"])),
            key="zero_shot_confusion",
            config={"displayModeBar": False},
            alt="Confusion of the zero-shot answers; the answers themselves stand in the next tab",
        )
    with given:
        st.dataframe(
            tabulate_answers(plan, answers), hide_index=True, key="zero_shot_answers", alt="Answers as they came"
        )
    with prompt:
        st.text(scores["prompt"])


def tabulate_answers(plan: ZeroShotPlan, answers: Mapping[str, StoredAnswer]) -> pd.DataFrame:
    """The answers as they came, those that are no label first."""
    rows = []
    for each in plan.questions:
        if each.key in answers:
            answer = answers[each.key]
            read = " + ".join(plan.names[place] for place in plan.read(answer.raw))
            rows.append(
                {
                    "Text": each.item,
                    "Gold": " + ".join(plan.names[place] for place in each.labels),
                    "Read as": read or "no label",
                    "Answer": answer.raw or answer.problem,
                }
            )
    rows.sort(key=lambda row: row["Read as"] != "no label")
    return pd.DataFrame(rows[:ANSWERS_SHOWN])


def _word_interval(score: Mapping[str, Any]) -> str:
    return "no interval" if score["low"] is None else f"95 % {score['low']:.3f} to {score['high']:.3f}"
