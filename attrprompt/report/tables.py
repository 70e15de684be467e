"""The numbers behind each figure of a report, as rows; and rows as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.regions.figures import RegionFigures, rank_countries
from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.metrics import Metric
from attrprompt.evaluation.budget import CurvePoint
from attrprompt.evaluation.confusion import Confusion
from attrprompt.evaluation.result import Evaluation
from attrprompt.exchange.formula_guard import guard_cell

Row = dict[str, Any]


def tabulate_metric(metric: Metric, estimates: Mapping[str, Estimate]) -> list[Row]:
    """One figure of each data set with its interval and how it was made."""
    return [{"dataset": name, "metric": metric.key, **estimate.to_json()} for name, estimate in estimates.items()]


def tabulate_continents(regions: Mapping[str, RegionFigures]) -> list[Row]:
    """Share of located texts of each continent, and share of all texts that name it."""
    rows = []
    for name, figures in regions.items():
        for continent, share in figures.continents.items():
            named = figures.any.get(continent)
            row = {"dataset": name, "continent": continent, **share.to_json()}
            rows.append(row | {"share_of_all_texts_that_name_it": None if named is None else named.value})
    return rows


def tabulate_countries(name: str, figures: RegionFigures) -> list[Row]:
    """Texts of one data set that name each country."""
    return [
        {
            "dataset": name,
            "code": country.code,
            "country": country.name,
            "texts": country.texts,
            "share_of_all_texts": country.share,
        }
        for country in rank_countries(figures.countries, figures.documents)
    ]


def tabulate_map(coordinates: NDArray[np.floating], texts: Sequence[tuple[str, str, str]]) -> list[Row]:
    """Where each text lies, all of them."""
    return [
        {"dataset": name, "label": label, "x": round(float(point[0]), 4), "y": round(float(point[1]), 4), "text": text}
        for point, (name, label, text) in zip(coordinates, texts, strict=True)
    ]


def tabulate_scores(evaluation: Evaluation) -> list[Row]:
    """Scores of each training set with all its texts, and with equally many of each class where that was measured."""
    return [
        {"trained_on": name, "size": scope, "metric": metric, **score.to_json()}
        for name, model in evaluation.models.items()
        for scope, scores in model.by_scope.items()
        for metric, score in scores.items()
    ]


def tabulate_curves(curves: Mapping[str, Sequence[CurvePoint]]) -> list[Row]:
    """The score at each number of training texts."""
    rows = []
    for name, points in curves.items():
        for point in points:
            row = {"trained_on": name, "texts": point.n, "per_class": point.per_class}
            row |= {"tokens": point.tokens, "usd": point.find_amount("money")}
            for metric, score in point.scores.items():
                row |= {metric: score.value, f"{metric}_low": score.low, f"{metric}_high": score.high}
            rows.append(row)
    return rows


def tabulate_confusion(confusion: Confusion) -> list[Row]:
    """How many test texts of each class were taken for each class."""
    return [
        {"gold_label": label, "classifier": other, "texts": count}
        for label, counts in zip(confusion.rows, confusion.counts, strict=True)
        for other, count in zip(confusion.columns, counts, strict=True)
    ]


def tabulate_reliability(evaluation: Evaluation) -> list[Row]:
    """Accuracy and mean confidence of each bin of confidence."""
    return [
        {"trained_on": name, **asdict(bin_)} for name, model in evaluation.models.items() for bin_ in model.reliability
    ]


def write_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV with a header; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = (row.get(name) for name in columns)
        writer.writerow([guard_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return buffer.getvalue()
