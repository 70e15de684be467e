"""An evaluation by fine-tuning: each training set with several seeds, which are shown as points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.evaluation.confusion import make_confusion, make_label_confusion
from attrprompt.evaluation.finetune import FineTuning, Tuned, fine_tune, read_logits
from attrprompt.evaluation.label_scores import LabelScoring
from attrprompt.evaluation.result import ModelScores, Outcome, SeedScores, TrainingTexts
from attrprompt.evaluation.scores import ClassScoring, Codes, Membership, bin_reliability, measure_calibration_error
from attrprompt.worker.context import JobContext

BEGUN = 0.05  # of the progress bar, for loading texts and counting leakage


@dataclass(frozen=True)
class LabelledTexts:
    """Texts with their class each, or with several labels each (`membership`)."""

    texts: Sequence[str]
    codes: Codes
    membership: Membership | None = None


def tune_sets(
    training: Mapping[str, LabelledTexts],
    test: LabelledTexts,
    items: Sequence[int],
    names: Sequence[str],
    options: FineTuning,
    context: JobContext,
) -> Outcome:
    """Scores of each training set over the seeds; confusion and reliability are those of the first seed.

    No interval and no comparison: a handful of seeds shows the chance of training, not that of the texts.
    """
    scoring: Any = ClassScoring(test.codes, len(names))
    if test.membership is not None:
        scoring = LabelScoring(test.membership)
    models: dict[str, ModelScores] = {}
    steps, done = len(training) * options.seeds, 0
    for name, texts in training.items():
        tuned = []
        for seed in range(options.seeds):
            begun = done

            def tell(share: float, doing: str, begun: int = begun, name: str = name, seed: int = seed) -> None:
                whole = BEGUN + (1 - BEGUN) * (begun + share) / steps
                context.progress(whole, f"{name}, seed {seed + 1} of {options.seeds}: {doing}")

            tuned.append(
                fine_tune(
                    texts.texts,
                    texts.codes,
                    test.texts,
                    options,
                    context.home,
                    seed=seed,
                    progress=tell,
                    cancelled=context.cancelled,
                    membership=texts.membership,
                )
            )
            done += 1
        models[name] = _describe(texts, test, tuned, scoring, names, items)
    return Outcome(metrics=tuple(scoring.metrics), headline=scoring.headline, models=models)


def count_training_texts(labels: Codes | Membership, names: Sequence[str]) -> TrainingTexts:
    """Texts in all and of each class; one with several labels counts for each."""
    counts = np.bincount(labels, minlength=len(names)) if labels.ndim == 1 else labels.sum(axis=0)
    return TrainingTexts(len(labels), {name: int(n) for name, n in zip(names, counts, strict=True)})


def _describe(
    texts: LabelledTexts,
    test: LabelledTexts,
    tuned: Sequence[Tuned],
    scoring: Any,
    names: Sequence[str],
    items: Sequence[int],
) -> ModelScores:
    """One training set's scores, mean over its seeds and seed by seed."""
    predictions: list[Any] = [read_logits(model.logits, multi_label=test.membership is not None) for model in tuned]
    rows = np.stack([scoring.score(predicted) for predicted in predictions])
    estimates = [_summarise(column, len(texts.texts)) for column in rows.T]
    metrics = scoring.metrics
    checked = [scoring.check_confidence(predicted) for predicted in predictions]
    errors = [measure_calibration_error(*pair) for pair in checked]
    if test.membership is None:
        confusion = make_confusion(test.codes, predictions[0].codes, names, items)
    else:
        confusion = make_label_confusion(test.membership, predictions[0].given, names, items)
    return ModelScores(
        scores=dict(zip(metrics, estimates, strict=False)),
        per_class_f1=dict(zip(names, estimates[len(metrics) :], strict=True)),
        calibration_error=_summarise(errors, len(texts.texts)),
        reliability=bin_reliability(*checked[0]),
        confusion=confusion,
        training_texts=count_training_texts(texts.codes if texts.membership is None else texts.membership, names),
        seeds=tuple(
            SeedScores(
                seed=seed,
                scores={metric: float(value) for metric, value in zip(metrics, row, strict=False)},
                epoch=training.epoch,
                dev_macro_f1=training.dev_score,
            )
            for seed, (row, training) in enumerate(zip(rows, tuned, strict=True))
        ),
    )


def _summarise(values: Any, n: int) -> Estimate:
    method = f"mean of {len(values)} seed{'' if len(values) == 1 else 's'}; no interval"
    return Estimate(float(np.mean(values)), None, None, n, None, len(values), method)
