"""The work of an evaluation: load, match labels, count leakage, encode, train, test, compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

import numpy as np

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import EXPLORATORY_FAMILY, PRIMARY_FAMILY, adjust_families
from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.errors import WorkerError
from attrprompt.evaluation.budget import CurvePoint
from attrprompt.evaluation.confusion import make_confusion, make_label_confusion
from attrprompt.evaluation.curves import MeasuredPoint, TokenCost, find_budget_share, measure_curve
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
from attrprompt.evaluation.result import (
    ALL_TEXTS,
    EQUAL_N,
    FINETUNE,
    EqualScores,
    Evaluation,
    GoldTest,
    ModelScores,
    Outcome,
    Parameters,
)
from attrprompt.evaluation.scores import Codes, bin_reliability
from attrprompt.worker.context import ENCODING_SHARE, JobContext
from attrprompt.worker.jobs import register

NOTE = "The interval covers the choice of training and of test texts, not other wordings, models or runs."
DECISION = f"labels of p ≥ {THRESHOLD}, and always the most probable one"


@register(EvaluateRequest, Evaluation, version=3, unhashed=UNHASHED)
def evaluate(request: EvaluateRequest, context: JobContext) -> Evaluation:
    """What an `EvaluationRequest` asks for, as `evaluate` prints it; the report shows the newest one by the probe."""
    return answer_evaluation(request, context, remembered=request)


def answer_evaluation(
    request: EvaluationRequest, context: JobContext, *, remembered: EvaluateRequest | None = None
) -> Evaluation:
    """Scores, comparisons, leakage and the texts behind each cell.

    Args:
        remembered: kept as the project's newest evaluation, where the classifier is the probe; None for those that
            the report shall not show.
    """
    with context.open_store() as store:
        *sources, test = load_texts(store, request)
    match = match_labels(request, sources, test)
    sources = [match.keep(source) for source in sources]
    tested = match.keep(test)
    leakage = count_leakage(request, sources, tested, context)
    if request.classifier == FINETUNE:
        parameters, outcome = _tune(request, sources, tested, match, context)
    else:
        parameters, outcome = _probe(request, sources, tested, match, context)
        if remembered is not None:
            remember_evaluation(context.home, test.dataset.project_id, remembered)
    repeats = [
        f"{found.repeats} texts of {name} repeat a test text: its score may be too high."
        for name, found in leakage.items()
        if found.repeats
    ]
    return Evaluation(
        **vars(outcome),
        parameters=parameters,
        multi_label=request.multi_label,
        classes=match.names,
        test=GoldTest(
            dataset=test.dataset.name,
            n=len(tested.samples),
            used_in_prompts_left_out=test.used_in_prompts,
            other_labels_left_out=len(test.samples) - len(tested.samples),
        ),
        leakage=leakage,
        warnings=(*match.warnings, *repeats),
        note=NOTE,
    )


def _probe(
    request: EvaluationRequest,
    sources: Sequence[LoadedTexts],
    tested: LoadedTexts,
    match: LabelMatch,
    context: JobContext,
) -> tuple[Parameters, Outcome]:
    loaded = [*sources, tested]
    vectors = context.encode(request.encoder, [text for dataset in loaded for text in dataset.texts])
    ends = np.cumsum([len(dataset.samples) for dataset in loaded])[:-1]
    coded = [
        match.make_texts(dataset, rows, part)
        for part, (dataset, rows) in enumerate(zip(loaded, np.split(vectors, ends), strict=True))
    ]
    joined = [join_texts([coded[part] for part in training_set.parts]) for training_set in request.training]
    outcome = _measure(request, joined, coded[-1], match, tested.items, context)
    settings: dict[str, str | int | float] = {
        "C": PENALTY,
        "max_iter": MOST_ITERATIONS,
        "draws": DRAWS,
        "seed": request.seed,
    }
    if match.multi_label:
        settings["decision"] = DECISION
    encoder = context.open_encoder(request.encoder).id
    return Parameters(request.classifier, settings, encoder, texts=request.choice), outcome


def _tune(
    request: EvaluationRequest,
    sources: Sequence[LoadedTexts],
    tested: LoadedTexts,
    match: LabelMatch,
    context: JobContext,
) -> tuple[Parameters, Outcome]:
    coded = [LabelledTexts(dataset.texts, match.code(dataset), match.mark(dataset)) for dataset in [*sources, tested]]
    training = {
        training_set.name: _join_labelled([coded[part] for part in training_set.parts])
        for training_set in request.training
    }
    outcome = tune_sets(training, coded[-1], tested.items, match.names, request.tuning, context)
    return Parameters(request.classifier, request.tuning.model_dump(), texts=request.choice), outcome


def _measure(
    request: EvaluationRequest,
    training: Sequence[Texts],
    test: Texts,
    match: LabelMatch,
    items: Sequence[int],
    context: JobContext,
) -> Outcome:
    steps, done = len(training) * (3 if request.curve else 2), 0

    def advance(doing: str) -> None:
        nonlocal done
        context.progress(ENCODING_SHARE + (1 - ENCODING_SHARE) * done / steps, doing)
        done += 1

    def check() -> None:
        if context.cancelled():
            raise WorkerError("The evaluation was cancelled.")

    classes, names = len(match.classes), [training_set.name for training_set in request.training]
    per_class, equal_rows = _draw_equally(training, match, seed=request.seed)
    whole: dict[str, Trained[Any]] = {}
    equal: dict[str, Trained[Any]] = {}
    for name, texts, rows in zip(names, training, equal_rows, strict=True):
        advance(f"training on {name}")
        whole[name] = train(texts, test, classes, seed=request.seed, check=check)
        advance(f"training on {name}, as many texts as the others")
        is_whole = len(rows) == texts.n
        equal[name] = (
            whole[name] if is_whole else train(texts.take(rows), test, classes, seed=request.seed, check=check)
        )
    models = {
        name: _describe(whole[name], texts, test, match, items, equal=_sum_up(equal[name], per_class))
        for name, texts in zip(names, training, strict=True)
    }
    scoring = whole[names[0]].scoring
    outcome = Outcome(
        metrics=scoring.metrics,
        headline=scoring.headline,
        models=models,
        comparisons=tuple(_compare_all(request.training, equal, whole)),
    )
    if not request.curve:
        return outcome
    points = {}
    for name, texts in zip(names, training, strict=True):
        advance(f"curve of {name}")
        points[name] = measure_curve(texts, test, whole[name], seed=request.seed, check=check)
    return _add_curves(outcome, request, training, points)


def _draw_equally(training: Sequence[Texts], match: LabelMatch, *, seed: int) -> tuple[int | None, list[Codes]]:
    """Rows of each set with the same number of texts of each class; the number, where it is one for all classes.

    Texts with several labels count under their rarest, of which each set gives as many as the poorest has: one number
    for all labels would throw away what the frequent ones have.
    """
    if match.multi_label:
        return None, draw_equal(training, seed=seed)
    per_class = min(int(np.bincount(texts.codes, minlength=len(match.classes)).min()) for texts in training)
    return per_class, [draw_per_class(texts, per_class, seed=(seed, per_class)) for texts in training]


def _compare_all(
    training: Sequence[TrainingSet], equal: dict[str, Trained[Any]], whole: dict[str, Trained[Any]]
) -> list[Comparison]:
    """Each pair at equal n per class, and with all texts; the verdict goes with one of the two.

    It goes with equal n, unless one set holds the other: then the question is what the added texts bring.
    """
    compared = []
    for one, other in combinations(training, 2):
        nested = set(one.parts) < set(other.parts) or set(other.parts) < set(one.parts)
        for scope, trained in ((EQUAL_N, equal), (ALL_TEXTS, whole)):
            is_primary = (scope == ALL_TEXTS) == nested
            pair = compare((one.name, trained[one.name]), (other.name, trained[other.name]), scope)
            for comparison in pair:
                primary = is_primary and comparison.metric == "macro_f1"
                compared.append(replace(comparison, family=PRIMARY_FAMILY if primary else EXPLORATORY_FAMILY))
    return adjust_families(compared)


def _sum_up(trained: Trained[Any], per_class: int | None) -> EqualScores:
    return EqualScores(per_class, trained.n, trained.estimate_metrics())


def _describe(
    trained: Trained[Any], texts: Texts, test: Texts, match: LabelMatch, items: Sequence[int], *, equal: EqualScores
) -> ModelScores:
    names, first = match.names, len(trained.scoring.metrics)
    confidence, right = trained.scoring.check_confidence(trained.whole)
    if test.membership is None:
        confusion = make_confusion(test.codes, trained.whole.codes, names, items)
    else:
        confusion = make_label_confusion(test.membership, trained.whole.given, names, items)
    return ModelScores(
        scores=trained.estimate_metrics(),
        per_class_f1={name: trained.estimate(first + number) for number, name in enumerate(names)},
        calibration_error=trained.estimate_calibration(),
        reliability=bin_reliability(confidence, right),
        confusion=confusion,
        training_texts=count_training_texts(texts.codes if texts.membership is None else texts.membership, names),
        equal=equal,
    )


def _add_curves(
    outcome: Outcome,
    request: EvaluationRequest,
    training: Sequence[Texts],
    measured: Mapping[str, Sequence[MeasuredPoint]],
) -> Outcome:
    """The outcome with its curves, and what they say of budgets."""
    costs = {
        training_set.name: TokenCost(training_set.cost.tokens, training_set.cost.tokens_once, texts.n)
        for training_set, texts in zip(request.training, training, strict=True)
        if training_set.cost is not None and training_set.cost.tokens
    }
    curves = {
        name: tuple(
            CurvePoint(point.n, point.per_class, point.scores, _count_tokens(costs.get(name), point.n))
            for point in points
        )
        for name, points in measured.items()
    }
    budget = tuple(
        find_budget_share((a, measured[a], costs[a]), (b, measured[b], costs[b]), seed=request.seed)
        for a, b in permutations(costs, 2)
    )
    bills = {training_set.name: training_set.cost for training_set in request.training if training_set.cost is not None}
    return replace(outcome, curves=curves, budget=budget, bills=bills)


def _count_tokens(cost: TokenCost | None, texts: int) -> int | None:
    return None if cost is None else round(cost.cost_of(texts))


def _join_labelled(parts: Sequence[LabelledTexts]) -> LabelledTexts:
    memberships = [part.membership for part in parts if part.membership is not None]
    return LabelledTexts(
        [text for part in parts for text in part.texts],
        np.concatenate([part.codes for part in parts]),
        np.concatenate(memberships) if memberships else None,
    )
