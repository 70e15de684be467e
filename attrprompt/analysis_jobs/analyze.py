"""Work over stored data sets: `analyze` answers an `AnalysisRequest`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrprompt.analysis.result import NOTE, AnalysisResult
from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import join_primary
from attrprompt.analysis.texts.selection import AnalysisSet
from attrprompt.analysis.texts.tokens import TOKENISER
from attrprompt.analysis_jobs.adherence import measure_adherence, measure_duplicates, read_asked_dimensions
from attrprompt.analysis_jobs.places import locate_sets
from attrprompt.analysis_jobs.regions import measure_regions
from attrprompt.analysis_jobs.request import UNHASHED, AnalysisRequest, AnalyzeRequest, Part
from attrprompt.analysis_jobs.sets import load_sets
from attrprompt.worker.context import ENCODING_SHARE, JobContext
from attrprompt.worker.jobs import Plain, register

PRIMARY_KEYS = ("vocabulary_size", "aps_intra")


@register(AnalyzeRequest, Plain, version=2, unhashed=UNHASHED)
def analyze(request: AnalyzeRequest, context: JobContext) -> Plain:
    """The figures that an `AnalysisRequest` asks for, as `analyze` prints them."""
    sets, place_dimensions = load_sets(request, context, with_vectors=Part.SIMILARITY in request.only)
    return Plain(analyse_sets(request, sets, place_dimensions, context))


def analyse_sets(
    request: AnalysisRequest, sets: list[AnalysisSet], place_dimensions: Sequence[str], context: JobContext
) -> dict[str, Any]:
    """All parts of a request over loaded sets."""
    result: dict[str, Any] = {"parameters": _describe_parameters(request), "datasets": {}, "comparisons": []}
    result["warnings"] = []
    figures: dict[str, dict[str, Any]] = {each.name: {} for each in sets}
    comparisons: list[Comparison] = []
    compared = [part.value for part in request.only if part in (Part.DIVERSITY, Part.SIMILARITY)]
    if compared:
        compared_sets = _compare(request, sets, compared, context)
        comparisons += compared_sets.comparisons
        plain = compared_sets.to_json()
        result |= {key: value for key, value in plain.items() if key not in ("datasets", "comparisons")}
        for name, values in plain["datasets"].items():
            figures[name] |= values
    located = locate_sets(request, sets, context) if {Part.REGIONS, Part.ADHERENCE} & set(request.only) else []
    if Part.REGIONS in request.only:
        context.progress(0.95, "shares of continents and countries")
        profiles, divergences, details = measure_regions(request, sets, located, place_dimensions)
        for name, profile in profiles.items():
            figures[name] |= profile.to_json()
        comparisons = join_primary(comparisons, divergences)
        result["divergences"] = [pair.to_json() for pair in details]
        result["reference"] = request.reference
    if Part.ADHERENCE in request.only:
        for each, found, asked in zip(sets, located, read_asked_dimensions(request, context), strict=True):
            measured = measure_adherence(request, each, found, asked, context)
            figures[each.name]["adherence"] = measured.to_json()
    if Part.DUPLICATES in request.only:
        for each in sets:
            figures[each.name]["duplicates"] = measure_duplicates(request, each, context)
    return result | {"datasets": figures, "comparisons": [each.to_json() for each in comparisons], "note": NOTE}


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


def _describe_parameters(request: AnalysisRequest) -> dict[str, Any]:
    return {
        "m": request.m,
        "tokens": None,
        "repeats": request.repeats,
        "seed": request.seed,
        "tokeniser": TOKENISER,
        "encoder": None,
        "texts": request.choice.to_json(),
    }
