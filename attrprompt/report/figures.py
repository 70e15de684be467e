"""The report's plots as plain data; the script in the page draws them in the colours of the reader's mode."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.evaluation.figures import (
    MOST_WRITTEN_CLASSES,
    escape,
    plot_confusion,
    plot_curves,
    plot_reliability,
    plot_scores,
    plot_seeds,
    title_metrics,
)
from attrprompt.records import Dataset, DatasetKind
from attrprompt.report.contents import CONTINENTS
from attrprompt.report.tables import (
    Row,
    tabulate_confusion,
    tabulate_curves,
    tabulate_reliability,
    tabulate_scores,
)

COLOURS = {
    DatasetKind.SIMPROMPT: ("#C2570C", "#F4A261"),
    DatasetKind.ATTRPROMPT: ("#2166AC", "#6CB4EE"),
    DatasetKind.GOLD: ("#1B7F5C", "#5BC8A0"),
}
FURTHER = (("#7B3FA0", "#C39BE0"), ("#8A6D00", "#D9B84A"), ("#B0306A", "#EE8BB5"))
SCALE = ("#EEF1FB", "#A6B1EC", "#3B4CCA")
DARK_SCALE = ("#1D2333", "#3B4890", "#8C9BFF")
MUTED = ("#5B6470", "#9AA5B1")
MOST_POINTS = 3000
HOVER_LENGTH = 200
MOST_HEIGHT = 900  # pixels of a confusion matrix

Titled = tuple[str, dict[str, Any], list[Row]]
AGAINST = {"n": "training texts", "tokens": "tokens", "money": "money"}


def list_dark_colours() -> dict[str, str]:
    """For each colour of the light mode that of the dark one, as hex and as the numbers of a band."""
    pairs = [*COLOURS.values(), *FURTHER, *zip(SCALE, DARK_SCALE, strict=True), MUTED]
    return dict(pairs) | {_numbers(light): _numbers(dark) for light, dark in pairs}


def colour_datasets(datasets: Sequence[Dataset]) -> dict[str, str]:
    """The first data set of each kind keeps the kind's colour; light mode."""
    by_kind = dict(COLOURS)
    colours: dict[str, str] = {}
    for each in datasets:
        pair = by_kind.pop(each.kind, None)
        colours[each.name] = pair[0] if pair else FURTHER[len(colours) % len(FURTHER)][0]
    return colours


def colour_training_sets(evaluation: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, str]:
    """Colours of an evaluation's training sets: those of their data sets, further ones for mixes."""
    unknown = [name for name in evaluation["models"] if name not in colours]
    return {
        name: colours[name] if name in colours else FURTHER[unknown.index(name) % len(FURTHER)][0]
        for name in evaluation["models"]
    }


def plot_metric(result: Mapping[str, Any], metric: str, colours: Mapping[str, str]) -> dict[str, Any] | None:
    """One figure of every set with its interval; None where no set has it."""
    known = [(name, figures[metric]) for name, figures in result["datasets"].items() if figures.get(metric)]
    if not known:
        return None
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [estimate["value"]],
            "y": [escape(name)],
            "marker": {"size": 11, "color": colours[name]},
            "error_x": _bar(estimate),
            "hovertemplate": f"{escape(name)}: %{{x:.4g}}<extra></extra>",
            "showlegend": False,
        }
        for name, estimate in reversed(known)
    ]
    layout = {
        "xaxis": {"title": {"text": METRICS[metric].unit}, "rangemode": "nonnegative"},
        "height": 90 + 34 * len(known),
    }
    return {"data": traces, "layout": layout}


def plot_continents(result: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    """Shares of continents among located texts, with intervals."""
    traces = []
    for name, figures in result["datasets"].items():
        estimates = [figures["continents"][continent] for continent in CONTINENTS if continent in figures["continents"]]
        bars = [_bar(each) or {"array": [0], "arrayminus": [0]} for each in estimates]
        traces.append(
            {
                "type": "bar",
                "name": escape(name),
                "x": [continent for continent in CONTINENTS if continent in figures["continents"]],
                "y": [each["value"] for each in estimates],
                "marker": {"color": colours[name]},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "color": MUTED[0],
                    "array": [each["array"][0] for each in bars],
                    "arrayminus": [each["arrayminus"][0] for each in bars],
                },
                "hovertemplate": f"%{{x}}: %{{y:.1%}}<extra>{escape(name)}</extra>",
            }
        )
    layout = {"barmode": "group", "yaxis": {"tickformat": ".0%", "title": {"text": "Share of located texts"}}}
    return {"data": traces, "layout": layout | {"height": 380}}


