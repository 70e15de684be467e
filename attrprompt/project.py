"""The project document: one task with its labels, attribute dimensions, constraints and templates.

It holds accepted content only. Everything in it that people edit is an object keyed by a stable id with an
`order`, so that a change of one field never moves its neighbours and two people's changes merge. The document is
immutable: `attrprompt.edits` makes new ones, the store keeps their history.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from attrprompt.errors import InputError

MAX_LABELS = 500
MAX_NAME_LENGTH = 200
MAX_TEXT_LENGTH = 2_000
_SMALL_WORDS = frozenset({"and", "the", "of"})


class DimensionKind(StrEnum):
    """What the values of a dimension are, which decides how adherence to them is checked."""

    TEXT = "text"
    PLACE = "place"
    LENGTH = "length"


class Method(StrEnum):
    """How the prompt of a text is made."""

    SIMPROMPT = "simprompt"
    ATTRPROMPT = "attrprompt"
    METAPROMPT = "metaprompt"

    @property
    def display(self) -> str:
        """The method's name as the paper writes it."""
        return {"simprompt": "SimPrompt", "attrprompt": "AttrPrompt", "metaprompt": "MetaPrompt"}[self.value]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Task(_Part):
    """What kind of text is wanted, for which data source."""

    domain: str = Field(default="text", max_length=MAX_NAME_LENGTH)
    text: str = Field(default="text", max_length=MAX_NAME_LENGTH, description="what one text is called, singular")
    source: str = Field(default="", max_length=MAX_NAME_LENGTH)
    description: str = Field(default="", max_length=MAX_TEXT_LENGTH)
    multi_label: bool = False
    examples: tuple[str, ...] = ()


class Label(_Part):
    """One class of the task."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)
    display: str = Field(default="", max_length=MAX_NAME_LENGTH)
    description: str = Field(default="", max_length=MAX_TEXT_LENGTH)
    similar: tuple[str, ...] = Field(default=(), description="ids of the labels most easily confused with it")
    order: int = 0

    @property
    def title(self) -> str:
        """The name for people: the display name, else the name with its underscores as spaces."""
        return self.display or self.name.replace("_", " ")


class AttributeValue(_Part):
    """One value of a dimension; of a class-dependent dimension it belongs to one label or more."""

    text: str = Field(min_length=1, max_length=MAX_TEXT_LENGTH)
    description: str = Field(default="", max_length=MAX_TEXT_LENGTH)
    weight: float = Field(default=1.0, gt=0, le=1e6, allow_inf_nan=False)
    labels: tuple[str, ...] = ()
    minimum: int | None = Field(default=None, ge=1, le=100_000)
    maximum: int | None = Field(default=None, ge=1, le=100_000)
    country: str | None = None
    continent: str | None = None
    origin: str = ""
    order: int = 0

    @field_validator("text")
    @classmethod
    def _text_is_not_blank(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("a value needs a text")
        return text.strip()

    @property
    def wording(self) -> str:
        """The value as it enters the prompt: its text, with its description where it has one."""
        if not self.description:
            return self.text
        return f"{self.text} ({self.description.rstrip('. ')})"


class AttributeDimension(_Part):
    """A way in which texts of one class differ, with its values."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)
    kind: DimensionKind = DimensionKind.TEXT
    class_dependent: bool = False
    description: str = Field(default="", max_length=MAX_TEXT_LENGTH)
    clause: str = Field(default="", max_length=MAX_TEXT_LENGTH, description="prompt clause; {value} is replaced")
    values: dict[str, AttributeValue] = Field(default_factory=dict)
    origin: str = ""
    order: int = 0

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        for value in self.values.values():
            if self.kind is DimensionKind.LENGTH and (value.minimum is None or value.maximum is None):
                raise ValueError(f"the length '{value.text}' needs a minimum and a maximum number of words")
            if value.minimum is not None and value.maximum is not None and value.minimum > value.maximum:
                raise ValueError(f"the length '{value.text}' has a minimum above its maximum")
            if self.class_dependent and not value.labels:
                raise ValueError(
                    f"the value '{value.text}' of the class-dependent dimension '{self.name}' has no label"
                )
            if not self.class_dependent and value.labels:
                raise ValueError(
                    f"the value '{value.text}' of the class-independent dimension '{self.name}' names a label"
                )
        return self

    @property
    def prompt_clause(self) -> str:
        """The clause that carries a value into the prompt."""
        return self.clause or f"The {self.name.replace('_', ' ')} should be {{value}}."

    def ordered(self) -> list[tuple[str, AttributeValue]]:
        """All values with their ids, in their order."""
        return sorted(self.values.items(), key=lambda pair: (pair[1].order, pair[0]))

    def values_for(self, label_id: str) -> list[tuple[str, AttributeValue]]:
        """The values that a text of this label may take, in their order."""
        return [(key, value) for key, value in self.ordered() if not self.class_dependent or label_id in value.labels]


