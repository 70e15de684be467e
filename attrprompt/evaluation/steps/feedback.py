"""Feedback of the small model for the next round, after ProGen: the texts that help it most become examples.

ProGen (Ye et al. 2022) trains a small model on the texts of a round, scores each text by its influence on a
noise-robust loss over held-out generated texts, and puts the most helpful ones before the prompts of the next round.
So here, with the probe as the small model: its influence is exact rather than estimated by stochastic steps, each half
of the texts is held out for the other, and the scores of several splits are averaged. No gold text is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.errors import InputError, StopCheck, WorkerError
from attrprompt.evaluation.loading import SHARE, read_coded
from attrprompt.evaluation.probe import Texts, limit_threads
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.evaluation.scores import Floats
from attrprompt.evaluation.steps.ablations import read_plan_options
from attrprompt.evaluation.steps.influence import Problem, fit, measure_influence
from attrprompt.evaluation.steps.noise import refuse_few, split_in_half
from attrprompt.generation.fewshot import MOST_PER_CLASS, Example, FewShots
from attrprompt.generation.launch import create_run
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.project import fold_label
from attrprompt.records import BASE_RUN, Flag, Run, Sample, SampleStatus
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.store import SampleFilter, Store, StoredProject
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register

KEPT_AS = "feedback"  # among a run's options
SPLITS = 5
_UNFIT = frozenset({Flag.EMPTY, Flag.REFUSAL, Flag.TRUNCATED, Flag.FEW_SHOT_COPY, Flag.NEAR_DUPLICATE})


@dataclass(frozen=True, slots=True)
class HelpfulText:
    """A text that helps the small model, with its influence: the smaller, the more it helps."""

    sample: Sample
    influence: float


class InfluenceRequest(EvaluationRequest, JobRequest[Plain]):
    """How much each training text moves the probe."""

    kind: ClassVar[str] = "influence"


@register(InfluenceRequest, Plain, unhashed=UNHASHED)
def rank_texts(request: InfluenceRequest, context: JobContext) -> Plain:
    """Every text of the one training set of an `EvaluationRequest` with its influence, the most helpful first.

    The request's test set only says which labels count; none of its texts is used.
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
    places = coded.places
    return Plain(
        {
            "training": request.training[0].name,
            "n": coded.texts.n,
            "parameters": {"splits": SPLITS, "seed": request.seed},
            "harmful_share": float((influence > 0).mean()),
            "texts": [
                {
                    "dataset": places[row][0],
                    "item": places[row][1],
                    "label": coded.match.names[coded.texts.codes[row]],
                    "influence": float(influence[row]),
                }
                for row in map(int, np.argsort(influence, kind="stable"))
            ],
        }
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


def choose_helpful(store: Store, run: Run, ranked: Sequence[Mapping[str, Any]], per_class: int) -> list[HelpfulText]:
    """The most helpful texts of each class that may stand as examples: not rejected, not cut, none twice.

    Args:
        ranked: what the job `influence` gave as `texts`.

    Raises:
        InputError: the number cannot be used, or a class has no text that helps and may be an example.
    """
    if not 1 <= per_class <= MOST_PER_CLASS:
        raise InputError(f"A prompt takes 1 to {MOST_PER_CLASS} examples a class, not {per_class}.")
    scores = {each["item"]: float(each["influence"]) for each in ranked if each["dataset"] == run.name}
    items = tuple(item for item, influence in scores.items() if influence < 0)
    samples = {each.item: each for each in store.datasets.iterate(run.id, SampleFilter(items=items))}
    chosen: dict[str, dict[str, HelpfulText]] = {label: {} for label in dict.fromkeys(each["label"] for each in ranked)}
    for item in items:
        sample = samples.get(item)
        if sample is None or sample.status is SampleStatus.REJECTED or _UNFIT & set(sample.flags):
            continue
        label = next(each["label"] for each in ranked if each["item"] == item and each["dataset"] == run.name)
        if len(chosen[label]) < per_class:
            chosen[label].setdefault(sample.text.strip(), HelpfulText(sample, scores[item]))
    if bare := [label for label, texts in chosen.items() if not texts]:
        raise InputError(f"'{run.name}' has no text that helps and may be an example for: {', '.join(bare)}.")
    return [each for texts in chosen.values() for each in texts.values()]


def plan_next_round(
    store: Store, project: StoredProject, base: Run, helpful: Sequence[HelpfulText], per_class: int
) -> Run:
    """Store the plan of the next round: the base run's own with the next seed and these texts as examples.

    Raises:
        InputError: the plan cannot be made.
    """
    by_label: dict[str, tuple[Example, ...]] = {}
    for each in helpful:
        key = fold_label(each.sample.label)
        by_label[key] = (*by_label.get(key, ()), Example(each.sample.prompt, each.sample.text))
    options = read_plan_options(base)
    return create_run(
        store,
        project,
        options.model_copy(update={"seed": options.seed + 1}),
        endpoint_of(base),
        name=_name_round(store, base),
        parameters=GenerationParameters.model_validate(dict(base.parameters)),
        limits=RunLimits.model_validate(dict(base.limits)),
        few_shots=FewShots(base.name, per_class, is_gold=False, by_label=by_label),
        facts={BASE_RUN: base.id, KEPT_AS: {"items": [each.sample.item for each in helpful]}},
    )


def find_rounds(base: Run, runs: Sequence[Run]) -> dict[str, Run]:
    """The later rounds of a run among these runs, by title, the first planned first."""
    rounds = [run for run in runs if KEPT_AS in run.options and run.options.get(BASE_RUN) == base.id]
    ordered = sorted(rounds, key=lambda each: each.id)
    return {f"with the choice as examples, {each.name}": each for each in ordered}


def _name_round(store: Store, base: Run) -> str:
    taken = {each.name.casefold() for each in store.datasets.list_all(base.dataset.project_id)}
    number = 2
    while f"{base.name}: round {number}".casefold() in taken:
        number += 1
    return f"{base.name}: round {number}"
