"""The class-aware filter: which values of a label fit a similar label as well, by the model and by embeddings.

The authors let the model alone decide and dropped what it named. Here two checks stand side by side, either may be
missing, and what they suggest is a table in which a person decides; nothing leaves the project before. A model is put
to the test first: one that fails plain control questions is not asked further.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from attrprompt.elicitation.class_filter.control_questions import ControlResult, ask_controls, choose_controls
from attrprompt.elicitation.class_filter.findings import (
    CAP_PER_LABEL,
    Comparand,
    FilterFinding,
    Suggestion,
    cap_suggestions,
    judge_value,
)
from attrprompt.elicitation.class_filter.margins import Margin, measure_margins
from attrprompt.elicitation.class_filter.similar import SIMILAR_LABELS, embed_dimension, find_similar_labels
from attrprompt.elicitation.class_filter.verdicts import ANSWER_TOKENS, Questioner, Verdict, ask_about
from attrprompt.elicitation.proposals import remove_values
from attrprompt.encoding.encoder import Encoder
from attrprompt.errors import InputError
from attrprompt.llm.asking import RawReply, work_concurrently
from attrprompt.llm.chat import ChatClient
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import Project

__all__ = [
    "CAP_PER_LABEL",
    "FilterFinding",
    "FilteredLabel",
    "Suggestion",
    "apply_filter",
    "cap_suggestions",
    "count_questions",
    "filter_dimension",
    "rank_labels",
]

LABELS_AT_ONCE = 2

ASKED_LABELS = 2
"""About so many similar labels the model is asked for each value, the nearest first."""


@dataclass(frozen=True)
class FilteredLabel:
    """The filter's rows for one label, what was asked, and how far the whole filter is.

    Attributes:
        replies: as they came; those to the control questions stand with the first label.
        control: how the model did on the control questions; None where no model is asked.
        gave_up: why values have no verdict although the model replied; empty where that did not happen.
    """

    label_id: str
    findings: tuple[FilterFinding, ...]
    replies: tuple[RawReply, ...]
    control: ControlResult | None
    done: int
    total: int
    gave_up: str = ""


@dataclass(frozen=True)
class RankedLabels:
    """For each label the others to compare with, and the one that is least like it."""

    similar: Mapping[str, tuple[str, ...]]
    far: Mapping[str, str]


def rank_labels(project: Project, encoder: Encoder | None) -> RankedLabels:
    """The similar labels of each label: those that a person set, else those that the embeddings find.

    Raises:
        InputError: neither is there.
    """
    labels = [label_id for label_id, _ in project.ordered_labels()]
    if encoder is not None:
        found = find_similar_labels(project, encoder, top=len(labels))
        ranking = {label_id: tuple(other.label_id for other in found[label_id]) for label_id in labels}
        similar = {key: project.labels[key].similar or ranking[key][:SIMILAR_LABELS] for key in labels}
        return RankedLabels(similar, {key: ranking[key][-1] for key in labels if ranking[key]})
    if not any(label.similar for label in project.labels.values()):
        raise InputError("Without an encoder, set the similar labels of each label first; there are none yet.")
    similar = {key: project.labels[key].similar for key in labels}
    others = {key: [other for other in labels if other != key and other not in similar[key]] for key in labels}
    return RankedLabels(similar, {key: (others[key] or similar[key])[-1] for key in labels if similar[key]})


def count_questions(project: Project, dimension_id: str, *, labels: Sequence[str] = ()) -> int:
    """How many questions the filter puts to a model at most, repeats and controls not counted; for the price."""
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
    insists_on_model: bool = False,
    limit: TokenLimit = DEFAULT_LIMIT,
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
        insists_on_model: ask a model that failed the control questions all the same.
        limit: most tokens of one verdict.
        concurrency: questions at the same time.
        stop: when set, no further label is begun.

    Yields:
        One label's rows, the most doubtful first, as soon as they are complete.

    Raises:
        InputError: the dimension has the same values for all labels, there is nothing to check with or against.
        ProviderError: the endpoint failed for good.
    """
    if encoder is None and client is None:
        raise InputError("The filter needs an encoder or a model, or both. Let it have one of them.")
    dimension = project.dimensions[dimension_id]
    if not dimension.class_dependent:
        raise InputError(f"'{dimension.name}' has the same values for all labels; there is nothing to filter.")
    if len(project.labels) < 2:
        raise InputError("The filter compares labels; this project has only one. Add another label first.")
    ranked = await asyncio.to_thread(rank_labels, project, encoder)
    planned = await asyncio.to_thread(_plan_checks, project, dimension_id, encoder, ranked.similar)
    wanted = [label_id for label_id, _ in project.ordered_labels() if not labels or label_id in labels]
    questioner, control = None, None
    if client is not None:
        questioner = Questioner(client, model, max_tokens=limit.for_answer(ANSWER_TOKENS), concurrency=concurrency)
        control = await ask_controls(questioner, choose_controls(project, dimension_id, planned, ranked.far))
        if not (control.is_trusted or insists_on_model):
            questioner = None

    gave_up: dict[str, str] = {}

    async def ask(label_id: str, value_id: str) -> tuple[str, dict[str, Verdict], tuple[RawReply, ...]]:
        verdicts: dict[str, Verdict] = {}
        replies: list[RawReply] = []
        text = dimension.values[value_id].text
        for check in planned[label_id][value_id][:asked_labels] if questioner is not None else ():
            assert questioner is not None
            asked = await questioner.ask(ask_about(project, dimension_id, label_id, text, check.similar_id))
            replies.extend(asked.replies)
            verdicts[check.similar_id] = asked.verdict
            if asked.gave_up:
                gave_up[label_id] = asked.gave_up
        return value_id, verdicts, tuple(replies)

    async def work(label_id: str) -> tuple[str, tuple[FilterFinding, ...], tuple[RawReply, ...]]:
        checks = planned.get(label_id, {})
        rows: list[FilterFinding] = []
        replies: list[RawReply] = []
        async for value_id, verdicts, kept in work_concurrently(
            list(checks), lambda key: ask(label_id, key), concurrency=max(1, len(checks))
        ):
            replies.extend(kept)
            rows.append(judge_value(project, dimension_id, label_id, checks[value_id], verdicts))
        return label_id, cap_suggestions(rows, cap=cap), tuple(replies)

    done = 0
    async for label_id, findings, replies in work_concurrently(wanted, work, concurrency=LABELS_AT_ONCE, stop=stop):
        done += 1
        asked_first = control.replies if control is not None and done == 1 else ()
        reason = gave_up.get(label_id, "")
        yield FilteredLabel(label_id, findings, (*asked_first, *replies), control, done, len(wanted), reason)


