"""Views of an evaluation: what to train on and test with, scores, curves, and the texts behind each confusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from attrprompt.evaluation.figures import (
    TITLES,
    plot_classes,
    plot_confusion,
    plot_curves,
    plot_reliability,
    plot_scores,
)
from attrprompt.evaluation.request import JOIN, EvaluationRequest, make_evaluation
from attrprompt.evaluation.words import DEFINITIONS
from attrprompt.records import Dataset, DatasetKind
from attrprompt.store import SampleFilter
from components.analysis_controls import REVIEW_WORDS
from components.charts import Palette, current_palette, dataset_colours, style
from components.frame import ProjectPage
from components.run_views import default_comparison, draw_text
from components.text import escape_markdown

TEXTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class EvaluationChoice:
    """What is trained and tested; `training` names each training set with its data sets."""

    training: Mapping[str, Sequence[Dataset]]
    test: Dataset


def choose_evaluation(datasets: Sequence[Dataset]) -> EvaluationChoice | None:
    """Training sets, mixes with gold among them, and the gold set that tests them; None where none is chosen."""
    gold = [each for each in datasets if each.kind is DatasetKind.GOLD]
    train, test = st.columns([3, 1])
    names = {each.name: each for each in gold}
    likely = next((place for place, name in enumerate(names) if "test" in name.casefold()), len(names) - 1)
    tested = test.selectbox(
        "Test on", list(names), index=likely, key="evaluate_test", format_func=lambda name: _count(names[name])
    )
    options = list_training_sets(datasets, names[tested])
    common = default_comparison([each for each in datasets if each.name != tested])
    proposed = [each.name for each in common]
    proposed += [
        name
        for name, parts in options.items()
        if len(parts) == 2 and all(each in common for each in parts) and parts[1].kind is DatasetKind.ATTRPROMPT
    ]
    chosen = train.multiselect(
        "Train on",
        list(options),
        default=proposed,
        key=f"evaluate_train_{tested}",
        format_func=lambda name: f"{name} ({sum(each.rows for each in options[name]):,})",
    )
    if not chosen:
        st.info("Choose at least one training set above.")
        return None
    return EvaluationChoice({name: options[name] for name in chosen}, names[tested])


def list_training_sets(datasets: Sequence[Dataset], test: Dataset) -> dict[str, list[Dataset]]:
    """Every data set but the test set, and each generated one joined to each gold one."""
    usable = [each for each in datasets if each.id != test.id]
    options = {each.name: [each] for each in usable}
    for gold in (each for each in usable if each.kind is DatasetKind.GOLD):
        for other in (each for each in usable if each.kind is not DatasetKind.GOLD):
            options[f"{gold.name}{JOIN}{other.name}"] = [gold, other]
    return options


def build_evaluation(page: ProjectPage, choice: EvaluationChoice) -> EvaluationRequest:
    """The request; which texts count and whether curves are drawn stands under Options."""
    with st.expander("Options: which texts count, curves"):
        review, seed, curves = st.columns(3, vertical_alignment="bottom")
        decided = review.selectbox("Review", list(REVIEW_WORDS), format_func=REVIEW_WORDS.get, key="evaluate_review")
        number = seed.number_input("Seed of the draws", 0, 10**6, 0, key="evaluate_seed")
        curve = curves.toggle("Curves over the number of texts", value=True, key="evaluate_curve")
        st.caption("Empty answers and refusals never count. Curves take about as long as the scores once more.")
    return make_evaluation(
        page.runtime.store,
        page.project,
        list(choice.training.values()),
        choice.test,
        curve=curve,
        seed=int(number),
        review=decided,
    )


def colour_training_sets(datasets: Sequence[Dataset], choice: EvaluationChoice, palette: Palette) -> dict[str, str]:
    """The data sets' own colours; mixes take the further ones."""
    single = dataset_colours([each for each in datasets if each.id != choice.test.id], palette)
    mixes = [name for name, parts in choice.training.items() if len(parts) > 1]
    return {
        name: palette.further[mixes.index(name) % len(palette.further)] if name in mixes else single[name]
        for name in choice.training
    }


