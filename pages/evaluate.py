"""The Evaluate page: what a small model learns from each training set, tested on real texts."""

from __future__ import annotations

import streamlit as st

from attrprompt.errors import AttrPromptError
from attrprompt.evaluation.costs import add_money
from attrprompt.evaluation.findings import describe_budget, describe_comparisons
from attrprompt.records import DatasetKind
from components.evaluate.ablations import draw_ablations
from components.evaluate.choice import build_evaluation, choose_evaluation, colour_training_sets, name_start
from components.evaluate.minority import draw_minority
from components.evaluate.other_methods import draw_plugins
from components.evaluate.views import (
    draw_classes,
    draw_confusion,
    draw_curves,
    draw_evaluation_definitions,
    draw_leakage,
    draw_reliability,
    draw_scores,
)
from components.evaluate.zero_shot import draw_zero_shot
from components.kit.charts import current_palette
from components.kit.dataset_import.form import draw_dataset_import
from components.kit.findings import draw_findings
from components.kit.frame import open_project_page
from components.kit.notices import show_empty, show_error
from components.kit.text import escape
from components.kit.work import find_or_compute

SHOWN_FIRST = 3

page = open_project_page(
    "Evaluate", "Does a model trained on the texts gain? A small classifier, tested on real texts."
)
datasets = [dataset for dataset in page.runtime.store.datasets.list_all(page.project.id) if dataset.rows]
gold = [dataset for dataset in datasets if dataset.kind is DatasetKind.GOLD]
if not gold or len(datasets) < 2:
    show_empty(
        "Nothing to train on yet" if gold else "No real texts to test on yet",
        "A classifier is trained on each data set and tested on gold: real, labelled texts, imported as real ones. "
        "A second gold set, apart from the test, shows what real texts would teach.",
        link=("pages/generate.py", "Generate texts") if len(datasets) == len(gold) else None,
        project_id=page.project.id,
    )
    draw_dataset_import(page)
    st.stop()

# --- What is trained and tested ---
choice = choose_evaluation(datasets)
if choice is None:
    st.stop()
try:
    request = build_evaluation(page, choice)
except AttrPromptError as error:
    show_error(error)
    st.stop()
colours = colour_training_sets(datasets, choice, current_palette())
evaluation = find_or_compute(
    page.runtime,
    request,
    doing="Training and testing",
    key="evaluate_job",
    ask_first=name_start(choice, request),
    again="Go on from the last whole epoch" if choice.classifier == "finetune" else "",
)

# --- The answer first, then what lies behind it ---
if evaluation is not None:
    endpoints = page.runtime.store.runs.find_endpoints(page.project.id)
    evaluation = add_money(evaluation, page.runtime.prices_for(page.project.id), endpoints)
    for warning in evaluation.warnings:
        st.warning(escape(warning))
    findings = [*describe_budget(evaluation), *describe_comparisons(evaluation)]
    draw_findings(findings[:SHOWN_FIRST])
    if len(findings) > SHOWN_FIRST:
        with st.expander(f"{len(findings) - SHOWN_FIRST} more pairs"):
            draw_findings(findings[SHOWN_FIRST:])
    scores = st.container()
    curves, classes, confusion, reliability = st.tabs(["Curves", "By class", "Confusion", "Calibration"])
    with curves:
        draw_curves(evaluation, colours)
    with classes:
        draw_classes(evaluation, colours)
        draw_minority(evaluation, colours)
    with confusion:
        draw_confusion(page, evaluation, choice.test)
    with reliability:
        draw_reliability(evaluation, colours)
    draw_leakage(evaluation)

# --- What no training at all gives ---
baseline = draw_zero_shot(page, choice.test)
if evaluation is not None:
    with scores:
        draw_scores(evaluation, colours, baseline)

# --- What single changes bring ---
draw_ablations(page, choice.test)
draw_plugins(page, datasets, choice.test)
draw_evaluation_definitions(multi_label=page.project.document.task.multi_label)
