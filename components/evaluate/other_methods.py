"""Steps of other methods on any run, with before and after: weights against noise, feedback for the next round."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.verdicts import DIFFERENT, describe_p
from attrprompt.errors import InputError
from attrprompt.evaluation.request import EvaluateRequest, make_evaluation
from attrprompt.evaluation.steps.feedback import HelpfulText, choose_helpful, find_rounds, plan_next_round
from attrprompt.evaluation.steps.influence import InfluenceRanking, InfluenceRequest
from attrprompt.evaluation.steps.reweigh import AFTER, BEFORE, LOW, Reweighing, ReweighRequest
from attrprompt.generation.fewshot import MOST_PER_CLASS
from attrprompt.generation.sending import list_runs, load_run
from attrprompt.records import Dataset, DatasetKind, Run
from attrprompt.store import SampleFilter
from components.evaluate.ablations import draw_variant_table
from components.kit.charts import current_palette, style
from components.kit.defects import made_on_press
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback, show_error
from components.kit.samples import draw_text
from components.kit.text import Markdown, escape
from components.kit.work import find_or_compute

TEXTS_SHOWN = 5


def draw_plugins(page: ProjectPage, datasets: Sequence[Dataset], test: Dataset) -> None:
    """Both steps, each folded; they take one label a text."""
    if page.project.document.task.multi_label:
        return
    sources = [dataset for dataset in datasets if dataset.id != test.id]
    with st.expander("Weights against label noise (as SunGen does)", icon=":material/balance:"):
        _draw_reweighing(page, sources, test)
    with st.expander("Feedback for the next round (as ProGen does)", icon=":material/recycling:"):
        _draw_feedback(page, sources, test)


def _draw_reweighing(page: ProjectPage, sources: Sequence[Dataset], test: Dataset) -> None:
    st.caption(
        "Two nested problems: a probe is trained on weighted texts, and the weights move so that its reverse "
        "cross-entropy on the other half of the same texts falls. No gold text is looked at until the test. SunGen "
        "trains a small neural network inside and takes one gradient step for it; here the inner solution and the "
        "slope along each weight are exact."
    )
    dataset = _choose(sources, "noise_dataset")
    request = _make_request(page, dataset, test)
    if request is None:
        return
    result = find_or_compute(
        page.runtime,
        request.ask(ReweighRequest),
        doing="Learning weights",
        key="noise_job",
        ask_first=f"Weigh {dataset.rows:,} texts",
    )
    if result is not None:
        _draw_before_and_after(result)
        _draw_weights(page, result, dataset)


def _draw_before_and_after(result: Reweighing) -> None:
    rows = [
        {
            "Trained with": name,
            **{
                title: f"{scores[metric].value:.3f}{_describe_ends(scores[metric])}"
                for metric, title in (("accuracy", "Accuracy (95 %)"), ("macro_f1", "Macro F1 (95 %)"))
            },
        }
        for name, scores in ((BEFORE, result.before), (AFTER, result.after))
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="noise_scores", alt="Scores before and after weighting")
    (found,) = [comparison for comparison in result.comparisons if comparison.metric == "macro_f1"]
    verdict = Markdown("different" if found.verdict == DIFFERENT else "not distinguishable at this n")
    p = "" if found.p is None else f", {describe_p(found.p)}"
    ends = escape("" if found.low is None else f" (95 % {found.low:+.3f} to {found.high:+.3f}{p})")
    loss = result.held_out_loss
    st.markdown(
        f"Weighted minus unweighted, macro F1: **{found.difference:+.3f}**{ends}, {verdict}. Loss on the held-out "
        f"halves: {loss.before:.3f} before, {loss.after:.3f} after; {result.low_share:.0%} of the texts have "
        f"a weight under {LOW}."
    )


def _draw_weights(page: ProjectPage, result: Reweighing, dataset: Dataset) -> None:
    palette = current_palette()
    weights = np.array([text.weight for text in result.weights])
    st.plotly_chart(
        style(_plot_weights(weights, palette.primary), palette, height=240, legend=False),
        key="noise_histogram",
        config={"displayModeBar": False},
        alt="Number of texts by weight; the download holds them all",
    )
    low = [text.item for text in result.weights if text.weight < LOW]
    save, reject, _ = st.columns([1, 1, 1])
    save.download_button(
        "Download the weights",
        data=made_on_press(lambda: pd.DataFrame(result.weights).to_csv(index=False).encode(), "weights.csv"),
        file_name=f"{dataset.name}_weights.csv",
        key="noise_download",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    reject.button(
        f"Reject {len(low):,} in Review",
        key="noise_reject",
        icon=":material/block:",
        disabled=not low,
        width="stretch",
        help=f"Marks the texts with a weight under {LOW} as rejected; undo it on the Review page.",
        on_click=in_callback,
        args=(lambda: _reject(page, dataset, low),),
    )
    st.markdown("###### Of least weight")
    _draw_samples(page, dataset, [text.item for text in result.weights[:TEXTS_SHOWN]])


def _plot_weights(weights: NDArray[np.float64], colour: str) -> go.Figure:
    """Texts by weight, in twenty bins."""
    counts, edges = np.histogram(weights, bins=20, range=(0, 1))
    ranges = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=0.046,
            marker_color=colour,
            customdata=ranges,
            hovertemplate="%{customdata}: %{y:,} texts<extra></extra>",
        )
    )
    figure.update_xaxes(title="Weight", range=[0, 1])
    figure.update_yaxes(title="Texts")
    return figure


def _reject(page: ProjectPage, dataset: Dataset, items: Sequence[int]) -> str:
    page.runtime.store.review.decide(dataset.id, items, {"status": "rejected"}, actor=page.actor)
    return f"{len(items):,} texts rejected. Undo it on the Review page."


def _draw_feedback(page: ProjectPage, sources: Sequence[Dataset], test: Dataset) -> None:
    st.caption(
        "A probe is trained on one half of a run; each text is scored by its influence on the reverse cross-entropy "
        "over the other half, which is the dev split. The most helpful texts of each class become the examples in the "
        "prompts of the next round. ProGen does the same with a small neural network and estimated influence."
    )
    runs = [source for source in sources if not source.imported]
    if not runs:
        st.caption("A next round needs a run of this project. None yet.")
        return
    dataset = _choose(runs, "feedback_dataset")
    request = _make_request(page, dataset, test)
    if request is None:
        return
    ranking = find_or_compute(
        page.runtime,
        request.ask(InfluenceRequest),
        doing="Measuring influence",
        key="feedback_job",
        ask_first=f"Score {dataset.rows:,} texts",
    )
    base = load_run(page.runtime, dataset.id)
    if ranking is not None:
        _draw_choice(page, ranking, base)
    rounds = find_rounds(base, list_runs(page.runtime, page.project.id))
    if rounds:
        st.markdown("###### Before and after")
        draw_variant_table(page, base, rounds, test, key="feedback_rounds")


def _draw_choice(page: ProjectPage, ranking: InfluenceRanking, base: Run) -> None:
    number, plan = st.columns([1, 2], vertical_alignment="bottom")
    per_class = int(number.number_input("Examples per class", 1, MOST_PER_CLASS, 2, key="feedback_number"))
    try:
        helpful = choose_helpful(page.runtime.store, base, ranking, per_class)
    except InputError as error:
        show_error(error)
        return
    plan.button(
        f"Plan the next round: {base.counters.planned:,} prompts with {len(helpful)} examples",
        key="feedback_plan",
        icon=":material/add:",
        width="stretch",
        on_click=in_callback,
        args=(lambda: _plan(page, base, helpful, per_class),),
    )
    st.caption(
        f"{ranking.harmful_share:.0%} of {ranking.n:,} texts would lower the loss if they were left out. "
        "Influence: the smaller, the more a text helps. Planning sends nothing."
    )
    for text in helpful[: 2 * TEXTS_SHOWN]:
        st.markdown(f":small[:gray[influence {text.influence:+.2e}]]")
        draw_text(text.sample)


def _plan(page: ProjectPage, base: Run, helpful: Sequence[HelpfulText], per_class: int) -> str:
    run = plan_next_round(page.runtime.store, page.project, base, helpful, per_class)
    return f"{run.name} is planned. Send it on the Generate page."


def _choose(datasets: Sequence[Dataset], key: str) -> Dataset:
    by_name = {dataset.name: dataset for dataset in datasets}
    indices = range(len(datasets))
    first = min(indices, key=lambda index: (datasets[index].is_variant, datasets[index].kind != DatasetKind.ATTRPROMPT))
    chosen = st.selectbox(
        "Run or data set",
        list(by_name),
        index=first,
        key=key,
        format_func=lambda name: f"{name} ({by_name[name].rows:,})",
    )
    return by_name[chosen]


def _make_request(page: ProjectPage, dataset: Dataset, test: Dataset) -> EvaluateRequest | None:
    try:
        return make_evaluation(page.runtime.store, page.project, [[dataset]], test)
    except InputError as error:
        show_error(error)
        return None


def _draw_samples(page: ProjectPage, dataset: Dataset, items: Sequence[int]) -> None:
    wanted = SampleFilter(items=tuple(items))
    found = {
        sample.item: sample for sample in page.runtime.store.datasets.read_page(dataset.id, wanted, limit=len(items))
    }
    for item in items:
        if item in found:
            draw_text(found[item])
    if not found:
        st.caption(f"The texts of {escape(dataset.name)} changed meanwhile.")


def _describe_ends(estimate: Estimate) -> str:
    return "" if estimate.low is None else f" ({estimate.low:.3f} to {estimate.high:.3f})"
