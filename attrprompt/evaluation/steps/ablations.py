"""Ablations: plans that differ from a base run's in one thing.

Every variant is planned from the base run's own document, options, seed, endpoint and parameters, so that only the one
thing differs: a dimension left out, a dimension kept at one value, all dimensions kept at one value (random against
fixed values), the class-aware filter on or off.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from attrprompt.edits.pasting import ValueDraft
from attrprompt.edits.values import add_values, delete_values
from attrprompt.elicitation.proposals import FilterProposal, ProposalKind, ProposalStatus, remove_values
from attrprompt.errors import InputError
from attrprompt.generation.fewshot import KEPT_AS as FEW_SHOTS
from attrprompt.generation.launch import create_run
from attrprompt.generation.plans.plan import PlanOptions
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.project import Method, Project
from attrprompt.records import BASE_RUN, Run
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.store import Store, StoredProject

KEPT_AS = "ablation"  # among a run's options
ALL_FIXED, FILTER_OFF, FILTER_ON = "fixed", "filter:off", "filter:on"


@dataclass(frozen=True)
class Ablation:
    """One variant of a base run.

    Attributes:
        key: what it changes: `without:style`, `fixed:style`, `fixed` for all dimensions, `filter:off`, `filter:on`.
        title: the same for people; it ends the variant's run name too.
        document: what it is planned from.
    """

    key: str
    title: str
    document: Project
    options: PlanOptions


@dataclass(frozen=True, slots=True)
class Removal:
    """A value that the class-aware filter took from a label, or suggests to take."""

    dimension_id: str
    label_id: str
    value_id: str
    text: str
    is_done: bool


def list_ablations(store: Store, base: Run) -> list[Ablation]:
    """Every variant that this run can be held against.

    Raises:
        InputError: the run has no attributes to leave out, or examples that a variant could not repeat.
    """
    if base.method != Method.ATTRPROMPT:
        raise InputError(f"'{base.name}' was made without attributes. Choose a run made with AttrPrompt.")
    if FEW_SHOTS in base.options:
        raise InputError(f"The prompts of '{base.name}' hold examples. Choose a run without: a variant takes none.")
    document, options = store.runs.load_document(base.id), read_plan_options(base)
    left_out = {document.find_dimension(name) for name in options.without}
    kept_at = {document.find_dimension(name) for name in options.fixed}
    variants, used = [], [pair for pair in document.ordered_dimensions() if pair[0] not in left_out]
    for _, dimension in used:
        without = options.model_copy(
            update={
                "without": (*options.without, dimension.name),
                "fixed": {name: value for name, value in options.fixed.items() if name != dimension.name},
            }
        )
        variants.append(Ablation(f"without:{dimension.name}", f"without {dimension.name}", document, without))
    free = [(key, dimension) for key, dimension in used if key not in kept_at and len(dimension.values) > 1]
    for dimension_id, dimension in free:
        variant = _fix(document, options, [dimension_id])
        value = variant[1].fixed.get(dimension.name)
        title = f"{dimension.name} fixed: {value}" if value else f"{dimension.name} fixed: one value a label"
        variants.append(Ablation(f"fixed:{dimension.name}", title, *variant))
    if len(free) > 1:
        fixed = _fix(document, options, [dimension_id for dimension_id, _ in free])
        variants.append(Ablation(ALL_FIXED, "all dimensions fixed", *fixed))
    return variants + _vary_filter(document, options, read_removals(store, base.dataset.project_id))


def plan_ablation(store: Store, project: StoredProject, base: Run, ablation: Ablation) -> Run:
    """Store the variant's plan beside the base run's; nothing is sent yet.

    Raises:
        InputError: the plan cannot be made, or the variant is there already.
    """
    return create_run(
        store,
        replace(project, document=ablation.document),
        ablation.options,
        endpoint_of(base),
        name=f"{base.name}: {ablation.title}"[:200],
        parameters=GenerationParameters.model_validate(dict(base.parameters)),
        limits=RunLimits.model_validate(dict(base.limits)),
        facts={BASE_RUN: base.id, KEPT_AS: {"key": ablation.key, "title": ablation.title}},
    )


def find_variants(base: Run, runs: Iterable[Run]) -> dict[str, Run]:
    """The planned or sent variants of a base run among these runs, by key; of several the newest."""
    found = {}
    for run in sorted(runs, key=lambda run: run.id):
        if is_variant(run) and run.options.get(BASE_RUN) == base.id:
            found[str(run.options[KEPT_AS]["key"])] = run
    return found


def is_variant(run: Run) -> bool:
    """Whether a run was planned as a variant of another."""
    return KEPT_AS in run.options


def read_plan_options(run: Run) -> PlanOptions:
    """The options that a run was planned with, without what else is kept beside them."""
    return PlanOptions.model_validate({key: run.options[key] for key in PlanOptions.model_fields if key in run.options})


def read_removals(store: Store, project_id: str) -> list[Removal]:
    """What the class-aware filter took from the project's labels, and what it suggests to take."""
    rows = store.proposals.list_some(
        project_id, kind=ProposalKind.FILTER, statuses=(ProposalStatus.OPEN, ProposalStatus.ACCEPTED)
    )
    return [
        Removal(row.dimension_id, row.label_id, found.value_id, found.text, row.status == ProposalStatus.ACCEPTED)
        for row, found in ((row, FilterProposal.read(row)) for row in rows)
        if row.status == ProposalStatus.ACCEPTED or found.suggests_drop
    ]


