"""The work of a report: the analyses that are not there yet, then its files."""

from __future__ import annotations

from typing import Any

from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.errors import InputError
from attrprompt.evaluation.costs import add_money
from attrprompt.llm.prices import PriceTable
from attrprompt.records import Dataset
from attrprompt.report.archive import FIGURES
from attrprompt.report.compose import TextMap, compose_report
from attrprompt.report.contents import choose_pairs, describe_provenance, describe_task, list_texts
from attrprompt.report.html import render_html
from attrprompt.report.markdown import render_markdown
from attrprompt.report.request import ReportRequest, requests_of
from attrprompt.settings import load_settings
from attrprompt.store import Store, StoredProject
from attrprompt.worker.jobs import Arrays, JobContext, Payload, Result, read_result, register
from attrprompt.worker.jobs import run_job as run

FEWEST_FOR_MAP = 3


@register("report", version=2)
def write_report(payload: Payload, context: JobContext) -> Result:
    """The report that a `ReportRequest` asks for: `html`, `markdown` and the files of each of its `figures`."""
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
        text_map = _load_map(store, questions["map"], datasets, request, context)
        context.progress(0.9, "page")
        evaluation = _load_evaluation(request, context)
        known = store.datasets.list_all(project.id)
        report = compose_report(
            _read_facts(store, project, datasets, request, questions["map"]),
            datasets,
            answers,
            text_map,
            evaluation,
            [each for each in known if evaluation is not None and each.name in evaluation["models"]],
        )
    finally:
        store.close()
    return {
        "html": render_html(report),
        "markdown": render_markdown(report, figures=""),
        "markdown_with_figures": render_markdown(report, figures=FIGURES),
        "figures": [each.to_files() for each in report.gallery],
    }


def _read_facts(
    store: Store, project: StoredProject, datasets: list[Dataset], request: ReportRequest, question: AnalysisRequest
) -> dict[str, Any]:
    return {
        "project": project,
        "task": describe_task(project),
        "pairs": choose_pairs(store, project.document, datasets),
        "costs": request.costs,
        "rulings": request.rulings,
        "provenance": describe_provenance(store, datasets, request.contents, question.encoder),
    }


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
    store: Store, question: AnalysisRequest, datasets: list[Dataset], request: ReportRequest, context: JobContext
) -> TextMap | None:
    """The map that is there already (UMAP), else PCA; None for under three texts."""
    texts = list_texts(store, datasets, question.choice)
    if len(texts) < FEWEST_FOR_MAP:
        return None
    kept = context.home / "cache" / "jobs" / request.umap if request.umap else None
    found = read_result(kept or run("neighbourhood", question.to_payload(), context))
    assert isinstance(found, Arrays)
    return TextMap("UMAP" if kept else "PCA", found.arrays["coordinates"], texts)


def _load_evaluation(request: ReportRequest, context: JobContext) -> dict[str, Any] | None:
    """The newest evaluation with its budgets in money; None where there is none."""
    if not request.evaluation:
        return None
    result = read_result(context.home / "cache" / "jobs" / request.evaluation)
    assert isinstance(result, dict)
    return add_money(result, PriceTable.from_rows(request.prices))
