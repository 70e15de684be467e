"""Adherence to dimensions that no rule can check (style, subtopic …), by the attribute classifier.

The classifier must choose one of the values for every text (forced choice), so its choice is no proof that a text
obeys. What can be said is whether texts asked for a value can be told from the others at all: where they cannot, the
model ignored the value. It is trained on all texts, since no rule says which of them obey.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.adherence.values import ValueAdherence
from attrprompt.analysis.attribute_classifier import (
    METHOD,
    AttributeClassifier,
    choose_training_texts,
    count_unsure,
    say_too_few,
    separate,
    train_attribute_classifier,
)
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL
from attrprompt.errors import StopCheck
from attrprompt.kept import Kept

FORCED_CHOICE = "forced choice: the classifier must take one of the values for every text"


@dataclass(frozen=True)
class ClassifiedAdherence(Kept):
    """A dimension of which the attribute classifier guesses the values.

    Attributes:
        n: distinct texts that were asked for a value with enough texts.
        method: what the classifier is.
        note: what its choice is worth.
        classes: the values it can choose, in order.
        accuracy: share of the texts for which it chooses the value asked for.
        majority: the accuracy of always choosing the most frequent value.
        below_half: share of the texts for which no value has a probability of 0.5.
        confusion: texts asked for each value (row) that it takes for each value (column).
        left_out: texts by value, of values with too few of them.
        items: for each value asked for and each value chosen some of the texts, by their numbers in the data set.
    """

    kind: Literal["text"] = field(default="text", kw_only=True)

    dimension: str
    n: int
    method: str
    note: str
    classes: tuple[str, ...]
    accuracy: float
    majority: float
    below_half: float
    confusion: tuple[tuple[int, ...], ...]
    left_out: dict[str, int]
    items: dict[str, dict[str, tuple[int, ...]]]


def why_unclassifiable(values: Sequence[str | None], texts: Sequence[str]) -> str:
    """Why no classifier can judge a dimension with these values; empty where one can. Needs no embeddings."""
    rows, left_out = choose_training_texts(values, texts)
    return "" if len({values[row] for row in rows}) > 1 else say_too_few(left_out)


def measure_by_classifier(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    labels: Sequence[str],
    attributes: Sequence[Mapping[str, str]],
    dimension: str,
    *,
    items: Sequence[int] | None = None,
    seed: int = 0,
    check: StopCheck | None = None,
) -> tuple[ClassifiedAdherence, list[ValueAdherence]]:
    """What the classifier says of a dimension, and whether the texts of each value can be told from the others.

    Every text is classified by one that was not trained on it.

    Raises:
        InputError: fewer than two values have enough texts.
    """
    values = [asked.get(dimension) for asked in attributes]
    classifier = train_attribute_classifier(vectors, values, texts, seed=seed, check=check)
    numbers: dict[str, dict[str, list[int]]] = {}
    chosen = classifier.held_out.argmax(axis=1)
    for row, true, took in zip(classifier.rows.tolist(), classifier.truth, chosen, strict=True):
        cell = numbers.setdefault(classifier.classes[true], {}).setdefault(classifier.classes[took], [])
        cell.append(row if items is None else items[row])
    found = ClassifiedAdherence(
        dimension=dimension,
        n=classifier.n,
        method=METHOD,
        note=FORCED_CHOICE,
        classes=classifier.classes,
        accuracy=classifier.accuracy,
        majority=classifier.majority,
        below_half=count_unsure(classifier.held_out),
        confusion=tuple(map(tuple, classifier.confusion.tolist())),
        left_out=classifier.left_out,
        items={asked: {took: tuple(of[:ITEMS_KEPT]) for took, of in row.items()} for asked, row in numbers.items()},
    )
    return found, _rate_values(classifier, values, labels, dimension)


def _rate_values(
    classifier: AttributeClassifier, values: Sequence[str | None], labels: Sequence[str], dimension: str
) -> list[ValueAdherence]:
    """Each value asked for with how well its texts can be told from the others of their label."""
    own_labels = [labels[row] for row in classifier.rows]
    separations = {
        value: separate(classifier.held_out[:, column], classifier.truth == column, own_labels)
        for column, value in enumerate(classifier.classes)
    }
    rated = []
    for value, n in sorted(Counter(value for value in values if value is not None).items()):
        found = separations.get(value)
        if n < FEWEST_IN_A_CELL or value in classifier.left_out:
            rated.append(ValueAdherence(dimension, value, n, None, None, f"too few texts: {n}"))
        elif found is None:
            reason = "no label has texts with this value and with others"
            rated.append(ValueAdherence(dimension, value, n, None, None, reason))
        else:
            rated.append(ValueAdherence(dimension, value, n, None, None, "", told_apart=found.auc, p=found.p))
    return rated
