"""The work of an evaluation: load, match labels, count leakage, encode, train, test, compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from attrprompt.analysis.encoder import open_encoder
from attrprompt.analysis.estimate import Comparison
from attrprompt.analysis.vectors import VectorCache, encode_cached
from attrprompt.analysis.verdicts import PRIMARY_FAMILY, judge
from attrprompt.errors import InputError, WorkerError
from attrprompt.evaluation.curves import CurvePoint, TokenCost, find_budget_share, measure_curve
from attrprompt.evaluation.latest import remember_evaluation
from attrprompt.evaluation.probe import DRAWS, MOST_ITERATIONS, PENALTY, Texts, Trained, compare, draw_per_class, train
from attrprompt.evaluation.request import EvaluationRequest, TrainingSet
from attrprompt.evaluation.scores import Codes, bin_reliability
from attrprompt.evaluation.tuning import count_training_texts, describe_confusion, tune_sets
from attrprompt.inspection.loading import read_texts
from attrprompt.inspection.request import UNHASHED
from attrprompt.project import fold_label
from attrprompt.records import Dataset, DatasetKind, Flag, Sample
from attrprompt.settings import load_settings
from attrprompt.store import Store
from attrprompt.worker.jobs import JobContext, Payload, Result, register

ENCODING_SHARE = 0.4
EQUAL, ALL = "equal n per class", "all texts"
PAIRS_KEPT = 50
FEWEST_PER_CLASS = 2
NOTE = "The interval covers the choice of training and of test texts, not other wordings, models or runs."


@dataclass(frozen=True)
class _Loaded:
    """A data set with its texts that count, each with its folded label."""

    dataset: Dataset
    samples: list[Sample]
    used_in_prompts: int

    @property
    def labels(self) -> list[str]:
        return [fold_label(each.label) for each in self.samples]

    def codes(self, classes: Sequence[str]) -> Codes:
        """The place of each text's label among the classes."""
        places = {label: place for place, label in enumerate(classes)}
        return np.array([places[label] for label in self.labels], dtype=np.int64)


@register("evaluate", unhashed=UNHASHED)
def evaluate(payload: Payload, context: JobContext) -> Result:
    """What an `EvaluationRequest` asks for, as `evaluate` prints it."""
    request = EvaluationRequest.model_validate(payload)
    *sources, test = _load(request, context)
    classes, warnings = _match_labels(request, sources, test)
    sources = [_keep_classes(each, classes) for each in sources]
    tested = _keep_classes(test, classes)
    leakage = _count_leakage(request, sources, tested, context)
    names = _name_classes(classes, tested)
    if request.classifier == "finetune":
        parameters, result = _tune(request, sources, tested, classes, names, context)
    else:
        parameters, result = _probe(request, sources, tested, classes, names, context)
        remember_evaluation(context.home, test.dataset.project_id, payload)
    warnings += [
        f"{each['exact'] + each['near']} texts of {name} repeat a test text: its score may be too high."
        for name, each in leakage.items()
        if each["exact"] + each["near"]
    ]
    return {
        "parameters": {"classifier": request.classifier, **parameters, "texts": request.choice.to_json()},
        "classes": names,
        "test": {
            "dataset": test.dataset.name,
            "n": len(tested.samples),
            "used_in_prompts_left_out": test.used_in_prompts,
            "other_labels_left_out": len(test.samples) - len(tested.samples),
        },
        "leakage": leakage,
        **result,
        "warnings": warnings,
        "note": NOTE,
    }


