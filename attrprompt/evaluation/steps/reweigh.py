"""Noise-robust weighting of training texts, after SunGen: texts that a probe would do better without count less.

SunGen (Gao et al. 2023) learns a weight for each text by two nested problems: the inner one trains a small model on the
weighted texts, the outer one moves the weights so that a noise-robust loss on further generated texts falls. So here:

- inner: the probe of this app (convex, so its solution is the one there is); SunGen trains a small neural network;
- outer: reverse cross-entropy on the other half of the same run, which holds noise too; no gold text is looked at;
- the slope of the outer loss along each weight is exact, by the implicit function theorem; SunGen takes one step of
  gradient descent for the inner solution;
- each half is weighted by the other, so that every text gets a weight; SunGen draws its outer texts from the same set;
- weights start at 0.5 and stay within 0 and 1, as SunGen's do; training uses them with mean 1, so that the probe's
  penalty weighs as much as without them. SunGen goes on to draw a smaller set by weight; nothing is dropped here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.verdicts import EXPLORATORY_FAMILY, PRIMARY_FAMILY, adjust_families
from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.errors import InputError, StopCheck, WorkerError
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.loading import SHARE, CodedTexts, read_coded
from attrprompt.evaluation.probe import (
    DRAWS,
    MOST_ITERATIONS,
    PENALTY,
    Texts,
    Trained,
    compare,
    draw_share,
    limit_threads,
    make_scoring,
    train,
)
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.evaluation.result import ALL_TEXTS
from attrprompt.evaluation.scores import Floats, Predictions, measure_calibration_error
from attrprompt.evaluation.steps.halves import refuse_few, split_in_half
from attrprompt.evaluation.steps.weighted_probe import Problem, fit, measure_influence, robust_loss
from attrprompt.kept import Kept
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

START, RATE, STEPS = 0.5, 0.1, 20
LOW = 0.1
BEFORE, AFTER = "all texts alike", "weighted"


@dataclass(frozen=True)
class Learned:
    """Weights of a set's texts, and what the outer loss was with equal ones and with these."""

    weights: Floats
    loss_before: float
    loss_after: float


@dataclass(frozen=True)
class GoldSet:
    """The texts that test."""

    dataset: str
    n: int


@dataclass(frozen=True)
class WeighingParameters:
    """How weights are learned.

    Attributes:
        start: each weight before the first step.
        rate: length of a step.
        draws: trainings on 80 % of the texts, for the intervals.
    """

    start: float
    rate: float
    steps: int
    draws: int
    seed: int


