"""Figures of an evaluation: data in, figure out; the page and the report give them their look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

TITLES = {"accuracy": "Accuracy", "macro_f1": "Macro F1"}
_DASHES = ("solid", "dash", "dot", "dashdot")
_BAND_OPACITY = 0.15


def plot_scores(result: Mapping[str, Any], colours: Mapping[str, str], metric: str = "macro_f1") -> go.Figure:
    """Each training set's score at full size with its interval."""
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
    figure.update_xaxes(title=TITLES[metric])
    figure.update_yaxes(range=[-0.4, len(result["models"]) - 0.4])
    return figure


def plot_curves(result: Mapping[str, Any], colours: Mapping[str, str], metric: str, *, against: str) -> go.Figure:
    """Score against training texts (`n`) or `tokens`, with bands; sets whose tokens are unknown are left out."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for number, (name, points) in enumerate(result["curves"].items()):
        known = [each for each in points if each[against] is not None]
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
        unit = "texts" if against == "n" else "tokens"
        figure.add_trace(
            go.Scatter(
                x=[each[against] for each in known],
                y=[each[metric]["value"] for each in known],
                mode="lines+markers",
                name=escape(name),
                line={"color": colours[name], "width": 2, "dash": _DASHES[number % len(_DASHES)]},
                hovertemplate=f"%{{x:,}} {unit}: %{{y:.3f}}<extra>{escape(name)}</extra>",
            )
        )
    ticks = [digit * 10**power for power in range(8) for digit in (1, 2, 5)]
    title = "Training texts" if against == "n" else "Tokens, prompts and answers"
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[f"{each:,}" for each in ticks], title=title)
    figure.update_yaxes(title=TITLES[metric])
    return figure


def plot_confusion(model: Mapping[str, Any], classes: Sequence[str], scale: Sequence[str]) -> go.Figure:
    """Rows: the gold label; columns: what the classifier said; shade: share of the row."""
    import plotly.graph_objects as go

    counts = model["confusion"]["counts"]
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    names = [escape(each) for each in classes]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=names,
            y=names,
            customdata=counts,
            text=counts if len(classes) <= 12 else None,
            texttemplate="%{text}" if len(classes) <= 12 else None,
            zmin=0,
            zmax=1,
            colorscale=list(scale),
            colorbar={"title": "Share", "tickformat": ".0%"},
            hovertemplate="%{y} taken for %{x}: %{customdata} texts, %{z:.0%} of its class<extra></extra>",
        )
    )
    figure.update_xaxes(title="Classifier")
    figure.update_yaxes(title="Gold label", autorange="reversed")
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
    for name, model in result["models"].items():
        bins = model["reliability"]
        figure.add_trace(
            go.Scatter(
                x=[each["confidence"] for each in bins],
                y=[each["accuracy"] for each in bins],
                mode="lines+markers",
                name=escape(name),
                line={"color": colours[name]},
                marker={"size": [5 + 15 * (each["n"] / result["test"]["n"]) ** 0.5 for each in bins]},
                customdata=[each["n"] for each in bins],
                hovertemplate=f"sure by %{{x:.2f}}, right in %{{y:.2f}}, %{{customdata}} texts<extra>{escape(name)}"
                "</extra>",
            )
        )
    figure.update_xaxes(title="Mean confidence", range=[0, 1])
    figure.update_yaxes(title="Accuracy", range=[0, 1])
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
    figure.update_layout(scattermode="group")
    return figure


def escape(text: str) -> str:
    """Plotly reads a little HTML in names and hover texts; user text must not be read as such."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
