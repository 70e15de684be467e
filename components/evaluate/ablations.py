"""Ablations on the Evaluate page: choose what to change, plan it, and read all variants in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from attrprompt.analysis.statistics.verdicts import format_p
from attrprompt.errors import InputError
from attrprompt.evaluation.request import MOST_TRAINING_SETS, make_evaluation
from attrprompt.evaluation.result import EQUAL_N, Evaluation
from attrprompt.evaluation.steps.ablations import Ablation, find_variants, is_variant, list_ablations, plan_ablation
from attrprompt.evaluation.steps.variants import METRIC, VariantRow, VariantsRequest, tabulate_variants
from attrprompt.generation.sending import list_runs
from attrprompt.project import Method
from attrprompt.records import Dataset, Run
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback, show_error
from components.kit.runs import STATE_WORDS
from components.kit.text import escape
from components.kit.work import find_or_compute

VERDICT_WORDS = {"different": "different", "no difference shown": "not distinguishable at this n"}


def draw_ablations(page: ProjectPage, test: Dataset) -> None:
    """What each attribute brings: variants of a run that differ in one thing."""
    runs = list_runs(page.runtime, page.project.id)
    bases = [run for run in runs if run.method == Method.ATTRPROMPT and not is_variant(run) and run.counters.completed]
    with st.expander("Ablations: what each attribute brings", icon=":material/science:"):
        if not bases:
            st.caption("An ablation holds a run made with AttrPrompt against one that differs in one thing. None yet.")
            return
        by_name = {run.name: run for run in bases}
        chosen = st.selectbox("Base run", list(by_name), key="ablation_base")
        base = by_name[chosen]
        try:
            ablations = list_ablations(page.runtime.store, base)
        except InputError as error:
            show_error(error)
            return
        variants = find_variants(base, runs)
        _draw_planning(page, base, [ablation for ablation in ablations if ablation.key not in variants])
        if variants:
            named = {str(run.options["ablation"]["title"]): run for run in variants.values()}
            draw_variant_table(page, base, named, test, key="ablation")


def draw_variant_table(page: ProjectPage, base: Run, variants: Mapping[str, Run], test: Dataset, *, key: str) -> None:
    """The base run and its variants, by title; compared when asked for.

    Args:
        test: the gold set that tests them.
    """
    written = {title: run for title, run in variants.items() if run.counters.completed}
    evaluation = _compare(page, base, list(written.values()), test, key) if written else None
    rows = tabulate_variants(evaluation, base, variants)
    frame = _make_frame(rows, variants)
    if evaluation is None:
        frame = frame[["Variant", "Run", "Texts"]]
    st.dataframe(
        frame,
        hide_index=True,
        key=f"{key}_table",
        column_config={
            "Difference": st.column_config.NumberColumn(
                format="%+.3f", help="Macro F1 of the variant minus that of the base run, at equal n per class."
            ),
            "Macro F1": st.column_config.NumberColumn(format="%.3f"),
        },
        alt="Variants of the base run with their scores and differences",
    )
    if evaluation is not None:
        score = evaluation.models[base.name].by_scope[EQUAL_N][METRIC]
        tested = sum(row.p is not None for row in rows)
        st.caption(
            f"Base run {escape(base.name)}: macro F1 {score.value:.3f} at the same n, tested on "
            f"{evaluation.test.n:,} texts of {escape(evaluation.test.dataset)}. Below 0 the base run is "
            f"better. p: Holm over {tested} row{'' if tested == 1 else 's'}. {escape(evaluation.note)}"
        )
        for warning in evaluation.warnings:
            st.caption(escape(warning))
    waiting = [run for run in variants.values() if run.counters.completed < run.counters.planned]
    if waiting:
        st.page_link(
            "pages/generate.py",
            label=f"Send {len(waiting)} of them on the Generate page",
            icon=":material/play_circle:",
            query_params={"project": page.project.id},
        )


def _draw_planning(page: ProjectPage, base: Run, ablations: Sequence[Ablation]) -> None:
    if not ablations:
        st.caption("Every variant of this run is planned.")
        return
    titles = {ablation.key: ablation.title for ablation in ablations}
    chosen = st.pills(
        "Plan a variant",
        list(titles),
        selection_mode="multi",
        format_func=lambda key: escape(titles[key]),
        key=f"ablation_variants_{base.id}",
        help="Each is planned from the base run's own document, seed, model and parameters; one thing differs.",
    )
    wanted = [ablation for ablation in ablations if ablation.key in chosen]
    prompts = len(wanted) * base.counters.planned
    plan, words = st.columns([1, 2], vertical_alignment="center")
    plan.button(
        f"Plan {prompts:,} prompts" if wanted else "Plan",
        key="ablation_plan",
        icon=":material/add:",
        disabled=not wanted,
        width="stretch",
        on_click=in_callback,
        args=(lambda: _plan(page, base, wanted),),
    )
    tokens = base.counters.prompt_tokens + base.counters.completion_tokens
    about = round(tokens * prompts / max(1, base.counters.completed))
    if wanted:
        words.caption(f"About {about:,} tokens when they are sent, by what the base run took. Planning sends nothing.")
    else:
        words.caption("Choose what shall differ from the base run. Planning sends nothing.")


def _plan(page: ProjectPage, base: Run, wanted: Sequence[Ablation]) -> str:
    for ablation in wanted:
        plan_ablation(page.runtime.store, page.project, base, ablation)
    return f"{len(wanted)} variant{'' if len(wanted) == 1 else 's'} planned. Send them on the Generate page."


def _compare(page: ProjectPage, base: Run, runs: Sequence[Run], test: Dataset, key: str) -> Evaluation | None:
    newest = sorted(runs, key=lambda run: -run.id)[: MOST_TRAINING_SETS - 1]
    try:
        training = [[base.dataset], *([run.dataset] for run in newest)]
        request = make_evaluation(page.runtime.store, page.project, training, test).ask(VariantsRequest)
    except InputError as error:
        show_error(error)
        return None
    return find_or_compute(
        page.runtime,
        request,
        doing="Training and testing",
        key=f"{key}_job",
        ask_first=f"Compare with {len(newest)} variant{'' if len(newest) == 1 else 's'}",
    )


def _make_frame(rows: Sequence[VariantRow], variants: Mapping[str, Run]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Variant": row.title,
                "Run": STATE_WORDS[variants[row.title].state],
                "Texts": row.texts,
                "Macro F1": None if row.score is None else row.score.value,
                "Difference": row.difference,
                "95 %": "" if row.low is None else f"{row.low:+.3f} to {row.high:+.3f}",
                "p": "" if row.q is None else format_p(row.q),
                "Verdict": VERDICT_WORDS.get(row.verdict or "", row.verdict or "not compared yet"),
            }
            for row in rows
        ]
    )
