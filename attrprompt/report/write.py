"""The work of a report: the analyses that are not there yet, then its files."""

from __future__ import annotations

from dataclasses import fields

from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.analysis_jobs.neighbourhood import NeighbourhoodRequest
from attrprompt.analysis_jobs.request import AnalysisRequest
from attrprompt.errors import InputError
from attrprompt.evaluation.costs import add_money
from attrprompt.evaluation.request import EvaluateRequest
from attrprompt.evaluation.result import Evaluation
from attrprompt.llm.prices import LIST_DATE, PriceTable
from attrprompt.records import Dataset
from attrprompt.report.archive import FIGURES, WrittenReport, pack_archive
from attrprompt.report.compose import Answers, Facts, TextMap, compose_report
from attrprompt.report.contents import choose_pairs, describe_task, list_texts
from attrprompt.report.html import render_html
from attrprompt.report.markdown import render_markdown
from attrprompt.report.provenance import read_provenance
from attrprompt.report.request import Questions, ReportRequest, ask_questions
from attrprompt.store import Store, StoredProject
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import read_result, register, run_job

ALIKE = "All texts are alike, so a map of them would show one point."


@register(ReportRequest, WrittenReport, version=5)
def write_report(request: ReportRequest, context: JobContext) -> WrittenReport:
    """The report that is asked for, in all of its forms."""
    with context.open_store() as store:
        project = store.projects.load(request.project)
        datasets = [store.datasets.load(number) for number in request.datasets]
        questions = ask_questions(store, project, datasets)
        answers = _answer(questions, context)
        context.progress(0.7, "map")
        text_map = _load_map(store, questions.similarity, datasets, request, context)
        context.progress(0.75, "page")
        evaluation = _load_evaluation(store, request, context)
        known = store.datasets.list_all(project.id)
        report = compose_report(
            _read_facts(store, project, datasets, request, questions.similarity),
            datasets,
            answers,
            text_map,
            evaluation,
            [dataset for dataset in known if evaluation is not None and dataset.name in evaluation.models],
        )
    context.progress(0.8, "figures as files")
    return WrittenReport(
        html=render_html(report),
        markdown=render_markdown(report, figures=""),
        archive=pack_archive(render_markdown(report, figures=FIGURES), report.gallery),
        figures=len(report.gallery),
    )


def _answer(questions: Questions, context: JobContext) -> Answers:
    names = [field.name for field in fields(questions)]
    return Answers(
        **{
            name: run_job(getattr(questions, name), context.narrow(index / 6, (index + 1) / 6, f"{name}: "))
            for index, name in enumerate(names)
        }
    )


def _read_facts(
    store: Store, project: StoredProject, datasets: list[Dataset], request: ReportRequest, question: AnalysisRequest
) -> Facts:
    return Facts(
        project=project,
        task=describe_task(project.document),
        pairs=choose_pairs(store, project.document, datasets),
        costs=request.costs,
        list_date=LIST_DATE,
        rulings=request.rulings,
        provenance=read_provenance(store, datasets, request.contents, question.encoder),
    )


def _load_map(
    store: Store, question: AnalysisRequest, datasets: list[Dataset], request: ReportRequest, context: JobContext
) -> TextMap | str:
    """The map that is there already (UMAP), else PCA; or why there is none."""
    texts = list_texts(store, datasets, question.choice)
    if request.umap:
        drawn = read_result(MapRequest, context.home / "cache" / "jobs" / request.umap)
        return TextMap("UMAP", drawn.coordinates, texts)
    try:
        near = run_job(question.ask(NeighbourhoodRequest), context)
    except InputError as error:
        return str(error)
    if len(near.clusters) < 2:
        return ALIKE
    return TextMap("PCA", near.coordinates, texts)


def _load_evaluation(store: Store, request: ReportRequest, context: JobContext) -> Evaluation | None:
    """The newest evaluation with its budgets in money; None where there is none."""
    if not request.evaluation:
        return None
    result = read_result(EvaluateRequest, context.home / "cache" / "jobs" / request.evaluation)
    return add_money(result, PriceTable.from_rows(request.prices), store.runs.find_endpoints(request.project))
