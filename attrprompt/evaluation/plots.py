"""Figures of an evaluation: data in, plot out; the page and the report give them their look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrprompt.evaluation.budget import Amount
from attrprompt.evaluation.confusion import Confusion
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.label_scores import CUTOFFS
from attrprompt.evaluation.result import Evaluation
from attrprompt.plots.plot import Axis, Dash, Guide, Mark, Matrix, Plot, Point, Series, Unit
from attrprompt.project import fold_label

TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "micro_f1": "Micro F1",
    "mrr": "Mean reciprocal rank",
    **{f"precision_at_{k}": f"Precision at {k}" for k in CUTOFFS},
    **{f"ndcg_at_{k}": f"NDCG at {k}" for k in CUTOFFS},
}
AGAINST: Mapping[Amount, str] = {"n": "Training texts", "tokens": "Tokens, prompts and answers", "money": "USD"}
NOTHING_MISSED, NOTHING_WRONG = "none missed", "none given wrongly"
_UNITS = {"n": "texts", "tokens": "tokens"}
MOST_WRITTEN_CLASSES = 12
_SETS_BESIDE = 0.7  # of a class's room that its sets take together
_PROBABILITIES = (-0.03, 1.03)  # from 0 to 1, with room for half a dot


class Scored(Protocol):
    """An evaluation, or a model that was asked for labels without training."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the scores."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Whose texts were tested on."""
        ...

    @property
    def multi_label(self) -> bool:
        """Whether a text's labels count one by one."""
        ...


class Baseline(Scored, Protocol):
    """What trained classifiers are held against: a model that was asked for labels without training."""

    @property
    def model(self) -> str:
        """Its name."""
        ...

    @property
    def scores(self) -> Scores:
        """By metric."""
        ...


def title_metrics(scored: Scored) -> dict[str, str]:
    """The metrics by name, with their titles; with several labels a text accuracy is an exact match."""
    exact = {"accuracy": "Exact match"} if scored.multi_label else {}
    return {name: (TITLES | exact)[name] for name in scored.metrics}


def is_comparable(evaluation: Evaluation, baseline: Baseline) -> bool:
    """Whether a zero-shot baseline was asked about texts of all the classes that the training sets are scored by."""
    return {fold_label(label) for label in baseline.classes} == {fold_label(label) for label in evaluation.classes}


def describe_scores(
    evaluation: Evaluation, colours: Mapping[str, str], metric: str = "macro_f1", baseline: Baseline | None = None
) -> Plot:
    """Each training set's score at full size with its interval; a model asked without training as a line with a band.

    Args:
        baseline: what `score_zero_shot` gave.
    """
    names = _name_models(evaluation)
    series = []
    for row, (name, model) in enumerate(evaluation.models.items()):
        score = model.scores[metric]
        words = f"{score.value:.3f}"
        point = Point(score.value, row, score.low, score.high, words=words, hover=(f"{names[row]}: {words}",))
        series.append(Series((point,), Mark.POINTS, colours[name], size=11))
    guide = None
    if baseline is not None and is_comparable(evaluation, baseline) and metric in baseline.scores:
        guide = _make_guide(baseline, metric)
    return Plot(Axis(title_metrics(evaluation)[metric]), Axis(names=names), tuple(series), guide=guide)


def describe_seeds(evaluation: Evaluation, colours: Mapping[str, str], metric: str = "macro_f1") -> Plot:
    """A point for each seed of each fine-tuned model, and a line at their mean."""
    names = _name_models(evaluation)
    series = []
    for row, (name, model) in enumerate(evaluation.models.items()):
        seeds = tuple(
            Point(
                seed.scores[metric],
                row,
                hover=(f"seed {seed.seed + 1}, epoch {seed.epoch} kept: {seed.scores[metric]:.3f}",),
            )
            for seed in model.seeds
        )
        mean = model.scores[metric].value
        series.append(Series(seeds, Mark.POINTS, colours[name], size=11, opacity=0.75))
        series.append(Series((Point(mean, row, words=f"mean {mean:.3f}"),), Mark.TICKS, colours[name], size=26))
    return Plot(Axis(title_metrics(evaluation)[metric]), Axis(names=names), tuple(series))


