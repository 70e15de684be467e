"""Figures of an evaluation: data in, figure out; the page and the report give them their look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrprompt.evaluation.label_scores import CUTOFFS
from attrprompt.evaluation.scores import CLASS_METRICS
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
_UNITS = {"n": "%{x:,} texts", "tokens": "%{x:,} tokens", "money": "$%{x:,.4~f}"}
MOST_WRITTEN_CLASSES = 12
_DASHES = ("solid", "dash", "dot", "dashdot")
_BAND_OPACITY = 0.15


def title_metrics(result: Mapping[str, Any]) -> dict[str, str]:
    """The metrics of a result by name, with their titles; with several labels a text accuracy is an exact match."""
    exact = {"accuracy": "Exact match"} if result.get("multi_label") else {}
    return {name: (TITLES | exact)[name] for name in result.get("metrics", CLASS_METRICS)}


def is_comparable(result: Mapping[str, Any], baseline: Mapping[str, Any]) -> bool:
    """Whether a zero-shot baseline was asked about texts of all the classes that the training sets are scored by."""
    return {fold_label(each) for each in baseline["classes"]} == {fold_label(each) for each in result["classes"]}


def plot_scores(
    result: Mapping[str, Any],
    colours: Mapping[str, str],
    metric: str = "macro_f1",
    baseline: Mapping[str, Any] | None = None,
) -> go.Figure:
    """Each training set's score at full size with its interval; a model asked without training as a line with a band.

    Args:
        baseline: what `score_zero_shot` gave.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, model in reversed(result["models"].items()):
        score = model[metric]
        label = f"{escape(name)} ({model['training_texts']['n']:,})"
        figure.add_trace(
            go.Scatter(
                x=[score["value"]],
                y=[label],
                mode="markers+text",
                text=[f"{score['value']:.3f}"],
                textposition="top center",
                marker={"size": 11, "color": colours[name]},
                error_x=_make_bar(score),
                hovertemplate=f"{label}: %{{x:.3f}}<extra></extra>",
                showlegend=False,
            )
        )
    if baseline is not None and is_comparable(result, baseline) and metric in baseline["metrics"]:
        _draw_baseline(figure, baseline, metric)
    figure.update_xaxes(title=title_metrics(result)[metric])
    figure.update_yaxes(range=[-0.4, len(result["models"]) - 0.4])
    return figure