def _probe(
    request: EvaluationRequest,
    sources: Sequence[_Loaded],
    tested: _Loaded,
    classes: Sequence[str],
    names: Sequence[str],
    context: JobContext,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and result of the probe."""
    encoder = open_encoder(request.encoder, context.home, threads=context.threads, api_key=context.api_key)
    texts = [each.text for source in [*sources, tested] for each in source.samples]
    cache = VectorCache(context.home)
    vectors = encode_cached(
        encoder, texts, cache, lambda share, doing: context.progress(share * ENCODING_SHARE, doing), context.cancelled
    )
    ends = np.cumsum([len(each.samples) for each in [*sources, tested]])[:-1]
    coded = [
        Texts(rows, each.codes(classes), np.full(len(rows), place))
        for place, (each, rows) in enumerate(zip([*sources, tested], np.split(vectors, ends), strict=True))
    ]
    joined = [_join([coded[part] for part in each.parts]) for each in request.training]
    result = _measure(request, joined, coded[-1], names, [each.item for each in tested.samples], context)
    parameters = {"C": PENALTY, "max_iter": MOST_ITERATIONS, "draws": DRAWS, "seed": request.seed}
    return parameters | {"encoder": encoder.id}, result


def _tune(
    request: EvaluationRequest,
    sources: Sequence[_Loaded],
    tested: _Loaded,
    classes: Sequence[str],
    names: Sequence[str],
    context: JobContext,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and result of fine-tuning."""
    training = {
        each.name: (
            [sample.text for part in each.parts for sample in sources[part].samples],
            np.concatenate([sources[part].codes(classes) for part in each.parts]),
        )
        for each in request.training
    }
    test = ([each.text for each in tested.samples], tested.codes(classes), [each.item for each in tested.samples])
    return request.tuning.model_dump(), tune_sets(training, test, names, request.tuning, context)


def _load(request: EvaluationRequest, context: JobContext) -> list[_Loaded]:
    store = Store(context.home, load_settings(context.home).database_url)
    try:
        loaded = []
        for number in request.datasets:
            dataset = store.datasets.load(number)
            samples = read_texts(store, dataset, request.choice)
            used = dataset.rows - len(samples) if dataset.kind is DatasetKind.GOLD else 0
            counted = [each for each in samples if each.text.strip()]
            counted = [each for each in counted if request.choice.counts(each.flags, each.status.value)]
            loaded.append(_Loaded(dataset, counted, used))
        return loaded
    finally:
        store.close()


def _match_labels(request: EvaluationRequest, sources: Sequence[_Loaded], test: _Loaded) -> tuple[list[str], list[str]]:
    """The classes that the test set and every training set have, and warnings that name the others."""
    tested = Counter(test.labels)
    by_set = {}
    for each in request.training:
        counts: Counter[str] = Counter(label for part in each.parts for label in sources[part].labels)
        by_set[each.name] = {label for label, n in counts.items() if n >= FEWEST_PER_CLASS}
    classes = sorted(set(tested).intersection(*by_set.values()))
    if len(classes) < 2:
        raise InputError(
            f"'{test.dataset.name}' shares fewer than two labels with the training sets; its labels are "
            f"{', '.join(sorted(tested)[:12]) or 'none'}. Map its labels when you import it."
        )
    left_out = sorted((set(tested) | set().union(*by_set.values())) - set(classes))
    if not left_out:
        return classes, []
    named = ", ".join(left_out[:12]) + (" and others" if len(left_out) > 12 else "")
    return classes, [f"Left out, because not every set has two texts of them: {named}."]


def _keep_classes(loaded: _Loaded, classes: Sequence[str]) -> _Loaded:
    wanted = set(classes)
    return replace(loaded, samples=[each for each in loaded.samples if fold_label(each.label) in wanted])


def _count_leakage(
    request: EvaluationRequest, sources: Sequence[_Loaded], test: _Loaded, context: JobContext
) -> dict[str, dict[str, Any]]:
    """Training texts that repeat a test text, and copies of texts that stood in prompts."""
    from attrprompt.analysis.duplicates import DuplicateFinder

    finder = DuplicateFinder()
    for sample in test.samples:
        finder.add(sample.text)
    found = []
    for place, source in enumerate(sources):
        context.progress(0.02 * place, f"looking for texts of {source.dataset.name} among the test texts")
        matches = [(sample, finder.find(sample.text)) for sample in source.samples]
        pairs = [(sample, match) for sample, match in matches if match is not None]
        found.append(
            {
                "exact": sum(match.exact for _, match in pairs),
                "near": sum(not match.exact for _, match in pairs),
                "few_shot_copies": sum(Flag.FEW_SHOT_COPY in sample.flags for sample in source.samples),
                "pairs": [
                    {
                        "dataset": source.dataset.name,
                        "item": sample.item,
                        "test_item": test.samples[match.of].item,
                        "similarity": match.similarity,
                    }
                    for sample, match in pairs[:PAIRS_KEPT]
                ],
            }
        )
    return {each.name: _add_up([found[part] for part in each.parts]) for each in request.training}


def _add_up(counts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {key: sum((each[key] for each in counts[1:]), start=counts[0][key]) for key in counts[0]}


def _measure(
    request: EvaluationRequest,
    training: Sequence[Texts],
    test: Texts,
    names: Sequence[str],
    items: Sequence[int],
    context: JobContext,
) -> dict[str, Any]:
    steps, done = len(training) * (3 if request.curve else 2), 0

    def advance(doing: str) -> None:
        nonlocal done
        context.progress(ENCODING_SHARE + (1 - ENCODING_SHARE) * done / steps, doing)
        done += 1

    def check() -> None:
        if context.cancelled():
            raise WorkerError("The evaluation was cancelled.")

    classes = len(names)
    per_class = min(int(np.bincount(each.codes, minlength=classes).min()) for each in training)
    whole: dict[str, Trained] = {}
    equal: dict[str, Trained] = {}
    for each, texts in zip(request.training, training, strict=True):
        advance(f"training on {each.name}")
        whole[each.name] = train(texts, test, classes, seed=request.seed, check=check)
        advance(f"training on {each.name}, {per_class} texts a class")
        rows = draw_per_class(texts, per_class, seed=(request.seed, per_class))
        same = len(rows) == texts.n
        equal[each.name] = (
            whole[each.name] if same else train(texts.take(rows), test, classes, seed=request.seed, check=check)
        )
    models = {
        each.name: _describe(whole[each.name], texts, names, items)
        | {"equal": _describe_equal(equal[each.name], per_class)}
        for each, texts in zip(request.training, training, strict=True)
    }
    result: dict[str, Any] = {
        "models": models,
        "comparisons": [each.to_json() for each in _compare_all(request.training, equal, whole)],
    }
    if request.curve:
        points = {}
        for each, texts in zip(request.training, training, strict=True):
            advance(f"curve of {each.name}")
            points[each.name] = measure_curve(texts, test, whole[each.name], seed=request.seed, check=check)
        result |= _describe_curves(request, training, points)
    return result


def _compare_all(
    training: Sequence[TrainingSet], equal: dict[str, Trained], whole: dict[str, Trained]
) -> list[Comparison]:
    """Each pair at equal n per class, and with all texts; the verdict goes with one of the two.

    It goes with equal n, unless one set holds the other: then the question is what the added texts bring.
    """
    compared = []
    for one, other in combinations(training, 2):
        nested = set(one.parts) < set(other.parts) or set(other.parts) < set(one.parts)
        for scope, trained in ((EQUAL, equal), (ALL, whole)):
            is_primary = (scope == ALL) == nested
            pair = compare((one.name, trained[one.name]), (other.name, trained[other.name]), scope)
            for each in pair:
                primary = is_primary and each.metric == "macro_f1"
                compared.append(replace(each, family=PRIMARY_FAMILY if primary else "exploratory"))
    return judge(compared)


def _describe(trained: Trained, texts: Texts, names: Sequence[str], items: Sequence[int]) -> dict[str, Any]:
    truth, predicted = trained.truth, trained.whole.codes
    return {
        "accuracy": trained.estimate(0).to_json(),
        "macro_f1": trained.estimate(1).to_json(),
        "per_class_f1": {name: trained.estimate(2 + place).to_json() for place, name in enumerate(names)},
        "calibration_error": trained.estimate_calibration().to_json(),
        "reliability": [asdict(each) for each in bin_reliability(trained.whole.confidence, predicted == truth)],
        "confusion": describe_confusion(truth, predicted, names, items),
        "training_texts": count_training_texts(texts.codes, names),
    }


def _describe_equal(trained: Trained, per_class: int) -> dict[str, Any]:
    return {
        "per_class": per_class,
        "accuracy": trained.estimate(0).to_json(),
        "macro_f1": trained.estimate(1).to_json(),
    }


def _describe_curves(
    request: EvaluationRequest, training: Sequence[Texts], points: dict[str, list[CurvePoint]]
) -> dict[str, Any]:
    costs = {
        each.name: TokenCost(each.cost.texts, each.cost.once, texts.n)
        for each, texts in zip(request.training, training, strict=True)
        if each.cost is not None and each.cost.texts
    }
    curves = {
        name: [
            point.to_json() | {"tokens": round(costs[name].cost_of(point.n)) if name in costs else None}
            for point in each
        ]
        for name, each in points.items()
    }
    budget = [
        find_budget_share((a, points[a], costs[a]), (b, points[b], costs[b]), seed=request.seed).to_json()
        for a in costs
        for b in costs
        if a != b
    ]
    return {"curves": curves, "budget": budget}


def _join(parts: Sequence[Texts]) -> Texts:
    return Texts(
        np.concatenate([each.vectors for each in parts]),
        np.concatenate([each.codes for each in parts]),
        np.concatenate([each.parts for each in parts]),
    )


def _name_classes(classes: Sequence[str], test: _Loaded) -> list[str]:
    """The test set's spelling of each class."""
    spelling = {fold_label(each.label): each.label for each in reversed(test.samples)}
    return [spelling[each] for each in classes]
