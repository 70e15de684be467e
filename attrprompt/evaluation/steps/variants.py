"""A base run against its variants (ablations, later rounds): one table, with Holm's correction over its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from attrprompt.analysis.statistics.verdicts import DIFFERENT, LEVEL, NO_INTERVAL, NOT_SHOWN, correct_by_holm
from attrprompt.analysis_jobs.request import UNHASHED
from attrprompt.evaluation.evaluate import EQUAL, answer_evaluation
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.records import Run
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, Plain, register

METRIC = "macro_f1"


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One variant against the base run: the difference is variant - base, so below 0 the variant is worse.

    Attributes:
        texts: of the variant, as far as there are any.
        score: its macro F1 at equal n per class, as results print it.
        q: p corrected by Holm over the table's rows.
        verdict: None where the variant has no texts yet.
    """

    run: str
    title: str
    texts: int
    score: Mapping[str, Any] | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None
    verdict: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


class VariantsRequest(EvaluationRequest, JobRequest[Plain]):
    """How variants of a run compare with it."""

    kind: ClassVar[str] = "variants"


@register(VariantsRequest, Plain, unhashed=UNHASHED)
def compare_variants(request: VariantsRequest, context: JobContext) -> Plain:
    """An evaluation of a base run and its variants; not the one that the report shows."""
    return Plain(answer_evaluation(request, context))


def tabulate_variants(result: Mapping[str, Any] | None, base: Run, variants: Mapping[str, Run]) -> list[VariantRow]:
    """Each variant against the base run in macro F1 at equal n per class, p corrected by Holm over these rows.

    Args:
        result: an evaluation with the base run and the variants that have texts among its training sets; None where
            there is none yet.
        variants: by title, those without texts among them.
    """
    compared = {
        frozenset((each["a"], each["b"])): each
        for each in (result or {"comparisons": ()})["comparisons"]
        if each["metric"] == METRIC and each["scope"] == EQUAL
    }
    rows = []
    for title, run in variants.items():
        row = VariantRow(run.name, title, run.counters.completed)
        found = compared.get(frozenset((run.name, base.name)))
        rows.append(row if found is None or result is None else _fill(row, found, result["models"][run.name]))
    known = [each for each in rows if each.p is not None]
    corrected = correct_by_holm([each.p or 0.0 for each in known])
    by_run = dict(zip([each.run for each in known], corrected, strict=True))
    return [_judge(each, by_run.get(each.run)) for each in rows]


def _fill(row: VariantRow, found: Mapping[str, Any], model: Mapping[str, Any]) -> VariantRow:
    sign = 1 if found["a"] == row.run else -1
    ends = (None, None) if found["low"] is None else sorted((sign * found["low"], sign * found["high"]))
    return replace(
        row,
        texts=model["training_texts"]["n"],
        score=model["equal"][METRIC],
        difference=sign * found["difference"],
        low=ends[0],
        high=ends[1],
        p=found["p"],
    )


def _judge(row: VariantRow, q: float | None) -> VariantRow:
    if row.difference is None:
        return row
    if q is None:
        return replace(row, verdict=NO_INTERVAL)
    return replace(row, q=q, verdict=DIFFERENT if q < LEVEL else NOT_SHOWN)