@dataclass(frozen=True)
class HeldOutLoss:
    """The robust loss on held-out halves with equal weights and with learned ones; 0 is best, 1 worst."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class TextWeight:
    """A training text with its weight, 0 to 1."""

    dataset: str
    item: int
    label: str
    weight: float


@dataclass(frozen=True)
class Reweighing(Kept):
    """Weights of a training set, and what the probe scores with and without them.

    Attributes:
        training: name of the training set.
        n: its texts.
        low_share: share of them whose weight lies under `LOW`.
        weights: of each text, the lowest first.
    """

    training: str
    test: GoldSet
    parameters: WeighingParameters
    n: int
    held_out_loss: HeldOutLoss
    low_share: float
    before: Scores
    after: Scores
    comparisons: tuple[Comparison, ...]
    weights: tuple[TextWeight, ...]


class ReweighRequest(EvaluationRequest, JobRequest[Reweighing]):
    """Which training texts should count less."""

    kind: ClassVar[str] = "reweigh"


@register(ReweighRequest, Reweighing, unhashed=UNHASHED)
def reweigh(request: ReweighRequest, context: JobContext) -> Reweighing:
    """Learn weights for the one training set of an `EvaluationRequest`; the probe on its test set before and after.

    Raises:
        InputError: texts have several labels, or there are too few of them.
        WorkerError: it was stopped.
    """
    if request.multi_label:
        raise InputError("Weights are learned for texts with one label each; this project's texts have several.")
    coded = read_coded(request, context)
    texts, test, classes = coded.texts, coded.test, len(coded.match.names)
    refuse_few(texts, classes)

    def check(doing: str = "", share: float = 0.0) -> None:
        if context.cancelled():
            raise WorkerError("The weighting was cancelled.")
        if doing:
            context.progress(SHARE + (1 - SHARE) * share, doing)

    check("training on all texts alike", 0.02)
    before = train(texts, test, classes, seed=request.seed, check=check)
    check("learning the weights", 0.05)
    learned = learn_weights(texts, classes, seed=request.seed, check=check)
    after = _train_weighted(texts, test, classes, learned.weights, seed=request.seed, check=check)
    compared = [
        replace(comparison, family=PRIMARY_FAMILY if comparison.metric == "macro_f1" else EXPLORATORY_FAMILY)
        for comparison in compare((AFTER, after), (BEFORE, before), ALL_TEXTS)
    ]
    return Reweighing(
        training=request.training[0].name,
        test=GoldSet(coded.tested.dataset.name, test.n),
        parameters=WeighingParameters(START, RATE, STEPS, DRAWS, request.seed),
        n=texts.n,
        held_out_loss=HeldOutLoss(learned.loss_before, learned.loss_after),
        low_share=float((learned.weights < LOW).mean()),
        before=before.estimate_metrics(),
        after=after.estimate_metrics(),
        comparisons=tuple(adjust_families(compared)),
        weights=_list_weights(coded, learned.weights),
    )


def learn_weights(texts: Texts, classes: int, *, seed: int, check: StopCheck | None = None) -> Learned:
    """A weight between 0 and 1 for each text, each half of the texts tested on the other."""
    halves = split_in_half(texts.codes, seed=seed)
    weights = np.full(texts.n, START)
    before = after = 0.0
    with limit_threads():
        problems = [Problem.make(texts.vectors[rows], texts.codes[rows], classes) for rows in halves]
        for own, other in ((0, 1), (1, 0)):
            found, first, last = _descend(problems[own], problems[other], check)
            weights[halves[own]] = found
            before, after = before + first / 2, after + last / 2
    return Learned(weights, before, after)


def _descend(own: Problem, other: Problem, check: StopCheck | None) -> tuple[Floats, float, float]:
    """Steps of even size against the slope of the outer loss; gives the weights and that loss, first and last."""
    weights = np.full(len(own.classes), START)
    coefficients: NDArray[np.float64] | None = None
    first = 0.0
    for step in range(STEPS):
        if check is not None:
            check()
        coefficients = fit(own, weights / weights.mean(), coefficients)
        if not step:
            first = robust_loss(other, coefficients)
        slope = measure_influence(own, weights / weights.mean(), coefficients, other)
        size = float(np.sqrt((slope * slope).mean()))
        if size == 0:
            break
        moved = np.clip(weights - RATE * slope / size, 0.0, 1.0)
        if not moved.any():
            break
        weights = moved
    last = robust_loss(other, fit(own, weights / weights.mean(), coefficients))
    return weights, first, last


def _train_weighted(
    texts: Texts, test: Texts, classes: int, weights: Floats, *, seed: int, check: Callable[..., None]
) -> Trained[Predictions]:
    """The probe with weights, learned anew in each draw of 80 % of the texts: they are part of what is drawn."""
    scoring = make_scoring(test, classes)
    scores, calibration = [], []
    for number in range(DRAWS):
        check(f"draw {number + 1} of {DRAWS}", 0.1 + 0.9 * number / DRAWS)
        drawn = texts.take(draw_share(texts, number, seed=seed))
        predicted = _predict(drawn, learn_weights(drawn, classes, seed=seed, check=check).weights, test)
        scores.append(scoring.score(predicted))
        calibration.append(measure_calibration_error(*scoring.check_confidence(predicted)))
    whole = _predict(texts, weights, test)
    return Trained(scoring, texts.n, whole, np.stack(scores), np.array(calibration), seed)


def _predict(texts: Texts, weights: Floats, test: Texts) -> Predictions:
    from sklearn.linear_model import LogisticRegression

    with limit_threads():
        model = LogisticRegression(C=PENALTY, max_iter=MOST_ITERATIONS)
        model.fit(texts.vectors.astype(np.float64), texts.codes, sample_weight=weights / weights.mean())
        shares = model.predict_proba(test.vectors.astype(np.float64))
    best = shares.argmax(axis=1)
    return Predictions(model.classes_[best].astype(np.int64), shares[np.arange(len(best)), best])


def _list_weights(coded: CodedTexts, weights: Floats) -> tuple[TextWeight, ...]:
    """Each text with its weight, the lowest first."""
    origins = coded.origins
    return tuple(
        TextWeight(*origins[row], coded.match.names[coded.texts.codes[row]], round(float(weights[row]), 4))
        for row in map(int, np.argsort(weights, kind="stable"))
    )
