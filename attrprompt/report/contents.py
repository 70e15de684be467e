"""What stands in a report, read from the store and from results of analyses."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

from attrprompt.analysis.regions.figures import rank_countries
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.analysis_jobs.loading import read_texts
from attrprompt.encoding.encoder import Backend, EncoderSpec
from attrprompt.encoding.open import identify_encoder
from attrprompt.llm.prices import PriceTable
from attrprompt.project import Project
from attrprompt.records import Dataset, format_time
from attrprompt.store import SampleFilter, Store, StoredProject

PAIRS = 4
VALUES_SHOWN = 40
COUNTRIES_SHOWN = 12
CONTINENTS = ("Africa", "Asia", "Europe", "North America", "South America", "Oceania")
NAMES_OF_FLAGS = {"empty": "empty answers", "refusal": "refusals"}
NAMES_OF_REVIEW = {
    "ignored": "review decisions do not matter",
    "accepted": "accepted texts only",
    "not rejected": "without rejected texts",
}
PACKAGES = ("numpy", "scikit-learn", "sentence-transformers", "torch", "plotly", "matplotlib", "openai")
SHOWN = {
    "diversity": ("vocabulary_size", "distinct_2", "mtld", "compression_ratio", "self_repetition", "tokens_per_text"),
    "similarity": ("aps_intra", "aps", "vendi", "nearest_neighbour_distance", "near_duplicate_rate", "gold_coverage"),
}


def describe_task(project: StoredProject) -> dict[str, Any]:
    """The task, its labels and its attribute dimensions."""
    document = project.document
    dimensions = []
    for _, dimension in document.ordered_dimensions():
        values = [value for _, value in dimension.ordered()]
        dimensions.append(
            {
                "name": dimension.name,
                "scope": "by label" if dimension.class_dependent else "for all labels",
                "count": len(values),
                "values": [value.text for value in values[:VALUES_SHOWN]],
            }
        )
    labels = [{"title": label.title, "description": label.description} for _, label in document.ordered_labels()]
    return {"task": document.task, "labels": labels, "dimensions": dimensions}


def choose_pairs(store: Store, document: Project, datasets: Sequence[Dataset]) -> list[dict[str, Any]]:
    """For the first labels one text of each data set with its prompt, side by side: the first without a flag."""
    pairs = []
    for _, label in document.ordered_labels()[:PAIRS]:
        texts = []
        for dataset in datasets:
            found = store.datasets.read_page(dataset.id, SampleFilter(labels=(label.name,)), limit=20)
            clean = [each for each in found if not each.flags] or found
            if clean:
                first = clean[0]
                texts.append({"dataset": dataset.name, "prompt": first.prompt, "text": first.text})
        if texts:
            pairs.append({"label": label.title, "texts": texts})
    return pairs


def list_texts(store: Store, datasets: Sequence[Dataset], choice: TextChoice) -> list[tuple[str, str, str]]:
    """The texts of a map in the order of its coordinates: data set, label, text."""
    return [
        (dataset.name, sample.label, sample.text)
        for dataset in datasets
        for sample in read_texts(store, dataset, choice)
        if sample.text.strip() and choice.counts(sample.flags, sample.status.value)
    ]


def tabulate_figures(result: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    """Figures with value, interval, n and definition."""
    rows = []
    for key in SHOWN[part]:
        for name, figures in result["datasets"].items():
            estimate = figures.get(key)
            if estimate:
                rows.append({"metric": METRICS[key], "dataset": name, "estimate": estimate})
    return rows


def describe_choice(choice: Mapping[str, Any]) -> str:
    """Which texts count in the figures, in a sentence."""
    form = "raw answers" if choice["text"] == "raw" else "clean text"
    without = " and ".join(NAMES_OF_FLAGS.get(each, each.replace("_", " ")) for each in choice["excluded_flags"])
    return f"{form}, {f'without {without}' if without else 'all of it'}; {NAMES_OF_REVIEW[choice['review']]}"


def describe_regions(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Located share, shares of continents, most named countries and divergence of each data set."""
    chosen = result["reference"]
    return [
        {
            "dataset": name,
            "documents": figures["documents"],
            "located": figures["located"],
            "located_share": figures["located_share"],
            "continents": {key: each for key, each in figures["continents"].items() if key in CONTINENTS},
            "countries": rank_countries(figures["countries"], figures["documents"])[:COUNTRIES_SHOWN],
            "all_countries": len(figures["countries"]),
            "reference": figures["references"].get(chosen),
        }
        for name, figures in result["datasets"].items()
    ]


def describe_costs(store: Store, project: StoredProject, datasets: Sequence[Dataset]) -> dict[str, Any]:
    """Requests, tokens and money of each run, and the tokens of elicitation."""
    prices = PriceTable.from_rows(project.settings.get("prices") or [])
    rows = []
    for dataset in (each for each in datasets if not each.imported):
        run = store.runs.load(dataset.id)
        counters = run.counters
        rows.append(
            {
                "dataset": dataset.name,
                "requests": counters.requests,
                "prompt": counters.prompt_tokens,
                "completion": counters.completion_tokens,
                "failed": sum(counters.failed.values()),
                "seconds": counters.seconds,
                "cost": prices.cost(run.model, run.endpoint, counters.prompt_tokens, counters.completion_tokens),
            }
        )
    return {"runs": rows, "elicitation": store.replies.count_tokens(project.id)}


def describe_provenance(
    store: Store, datasets: Sequence[Dataset], contents: Sequence[str], encoder: EncoderSpec
) -> dict[str, Any]:
    """Hashes, versions and seeds with which the texts and the figures can be made again; no address of an endpoint."""
    rows = []
    for dataset, content in zip(datasets, contents, strict=True):
        row: dict[str, Any] = {"dataset": dataset.name, "kind": dataset.kind.value, "rows": dataset.rows}
        row |= {"content": content, "made": format_time(dataset.created), "run": None}
        if not dataset.imported:
            run = store.runs.load(dataset.id)
            row["run"] = {
                "model": run.model or "embedded",
                "parameters": dict(run.parameters),
                "options": dict(run.options),
                "document": run.content_hash,
            }
        rows.append(row)
    versions = {name: metadata.version(name) for name in PACKAGES}
    is_endpoint = encoder.backend is Backend.ENDPOINT
    name = f"{encoder.model}, asked of an endpoint" if is_endpoint else identify_encoder(encoder)
    return {"datasets": rows, "encoder": name, "python": platform.python_version(), "versions": versions}
