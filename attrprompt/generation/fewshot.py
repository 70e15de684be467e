"""Few-shot examples: texts that people approved in Review, or gold texts, put before each prompt of their class.

Each example is an earlier turn of the chat: the prompt that asks for it, then the text as the answer. An approved text
brings its own prompt; a gold text gets the SimPrompt of its class, because nobody asked for it with attributes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attrprompt.errors import InputError
from attrprompt.llm.tokens import estimate_tokens
from attrprompt.project import Method, Project, fold_label
from attrprompt.prompts.rendering import PromptRenderer
from attrprompt.records import ANSWER_DOUBTS, Dataset, DatasetKind, Flag, Run, Sample, SampleStatus, hash_text
from attrprompt.store import SampleFilter, Store, StoredProject

MOST_PER_CLASS = 20
KEPT_AS = "few_shots"  # among a run's options
_DOUBTED = frozenset({Flag.EMPTY, Flag.REFUSAL, Flag.TRUNCATED, Flag.FEW_SHOT_COPY, *ANSWER_DOUBTS})


@dataclass(frozen=True, slots=True)
class Example:
    """One text with the prompt that asks for it."""

    prompt: str
    text: str


@dataclass(frozen=True)
class FewShots:
    """The examples of a run.

    Attributes:
        source: name of the data set that they come from.
        per_class: how many were wanted of each class.
        is_gold: they are gold, so they may not judge the run later.
        by_label: label name, folded, to its examples.
    """

    source: str
    per_class: int
    is_gold: bool
    by_label: Mapping[str, tuple[Example, ...]]

    def turns_for(self, labels: Sequence[str]) -> tuple[dict[str, str], ...]:
        """The earlier turns of a prompt for these labels: `per_class` of each, none twice."""
        chosen = dict.fromkeys(example for label in labels for example in self.by_label.get(fold_label(label), ()))
        return tuple(
            {"role": role, "content": content}
            for example in chosen
            for role, content in (("user", example.prompt), ("assistant", example.text))
        )

    def texts(self) -> list[str]:
        """Every example's text, none twice."""
        return list(dict.fromkeys(example.text for examples in self.by_label.values() for example in examples))

    def hashes(self) -> list[str]:
        """What is recorded of gold texts that entered a prompt."""
        return [hash_text(text) for text in self.texts()]

    def estimate_tokens(self, counts: Mapping[str, int]) -> int:
        """Tokens that the examples add to a plan with so many prompts for each label name."""
        return sum(
            count * estimate_tokens(turn["content"])
            for label, count in counts.items()
            for turn in self.turns_for([label])
        )

    def to_options(self) -> dict[str, Any]:
        """What a run keeps of its examples, beside the messages of each of its items."""
        kept = {"source": self.source, "per_class": self.per_class, "gold": self.is_gold, "texts": self.texts()}
        return {KEPT_AS: kept}


def choose_few_shots(
    store: Store, project: StoredProject, dataset: Dataset, per_class: int, *, seed: int = 0
) -> FewShots:
    """Draw examples for each class: of gold any text, of other data sets only accepted ones.

    A class with fewer gets what there is. The same seed draws the same texts from the same data set.

    Raises:
        InputError: the number cannot be used, or a class has no text that may be an example.
    """
    if not 1 <= per_class <= MOST_PER_CLASS:
        raise InputError(f"A prompt takes 1 to {MOST_PER_CLASS} examples a class, not {per_class}.")
    is_gold = dataset.kind is DatasetKind.GOLD
    wanted = SampleFilter() if is_gold else SampleFilter(statuses=(SampleStatus.ACCEPTED,))
    by_label: dict[str, list[Sample]] = {fold_label(label.name): [] for label in project.document.labels.values()}
    for sample in store.datasets.iterate(dataset.id, wanted):
        if sample.status is SampleStatus.REJECTED or not sample.text.strip() or _DOUBTED & set(sample.flags):
            continue
        for label in sample.labels:
            by_label.get(fold_label(label), []).append(sample)
    titles = {fold_label(label.name): label.title for label in project.document.labels.values()}
    if bare := [titles[label] for label, samples in by_label.items() if not samples]:
        what = "no text" if is_gold else "no accepted text"
        advice = "Choose another data set" if is_gold else "Accept some in Review, or choose another data set"
        raise InputError(f"'{dataset.name}' has {what} for: {', '.join(bare)}. {advice}.")
    simple = _SimplePrompts(project.document)
    return FewShots(
        dataset.name,
        per_class,
        is_gold,
        {
            label: tuple(_make_example(sample, simple) for sample in _draw(samples, per_class, f"{seed} {label}"))
            for label, samples in by_label.items()
        },
    )


def read_few_shot_texts(run: Run) -> list[str]:
    """The texts of the examples that stood in a run's prompts."""
    kept: Mapping[str, Any] = run.options.get(KEPT_AS) or {}
    return [str(text) for text in kept.get("texts", ())]


class _SimplePrompts:
    """SimPrompts by label, made once each."""

    def __init__(self, document: Project) -> None:
        self._renderer = PromptRenderer(document, Method.SIMPROMPT)
        self._ids = {fold_label(label.name): label_id for label_id, label in document.labels.items()}
        self._made: dict[tuple[str, ...], str] = {}

    def render(self, labels: Sequence[str]) -> str:
        """The SimPrompt for a text's labels; unknown ones are left out."""
        ids = tuple(self._ids[fold_label(label)] for label in labels if fold_label(label) in self._ids)
        if ids not in self._made:
            self._made[ids] = self._renderer.render(ids)
        return self._made[ids]


def _draw(samples: Sequence[Sample], count: int, seed: str) -> list[Sample]:
    return random.Random(seed).sample(list(samples), min(count, len(samples)))


def _make_example(sample: Sample, simple: _SimplePrompts) -> Example:
    return Example(sample.prompt or simple.render(sample.labels), sample.text)
