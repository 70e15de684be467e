"""The influence of each training text on the probe, the most helpful first: what feedback chooses from.

ProGen (Ye et al. 2022) estimates influence on a noise-robust loss over held-out generated texts by stochastic steps.
Here it is exact; each half of the texts is held out for the other, and the scores of several splits are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.errors import InputError, StopCheck, WorkerError
from attrprompt.evaluation.loading import SHARE, read_coded
from attrprompt.evaluation.probe import Texts, limit_threads
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.evaluation.scores import Floats
from attrprompt.evaluation.steps.halves import refuse_few, split_in_half
from attrprompt.evaluation.steps.weighted_probe import Problem, fit, measure_influence
from attrprompt.kept import Kept
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

SPLITS = 5


@dataclass(frozen=True, slots=True)
class TextInfluence:
    """A training text with its influence: below 0 it helps, above 0 it harms."""

    dataset: str
    item: int
    label: str
    influence: float


@dataclass(frozen=True)
class InfluenceParameters:
    """How influence is measured: the splits into halves, whose influences are averaged, and their seed."""

    splits: int
    seed: int


@dataclass(frozen=True)
class InfluenceRanking(Kept):
    """The texts of a training set by their influence.

    Attributes:
        training: name of the training set.
        n: its texts.
        harmful_share: share of them without which the loss would be lower.
        texts: the most helpful first.
    """

    training: str
    n: int
    parameters: InfluenceParameters
    harmful_share: float
    texts: tuple[TextInfluence, ...]


class InfluenceRequest(EvaluationRequest, JobRequest[InfluenceRanking]):
    """How much each training text moves the probe."""

    kind: ClassVar[str] = "influence"


@register(InfluenceRequest, InfluenceRanking, unhashed=UNHASHED)
def rank_texts(request: InfluenceRequest, context: JobContext) -> InfluenceRanking:
    """Every text of the one training set of an `EvaluationRequest` with its influence, the most helpful first.

    The request's test set only says which labels count; none of its texts is used.

    Raises:
        InputError: texts have several labels, or there are too few of them.
        WorkerError: it was stopped.
    """
    if request.multi_label:
        raise InputError("Influence is measured for texts with one label each; this project's texts have several.")
    coded = read_coded(request, context)
    classes = len(coded.match.names)
    refuse_few(coded.texts, classes)
    done = 0

    def check() -> None:
        nonlocal done
        if context.cancelled():
            raise WorkerError("The scoring was cancelled.")
        context.progress(SHARE + (1 - SHARE) * done / (2 * SPLITS), "measuring influence")
        done += 1

    influence = measure_mean_influence(coded.texts, classes, seed=request.seed, check=check)
    origins = coded.origins
    return InfluenceRanking(
        training=request.training[0].name,
        n=coded.texts.n,
        parameters=InfluenceParameters(SPLITS, request.seed),
        harmful_share=float((influence > 0).mean()),
        texts=tuple(
            TextInfluence(*origins[row], coded.match.names[coded.texts.codes[row]], float(influence[row]))
            for row in map(int, np.argsort(influence, kind="stable"))
        ),
    )


def measure_mean_influence(texts: Texts, classes: int, *, seed: int, check: StopCheck | None = None) -> Floats:
    """The influence of each text on the robust loss of the other half, mean over splits; below 0 it helps."""
    total = np.zeros(texts.n)
    with limit_threads():
        for split in range(SPLITS):
            halves = split_in_half(texts.codes, seed=seed * SPLITS + split)
            problems = [Problem.make(texts.vectors[rows], texts.codes[rows], classes) for rows in halves]
            for own, other in ((0, 1), (1, 0)):
                if check is not None:
                    check()
                weights = np.ones(len(halves[own]))
                coefficients = fit(problems[own], weights)
                total[halves[own]] += measure_influence(problems[own], weights, coefficients, problems[other])
    return total / SPLITS