class Constraint(_Part):
    """Values that may not meet: a configuration that takes a listed value of every listed dimension is not allowed.

    With `labels`, it holds for texts of those labels only.
    """

    labels: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    reason: str = Field(default="", max_length=MAX_TEXT_LENGTH)
    order: int = 0

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.values or any(not values for values in self.values.values()):
            raise ValueError("a constraint names at least one value of each of its dimensions")
        if len(self.values) == 1 and not self.labels:
            raise ValueError("a constraint over one dimension needs labels; otherwise delete the value instead")
        return self


class PromptTemplate(_Part):
    """A Jinja template of one method's prompt; `system` is sent as a system message where it is not empty."""

    text: str = Field(min_length=1, max_length=20_000)
    system: str = Field(default="", max_length=20_000)


class Project(_Part):
    """The whole document."""

    task: Task = Field(default_factory=Task)
    labels: dict[str, Label] = Field(default_factory=dict)
    dimensions: dict[str, AttributeDimension] = Field(default_factory=dict)
    constraints: dict[str, Constraint] = Field(default_factory=dict)
    templates: dict[Method, PromptTemplate] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_names_and_references(self) -> Self:
        if len(self.labels) > MAX_LABELS:
            raise ValueError(f"{len(self.labels)} labels; a task has at most {MAX_LABELS}")
        _refuse_twins("label", ((label.name, fold_label(label.name)) for label in self.labels.values()))
        _refuse_twins("dimension", ((d.name, fold_text(d.name)) for d in self.dimensions.values()))
        for dimension in self.dimensions.values():
            seen: set[tuple[str, str]] = set()
            for value in dimension.values.values():
                for label_id in value.labels or ("",):
                    if label_id and label_id not in self.labels:
                        raise ValueError(f"the value '{value.text}' of '{dimension.name}' belongs to an unknown label")
                    key = (label_id, fold_text(value.text))
                    if key in seen:
                        where = f" for {self.labels[label_id].title}" if label_id else ""
                        raise ValueError(f"the dimension '{dimension.name}' has the value '{value.text}' twice{where}")
                    seen.add(key)
        for constraint in self.constraints.values():
            for dimension_id, value_ids in constraint.values.items():
                known = self.dimensions.get(dimension_id)
                if known is None or any(value_id not in known.values for value_id in value_ids):
                    raise ValueError("a constraint names a dimension or a value that does not exist")
            if any(label_id not in self.labels for label_id in constraint.labels):
                raise ValueError("a constraint names a label that does not exist")
        return self

    def ordered_labels(self) -> list[tuple[str, Label]]:
        """The labels with their ids, in their order."""
        return sorted(self.labels.items(), key=lambda pair: (pair[1].order, pair[0]))

    def ordered_dimensions(self) -> list[tuple[str, AttributeDimension]]:
        """The dimensions with their ids, in their order."""
        return sorted(self.dimensions.items(), key=lambda pair: (pair[1].order, pair[0]))

    def find_label(self, name: str) -> str:
        """The id of the label with this name (folded, or its display name).

        Raises:
            InputError: no label has this name.
        """
        wanted = fold_label(name)
        for shown in ("name", "display"):  # a name wins over another label's display name
            for label_id, label in self.labels.items():
                if wanted == fold_label(getattr(label, shown)):
                    return label_id
        known = [label.name for _, label in self.ordered_labels()]
        nearest = find_nearest_label(name, known)
        meant = f" The nearest is '{nearest}'." if nearest else ""
        raise InputError(
            f"There is no label '{name}' in this project.{meant} Its labels are: {', '.join(known[:30]) or 'none yet'}."
        )

    def find_dimension(self, name: str) -> str:
        """The id of the dimension with this name, in any case.

        Raises:
            InputError: no dimension has this name.
        """
        for dimension_id, dimension in self.dimensions.items():
            if fold_text(dimension.name) == fold_text(name):
                return dimension_id
        names = ", ".join(dimension.name for _, dimension in self.ordered_dimensions()) or "none yet"
        raise InputError(f"There is no dimension '{name}' in this project. Its dimensions are: {names}.")

    def to_data(self) -> dict[str, Any]:
        """The document as plain JSON data."""
        return self.model_dump(mode="json")

    @property
    def content_hash(self) -> str:
        """The sha256 of the content: equal for two projects exactly when they ask for the same texts."""
        return hashlib.sha256(canonical_json(describe_content(self)).encode()).hexdigest()


def make_id() -> str:
    """A new stable id of a label, dimension, value or constraint."""
    return uuid.uuid4().hex[:12]


def fold_label(name: str) -> str:
    """The form in which label names are compared: NFC, trimmed, case-folded, blanks and hyphens as underscores.

    Nothing looser: "C", "C++" and "C#" are three labels, "A" and "A-" two. `find_nearest_label` proposes what may be
    meant.
    """
    return re.sub(r"[\s-]", "_", unicodedata.normalize("NFC", name).strip().casefold())


