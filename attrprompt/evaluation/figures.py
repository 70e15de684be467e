"""Figures of an evaluation: data in, plot out; the page and the report give them their look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrprompt.evaluation.label_scores import CUTOFFS
from attrprompt.evaluation.scores import CLASS_METRICS
from attrprompt.plots.interactive import escape, make_figure
from attrprompt.plots.plot import Axis, Dash, Guide, Mark, Matrix, Plot, Point, Series, Unit
from attrprompt.project import fold_label

if TYPE_CHECKING:
    import plotly.graph_objects as go

TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "micro_f1": "Micro F1",
    "mrr": "Mean reciprocal rank",
    **{f"precision_at_{k}": f"Precision at {k}" for k in CUTOFFS},
    **{f"ndcg_at_{k}": f"NDCG at {k}" for k in CUTOFFS},
}
AGAINST = {"n": "Training texts", "tokens": "Tokens, prompts and answers", "money": "USD"}
NOTHING_MISSED, NOTHING_WRONG = "none missed", "none given wrongly"
_UNITS = {"n": "texts", "tokens": "tokens"}
MOST_WRITTEN_CLASSES = 12
_PROBABILITIES = (-0.03, 1.03)  # from 0 to 1, with room for half a dot


def title_metrics(result: Mapping[str, Any]) -> dict[str, str]:
    """The metrics of a result by name, with their titles; with several labels a text accuracy is an exact match."""
    exact = {"accuracy": "Exact match"} if result.get("multi_label") else {}
    return {name: (TITLES | exact)[name] for name in result.get("metrics", CLASS_METRICS)}


def is_comparable(result: Mapping[str, Any], baseline: Mapping[str, Any]) -> bool:
    """Whether a zero-shot baseline was asked about texts of all the classes that the training sets are scored by."""
    return {fold_label(each) for each in baseline["classes"]} == {fold_label(each) for each in result["classes"]}


def describe_scores(
    result: Mapping[str, Any],
    colours: Mapping[str, str],
    metric: str = "macro_f1",
    baseline: Mapping[str, Any] | None = None,
) -> Plot:
    """Each training set's score at full size with its interval; a model asked without training as a line with a band.

    Args:
        baseline: what `score_zero_shot` gave.
    """
    names = _name_models(result)
    series = []
    for row, (name, model) in enumerate(result["models"].items()):
        score = model[metric]
        words, value = f"{score['value']:.3f}", score["value"]
        point = Point(value, row, score["low"], score["high"], words=words, hover=(f"{names[row]}: {words}",))
        series.append(Series((point,), Mark.POINTS, colours[name], size=11))
    guide = None
    if baseline is not None and is_comparable(result, baseline) and metric in baseline["metrics"]:
        guide = _make_guide(baseline, metric)
    return Plot(Axis(title_metrics(result)[metric]), Axis(names=names), tuple(series), guide=guide)


def describe_seeds(result: Mapping[str, Any], colours: Mapping[str, str], metric: str = "macro_f1") -> Plot:
    """A point for each seed of each fine-tuned model, and a line at their mean."""
    names = _name_models(result)
    series = []
    for row, (name, model) in enumerate(result["models"].items()):
        seeds = tuple(
            Point(
                each[metric],
                row,
                hover=(f"seed {each['seed'] + 1}, epoch {each['epoch']} kept: {each[metric]:.3f}",),
            )
            for each in model["seeds"]
        )
        mean = model[metric]["value"]
        series.append(Series(seeds, Mark.POINTS, colours[name], size=11, opacity=0.75))
        series.append(Series((Point(mean, row, words=f"mean {mean:.3f}"),), Mark.TICKS, colours[name], size=26))
    return Plot(Axis(title_metrics(result)[metric]), Axis(names=names), tuple(series))


def describe_curves(result: Mapping[str, Any], colours: Mapping[str, str], metric: str, *, against: str) -> Plot:
    """Score against training texts (`n`), `tokens` or `money`, with bands; sets whose cost is unknown or 0 stay out."""
    dashes = list(Dash)
    series = []
    for number, (name, points) in enumerate(result["curves"].items()):
        known = tuple(
            Point(
                each[against],
                each[metric]["value"],
                each[metric]["low"],
                each[metric]["high"],
                hover=(f"{_write_amount(each[against], against)}: {each[metric]['value']:.3f}",),
            )
            for each in points
            if each.get(against)
        )
        if known:
            dash = dashes[number % len(dashes)]
            series.append(Series(known, Mark.CURVE, colours[name], name, dash=dash))
    amount = Axis(AGAINST[against], unit=Unit.USD if against == "money" else Unit.NUMBER, is_log=True)
    return Plot(amount, Axis(title_metrics(result)[metric]), tuple(series))


def describe_confusion(model: Mapping[str, Any], classes: Sequence[str], scale: Sequence[str]) -> Plot:
    """Rows: the gold label; columns: what the classifier said; shade: share of the row's texts.

    An unseen mark lies on each cell, because a heat map itself tells nobody that it was clicked; its key is
    (label, predicted).
    """
    confusion = model["confusion"]
    counts, totals = confusion["counts"], confusion["totals"]
    shares = tuple(tuple(count / max(1, total) for count in row) for row, total in zip(counts, totals, strict=True))
    rows = [each or NOTHING_MISSED for each in confusion["rows"]]
    columns = [each or NOTHING_WRONG for each in confusion["columns"]]
    words = tuple(tuple(f"{count}" if count else "" for count in row) for row in counts)
    cells = tuple(
        Point(
            column,
            row,
            hover=(f"{label} taken for {other}: {counts[row][column]} texts, {shares[row][column]:.0%}",),
            key=(confusion["rows"][row], confusion["columns"][column]),
        )
        for row, label in enumerate(rows)
        for column, other in enumerate(columns)
        if counts[row][column]
    )
    return Plot(
        Axis("Classifier", names=tuple(columns)),
        Axis("Gold label", names=tuple(rows)),
        (Series(cells, Mark.UNSEEN, scale[-1], size=24),),
        Matrix(shares, words if len(classes) <= MOST_WRITTEN_CLASSES else (), tuple(scale)),
    )


def describe_reliability(result: Mapping[str, Any], colours: Mapping[str, str], muted: str) -> Plot:
    """Accuracy against confidence by bin; the diagonal is perfect calibration; dots grow with the texts in the bin."""
    diagonal = Series((Point(0, 0), Point(1, 1)), Mark.LINE, muted, "perfectly calibrated", dash=Dash.DOT)
    counted = "labels of texts" if result.get("multi_label") else "texts"
    series = [diagonal]
    for name, model in result["models"].items():
        total = sum(each["n"] for each in model["reliability"])
        points = tuple(
            Point(
                each["confidence"],
                each["accuracy"],
                size=5 + 15 * (each["n"] / total) ** 0.5,
                hover=(f"sure by {each['confidence']:.2f}, right in {each['accuracy']:.2f}, {each['n']:,} {counted}",),
            )
            for each in model["reliability"]
        )
        series.append(Series(points, Mark.CURVE, colours[name], name))
    right = "Share of texts that have the label" if result.get("multi_label") else "Accuracy"
    return Plot(Axis("Mean probability", limits=_PROBABILITIES), Axis(right, limits=_PROBABILITIES), tuple(series))


def plot_scores(
    result: Mapping[str, Any],
    colours: Mapping[str, str],
    metric: str = "macro_f1",
    baseline: Mapping[str, Any] | None = None,
) -> go.Figure:
    """`describe_scores` for a page."""
    return make_figure(describe_scores(result, colours, metric, baseline))


def plot_seeds(result: Mapping[str, Any], colours: Mapping[str, str], metric: str = "macro_f1") -> go.Figure:
    """`describe_seeds` for a page."""
    return make_figure(describe_seeds(result, colours, metric))


def plot_curves(result: Mapping[str, Any], colours: Mapping[str, str], metric: str, *, against: str) -> go.Figure:
    """`describe_curves` for a page."""
    return make_figure(describe_curves(result, colours, metric, against=against))


def plot_confusion(model: Mapping[str, Any], classes: Sequence[str], scale: Sequence[str]) -> go.Figure:
    """`describe_confusion` for a page; the key of a cell is its `customdata`."""
    return make_figure(describe_confusion(model, classes, scale))


def plot_reliability(result: Mapping[str, Any], colours: Mapping[str, str], muted: str) -> go.Figure:
    """`describe_reliability` for a page."""
    return make_figure(describe_reliability(result, colours, muted))


def plot_classes(result: Mapping[str, Any], colours: Mapping[str, str]) -> go.Figure:
    """F1 of each class with intervals."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, model in result["models"].items():
        scores = [model["per_class_f1"][each] for each in result["classes"]]
        bars = [_make_bar(each) or {"array": [0], "arrayminus": [0]} for each in scores]
        figure.add_trace(
            go.Scatter(
                x=[each["value"] for each in scores],
                y=[escape(each) for each in result["classes"]],
                orientation="h",  # so that the sets lie beside one another in each class
                mode="markers",
                name=escape(name),
                marker={"size": 10, "color": colours[name]},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [bar["array"][0] for bar in bars],
                    "arrayminus": [bar["arrayminus"][0] for bar in bars],
                },
                hovertemplate=f"%{{y}}: %{{x:.3f}}<extra>{escape(name)}</extra>",
            )
        )
    figure.update_xaxes(title="F1", range=[0, 1])
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(scattermode="group")
    return figure


def _name_models(result: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name} ({model['training_texts']['n']:,})" for name, model in result["models"].items())


def _write_amount(amount: float, against: str) -> str:
    return f"${amount:,.4g}" if against == "money" else f"{amount:,} {_UNITS[against]}"


def _make_guide(baseline: Mapping[str, Any], metric: str) -> Guide:
    score = baseline[metric]
    words = f"{baseline['model']}, zero-shot on {score['n']:,} texts: {score['value']:.3f}"
    return Guide(score["value"], score["low"], score["high"], words)


def _make_bar(score: Mapping[str, Any]) -> dict[str, Any] | None:
    if score["low"] is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [score["high"] - score["value"]],
        "arrayminus": [score["value"] - score["low"]],
    }
