"""The plan: the exact list of prompts of a run, made before anything is spent.

A plan depends only on the project's content and its options: the same seed gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, TextIO

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from attrprompt.errors import InputError
from attrprompt.project import Method, Project, attribute_texts, explain_validation, fold_text
from attrprompt.prompts import PromptRenderer
from attrprompt.sampling import BalanceState, Rows, Sampler, Space, build_space, sample_rows

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


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One prompt of a plan."""

    item: int
    labels: tuple[str, ...]
    attributes: dict[str, str]
    prompt: str
    seed: int
    system: str = ""

    def to_row(self, multi_label: bool) -> dict[str, Any]:
        """The row of a plan file; a system message stands in it only where there is one."""
        label: dict[str, Any] = {"labels": list(self.labels)} if multi_label else {"label": self.labels[0]}
        row = {"item": self.item, **label, "attributes": self.attributes, "prompt": self.prompt, "seed": self.seed}
        return {**row, "system": self.system} if self.system else row


def read_options(data: object) -> PlanOptions:
    """Check plain data against the rules of plan options.

    Raises:
        InputError: with the first rule that is broken.
    """
    try:
        return PlanOptions.model_validate(data)
    except ValidationError as error:
        raise InputError(explain_validation(error)) from error


def make_plan(
    project: Project, options: PlanOptions, *, meta_prompts: Mapping[str, Sequence[str]] | None = None
) -> Iterator[PlanItem]:
    """The plan's prompts, one by one; memory stays flat however long the plan.

    Classes take turns, so that a run that is stopped early is balanced over classes.

    Args:
        project: the document.
        options: what to plan.
        meta_prompts: for MetaPrompt, the prompts that the model wrote, by label id.

    Raises:
        InputError: at once, before the first prompt: the project or the options cannot make a plan.
    """
    parts = _draw_parts(project, options)
    renderer = PromptRenderer(project, options.method)
    if options.method is Method.METAPROMPT:
        return _meta_items(project, options, parts, meta_prompts or {})
    return _items(project, options, parts, renderer)


def make_item_seed(seed: int, item: int) -> int:
    """A stable 31-bit number for the model's own sampling of this item."""
    digest = hashlib.blake2b(f"{seed}:{item}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") & 0x7FFFFFFF


def write_plan(items: Iterable[PlanItem], target: Path | str | TextIO, *, multi_label: bool) -> int:
    """Write a plan as JSON lines (UTF-8, line feeds) and return the number of rows; a file appears only when complete.

    Raises:
        InputError: the file cannot be written there.
    """
    if not isinstance(target, Path | str):
        return _write_rows(items, target, multi_label)
    path = Path(target)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            rows = _write_rows(items, file, multi_label)
        part.replace(path)
    except OSError as error:
        raise InputError(f"The plan cannot be written to {path}: {error.strerror}. Choose another place.") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _write_rows(items: Iterable[PlanItem], file: TextIO, multi_label: bool) -> int:
    rows = 0
    for rows, item in enumerate(items, start=1):  # noqa: B007
        file.write(json.dumps(item.to_row(multi_label), ensure_ascii=False) + "\n")
    return rows


@dataclass(frozen=True)
class _Part:
    """The prompts of one label set: how many, and their rows (AttrPrompt only)."""

    label_ids: tuple[str, ...]
    count: int
    space: Space | None
    rows: Rows | None


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
        given = {project.find_label(name): count for name, count in options.class_counts.items()}
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


def resolve_fixed(project: Project, options: PlanOptions, label_ids: Sequence[str]) -> dict[str, str]:
    """The fixed dimensions of a label set as ids: of equal texts, the value that these labels have.

    Raises:
        InputError: no such dimension, or no such value for these labels.
    """
    found: dict[str, str] = {}
    for name, text in options.fixed.items():
        dimension_id = project.find_dimension(name)
        dimension = project.dimensions[dimension_id]
        matches = [
            value_id
            for value_id, value in dimension.ordered()
            if fold_text(value.text) == fold_text(text)
            and (not dimension.class_dependent or set(label_ids) <= set(value.labels))
        ]
        if not matches:
            title = " and ".join(project.labels[label_id].title for label_id in label_ids)
            where = f" for {title}" if dimension.class_dependent else ""
            texts = ", ".join(value.text for _, value in dimension.ordered()[:10])
            raise InputError(f"'{dimension.name}' has no value '{text}'{where}. Its values are: {texts}.")
        found[dimension_id] = matches[0]
    return found


def _draw_parts(project: Project, options: PlanOptions) -> list[_Part]:
    counts = {label_id: count for label_id, count in count_per_label(project, options).items() if count}
    if options.method is not Method.ATTRPROMPT:
        return [_Part((label_id,), count, None, None) for label_id, count in counts.items()]
    if not project.dimensions:
        raise InputError("AttrPrompt needs an attribute dimension. Add one, or choose SimPrompt.")
    without = [project.find_dimension(name) for name in options.without]
    state = BalanceState()
    parts = []
    for index, (label_id, count) in enumerate(counts.items()):
        space = build_space(project, [label_id], fixed=resolve_fixed(project, options, [label_id]), without=without)
        rng = np.random.default_rng([options.seed, index])
        rows = sample_rows(project, space, count, options.sampler, rng, state)
        parts.append(_Part((label_id,), count, space, rows))
    return parts


def _take_turns(parts: Sequence[_Part]) -> Iterator[tuple[int, int]]:
    """(part, its n-th prompt) in the order of the plan: every beginning holds the parts in their proportions."""
    part = np.repeat(np.arange(len(parts)), [entry.count for entry in parts])
    turn = np.concatenate([np.arange(entry.count) for entry in parts])
    position = (turn + 0.5) / np.repeat([entry.count for entry in parts], [entry.count for entry in parts])
    order = np.lexsort((part, position))
    yield from zip(part[order].tolist(), turn[order].tolist(), strict=True)


def _items(
    project: Project, options: PlanOptions, parts: Sequence[_Part], renderer: PromptRenderer
) -> Iterator[PlanItem]:
    names = [tuple(project.labels[label_id].name for label_id in part.label_ids) for part in parts]
    for item, (index, turn) in enumerate(_take_turns(parts)):
        part = parts[index]
        configuration = (
            part.space.configuration(part.rows[turn].tolist()) if part.space and part.rows is not None else {}
        )
        yield PlanItem(
            item,
            names[index],
            attribute_texts(project, configuration),
            renderer.render(part.label_ids, configuration),
            make_item_seed(options.seed, item),
            renderer.render_system(part.label_ids, configuration),
        )


def _meta_items(
    project: Project, options: PlanOptions, parts: Sequence[_Part], meta_prompts: Mapping[str, Sequence[str]]
) -> Iterator[PlanItem]:
    for part in parts:
        if not meta_prompts.get(part.label_ids[0]):
            title = project.labels[part.label_ids[0]].title
            raise InputError(f"MetaPrompt has no prompt for {title} yet. Let the model write its prompts first.")

    def iterate() -> Iterator[PlanItem]:
        for item, (index, turn) in enumerate(_take_turns(parts)):
            label_ids = parts[index].label_ids
            prompts = meta_prompts[label_ids[0]]
            names = tuple(project.labels[label_id].name for label_id in label_ids)
            seed = make_item_seed(options.seed, item)
            yield PlanItem(item, names, {}, prompts[turn % len(prompts)], seed)

    return iterate()
