"""Checks over a whole data set: the job `check` says what it found; marking it, and taking marks off, is a decision.

The job changes nothing. `apply_checks` marks what it found as flags, `remove_check_flags` takes all such marks off.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from attrprompt.analysis.label_doubts import FEWEST_PER_LABEL, find_label_doubts
from attrprompt.analysis.texts.duplicates import THRESHOLD, DuplicateFinder
from attrprompt.analysis.texts.language import find_foreign_texts
from attrprompt.analysis_jobs.request import UNHASHED, encoder_of
from attrprompt.encoding.encoder import REFERENCE, EncoderSpec
from attrprompt.errors import WorkerError
from attrprompt.generation.fewshot import read_few_shot_texts
from attrprompt.kept import Kept
from attrprompt.project import canonical_json
from attrprompt.records import Dataset, Flag, Sample, SampleStatus
from attrprompt.store import Store, StoredProject
from attrprompt.worker.context import JobContext
from attrprompt.worker.jobs import JobRequest, register

EXAMPLES_KEPT = 200  # of each flag, with what they repeat or which label they look like


class Check(StrEnum):
    """One step of post-processing over a whole data set."""

    DUPLICATES = "duplicates"
    LANGUAGE = "language"
    FEW_SHOTS = "few_shots"
    LABELS = "labels"


FLAGS: Mapping[Check, tuple[Flag, ...]] = {
    Check.DUPLICATES: (Flag.EXACT_DUPLICATE, Flag.NEAR_DUPLICATE),
    Check.LANGUAGE: (Flag.WRONG_LANGUAGE,),
    Check.FEW_SHOTS: (Flag.FEW_SHOT_COPY,),
    Check.LABELS: (Flag.LABEL_DOUBT,),
}
CHECK_FLAGS = tuple(flag.value for flags in FLAGS.values() for flag in flags)
"""What these checks mark, and nothing else does."""


@dataclass(frozen=True, slots=True)
class CheckFindings(Kept):
    """Which texts the checks doubt.

    Attributes:
        checked: number of texts that were looked at.
        flags: numbers of the texts by the flag that they would get; a check that was made has its flags here.
        examples: for each flag some of these texts, with what they repeat or look like.
        skipped: why a check was not made, by its name.
        language: the language of most texts; None where it was not looked for.
    """

    checked: int
    flags: Mapping[str, Sequence[int]]
    examples: Mapping[str, Sequence[Mapping[str, Any]]]
    skipped: Mapping[str, str]
    language: str | None

    @property
    def doubted(self) -> int:
        """Number of texts with a flag or more."""
        return len({item for items in self.flags.values() for item in items})


class CheckRequest(JobRequest[CheckFindings]):
    """Which data set is checked for what.

    Attributes:
        datasets: the one data set's number; its texts are named by `contents`.
        language: the expected one; empty takes that of most texts.
        threshold: similarity of words from which two texts are near-duplicates.
    """

    kind: ClassVar[str] = "check"

    datasets: tuple[int]
    contents: str
    checks: tuple[Check, ...] = tuple(Check)
    threshold: float = Field(default=THRESHOLD, gt=0, le=1)
    language: str = ""
    encoder: EncoderSpec = REFERENCE

    @property
    def asks(self) -> str | None:
        """The endpoint that encodes, where one does."""
        return self.encoder.base_url or None


def make_check_request(store: Store, project: StoredProject, dataset: Dataset, **choices: Any) -> CheckRequest:
    """A request over a data set as it stands now; marks and acceptances do not change it, edits and rejections do."""
    digest = hashlib.sha256(canonical_json(_few_shots_of(store, dataset)).encode("utf-8", "surrogatepass"))
    for sample in store.datasets.iterate(dataset.id):
        row = [sample.item, sample.text, list(sample.asked_labels), sample.status is SampleStatus.REJECTED]
        digest.update(canonical_json(row).encode("utf-8", "surrogatepass"))
    return CheckRequest(datasets=(dataset.id,), contents=digest.hexdigest(), encoder=encoder_of(project), **choices)


@register(CheckRequest, CheckFindings, version=2, unhashed=UNHASHED)
def check(request: CheckRequest, context: JobContext) -> CheckFindings:
    """Which texts the checks doubt.

    Rejected texts and texts without a word are left out.
    """
    with context.open_store() as store:
        dataset = store.datasets.load(request.datasets[0])
        few_shots = _few_shots_of(store, dataset)
        samples = [
            sample
            for sample in store.datasets.iterate(dataset.id)
            if sample.text.strip()
            and sample.status is not SampleStatus.REJECTED
            and Flag.EMPTY.value not in sample.flags
        ]
    work = _Work(request, samples, context)
    if Check.DUPLICATES in request.checks:
        work.find_duplicates()
    if Check.FEW_SHOTS in request.checks:
        work.find_copies(few_shots)
    if Check.LANGUAGE in request.checks:
        work.find_foreign()
    if Check.LABELS in request.checks:
        work.find_label_doubts()
    return work.result()


def apply_checks(store: Store, dataset: Dataset, findings: CheckFindings) -> dict[str, int]:
    """Mark what was found in place of what an earlier check of the same kind marked; returns texts by flag."""
    found = findings.flags
    by_item: dict[int, list[str]] = {}
    for flag, items in found.items():
        for item in items:
            by_item.setdefault(item, []).append(flag)
    store.datasets.clear_flags(dataset.id, list(found))
    store.datasets.add_flags(dataset.id, by_item)
    return {flag: len(items) for flag, items in found.items()}


def remove_check_flags(store: Store, dataset: Dataset) -> None:
    """Take off all marks that checks made; the texts are as they were before."""
    store.datasets.clear_flags(dataset.id, CHECK_FLAGS)


class _Work:
    """One run of the checks."""

    def __init__(self, request: CheckRequest, samples: Sequence[Sample], context: JobContext) -> None:
        self._request, self._samples, self._context = request, samples, context
        self._flags: dict[str, list[int]] = {}
        self._examples: dict[str, list[dict[str, Any]]] = {}
        self._skipped: dict[str, str] = {}
        self._language: str | None = None

    def result(self) -> CheckFindings:
        """What was found."""
        return CheckFindings(len(self._samples), self._flags, self._examples, self._skipped, self._language)

    def find_duplicates(self) -> None:
        """Exact and near duplicates of an earlier text."""
        self._begin(Check.DUPLICATES)
        finder = DuplicateFinder(self._request.threshold)
        for index, sample in enumerate(self._samples):
            self._tell(0.0, 0.25, index / len(self._samples), "texts that repeat another")
            found = finder.add(sample.text)
            if found is not None:
                flag = Flag.EXACT_DUPLICATE if found.exact else Flag.NEAR_DUPLICATE
                similarity = round(found.similarity, 4)
                self._mark(flag, sample, {"of": self._samples[found.of].item, "similarity": similarity})

    def find_copies(self, few_shots: Sequence[str]) -> None:
        """Texts that repeat an example from their prompts."""
        self._begin(Check.FEW_SHOTS)
        finder = DuplicateFinder(self._request.threshold)
        for text in few_shots:
            finder.add(text)
        for index, sample in enumerate(self._samples if few_shots else ()):
            self._tell(0.25, 0.3, index / len(self._samples), "texts that repeat an example")
            found = finder.find(sample.text)
            if found is not None:
                example = {"example": few_shots[found.of], "similarity": round(found.similarity, 4)}
                self._mark(Flag.FEW_SHOT_COPY, sample, example)

    def find_foreign(self) -> None:
        """Texts in another language than most."""
        self._begin(Check.LANGUAGE)
        self._tell(0.3, 0.5, 0.0, "languages")
        found = find_foreign_texts([sample.text for sample in self._samples], self._request.language)
        self._language = found.language
        for index in found.rows:
            self._mark(Flag.WRONG_LANGUAGE, self._samples[index], {})

    def find_label_doubts(self) -> None:
        """Texts that a probe trained on the others takes for another label."""
        if any(len(sample.asked_labels) > 1 for sample in self._samples):
            self._skipped[Check.LABELS.value] = "Texts with several labels are not checked against one."
            return
        if not any(sample.asked_labels for sample in self._samples):
            self._skipped[Check.LABELS.value] = "No text has a label to be checked."
            return
        judged = [sample for sample in self._samples if sample.asked_labels and Flag.REFUSAL.value not in sample.flags]
        labels = [sample.asked_labels[0] for sample in judged]
        if sum(count >= FEWEST_PER_LABEL for count in Counter(labels).values()) < 2:
            self._skipped[Check.LABELS.value] = f"At least two labels need {FEWEST_PER_LABEL} texts each."
            return
        self._begin(Check.LABELS)
        texts = [sample.text for sample in judged]
        vectors = self._context.encode(self._request.encoder, texts, begin=0.5, end=0.95)
        self._tell(0.95, 1.0, 0.0, "a probe for the labels")
        doubts = find_label_doubts(vectors, labels)
        if doubts.left_out:
            self._skipped[Check.LABELS.value] = (
                f"Labels with fewer than {FEWEST_PER_LABEL} texts: {', '.join(doubts.left_out)}."
            )
        for index, (label, probability) in doubts.suggestions.items():
            self._mark(Flag.LABEL_DOUBT, judged[index], {"looks_like": label, "probability": probability})

    def _begin(self, step: Check) -> None:
        for flag in FLAGS[step]:
            self._flags[flag.value] = []
            self._examples[flag.value] = []

    def _mark(self, flag: Flag, sample: Sample, facts: Mapping[str, Any]) -> None:
        self._flags[flag.value].append(sample.item)
        if len(self._examples[flag.value]) < EXAMPLES_KEPT:
            self._examples[flag.value].append({"item": sample.item, **facts})

    def _tell(self, start: float, end: float, share: float, doing: str) -> None:
        if self._context.cancelled():
            raise WorkerError("The checks were stopped; nothing was marked.")
        self._context.progress(start + (end - start) * share, doing)


def _few_shots_of(store: Store, dataset: Dataset) -> list[str]:
    return [] if dataset.imported else read_few_shot_texts(store.runs.load(dataset.id))
