"""The job `portraits`: what is said about each region. Exploratory: for reading, without a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from attrprompt.analysis.comparison import compare_datasets
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.portraits import Portraits, RegionPortrait, list_rows_by_region, portray_regions
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL, Estimate
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.request import EXPLORED, AnalysisRequest
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

REPEATS = 50
VOCABULARY = "vocabulary_size"


class PortraitsRequest(AnalysisRequest, JobRequest[Portraits]):
    """What the texts say about each region."""

    kind: ClassVar[str] = "portraits"


@register(PortraitsRequest, Portraits, version=2, unhashed=EXPLORED)
def explore_portraits(request: PortraitsRequest, context: JobContext) -> Portraits:
    """For each set and region: texts, their length, tone and over-used phrases; vocabulary at equal tokens for all."""
    sets, _ = load_sets(request, context, with_vectors=False)
    located = locate_sets(request, sets, context)
    check = context.make_check("The description of the regions")
    portraits: dict[str, list[RegionPortrait]] = {}
    for dataset in located:
        check()
        context.progress(0.5, f"tone and phrases of {dataset.name}")
        portraits[dataset.name] = portray_regions(dataset)
    context.progress(0.8, "vocabulary of the regions")
    vocabulary, tokens, warnings = _measure_vocabulary(request, located, context)
    return Portraits(
        {
            name: tuple(replace(portrait, vocabulary=vocabulary.get((name, portrait.region))) for portrait in own)
            for name, own in portraits.items()
        },
        tokens,
        REPEATS,
        warnings,
    )


def _measure_vocabulary(
    request: AnalysisRequest, located: Sequence[LocatedSet], context: JobContext
) -> tuple[dict[tuple[str, str], Estimate], int | None, tuple[str, ...]]:
    """Different words at equal tokens for each region with enough texts, with how many tokens and warnings."""
    parts = {}
    for dataset in located:
        for region, rows in list_rows_by_region(dataset).items():
            if len(rows) >= FEWEST_IN_A_CELL:
                part = dataset.take(rows)
                parts[dataset.name, region] = AnalysisSet(f"{dataset.name}: {region}", part.texts, part.labels)
    if not parts:
        return {}, None, ()
    found = compare_datasets(
        list(parts.values()),
        only=["diversity"],
        keys=[VOCABULARY],
        seed=request.seed,
        repeats=REPEATS,
        tables=False,
        whole=False,
        equal_texts=False,
        cancelled=context.cancelled,
    )
    estimates = {
        key: found.datasets[part.name].estimates[VOCABULARY]
        for key, part in parts.items()
        if VOCABULARY in found.datasets[part.name].estimates
    }
    return estimates, found.parameters.tokens, found.warnings
