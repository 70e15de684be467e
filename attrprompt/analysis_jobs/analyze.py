"""Work over stored data sets: `analyze` answers an `AnalysisRequest`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attrprompt.analysis.result import AnalysisResult, Parameters
from attrprompt.analysis.statistics.verdicts import join_primary
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis.texts.tokens import name_tokeniser
from attrprompt.analysis_jobs.adherence import measure_adherence, read_asked_dimensions
from attrprompt.analysis_jobs.duplicates import measure_duplicates
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.regions import measure_regions
from attrprompt.analysis_jobs.request import UNHASHED, AnalysisRequest, AnalyzeRequest, Part
from attrprompt.analysis_jobs.result import Analysis, DatasetFigures
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import ENCODING_SHARE, JobContext
from attrprompt.worker.jobs import register

PRIMARY_KEYS = ("vocabulary_size", "aps_intra")


@register(AnalyzeRequest, Analysis, version=3, unhashed=UNHASHED)
def analyze(request: AnalyzeRequest, context: JobContext) -> Analysis:
    """The figures that an `AnalysisRequest` asks for."""
    sets, place_dimensions = load_sets(request, context, with_vectors=Part.SIMILARITY in request.only)
    return analyse_sets(request, sets, place_dimensions, context)


def analyse_sets(
    request: AnalysisRequest, sets: list[AnalysisSet], place_dimensions: Sequence[str], context: JobContext
) -> Analysis:
    """All parts of a request over loaded sets."""
    analysis = Analysis(_describe_parameters(request, sets), {dataset.name: DatasetFigures() for dataset in sets})
    compared = [part.value for part in request.only if part in (Part.DIVERSITY, Part.SIMILARITY)]
    if compared:
        analysis = Analysis.from_comparison(_compare(request, sets, compared, context))
    figures = dict(analysis.datasets)
    located = locate_sets(request, sets, context) if {Part.REGIONS, Part.ADHERENCE} & set(request.only) else []
    if Part.REGIONS in request.only:
        context.progress(0.95, "shares of continents and countries")
        profiles, divergences, pairs = measure_regions(request, sets, located, place_dimensions)
        figures = {name: replace(found, regions=profiles[name]) for name, found in figures.items()}
        comparisons = tuple(join_primary(analysis.comparisons, divergences))
        analysis = replace(analysis, comparisons=comparisons, divergences=tuple(pairs), reference=request.reference)
    if Part.ADHERENCE in request.only:
        for dataset, places, asked in zip(sets, located, read_asked_dimensions(request, context), strict=True):
            measured = measure_adherence(request, dataset, places, asked, context)
            figures[dataset.name] = replace(figures[dataset.name], adherence=measured)
    if Part.DUPLICATES in request.only:
        for dataset in sets:
            duplicates = measure_duplicates(request, dataset, context)
            figures[dataset.name] = replace(figures[dataset.name], duplicates=duplicates)
    return replace(analysis, datasets=figures)


def _compare(
    request: AnalysisRequest, sets: list[AnalysisSet], compared: list[str], context: JobContext
) -> AnalysisResult:
    from attrprompt.analysis.comparison import compare_datasets

    return compare_datasets(
        sets,
        only=compared,
        seed=request.seed,
        m=request.m,
        repeats=request.repeats,
        choice=request.choice,
        encoder=context.open_encoder(request.encoder).id,
        threshold=request.threshold,
        tables=request.tables and not request.primary_only,
        whole=not request.primary_only,
        keys=PRIMARY_KEYS if request.primary_only else None,
        progress=context.narrow(ENCODING_SHARE, 1).progress,
        cancelled=context.cancelled,
    )


def _describe_parameters(request: AnalysisRequest, sets: Sequence[AnalysisSet]) -> Parameters:
    tokeniser = name_tokeniser(text for dataset in sets for text in dataset.texts)
    return Parameters(request.m, None, request.repeats, request.seed, tokeniser, None, request.choice)
