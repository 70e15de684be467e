"""A base run against its variants (ablations, later rounds): one table, with Holm's correction over its rows."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import ClassVar

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.statistics.verdicts import DIFFERENT, LEVEL, NO_INTERVAL, NOT_SHOWN, correct_by_holm
from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.evaluation.evaluate import answer_evaluation
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.evaluation.result import EQUAL_N, Evaluation
from attrprompt.kept import Kept
from attrprompt.records import Run
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

METRIC = "macro_f1"


@dataclass(frozen=True, slots=True)
class VariantRow(Kept):
    """One variant against the base run: the difference is variant - base, so below 0 the variant is worse.

    Attributes:
        texts: of the variant, as far as there are any.
        score: its macro F1 at equal n per class.
        q: p corrected by Holm over the table's rows.
        verdict: None where the variant has no texts yet.
    """

    run: str
    title: str
    texts: int
    score: Estimate | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None
    verdict: str | None = None


class VariantsRequest(EvaluationRequest, JobRequest[Evaluation]):
    """How variants of a run compare with it."""

    kind: ClassVar[str] = "variants"


@register(VariantsRequest, Evaluation, version=2, unhashed=UNHASHED)
def compare_variants(request: VariantsRequest, context: JobContext) -> Evaluation:
    """An evaluation of a base run and its variants; not the one that the report shows."""
    return answer_evaluation(request, context)


def tabulate_variants(evaluation: Evaluation | None, base: Run, variants: Mapping[str, Run]) -> list[VariantRow]:
    """Each variant against the base run in macro F1 at equal n per class, p corrected by Holm over these rows.

    Args:
        evaluation: one with the base run and the variants that have texts among its training sets; None where there
            is none yet.
        variants: by title, those without texts among them.
    """
    rows = [VariantRow(run.name, title, run.counters.completed) for title, run in variants.items()]
    if evaluation is not None:
        rows = [_fill(row, evaluation, base.name) for row in rows]
    known = [row for row in rows if row.p is not None]
    corrected = correct_by_holm([row.p or 0.0 for row in known])
    by_run = dict(zip([row.run for row in known], corrected, strict=True))
    return [_adjust(row, by_run.get(row.run)) for row in rows]


def _fill(row: VariantRow, evaluation: Evaluation, base: str) -> VariantRow:
    """The row with what the evaluation says of its variant, if anything."""
    found = next((comparison for comparison in evaluation.comparisons if _is_wanted(comparison, {row.run, base})), None)
    model = evaluation.models.get(row.run)
    if found is None or model is None or model.equal is None:
        return row
    towards_base = found if found.a == row.run else found.turned()
    return replace(
        row,
        texts=model.training_texts.n,
        score=model.equal.scores[METRIC],
        difference=towards_base.difference,
        low=towards_base.low,
        high=towards_base.high,
        p=found.p,
    )


def _is_wanted(comparison: Comparison, pair: AbstractSet[str]) -> bool:
    return comparison.metric == METRIC and comparison.scope == EQUAL_N and {comparison.a, comparison.b} == pair


def _adjust(row: VariantRow, q: float | None) -> VariantRow:
    """The row with its corrected p and the verdict that follows."""
    if row.difference is None:
        return row
    if q is None:
        return replace(row, verdict=NO_INTERVAL)
    return replace(row, q=q, verdict=DIFFERENT if q < LEVEL else NOT_SHOWN)
