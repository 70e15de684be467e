"""Views of an evaluation: scores, curves, classes, confusions with the texts behind each, calibration, leakage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.evaluation.figures import (
    AGAINST,
    NOTHING_MISSED,
    NOTHING_WRONG,
    is_comparable,
    plot_classes,
    plot_confusion,
    plot_curves,
    plot_reliability,
    plot_scores,
    plot_seeds,
    title_metrics,
)
from attrprompt.evaluation.findings import DEFINITIONS, LABEL_DEFINITIONS
from attrprompt.records import Dataset
from attrprompt.store import SampleFilter
from components.kit.charts import current_palette, style
from components.kit.frame import ProjectPage
from components.kit.samples import draw_text
from components.kit.text import escape_markdown

TEXTS_SHOWN = 10


def draw_scores(
    result: Mapping[str, Any], colours: Mapping[str, str], baseline: Mapping[str, Any] | None = None
) -> None:
    """Scores at full size with intervals, or seed by seed; the same numbers, at equal size too, as a table."""
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        metric = _pick_metric(result, "macro_f1", key="evaluate_metric")
        if baseline is not None and not is_comparable(result, baseline):
            st.caption(
                "The zero-shot baseline below was not asked about texts of every class, so it is not drawn here."
            )
        if result["parameters"]["classifier"] == "probe":
            figure = plot_scores(result, colours, metric, baseline)
        else:
            figure = plot_seeds(result, colours, metric)
        _draw(figure, "scores", "Score of each training set with its 95 % interval", 110 + 60 * len(colours))
    with table:
        st.dataframe(tabulate_scores(result), hide_index=True, key="evaluate_scores_table", alt="Scores with intervals")


def tabulate_scores(result: Mapping[str, Any]) -> pd.DataFrame:
    """One row a training set and size, or a training set and seed."""
    rows = []
    titles = title_metrics(result)
    for name, model in result["models"].items():
        if "seeds" in model:
            for each in model["seeds"]:
                row: dict[str, Any] = {"Trained on": name, "Seed": each["seed"] + 1, "Epoch kept": each["epoch"]}
                rows.append(row | {title: each[metric] for metric, title in titles.items()})
            continue
        for size, scores in (("all texts", model), ("equal n per class", model["equal"])):
            row = {"Trained on": name, "Size": size}
            row["Texts"] = model["training_texts"]["n"] if size == "all texts" else scores["macro_f1"]["n"]
            for metric, title in titles.items():
                score = scores[metric]
                row |= {title: score["value"], f"{title} from": score["low"], f"{title} to": score["high"]}
            rows.append(row)
    return pd.DataFrame(rows).round(4)


def draw_curves(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """Score against texts (data efficiency), and against tokens and money (budget efficiency)."""
    if "curves" not in result:
        is_probe = result["parameters"]["classifier"] == "probe"
        st.caption("Turn on curves under Options." if is_probe else "Curves are measured with the probe.")
        return
    left, right = st.columns(2)
    against = (
        left.segmented_control(
            "Against",
            list(AGAINST),
            default="n",
            format_func={"n": "Training texts", "tokens": "Tokens", "money": "Money"}.__getitem__,
            key="evaluate_against",
        )
        or "n"
    )
    with right:
        metric = _pick_metric(result, result["headline"], key="evaluate_curve_metric")
    known = [name for name, points in result["curves"].items() if points[-1].get(against)]
    if not known:
        unknown = "No tokens are known of these training sets: only runs of this project have them."
        last = [points[-1] for points in result["curves"].values()]
        if against == "money" and any(each["money"] == 0 for each in last):
            unknown = "What wrote these texts costs nothing, so there is no curve against money."
        elif against == "money" and any(each["tokens"] for each in last):
            unknown = "The price of the models is not known. Enter it in Settings; nothing is trained again."
        st.caption(unknown)
        return
    figure = plot_curves(result, colours, metric, against=against)
    _draw(figure, f"curve_{against}", f"Score against {AGAINST[against].lower()}, with bands", 420)
    left_out = [name for name in result["curves"] if name not in known]
    words = "Bands: 95 % intervals. "
    if against != "n":
        words += "What elicitation, filter and failed requests took is counted in. "
    if left_out:
        words += f"Without known cost, or free, so not drawn: {escape_markdown(', '.join(left_out))}."
    st.caption(words)


def draw_classes(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """F1 of each class with the number of its training texts: what a minority class gains."""
    height = 120 + 26 * len(result["classes"]) * len(colours)
    _draw(plot_classes(result, colours), "classes", "F1 of each class with intervals", min(900, height))
    if result.get("multi_label"):
        st.caption("A text counts for each of its labels.")
    tested = {name: dict(zip(model["confusion"]["rows"], model["confusion"]["totals"], strict=True))
              for name, model in result["models"].items()}  # fmt: skip
    rows = [
        {
            "Class": label,
            "Trained on": name,
            "F1": round(model["per_class_f1"][label]["value"], 4),
            "95 % from": model["per_class_f1"][label]["low"],
            "to": model["per_class_f1"][label]["high"],
            "Training texts": model["training_texts"]["per_class"][label],
            "Test texts": tested[name][label],
        }
        for label in result["classes"]
        for name, model in result["models"].items()
    ]
    st.dataframe(pd.DataFrame(rows).round(4), hide_index=True, key="evaluate_classes_table", alt="F1 by class")


def draw_confusion(page: ProjectPage, result: Mapping[str, Any], test: Dataset) -> None:
    """The confusion matrix of one training set; a click on a cell, or its line in the list, opens its test texts."""
    name = st.selectbox("Trained on", list(result["models"]), key="evaluate_confusion_of")
    model = result["models"][name]
    figure = plot_confusion(model, result["classes"], current_palette().scale)
    cells = sorted(model["confusion"]["cells"], key=lambda each: (each["label"] == each["predicted"], -each["n"]))
    filled = [each for each in cells if each["n"]]
    chart, list_key = f"evaluate_confusion_{name}", f"evaluate_cell_{name}"

    def open_cell() -> None:
        points = st.session_state[chart].selection.points
        if points:
            wanted = list(points[0]["customdata"])
            places = [[each["label"], each["predicted"]] for each in filled]
            st.session_state[list_key] = places.index(wanted)

    st.plotly_chart(
        style(figure, current_palette(), height=160 + 44 * len(model["confusion"]["rows"])),
        key=chart,
        on_select=open_cell,
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Confusion matrix; the list below holds the same counts",
    )
    if result["parameters"]["classifier"] == "finetune":
        st.caption("Of the first seed.")
    if result.get("multi_label"):
        st.caption("A row is a label that was missed, a column one that was given wrongly; the diagonal is right.")
    place = st.selectbox(
        "Texts behind a cell; click on one above, or choose it here",
        range(len(filled)),
        format_func=lambda number: _name_cell(filled[number]),
        key=list_key,
    )
    cell = filled[place or 0]
    wanted = SampleFilter(items=tuple(cell["items"][:TEXTS_SHOWN]))
    for sample in page.runtime.store.datasets.read_page(test.id, wanted, limit=TEXTS_SHOWN):
        draw_text(sample)
    if cell["n"] > TEXTS_SHOWN:
        st.caption(f"The first {TEXTS_SHOWN} of {cell['n']:,}.")


def draw_reliability(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """How far probabilities can be trusted."""
    figure = plot_reliability(result, colours, current_palette().muted)
    _draw(figure, "reliability", "What came true against the probability that was given", 420)
    for name, model in result["models"].items():
        error = model["calibration_error"]
        between = "" if error["low"] is None else f", 95 % {error['low']:.3f} to {error['high']:.3f}"
        st.caption(f"{escape_markdown(name)}: calibration error {error['value']:.3f}{between}")


def draw_leakage(result: Mapping[str, Any]) -> None:
    """What was looked for before anything was trained."""
    counts = [
        f"{escape_markdown(name)}: {each['exact']} exact, {each['near']} near"
        for name, each in result["leakage"].items()
    ]
    test = result["test"]
    st.caption(
        f"Tested on {test['n']:,} texts. Repeats of test texts among training texts: {'; '.join(counts)}. Left out of "
        f"the test: {test['used_in_prompts_left_out']} that stood in prompts, {test['other_labels_left_out']} of other "
        "labels."
    )
    pairs = [pair for each in result["leakage"].values() for pair in each["pairs"]]
    if pairs:
        with st.expander("The repeats"):
            st.dataframe(pd.DataFrame(pairs), hide_index=True, key="evaluate_leakage", alt="Repeated test texts")


def draw_evaluation_definitions(*, multi_label: bool) -> None:
    """What each figure means, closed at the foot."""
    with st.expander("Definitions and sources"):
        for each in LABEL_DEFINITIONS if multi_label else DEFINITIONS:
            st.markdown(f"**{each.title}**: {escape_markdown(each.text)} :gray[{escape_markdown(each.source)}]")


def _pick_metric(result: Mapping[str, Any], default: str, *, key: str) -> str:
    """One of the result's metrics: side by side where they are few, in a list where they are many."""
    titles = title_metrics(result)
    if len(titles) > 3:
        return st.selectbox("Score", list(titles), list(titles).index(default), format_func=titles.__getitem__, key=key)
    return (
        st.segmented_control("Score", list(titles), default=default, format_func=titles.__getitem__, key=key) or default
    )


def _draw(figure: Any, name: str, alternative: str, height: int) -> None:
    st.plotly_chart(
        style(figure, current_palette(), height=height),
        key=f"evaluate_{name}",
        config={"displayModeBar": False},
        alt=alternative,
    )


def _name_cell(cell: Mapping[str, Any]) -> str:
    label, predicted = cell["label"] or NOTHING_MISSED, cell["predicted"] or NOTHING_WRONG
    how = "rightly" if cell["label"] == cell["predicted"] else f"taken for {predicted}"
    return f"{label} {how}: {cell['n']:,} text{'' if cell['n'] == 1 else 's'}"