def _fix(document: Project, options: PlanOptions, dimension_ids: Sequence[str]) -> tuple[Project, PlanOptions]:
    """Keep each dimension at one value that the seed draws; a class-dependent one at one value a label.

    Values for all labels are fixed by the options, as `plan --fix` does; of the others the document loses all but one.
    """
    fixed = dict(options.fixed)
    for dimension_id in dimension_ids:
        dimension = document.dimensions[dimension_id]
        rng = random.Random(f"{options.seed} {dimension.name}")
        if not dimension.class_dependent:
            fixed[dimension.name] = rng.choice([value.text for _, value in dimension.ordered()])
            continue
        for label_id, _ in document.ordered_labels():
            there = [value_id for value_id, _ in document.dimensions[dimension_id].values_for(label_id)]
            if len(there) > 1:
                kept = rng.choice(there)
                gone = [value_id for value_id in there if value_id != kept]
                document = delete_values(document, dimension_id, gone, only_label=label_id)
    return document, options.model_copy(update={"fixed": fixed})


def _vary_filter(document: Project, options: PlanOptions, removals: Sequence[Removal]) -> list[Ablation]:
    """The filter off where it took something from this document, on where it would take something."""
    known = [
        removal
        for removal in removals
        if removal.dimension_id in document.dimensions and removal.label_id in document.labels
    ]
    present = [removal for removal in known if _holds(document, removal)]
    absent = [removal for removal in known if removal.is_done and not _holds(document, removal)]
    variants = []
    if absent:
        restored = document
        for removal in absent:
            drafts = [ValueDraft(text=removal.text)]
            restored = add_values(restored, removal.dimension_id, drafts, labels=[removal.label_id]).project
        variants.append(Ablation(FILTER_OFF, f"filter off: {len(absent)} values back", restored, options))
    if present:
        gone = [(removal.dimension_id, removal.label_id, removal.value_id) for removal in present]
        filtered = remove_values(document, gone)
        variants.append(Ablation(FILTER_ON, f"filter on: {len(present)} values less", filtered, options))
    return variants


def _holds(document: Project, removal: Removal) -> bool:
    values = document.dimensions[removal.dimension_id].values_for(removal.label_id)
    return any(value_id == removal.value_id for value_id, _ in values)
