"""What the store hands out: runs, samples and the words for their states."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

REPLACEMENT = "\ufffd"
BASE_RUN = "base_run"
WAITING = "Waits for the results of a batch."
"""The reason of a run that is paused for a batch."""
"""Among the options of a run and the facts of its data set: the run that it is a variant or a later round of."""
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, joiners and marks that turn the direction of writing: a name with them looks like another."""


class RunState(StrEnum):
    """Where a run stands. `interrupted` is never stored: it is a running row whose owner's lock is free."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    DONE_WITH_FAILURES = "done_with_failures"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def can_resume(self) -> bool:
        """Somebody may send what is left."""
        return self not in (RunState.RUNNING, RunState.DONE)


class BatchState(StrEnum):
    """Where a batch file stands."""

    EXPORTED = "exported"
    PREPARED = "prepared"
    UPLOADED = "uploaded"
    SUBMITTED = "submitted"
    ENDED = "ended"
    GIVEN_UP = "given_up"


class SampleStatus(StrEnum):
    """What a reviewer said of a text."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Flag(StrEnum):
    """What is doubtful about a completed text; a text may carry several."""

    EMPTY = "empty"
    REFUSAL = "refusal"
    TRUNCATED = "truncated"
    WRONG_LANGUAGE = "wrong_language"
    LENGTH = "length"
    THINKING = "thinking"
    SEVERAL_TEXTS = "several_texts"
    PLACEHOLDER = "placeholder"
    NAMES_LABEL = "names_label"
    WRAPPER = "wrapper"
    NEAR_DUPLICATE = "near_duplicate"
    EXACT_DUPLICATE = "exact_duplicate"
    LABEL_DOUBT = "label_doubt"
    FEW_SHOT_COPY = "few_shot_copy"
    REPLACED_CHARACTERS = "replaced_characters"

    @property
    def meaning(self) -> str:
        """The flag in words for people."""
        words = {
            "length": "not the length asked for",
            "truncated": "cut at the longest length",
            "thinking": "may hold the model's thinking",
            "several_texts": "several texts in one",
            "placeholder": "something left to fill in",
            "names_label": "names its label",
            "wrapper": "words about the text left in it",
            "few_shot_copy": "copies an example",
        }
        return words.get(self.value, self.value.replace("_", " "))


ANSWER_DOUBTS = (Flag.THINKING, Flag.SEVERAL_TEXTS, Flag.PLACEHOLDER, Flag.NAMES_LABEL, Flag.WRAPPER)
"""What an answer may hold beside its text, or in its place; a text with one of these is no example for a prompt."""


class DatasetKind(StrEnum):
    """How a data set came to be; it decides its colour and its position in comparisons."""

    GOLD = "gold"
    SIMPROMPT = "simprompt"
    ATTRPROMPT = "attrprompt"
    METAPROMPT = "metaprompt"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A run's samples or imported texts."""

    id: int
    project_id: str
    name: str
    kind: DatasetKind
    imported: bool
    rows: int
    created: float
    info: Mapping[str, Any]

    @property
    def is_variant(self) -> bool:
        """Whether it was made to be held against another run; then no page proposes it by itself."""
        return BASE_RUN in self.info


def default_comparison(datasets: Sequence[Dataset]) -> list[Dataset]:
    """The newest data set with texts of each kind, in the order SimPrompt, AttrPrompt, MetaPrompt, gold.

    A variant of another run stands back behind the others of its kind.
    """
    order = (DatasetKind.SIMPROMPT, DatasetKind.ATTRPROMPT, DatasetKind.METAPROMPT, DatasetKind.GOLD)
    last_is_best = sorted(datasets, key=lambda dataset: not dataset.is_variant)
    newest = {dataset.kind: dataset for dataset in last_is_best if dataset.rows}
    return [newest[kind] for kind in order if kind in newest]


@dataclass(frozen=True, slots=True)
class RunCounters:
    """How far a run is; written in the transaction that stores the answers."""

    planned: int = 0
    completed: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    maybe_billed_twice: int = 0

    @property
    def pending(self) -> int:
        """Items without an answer and without a failure."""
        return self.planned - self.completed - sum(self.failed.values())