def apply_filter(project: Project, accepted: Iterable[FilterFinding]) -> Project:
    """The project without the values of these rows, as one edit; a value that other labels share stays for them.

    Raises:
        InputError: a label would be left without any value of the dimension.
    """
    return remove_values(project, [(row.dimension_id, row.label_id, row.value_id) for row in accepted])


def _plan_checks(
    project: Project, dimension_id: str, encoder: Encoder | None, similar: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[Comparand]]]:
    """For each label and each of its values the checks, the nearest similar label first."""
    dimension = project.dimensions[dimension_id]
    margins: dict[tuple[str, str], list[Margin]] = {}
    if encoder is not None and dimension.values:
        margins = measure_margins(dimension, embed_dimension(project, dimension_id, encoder), similar)
    planned: dict[str, dict[str, list[Comparand]]] = {}
    for label_id in project.labels:
        for value_id, value in dimension.values_for(label_id):
            if encoder is not None:
                measured = margins.get((label_id, value_id), [])
                checks = [Comparand(value_id, margin.similar_id, margin.margin, margin.is_twin) for margin in measured]
            else:
                checks = [
                    Comparand(value_id, other, None, False) for other in similar[label_id] if other not in value.labels
                ]
            if checks:
                planned.setdefault(label_id, {})[value_id] = checks
    return planned
