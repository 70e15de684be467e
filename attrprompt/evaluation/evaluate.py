"""The work of an evaluation: load, match labels, count leakage, encode, train, test, compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import combinations
from typing import Any

import numpy as np

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import PRIMARY_FAMILY, adjust_families
from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.errors import WorkerError
from attrprompt.evaluation.confusion import describe_confusion, describe_label_confusion
from attrprompt.evaluation.curves import CurvePoint, TokenCost, find_budget_share, measure_curve
from attrprompt.evaluation.finetune_sets import LabelledTexts, count_training_texts, tune_sets
from attrprompt.evaluation.label_scores import THRESHOLD
from attrprompt.evaluation.leakage import count_leakage
from attrprompt.evaluation.loading import LabelMatch, LoadedTexts, join_texts, load_texts, match_labels
from attrprompt.evaluation.probe import (
    DRAWS,
    MOST_ITERATIONS,
    PENALTY,
    Texts,
    Trained,
    compare,
    draw_equal,
    draw_per_class,
    train,
)
from attrprompt.evaluation.request import EvaluateRequest, EvaluationRequest, TrainingSet, remember_evaluation
from attrprompt.evaluation.scores import Codes, bin_reliability
from attrprompt.worker.context import ENCODING_SHARE, JobContext
from attrprompt.worker.jobs import Plain, register

EQUAL, ALL = "equal n per class", "all texts"
NOTE = "The interval covers the choice of training and of test texts, not other wordings, models or runs."
DECISION = f"labels of p ≥ {THRESHOLD}, and always the most probable one"


@register(EvaluateRequest, Plain, version=2, unhashed=UNHASHED)
def evaluate(request: EvaluateRequest, context: JobContext) -> Plain:
    """What an `EvaluationRequest` asks for, as `evaluate` prints it; the report shows the newest one by the probe."""
    return Plain(answer_evaluation(request, context, remembered=request))


def answer_evaluation(
    request: EvaluationRequest, context: JobContext, *, remembered: EvaluateRequest | None = None
) -> dict[str, Any]:
    """Scores, comparisons, leakage and the texts behind each cell.

    Args:
        remembered: kept as the project's newest evaluation, where the classifier is the probe; None for those that
            the report shall not show.
    """
    with context.open_store() as store:
        *sources, test = load_texts(store, request)
    match = match_labels(request, sources, test)
    sources = [match.keep(each) for each in sources]
    tested = match.keep(test)
    leakage = count_leakage(request, sources, tested, context)
    if request.classifier == "finetune":
        parameters, result = _tune(request, sources, tested, match, context)
    else:
        parameters, result = _probe(request, sources, tested, match, context)
        if remembered is not None:
            remember_evaluation(context.home, test.dataset.project_id, remembered)
    repeats = [
        f"{each['exact'] + each['near']} texts of {name} repeat a test text: its score may be too high."
        for name, each in leakage.items()
        if each["exact"] + each["near"]
    ]
    return {
        "parameters": {"classifier": request.classifier, **parameters, "texts": request.choice.to_json()},
        "multi_label": request.multi_label,
        "classes": list(match.names),
        "test": {
            "dataset": test.dataset.name,
            "n": len(tested.samples),
            "used_in_prompts_left_out": test.used_in_prompts,
            "other_labels_left_out": len(test.samples) - len(tested.samples),
        },
        "leakage": leakage,
        **result,
        "warnings": [*match.warnings, *repeats],
        "note": NOTE,
    }


def _probe(
    request: EvaluationRequest,
    sources: Sequence[LoadedTexts],
    tested: LoadedTexts,
    match: LabelMatch,
    context: JobContext,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and result of the probe."""
    loaded = [*sources, tested]
    vectors = context.encode(request.encoder, [text for each in loaded for text in each.texts])
    ends = np.cumsum([len(each.samples) for each in loaded])[:-1]
    coded = [
        match.make_texts(each, rows, place)
        for place, (each, rows) in enumerate(zip(loaded, np.split(vectors, ends), strict=True))
    ]
    joined = [join_texts([coded[part] for part in each.parts]) for each in request.training]
    result = _measure(request, joined, coded[-1], match, tested.items, context)
    parameters: dict[str, Any] = {"C": PENALTY, "max_iter": MOST_ITERATIONS, "draws": DRAWS, "seed": request.seed}
    if match.multi_label:
        parameters["decision"] = DECISION
    return parameters | {"encoder": context.open_encoder(request.encoder).id}, result


