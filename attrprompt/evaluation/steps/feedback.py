"""Feedback of the small model for the next round, after ProGen: the texts that help it most become examples.

ProGen (Ye et al. 2022) trains a small model on the texts of a round and puts those that help it most before the prompts
of the next round. So here, with the probe as the small model; no gold text is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attrprompt.errors import InputError
from attrprompt.evaluation.steps.ablations import read_plan_options
from attrprompt.evaluation.steps.influence import InfluenceRanking
from attrprompt.generation.fewshot import MOST_PER_CLASS, Example, FewShots
from attrprompt.generation.launch import create_run
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.project import fold_label
from attrprompt.records import ANSWER_DOUBTS, BASE_RUN, Flag, Run, Sample, SampleStatus
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.store import SampleFilter, Store, StoredProject

KEPT_AS = "feedback"  # among a run's options
_UNFIT = frozenset({Flag.EMPTY, Flag.REFUSAL, Flag.TRUNCATED, Flag.FEW_SHOT_COPY, Flag.NEAR_DUPLICATE, *ANSWER_DOUBTS})


@dataclass(frozen=True, slots=True)
class HelpfulText:
    """A text that helps the small model, with its influence: the smaller, the more it helps."""

    sample: Sample
    influence: float


def choose_helpful(store: Store, run: Run, ranking: InfluenceRanking, per_class: int) -> list[HelpfulText]:
    """The most helpful texts of each class that may stand as examples: not rejected, not cut, none twice.

    Raises:
        InputError: the number cannot be used, or a class has no text that helps and may be an example.
    """
    if not 1 <= per_class <= MOST_PER_CLASS:
        raise InputError(f"A prompt takes 1 to {MOST_PER_CLASS} examples a class, not {per_class}.")
    helpful = [text for text in ranking.texts if text.dataset == run.name and text.influence < 0]
    wanted = SampleFilter(items=tuple(text.item for text in helpful))
    samples = {sample.item: sample for sample in store.datasets.iterate(run.id, wanted)}
    chosen: dict[str, dict[str, HelpfulText]] = {label: {} for label in dict.fromkeys(t.label for t in ranking.texts)}
    for text in helpful:
        sample = samples.get(text.item)
        if sample is None or sample.status is SampleStatus.REJECTED or _UNFIT & set(sample.flags):
            continue
        of_label = chosen[text.label]
        if len(of_label) < per_class:
            of_label.setdefault(sample.text.strip(), HelpfulText(sample, text.influence))
    if bare := [label for label, texts in chosen.items() if not texts]:
        raise InputError(f"'{run.name}' has no text that helps and may be an example for: {', '.join(bare)}.")
    return [picked for texts in chosen.values() for picked in texts.values()]


def plan_next_round(
    store: Store, project: StoredProject, base: Run, helpful: Sequence[HelpfulText], per_class: int
) -> Run:
    """Store the plan of the next round: the base run's own with the next seed and these texts as examples.

    Raises:
        InputError: the plan cannot be made.
    """
    by_label: dict[str, tuple[Example, ...]] = {}
    for text in helpful:
        key = fold_label(text.sample.label)
        by_label[key] = (*by_label.get(key, ()), Example(text.sample.prompt, text.sample.text))
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
        facts={BASE_RUN: base.id, KEPT_AS: {"items": [text.sample.item for text in helpful]}},
    )


def find_rounds(base: Run, runs: Sequence[Run]) -> dict[str, Run]:
    """The later rounds of a run among these runs, by title, the first planned first."""
    rounds = [run for run in runs if KEPT_AS in run.options and run.options.get(BASE_RUN) == base.id]
    ordered = sorted(rounds, key=lambda run: run.id)
    return {f"with the choice as examples, {run.name}": run for run in ordered}


def _name_round(store: Store, base: Run) -> str:
    taken = {dataset.name.casefold() for dataset in store.datasets.list_all(base.dataset.project_id)}
    number = 2
    while f"{base.name}: round {number}".casefold() in taken:
        number += 1
    return f"{base.name}: round {number}"
