"""Scores of a model that was asked for labels without training: an answer that is no label is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.analysis.statistics.estimate import Z95, Estimate, wilson
from attrprompt.errors import InputError
from attrprompt.evaluation.confusion import Confusion, make_confusion, make_label_confusion
from attrprompt.evaluation.estimates import Scores
from attrprompt.evaluation.label_scores import F1_METRICS, LabelPredictions, LabelScoring
from attrprompt.evaluation.probe import FEWEST_FOR_INTERVAL
from attrprompt.evaluation.scores import CLASS_METRICS, Codes, Floats, count_confusion, resample_scores, score_confusion
from attrprompt.kept import Flat, Kept
from attrprompt.llm.prices import PriceTable
from attrprompt.questionnaires.zero_shot import ZeroShotQuestion, ZeroShotQuestionnaire
from attrprompt.store.answers import StoredAnswer

NO_LABEL = "no label"
METHOD = "variance over resampled test texts; one answer a text, temperature 0"
SEED = 0


@dataclass(frozen=True)
class AskedTexts:
    """The test texts of a questionnaire.

    Attributes:
        n: with an answer.
        asked: with a question.
        available: that could be asked about.
        used_in_prompts_left_out: they stood in a prompt.
        other_labels_left_out: the task has none of their labels.
    """

    dataset: str
    n: int
    asked: int
    available: int
    used_in_prompts_left_out: int
    other_labels_left_out: int


@dataclass(frozen=True)
class TokenCounts:
    """Tokens of the questions that were answered, and of the answers."""

    prompt: int
    completion: int


@dataclass(frozen=True)
class ZeroShotScores(Kept):
    """What a model scores that was asked for the labels of test texts.

    Attributes:
        endpoint: where it was asked.
        classes: labels of the test texts with an answer.
        metrics: names of the scores.
        no_label: share of answers that are no label.
        refused_requests: answers that the endpoint refused to give.
        cost: in USD; None where the price is not known.
        prompt: the first question, word by word.
    """

    model: str
    endpoint: str
    test: AskedTexts
    multi_label: bool
    classes: tuple[str, ...]
    metrics: tuple[str, ...]
    scores: Flat[Scores]
    per_class_f1: Scores
    confusion: Confusion
    no_label: Estimate
    refused_requests: int
    tokens: TokenCounts
    cost: float | None
    prompt: str


@dataclass(frozen=True)
class _Scored:
    """Rows of scores, for all answers and for test texts drawn anew: those of `metrics`, then the F1 of each class."""

    metrics: tuple[str, ...]
    row: Floats
    drawn: Floats
    confusion: Confusion

    def estimate(self, n: int) -> list[Estimate]:
        errors = self.drawn.std(axis=0, ddof=1)
        return [_make_estimate(float(value), float(error), n) for value, error in zip(self.row, errors, strict=True)]


def score_zero_shot(
    questionnaire: ZeroShotQuestionnaire, answers: Mapping[str, StoredAnswer], prices: PriceTable
) -> ZeroShotScores:
    """Scores of the texts that have an answer, with the share of answers that are no label.

    Raises:
        InputError: there is no answer.
    """
    answered = [question for question in questionnaire.questions if question.key in answers]
    if not answered:
        raise InputError("No answer has come yet. Ask the model first.")
    used = [answers[question.key] for question in answered]
    read = [questionnaire.read(answer) for answer in used]
    tested = sorted({label for question in answered for label in question.labels})
    names = tuple(questionnaire.names[label] for label in tested)
    score = _score_several if questionnaire.multi_label else _score_one
    scored = score(answered, read, tested, names)
    estimates = scored.estimate(len(answered))
    tokens = TokenCounts(sum(answer.prompt_tokens for answer in used), sum(answer.completion_tokens for answer in used))
    endpoint = questionnaire.endpoint
    return ZeroShotScores(
        model=endpoint.model,
        endpoint=endpoint.base_url,
        test=AskedTexts(
            dataset=questionnaire.dataset.name,
            n=len(answered),
            asked=len(questionnaire.questions),
            available=questionnaire.available,
            used_in_prompts_left_out=questionnaire.used_in_prompts,
            other_labels_left_out=questionnaire.other_labels,
        ),
        multi_label=questionnaire.multi_label,
        classes=names,
        metrics=scored.metrics,
        scores=dict(zip(scored.metrics, estimates, strict=False)),
        per_class_f1=dict(zip(names, estimates[len(scored.metrics) :], strict=True)),
        confusion=scored.confusion,
        no_label=wilson(sum(not labels for labels in read), len(answered)),
        refused_requests=sum(bool(answer.problem) for answer in used),
        tokens=tokens,
        cost=prices.cost(endpoint.model, endpoint.base_url, tokens.prompt, tokens.completion),
        prompt=questionnaire.questions[0].messages[-1]["content"],
    )


def _score_one(
    answered: Sequence[ZeroShotQuestion], read: Sequence[tuple[int, ...]], tested: Sequence[int], names: Sequence[str]
) -> _Scored:
    """With one label a text: a further class takes what is no label of the test set."""
    codes = {label: code for code, label in enumerate(tested)}
    none = len(tested)
    truth: Codes = np.array([codes[question.labels[0]] for question in answered], dtype=np.int64)
    given: Codes = np.array([codes.get(labels[0], none) if labels else none for labels in read], dtype=np.int64)
    items = [question.item for question in answered]
    return _Scored(
        CLASS_METRICS,
        _leave_out_none(score_confusion(count_confusion(truth, given, none + 1))),
        _leave_out_none(resample_scores(truth, [given], none + 1, seed=SEED)[:, 0]),
        make_confusion(truth, given, names, items, further=NO_LABEL),
    )


def _score_several(
    answered: Sequence[ZeroShotQuestion], read: Sequence[tuple[int, ...]], tested: Sequence[int], names: Sequence[str]
) -> _Scored:
    """With several labels a text; an answer gives no order of probability, so there is no ranking to score."""
    truth = np.array([[label in question.labels for label in tested] for question in answered], dtype=bool)
    given = np.array([[label in labels for label in tested] for labels in read], dtype=bool)
    scoring, predictions = LabelScoring(truth), LabelPredictions(given.astype(np.float64), given)
    kept = [*range(len(F1_METRICS)), *range(len(scoring.metrics), len(scoring.metrics) + len(names))]
    items = [question.item for question in answered]
    return _Scored(
        F1_METRICS,
        scoring.score(predictions)[kept],
        scoring.resample([predictions], seed=SEED)[:, 0][:, kept],
        make_label_confusion(truth, given, names, items),
    )


def _leave_out_none(rows: Floats) -> Floats:
    """Scores without the class that stands for no label; macro F1 over the others."""
    f1 = rows[..., 2:-1]
    return np.concatenate([rows[..., :1], f1.mean(axis=-1, keepdims=True), f1], axis=-1)


def _make_estimate(value: float, error: float, n: int) -> Estimate:
    if error <= 0 or n < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None, n, None, None, f"{METHOD}; no interval")
    return Estimate(value, max(0.0, value - Z95 * error), min(1.0, value + Z95 * error), n, None, None, METHOD)
