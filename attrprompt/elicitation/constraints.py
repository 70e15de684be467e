"""Values that cannot meet, proposed by a model that reads configurations as the sampler would draw them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from attrprompt import edits
from attrprompt.elicitation.proposals import ConstraintProposal
from attrprompt.errors import InputError, ProviderError
from attrprompt.llm.asking import RawReply, ask_in_form, be_patient
from attrprompt.llm.chat import ChatClient, ChatRequest, Message
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import Project, fold_label, fold_text
from attrprompt.sampling import Configuration, Sampler, build_space, find_empty_labels, sample_configurations

PER_REQUEST = 10
ANSWER_TOKENS = 800
TEMPERATURE = 0.2


class ListedClash(BaseModel):
    """Two parts of one configuration that cannot meet."""

    number: int
    first: str
    second: str
    reason: str = ""


class ListedClashes(BaseModel):
    """The answer to the question for clashes."""

    clashes: list[ListedClash]


CATEGORY = "category"


@dataclass(frozen=True)
class DroppedConstraint:
    """A clash that was named and is not proposed, with why."""

    text: str
    reason: str


@dataclass(frozen=True)
class ElicitedConstraints:
    """What came of showing configurations to a model.

    Attributes:
        proposals: new constraints that leave every label at least one configuration.
        dropped: what was named and is not proposed.
        configurations: how many were shown.
    """

    proposals: tuple[ConstraintProposal, ...]
    dropped: tuple[DroppedConstraint, ...]
    replies: tuple[RawReply, ...]
    configurations: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Drawn:
    label_id: str
    configuration: Configuration


async def elicit_constraints(
    client: ChatClient,
    model: str,
    project: Project,
    *,
    configurations: int = 30,
    seed: int = 0,
    guidance: str = "",
    limit: TokenLimit = DEFAULT_LIMIT,
    stop: asyncio.Event | None = None,
    on_shown: Callable[[int, int], None] | None = None,
) -> ElicitedConstraints:
    """Show a model sampled configurations and ask which of their values cannot meet, and why.

    A clash is between two dimensions, or between one and the label; it becomes a constraint over the two values as
    they met. Each is tried out: one that would leave a label without any configuration is not proposed.

    Args:
        client: what is asked.
        model: its name there.
        project: the document.
        configurations: how many are shown.
        seed: of the draw.
        guidance: a wish in the person's own words.
        limit: most tokens of a reply.
        stop: when set, no further ones are shown.
        on_shown: told after each reply how many of how many were shown.

    Raises:
        InputError: there is nothing to combine yet.
        ProviderError: the endpoint failed for good, before anything came back.
    """
    drawn = draw_configurations(project, configurations, seed)
    patient = be_patient(client)
    collector = _Collector(project)
    replies: list[RawReply] = []
    problems: list[str] = []
    shown = 0
    for start in range(0, len(drawn), PER_REQUEST):
        if stop is not None and stop.is_set():
            break
        batch = drawn[start : start + PER_REQUEST]
        request = ChatRequest(
            _ask(project, batch, guidance),
            model,
            temperature=TEMPERATURE,
            max_tokens=limit.for_answer(ANSWER_TOKENS),
            seed=seed + start,
        )
        try:
            answer = await ask_in_form(patient, request, ListedClashes)
        except ProviderError as failure:
            if not replies:
                raise
            problems.append(str(failure))
            break
        replies.extend(answer.replies)
        if answer.is_only_thinking:
            problems.append(answer.problem)
            break
        for clash in answer.value.clashes if answer.value is not None else ():
            collector.take(batch, clash)
        shown += len(batch)
        if on_shown is not None:
            on_shown(shown, len(drawn))
    unread = sum(bool(reply.problem) for reply in replies)
    if unread:
        problems.append(f"{unread} of {len(replies)} replies could not be read; they are shown as they came.")
    return ElicitedConstraints(
        tuple(collector.proposals), tuple(collector.dropped), tuple(replies), shown, tuple(problems)
    )


def draw_configurations(project: Project, n: int, seed: int) -> list[_Drawn]:
    """Balanced configurations spread over the labels.

    Raises:
        InputError: there are no labels, or none of them has values.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    usable = []
    for label_id, _ in project.ordered_labels():
        space = build_space(project, [label_id])
        if not space.is_empty and space.slots:
            usable.append(label_id)
    if not usable:
        raise InputError("There is nothing to combine yet: add labels, dimensions and values first.")
    shares = [n // len(usable) + (position < n % len(usable)) for position in range(len(usable))]
    return [
        _Drawn(label_id, configuration)
        for label_id, share in zip(usable, shares, strict=True)
        if share
        for configuration in sample_configurations(project, [label_id], share, Sampler.BALANCED, rng)
    ]


class _Collector:
    """Turns clashes into constraints that are new and leave every label something."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._names = {fold_text(dimension.name): key for key, dimension in project.dimensions.items()}
        self.proposals: list[ConstraintProposal] = []
        self.dropped: list[DroppedConstraint] = []

    def take(self, batch: Sequence[_Drawn], clash: ListedClash) -> None:
        """Propose the clash, or keep it with the reason why not."""
        named, reason = (clash.first, clash.second), " ".join(clash.reason.split())
        shown = f"{clash.number}: {' × '.join(named)}" + (f" ({reason})" if reason else "")
        if not 1 <= clash.number <= len(batch):
            self.dropped.append(DroppedConstraint(shown, "there is no configuration of this number"))
            return
        drawn = batch[clash.number - 1]
        values, labels = self._resolve(drawn, named)
        if len(values) + len(labels) < 2:
            self.dropped.append(DroppedConstraint(shown, "it does not name two parts of the configuration"))
            return
        self._propose(values, labels, reason)

    def _resolve(self, drawn: _Drawn, named: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
        values: dict[str, tuple[str, ...]] = {}
        labels: tuple[str, ...] = ()
        for name in named:
            dimension_id = self._names.get(fold_text(name)) or self._names.get(fold_text(name.replace("_", " ")))
            if dimension_id is not None and dimension_id in drawn.configuration:
                values[dimension_id] = drawn.configuration[dimension_id]
            elif fold_label(name) in (CATEGORY, "label", "class"):
                labels = (drawn.label_id,)
        return values, labels

    def _propose(self, values: dict[str, tuple[str, ...]], labels: tuple[str, ...], reason: str) -> None:
        text = describe_clash(self._project, values, labels)
        try:
            changed = edits.set_constraint(self._project, values=values, labels=labels, reason=reason)
        except InputError as error:
            self.dropped.append(DroppedConstraint(text, str(error)))
            return
        emptied = find_empty_labels(changed).keys() - find_empty_labels(self._project).keys()
        if emptied:
            titles = ", ".join(self._project.labels[label_id].title for label_id in sorted(emptied))
            self.dropped.append(DroppedConstraint(text, f"it would leave no configuration for: {titles}"))
            return
        self._project = changed
        self.proposals.append(ConstraintProposal(values, labels, reason, text))


def describe_clash(project: Project, values: Mapping[str, Sequence[str]], labels: Sequence[str]) -> str:
    """`location 'Oceania' × label 'Affordable Care Act'`."""
    parts = [
        f"{project.dimensions[dimension_id].name} "
        + " or ".join(f"'{project.dimensions[dimension_id].values[value_id].text}'" for value_id in value_ids)
        for dimension_id, value_ids in values.items()
    ]
    return " × ".join([*parts, *(f"label '{project.labels[label_id].title}'" for label_id in labels)])


def _ask(project: Project, batch: Sequence[_Drawn], guidance: str) -> list[Message]:
    lines = [
        f"We ask a writer for one {project.task.text} per numbered line. Some lines ask for what cannot be true "
        "together, such as a law in a country that does not have it, or a winter sport at the beach in July.",
        *(_describe(project, position, drawn) for position, drawn in enumerate(batch, start=1)),
        f"For each line that cannot be written sensibly, give its number, the two parts that clash (the name of a "
        f"part as written before its colon; '{CATEGORY}' is one) and the reason in one sentence. Unusual is fine; "
        "name only what is impossible. Where all lines are possible, the list is empty.",
    ]
    if guidance.strip():
        lines.append(f"What matters to us: {guidance.strip()}")
    return [{"role": "user", "content": "\n".join(lines)}]


def _describe(project: Project, position: int, drawn: _Drawn) -> str:
    parts = [f"{CATEGORY}: {project.labels[drawn.label_id].title}"]
    for dimension_id, value_ids in drawn.configuration.items():
        dimension = project.dimensions[dimension_id]
        parts.append(f"{dimension.name}: " + " and ".join(dimension.values[value_id].text for value_id in value_ids))
    return f"{position}. " + "; ".join(parts)