@dataclass(frozen=True, slots=True)
class Run:
    """A plan that is or was sent to a model; `waiting` counts the items whose answers a batch shall bring."""

    dataset: Dataset
    state: RunState
    reason: str
    wanted_state: str
    method: str
    model: str
    endpoint: str
    api_key_env: str
    parameters: Mapping[str, Any]
    limits: Mapping[str, Any]
    options: Mapping[str, Any]
    content_hash: str
    counters: RunCounters
    started: float | None
    finished: float | None
    owner: int | None
    waiting: int = 0

    @property
    def id(self) -> int:
        """A run and its data set share one number."""
        return self.dataset.id

    @property
    def sendable(self) -> int:
        """Items without an answer that may be asked for: failed ones too, but not those that wait for a batch."""
        return self.counters.planned - self.counters.completed - self.waiting

    @property
    def waits_for_batch(self) -> bool:
        """Whether it is paused because a batch shall bring what is left."""
        return self.reason == WAITING

    @property
    def name(self) -> str:
        """The name of the run and of its data set."""
        return self.dataset.name


@dataclass(frozen=True, slots=True)
class Batch:
    """One file of requests for a Batch API.

    Attributes:
        name: the file's name.
        requests: items that it asks for.
        file_id: of the uploaded file; empty before.
        remote_id: of the batch at the endpoint; empty before, and always for files that people carry by hand.
        remote_state: what the endpoint said of it last.
        done: requests that the endpoint says have ended.
        message: what a person should know.
    """

    id: int
    run_id: int
    name: str
    state: BatchState
    requests: int
    file_id: str
    remote_id: str
    remote_state: str
    done: int
    message: str
    created: float
    changed: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One text with where it came from and what was decided about it."""

    id: int
    dataset: str
    item: int
    text: str
    raw: str
    labels: tuple[str, ...]
    asked_labels: tuple[str, ...]
    attributes: Mapping[str, str]
    method: str
    prompt: str
    messages: tuple[Mapping[str, str], ...]
    model: str
    endpoint: str
    parameters: Mapping[str, Any]
    prompt_tokens: int
    completion_tokens: int
    request_id: str
    created: float
    status: SampleStatus
    flags: tuple[str, ...]
    edited: bool
    note: str
    reviewed_by: str
    reviewed_at: float | None
    revision: int
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the row of an imported file says, by its columns."""

    @property
    def label(self) -> str:
        """The label, or the labels of a multi-label text in one string."""
        return " + ".join(self.labels)

    def to_row(self, *, multi_label: bool) -> dict[str, Any]:
        """The row that exports write; `label` or `labels` as the task has it."""
        if multi_label:
            labels: dict[str, Any] = {"labels": list(self.labels), "asked_labels": list(self.asked_labels)}
        else:
            labels = {"label": self.label, "asked_label": " + ".join(self.asked_labels)}
        return {
            "id": f"{self.dataset}/{self.item}",
            "dataset": self.dataset,
            "item": self.item,
            "text": self.text,
            "raw": self.raw,
            **labels,
            "attributes": dict(self.attributes),
            "method": self.method,
            "prompt": self.prompt,
            "messages": [dict(message) for message in self.messages],
            "model": self.model,
            "endpoint": self.endpoint,
            "parameters": dict(self.parameters),
            "tokens": {"prompt": self.prompt_tokens, "completion": self.completion_tokens},
            "request_id": self.request_id,
            "created": format_time(self.created),
            "status": self.status.value,
            "flags": list(self.flags),
            "edited": self.edited,
            "note": self.note,
            "reviewed_by": self.reviewed_by,
            "reviewed_at": None if self.reviewed_at is None else format_time(self.reviewed_at),
            **({"extra": dict(self.extra)} if self.extra else {}),
        }


def format_time(seconds: float) -> str:
    """ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def hash_text(text: str) -> str:
    """The sha256 of a text's UTF-8 bytes, the key of caches and of leakage records."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def make_storable(text: str) -> tuple[str, bool]:
    """The text with NUL and lone surrogates as U+FFFD, and whether any was there; databases refuse them."""
    storable, replaced = UNSTORABLE.subn(REPLACEMENT, text)
    return storable, replaced > 0
