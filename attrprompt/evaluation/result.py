"""What an evaluation gives: the result that is kept, printed, drawn and reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.evaluation.bills import Cost
from attrprompt.evaluation.budget import BudgetShare, CurvePoint
from attrprompt.evaluation.confusion import Confusion
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.scores import ReliabilityBin
from attrprompt.kept import Flat, Kept, LeftOut, LeftOutEmpty

EQUAL_N, ALL_TEXTS = "equal n per class", "all texts"
"""Scopes of scores and comparisons: with how many training texts."""

CALIBRATION_ERROR = "calibration_error"
FINETUNE = "finetune"


@dataclass(frozen=True)
class Parameters(Kept):
    """How the classifiers were trained, and on which texts.

    Attributes:
        settings: of the classifier, by the names under which results print them.
        encoder: of the probe; None for fine-tuning.
    """

    classifier: str
    settings: Flat[Mapping[str, str | int | float]]
    encoder: LeftOut[str] = None
    texts: TextChoice = field(kw_only=True)


@dataclass(frozen=True)
class GoldTest:
    """The texts that test, with how many were left out.

    Attributes:
        used_in_prompts_left_out: they stood in a prompt.
        other_labels_left_out: they have none of the labels that the training sets share.
    """

    dataset: str
    n: int
    used_in_prompts_left_out: int
    other_labels_left_out: int


@dataclass(frozen=True)
class Repeat:
    """A training text (`dataset`, `item`) that repeats a test text."""

    dataset: str
    item: int
    test_item: int
    similarity: float


@dataclass(frozen=True)
class Leakage(Kept):
    """What a training set holds of the test texts.

    Attributes:
        exact: texts that repeat a test text but for case and spaces.
        near: texts that do so for the most part.
        few_shot_copies: texts that repeat an example of their prompt.
        pairs: the first of the repeats.
    """

    exact: int = 0
    near: int = 0
    few_shot_copies: int = 0
    pairs: tuple[Repeat, ...] = ()

    @property
    def repeats(self) -> int:
        """Texts that repeat a test text, exactly or nearly."""
        return self.exact + self.near

    def __add__(self, other: Leakage) -> Leakage:
        """Of both sets joined."""
        return Leakage(
            self.exact + other.exact,
            self.near + other.near,
            self.few_shot_copies + other.few_shot_copies,
            self.pairs + other.pairs,
        )


@dataclass(frozen=True)
class TrainingTexts:
    """How many texts a classifier was trained on; in `per_class` a text with several labels counts for each."""

    n: int
    per_class: Mapping[str, int]


@dataclass(frozen=True)
class EqualScores(Kept):
    """Scores with equally many training texts of each class in every set.

    Attributes:
        per_class: None where the number differs between labels, as with several labels a text.
    """

    per_class: int | None
    n: int
    scores: Flat[Scores]


@dataclass(frozen=True)
class SeedScores(Kept):
    """One training of a fine-tuned model.

    Attributes:
        epoch: the one that was kept, from 1 on.
        dev_macro_f1: its score on the dev texts, by which it was chosen.
    """

    seed: int
    scores: Flat[Mapping[str, float]]
    epoch: int
    dev_macro_f1: float


@dataclass(frozen=True, kw_only=True)
class ModelScores(Kept):
    """What a classifier trained on one training set scores.

    Attributes:
        scores: by metric, with all texts of the set.
        seeds: each training of a fine-tuned model; none for the probe.
        confusion: of a fine-tuned model that of the first seed, as `reliability` is.
        equal: with equally many texts as the other sets; None for fine-tuning.
    """

    scores: Flat[Scores]
    per_class_f1: Scores
    seeds: LeftOutEmpty[tuple[SeedScores, ...]] = ()
    calibration_error: Estimate
    reliability: tuple[ReliabilityBin, ...]
    confusion: Confusion
    training_texts: TrainingTexts
    equal: LeftOut[EqualScores] = None

    @property
    def estimates(self) -> dict[str, Estimate]:
        """The scores and the calibration error by name, with all texts of the set."""
        return {**self.scores, CALIBRATION_ERROR: self.calibration_error}

    @property
    def by_scope(self) -> dict[str, Scores]:
        """The estimates with all texts, and the scores with equally many of each class where that was measured."""
        return {ALL_TEXTS: self.estimates, **({} if self.equal is None else {EQUAL_N: self.equal.scores})}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What training and testing gives.

    Attributes:
        metrics: names of the scores.
        headline: the one of curves and budgets.
        models: by training set.
        curves: by training set; None where they were not asked for.
        budget: of each set against each other one, where both costs are known.
        bills: what each training set took, where it is known and curves were asked for.
    """

    metrics: tuple[str, ...]
    headline: str
    models: Mapping[str, ModelScores]
    comparisons: tuple[Comparison, ...] = ()
    curves: Mapping[str, tuple[CurvePoint, ...]] | None = None
    budget: tuple[BudgetShare, ...] = ()
    bills: Mapping[str, Cost] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Evaluation(Outcome, Kept):
    """Classifiers trained on data sets and tested on gold.

    Attributes:
        multi_label: whether a text's labels count one by one.
        classes: as the test set spells them.
        leakage: by training set.
        note: what an interval covers.
    """

    parameters: Parameters
    multi_label: bool
    classes: tuple[str, ...]
    test: GoldTest
    leakage: Mapping[str, Leakage]
    warnings: tuple[str, ...]
    note: str

    @property
    def is_fine_tuned(self) -> bool:
        """Whether seeds stand where the probe has intervals."""
        return self.parameters.classifier == FINETUNE

    @model_serializer(mode="wrap")
    def _print(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What was asked first, then the outcome; what curves bring only where they were asked for."""
        plain: dict[str, Any] = write(self)
        asked = {name: plain.pop(name) for name in ("parameters", "multi_label", "classes", "test", "leakage")}
        if self.curves is None:
            del plain["curves"], plain["budget"], plain["bills"]
        return {**asked, **plain}
