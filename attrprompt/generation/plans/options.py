"""What decides a plan, beside the project, and how it reads against the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from attrprompt.errors import InputError
from attrprompt.project import Method, Project, explain_validation, fold_text
from attrprompt.sampling import LabelSetOptions, Sampler

MAX_PER_CLASS = 1_000_000


class Distribution(StrEnum):
    """How prompts are divided over classes."""

    EQUAL = "equal"
    LONG_TAILED = "long_tailed"


class PlanOptions(BaseModel):
    """What decides a plan, beside the project."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Method = Method.ATTRPROMPT
    sampler: Sampler = Sampler.BALANCED
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    per_class: int = Field(default=10, ge=1, le=MAX_PER_CLASS)
    class_counts: dict[str, int] | None = Field(default=None, description="label name to count; others get none")
    distribution: Distribution = Distribution.EQUAL
    ratio: float = Field(default=10.0, ge=1.0, le=1e6, description="long-tailed: largest class over smallest")
    fixed: dict[str, str] = Field(default_factory=dict, description="dimension name to value text")
    without: tuple[str, ...] = Field(default=(), description="names of dimensions to leave out")
    label_sets: LabelSetOptions = Field(default_factory=LabelSetOptions, description="multi-label tasks only")

    @field_validator("class_counts")
    @classmethod
    def _counts_are_sane(cls, counts: dict[str, int] | None) -> dict[str, int] | None:
        for name, count in (counts or {}).items():
            if not 0 <= count <= MAX_PER_CLASS:
                raise ValueError(f"the count of '{name}' must lie between 0 and {MAX_PER_CLASS:,}")
        return counts

    @model_validator(mode="after")
    def _one_way_to_count(self) -> Self:
        if self.class_counts is not None and self.distribution is not Distribution.EQUAL:
            raise ValueError("give counts per class or a long-tailed distribution, not both")
        return self


def read_options(data: object) -> PlanOptions:
    """Check plain data against the rules of plan options.

    Raises:
        InputError: with the first rule that is broken.
    """
    try:
        return PlanOptions.model_validate(data)
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error


def count_per_label(project: Project, options: PlanOptions) -> dict[str, int]:
    """How many prompts each label gets, by label id, in the document's order.

    Long-tailed: the i-th of K labels gets `per_class × ratio^(-i / (K - 1))`, at least one (the profile of
    class-imbalance studies, Cui et al. 2019), so the first label is the largest.

    Raises:
        InputError: the project has no label, or a count names a label that does not exist.
    """
    label_ids = [label_id for label_id, _ in project.ordered_labels()]
    if not label_ids:
        raise InputError("The project has no label yet. Add at least one before planning prompts.")
    if options.class_counts is not None:
        given: dict[str, int] = {}
        for name, count in options.class_counts.items():
            label_id = project.find_label(name)
            if label_id in given:
                raise InputError(f"The label '{project.labels[label_id].name}' has two counts; give it one.")
            given[label_id] = count
        counts = {label_id: given.get(label_id, 0) for label_id in label_ids}
        if not sum(counts.values()):
            raise InputError("The counts add up to no prompt at all. Give at least one class a count above 0.")
        return counts
    if options.distribution is Distribution.EQUAL or len(label_ids) == 1:
        return dict.fromkeys(label_ids, options.per_class)
    last = len(label_ids) - 1
    return {
        label_id: max(1, round(options.per_class * options.ratio ** (-index / last)))
        for index, label_id in enumerate(label_ids)
    }


def resolve_without(project: Project, options: PlanOptions) -> list[str]:
    """The ids of the dimensions that are left out.

    Raises:
        InputError: there is no such dimension.
    """
    return [project.find_dimension(name) for name in options.without]


def fixed_texts(project: Project, options: PlanOptions) -> Mapping[str, str]:
    """Dimension id to the folded text that it is fixed to.

    Raises:
        InputError: there is no such dimension.
    """
    return {project.find_dimension(name): fold_text(text) for name, text in options.fixed.items()}


def resolve_fixed(project: Project, options: PlanOptions, label_ids: Sequence[str]) -> dict[str, str]:
    """The fixed dimensions of a label set as ids: of equal texts, the value that these labels have.

    Raises:
        InputError: no such dimension, or no such value for these labels.
    """
    found: dict[str, str] = {}
    for name, text in options.fixed.items():
        dimension_id = project.find_dimension(name)
        dimension = project.dimensions[dimension_id]
        own = [
            (value_id, value)
            for value_id, value in dimension.ordered()
            if not dimension.class_dependent or set(label_ids) <= set(value.labels)
        ]
        matches = [value_id for value_id, value in own if fold_text(value.text) == fold_text(text)]
        if not matches:
            title = " and ".join(project.labels[label_id].title for label_id in label_ids)
            where = f" for {title}" if dimension.class_dependent else ""
            texts = ", ".join(value.text for _, value in own[:10]) or "none"
            raise InputError(f"'{dimension.name}' has no value '{text}'{where}. Its values there: {texts}.")
        found[dimension_id] = matches[0]
    return found