def describe_curves(evaluation: Evaluation, colours: Mapping[str, str], metric: str, *, against: Amount) -> Plot:
    """Score against training texts, tokens or money, with bands; sets whose cost is unknown or 0 stay out."""
    dashes = list(Dash)
    series = []
    for number, (name, curve) in enumerate((evaluation.curves or {}).items()):
        points = []
        for point in curve:
            amount, score = point.find_amount(against), point.scores[metric]
            if amount:
                words = f"{_write_amount(amount, against)}: {score.value:.3f}"
                points.append(Point(amount, score.value, score.low, score.high, hover=(words,)))
        if points:
            dash = dashes[number % len(dashes)]
            series.append(Series(tuple(points), Mark.CURVE, colours[name], name, dash=dash))
    axis = Axis(AGAINST[against], unit=Unit.USD if against == "money" else Unit.NUMBER, is_log=True)
    return Plot(axis, Axis(title_metrics(evaluation)[metric]), tuple(series))


def describe_confusion(confusion: Confusion, classes: Sequence[str], scale: Sequence[str]) -> Plot:
    """Rows: the gold label; columns: what the classifier said; shade: share of the row's texts.

    An unseen mark lies on each cell, because a heat map itself tells nobody that it was clicked; its key is
    (label, predicted).
    """
    counts = confusion.counts
    shares = tuple(
        tuple(count / max(1, total) for count in row) for row, total in zip(counts, confusion.totals, strict=True)
    )
    rows = tuple(label or NOTHING_MISSED for label in confusion.rows)
    columns = tuple(label or NOTHING_WRONG for label in confusion.columns)
    words = tuple(tuple(f"{count}" if count else "" for count in row) for row in counts)
    cells = tuple(
        Point(
            column,
            row,
            hover=(f"{label} taken for {other}: {counts[row][column]} texts, {shares[row][column]:.0%}",),
            key=(confusion.rows[row], confusion.columns[column]),
        )
        for row, label in enumerate(rows)
        for column, other in enumerate(columns)
        if counts[row][column]
    )
    return Plot(
        Axis("Classifier", names=columns),
        Axis("Gold label", names=rows),
        (Series(cells, Mark.UNSEEN, scale[-1], size=24),),
        Matrix(shares, words if len(classes) <= MOST_WRITTEN_CLASSES else (), tuple(scale)),
    )


def describe_reliability(evaluation: Evaluation, colours: Mapping[str, str], muted: str) -> Plot:
    """Accuracy against confidence by bin; the diagonal is perfect calibration; dots grow with the texts in the bin."""
    diagonal = Series((Point(0, 0), Point(1, 1)), Mark.LINE, muted, "perfectly calibrated", dash=Dash.DOT)
    counted = "labels of texts" if evaluation.multi_label else "texts"
    series = [diagonal]
    for name, model in evaluation.models.items():
        total = sum(found.n for found in model.reliability)
        points = tuple(
            Point(
                found.confidence,
                found.accuracy,
                size=5 + 15 * (found.n / total) ** 0.5,
                hover=(f"sure by {found.confidence:.2f}, right in {found.accuracy:.2f}, {found.n:,} {counted}",),
            )
            for found in model.reliability
        )
        series.append(Series(points, Mark.CURVE, colours[name], name))
    right = "Share of texts that have the label" if evaluation.multi_label else "Accuracy"
    return Plot(Axis("Mean probability", limits=_PROBABILITIES), Axis(right, limits=_PROBABILITIES), tuple(series))


def describe_classes(evaluation: Evaluation, colours: Mapping[str, str]) -> Plot:
    """F1 of each class with intervals; the training sets lie beside one another in each class."""
    step = _SETS_BESIDE / len(evaluation.models)
    series = []
    for number, (name, model) in enumerate(evaluation.models.items()):
        offset = (number + 0.5) * step - _SETS_BESIDE / 2
        scores = [model.per_class_f1[label] for label in evaluation.classes]
        points = tuple(
            Point(score.value, row + offset, score.low, score.high, hover=(f"{label}: {score.value:.3f}",))
            for row, (label, score) in enumerate(zip(evaluation.classes, scores, strict=True))
        )
        series.append(Series(points, Mark.POINTS, colours[name], name, size=10))
    return Plot(Axis("F1", limits=(0, 1)), Axis(names=evaluation.classes), tuple(series))


def _name_models(evaluation: Evaluation) -> tuple[str, ...]:
    return tuple(f"{name} ({model.training_texts.n:,})" for name, model in evaluation.models.items())


def _write_amount(amount: float, against: Amount) -> str:
    return f"${amount:,.4g}" if against == "money" else f"{amount:,} {_UNITS[against]}"


def _make_guide(baseline: Baseline, metric: str) -> Guide:
    score = baseline.scores[metric]
    words = f"{baseline.model}, zero-shot on {score.n:,} texts: {score.value:.3f}"
    return Guide(score.value, score.low, score.high, words)
