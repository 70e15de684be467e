"""What a plan covers and what it will cost, counted in one pass while the plan streams by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from attrprompt.generation.plans.coverage import CoverageFigures, PlanCoverage, PlanGroup
from attrprompt.generation.plans.items import PlanItem
from attrprompt.generation.plans.options import PlanOptions
from attrprompt.kept import Kept
from attrprompt.llm.tokens import TOKENS_PER_MESSAGE, estimate_tokens
from attrprompt.project import DimensionKind, Method, Project
from attrprompt.sampling import LabelSet, Sampler, count_space, expected_space_share, least_prompts

TOKENS_PER_WORD = 4 / 3
"""OpenAI's rule of thumb for English: 100 tokens are about 75 words."""

DEFAULT_COMPLETION_TOKENS = 300
"""Assumed for a text whose length is not asked for."""

CostOf = Callable[[int, int], float | None]


@dataclass(frozen=True)
class SpaceShare:
    """How much of a label's configurations a plan uses.

    Attributes:
        prompts: of this label or label set.
        configurations: how many there are; `is_exact` is false for an estimate.
        expected: the share that as many independent uniform draws are expected to hit, 1 - exp(-n / N).
        distinct: how many different ones this plan has.
        least_prompts: fewest prompts with which all allowed pairs of values can be covered (a lower bound).
    """

    prompts: int
    configurations: int
    is_exact: bool
    expected: float
    distinct: int
    least_prompts: int


@dataclass(frozen=True)
class PlanSummary(Kept):
    """A plan in figures; coverage is None for methods without attributes.

    Attributes:
        prompts: number of prompts.
        distinct_configurations: different pairs of labels and attribute values.
        value_coverage: share of the allowed (label, value) pairs that occur.
        pair_coverage: share of the allowed (label, value, value) triples that occur.
        least_prompts: fewest prompts that can hold all these triples (a lower bound: for each label the allowed pairs
            of the two dimensions that have most of them).
        largest_deviation: largest difference between how often a value occurs for a label and how often its share asks.
        deviating_value: where that is.
        duplicates: prompts that repeat an earlier one word for word.
        estimated_prompt_tokens: by the rule of thumb in `attrprompt.llm.tokens`.
        estimated_completion_tokens: from the lengths asked for, else 300 a text.
        estimated_cost: USD; None where the price is not known.
        space_share: by label (multi-label: by label set).
        warnings: what the person should know.
    """

    prompts: int
    distinct_configurations: int
    value_coverage: float | None
    pair_coverage: float | None
    least_prompts: int | None
    largest_deviation: float | None
    deviating_value: str
    duplicates: int
    estimated_prompt_tokens: int
    estimated_completion_tokens: int
    estimated_cost: float | None
    space_share: dict[str, SpaceShare]
    warnings: tuple[str, ...]


class PlanStatistics(PlanCoverage):
    """Collects a plan's figures and coverage tables; feed it with `add` or let `watch` pass the items through."""

    def __init__(
        self, project: Project, options: PlanOptions, *, completion_tokens: int = DEFAULT_COMPLETION_TOKENS
    ) -> None:
        super().__init__(project, options)
        self._completion_tokens = completion_tokens
        self._prompts: set[int] = set()
        self._count = 0
        self._prompt_tokens = 0

    def add(self, item: PlanItem) -> None:
        """Count one prompt."""
        super().add(item)
        self._count += 1
        self._prompts.add(hash((item.system, item.prompt)))
        self._prompt_tokens += estimate_tokens(item.prompt) + TOKENS_PER_MESSAGE
        if item.system:
            self._prompt_tokens += estimate_tokens(item.system) + TOKENS_PER_MESSAGE

    def watch(self, items: Iterable[PlanItem]) -> Iterator[PlanItem]:
        """Pass the items through, counting them."""
        for item in items:
            self.add(item)
            yield item

    def summarise(self, *, cost_of: CostOf | None = None) -> PlanSummary:
        """The figures of what was counted so far.

        Args:
            cost_of: USD for (prompt tokens, completion tokens); None, or its answer None, where the price is unknown.
        """
        shares = {self._title(group.label_ids): self._describe_space(group) for group in self.groups}
        completion = self._estimate_completion()
        coverage = self.measure()
        least = sum(share.least_prompts for share in shares.values())
        return PlanSummary(
            prompts=self._count,
            distinct_configurations=sum(share.distinct for share in shares.values()),
            value_coverage=coverage.value_share,
            pair_coverage=coverage.pair_share,
            least_prompts=None if coverage.pair_share is None else least,
            largest_deviation=coverage.deviation,
            deviating_value=coverage.where,
            duplicates=self._count - len(self._prompts),
            estimated_prompt_tokens=self._prompt_tokens,
            estimated_completion_tokens=completion,
            estimated_cost=None if cost_of is None else cost_of(self._prompt_tokens, completion),
            space_share=shares,
            warnings=tuple(self._warn(shares, coverage)),
        )

    def _title(self, label_ids: LabelSet) -> str:
        return " + ".join(self._project.labels[label_id].name for label_id in label_ids)

    def _describe_space(self, group: PlanGroup) -> SpaceShare:
        matrix = group.matrix()
        size = count_space(group.space)
        distinct = len(np.unique(matrix, axis=0)) if matrix.size else 1
        prompts = len(group.items)
        expected = expected_space_share(prompts, max(1, size.value))
        return SpaceShare(prompts, size.value, size.is_exact, expected, distinct, least_prompts(group.space))

    def _estimate_completion(self) -> int:
        return round(sum(self._estimate_group(group) for group in self.groups))

    def _estimate_group(self, group: PlanGroup) -> float:
        for index, slot in enumerate(group.space.slots):
            dimension = self._project.dimensions[slot.dimension_id]
            if dimension.kind is DimensionKind.LENGTH:
                values = [dimension.values[value_id] for value_id in slot.value_ids]
                tokens = [((value.minimum or 0) + (value.maximum or 0)) / 2 * TOKENS_PER_WORD for value in values]
                codes = group.matrix()[:, index]
                return float(np.array([*tokens, self._completion_tokens])[codes].sum())  # -1 takes the last
        return float(self._completion_tokens * len(group.items))

    def _warn(self, shares: Mapping[str, SpaceShare], coverage: CoverageFigures) -> Iterator[str]:
        for group in self.groups:
            yield from group.space.warnings
        if self._options.method is not Method.ATTRPROMPT:
            return
        crowded = [name for name, share in shares.items() if share.prompts > share.configurations]
        if crowded:
            share = shares[crowded[0]]
            more = f" (and {len(crowded) - 1} more labels alike)" if len(crowded) > 1 else ""
            yield (
                f"{crowded[0]} has {share.configurations:,} configurations for {share.prompts:,} prompts{more}: "
                "configurations repeat. Add values or a dimension."
            )
        if self._options.sampler is Sampler.PAIRWISE and coverage.covered_pairs < coverage.pairs:
            least = sum(share.least_prompts for share in shares.values())
            yield (
                f"{self._count:,} prompts cover {coverage.pair_share:.1%} of the pairs of values; "
                f"covering all takes at least {least:,}."
            )


def summarise_plan(
    project: Project, options: PlanOptions, items: Iterable[PlanItem], *, cost_of: CostOf | None = None
) -> PlanSummary:
    """The figures of a whole plan, in one pass."""
    statistics = PlanStatistics(project, options)
    for item in items:
        statistics.add(item)
    return statistics.summarise(cost_of=cost_of)
