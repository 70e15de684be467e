"""Scores of a model that was asked for labels without training: an answer that is no label is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from attrprompt.analysis.statistics.estimate import Z95, Estimate, wilson
from attrprompt.errors import InputError
from attrprompt.evaluation.confusion import describe_confusion, describe_label_confusion
from attrprompt.evaluation.label_scores import F1_METRICS, LabelPredictions, LabelScoring
from attrprompt.evaluation.probe import FEWEST_FOR_INTERVAL
from attrprompt.evaluation.scores import CLASS_METRICS, Codes, Floats, count_confusion, resample_scores, score_confusion
from attrprompt.llm.prices import PriceTable
from attrprompt.questionnaires.zero_shot import Question, ZeroShotPlan
from attrprompt.store.answers import StoredAnswer

NO_LABEL = "no label"
METHOD = "variance over resampled test texts; one answer a text, temperature 0"
SEED = 0


def score_zero_shot(plan: ZeroShotPlan, answers: Mapping[str, StoredAnswer], prices: PriceTable) -> dict[str, Any]:
    """Scores of the texts that have an answer, with the share of answers that are no label.

    Raises:
        InputError: there is no answer.
    """
    answered = [each for each in plan.questions if each.key in answers]
    if not answered:
        raise InputError("No answer has come yet. Ask the model first.")
    read = [plan.read(answers[each.key].raw) for each in answered]
    tested = sorted({place for each in answered for place in each.labels})
    names = [plan.names[place] for place in tested]
    score = _score_several if plan.multi_label else _score_one
    unread = sum(not each for each in read)
    used = [answers[each.key] for each in answered]
    prompt, completion = sum(each.prompt_tokens for each in used), sum(each.completion_tokens for each in used)
    return {
        "model": plan.endpoint.model,
        "endpoint": plan.endpoint.base_url,
        "test": {
            "dataset": plan.dataset.name,
            "n": len(answered),
            "asked": len(plan.questions),
            "available": plan.available,
            "used_in_prompts_left_out": plan.used_in_prompts,
            "other_labels_left_out": plan.other_labels,
        },
        "multi_label": plan.multi_label,
        "classes": names,
        **score(answered, read, tested, names),
        "no_label": wilson(unread, len(answered)).to_json(),
        "refused_requests": sum(bool(each.problem) for each in used),
        "tokens": {"prompt": prompt, "completion": completion},
        "cost": prices.cost(plan.endpoint.model, plan.endpoint.base_url, prompt, completion),
        "prompt": plan.questions[0].messages[-1]["content"],
    }


def _score_one(
    answered: list[Question], read: list[tuple[int, ...]], tested: list[int], names: list[str]
) -> dict[str, Any]:
    """With one label a text: a further class takes what is no label of the test set."""
    places = {place: code for code, place in enumerate(tested)}
    none = len(tested)
    truth: Codes = np.array([places[each.labels[0]] for each in answered], dtype=np.int64)
    given: Codes = np.array([places.get(each[0], none) if each else none for each in read], dtype=np.int64)
    row = _leave_out_none(score_confusion(count_confusion(truth, given, none + 1)))
    drawn = _leave_out_none(resample_scores(truth, [given], none + 1, seed=SEED)[:, 0])
    items = [each.item for each in answered]
    return {
        "metrics": list(CLASS_METRICS),
        **_estimate(row, drawn, CLASS_METRICS, names, len(answered)),
        "confusion": describe_confusion(truth, given, names, items, further=NO_LABEL),
    }


def _score_several(
    answered: list[Question], read: list[tuple[int, ...]], tested: list[int], names: list[str]
) -> dict[str, Any]:
    """With several labels a text; an answer gives no order of probability, so there is no ranking to score."""
    truth = np.array([[place in each.labels for place in tested] for each in answered], dtype=bool)
    given = np.array([[place in each for place in tested] for each in read], dtype=bool)
    scoring, predictions = LabelScoring(truth), LabelPredictions(given.astype(np.float64), given)
    kept = [*range(len(F1_METRICS)), *range(len(scoring.metrics), len(scoring.metrics) + len(names))]
    row, drawn = scoring.score(predictions)[kept], scoring.resample([predictions], seed=SEED)[:, 0][:, kept]
    items = [each.item for each in answered]
    return {
        "metrics": list(F1_METRICS),
        **_estimate(row, drawn, F1_METRICS, names, len(answered)),
        "confusion": describe_label_confusion(truth, given, names, items),
    }


def _leave_out_none(rows: Floats) -> Floats:
    """Scores without the class that stands for no label; macro F1 over the others."""
    f1 = rows[..., 2:-1]
    return np.concatenate([rows[..., :1], f1.mean(axis=-1, keepdims=True), f1], axis=-1)


def _estimate(row: Floats, drawn: Floats, metrics: tuple[str, ...], names: list[str], n: int) -> dict[str, Any]:
    errors = drawn.std(axis=0, ddof=1)
    estimates = [_make_estimate(float(value), float(error), n) for value, error in zip(row, errors, strict=True)]
    scores = {name: asdict(each) for name, each in zip(metrics, estimates, strict=False)}
    per_class = {name: asdict(each) for name, each in zip(names, estimates[len(metrics) :], strict=True)}
    return {**scores, "per_class_f1": per_class}


def _make_estimate(value: float, error: float, n: int) -> Estimate:
    if error <= 0 or n < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None, n, None, None, f"{METHOD}; no interval")
    return Estimate(value, max(0.0, value - Z95 * error), min(1.0, value + Z95 * error), n, None, None, METHOD)