def find_nearest_label(name: str, names: Iterable[str]) -> str | None:
    """Of these labels the one that a person may have meant by a name that is none of them; None where none is near.

    Only ever proposed, never taken by itself.
    """
    loose = {known: _fold_loosely(known) for known in names}
    wanted = _fold_loosely(name)
    alike = [known for known, folded in loose.items() if folded == wanted]
    near = difflib.get_close_matches(wanted, dict.fromkeys(loose.values()), n=1, cutoff=0.75)
    candidates = alike or [known for known, folded in loose.items() if folded in near]
    return max(candidates, key=lambda known: difflib.SequenceMatcher(None, known, name).ratio(), default=None)


def _fold_loosely(name: str) -> str:
    """A label without its signs and its small words, as people vary them: `Toys & Games` and `toys_games`."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name[:MAX_NAME_LENGTH]).casefold())
    return " ".join(word for word in words if word not in _SMALL_WORDS)


def fold_text(text: str) -> str:
    """The form in which value texts are compared and searched: NFC, case-folded, spaces collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def phrase_length(minimum: int, maximum: int) -> str:
    """The words that ask for a length: `30 to 80 words`."""
    return f"{minimum} words" if minimum == maximum else f"{minimum} to {maximum} words"


def parse_project(data: object) -> Project:
    """Check plain data against the document's rules.

    Raises:
        InputError: with the first rule that is broken and where.
    """
    try:
        return Project.model_validate(data)
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error


def explain_validation(error: ValidationError) -> str:
    """One sentence for the first broken rule of a document."""
    first = error.errors(include_url=False, include_input=False)[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "string_too_long":
        name = str(first["loc"][-1]) if first["loc"] else "text"
        return f"The {name} is too long: at most {first['ctx']['max_length']:,} characters fit. Shorten it."
    return f"{message[:1].upper()}{message[1:]}" + (f" (at {where})." if where else ".")


def canonical_json(data: object) -> str:
    """JSON with sorted keys, no spaces and NFC text: the same data gives the same bytes."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return unicodedata.normalize("NFC", text)


def describe_content(project: Project) -> dict[str, Any]:
    """What `content_hash` covers: names instead of ids, no makers, no times, values in their order."""
    label_names = {label_id: label.name for label_id, label in project.labels.items()}
    return {
        "task": project.task.model_dump(mode="json"),
        "labels": [
            {
                "name": label.name,
                "display": label.display,
                "description": label.description,
                "similar": [label_names[other] for other in label.similar if other in label_names],
            }
            for _, label in project.ordered_labels()
        ],
        "dimensions": [
            {
                "name": dimension.name,
                "kind": dimension.kind.value,
                "class_dependent": dimension.class_dependent,
                "description": dimension.description,
                "clause": dimension.clause,
                "values": _describe_values(project, dimension),
            }
            for _, dimension in project.ordered_dimensions()
        ],
        "constraints": sorted(
            (_describe_constraint(project, constraint) for constraint in project.constraints.values()),
            key=canonical_json,
        ),
        "templates": {method.value: template.model_dump() for method, template in project.templates.items()},
    }


def _describe_values(project: Project, dimension: AttributeDimension) -> object:
    def describe(value: AttributeValue) -> dict[str, Any]:
        return {
            "text": value.text,
            "description": value.description,
            "weight": value.weight,
            "minimum": value.minimum,
            "maximum": value.maximum,
        }

    if not dimension.class_dependent:
        return [describe(value) for _, value in dimension.ordered()]
    by_label: dict[str, list[dict[str, Any]]] = {label.name: [] for label in project.labels.values()}
    for _, value in dimension.ordered():
        for label_id in value.labels:
            by_label[project.labels[label_id].name].append(describe(value))
    return by_label


def _describe_constraint(project: Project, constraint: Constraint) -> dict[str, Any]:
    return {
        "labels": sorted(project.labels[label_id].name for label_id in constraint.labels),
        "values": {
            project.dimensions[dimension_id].name: sorted(
                project.dimensions[dimension_id].values[value_id].text for value_id in value_ids
            )
            for dimension_id, value_ids in constraint.values.items()
        },
    }


def _refuse_twins(noun: str, names: Iterable[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, folded in names:
        if folded in seen:
            raise ValueError(f"two {noun}s have the same name: '{seen[folded]}' and '{name}'")
        seen[folded] = name


def attribute_texts(project: Project, configuration: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """A configuration as texts: dimension name to value text (several values of a multi-label text joined by `; `)."""
    return {
        project.dimensions[dimension_id].name: "; ".join(
            project.dimensions[dimension_id].values[value_id].text for value_id in value_ids
        )
        for dimension_id, value_ids in configuration.items()
    }
