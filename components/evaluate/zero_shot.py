"""The baseline without training: the generating model is asked for the labels of the test texts itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis_jobs.loading import hash_content
from attrprompt.errors import AttrPromptError
from attrprompt.evaluation.plots import describe_confusion, title_metrics
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import PriceTable
from attrprompt.llm.tokens import ONE_WORD_LIMIT
from attrprompt.plots.interactive import make_figure
from attrprompt.questionnaires.questionnaire import read_answer
from attrprompt.questionnaires.zero_shot import ZeroShotQuestionnaire, make_zero_shot_questionnaire
from attrprompt.questionnaires.zero_shot_scores import NO_LABEL, ZeroShotScores, score_zero_shot
from attrprompt.records import Dataset
from attrprompt.runtime.endpoints import choose_endpoint
from attrprompt.store.answers import StoredAnswer
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.notices import show_error
from components.kit.text import Markdown, escape
from components.kit.token_limit import draw_token_limit, read_token_limit
from components.kit.work import draw_asking

ASKED_FIRST = 200
ANSWERS_SHOWN = 200


def draw_zero_shot(page: ProjectPage, test: Dataset) -> ZeroShotScores | None:
    """Ask, watch, stop and read the baseline; its scores so far, None without any answer."""
    endpoint = choose_endpoint(page.project)
    with st.expander(
        f"Baseline without training: {escape(endpoint.model)} itself, zero-shot",
        icon=":material/psychology:",
        key="zero_shot",
    ):
        try:
            questionnaire = _choose_plan(page, test, endpoint)
        except AttrPromptError as error:
            show_error(error)
            return None
        answers = page.runtime.store.answers.find(
            page.project.id, (question.key for question in questionnaire.questions)
        )
        draw_asking(page, questionnaire, answers, key="zero_shot")
        if not answers:
            return None
        prices = page.runtime.prices_for(page.project.id)
        scores = score_zero_shot(questionnaire, answers, prices)
        _draw_scores(questionnaire, answers, scores, prices)
        return scores


def _choose_plan(page: ProjectPage, test: Dataset, endpoint: Endpoint) -> ZeroShotQuestionnaire:
    st.caption(
        "Every test text is sent to the model with the labels of the task. Generated texts are worth their price where "
        "a small model trained on them beats this, or comes near it at a fraction of what each answer costs. An answer "
        "that is no label counts as wrong."
    )
    if endpoint.is_embedded:
        st.caption("The embedded model is tiny and a poor classifier: this shows how the baseline works, little else.")
    whole = _make_questionnaire(page, endpoint, test.id, hash_content(page.runtime.store, test), None)
    number, most = st.columns([3, 1])
    draw_token_limit(most, key="zero_shot")
    texts = number.number_input(
        "Test texts to ask about",
        1,
        whole.available,
        min(ASKED_FIRST, whole.available),
        key=f"zero_shot_texts_{test.id}",
        help="In one fixed random order: more texts later ask again for none.",
    )
    chosen = _make_questionnaire(page, endpoint, test.id, hash_content(page.runtime.store, test), int(texts))
    return replace(chosen, limit=read_token_limit("zero_shot", ONE_WORD_LIMIT).at(endpoint))


def _make_questionnaire(
    page: ProjectPage, endpoint: Endpoint, test_id: int, content: str, at_most: int | None
) -> ZeroShotQuestionnaire:
    return _cached_questionnaire(
        page, endpoint, test_id, (str(page.runtime.home), content, page.project.document.content_hash, at_most)
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _cached_questionnaire(
    _page: ProjectPage, endpoint: Endpoint, test_id: int, facts: tuple[str, str, str, int | None]
) -> ZeroShotQuestionnaire:
    store = _page.runtime.store
    return make_zero_shot_questionnaire(store, _page.project, store.datasets.load(test_id), endpoint, at_most=facts[-1])


def _draw_scores(
    questionnaire: ZeroShotQuestionnaire,
    answers: Mapping[str, StoredAnswer],
    scores: ZeroShotScores,
    prices: PriceTable,
) -> None:
    columns = st.columns(len(scores.metrics) + 1)
    for column, (metric, title) in zip(columns, title_metrics(scores).items(), strict=False):
        score = scores.scores[metric]
        column.metric(escape(title), f"{score.value:.3f}", _word_interval(score), delta_color="off", delta_arrow="off")
    share = scores.no_label
    columns[-1].metric(
        "Answers that are no label",
        f"{share.value:.1%}",
        f"95 % {share.low:.1%} to {share.high:.1%}",
        delta_color="off",
        delta_arrow="off",
    )
    tokens, endpoint = scores.tokens, questionnaire.endpoint
    cost = prices.word_cost(endpoint.model, endpoint.base_url, tokens.prompt, tokens.completion)
    refused = Markdown(f" {scores.refused_requests:,} requests were refused." if scores.refused_requests else "")
    st.caption(
        f"{scores.test.n:,} of {scores.test.asked:,} texts answered, {tokens.prompt + tokens.completion:,} tokens, "
        f"{escape(cost)}.{refused} The interval covers the choice of test texts."
    )
    matrix, given, prompt = st.tabs(["Confusion", "Answers", "Prompt"])
    with matrix:
        figure = make_figure(describe_confusion(scores.confusion, scores.classes, current_palette().scale))
        st.plotly_chart(
            style(figure, current_palette(), height=160 + 44 * len(scores.confusion.rows)),
            key="zero_shot_confusion",
            config={"displayModeBar": False},
            alt="Confusion of the zero-shot answers; the answers themselves stand in the next tab",
        )
    with given:
        rows = tabulate_answers(questionnaire, answers)
        st.dataframe(rows, hide_index=True, key="zero_shot_answers", alt="Answers as they came")
    with prompt:
        st.text(scores.prompt)


def tabulate_answers(questionnaire: ZeroShotQuestionnaire, answers: Mapping[str, StoredAnswer]) -> pd.DataFrame:
    """The answers as they came, those that are no label first."""
    names = questionnaire.names
    read = [
        (question, answers[question.key], questionnaire.read(answers[question.key]))
        for question in questionnaire.questions
        if question.key in answers
    ]
    read.sort(key=lambda row: bool(row[-1]))
    return pd.DataFrame(
        [
            {
                "Text": question.item,
                "Gold": " + ".join(names[label] for label in question.labels),
                "Read as": " + ".join(names[label] for label in labels) or NO_LABEL,
                "Answer": read_answer(answer) or answer.problem,
            }
            for question, answer, labels in read[:ANSWERS_SHOWN]
        ]
    )


def _word_interval(score: Estimate) -> Markdown:
    return Markdown("no interval" if score.low is None else f"95 % {score.low:.3f} to {score.high:.3f}")
