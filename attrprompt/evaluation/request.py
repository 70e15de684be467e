"""What an evaluation is asked, as data: the page and the command line build it, the job answers it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from attrprompt.analysis.texts.selection import NOT_COUNTED_FLAGS, Review, TextChoice
from attrprompt.analysis_jobs.loading import hash_content
from attrprompt.analysis_jobs.request import encoder_of
from attrprompt.encoding.encoder import REFERENCE, EncoderSpec
from attrprompt.errors import AttrPromptError, InputError
from attrprompt.evaluation.bills import Cost
from attrprompt.evaluation.costs import find_cost
from attrprompt.evaluation.finetune import FineTuning
from attrprompt.evaluation.result import Evaluation
from attrprompt.files import write_whole
from attrprompt.records import Dataset
from attrprompt.store import Store, StoredProject
from attrprompt.worker.jobs import JobRequest, find_result_file

JOIN = "+"
MOST_TRAINING_SETS = 12

KindT = TypeVar("KindT", bound="EvaluationRequest")


class TrainingSet(BaseModel):
    """One training set: a data set, or several joined.

    Attributes:
        parts: indices of its data sets in the request.
        cost: None where it is not known, as of imported texts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    parts: tuple[int, ...]
    cost: Cost | None = None


class EvaluationRequest(BaseModel):
    """Training sets of one project and the texts that test them.

    Attributes:
        datasets: their numbers in the store; the last is the test set.
        contents: a hash of each one's content.
        multi_label: whether a text's labels count one by one.
        curve: whether scores at growing numbers of texts are measured too, by the probe.
        tuning: how a model is fine-tuned, where that is the classifier.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    datasets: tuple[int, ...]
    contents: tuple[str, ...]
    training: tuple[TrainingSet, ...]
    multi_label: bool = False
    classifier: Literal["probe", "finetune"] = "probe"
    tuning: FineTuning = FineTuning()
    curve: bool = False
    seed: int = Field(default=0, ge=0)
    excluded_flags: tuple[str, ...] = NOT_COUNTED_FLAGS
    review: Review = "ignored"
    encoder: EncoderSpec = REFERENCE

    @property
    def choice(self) -> TextChoice:
        """Which training texts count; test texts are those of the gold set, blank ones left out."""
        return TextChoice("clean", self.excluded_flags, self.review)

    @property
    def asks(self) -> str | None:
        """The endpoint that encodes, where one does."""
        return self.encoder.base_url or None

    def ask(self, kind: type[KindT]) -> KindT:
        """Another question about the same training sets and test texts, with the same choices."""
        return kind(**dict(self))


class EvaluateRequest(EvaluationRequest, JobRequest[Evaluation]):
    """How well classifiers do that are trained on data sets."""

    kind: ClassVar[str] = "evaluate"


def make_evaluation(
    store: Store, project: StoredProject, training: Sequence[Sequence[Dataset]], test: Dataset, **choices: Any
) -> EvaluateRequest:
    """A request over data sets as they stand now.

    Args:
        training: each training set as the data sets that it joins.

    Raises:
        InputError: nothing to train on, the test set is trained on, or a set is named twice.
    """
    if not training:
        raise InputError("Name at least one training set.")
    if len(training) > MOST_TRAINING_SETS:
        raise InputError(f"At most {MOST_TRAINING_SETS} training sets are compared at once. Leave some out.")
    datasets = list({dataset.id: dataset for parts in training for dataset in parts}.values())
    if test.id in {dataset.id for dataset in datasets}:
        raise InputError(f"'{test.name}' cannot be trained on and tested on at once. Choose another test set.")
    indices = {dataset.id: index for index, dataset in enumerate(datasets)}
    sets = [
        TrainingSet(
            name=JOIN.join(dataset.name for dataset in parts),
            parts=tuple(indices[dataset.id] for dataset in parts),
            cost=find_cost(store, project, parts),
        )
        for parts in training
    ]
    names = [training_set.name for training_set in sets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None or any(len(set(training_set.parts)) < len(training_set.parts) for training_set in sets):
        raise InputError(f"A training set is named twice: {twice or 'one data set in one mix'}. Name each once.")
    return EvaluateRequest(
        datasets=(*(dataset.id for dataset in datasets), test.id),
        contents=tuple(hash_content(store, dataset) for dataset in [*datasets, test]),
        training=tuple(sets),
        multi_label=project.document.task.multi_label,
        encoder=encoder_of(project),
        **choices,
    )


def remember_evaluation(home: Path, project_id: str, request: EvaluateRequest) -> None:
    """Keep what was asked as the project's newest evaluation."""
    write_whole(_path(home, project_id), json.dumps(request.to_payload()).encode())


def find_latest_evaluation(store: Store, home: Path, project_id: str) -> Path | None:
    """The result of the newest evaluation; None where there is none or a text of it changed since."""
    path = _path(home, project_id)
    if not path.exists():
        return None
    try:
        request = EvaluateRequest.model_validate_json(path.read_text(encoding="utf-8"))
        datasets = [store.datasets.load(number) for number in request.datasets]
    except (ValidationError, AttrPromptError):  # made by another version, or of a data set that was deleted
        return None
    if tuple(hash_content(store, dataset) for dataset in datasets) != request.contents:
        return None
    return find_result_file(home, request)


def _path(home: Path, project_id: str) -> Path:
    return home / "cache" / "evaluations" / f"{project_id}.json"
