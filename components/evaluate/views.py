"""Views of an evaluation: scores, curves, classes, confusions with the texts behind each, calibration, leakage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.evaluation.budget import Amount, CurvePoint
from attrprompt.evaluation.confusion import Cell
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.findings import DEFINITIONS, LABEL_DEFINITIONS
from attrprompt.evaluation.plots import (
    AGAINST,
    NOTHING_MISSED,
    NOTHING_WRONG,
    Scored,
    describe_classes,
    describe_confusion,
    describe_curves,
    describe_reliability,
    describe_scores,
    describe_seeds,
    is_comparable,
    title_metrics,
)
from attrprompt.evaluation.result import Evaluation
from attrprompt.plots.interactive import make_figure
from attrprompt.plots.plot import Plot
from attrprompt.questionnaires.zero_shot_scores import ZeroShotScores
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.notices import in_callback
from components.kit.samples import draw_text
from components.kit.text import Markdown, escape

TEXTS_SHOWN = 10


def draw_scores(evaluation: Evaluation, colours: Mapping[str, str], baseline: ZeroShotScores | None = None) -> None:
    """Scores at full size with intervals, or seed by seed; the same numbers, at equal size too, as a table."""
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        metric = _pick_metric(evaluation, "macro_f1", key="evaluate_metric")
        if baseline is not None and not is_comparable(evaluation, baseline):
            st.caption(
                "The zero-shot baseline below was not asked about texts of every class, so it is not drawn here."
            )
        if evaluation.is_fine_tuned:
            plot = describe_seeds(evaluation, colours, metric)
        else:
            plot = describe_scores(evaluation, colours, metric, baseline)
        _draw(plot, "scores", "Score of each training set with its 95 % interval", 110 + 60 * len(colours))
    with table:
        st.dataframe(
            tabulate_scores(evaluation), hide_index=True, key="evaluate_scores_table", alt="Scores with intervals"
        )


def tabulate_scores(evaluation: Evaluation) -> pd.DataFrame:
    """One row a training set and size, or a training set and seed."""
    titles = title_metrics(evaluation)
    rows: list[dict[str, Any]] = []
    for name, model in evaluation.models.items():
        for seed in model.seeds:
            row = {"Trained on": name, "Seed": seed.seed + 1, "Epoch kept": seed.epoch}
            rows.append(row | {title: seed.scores[metric] for metric, title in titles.items()})
        if not model.seeds:
            rows += [_make_row(name, scope, scores, titles) for scope, scores in model.by_scope.items()]
    return pd.DataFrame(rows).round(4)


def _make_row(name: str, scope: str, scores: Scores, titles: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"Trained on": name, "Size": scope, "Texts": scores["macro_f1"].n}
    for metric, title in titles.items():
        score = scores[metric]
        row |= {title: score.value, f"{title} from": score.low, f"{title} to": score.high}
    return row


def draw_curves(evaluation: Evaluation, colours: Mapping[str, str]) -> None:
    """Score against texts (data efficiency), and against tokens and money (budget efficiency)."""
    curves = evaluation.curves
    if curves is None:
        fine_tuned = evaluation.is_fine_tuned
        st.caption("Curves are measured with the probe." if fine_tuned else "Turn on curves under Options.")
        return
    left, right = st.columns(2)
    against: Amount = (
        left.segmented_control(
            "Against",
            list(AGAINST),
            default="n",
            format_func=lambda amount: escape(AGAINST[amount]),
            key="evaluate_against",
            wrap=True,
        )
        or "n"
    )
    with right:
        metric = _pick_metric(evaluation, evaluation.headline, key="evaluate_curve_metric")
    known = [name for name, points in curves.items() if points[-1].find_amount(against)]
    if not known:
        st.caption(_explain_unknown([points[-1] for points in curves.values()], against))
        return
    plot = describe_curves(evaluation, colours, metric, against=against)
    _draw(plot, f"curve_{against}", f"Score against {AGAINST[against].lower()}, with bands", 420)
    left_out = [name for name in curves if name not in known]
    words = "Bands: 95 % intervals. "
    if against != "n":
        words += "What elicitation, filter and failed requests took is counted in. "
    if left_out:
        words += f"Without known cost, or free, so not drawn: {', '.join(left_out)}."
    st.caption(escape(words))


def _explain_unknown(last: Sequence[CurvePoint], against: Amount) -> Markdown:
    """Why nothing is drawn against this amount."""
    if against == "money" and any(point.find_amount("money") == 0 for point in last):
        return Markdown("What wrote these texts costs nothing, so there is no curve against money.")
    if against == "money" and any(point.tokens for point in last):
        return Markdown("The price of the models is not known. Enter it in Settings; nothing is trained again.")
    return Markdown("No tokens are known of these training sets: only runs of this project have them.")


def draw_classes(evaluation: Evaluation, colours: Mapping[str, str]) -> None:
    """F1 of each class with the number of its training texts: what a minority class gains."""
    height = 120 + 26 * len(evaluation.classes) * len(colours)
    _draw(describe_classes(evaluation, colours), "classes", "F1 of each class with intervals", min(900, height))
    if evaluation.multi_label:
        st.caption("A text counts for each of its labels.")
    tested = {name: model.confusion.texts_by_label for name, model in evaluation.models.items()}
    rows = [
        {
            "Class": label,
            "Trained on": name,
            "F1": round(model.per_class_f1[label].value, 4),
            "95 % from": model.per_class_f1[label].low,
            "to": model.per_class_f1[label].high,
            "Training texts": model.training_texts.per_class[label],
            "Test texts": tested[name][label],
        }
        for label in evaluation.classes
        for name, model in evaluation.models.items()
    ]
    st.dataframe(pd.DataFrame(rows).round(4), hide_index=True, key="evaluate_classes_table", alt="F1 by class")


def draw_confusion(page: ProjectPage, evaluation: Evaluation, test: Dataset) -> None:
    """The confusion matrix of one training set; a click on a cell, or its line in the list, opens its test texts."""
    name = st.selectbox("Trained on", list(evaluation.models), key="evaluate_confusion_of")
    confusion = evaluation.models[name].confusion
    figure = make_figure(describe_confusion(confusion, evaluation.classes, current_palette().scale))
    cells = sorted(confusion.cells, key=lambda cell: (cell.is_right, -cell.n))
    filled = [cell for cell in cells if cell.n]
    chart, list_key = f"evaluate_confusion_{name}", f"evaluate_cell_{name}"

    def open_cell() -> None:
        points = st.session_state[chart].selection.points
        if points:
            label, predicted = points[0]["customdata"]
            found = [(cell.label, cell.predicted) for cell in filled].index((label, predicted))
            st.session_state[list_key] = found

    st.plotly_chart(
        style(figure, current_palette(), height=160 + 44 * len(confusion.rows)),
        key=chart,
        on_select=lambda: in_callback(open_cell),
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Confusion matrix; the list below holds the same counts",
    )
    if evaluation.is_fine_tuned:
        st.caption("Of the first seed.")
    if evaluation.multi_label:
        st.caption("A row is a label that was missed, a column one that was given wrongly; the diagonal is right.")
    chosen = st.selectbox(
        "Texts behind a cell; click on one above, or choose it here",
        range(len(filled)),
        format_func=lambda number: _name_cell(filled[number]),
        key=list_key,
    )
    cell = filled[chosen or 0]
    wanted = SampleFilter(items=cell.items[:TEXTS_SHOWN])
    for sample in page.runtime.store.datasets.read_page(test.id, wanted, limit=TEXTS_SHOWN):
        draw_text(sample)
    if cell.n > TEXTS_SHOWN:
        st.caption(f"The first {TEXTS_SHOWN} of {cell.n:,}.")


def draw_reliability(evaluation: Evaluation, colours: Mapping[str, str]) -> None:
    """How far probabilities can be trusted."""
    plot = describe_reliability(evaluation, colours, current_palette().muted)
    _draw(plot, "reliability", "What came true against the probability that was given", 420)
    for name, model in evaluation.models.items():
        error = model.calibration_error
        between = "" if error.low is None else f", 95 % {error.low:.3f} to {error.high:.3f}"
        st.caption(escape(f"{name}: calibration error {error.value:.3f}{between}"))


def draw_leakage(evaluation: Evaluation) -> None:
    """What was looked for before anything was trained."""
    counts = [escape(f"{name}: {found.exact} exact, {found.near} near") for name, found in evaluation.leakage.items()]
    test = evaluation.test
    st.caption(
        f"Tested on {test.n:,} texts. Repeats of test texts among training texts: {'; '.join(counts)}. Left out of "
        f"the test: {test.used_in_prompts_left_out} that stood in prompts, {test.other_labels_left_out} of other "
        "labels."
    )
    pairs = [pair for found in evaluation.leakage.values() for pair in found.pairs]
    if pairs:
        with st.expander("The repeats"):
            st.dataframe(pd.DataFrame(pairs), hide_index=True, key="evaluate_leakage", alt="Repeated test texts")


def draw_evaluation_definitions(*, multi_label: bool) -> None:
    """What each figure means, closed at the foot."""
    with st.expander("Definitions and sources"):
        for definition in LABEL_DEFINITIONS if multi_label else DEFINITIONS:
            text, source = escape(definition.text), escape(definition.source)
            st.markdown(f"**{escape(definition.title)}**: {text} :gray[{source}]")


def _pick_metric(scored: Scored, default: str, *, key: str) -> str:
    """One of the metrics: side by side where they are few, in a list where they are many."""
    titles = title_metrics(scored)
    if len(titles) > 3:
        return st.selectbox("Score", list(titles), list(titles).index(default), format_func=titles.__getitem__, key=key)
    chosen = st.segmented_control(
        "Score", list(titles), default=default, format_func=lambda metric: escape(titles[metric]), key=key
    )
    return chosen or default


def _draw(plot: Plot, name: str, alternative: str, height: int) -> None:
    st.plotly_chart(
        style(make_figure(plot), current_palette(), height=height),
        key=f"evaluate_{name}",
        config={"displayModeBar": False},
        alt=alternative,
    )


def _name_cell(cell: Cell) -> str:
    label, predicted = cell.label or NOTHING_MISSED, cell.predicted or NOTHING_WRONG
    how = "rightly" if cell.is_right else f"taken for {predicted}"
    return f"{label} {how}: {cell.n:,} text{'' if cell.n == 1 else 's'}"
