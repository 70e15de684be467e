"""The plan: the exact list of prompts of a run, made before anything is spent.

A plan depends only on the project's content and its options: the same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.errors import InputError
from attrprompt.generation.plans.items import PlanItem, make_item_seed, write_plan
from attrprompt.generation.plans.options import (
    Distribution,
    PlanOptions,
    count_per_label,
    fixed_texts,
    read_options,
    resolve_fixed,
    resolve_without,
)
from attrprompt.generation.plans.statistics import PlanStatistics, PlanSummary, summarise_plan
from attrprompt.project import Method, Project
from attrprompt.prompts.rendering import PromptRenderer
from attrprompt.sampling import (
    BalanceState,
    Configuration,
    LabelSet,
    Rows,
    Space,
    build_space,
    draw_label_sets,
    sample_rows,
)

__all__ = [
    "Distribution",
    "PlanItem",
    "PlanOptions",
    "PlanStatistics",
    "PlanSummary",
    "make_item_seed",
    "make_plan",
    "plan_label_sets",
    "read_options",
    "summarise_plan",
    "write_plan",
]

MetaPrompts = Mapping[str, Sequence[str]]


def make_plan(project: Project, options: PlanOptions, *, meta_prompts: MetaPrompts | None = None) -> Iterator[PlanItem]:
    """The plan's prompts, one by one; memory stays flat however long the plan.

    Classes take turns, so that a run that is stopped early is balanced over classes.

    Args:
        project: the document.
        options: what to plan.
        meta_prompts: for MetaPrompt, the prompts that the model wrote: label id (of a label set: the ids joined with
            `+`) to texts, used in turn.

    Raises:
        InputError: at once, before the first prompt: the project or the options cannot make a plan.
    """
    sets = plan_label_sets(project, options)
    if options.method is Method.METAPROMPT:
        return _iterate_meta(project, options, sets, meta_prompts or {})
    parts = _draw_parts(project, options, sets)
    return _iterate(project, options, parts, PromptRenderer(project, options.method))


def plan_label_sets(project: Project, options: PlanOptions) -> dict[LabelSet, int]:
    """How many prompts each label set of the plan gets; of a single-label task each label is a set of its own.

    Raises:
        InputError: the project or the options cannot make a plan.
    """
    counts = count_per_label(project, options)
    if not project.task.multi_label:
        return {(label_id,): count for label_id, count in counts.items() if count}
    rng = np.random.default_rng([options.seed, 1])
    return draw_label_sets(project, counts, options.label_sets, rng, fixed_texts(project, options))


@dataclass(frozen=True)
class _Part:
    """The prompts of one label set, with one row of the space for each (AttrPrompt only)."""

    label_ids: LabelSet
    count: int
    space: Space | None = None
    rows: Rows | None = None


def _draw_parts(project: Project, options: PlanOptions, sets: Mapping[LabelSet, int]) -> list[_Part]:
    if options.method is not Method.ATTRPROMPT:
        return [_Part(label_ids, count) for label_ids, count in sets.items()]
    if not project.dimensions:
        raise InputError("AttrPrompt needs an attribute dimension. Add one, or choose SimPrompt.")
    without = resolve_without(project, options)
    state = BalanceState()
    parts = []
    for index, (label_ids, count) in enumerate(sets.items()):
        space = build_space(project, label_ids, fixed=resolve_fixed(project, options, label_ids), without=without)
        rng = np.random.default_rng([options.seed, 0, index])
        parts.append(_Part(label_ids, count, space, sample_rows(project, space, count, options.sampler, rng, state)))
    return parts


def _take_turns(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(part, its n-th prompt) in the order of the plan: every beginning holds the parts in their proportions."""
    part = np.repeat(np.arange(len(counts)), counts)
    turn = np.concatenate([np.arange(count) for count in counts])
    position = (turn + 0.5) / np.repeat(counts, counts)
    order = np.lexsort((part, position))
    yield from zip(part[order].tolist(), turn[order].tolist(), strict=True)


def _iterate(
    project: Project, options: PlanOptions, parts: Sequence[_Part], renderer: PromptRenderer
) -> Iterator[PlanItem]:
    names = [_label_names(project, part.label_ids) for part in parts]
    texts = {
        key: {value_id: value.text for value_id, value in d.values.items()} for key, d in project.dimensions.items()
    }
    dimensions = {key: dimension.name for key, dimension in project.dimensions.items()}
    has_system = renderer.has_system
    for item, (index, turn) in enumerate(_take_turns([part.count for part in parts])):
        part = parts[index]
        configuration: Configuration = {}
        if part.space is not None and part.rows is not None:
            configuration = part.space.configuration(part.rows[turn].tolist())
        yield PlanItem(
            item,
            names[index],
            {
                dimensions[key]: texts[key][ids[0]] if len(ids) == 1 else "; ".join([texts[key][i] for i in ids])
                for key, ids in configuration.items()
            },
            renderer.render(part.label_ids, configuration),
            make_item_seed(options.seed, item),
            renderer.render_system(part.label_ids, configuration) if has_system else "",
        )


def _iterate_meta(
    project: Project, options: PlanOptions, sets: Mapping[LabelSet, int], meta_prompts: MetaPrompts
) -> Iterator[PlanItem]:
    parts = []
    for label_ids, count in sets.items():
        prompts = meta_prompts.get("+".join(label_ids))
        if not prompts:
            title = " and ".join(project.labels[label_id].title for label_id in label_ids)
            raise InputError(f"MetaPrompt has no prompt for {title} yet. Let the model write its prompts first.")
        parts.append((count, _label_names(project, label_ids), prompts))

    def iterate() -> Iterator[PlanItem]:
        for item, (index, turn) in enumerate(_take_turns([count for count, _, _ in parts])):
            _, names, prompts = parts[index]
            yield PlanItem(item, names, {}, prompts[turn % len(prompts)], make_item_seed(options.seed, item))

    return iterate()


def _label_names(project: Project, label_ids: LabelSet) -> tuple[str, ...]:
    return tuple(project.labels[label_id].name for label_id in label_ids)
