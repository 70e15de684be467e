"""The work of a report: the analyses that are not there yet, then one HTML file."""

from __future__ import annotations

from typing import Any

from attrprompt.analysis.encoder import identify_encoder
from attrprompt.errors import InputError
from attrprompt.evaluation.latest import find_latest_evaluation
from attrprompt.evaluation.words import describe_budget, describe_comparisons
from attrprompt.inspection.request import AnalysisRequest
from attrprompt.inspection.words import describe_primary
from attrprompt.records import Dataset
from attrprompt.report.contents import (
    choose_pairs,
    describe_costs,
    describe_provenance,
    describe_regions,
    describe_task,
    list_texts,
    tabulate_figures,
)
from attrprompt.report.figures import (
    colour_datasets,
    colour_training_sets,
    plot_continents,
    plot_evaluation,
    plot_map,
    plot_metric,
)
from attrprompt.report.html import Plots, render
from attrprompt.report.request import ReportRequest, requests_of
from attrprompt.settings import load_settings
from attrprompt.store import Store, StoredProject
from attrprompt.worker.jobs import Arrays, JobContext, Payload, Result, find_result, hash_input, read_result, register
from attrprompt.worker.jobs import run_job as run

FEWEST_FOR_MAP = 3


@register("report")
def write_report(payload: Payload, context: JobContext) -> Result:
    """The HTML that a `ReportRequest` asks for, as `html`."""
    request = ReportRequest.model_validate(payload)
    store = Store(context.home, load_settings(context.home).database_url)
    try:
        project = store.projects.load(request.project)
        datasets = [store.datasets.load(number) for number in request.datasets]
        questions = requests_of(store, project, datasets)
        answers = {
            name: _answer("analyze", questions[name], context, place / 6, name)
            for place, name in enumerate(("overview", "diversity", "similarity", "regions"))
        }
        context.progress(0.7, "map")
        drawn = _load_map(store, questions["map"], datasets, context)
        context.progress(0.9, "page")
        return {"html": _compose(store, project, datasets, request, answers, drawn, context)}
    finally:
        store.close()


def _answer(kind: str, question: AnalysisRequest, context: JobContext, begun: float, name: str) -> dict[str, Any]:
    nested = JobContext(
        context.home,
        lambda share, doing: context.progress(begun + share / 6, f"{name}: {doing}"),
        context.cancelled,
        context.threads,
        context.api_key,
    )
    answer = read_result(run(kind, question.to_payload(), nested))
    if isinstance(answer, Arrays):
        raise InputError(f"The figures of {name} are not of the kind that a report shows. Delete the cache folder.")
    return dict(answer)


def _load_map(
    store: Store, question: AnalysisRequest, datasets: list[Dataset], context: JobContext
) -> tuple[str, Any, list[tuple[str, str, str]]] | None:
    """The map that is there already (UMAP), else PCA: (method, coordinates, texts); None for under three texts."""
    texts = list_texts(store, datasets, question.choice)
    if len(texts) < FEWEST_FOR_MAP:
        return None
    kept = find_result(context.home, "map", hash_input("map", question.to_payload()))
    path = kept or run("neighbourhood", question.to_payload(), context)
    found = read_result(path)
    assert isinstance(found, Arrays)
    return ("UMAP" if kept else "PCA"), found.arrays["coordinates"], texts


def _compose(
    store: Store,
    project: StoredProject,
    datasets: list[Dataset],
    request: ReportRequest,
    answers: dict[str, dict[str, Any]],
    drawn: tuple[str, Any, list[tuple[str, str, str]]] | None,
    context: JobContext,
) -> str:
    colours, plots = colour_datasets(datasets), Plots()
    sections = {}
    for part in ("diversity", "similarity"):
        rows = tabulate_figures(answers[part], part)
        metrics = {row["metric"].key: row["metric"] for row in rows}
        sections[part] = [
            {
                "metric": metric,
                "plot": plots.add(metric.title, plot_metric(answers[part], key, colours)),
                "rows": [row for row in rows if row["metric"].key == key],
            }
            for key, metric in metrics.items()
        ]
    evaluation = None
    path = find_latest_evaluation(store, context.home, project.id) if request.evaluation else None
    if path is not None:
        result = read_result(path)
        assert isinstance(result, dict)
        trained = [each for each in store.datasets.list_all(project.id) if each.name in result["models"]]
        training_colours = colour_training_sets(result, colour_datasets(trained) | colours)
        evaluation = {
            "result": result,
            "findings": [*describe_budget(result), *describe_comparisons(result)],
            "plots": [plots.add(title, plot) for title, plot in plot_evaluation(result, training_colours)],
        }
    overview = answers["overview"]
    return render(
        plots,
        project=project,
        task=describe_task(project),
        datasets=datasets,
        pairs=choose_pairs(store, project.document, datasets),
        findings=list(describe_primary(overview)),
        warnings=overview["warnings"],
        note=overview["note"],
        parameters={part: answers[part]["parameters"] for part in ("diversity", "similarity")},
        sections=sections,
        map={"method": drawn[0], "plot": plots.add("Map of the texts", plot_map(drawn[1], drawn[2], colours))}
        if drawn
        else None,
        regions=describe_regions(answers["regions"]),
        reference=answers["regions"]["reference"],
        continents=plots.add("Continents", plot_continents(answers["regions"], colours)),
        evaluation=evaluation,
        costs=describe_costs(store, project, datasets),
        provenance=describe_provenance(
            store, datasets, request.contents, identify_encoder(requests_of(store, project, datasets)["map"].encoder)
        ),
    )
