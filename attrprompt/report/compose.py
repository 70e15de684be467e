"""Puts a report together: its words and tables as plain content for the templates, its figures as a gallery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.regions.figures import RegionFigures
from attrprompt.analysis.result import Parameters
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.analysis.statistics.subsampling import FEWEST_FOR_DRAWS
from attrprompt.analysis_jobs.findings import describe_primary, name_reference
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.evaluation.findings import DEFINITIONS, LABEL_DEFINITIONS, describe_budget, describe_comparisons
from attrprompt.evaluation.plots import title_metrics
from attrprompt.evaluation.result import CALIBRATION_ERROR, Evaluation
from attrprompt.records import Dataset
from attrprompt.report.contents import (
    DIVERSITY,
    SIMILARITY,
    CountryMap,
    DescribedTask,
    EvaluationSection,
    MapSection,
    MetricSection,
    RegionSection,
    SideBySide,
    describe_regions,
    take_estimates,
    take_regions,
)
from attrprompt.report.costs import Costs
from attrprompt.report.formats import Card, make_cards
from attrprompt.report.gallery import Gallery, ReportFigure
from attrprompt.report.plots import (
    Titled,
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
from attrprompt.report.provenance import Provenance
from attrprompt.report.tables import tabulate_continents, tabulate_countries, tabulate_map, tabulate_metric
from attrprompt.report.world_map import draw_inline_map, make_shading, shade_countries
from attrprompt.store import StoredProject

NO_WORDING = (
    f"There is no figure of the wording: each needs at least {FEWEST_FOR_DRAWS} texts of a data set, and words in them."
)
NO_SIMILARITY = f"There is no figure of similarity: each needs at least {FEWEST_FOR_DRAWS} texts of a data set."
NO_PLACE_NAMED = "No text names a place, so there are no shares of continents and no maps of countries."


@dataclass(frozen=True)
class Answers:
    """The analyses that a report is made of."""

    overview: Analysis
    diversity: Analysis
    similarity: Analysis
    regions: Analysis


@dataclass(frozen=True)
class Facts:
    """What a report says without a figure.

    Attributes:
        pairs: texts of the same label side by side.
        list_date: of the prices that stand for those that nobody entered.
        rulings: names of places that people ruled on.
    """

    project: StoredProject
    task: DescribedTask
    pairs: Sequence[SideBySide]
    costs: Costs
    list_date: str
    rulings: Sequence[tuple[str, str, str]]
    provenance: Provenance


@dataclass(frozen=True)
class TextMap:
    """A map of the texts: UMAP where one is there already, else PCA."""

    method: str
    coordinates: NDArray[np.floating]
    texts: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Report:
    """What the templates show, and the figures among it.

    Attributes:
        datasets: in the order of the report.
        note: what intervals cover.
        choice: which texts count, in words.
        parameters: of the lexical figures.
        map: None where there can be none.
        evaluation: None where there is none.
        left_out: why a part is empty, by its name.
    """

    facts: Facts
    datasets: Sequence[Dataset]
    findings: Sequence[Card]
    warnings: Sequence[str]
    note: str
    choice: str
    parameters: Parameters
    diversity: Sequence[MetricSection]
    similarity: Sequence[MetricSection]
    map: MapSection | None
    regions: RegionSection
    evaluation: EvaluationSection | None
    left_out: Mapping[str, str]
    gallery: Gallery


def compose_report(
    facts: Facts,
    datasets: Sequence[Dataset],
    answers: Answers,
    text_map: TextMap | str,
    evaluation: Evaluation | None,
    trained_on: Sequence[Dataset],
) -> Report:
    """The whole report.

    Args:
        datasets: the data sets that are reported on, in their order.
        text_map: or why there is none.
        evaluation: the newest one; None where there is none.
        trained_on: the data sets of the evaluation, for their colours.
    """
    gallery, colours = Gallery(), colour_datasets(datasets)
    overview, regions = answers.overview, take_regions(answers.regions)
    left_out = {
        "diversity": NO_WORDING,
        "similarity": NO_SIMILARITY,
        "map": text_map if isinstance(text_map, str) else "",
        "regions": "" if any(figures.located for figures in regions.values()) else NO_PLACE_NAMED,
    }
    return Report(
        facts=facts,
        datasets=datasets,
        findings=make_cards(describe_primary(overview)),
        warnings=overview.warnings,
        note=overview.note,
        choice=overview.parameters.texts.describe(),
        parameters=answers.diversity.parameters,
        diversity=_compose_figures(gallery, answers.diversity, DIVERSITY, colours),
        similarity=_compose_figures(gallery, answers.similarity, SIMILARITY, colours),
        map=None if isinstance(text_map, str) else _compose_map(gallery, text_map, colours),
        regions=_compose_regions(gallery, regions, answers.regions.reference, colours),
        evaluation=None
        if evaluation is None
        else _compose_evaluation(
            gallery, evaluation, colour_training_sets(evaluation, colour_datasets(trained_on) | colours)
        ),
        left_out=left_out,
        gallery=gallery,
    )


def _compose_figures(
    gallery: Gallery, analysis: Analysis, keys: Sequence[str], colours: Mapping[str, str]
) -> list[MetricSection]:
    sections = []
    for metric in map(METRICS.__getitem__, keys):
        estimates = take_estimates(analysis, metric.key)
        if estimates:
            plot, rows = plot_metric(metric, estimates, colours), tabulate_metric(metric, estimates)
            sections.append(MetricSection(metric, estimates, gallery.add(metric.title, plot, rows)))
    return sections


def _compose_map(gallery: Gallery, text_map: TextMap, colours: Mapping[str, str]) -> MapSection:
    plot = plot_map(text_map.coordinates, text_map.texts, colours)
    rows = tabulate_map(text_map.coordinates, text_map.texts)
    return MapSection(
        method=text_map.method,
        plot=gallery.add(f"Map of the texts ({text_map.method})", plot, rows),
        drawn=count_drawn(len(text_map.texts)),
        texts=len(text_map.texts),
    )


def _compose_regions(
    gallery: Gallery, regions: Mapping[str, RegionFigures], reference: str, colours: Mapping[str, str]
) -> RegionSection:
    located = {name: figures for name, figures in regions.items() if figures.located}
    continents = None
    if located:
        continents = gallery.add("Continents", plot_continents(located, colours), tabulate_continents(located))
    shading = make_shading([(figures.countries, figures.documents) for figures in regions.values()])
    maps = []
    for name, figures in located.items():
        shaded = shade_countries(figures.countries, figures.documents, shading)
        figure = gallery.add(f"Countries in {name}", shaded, tabulate_countries(name, figures))
        drawn = draw_inline_map(name, figures.countries, figures.documents, shading)
        maps.append(CountryMap(name, figures.documents, figure, drawn))
    return RegionSection(
        reference=name_reference(reference),
        continents=continents,
        maps=tuple(maps),
        legend=("no text", *shading.describe()),
        sets=tuple(describe_regions(name, figures, reference) for name, figures in regions.items()),
    )


def _compose_evaluation(gallery: Gallery, evaluation: Evaluation, colours: Mapping[str, str]) -> EvaluationSection:
    def show(figures: Iterable[Titled]) -> tuple[ReportFigure, ...]:
        return tuple(gallery.add(title, plot, rows) for title, plot, rows in figures)

    return EvaluationSection(
        result=evaluation,
        metrics=title_metrics(evaluation) | {CALIBRATION_ERROR: "Calibration error"},
        definitions=LABEL_DEFINITIONS if evaluation.multi_label else DEFINITIONS,
        findings=make_cards([*describe_budget(evaluation), *describe_comparisons(evaluation)]),
        plots=show(plot_evaluation(evaluation, colours)),
        confusions=show(plot_confusions(evaluation)),
        calibration=gallery.add(*plot_calibration(evaluation, colours)),
    )
