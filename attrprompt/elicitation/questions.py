"""How values are asked for: three ways, in our own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, WithJsonSchema, model_validator

from attrprompt.elicitation.worked_examples import choose_examples
from attrprompt.llm.answers.lenient_lists import split_bold_name
from attrprompt.llm.answers.structured import refuse_empty
from attrprompt.llm.chat import Message
from attrprompt.project import DimensionKind, Project

AVOIDED_CHARACTERS = 4_000
AVOIDED_CHARACTERS_BY_EXAMPLE = 900
CONTINUED_VALUES = 12


class ListedValue(BaseModel):
    """One value as a model lists it; it is asked for as a text, and read with the explanation that some models add."""

    text: str
    description: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read_text(cls, given: object) -> object:
        if isinstance(given, str):
            given = {"text": given}
        if isinstance(given, Mapping) and isinstance(given.get("text"), str) and not given.get("description"):
            text, description = split_bold_name(given["text"])
            return {"text": text, "description": description}
        return given


class ListedValues(BaseModel):
    """The answer to the plain question and to the one by example."""

    values: Annotated[
        list[ListedValue],
        AfterValidator(refuse_empty),
        WithJsonSchema({"type": "array", "items": {"type": "string"}}),
    ]


class WeighedValue(BaseModel):
    """One value with the probability that the model gives it."""

    text: str
    probability: float | None = None


class WeighedValues(BaseModel):
    """The answer to the verbalized question."""

    values: Annotated[list[WeighedValue], AfterValidator(refuse_empty)]


class Way(StrEnum):
    """How a model is asked for values."""

    PLAIN = "plain"
    VERBALIZED = "verbalized"
    BY_EXAMPLE = "by_example"

    @property
    def meaning(self) -> str:
        """What it does, in a few words for people."""
        return {
            "plain": "asks for a list",
            "verbalized": "asks for values with their probabilities, unlikely ones too: more variety from large models",
            "by_example": "shows two finished lists first: the way for small models",
        }[self.value]


@dataclass(frozen=True)
class ValueQuestion:
    """What values are wanted.

    Attributes:
        label_id: the label that they are for; None for a dimension with the same values for all labels.
        there: values that stand in the project or wait for a decision.
        rejected: values that a person rejected.
        guidance: the person's wish in their own words.
    """

    project: Project
    dimension_id: str
    label_id: str | None
    n: int
    there: Sequence[str] = ()
    rejected: Sequence[str] = ()
    guidance: str = ""


def ask_for_values(question: ValueQuestion, way: Way) -> list[Message]:
    """The messages that ask for these values."""
    if way is Way.BY_EXAMPLE:
        return _ask_by_example(question)
    parts = [_describe_task(question), _describe_wish(question)]
    if way is Way.VERBALIZED:
        parts.append(
            f"Think of the whole range of values that could stand here. Give {question.n} of them that together cover "
            "this range, the unusual ones as well as the obvious, and for each the probability between 0 and 1 that "
            "you would have named it first. Write each as a short phrase."
        )
    parts += [_avoid("These are there already", question.there), _avoid("These were rejected", question.rejected)]
    if question.guidance.strip():
        parts.append(f"What matters to us: {question.guidance.strip()}")
    return [{"role": "user", "content": "\n\n".join(part for part in parts if part)}]


def _describe_task(question: ValueQuestion) -> str:
    project, task = question.project, question.project.task
    dimension = project.dimensions[question.dimension_id]
    lines = [f"We write example texts for a classifier. One text is: {task.text}."]
    if task.source:
        lines.append(f"They imitate texts from: {task.source}.")
    if task.description:
        lines.append(f"The task: {task.description}")
    meaning = f" ({dimension.description})" if dimension.description else ""
    lines.append(f"The texts shall differ in their {_name(question)}{meaning}.")
    lines.append(f"Each value is put into this sentence of the prompt: {dimension.prompt_clause}")
    return "\n".join(lines)


def _describe_wish(question: ValueQuestion) -> str:
    project = question.project
    kind = project.dimensions[question.dimension_id].kind
    if question.label_id is None:
        text = (
            f"List {question.n} different values of '{_name(question)}' that suit a {project.task.text} of any of "
            f"these categories: {', '.join(label.title for _, label in project.ordered_labels()[:40])}."
        )
    else:
        label = project.labels[question.label_id]
        meaning = f" ({label.description})" if label.description else ""
        text = (
            f"List {question.n} different values of '{_name(question)}' for a {project.task.text} of the category "
            f"'{label.title}'{meaning}. Each must clearly belong to '{label.title}'"
        )
        similar = [project.labels[other].title for other in label.similar if other in project.labels]
        text += f" and not suit {', '.join(similar)}." if similar and not project.task.multi_label else "."
    hint = {
        DimensionKind.TEXT: "Write each value as a concrete, short phrase.",
        DimensionKind.PLACE: "Each value is the name of one place.",
        DimensionKind.LENGTH: "Each value is a range of words, as in '50 to 80 words'.",
    }[kind]
    return f"{text} {hint} No value may repeat another in other words."


def _ask_by_example(question: ValueQuestion) -> list[Message]:
    """Two lists as earlier turns, then the wish in the same form; values that are there stand as a list begun."""
    project = question.project
    messages: list[Message] = []
    for example in choose_examples(project, question.dimension_id, question.label_id):
        wish = _short_wish(example.dimension, example.text, example.about, len(example.values))
        messages += [{"role": "user", "content": wish}, {"role": "assistant", "content": _number(example.values)}]
    about = "" if question.label_id is None else project.labels[question.label_id].title
    extra = f" {question.guidance.strip()}" if question.guidance.strip() else ""
    there = question.there[-CONTINUED_VALUES:]
    if there:
        wish = _short_wish(_name(question), project.task.text, about, len(there))
        messages += [{"role": "user", "content": wish + extra}, {"role": "assistant", "content": _number(there)}]
    wish = _short_wish(_name(question), project.task.text, about, question.n, more=bool(there))
    rejected = _fit(question.rejected, AVOIDED_CHARACTERS_BY_EXAMPLE)
    if rejected:
        extra += f" Not: {', '.join(rejected)}."
    messages.append({"role": "user", "content": wish + extra})
    return messages


def _short_wish(dimension: str, text: str, about: str, n: int, *, more: bool = False) -> str:
    """`List 8 different subtopics for news articles about: Sports.`: plain words do better than quotes here."""
    end = f" about: {about}." if about else "."
    return f"List {n} {'more' if more else 'different'} {make_plural(dimension)} for {make_plural(text)}{end}"


def make_plural(noun: str) -> str:
    """An English noun in the plural, as far as names of dimensions and texts need it."""
    name = noun.replace("_", " ")
    if name.endswith("s") and not name.endswith("ss"):
        return name
    if name.endswith("y") and name[-2:-1] not in ("", *"aeiou"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("ss", "x", "ch", "sh")) else f"{name}s"


def _number(values: Sequence[str]) -> str:
    return "\n".join(f"{position}. {value}" for position, value in enumerate(values, start=1))


def _name(question: ValueQuestion) -> str:
    return question.project.dimensions[question.dimension_id].name.replace("_", " ")


def _avoid(heading: str, values: Sequence[str]) -> str:
    kept = _fit(values, AVOIDED_CHARACTERS)
    return f"{heading}; neither repeat nor reword any of them:\n" + "\n".join(f"- {v}" for v in kept) if kept else ""


def _fit(values: Sequence[str], characters: int) -> list[str]:
    """The latest values that fit; all of them are still kept out of the answer afterwards."""
    kept: list[str] = []
    for value in reversed(values):
        characters -= len(value) + 3
        if characters < 0:
            break
        kept.append(value)
    return kept[::-1]