def plot_map(
    coordinates: Sequence[Sequence[float]],
    texts: Sequence[tuple[str, str, str]],
    colours: Mapping[str, str],
) -> dict[str, Any]:
    """Where the texts (data set, label, text) lie; every k-th of them where there are too many to draw."""
    step = _step(len(texts))
    traces = []
    for name, colour in colours.items():
        rows = [row for row in range(0, len(texts), step) if texts[row][0] == name]
        hover = [f"<b>{escape(texts[row][1])}</b><br>{_wrap(texts[row][2])}" for row in rows]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": escape(name),
                "x": [round(float(coordinates[row][0]), 3) for row in rows],
                "y": [round(float(coordinates[row][1]), 3) for row in rows],
                "text": hover,
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {"size": 5, "color": colour, "opacity": 0.65},
            }
        )
    hidden = {"visible": False}
    return {"data": traces, "layout": {"xaxis": hidden, "yaxis": hidden, "height": 560, "hovermode": "closest"}}


def count_drawn(texts: int) -> int:
    """How many points `plot_map` draws of so many texts."""
    return len(range(0, texts, _step(texts)))


def plot_evaluation(evaluation: Mapping[str, Any], colours: Mapping[str, str]) -> list[Titled]:
    """Scores and curves of an evaluation."""
    metrics = title_metrics(evaluation)
    headline = str(evaluation.get("headline", "accuracy"))
    height = 110 + 56 * len(colours)
    rows = tabulate_scores(evaluation, [*metrics, "calibration_error"])
    shown = "micro_f1" if evaluation.get("multi_label") else "macro_f1"
    if any("seeds" in model for model in evaluation["models"].values()):
        plots = [(f"{metrics[shown]} of each seed", _plain(plot_seeds(evaluation, colours, shown), height), rows)]
    else:
        plots = [(f"{metrics[shown]} with all texts", _plain(plot_scores(evaluation, colours, shown), height), rows)]
    if "curves" in evaluation:
        rows = tabulate_curves(evaluation)
        for against, words in AGAINST.items():
            if any(points[-1].get(against) for points in evaluation["curves"].values()):
                curve = plot_curves(evaluation, colours, headline, against=against)
                plots.append((f"{metrics[headline]} against {words}", _plain(curve, 400), rows))
    return plots


def plot_confusions(evaluation: Mapping[str, Any]) -> list[Titled]:
    """The confusion matrix of each training set; where its cells hold the counts, no scale stands beside it."""
    plots = []
    for name, model in evaluation["models"].items():
        rows = len(model["confusion"]["rows"])
        plot = _plain(plot_confusion(model, evaluation["classes"], SCALE), 130 + min(36 * rows, MOST_HEIGHT))
        plot["data"][0]["showscale"] = len(evaluation["classes"]) > MOST_WRITTEN_CLASSES
        plots.append((f"Confusion, trained on {name}", plot, tabulate_confusion(model)))
    return plots


def plot_calibration(evaluation: Mapping[str, Any], colours: Mapping[str, str]) -> Titled | None:
    """Accuracy against confidence; None where it was not measured, as with fine-tuning."""
    if not all("reliability" in model for model in evaluation["models"].values()):
        return None
    plot = _plain(plot_reliability(evaluation, colours, MUTED[0]), 400)
    return "Calibration", plot, tabulate_reliability(evaluation)


def _plain(figure: Any, height: int) -> dict[str, Any]:
    import json

    content = json.loads(figure.to_json())
    content["layout"].pop("template", None)
    return {"data": content["data"], "layout": content["layout"] | {"height": height}}


def _step(texts: int) -> int:
    return max(1, -(-texts // MOST_POINTS))


def _bar(estimate: Mapping[str, Any]) -> dict[str, Any] | None:
    if estimate["low"] is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [estimate["high"] - estimate["value"]],
        "arrayminus": [estimate["value"] - estimate["low"]],
    }


def _wrap(text: str) -> str:
    line = " ".join(text.split())
    short = line if len(line) <= HOVER_LENGTH else line[: HOVER_LENGTH - 1] + "…"
    return "<br>".join(textwrap.wrap(escape(short), 70))


def _numbers(colour: str) -> str:
    return ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
