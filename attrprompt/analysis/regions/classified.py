"""Continents by the attribute classifier, as in the AttrPrompt paper, beside the region finder on the same texts.

Trained on the texts of an AttrPrompt set that obey: the finder finds the place that was asked for and no other
continent. The class "none" is learned from the texts of the same set in which the finder finds no place. (Texts of a
run without the dimension would teach the classifier to know that run, which is what it shall judge.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, PlainSerializer

from attrprompt.analysis.attribute_classifier import (
    CORRECTION_HEADING,
    FEWEST_PER_CLASS,
    METHOD,
    AttributeClassifier,
    choose_training_texts,
    correct_shares,
    count_unsure,
    estimate_shares,
    say_too_few,
)
from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.resolve import names_place, resolve_place
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL, Estimate
from attrprompt.kept import Flat, Kept, LeftOutEmpty

NONE = "none"


_TooFew = Annotated[
    int, BeforeValidator(itemgetter("too_few_texts")), PlainSerializer(lambda texts: {"too_few_texts": texts})
]


@dataclass(frozen=True)
class ClassifiedSet(Kept):
    """What the classifier says of one set.

    Attributes:
        n: texts.
        raw: share of the texts that it takes for each class.
        below_half: share of the texts for which no class has a probability of 0.5.
        corrected: the shares corrected for its errors; None where it is too inaccurate.
        finder: what the region finder says of the same texts; a text with k continents gives 1 ÷ k to each.
        by_label: the raw shares of the texts of each label; the number of texts in their place where they are under 30.
        items: some of the texts of each class, by their numbers in the data set.
    """

    n: int
    raw: dict[str, Estimate]
    below_half: float
    corrected: dict[str, float] | None
    finder: dict[str, float]
    by_label: dict[str, Annotated[dict[str, Estimate] | _TooFew, Field(union_mode="left_to_right")]]
    items: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class ContinentClassifier(Kept):
    """What the classifier is and how well it does.

    Attributes:
        dimension: the place dimension whose prompts taught it.
        trained_on: the data set whose texts taught it.
        rule: which of its texts, in words.
        method: how it was trained and judged, in a few words.
        texts: how many taught it, equal ones counted once.
        classes: what it can choose, in order.
        left_out: texts by class, of classes with too few of them.
        accuracy: share of its training texts whose class it finds, in cross-validation.
        majority: the accuracy of always choosing the most frequent class.
        confusion: its training texts of each class (row) by the class that it gives them (column).
        condition: condition number of the confusion matrix; None where it has no inverse.
        corrected_heading: what a correction for its errors assumes.
        why_uncorrected: why there is no correction; empty where there is one.
    """

    dimension: str
    trained_on: str
    rule: str
    method: str
    texts: int
    classes: tuple[str, ...]
    left_out: dict[str, int]
    accuracy: float
    majority: float
    confusion: tuple[tuple[int, ...], ...]
    condition: float | None
    corrected_heading: str
    why_uncorrected: str


@dataclass(frozen=True)
class ClassifiedContinents(Kept):
    """Continents by the attribute classifier.

    Attributes:
        reason: why none could be trained; empty where one was.
        classifier: what it is; None where there is none.
        datasets: what it says of each data set.
    """

    reason: str = ""
    classifier: Flat[ContinentClassifier | None] = None
    datasets: LeftOutEmpty[dict[str, ClassifiedSet]] = field(default_factory=dict)


def label_obeying(located: LocatedSet, dimension: str, rulings: Mapping[str, str] | None = None) -> list[str | None]:
    """For each text the continent that it was asked for and names alone, "none" where it names no place, else None.

    Texts that were not asked for a place teach nothing, nor do those asked for one that has no continent.
    """
    asked = {value: resolve_place(value, rulings) for value in located.list_values(dimension)}
    classes: list[str | None] = []
    for row in range(located.n):
        value = located.attributes[row].get(dimension) if located.attributes is not None else None
        where = asked.get(value, (None, None)) if value is not None else (None, None)
        named = int((located.weights[row] > 0).sum())
        if where[1] is None:
            classes.append(None)
        elif not named:
            classes.append(NONE)
        elif named == 1 and names_place(located.mentions[row], where):
            classes.append(where[1])
        else:
            classes.append(None)
    return classes


def why_untrainable(classes: Sequence[str | None], texts: Sequence[str]) -> str:
    """Why these classes cannot train the classifier; empty where they can. Needs no embeddings."""
    rows, left_out = choose_training_texts(classes, texts)
    kept = {classes[row] for row in rows}
    if NONE not in kept:
        n = left_out.get(NONE, 0)
        return (
            f"The classifier needs {FEWEST_PER_CLASS} texts that were asked for a place and name none, to learn what "
            f"such texts look like; there are {n}."
        )
    return "" if len(kept) > 2 else say_too_few({name: n for name, n in left_out.items() if name != NONE})


def classify_set(
    classifier: AttributeClassifier, located: LocatedSet, vectors: NDArray[np.float32], *, own: bool
) -> ClassifiedSet:
    """What the classifier says of a set, beside the finder.

    Args:
        own: whether it was trained on this set; the texts that it saw are then judged by cross-validation.
    """
    probabilities = classifier.judge(vectors, own=own)
    raw = estimate_shares(probabilities, classifier.classes)
    by_label: dict[str, dict[str, Estimate] | int] = {}
    for label in located.list_values("label"):
        rows = [row for row in range(located.n) if located.has(row, "label", label)]
        enough = len(rows) >= FEWEST_IN_A_CELL
        by_label[label] = estimate_shares(probabilities[rows], classifier.classes) if enough else len(rows)
    numbers = range(located.n) if located.items is None else located.items
    items: dict[str, list[int]] = {name: [] for name in classifier.classes}
    for number, index in zip(numbers, probabilities.argmax(axis=1).tolist(), strict=True):
        items[classifier.classes[index]].append(number)
    finder = dict(zip(tables.REGIONS, (located.weights.sum(axis=0) / located.n).tolist(), strict=True))
    return ClassifiedSet(
        n=located.n,
        raw=raw,
        below_half=count_unsure(probabilities),
        corrected=correct_shares({name: share.value for name, share in raw.items()}, classifier),
        finder=finder | {NONE: float((~located.is_located).mean())},
        by_label=by_label,
        items={name: tuple(found[:ITEMS_KEPT]) for name, found in items.items()},
    )


def describe_classifier(classifier: AttributeClassifier, dimension: str, trained_on: str) -> ContinentClassifier:
    """What it is and how well it does."""
    return ContinentClassifier(
        dimension=dimension,
        trained_on=trained_on,
        rule="texts that name the place asked for and no other continent; “none”: texts that name no place",
        method=METHOD,
        texts=classifier.n,
        classes=classifier.classes,
        left_out=classifier.left_out,
        accuracy=classifier.accuracy,
        majority=classifier.majority,
        confusion=tuple(map(tuple, classifier.confusion.tolist())),
        condition=classifier.condition if np.isfinite(classifier.condition) else None,
        corrected_heading=CORRECTION_HEADING,
        why_uncorrected=classifier.why_uncorrected,
    )
