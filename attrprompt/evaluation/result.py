"""What an evaluation gives: the result that is kept, printed, drawn and reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.evaluation.bills import Cost
from attrprompt.evaluation.budget import BudgetShare, CurvePoint
from attrprompt.evaluation.confusion import Confusion
from attrprompt.evaluation.estimates import Scores, print_scores, read_others, read_scores
from attrprompt.evaluation.scores import ReliabilityBin

EQUAL_N, ALL_TEXTS = "equal n per class", "all texts"
"""Scopes of scores and comparisons: with how many training texts."""

CALIBRATION_ERROR = "calibration_error"
FINETUNE = "finetune"


@dataclass(frozen=True)
class Parameters:
    """How the classifiers were trained, and on which texts.

    Attributes:
        settings: of the classifier, by the names under which results print them.
        encoder: of the probe; None for fine-tuning.
    """

    classifier: str
    settings: Mapping[str, str | int | float]
    encoder: str | None
    texts: TextChoice

    def to_json(self) -> dict[str, Any]:
        """The settings stand among the other fields."""
        encoder = {} if self.encoder is None else {"encoder": self.encoder}
        return {"classifier": self.classifier, **self.settings, **encoder, "texts": self.texts.to_json()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The parameters of which this is the plain data."""
        settings = {name: value for name, value in plain.items() if name not in ("classifier", "encoder", "texts")}
        return cls(plain["classifier"], settings, plain.get("encoder"), TextChoice.from_json(plain["texts"]))


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
class Leakage:
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

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {**vars(self), "pairs": [asdict(pair) for pair in self.pairs]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The counts of which this is the plain data."""
        return cls(**{**plain, "pairs": tuple(Repeat(**pair) for pair in plain["pairs"])})


@dataclass(frozen=True)
class TrainingTexts:
    """How many texts a classifier was trained on; in `per_class` a text with several labels counts for each."""

    n: int
    per_class: Mapping[str, int]


@dataclass(frozen=True)
class EqualScores:
    """Scores with equally many training texts of each class in every set.

    Attributes:
        per_class: None where the number differs between labels, as with several labels a text.
    """

    per_class: int | None
    n: int
    scores: Scores

    def to_json(self) -> dict[str, Any]:
        """The scores stand among the other fields."""
        return {"per_class": self.per_class, "n": self.n, **print_scores(self.scores)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The scores of which this is the plain data."""
        return cls(plain["per_class"], plain["n"], read_others(plain, {"per_class", "n"}))


@dataclass(frozen=True)
class SeedScores:
    """One training of a fine-tuned model.

    Attributes:
        epoch: the one that was kept, from 1 on.
        dev_macro_f1: its score on the dev texts, by which it was chosen.
    """

    seed: int
    scores: Mapping[str, float]
    epoch: int
    dev_macro_f1: float

    def to_json(self) -> dict[str, Any]:
        """The scores stand among the other fields."""
        return {"seed": self.seed, **self.scores, "epoch": self.epoch, "dev_macro_f1": self.dev_macro_f1}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The training of which this is the plain data."""
        scores = {name: value for name, value in plain.items() if name not in ("seed", "epoch", "dev_macro_f1")}
        return cls(plain["seed"], scores, plain["epoch"], plain["dev_macro_f1"])


@dataclass(frozen=True)
class ModelScores:
    """What a classifier trained on one training set scores.

    Attributes:
        scores: by metric, with all texts of the set.
        confusion: of a fine-tuned model that of the first seed, as `reliability` is.
        equal: with equally many texts as the other sets; None for fine-tuning.
        seeds: each training of a fine-tuned model; none for the probe.
    """

    scores: Scores
    per_class_f1: Scores
    calibration_error: Estimate
    reliability: tuple[ReliabilityBin, ...]
    confusion: Confusion
    training_texts: TrainingTexts
    equal: EqualScores | None = None
    seeds: tuple[SeedScores, ...] = ()

    @property
    def estimates(self) -> dict[str, Estimate]:
        """The scores and the calibration error by name, with all texts of the set."""
        return {**self.scores, CALIBRATION_ERROR: self.calibration_error}

    @property
    def by_scope(self) -> dict[str, Scores]:
        """The estimates with all texts, and the scores with equally many of each class where that was measured."""
        return {ALL_TEXTS: self.estimates, **({} if self.equal is None else {EQUAL_N: self.equal.scores})}

    def to_json(self) -> dict[str, Any]:
        """The scores stand among the other fields; what was not measured is left out."""
        return {
            **print_scores(self.scores),
            "per_class_f1": print_scores(self.per_class_f1),
            **({"seeds": [seed.to_json() for seed in self.seeds]} if self.seeds else {}),
            CALIBRATION_ERROR: self.calibration_error.to_json(),
            "reliability": [asdict(each) for each in self.reliability],
            "confusion": self.confusion.to_json(),
            "training_texts": asdict(self.training_texts),
            **({} if self.equal is None else {"equal": self.equal.to_json()}),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The scores of which this is the plain data."""
        return cls(
            scores=read_others(plain, {field.name for field in fields(cls)}),
            per_class_f1=read_scores(plain["per_class_f1"]),
            calibration_error=Estimate.from_json(plain[CALIBRATION_ERROR]),
            reliability=tuple(ReliabilityBin(**each) for each in plain["reliability"]),
            confusion=Confusion.from_json(plain["confusion"]),
            training_texts=TrainingTexts(**plain["training_texts"]),
            equal=EqualScores.from_json(plain["equal"]) if "equal" in plain else None,
            seeds=tuple(SeedScores.from_json(seed) for seed in plain.get("seeds", ())),
        )


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
class Evaluation(Outcome):
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

    def to_json(self) -> dict[str, Any]:
        """The fields by name; what curves bring only where they were asked for."""
        return {
            "parameters": self.parameters.to_json(),
            "multi_label": self.multi_label,
            "classes": list(self.classes),
            "test": asdict(self.test),
            "leakage": {name: leakage.to_json() for name, leakage in self.leakage.items()},
            "metrics": list(self.metrics),
            "headline": self.headline,
            "models": {name: model.to_json() for name, model in self.models.items()},
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
            **self._print_curves(),
            "warnings": list(self.warnings),
            "note": self.note,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The evaluation of which this is the plain data."""
        curves = None
        if "curves" in plain:
            curves = {name: tuple(map(CurvePoint.from_json, points)) for name, points in plain["curves"].items()}
        return cls(
            parameters=Parameters.from_json(plain["parameters"]),
            multi_label=plain["multi_label"],
            classes=tuple(plain["classes"]),
            test=GoldTest(**plain["test"]),
            leakage={name: Leakage.from_json(each) for name, each in plain["leakage"].items()},
            metrics=tuple(plain["metrics"]),
            headline=plain["headline"],
            models={name: ModelScores.from_json(each) for name, each in plain["models"].items()},
            comparisons=tuple(Comparison.from_json(each) for each in plain["comparisons"]),
            curves=curves,
            budget=tuple(BudgetShare.from_json(share) for share in plain.get("budget", ())),
            bills={name: Cost.model_validate(cost) for name, cost in plain.get("bills", {}).items()},
            warnings=tuple(plain["warnings"]),
            note=plain["note"],
        )

    def _print_curves(self) -> dict[str, Any]:
        if self.curves is None:
            return {}
        return {
            "curves": {name: [point.to_json() for point in points] for name, points in self.curves.items()},
            "budget": [share.to_json() for share in self.budget],
            "bills": {name: cost.model_dump(mode="json") for name, cost in self.bills.items()},
        }
