"""The class-aware filter: which values of a label fit a similar label as well, by the model and by embeddings.

The authors let the model alone decide and dropped what it named. Here two checks stand side by side, either may be
missing, and what they suggest is a table in which a person decides; nothing leaves the project before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from attrprompt.elicitation.asking import RawReply, be_patient, work_concurrently
from attrprompt.elicitation.margins import Margin, measure_margins
from attrprompt.elicitation.proposals import FilterProposal, remove_values
from attrprompt.elicitation.similar import embed_dimension, find_similar_labels
from attrprompt.elicitation.verdicts import Verdict, ask_about, ask_verdict
from attrprompt.errors import InputError
from attrprompt.llm.chat import ChatClient
from attrprompt.project import Project

if TYPE_CHECKING:
    from attrprompt.analysis.encoder import Encoder

CAP_PER_LABEL = 5
"""At most so many values of one label are suggested to go, as in the authors' code."""

NEARER = 0.0
"""Below this margin a value is nearer to the similar label."""

CLOSE = 0.1
"""Below this margin a model's yes is believed; above it the value is clearly its own label's."""

LABELS_AT_ONCE = 2

ASKED_LABELS = 2
"""About so many similar labels the model is asked for each value, the nearest first."""


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
        return FilterProposal(self.value_id, self.value, self.similar, self.reason, verdict, self.margin)


@dataclass(frozen=True)
class FilteredLabel:
    """The filter's rows for one label, what was asked, and how far the whole filter is."""

    label_id: str
    findings: tuple[FilterFinding, ...]
    replies: tuple[RawReply, ...]
    done: int
    total: int


@dataclass(frozen=True)
class _Check:
    """What one value is compared with: a similar label, and the margin where there is one."""

    value_id: str
    similar_id: str
    margin: float | None
    is_twin: bool


def choose_similar(project: Project, encoder: Encoder | None) -> dict[str, tuple[str, ...]]:
    """The similar labels of each label: those that a person set, else those that the embeddings find.

    Raises:
        InputError: neither is there.
    """
    if encoder is not None:
        found = find_similar_labels(project, encoder)
        return {
            label_id: label.similar or tuple(other.label_id for other in found[label_id])
            for label_id, label in project.labels.items()
        }
    if not any(label.similar for label in project.labels.values()):
        raise InputError("Without an encoder, set the similar labels of each label first; there are none yet.")
    return {label_id: label.similar for label_id, label in project.labels.items()}


def count_questions(project: Project, dimension_id: str, *, labels: Sequence[str] = ()) -> int:
    """How many questions the filter will put to a model at most, not counting repeats; to be shown before it starts."""
    dimension = project.dimensions[dimension_id]
    wanted = labels or tuple(project.labels)
    other_labels = max(len(project.labels) - 1, 0)
    return sum(len(dimension.values_for(label_id)) for label_id in wanted) * min(ASKED_LABELS, other_labels)


