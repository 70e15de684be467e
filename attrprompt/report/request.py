"""Which report is asked for, as data: the page and the command line build it, the job answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from attrprompt.analysis_jobs.loading import hash_content
from attrprompt.analysis_jobs.map import MapRequest
from attrprompt.analysis_jobs.request import ENCODER_SETTING, AnalyzeRequest, Part, make_primary_request, make_request
from attrprompt.errors import InputError
from attrprompt.evaluation.request import find_latest_evaluation
from attrprompt.records import Dataset, default_comparison
from attrprompt.report.archive import WrittenReport
from attrprompt.report.costs import Costs, read_costs
from attrprompt.store import Store, StoredProject
from attrprompt.worker.jobs import JobRequest, find_result_file

MOST_DATASETS = 8


class ReportRequest(JobRequest[WrittenReport]):
    """One report over data sets of one project.

    Attributes:
        contents: a hash of each set's content.
        document: the hash of the project's document.
        encoder: the project's own choice; None for the reference.
        prices: of the project, for budgets in money.
        costs: what the runs and the elicitation took.
        umap: name of the file of a map that is there already; empty where there is none.
        evaluation: name of the file of the newest evaluation; empty where there is none.
    """

    kind: ClassVar[str] = "report"

    project: str
    name: str
    datasets: tuple[int, ...]
    contents: tuple[str, ...]
    document: str
    encoder: dict[str, Any] | None
    costs: Costs
    prices: tuple[dict[str, Any], ...] = ()
    rulings: tuple[tuple[str, str, str], ...] = ()
    umap: str = ""
    evaluation: str = ""


def make_report(
    store: Store, home: Path, project: StoredProject, datasets: Sequence[Dataset] | None = None
) -> ReportRequest:
    """A request over these data sets as they stand now; by default the newest of each kind.

    Raises:
        InputError: there is nothing to report on.
    """
    chosen = list(datasets or default_comparison(store.datasets.list_all(project.id)))
    if not chosen:
        raise InputError("There are no texts to report on yet. Generate some, or import some.")
    if len(chosen) > MOST_DATASETS:
        raise InputError(f"A report compares at most {MOST_DATASETS} data sets. Name fewer.")
    map_request = ask_questions(store, project, chosen).similarity.ask(MapRequest)
    umap = find_result_file(home, map_request)
    evaluation = find_latest_evaluation(store, home, project.id)
    return ReportRequest(
        project=project.id,
        name=project.name,
        datasets=tuple(dataset.id for dataset in chosen),
        contents=tuple(hash_content(store, dataset) for dataset in chosen),
        document=project.document.content_hash,
        encoder=project.settings.get(ENCODER_SETTING),
        costs=read_costs(store, project, chosen),
        prices=tuple(project.prices.to_rows()),
        rulings=map_request.rulings,
        umap=umap.name if umap else "",
        evaluation=evaluation.name if evaluation else "",
    )


@dataclass(frozen=True)
class Questions:
    """What a report asks of the analyses."""

    overview: AnalyzeRequest
    diversity: AnalyzeRequest
    similarity: AnalyzeRequest
    regions: AnalyzeRequest


def ask_questions(store: Store, project: StoredProject, datasets: Sequence[Dataset]) -> Questions:
    """The same questions as the pages ask first, so that answers are shared."""
    return Questions(
        overview=make_primary_request(store, project, datasets),
        diversity=make_request(store, project, datasets, (Part.DIVERSITY,)),
        similarity=make_request(store, project, datasets, (Part.SIMILARITY,)),
        regions=make_request(store, project, datasets, (Part.REGIONS,)),
    )