def plot_curves(result: Mapping[str, Any], colours: Mapping[str, str], metric: str, *, against: str) -> go.Figure:
    """Score against training texts (`n`), `tokens` or `money`, with bands; sets whose cost is unknown are left out."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for number, (name, points) in enumerate(result["curves"].items()):
        known = [each for each in points if each.get(against) is not None]
        if not known:
            continue
        banded = [each for each in known if each[metric]["low"] is not None]
        figure.add_trace(
            go.Scatter(
                x=[each[against] for each in banded] + [each[against] for each in reversed(banded)],
                y=[each[metric]["high"] for each in banded] + [each[metric]["low"] for each in reversed(banded)],
                mode="lines",
                fill="toself",
                fillcolor=_fade(colours[name]),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[each[against] for each in known],
                y=[each[metric]["value"] for each in known],
                mode="lines+markers",
                name=escape(name),
                line={"color": colours[name], "width": 2, "dash": _DASHES[number % len(_DASHES)]},
                hovertemplate=f"{_UNITS[against]}: %{{y:.3f}}<extra>{escape(name)}</extra>",
            )
        )
    ticks = [digit * 10.0**power for power in range(-6 if against == "money" else 0, 8) for digit in (1, 2, 5)]
    words = [f"${each:,g}" if against == "money" else f"{each:,.0f}" for each in ticks]
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=words, title=AGAINST[against])
    figure.update_yaxes(title=title_metrics(result)[metric])
    return figure


def plot_confusion(model: Mapping[str, Any], classes: Sequence[str], scale: Sequence[str]) -> go.Figure:
    """Rows: the gold label; columns: what the classifier said; shade: share of the row's texts.

    An unseen mark lies on each cell: a heat map itself tells nobody that it was clicked. Its `customdata` is
    (label, predicted).
    """
    import plotly.graph_objects as go

    confusion = model["confusion"]
    counts, totals = confusion["counts"], confusion["totals"]
    shares = [[count / max(1, total) for count in row] for row, total in zip(counts, totals, strict=True)]
    rows = [escape(each) or NOTHING_MISSED for each in confusion["rows"]]
    columns = [escape(each) or NOTHING_WRONG for each in confusion["columns"]]
    shown = len(classes) <= MOST_WRITTEN_CLASSES
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            text=[[count or "" for count in row] for row in counts] if shown else None,
            texttemplate="%{text}" if shown else None,
            zmin=0,
            zmax=1,
            colorscale=list(scale),
            colorbar={"title": "Share", "tickformat": ".0%"},
            hoverinfo="skip",
        )
    )
    cells = [(row, column) for row in range(len(rows)) for column in range(len(columns)) if counts[row][column]]
    figure.add_trace(
        go.Scatter(
            x=[column for _, column in cells],
            y=[row for row, _ in cells],
            mode="markers",
            marker={"size": 24, "opacity": 0, "symbol": "square"},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            customdata=[[confusion["rows"][row], confusion["columns"][column]] for row, column in cells],
            text=[
                f"{rows[row]} taken for {columns[column]}: {counts[row][column]} texts, {shares[row][column]:.0%}"
                for row, column in cells
            ],
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_layout(hoverdistance=-1, hovermode="closest", clickmode="event+select")
    figure.update_xaxes(title="Classifier", tickvals=list(range(len(columns))), ticktext=columns, zeroline=False)
    figure.update_yaxes(
        title="Gold label", tickvals=list(range(len(rows))), ticktext=rows, autorange="reversed", zeroline=False
    )
    return figure


def plot_seeds(result: Mapping[str, Any], colours: Mapping[str, str], metric: str = "macro_f1") -> go.Figure:
    """A point for each seed of each fine-tuned model, and a line at their mean."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, model in reversed(result["models"].items()):
        label = f"{escape(name)} ({model['training_texts']['n']:,})"
        values = [each[metric] for each in model["seeds"]]
        mean = model[metric]["value"]
        figure.add_trace(
            go.Scatter(
                x=values,
                y=[label] * len(values),
                mode="markers",
                marker={"size": 11, "color": colours[name], "opacity": 0.75},
                customdata=[[each["seed"] + 1, each["epoch"]] for each in model["seeds"]],
                hovertemplate="seed %{customdata[0]}, epoch %{customdata[1]} kept: %{x:.3f}<extra></extra>",
                showlegend=False,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[mean],
                y=[label],
                mode="markers+text",
                text=[f"mean {mean:.3f}"],
                textposition="top center",
                marker={"size": 26, "symbol": "line-ns", "line": {"width": 2, "color": colours[name]}},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    figure.update_xaxes(title=title_metrics(result)[metric])
    figure.update_yaxes(range=[-0.4, len(result["models"]) - 0.4])
    return figure


def plot_reliability(result: Mapping[str, Any], colours: Mapping[str, str], muted: str) -> go.Figure:
    """Accuracy against confidence by bin; the diagonal is perfect calibration; dots grow with the texts in the bin."""
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"color": muted, "dash": "dot"},
            hoverinfo="skip",
            name="perfectly calibrated",
        )
    )
    counted = "labels of texts" if result.get("multi_label") else "texts"
    for name, model in result["models"].items():
        bins = model["reliability"]
        points = sum(each["n"] for each in bins)
        figure.add_trace(
            go.Scatter(
                x=[each["confidence"] for each in bins],
                y=[each["accuracy"] for each in bins],
                mode="lines+markers",
                name=escape(name),
                line={"color": colours[name]},
                marker={"size": [5 + 15 * (each["n"] / points) ** 0.5 for each in bins]},
                customdata=[each["n"] for each in bins],
                hovertemplate=f"sure by %{{x:.2f}}, right in %{{y:.2f}}, %{{customdata:,}} {counted}"
                f"<extra>{escape(name)}</extra>",
            )
        )
    right = "Share of texts that have the label" if result.get("multi_label") else "Accuracy"
    figure.update_xaxes(title="Mean probability", range=[0, 1])
    figure.update_yaxes(title=right, range=[0, 1])
    return figure


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


def escape(text: str) -> str:
    """Plotly reads a little HTML in names and hover texts; user text must not be read as such."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _draw_baseline(figure: go.Figure, baseline: Mapping[str, Any], metric: str) -> None:
    score = baseline[metric]
    if score["low"] is not None:
        figure.add_vrect(x0=score["low"], x1=score["high"], fillcolor="rgba(128,128,128,0.15)", line_width=0)
    figure.add_vline(
        x=score["value"],
        line={"dash": "dot", "width": 2, "color": "#808080"},
        annotation={
            "text": f"{escape(baseline['model'])}, zero-shot on {score['n']:,} texts: {score['value']:.3f}",
            "font": {"size": 12},
        },
        annotation_position="bottom right",
    )


def _make_bar(score: Mapping[str, Any]) -> dict[str, Any] | None:
    if score["low"] is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [score["high"] - score["value"]],
        "arrayminus": [score["value"] - score["low"]],
    }


def _fade(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_BAND_OPACITY})"
