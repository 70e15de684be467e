"""Results of evaluations: small ones by hand, and those that a version before this one kept."""

import json
from pathlib import Path

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.evaluation.confusion import Confusion
from attrprompt.evaluation.result import Evaluation, GoldTest, ModelScores, Parameters, TrainingTexts

KEPT = json.loads((Path(__file__).parents[2] / "data/kept_evaluations.json").read_text(encoding="utf-8"))
"""By name, as their files held them before results had types of their own."""


def make_estimate(value, reach=0.1):
    """A score with an interval within 0 and 1; with none where `reach` is None."""
    if reach is None:
        return Estimate(value, None, None, 100, None, None, "test")
    return Estimate(value, max(0.0, value - reach), min(1.0, value + reach), 100, None, None, "test")


def make_model(*, n=100, tests=None, **changes):
    """A model that was trained on `n` texts; `tests` counts the test texts of each label."""
    labels, totals = tuple(tests or ()), tuple((tests or {}).values())
    fields = {
        "scores": {"accuracy": make_estimate(0.5), "macro_f1": make_estimate(0.5)},
        "per_class_f1": {},
        "calibration_error": make_estimate(0.1),
        "reliability": (),
        "confusion": Confusion((), totals, labels, labels, ()),
        "training_texts": TrainingTexts(n, {}),
    }
    return ModelScores(**fields | changes)


def make_evaluation(models, **changes):
    """An evaluation of these models, by the probe."""
    fields = {
        "metrics": ("accuracy", "macro_f1"),
        "headline": "accuracy",
        "parameters": Parameters("probe", {"seed": 0}, "encoder", texts=TextChoice()),
        "multi_label": False,
        "classes": (),
        "test": GoldTest("gold", 100, 0, 0),
        "leakage": {},
        "warnings": (),
        "note": "",
    }
    return Evaluation(models=models, **fields | changes)
