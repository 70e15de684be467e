"""The report's plots, described once: the page's script draws them in the reader's mode, `plots.files` as files."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.regions.bars import describe_shares
from attrprompt.analysis.regions.figures import RegionFigures
from attrprompt.analysis.regions.tables import CONTINENTS
from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.metrics import Metric
from attrprompt.evaluation.budget import Amount
from attrprompt.evaluation.plots import (
    MOST_WRITTEN_CLASSES,
    describe_confusion,
    describe_curves,
    describe_reliability,
    describe_scores,
    describe_seeds,
    title_metrics,
)
from attrprompt.evaluation.result import Evaluation
from attrprompt.palette import DARK, LIGHT, dataset_colours
from attrprompt.plots.plot import Axis, Mark, Plot, Point, Series
from attrprompt.records import Dataset
from attrprompt.report.tables import (
    Row,
    tabulate_confusion,
    tabulate_curves,
    tabulate_reliability,
    tabulate_scores,
)

MOST_POINTS = 3000
HOVER_LENGTH = 200
MOST_HEIGHT = 900  # pixels of a confusion matrix

Titled = tuple[str, Plot, list[Row]]
AGAINST: Mapping[Amount, str] = {"n": "training texts", "tokens": "tokens", "money": "money"}


def list_dark_colours() -> dict[str, str]:
    """For each colour of the light mode that of the dark one, as hex and as the numbers of a band."""
    pairs: list[tuple[str, str]] = []
    for field in fields(LIGHT):
        light, dark = getattr(LIGHT, field.name), getattr(DARK, field.name)
        pairs += [(light, dark)] if isinstance(light, str) else zip(light, dark, strict=True)
    return dict(pairs) | {_numbers(light): _numbers(dark) for light, dark in pairs}


def colour_datasets(datasets: Sequence[Dataset]) -> dict[str, str]:
    """The colours that the sets have on every page, in the light mode."""
    return dataset_colours(datasets, LIGHT)


def colour_training_sets(evaluation: Evaluation, colours: Mapping[str, str]) -> dict[str, str]:
    """Colours of an evaluation's training sets: those of their data sets, further ones for mixes."""
    unknown = [name for name in evaluation.models if name not in colours]
    return {
        name: colours[name] if name in colours else LIGHT.further[unknown.index(name) % len(LIGHT.further)]
        for name in evaluation.models
    }


def plot_metric(metric: Metric, estimates: Mapping[str, Estimate], colours: Mapping[str, str]) -> Plot:
    """One figure, with its interval, of every set that has it."""
    series = tuple(
        Series(
            (Point(estimate.value, row, estimate.low, estimate.high, hover=(f"{name}: {estimate.value:.4g}",)),),
            Mark.POINTS,
            colours[name],
            size=11,
        )
        for row, (name, estimate) in enumerate(estimates.items())
    )
    amount = Axis(metric.unit, is_amount=True)
    return Plot(amount, Axis(names=tuple(estimates)), series, height=90 + 34 * len(estimates))


def plot_continents(regions: Mapping[str, RegionFigures], colours: Mapping[str, str]) -> Plot:
    """Shares of continents among located texts, with intervals."""
    shares = {name: figures.continents for name, figures in regions.items()}
    found = [continent for continent in CONTINENTS if any(continent in known for known in shares.values())]
    return describe_shares(found, shares, colours, of="located texts", interval_colour=LIGHT.text)


def plot_map(
    coordinates: NDArray[np.floating],
    texts: Sequence[tuple[str, str, str]],
    colours: Mapping[str, str],
) -> Plot:
    """Where the texts (data set, label, text) lie; every k-th of them where there are too many to draw."""
    series = []
    for name, colour in colours.items():
        points = tuple(
            Point(
                round(float(coordinates[row][0]), 3),
                round(float(coordinates[row][1]), 3),
                hover=(texts[row][1], *_wrap(texts[row][2])),
            )
            for row in range(0, len(texts), _step(len(texts)))
            if texts[row][0] == name
        )
        series.append(Series(points, Mark.POINTS, colour, name, size=5, opacity=0.65))
    hidden = Axis(is_shown=False)
    return Plot(hidden, hidden, tuple(series), height=560)


def count_drawn(texts: int) -> int:
    """How many points `plot_map` draws of so many texts."""
    return len(range(0, texts, _step(texts)))


def plot_evaluation(evaluation: Evaluation, colours: Mapping[str, str]) -> list[Titled]:
    """Scores and curves of an evaluation."""
    metrics, headline = title_metrics(evaluation), evaluation.headline
    rows = tabulate_scores(evaluation)
    shown = "micro_f1" if evaluation.multi_label else "macro_f1"
    if evaluation.is_fine_tuned:
        title, plot = f"{metrics[shown]} of each seed", describe_seeds(evaluation, colours, shown)
    else:
        title, plot = f"{metrics[shown]} with all texts", describe_scores(evaluation, colours, shown)
    plots = [(title, replace(plot, height=110 + 56 * len(colours)), rows)]
    if evaluation.curves is not None:
        rows = tabulate_curves(evaluation.curves)
        for against, words in AGAINST.items():
            if any(points[-1].find_amount(against) for points in evaluation.curves.values()):
                curve = describe_curves(evaluation, colours, headline, against=against)
                plots.append((f"{metrics[headline]} against {words}", replace(curve, height=400), rows))
    return plots


def plot_confusions(evaluation: Evaluation) -> list[Titled]:
    """The confusion matrix of each training set; where its cells hold the counts, no scale stands beside it."""
    plots = []
    for name, model in evaluation.models.items():
        plot = describe_confusion(model.confusion, evaluation.classes, LIGHT.scale)
        assert plot.matrix is not None
        matrix = replace(plot.matrix, has_key=len(evaluation.classes) > MOST_WRITTEN_CLASSES)
        height = 130 + min(36 * len(matrix.shares), MOST_HEIGHT)
        rows = tabulate_confusion(model.confusion)
        plots.append((f"Confusion, trained on {name}", replace(plot, matrix=matrix, height=height), rows))
    return plots


def plot_calibration(evaluation: Evaluation, colours: Mapping[str, str]) -> Titled:
    """Accuracy against confidence."""
    plot = replace(describe_reliability(evaluation, colours, LIGHT.muted), height=400)
    return "Calibration", plot, tabulate_reliability(evaluation)


def _step(texts: int) -> int:
    return max(1, -(-texts // MOST_POINTS))


def _wrap(text: str) -> list[str]:
    line = " ".join(text.split())
    return textwrap.wrap(line if len(line) <= HOVER_LENGTH else line[: HOVER_LENGTH - 1] + "…", 70)


def _numbers(colour: str) -> str:
    return ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