def _tune(
    request: EvaluationRequest,
    sources: Sequence[LoadedTexts],
    tested: LoadedTexts,
    match: LabelMatch,
    context: JobContext,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and result of fine-tuning."""
    coded = [LabelledTexts(each.texts, match.code(each), match.mark(each)) for each in [*sources, tested]]
    training = {each.name: _join_labelled([coded[part] for part in each.parts]) for each in request.training}
    result = tune_sets(training, coded[-1], tested.items, match.names, request.tuning, context)
    return request.tuning.model_dump(), result


def _measure(
    request: EvaluationRequest,
    training: Sequence[Texts],
    test: Texts,
    match: LabelMatch,
    items: Sequence[int],
    context: JobContext,
) -> dict[str, Any]:
    steps, done = len(training) * (3 if request.curve else 2), 0

    def advance(doing: str) -> None:
        nonlocal done
        context.progress(ENCODING_SHARE + (1 - ENCODING_SHARE) * done / steps, doing)
        done += 1

    def check() -> None:
        if context.cancelled():
            raise WorkerError("The evaluation was cancelled.")

    classes = len(match.classes)
    per_class, equal_rows = _draw_equally(training, match, seed=request.seed)
    whole: dict[str, Trained[Any]] = {}
    equal: dict[str, Trained[Any]] = {}
    for each, texts, rows in zip(request.training, training, equal_rows, strict=True):
        advance(f"training on {each.name}")
        whole[each.name] = train(texts, test, classes, seed=request.seed, check=check)
        advance(f"training on {each.name}, as many texts as the others")
        same = len(rows) == texts.n
        equal[each.name] = (
            whole[each.name] if same else train(texts.take(rows), test, classes, seed=request.seed, check=check)
        )
    models = {
        each.name: _describe(whole[each.name], texts, test, match, items)
        | {"equal": {"per_class": per_class, "n": equal[each.name].n, **equal[each.name].estimate_metrics()}}
        for each, texts in zip(request.training, training, strict=True)
    }
    scoring = whole[request.training[0].name].scoring
    result: dict[str, Any] = {
        "metrics": list(scoring.metrics),
        "headline": scoring.headline,
        "models": models,
        "comparisons": [each.to_json() for each in _compare_all(request.training, equal, whole)],
    }
    if request.curve:
        points = {}
        for each, texts in zip(request.training, training, strict=True):
            advance(f"curve of {each.name}")
            points[each.name] = measure_curve(texts, test, whole[each.name], seed=request.seed, check=check)
        result |= _describe_curves(request, training, points)
    return result


def _draw_equally(training: Sequence[Texts], match: LabelMatch, *, seed: int) -> tuple[int | None, list[Codes]]:
    """Rows of each set with the same number of texts of each class; the number, where it is one for all classes.

    Texts with several labels count under their rarest, of which each set gives as many as the poorest has: one number
    for all labels would throw away what the frequent ones have.
    """
    if match.multi_label:
        return None, draw_equal(training, seed=seed)
    per_class = min(int(np.bincount(each.codes, minlength=len(match.classes)).min()) for each in training)
    return per_class, [draw_per_class(each, per_class, seed=(seed, per_class)) for each in training]


def _compare_all(
    training: Sequence[TrainingSet], equal: dict[str, Trained[Any]], whole: dict[str, Trained[Any]]
) -> list[Comparison]:
    """Each pair at equal n per class, and with all texts; the verdict goes with one of the two.

    It goes with equal n, unless one set holds the other: then the question is what the added texts bring.
    """
    compared = []
    for one, other in combinations(training, 2):
        nested = set(one.parts) < set(other.parts) or set(other.parts) < set(one.parts)
        for scope, trained in ((EQUAL, equal), (ALL, whole)):
            is_primary = (scope == ALL) == nested
            pair = compare((one.name, trained[one.name]), (other.name, trained[other.name]), scope)
            for each in pair:
                primary = is_primary and each.metric == "macro_f1"
                compared.append(replace(each, family=PRIMARY_FAMILY if primary else "exploratory"))
    return adjust_families(compared)


def _describe(
    trained: Trained[Any], texts: Texts, test: Texts, match: LabelMatch, items: Sequence[int]
) -> dict[str, Any]:
    names, first = match.names, len(trained.scoring.metrics)
    confidence, right = trained.scoring.check_confidence(trained.whole)
    if test.membership is None:
        confusion = describe_confusion(test.codes, trained.whole.codes, names, items)
    else:
        confusion = describe_label_confusion(test.membership, trained.whole.given, names, items)
    return {
        **trained.estimate_metrics(),
        "per_class_f1": {name: trained.estimate(first + place).to_json() for place, name in enumerate(names)},
        "calibration_error": trained.estimate_calibration().to_json(),
        "reliability": [asdict(each) for each in bin_reliability(confidence, right)],
        "confusion": confusion,
        "training_texts": count_training_texts(texts.codes if texts.membership is None else texts.membership, names),
    }


def _describe_curves(
    request: EvaluationRequest, training: Sequence[Texts], points: dict[str, list[CurvePoint]]
) -> dict[str, Any]:
    costs = {
        each.name: TokenCost(each.cost.tokens, each.cost.tokens_once, texts.n)
        for each, texts in zip(request.training, training, strict=True)
        if each.cost is not None and each.cost.tokens
    }
    curves = {
        name: [
            point.to_json() | {"tokens": round(costs[name].cost_of(point.n)) if name in costs else None}
            for point in each
        ]
        for name, each in points.items()
    }
    budget = [
        find_budget_share((a, points[a], costs[a]), (b, points[b], costs[b]), seed=request.seed).to_json()
        for a in costs
        for b in costs
        if a != b
    ]
    bills = {each.name: each.cost.model_dump() for each in request.training if each.cost is not None}
    return {"curves": curves, "budget": budget, "bills": bills}


def _join_labelled(parts: Sequence[LabelledTexts]) -> LabelledTexts:
    memberships = [each.membership for each in parts if each.membership is not None]
    return LabelledTexts(
        [text for each in parts for text in each.texts],
        np.concatenate([each.codes for each in parts]),
        np.concatenate(memberships) if memberships else None,
    )
