"""Puts a report together: its words and tables as plain content for the templates, its figures as a gallery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attrprompt.analysis_jobs.findings import describe_primary
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.evaluation.figures import title_metrics
from attrprompt.evaluation.findings import DEFINITIONS, LABEL_DEFINITIONS, describe_budget, describe_comparisons
from attrprompt.records import Dataset
from attrprompt.report.contents import describe_choice, describe_regions, tabulate_figures
from attrprompt.report.figures import (
    colour_datasets,
    colour_training_sets,
    count_drawn,
    plot_calibration,
    plot_confusions,
    plot_continents,
    plot_evaluation,
    plot_map,
    plot_metric,
)
from attrprompt.report.formats import make_cards
from attrprompt.report.gallery import Gallery
from attrprompt.report.tables import tabulate_continents, tabulate_countries, tabulate_map, tabulate_metric
from attrprompt.report.world_map import draw_inline_map, make_shading, shade_countries

CALIBRATION = "calibration_error"

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class TextMap:
    """A map of the texts: UMAP where one is there already, else PCA."""

    method: str
    coordinates: Any
    texts: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Report:
    """What the templates show, and the figures among it."""

    content: Mapping[str, Any]
    gallery: Gallery


def compose_report(
    facts: Mapping[str, Any],
    datasets: Sequence[Dataset],
    answers: Answers,
    text_map: TextMap | None,
    evaluation: Mapping[str, Any] | None,
    trained_on: Sequence[Dataset],
) -> Report:
    """The whole report.

    Args:
        facts: what is read from the store and needs no figure: project, task, pairs of texts, costs, provenance.
        datasets: the data sets that are reported on, in their order.
        answers: of the analyses, by the part of the report.
        text_map: None where there are too few texts.
        evaluation: the newest one; None where there is none.
        trained_on: the data sets of the evaluation, for their colours.
    """
    gallery, colours = Gallery(), colour_datasets(datasets)
    overview = answers["overview"]
    content: dict[str, Any] = {
        **facts,
        "datasets": datasets,
        "findings": make_cards(describe_primary(Analysis.from_json(overview))),
        "warnings": overview["warnings"],
        "note": overview["note"],
        "choice": describe_choice(overview["parameters"]["texts"]),
        "parameters": {part: answers[part]["parameters"] for part in ("diversity", "similarity")},
        "sections": {},
    }
    content["sections"]["diversity"] = _compose_figures(gallery, answers, "diversity", colours)
    content["sections"]["similarity"] = _compose_figures(gallery, answers, "similarity", colours)
    content["map"] = _compose_map(gallery, text_map, colours)
    content["regions"] = _compose_regions(gallery, answers["regions"], colours)
    content["evaluation"] = None
    if evaluation is not None:
        training_colours = colour_training_sets(evaluation, colour_datasets(trained_on) | colours)
        content["evaluation"] = _compose_evaluation(gallery, evaluation, training_colours)
    return Report(content, gallery)


def _compose_figures(gallery: Gallery, answers: Answers, part: str, colours: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = tabulate_figures(answers[part], part)
    metrics = {row["metric"].key: row["metric"] for row in rows}
    return [
        {
            "metric": metric,
            "plot": gallery.add(
                metric.title, plot_metric(answers[part], key, colours), tabulate_metric(answers[part], key)
            ),
            "rows": [row for row in rows if row["metric"].key == key],
        }
        for key, metric in metrics.items()
    ]


def _compose_map(gallery: Gallery, text_map: TextMap | None, colours: Mapping[str, str]) -> dict[str, Any] | None:
    if text_map is None:
        return None
    plot = plot_map(text_map.coordinates, text_map.texts, colours)
    rows = tabulate_map(text_map.coordinates, text_map.texts)
    return {
        "method": text_map.method,
        "plot": gallery.add(f"Map of the texts ({text_map.method})", plot, rows),
        "drawn": count_drawn(len(text_map.texts)),
        "texts": len(text_map.texts),
    }


def _compose_regions(gallery: Gallery, result: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    continents = gallery.add("Continents", plot_continents(result, colours), tabulate_continents(result))
    figures = result["datasets"]
    shading = make_shading([(each["countries"], each["documents"]) for each in figures.values()])
    maps = []
    for name, each in figures.items():
        counts, documents = each["countries"], each["documents"]
        shaded = shade_countries(counts, documents, shading)
        maps.append(
            {
                "figure": gallery.add(f"Countries in {name}", shaded, tabulate_countries(name, each)),
                "dataset": name,
                "texts": documents,
                "drawn": draw_inline_map(name, counts, documents, shading),
            }
        )
    return {
        "reference": result["reference"],
        "continents": continents,
        "maps": maps,
        "legend": ["no text", *shading.describe()],
        "sets": describe_regions(result),
    }


def _compose_evaluation(gallery: Gallery, result: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    first = next(iter(result["models"].values()))
    confusions = plot_confusions(result)
    calibration = plot_calibration(result, colours)
    return {
        "result": result,
        "metrics": title_metrics(result) | ({CALIBRATION: "Calibration error"} if CALIBRATION in first else {}),
        "multi_label": bool(result.get("multi_label")),
        "definitions": LABEL_DEFINITIONS if result.get("multi_label") else DEFINITIONS,
        "findings": make_cards([*describe_budget(result), *describe_comparisons(result)]),
        "plots": [gallery.add(title, plot, rows) for title, plot, rows in plot_evaluation(result, colours)],
        "confusions": [gallery.add(title, plot, rows) for title, plot, rows in confusions],
        "calibration": gallery.add(*calibration) if calibration is not None else None,
    }