def draw_scores(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """Scores at full size with intervals; the same numbers, at equal size too, as a table."""
    chart, table = st.tabs(["Chart", "Table"])
    with chart:
        metric = st.segmented_control(
            "Score", list(TITLES), default="macro_f1", format_func=TITLES.get, key="evaluate_metric"
        )
        figure = plot_scores(result, colours, metric or "macro_f1")
        _draw(figure, "scores", "Score of each training set with its 95 % interval", 110 + 60 * len(colours))
    with table:
        st.dataframe(tabulate_scores(result), hide_index=True, key="evaluate_scores_table", alt="Scores with intervals")


def tabulate_scores(result: Mapping[str, Any]) -> pd.DataFrame:
    """One row a training set and size."""
    rows = []
    for name, model in result["models"].items():
        for size, scores in (("all texts", model), ("equal n per class", model["equal"])):
            row: dict[str, Any] = {"Trained on": name, "Size": size}
            row["Texts"] = model["training_texts"]["n"] if size == "all texts" else scores["macro_f1"]["n"]
            for metric, title in TITLES.items():
                score = scores[metric]
                row |= {title: score["value"], f"{title} from": score["low"], f"{title} to": score["high"]}
            rows.append(row)
    return pd.DataFrame(rows).round(4)


def draw_curves(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """Score against texts and against tokens."""
    if "curves" not in result:
        st.caption("Turn on curves under Options.")
        return
    against = st.segmented_control(
        "Against",
        ["n", "tokens"],
        default="n",
        format_func={"n": "training texts", "tokens": "tokens"}.get,
        key="evaluate_against",
    )
    if against == "tokens" and not any(each[-1]["tokens"] for each in result["curves"].values()):
        st.caption("No tokens are known of these training sets: only runs of this project have them.")
        return
    figure = plot_curves(result, colours, "accuracy", against=against or "n")
    _draw(figure, f"curve_{against}", "Accuracy against training texts or tokens, with bands", 420)
    st.caption("Bands: 95 % intervals. Both methods pay for prompts and answers; imported texts have no known cost.")


def draw_classes(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """F1 of each class with the number of its training texts: what a minority class gains."""
    height = 120 + 26 * len(result["classes"]) * len(colours)
    _draw(plot_classes(result, colours), "classes", "F1 of each class with intervals", min(900, height))
    rows = [
        {
            "Class": label,
            "Trained on": name,
            "F1": round(model["per_class_f1"][label]["value"], 4),
            "95 % from": model["per_class_f1"][label]["low"],
            "to": model["per_class_f1"][label]["high"],
            "Training texts": model["training_texts"]["per_class"][label],
        }
        for label in result["classes"]
        for name, model in result["models"].items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="evaluate_classes_table", alt="F1 by class")


def draw_confusion(page: ProjectPage, result: Mapping[str, Any], test: Dataset) -> None:
    """The confusion matrix of one training set, and the test texts behind a cell."""
    name = st.selectbox("Trained on", list(result["models"]), key="evaluate_confusion_of")
    model = result["models"][name]
    figure = plot_confusion(model, result["classes"], current_palette().scale)
    _draw(
        figure, "confusion", "Confusion matrix; the list below holds the same counts", 140 + 44 * len(result["classes"])
    )
    cells = sorted(model["confusion"]["cells"], key=lambda each: (each["label"] == each["predicted"], -each["n"]))
    filled = [each for each in cells if each["n"]]
    place = st.selectbox(
        "Texts behind a cell",
        range(len(filled)),
        format_func=lambda number: _name_cell(filled[number]),
        key=f"evaluate_cell_{name}",
    )
    cell = filled[place or 0]
    wanted = SampleFilter(items=tuple(cell["items"][:TEXTS_SHOWN]))
    for sample in page.runtime.store.datasets.read_page(test.id, wanted, limit=TEXTS_SHOWN):
        draw_text(sample)
    if cell["n"] > TEXTS_SHOWN:
        st.caption(f"The first {TEXTS_SHOWN} of {cell['n']:,}.")


def draw_reliability(result: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """How far confidence can be trusted."""
    figure = plot_reliability(result, colours, current_palette().muted)
    _draw(figure, "reliability", "Accuracy against confidence", 420)
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


def draw_evaluation_definitions() -> None:
    """What each figure means, closed at the foot."""
    with st.expander("Definitions and sources"):
        for each in DEFINITIONS:
            st.markdown(f"**{each.title}**: {escape_markdown(each.text)} :gray[{escape_markdown(each.source)}]")


def _draw(figure: Any, name: str, alternative: str, height: int) -> None:
    st.plotly_chart(
        style(figure, current_palette(), height=height),
        key=f"evaluate_{name}",
        config={"displayModeBar": False},
        alt=alternative,
    )


def _count(dataset: Dataset) -> str:
    return f"{dataset.name} ({dataset.rows:,})"


def _name_cell(cell: Mapping[str, Any]) -> str:
    how = "rightly" if cell["label"] == cell["predicted"] else f"taken for {cell['predicted']}"
    return f"{cell['label']} {how}: {cell['n']:,} text{'' if cell['n'] == 1 else 's'}"
