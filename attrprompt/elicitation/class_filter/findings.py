"""A row of the class-aware filter: what two checks say of a value, and what that suggests. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from attrprompt.elicitation.class_filter.verdicts import Verdict
from attrprompt.elicitation.proposals import FilterProposal
from attrprompt.project import Project

CAP_PER_LABEL = 5
"""At most so many values of one label are suggested to go, as in the authors' code."""

NEARER = 0.0
"""Below this margin a value is nearer to the similar label."""

CLOSE = 0.1
"""Below this margin a model's yes is believed; above it the value is clearly its own label's."""


class Suggestion(StrEnum):
    """What the checks together suggest."""

    KEEP = "keep"
    DROP = "drop"


@dataclass(frozen=True)
class FilterFinding:
    """One row of the filter's table: a value, and the similar label that it is most likely mistaken for.

    Attributes:
        label: the label's title; `label_id` its id.
        similar: the similar label's title; `similar_id` its id.
        llm_verdict: the model's answer to whether the value fits the similar label as well; None where not asked.
        margin: see `Margin`; None without an encoder.
        reason: why this is suggested, in a sentence.
    """

    dimension_id: str
    label_id: str
    label: str
    value_id: str
    value: str
    similar_id: str
    similar: str
    llm_verdict: Verdict | None
    margin: float | None
    suggestion: Suggestion
    reason: str

    def to_proposal(self) -> FilterProposal:
        """The row as a proposal to take the value from the label."""
        verdict = self.llm_verdict.value if self.llm_verdict is not None else ""
        return FilterProposal(
            self.value_id, self.value, self.similar, self.reason, verdict, self.margin, self.suggestion.value
        )


@dataclass(frozen=True)
class Comparand:
    """What one value is compared with: a similar label, and the margin where there is one."""

    value_id: str
    similar_id: str
    margin: float | None
    is_twin: bool


def cap_suggestions(rows: Iterable[FilterFinding], *, cap: int = CAP_PER_LABEL) -> tuple[FilterFinding, ...]:
    """One label's rows, the most doubtful first; drops beyond the cap, or that would empty the label, become keeps."""
    ordered = sorted(rows, key=_doubt)
    allowed = min(cap, len(ordered) - 1)
    capped: list[FilterFinding] = []
    for row in ordered:
        if row.suggestion is Suggestion.DROP:
            if allowed <= 0:
                why = f" Kept all the same: at most {cap} values of a label are suggested to go, and one always stays."
                row = replace(row, suggestion=Suggestion.KEEP, reason=row.reason + why)
            allowed -= 1
        capped.append(row)
    return tuple(capped)


def judge_value(
    project: Project, dimension_id: str, label_id: str, checks: Sequence[Comparand], verdicts: Mapping[str, Verdict]
) -> FilterFinding:
    """The row of a value: against the similar label that most speaks for dropping it.

    Args:
        project: the document.
        dimension_id: the value's dimension.
        label_id: the label in question.
        checks: what the value is compared with; at least one.
        verdicts: the model's answers by similar label, where it was asked.
    """
    judged = [
        (check, verdicts.get(check.similar_id), *_suggest(check, verdicts.get(check.similar_id))) for check in checks
    ]
    check, verdict, suggestion, reason = min(
        judged,
        key=lambda judgement: (
            judgement[2] is Suggestion.KEEP,
            judgement[1] is not Verdict.YES,
            judgement[0].margin if judgement[0].margin is not None else 0.0,
        ),
    )
    other = project.labels[check.similar_id].title
    return FilterFinding(
        dimension_id=dimension_id,
        label_id=label_id,
        label=project.labels[label_id].title,
        value_id=check.value_id,
        value=project.dimensions[dimension_id].values[check.value_id].text,
        similar_id=check.similar_id,
        similar=other,
        llm_verdict=verdict,
        margin=check.margin,
        suggestion=suggestion,
        reason=reason.format(other=f"'{other}'", own=f"'{project.labels[label_id].title}'"),
    )


def _suggest(check: Comparand, verdict: Verdict | None) -> tuple[Suggestion, str]:
    """The suggestion of both checks together, and a sentence with `{own}` and `{other}` in place of the labels."""
    if check.is_twin:
        return Suggestion.DROP, "{other} has the same value."
    if check.margin is None:
        return _suggest_by_verdict(verdict)
    if check.margin < NEARER:
        if verdict is Verdict.NO:
            return Suggestion.KEEP, "By embedding nearer to {other}, but the model says that it does not fit there."
        also = ", and the model says that it fits there as well" if verdict is Verdict.YES else ""
        return Suggestion.DROP, f"By embedding nearer to {{other}} than to {{own}}{also}."
    if check.margin < CLOSE:
        if verdict is Verdict.YES:
            return Suggestion.DROP, "The model says that it fits {other} as well, and embedding hardly tells."
        return Suggestion.KEEP, "By embedding hardly nearer to {own} than to {other}."
    if verdict is Verdict.YES:
        return Suggestion.KEEP, "By embedding clearly nearer to {own}, though the model says that it fits {other}."
    return Suggestion.KEEP, "By embedding clearly nearer to {own} than to {other}."


def _suggest_by_verdict(verdict: Verdict | None) -> tuple[Suggestion, str]:
    if verdict is Verdict.YES:
        return Suggestion.DROP, "The model says that it fits {other} as well."
    if verdict is Verdict.NO:
        return Suggestion.KEEP, "The model says that it does not fit {other}."
    return Suggestion.KEEP, "There is no verdict on {other}."


def _doubt(row: FilterFinding) -> tuple[bool, bool, float, str]:
    return (
        row.suggestion is Suggestion.KEEP,
        row.llm_verdict is not Verdict.YES,
        row.margin if row.margin is not None else 0.0,
        row.value,
    )
