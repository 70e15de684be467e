"""What a report says, part by part: read from the store and from results of analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attrprompt.analysis.regions.figures import NamedCountry, ReferenceFigures, RegionFigures, rank_countries
from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.metrics import Metric
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.loading import read_texts
from attrprompt.analysis_jobs.result import Analysis
from attrprompt.evaluation.findings import Definition
from attrprompt.evaluation.result import Evaluation
from attrprompt.project import Project, Task
from attrprompt.records import Dataset
from attrprompt.report.formats import Card
from attrprompt.report.gallery import ReportFigure
from attrprompt.store import SampleFilter, Store

PAIRS = 4
VALUES_SHOWN = 40
COUNTRIES_SHOWN = 12
DIVERSITY = ("vocabulary_size", "distinct_2", "mtld", "compression_ratio", "self_repetition", "tokens_per_text")
SIMILARITY = ("aps_intra", "aps", "vendi", "nearest_neighbour_distance", "near_duplicate_rate", "gold_coverage")


@dataclass(frozen=True)
class DescribedDimension:
    """An attribute dimension.

    Attributes:
        scope: whose values these are, in words.
        count: of its values.
        first: some of them.
    """

    name: str
    scope: str
    count: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class DescribedLabel:
    """A label of the task."""

    title: str
    description: str


@dataclass(frozen=True)
class DescribedTask:
    """The task, its labels and its attribute dimensions."""

    task: Task
    labels: tuple[DescribedLabel, ...]
    dimensions: tuple[DescribedDimension, ...]


def describe_task(document: Project) -> DescribedTask:
    """The task of a project."""
    dimensions = []
    for _, dimension in document.ordered_dimensions():
        values = tuple(value.text for _, value in dimension.ordered())
        scope = "by label" if dimension.class_dependent else "for all labels"
        dimensions.append(DescribedDimension(dimension.name, scope, len(values), values[:VALUES_SHOWN]))
    labels = tuple(DescribedLabel(label.title, label.description) for _, label in document.ordered_labels())
    return DescribedTask(document.task, labels, tuple(dimensions))


@dataclass(frozen=True)
class ShownText:
    """One text of a data set with its prompt, which is empty for imported texts."""

    dataset: str
    prompt: str
    text: str


@dataclass(frozen=True)
class SideBySide:
    """Texts of one label, one of each data set."""

    label: str
    texts: tuple[ShownText, ...]


def choose_pairs(store: Store, document: Project, datasets: Sequence[Dataset]) -> list[SideBySide]:
    """For the first labels one text of each data set with its prompt, side by side: the first without a flag."""
    pairs = []
    for _, label in document.ordered_labels()[:PAIRS]:
        texts = []
        for dataset in datasets:
            samples = store.datasets.read_page(dataset.id, SampleFilter(labels=(label.name,)), limit=20)
            first = next((sample for sample in samples if not sample.flags), next(iter(samples), None))
            if first is not None:
                texts.append(ShownText(dataset.name, first.prompt, first.text))
        if texts:
            pairs.append(SideBySide(label.title, tuple(texts)))
    return pairs


def list_texts(store: Store, datasets: Sequence[Dataset], choice: TextChoice) -> list[tuple[str, str, str]]:
    """The texts of a map in the order of its coordinates: data set, label, text."""
    return [
        (dataset.name, sample.label, sample.text)
        for dataset in datasets
        for sample in read_texts(store, dataset, choice)
        if sample.text.strip() and choice.counts(sample.flags, sample.status.value)
    ]


@dataclass(frozen=True)
class MetricSection:
    """One figure of all data sets that have it.

    Attributes:
        estimates: by the name of the data set.
    """

    metric: Metric
    estimates: Mapping[str, Estimate]
    plot: ReportFigure


@dataclass(frozen=True)
class MapSection:
    """The map of the texts.

    Attributes:
        method: of the projection.
        drawn: how many texts are drawn of all.
    """

    method: str
    plot: ReportFigure
    drawn: int
    texts: int


@dataclass(frozen=True)
class CountryMap:
    """The map of the countries that one data set names.

    Attributes:
        drawn: the map for the page, as SVG.
    """

    dataset: str
    texts: int
    figure: ReportFigure
    drawn: str


@dataclass(frozen=True)
class SetRegions:
    """The places that one data set names.

    Attributes:
        reference: the set held against the chosen reference; None where that is not known.
        countries: the most named ones.
    """

    dataset: str
    figures: RegionFigures
    reference: ReferenceFigures | None
    countries: tuple[NamedCountry, ...]


@dataclass(frozen=True)
class RegionSection:
    """The places that texts name.

    Attributes:
        reference: what the continents are held against, in words.
        continents: None where no text names a place.
        maps: of the sets with a text that does.
        legend: of the maps, from the lightest shade on.
    """

    reference: str
    continents: ReportFigure | None
    maps: tuple[CountryMap, ...]
    legend: tuple[str, ...]
    sets: tuple[SetRegions, ...]


@dataclass(frozen=True)
class EvaluationSection:
    """The newest evaluation.

    Attributes:
        metrics: titles of the scores, by their keys.
    """

    result: Evaluation
    metrics: Mapping[str, str]
    definitions: Sequence[Definition]
    findings: Sequence[Card]
    plots: tuple[ReportFigure, ...]
    confusions: tuple[ReportFigure, ...]
    calibration: ReportFigure


def take_estimates(analysis: Analysis, key: str) -> dict[str, Estimate]:
    """One figure of each data set that has it."""
    return {name: figures.estimates[key] for name, figures in analysis.datasets.items() if key in figures.estimates}


def take_regions(analysis: Analysis) -> dict[str, RegionFigures]:
    """The places that each data set names."""
    return {name: found.regions.figures for name, found in analysis.datasets.items() if found.regions is not None}


def describe_regions(name: str, figures: RegionFigures, reference: str) -> SetRegions:
    """What is said of one data set."""
    countries = tuple(rank_countries(figures.countries, figures.documents)[:COUNTRIES_SHOWN])
    return SetRegions(name, figures, figures.references.get(reference), countries)
