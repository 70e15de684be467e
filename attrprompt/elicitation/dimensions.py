"""Attribute dimensions that a model proposes for a task."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator

from attrprompt.edits import clean_line
from attrprompt.elicitation.proposals import DimensionProposal
from attrprompt.elicitation.questions import Way, make_plural
from attrprompt.llm.answers.structured import refuse_empty
from attrprompt.llm.asking import RawReply, ask_by_example, ask_in_form, be_patient
from attrprompt.llm.chat import ChatClient, ChatRequest, Message
from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit
from attrprompt.project import DimensionKind, Project, fold_text

ROUNDS = 2
TOKENS_PER_DIMENSION = 150
TOKENS_PER_LINE = 40
LONGEST_NAME = 60
MOST_WORDS = 4
TEMPERATURE = 0.7
REPETITION_PENALTY = 1.12
LABELS_SHOWN = 40
EXAMPLES_SHOWN = 5
EXAMPLE_CHARACTERS = 600


def _known_or_none(given: object) -> object:
    return given if given in set(DimensionKind) else None


class ListedDimension(BaseModel):
    """One dimension as a model gives it; what it leaves out is guessed from the name."""

    name: str
    reason: str = ""
    class_dependent: bool | None = None
    kind: Annotated[DimensionKind | None, BeforeValidator(_known_or_none)] = None
    clause: str = ""


class ListedDimensions(BaseModel):
    """The answer to the question for dimensions."""

    dimensions: Annotated[list[ListedDimension], AfterValidator(refuse_empty)]


_WORKED_LISTS = (
    ("cooking recipes", ("Cuisine", "Cooking time", "Season", "Equipment", "Skill level", "Dietary need")),
    ("job advertisements", ("Industry", "City", "Seniority", "Salary", "Tone of voice", "Type of contract")),
    ("travel stories", ("Destination", "Means of transport", "Season", "Budget", "Companions", "Mood")),
)
_SEPARATOR = re.compile(r":\**|\s[-–—](?:\s|$)")
_PLACE_WORDS = frozenset({"location", "place", "country", "city", "region", "continent", "setting", "geography"})
_LENGTH_WORDS = frozenset({"length", "words", "size"})
_OWN_VALUES_WORDS = frozenset(
    {
        "subtopic",
        "topic",
        "theme",
        "subject",
        "product",
        "brand",
        "event",
        "technique",
        "scenario",
        "subfield",
        "entity",
    }
)


@dataclass(frozen=True)
class ElicitedDimensions:
    """What came of asking for dimensions; see `ElicitedValues` for the parts."""

    proposals: tuple[DimensionProposal, ...]
    replies: tuple[RawReply, ...]
    problems: tuple[str, ...]


async def elicit_dimensions(
    client: ChatClient,
    model: str,
    project: Project,
    *,
    n: int = 6,
    guidance: str = "",
    examples: Sequence[str] = (),
    rejected: Sequence[str] = (),
    way: Way = Way.PLAIN,
    limit: TokenLimit = DEFAULT_LIMIT,
    seed: int | None = None,
) -> ElicitedDimensions:
    """Ask in which ways the texts of one class could differ.

    Args:
        client: what is asked.
        model: its name there.
        project: its task and labels are described; its dimensions do not come back.
        n: how many at most.
        guidance: a wish in the person's own words.
        examples: texts of the person; those of the task come on top.
        rejected: names that a person struck out; they do not come back.
        way: by example for small models, otherwise plain.
        limit: most tokens of a reply; small models, asked by example, get no room to think.
        seed: makes the answers of a local model repeatable.

    Raises:
        ProviderError: the endpoint failed for good.
    """
    patient = be_patient(client)
    taken = {fold_text(name) for name in rejected}
    taken |= {fold_text(dimension.name) for dimension in project.dimensions.values()}
    messages = (
        _ask_by_example(project, n, guidance, rejected)
        if way is Way.BY_EXAMPLE
        else _ask_plainly(project, n, guidance, [*project.task.examples, *examples], rejected)
    )
    by_example = way is Way.BY_EXAMPLE
    tokens = n * (TOKENS_PER_LINE if by_example else TOKENS_PER_DIMENSION)
    proposals: list[DimensionProposal] = []
    replies: list[RawReply] = []
    problems: tuple[str, ...] = ()
    for attempt in range(ROUNDS):
        request = ChatRequest(
            messages,
            model,
            temperature=TEMPERATURE,
            repetition_penalty=REPETITION_PENALTY if by_example else None,
            max_tokens=(limit.without_room() if by_example else limit).for_answer(tokens),
            seed=None if seed is None else seed + 10 * attempt,
        )
        answer = await (ask_by_example if by_example else ask_in_form)(patient, request, ListedDimensions)
        replies.extend(answer.replies)
        if answer.is_only_thinking:
            problems = (answer.problem,)
            break
        listed = answer.value.dimensions if answer.value is not None else []
        for given in listed[:-1] if answer.is_cut else listed:
            proposal = complete_dimension(given, project.task.text)
            if proposal is None:
                continue
            if fold_text(proposal.name) not in taken and len(proposals) < n:
                taken.add(fold_text(proposal.name))
                proposals.append(proposal)
        if 2 * len(proposals) >= n:
            break
    if not (proposals or problems):
        problems = ("No new dimension in the replies; they are shown as they came.",)
    return ElicitedDimensions(tuple(proposals), tuple(replies), problems)


def complete_dimension(given: ListedDimension, text: str) -> DimensionProposal | None:
    """The dimension with what the model left out guessed from its name; None where it has no usable name.

    Args:
        given: as the model gave it; `name: reason` in one line is taken apart.
        text: what one text of the task is called, for the clause.
    """
    name, rest = (*_SEPARATOR.split(clean_line(given.name), maxsplit=1), "")[:2]
    name = name.strip(" .*_").casefold()
    if (
        not name
        or len(name) > LONGEST_NAME
        or len(name.split()) > MOST_WORDS
        or not any(sign.isalpha() for sign in name)
    ):
        return None
    kind = given.kind or guess_kind(name)
    clause = given.clause if "{value}" in given.clause else make_clause(name, kind, text)
    return DimensionProposal(
        name=name,
        reason=" ".join((given.reason or rest).split()),
        class_dependent=guess_class_dependent(name) if given.class_dependent is None else given.class_dependent,
        kind=kind,
        clause=" ".join(clause.split()),
    )


def guess_kind(name: str) -> DimensionKind:
    """The kind that a dimension of this name most likely has."""
    words = _words(name)
    if words & _LENGTH_WORDS:
        return DimensionKind.LENGTH
    return DimensionKind.PLACE if words & _PLACE_WORDS else DimensionKind.TEXT


def guess_class_dependent(name: str) -> bool:
    """Whether the values of a dimension of this name most likely differ from label to label."""
    return bool(_words(name) & _OWN_VALUES_WORDS)


def make_clause(name: str, kind: DimensionKind, text: str) -> str:
    """A prompt clause for a dimension of which the model gave none, or one without a place for the value."""
    shown = name.replace("_", " ").casefold()
    if kind is DimensionKind.LENGTH:
        return f"The {text} has {{value}}."
    if kind is DimensionKind.PLACE:
        return f"The {text} is set in {{value}}."
    return f"The {shown} of the {text} is: {{value}}."


def _ask_plainly(
    project: Project, n: int, guidance: str, examples: Sequence[str], rejected: Sequence[str]
) -> list[Message]:
    task = project.task
    lines = [f"We let a language model write example texts for a classifier. One text is: {task.text}."]
    if task.source:
        lines.append(f"The texts imitate: {task.source}.")
    if task.description:
        lines.append(f"The task: {task.description}")
    labels = [
        f"- {label.title}: {label.description}" if label.description else f"- {label.title}"
        for _, label in project.ordered_labels()[:LABELS_SHOWN]
    ]
    if labels:
        lines.append("The categories:\n" + "\n".join(labels))
    shown = [example.strip()[:EXAMPLE_CHARACTERS] for example in examples if example.strip()][:EXAMPLES_SHOWN]
    if shown:
        lines.append("Some real texts:\n" + "\n".join(f"<<<{example}>>>" for example in shown))
    lines.append(
        f"Name up to {n} attribute dimensions: ways in which two texts of the same category can differ, such that "
        "setting them on purpose makes a collection varied and true to life. For each give:\n"
        "- name: one to three words\n"
        "- reason: one sentence on why it matters for these texts\n"
        "- class_dependent: true where each category needs values of its own, false where all share the same values\n"
        "- kind: place where its values are countries, cities or regions; length where they are numbers of words; "
        "else text\n"
        "- clause: one sentence for the prompt, with {value} where the value goes"
    )
    known = [dimension.name for _, dimension in project.ordered_dimensions()]
    if known:
        lines.append(f"We have these already: {', '.join(known)}.")
    if rejected:
        lines.append(f"We do not want: {', '.join(rejected)}.")
    if guidance.strip():
        lines.append(f"What matters to us: {guidance.strip()}")
    return [{"role": "user", "content": "\n\n".join(lines)}]


def _ask_by_example(project: Project, n: int, guidance: str, rejected: Sequence[str]) -> list[Message]:
    """The wish with three finished lists of names before it; dimensions that are there stand as a list begun.

    Names only: asked for reasons too, a very small model loses the thread and lists stories.
    """
    texts = make_plural(project.task.text)
    known = [dimension.name.replace("_", " ") for _, dimension in project.ordered_dimensions()]
    lists = [*_WORKED_LISTS, *([(texts, tuple(known))] if known else [])]
    messages: list[Message] = []
    for about, names in lists:
        numbered = "\n".join(f"{position}. {name}" for position, name in enumerate(names, start=1))
        messages += [
            {"role": "user", "content": f"List {len(names)} things that vary between {about}."},
            {"role": "assistant", "content": numbered},
        ]
    wish = f"List {n} {'more ' if known else ''}things that vary between {texts}."
    if guidance.strip():
        wish += f" {guidance.strip()}"
    if rejected:
        wish += f" Not: {', '.join(rejected)}."
    return [*messages, {"role": "user", "content": wish}]


def _words(name: str) -> set[str]:
    return {word.removesuffix("s") if word != "words" else word for word in fold_text(name).replace("_", " ").split()}
