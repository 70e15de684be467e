"""Values that a model proposes for one label, or for each label of a dimension; nothing enters the project here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from attrprompt.edits import clean_line, parse_length
from attrprompt.edits.parts import count_of, get_dimension, get_label
from attrprompt.elicitation.proposals import ValueProposal
from attrprompt.elicitation.questions import (
    ListedValues,
    ValueQuestion,
    Way,
    WeighedValue,
    WeighedValues,
    ask_for_values,
)
from attrprompt.elicitation.synonyms import NEAR_SYNONYM, find_near_synonyms, identity_key
from attrprompt.encoding.encoder import Encoder
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.asking import (
    PASSING,
    FormAnswer,
    PatientClient,
    RawReply,
    ask_by_example,
    ask_in_form,
    be_patient,
    work_concurrently,
)
from attrprompt.llm.chat import ChatClient, ChatRequest
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import DimensionKind, Project, fold_text, phrase_length

ROUNDS = 4
LONGEST_VALUE = 150
MOST_WORDS = {DimensionKind.TEXT: 20, DimensionKind.PLACE: 8, DimensionKind.LENGTH: 12}
TOKENS_PER_VALUE = 40
TOKENS_PER_LINE = 25
"""Without the dress of JSON; a small model that lost the thread goes on to the limit."""

REPETITION_PENALTY = 1.12
FEWEST_TOKENS = 200

OnRound = Callable[[str | None, int], None]
"""Hears after each request for which label it was, and how many new values the label has by now."""


def ignore_rounds(label_id: str | None, taken: int) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True)
class DroppedValue:
    """A value that came back and was not taken, with why."""

    text: str
    reason: str


@dataclass(frozen=True)
class ElicitedValues:
    """What came of asking for values of one dimension, for one label or for all.

    Attributes:
        proposals: the new values, at most as many as were asked for, none twice.
        dropped: what came back and was not taken.
        replies: every reply as it came; `problem` says which could not be read.
        problems: sentences for the person; empty where all went well.
        is_only_thinking: the model never came to an answer, and would hardly for another label.
    """

    dimension_id: str
    label_id: str | None
    proposals: tuple[ValueProposal, ...]
    dropped: tuple[DroppedValue, ...]
    replies: tuple[RawReply, ...]
    problems: tuple[str, ...]
    is_only_thinking: bool = False


@dataclass(frozen=True)
class ElicitationStep:
    """One label is done, of so many."""

    done: int
    total: int
    label_id: str | None
    label: str
    values: ElicitedValues


async def elicit_values(
    client: ChatClient,
    model: str,
    project: Project,
    dimension_id: str,
    label_id: str | None = None,
    *,
    n: int = 10,
    guidance: str = "",
    existing: Sequence[str] = (),
    rejected: Sequence[str] = (),
    way: Way = Way.PLAIN,
    rounds: int = ROUNDS,
    temperature: float | None = None,
    limit: TokenLimit = DEFAULT_LIMIT,
    seed: int | None = None,
    stop: asyncio.Event | None = None,
    on_round: OnRound = ignore_rounds,
) -> ElicitedValues:
    """Ask for new values until there are n, or so many rounds are over.

    Args:
        client: what is asked; passing failures are waited out.
        model: the model's name there.
        project: the document; its values of this cell are not asked for again.
        dimension_id: the dimension.
        label_id: the label, for a class-dependent dimension.
        n: how many new values are wanted.
        guidance: a wish in the person's own words.
        existing: further values that are there, such as open proposals.
        rejected: values that a person rejected; they are named to the model and never taken.
        way: how to ask; `BY_EXAMPLE` is the one for the embedded model.
        rounds: requests at most; a reply that cannot be read counts.
        temperature: None takes what suits the way: 1.0, by example 0.7.
        limit: most tokens of a reply; small models, asked by example, get no room to think.
        seed: makes the answers of a local model repeatable.
        stop: when set, no further round is begun.
        on_round: told after each round.

    Raises:
        InputError: the dimension or label is gone, or does not go with the other.
        ProviderError: the endpoint failed for good, before anything came back.
    """
    collector = _Collector(project, dimension_id, label_id, n, existing, rejected)
    patient = be_patient(client)
    replies: list[RawReply] = []
    problems: list[str] = []
    for attempt in range(rounds):
        missing = n - len(collector.taken)
        if missing <= 0 or (stop is not None and stop.is_set()):
            break
        question = ValueQuestion(
            project=project,
            dimension_id=dimension_id,
            label_id=label_id,
            n=missing,
            there=[*collector.there, *(proposal.text for proposal in collector.taken)],
            rejected=rejected,
            guidance=guidance,
        )
        try:
            answer = await _ask(
                patient, model, question, way, temperature, limit, None if seed is None else seed + 10 * attempt
            )
        except ProviderError as failure:
            if not replies:
                raise
            problems.append(str(failure))
            break
        replies.extend(answer.replies)
        collector.take(_read_values(answer))
        on_round(label_id, len(collector.taken))
        if answer.is_only_thinking:
            problems.append(answer.problem)
            return collector.finish(replies, problems, is_only_thinking=True)
    return collector.finish(replies, problems)


async def elicit_for_labels(
    client: ChatClient,
    model: str,
    project: Project,
    dimension_id: str,
    *,
    label_ids: Sequence[str] = (),
    n: int = 10,
    guidance: str = "",
    existing: Mapping[str, Sequence[str]] | None = None,
    rejected: Mapping[str, Sequence[str]] | None = None,
    way: Way = Way.PLAIN,
    concurrency: int = 4,
    limit: TokenLimit = DEFAULT_LIMIT,
    seed: int | None = None,
    stop: asyncio.Event | None = None,
    on_round: OnRound = ignore_rounds,
) -> AsyncIterator[ElicitationStep]:
    """Ask for values of each label of a class-dependent dimension, several labels at a time.

    Args:
        client: see `elicit_values`, as for the other arguments.
        model: its name.
        project: the document.
        dimension_id: a class-dependent dimension.
        label_ids: these labels only; none means all.
        n: how many for each label.
        guidance: a wish for all labels.
        existing: open proposals, by label.
        rejected: rejected values, by label.
        way: how to ask.
        concurrency: labels at a time.
        limit: most tokens of a reply.
        seed: of the first label; the others count on from it.
        stop: when set, no further label or round is begun; what has come is kept.
        on_round: told after each round of each label.

    Yields:
        A step for each label that is done. A label whose requests fail in a passing way has the failure among its
        problems and no values; the others go on. Where the model does nothing but think, no further label is begun.

    Raises:
        InputError: the dimension has the same values for all labels.
        ProviderError: the endpoint refuses for good (key, model, request).
    """
    dimension = get_dimension(project, dimension_id)
    if not dimension.class_dependent:
        raise InputError(f"'{dimension.name}' has the same values for all labels: ask for them once, not per label.")
    wanted = [label_id for label_id, _ in project.ordered_labels() if not label_ids or label_id in label_ids]

    patient = be_patient(client)

    async def work(label_id: str) -> ElicitedValues:
        try:
            return await elicit_values(
                patient,
                model,
                project,
                dimension_id,
                label_id,
                n=n,
                guidance=guidance,
                existing=(existing or {}).get(label_id, ()),
                rejected=(rejected or {}).get(label_id, ()),
                way=way,
                limit=limit,
                seed=None if seed is None else seed + 100 * wanted.index(label_id),
                stop=stop,
                on_round=on_round,
            )
        except ProviderError as failure:
            if failure.kind not in PASSING:
                raise
            return ElicitedValues(dimension_id, label_id, (), (), (), (str(failure),))

    done, has_values = 0, False
    ends = asyncio.Event()
    if stop is not None and stop.is_set():
        ends.set()
    async for values in work_concurrently(wanted, work, concurrency=concurrency, stop=ends):
        done += 1
        has_values = has_values or bool(values.proposals)
        assert values.label_id is not None
        yield ElicitationStep(done, len(wanted), values.label_id, project.labels[values.label_id].title, values)
        if (stop is not None and stop.is_set()) or (values.is_only_thinking and not has_values):
            ends.set()


def flag_near_synonyms(
    encoder: Encoder, values: ElicitedValues, project: Project, *, threshold: float = NEAR_SYNONYM
) -> ElicitedValues:
    """The values, each with the existing (or earlier proposed) value that it may only repeat in other words."""
    there = [value.text for _, value in _values_of_cell(project, values.dimension_id, values.label_id)]
    texts = [proposal.text for proposal in values.proposals]
    near = {pair.new: pair for pair in find_near_synonyms(encoder, texts, there, threshold)}
    flagged = tuple(
        replace(proposal, near=near[proposal.text].existing, near_similarity=near[proposal.text].similarity)
        if proposal.text in near
        else proposal
        for proposal in values.proposals
    )
    return replace(values, proposals=flagged)


class _Collector:
    """Takes values that are new, and says why it does not take others."""

    def __init__(
        self,
        project: Project,
        dimension_id: str,
        label_id: str | None,
        n: int,
        existing: Sequence[str],
        rejected: Sequence[str],
    ) -> None:
        dimension = get_dimension(project, dimension_id)
        if dimension.class_dependent and label_id is None:
            raise InputError(f"'{dimension.name}' has values per label: choose a label.")
        if not dimension.class_dependent and label_id is not None:
            raise InputError(f"'{dimension.name}' has the same values for all labels: do not choose a label.")
        self.dimension_id, self.label_id, self.n = dimension_id, label_id, n
        self.kind = dimension.kind
        self.there = [value.text for _, value in _values_of_cell(project, dimension_id, label_id)] + list(existing)
        self.taken: list[ValueProposal] = []
        self.dropped: list[DroppedValue] = []
        self._names = {fold_text(dimension.name)}
        if label_id is not None:
            label = get_label(project, label_id)
            self._names |= {fold_text(label.name), fold_text(label.title)}
        self._seen = {self._key(text): (text, "it is there already") for text in self.there}
        self._seen |= {self._key(text): (text, "it was rejected") for text in rejected}

    def take(self, values: Sequence[ValueProposal]) -> None:
        """Take what is new, up to n."""
        for value in values:
            if self.kind is DimensionKind.PLACE:  # small models explain: `Lima - the capital of Peru`
                value = replace(value, text=re.split(r"\s[-–—]\s|:\s", value.text)[0])
            reason = self._refuse(value.text)
            if not reason and len(self.taken) >= self.n:
                reason = "more than were asked for"
            if reason:
                self.dropped.append(DroppedValue(value.text, reason))
                continue
            if self.kind is DimensionKind.LENGTH:
                value = replace(value, text=phrase_length(*(parse_length(value.text) or (1, 1))))
            self._seen[self._key(value.text)] = (value.text, "it came before")
            self.taken.append(value)

    def finish(
        self, replies: Sequence[RawReply], problems: Sequence[str], *, is_only_thinking: bool = False
    ) -> ElicitedValues:
        """What came of it all, with a sentence where it is less than was asked for."""
        unread = sum(bool(reply.problem) for reply in replies) - is_only_thinking  # that one is told apart
        sentences = list(problems)
        if unread:
            sentences.append(f"{unread} of {len(replies)} replies could not be read; they are shown as they came.")
        if replies and len(self.taken) < self.n:
            sentences.append(f"{len(self.taken)} of {self.n} new values after {count_of(len(replies), 'request')}.")
        return ElicitedValues(
            self.dimension_id,
            self.label_id,
            tuple(self.taken),
            tuple(self.dropped),
            tuple(replies),
            tuple(sentences),
            is_only_thinking,
        )

    def _key(self, text: str) -> str:
        return identity_key(text, keep_numbers=self.kind is DimensionKind.LENGTH)

    def _refuse(self, text: str) -> str:
        if len(text) > LONGEST_VALUE:
            return f"longer than {LONGEST_VALUE} characters"
        if not any(sign.isalnum() for sign in text):
            return "no words in it"
        if text.endswith(":"):
            return "a heading, not a value"
        if len(text.split()) > MOST_WORDS[self.kind]:
            return f"more than {MOST_WORDS[self.kind]} words"
        if fold_text(text) in self._names:
            return "only names the label or the dimension"
        if self.kind is DimensionKind.LENGTH:
            bounds = parse_length(text)
            if bounds is None:
                return "names no number of words"
            text = phrase_length(*bounds)
        twin = self._seen.get(self._key(text))
        return f"the same as '{twin[0]}': {twin[1]}" if twin else ""


def _values_of_cell(project: Project, dimension_id: str, label_id: str | None) -> list[tuple[str, Any]]:
    dimension = get_dimension(project, dimension_id)
    return dimension.ordered() if label_id is None else dimension.values_for(label_id)


def clean_value(text: str) -> str:
    """A value as a model wrote it without list marks, a counter in brackets at its end, and one closing full stop."""
    cleaned = re.sub(r"\s*\(\d{1,2}(?:,\s*\d{1,2})*\)$", "", clean_line(text))
    return cleaned[:-1].rstrip() if cleaned.endswith(".") and cleaned.count(".") == 1 else cleaned


async def _ask(
    client: PatientClient,
    model: str,
    question: ValueQuestion,
    way: Way,
    temperature: float | None,
    limit: TokenLimit,
    seed: int | None,
) -> FormAnswer[ListedValues] | FormAnswer[WeighedValues]:
    """One round."""
    by_example = way is Way.BY_EXAMPLE
    tokens = max(FEWEST_TOKENS, (TOKENS_PER_LINE if by_example else TOKENS_PER_VALUE) * question.n)
    request = ChatRequest(
        messages=ask_for_values(question, way),
        model=model,
        temperature=temperature if temperature is not None else (0.7 if by_example else 1.0),
        repetition_penalty=REPETITION_PENALTY if by_example else None,
        max_tokens=(limit.without_room() if by_example else limit).for_answer(tokens),
        seed=seed,
    )
    if way is Way.VERBALIZED:
        return await ask_in_form(client, request, WeighedValues)
    return await (ask_by_example if by_example else ask_in_form)(client, request, ListedValues)


def _read_values(answer: FormAnswer[ListedValues] | FormAnswer[WeighedValues]) -> list[ValueProposal]:
    """The values in an answer; the last one of a cut answer may be half a value."""
    listed = answer.value.values if answer.value is not None else ()
    values = [
        ValueProposal(clean_value(value.text), probability=_read_probability(value.probability))
        if isinstance(value, WeighedValue)
        else ValueProposal(clean_value(value.text), clean_line(" ".join(value.description.split()), numbered=False))
        for value in listed
    ]
    return values[:-1] if answer.is_cut else values


def _read_probability(given: float | None) -> float | None:
    """A probability; what lies outside 0 to 1 (a model that writes per cent) is no probability."""
    return given if given is not None and 0 <= given <= 1 else None