async def filter_dimension(
    project: Project,
    dimension_id: str,
    *,
    encoder: Encoder | None = None,
    client: ChatClient | None = None,
    model: str = "",
    labels: Sequence[str] = (),
    cap: int = CAP_PER_LABEL,
    asked_labels: int = ASKED_LABELS,
    max_tokens: int = 64,
    concurrency: int = 8,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[FilteredLabel]:
    """Check the values of a class-dependent dimension against similar labels, label by label.

    Args:
        project: the document.
        dimension_id: a class-dependent dimension.
        encoder: for similar labels and margins; runs in a thread. None leaves margins out.
        client: asked for verdicts, with `model`. None leaves verdicts out.
        labels: these labels only; none means all.
        cap: at most so many values of a label are suggested to go; one always stays.
        asked_labels: about so many similar labels the model is asked per value.
        max_tokens: of one verdict; a model that thinks aloud first needs more.
        concurrency: questions at the same time.
        stop: when set, no further label is begun.

    Yields:
        One label's rows, the most doubtful first, as soon as they are complete.

    Raises:
        InputError: the dimension has the same values for all labels, there is nothing to check with or against.
        ProviderError: the endpoint failed for good.
    """
    if encoder is None and client is None:
        raise InputError("The filter needs an encoder or a model, or both. Choose one in Settings.")
    dimension = project.dimensions[dimension_id]
    if not dimension.class_dependent:
        raise InputError(f"'{dimension.name}' has the same values for all labels; there is nothing to filter.")
    if len(project.labels) < 2:
        raise InputError("The filter compares labels; this project has only one. Add another label first.")
    similar = await asyncio.to_thread(choose_similar, project, encoder)
    planned = await asyncio.to_thread(_plan_checks, project, dimension_id, encoder, similar)
    wanted = [label_id for label_id, _ in project.ordered_labels() if not labels or label_id in labels]
    questioner = _Questioner(project, dimension_id, client, model, asked_labels, max_tokens, concurrency)

    async def work(label_id: str) -> tuple[str, tuple[FilterFinding, ...], tuple[RawReply, ...]]:
        checks = planned.get(label_id, {})
        rows: list[FilterFinding] = []
        replies: list[RawReply] = []
        asking = work_concurrently(
            list(checks), lambda key: questioner.ask(label_id, checks[key]), concurrency=max(1, len(checks))
        )
        async for value_id, verdicts, kept in asking:
            replies.extend(kept)
            rows.append(_judge_value(project, dimension_id, label_id, checks[value_id], verdicts))
        return label_id, cap_suggestions(rows, cap=cap), tuple(replies)

    done = 0
    async for label_id, findings, replies in work_concurrently(wanted, work, concurrency=LABELS_AT_ONCE, stop=stop):
        done += 1
        yield FilteredLabel(label_id, findings, replies, done, len(wanted))


class _Questioner:
    """Puts the questions about one value to the model, at most so many at the same time over all labels."""

    def __init__(
        self,
        project: Project,
        dimension_id: str,
        client: ChatClient | None,
        model: str,
        asked_labels: int,
        max_tokens: int,
        concurrency: int,
    ) -> None:
        self._project, self._dimension_id = project, dimension_id
        self._client = be_patient(client) if client is not None else None
        self._model, self._asked_labels, self._max_tokens = model, asked_labels, max_tokens
        self._slots = asyncio.Semaphore(max(1, concurrency))

    async def ask(
        self, label_id: str, checks: Sequence[_Check]
    ) -> tuple[str, dict[str, Verdict], tuple[RawReply, ...]]:
        """The value, the verdicts on the similar labels that were asked about, and the replies."""
        value_id = checks[0].value_id
        verdicts: dict[str, Verdict] = {}
        replies: list[RawReply] = []
        if self._client is None:
            return value_id, verdicts, ()
        text = self._project.dimensions[self._dimension_id].values[value_id].text
        for check in checks[: self._asked_labels]:
            messages = ask_about(self._project, self._dimension_id, label_id, text, check.similar_id)
            async with self._slots:
                asked = await ask_verdict(self._client, self._model, messages, max_tokens=self._max_tokens)
            replies.extend(asked.replies)
            verdicts[check.similar_id] = asked.verdict
        return value_id, verdicts, tuple(replies)


def cap_suggestions(rows: Iterable[FilterFinding], *, cap: int = CAP_PER_LABEL) -> tuple[FilterFinding, ...]:
    """One label's rows, the most doubtful first; drops beyond the cap, or that would empty the label, become keeps."""
    ordered = sorted(rows, key=_doubt)
    allowed = min(cap, len(ordered) - 1)
    capped: list[FilterFinding] = []
    for row in ordered:
        if row.suggestion is Suggestion.DROP:
            if allowed <= 0:
                why = f" Kept: at most {cap} values of a label are suggested to go, and one always stays."
                row = replace(row, suggestion=Suggestion.KEEP, reason=row.reason + why)
            allowed -= 1
        capped.append(row)
    return tuple(capped)


def apply_filter(project: Project, accepted: Iterable[FilterFinding]) -> Project:
    """The project without the values of these rows, as one edit; a value that other labels share stays for them.

    Raises:
        InputError: a label would be left without any value of the dimension.
    """
    return remove_values(project, [(row.dimension_id, row.label_id, row.value_id) for row in accepted])


def _plan_checks(
    project: Project, dimension_id: str, encoder: Encoder | None, similar: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[_Check]]]:
    """For each label and each of its values the checks, the nearest similar label first."""
    dimension = project.dimensions[dimension_id]
    margins: dict[tuple[str, str], list[Margin]] = {}
    if encoder is not None and dimension.values:
        margins = measure_margins(dimension, embed_dimension(project, dimension_id, encoder), similar)
    planned: dict[str, dict[str, list[_Check]]] = {}
    for label_id in project.labels:
        for value_id, value in dimension.values_for(label_id):
            if encoder is not None:
                measured = margins.get((label_id, value_id), [])
                checks = [_Check(value_id, each.similar_id, each.margin, each.is_twin) for each in measured]
            else:
                checks = [
                    _Check(value_id, other, None, False) for other in similar[label_id] if other not in value.labels
                ]
            if checks:
                planned.setdefault(label_id, {})[value_id] = checks
    return planned


