"""An evaluation by fine-tuning: each training set with several seeds, which are shown as points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from attrprompt.analysis.estimate import Estimate
from attrprompt.evaluation.finetune import FineTuning, fine_tune
from attrprompt.evaluation.scores import Codes, count_confusion, score
from attrprompt.worker.jobs import JobContext

BEGUN = 0.05  # of the progress bar, for loading texts and counting leakage


def tune_sets(
    training: Mapping[str, tuple[Sequence[str], Codes]],
    test: tuple[Sequence[str], Codes, Sequence[int]],
    names: Sequence[str],
    options: FineTuning,
    context: JobContext,
) -> dict[str, Any]:
    """Scores of each training set over the seeds; the confusion matrix is that of the first seed.

    No interval and no comparison: a handful of seeds shows the chance of training, not that of the texts.
    """
    test_texts, truth, items = test
    models: dict[str, Any] = {}
    steps, done = len(training) * options.seeds, 0
    for name, (texts, codes) in training.items():
        tuned = []
        for seed in range(options.seeds):
            begun = done

            def tell(share: float, doing: str, begun: int = begun, name: str = name, seed: int = seed) -> None:
                whole = BEGUN + (1 - BEGUN) * (begun + share) / steps
                context.progress(whole, f"{name}, seed {seed + 1} of {options.seeds}: {doing}")

            tuned.append(
                fine_tune(
                    texts,
                    codes,
                    test_texts,
                    options,
                    context.home,
                    seed=seed,
                    progress=tell,
                    cancelled=context.cancelled,
                )
            )
            done += 1
        scores = np.stack([score(truth, each.codes, len(names)) for each in tuned])
        estimates = [_summarise(scores[:, place], len(texts)) for place in range(scores.shape[1])]
        models[name] = {
            "accuracy": estimates[0],
            "macro_f1": estimates[1],
            "per_class_f1": dict(zip(names, estimates[2:], strict=True)),
            "seeds": [
                {
                    "seed": seed,
                    "accuracy": float(row[0]),
                    "macro_f1": float(row[1]),
                    "epoch": each.epoch,
                    "dev_macro_f1": each.dev_score,
                }
                for seed, (row, each) in enumerate(zip(scores, tuned, strict=True))
            ],
            "confusion": describe_confusion(truth, tuned[0].codes, names, items),
            "training_texts": count_training_texts(codes, names),
        }
    return {"models": models, "comparisons": []}


def describe_confusion(truth: Codes, predicted: Codes, names: Sequence[str], items: Sequence[int]) -> dict[str, Any]:
    """The confusion matrix, and for each cell the items of its texts."""
    cells = []
    for true, label in enumerate(names):
        for guess, other in enumerate(names):
            rows = np.flatnonzero((truth == true) & (predicted == guess))
            cells.append(
                {"label": label, "predicted": other, "n": len(rows), "items": [items[int(row)] for row in rows]}
            )
    return {"counts": count_confusion(truth, predicted, len(names)).tolist(), "cells": cells}


def count_training_texts(codes: Codes, names: Sequence[str]) -> dict[str, Any]:
    """Texts in all and of each class."""
    counts = np.bincount(codes, minlength=len(names))
    return {"n": len(codes), "per_class": {name: int(n) for name, n in zip(names, counts, strict=True)}}


def _summarise(values: Any, n: int) -> dict[str, Any]:
    method = f"mean of {len(values)} seed{'' if len(values) == 1 else 's'}; no interval"
    return asdict(Estimate(float(np.mean(values)), None, None, n, None, len(values), method))
