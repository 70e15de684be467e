"""Attribute configurations: which values a prompt asks for.

Samplers: *independent* (the paper's), *balanced* (each value as often as its share asks for) and *pairwise* (all
pairs of values with as few prompts as possible). All of them honour constraints and depend only on the content of
the project and the random generator given to them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

import numpy as np

from attrprompt.errors import InputError
from attrprompt.project import Project
from attrprompt.sampling.balanced import BalanceState, sample_balanced
from attrprompt.sampling.independent import sample_independent
from attrprompt.sampling.label_sets import (
    LabelSet,
    LabelSetOptions,
    LabelSetShare,
    LabelSetSource,
    draw_label_sets,
)
from attrprompt.sampling.pairwise import cover_pairs, least_prompts, sample_pairwise
from attrprompt.sampling.space import (
    Configuration,
    ConfigurationCount,
    Rows,
    Slot,
    Space,
    active_constraints,
    build_space,
    count_space,
    describe_constraint,
    leading_dimension,
    read_row,
)

__all__ = [
    "BalanceState",
    "Configuration",
    "ConfigurationCount",
    "LabelSet",
    "LabelSetOptions",
    "LabelSetShare",
    "LabelSetSource",
    "Rows",
    "Sampler",
    "Slot",
    "Space",
    "active_constraints",
    "build_space",
    "count_configurations",
    "count_space",
    "cover_pairs",
    "describe_constraint",
    "draw_label_sets",
    "expected_space_share",
    "find_empty_labels",
    "leading_dimension",
    "least_prompts",
    "read_row",
    "sample_configurations",
    "sample_rows",
]


class Sampler(StrEnum):
    """How configurations are drawn."""

    INDEPENDENT = "independent"
    BALANCED = "balanced"
    PAIRWISE = "pairwise"


def sample_configurations(
    project: Project,
    label_ids: Sequence[str],
    n: int,
    sampler: Sampler,
    rng: np.random.Generator,
    *,
    fixed: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    balance_state: BalanceState | None = None,
) -> list[Configuration]:
    """Draw n configurations for texts of one label set.

    Args:
        project: the document.
        label_ids: one label, or the label set of a multi-label text.
        n: how many configurations.
        sampler: how they are drawn.
        rng: the only source of chance; the same state on the same content gives the same configurations.
        fixed: dimension id to the only value id that it may take.
        without: ids of dimensions to leave out.
        balance_state: shared by the classes of a plan, so that class-independent values are balanced over classes.

    Raises:
        InputError: the label has no allowed configuration left, or an argument names something that does not exist.
    """
    space = build_space(project, label_ids, fixed=fixed, without=without)
    rows = sample_rows(project, space, n, sampler, rng, balance_state)
    return [space.configuration(row) for row in rows.tolist()]


def sample_rows(
    project: Project,
    space: Space,
    n: int,
    sampler: Sampler,
    rng: np.random.Generator,
    balance_state: BalanceState | None = None,
) -> Rows:
    """Draw n rows of a space; `space.configuration` turns one into ids.

    Raises:
        InputError: the space has no allowed configuration.
    """
    if space.is_empty:
        raise InputError(_explain_empty(project, space))
    if sampler is Sampler.INDEPENDENT:
        return sample_independent(space, n, rng)
    if sampler is Sampler.BALANCED:
        return sample_balanced(space, n, rng, balance_state)
    return sample_pairwise(space, n, rng, balance_state)


def find_empty_labels(project: Project) -> dict[str, str]:
    """The labels that constraints leave without any allowed configuration: label id to a sentence that says why."""
    found = {}
    for label_id, _ in project.ordered_labels():
        space = build_space(project, [label_id])
        if space.is_empty:
            found[label_id] = _explain_empty(project, space)
    return found


def count_configurations(project: Project, label_id: str) -> ConfigurationCount:
    """How many configurations texts of a label may take, constraints considered."""
    return count_space(build_space(project, [label_id]))


def expected_space_share(n: int, size: int) -> float:
    """The share of `size` configurations that n independent uniform draws are expected to hit: 1 - exp(-n / size).

    Raises:
        InputError: there is no configuration, or n is negative.
    """
    if size < 1 or n < 0:
        raise InputError("The share of a space needs at least one configuration and no negative number of prompts.")
    return -math.expm1(-n / size)


def _explain_empty(project: Project, space: Space) -> str:
    titles = " and ".join(project.labels[label_id].title for label_id in space.label_ids)
    named = "; ".join(
        constraint.reason or describe_constraint(project, constraint)
        for constraint in active_constraints(project, space.label_ids)
    )
    return f"{titles} has no allowed configuration left. Loosen one of these constraints: {named}."