def _judge_value(
    project: Project, dimension_id: str, label_id: str, checks: Sequence[_Check], verdicts: Mapping[str, Verdict]
) -> FilterFinding:
    """The row of a value: against the similar label that most speaks for dropping it."""
    judged = [
        (check, verdicts.get(check.similar_id), *_suggest(check, verdicts.get(check.similar_id))) for check in checks
    ]
    check, verdict, suggestion, reason = min(
        judged,
        key=lambda each: (
            each[2] is Suggestion.KEEP,
            each[1] is not Verdict.YES,
            each[0].margin if each[0].margin is not None else 0.0,
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


def _suggest(check: _Check, verdict: Verdict | None) -> tuple[Suggestion, str]:
    """The suggestion of both checks together, and a sentence with `{own}` and `{other}` in place of the labels."""
    if check.is_twin:
        return Suggestion.DROP, "{other} has the same value."
    if check.margin is None:
        return _suggest_by_verdict(verdict)
    if check.margin < NEARER:
        nearer = f"By embedding it is nearer to {{other}} than to {{own}} (by {-check.margin:.2f})"
        if verdict is Verdict.NO:
            return Suggestion.KEEP, f"{nearer}, but the model says that it does not fit there."
        also = ", and the model says that it fits there as well" if verdict is Verdict.YES else ""
        return Suggestion.DROP, f"{nearer}{also}."
    if check.margin < CLOSE:
        close = f"By embedding it is hardly nearer to {{own}} than to {{other}} (by {check.margin:.2f})"
        if verdict is Verdict.YES:
            return Suggestion.DROP, f"The model says that it fits {{other}} as well. {close}."
        return Suggestion.KEEP, f"{close}."
    clear = f"By embedding it is clearly nearer to {{own}} than to {{other}} (by {check.margin:.2f})"
    if verdict is Verdict.YES:
        return Suggestion.KEEP, f"{clear}, though the model says that it fits there as well."
    return Suggestion.KEEP, f"{clear}."


def _suggest_by_verdict(verdict: Verdict | None) -> tuple[Suggestion, str]:
    if verdict is Verdict.YES:
        return Suggestion.DROP, "The model says that it fits {other} as well."
    if verdict is Verdict.NO:
        return Suggestion.KEEP, "The model says that it does not fit {other}."
    return Suggestion.KEEP, "The model gave no verdict on {other}."


def _doubt(row: FilterFinding) -> tuple[bool, bool, float, str]:
    return (
        row.suggestion is Suggestion.KEEP,
        row.llm_verdict is not Verdict.YES,
        row.margin if row.margin is not None else 0.0,
        row.value,
    )
