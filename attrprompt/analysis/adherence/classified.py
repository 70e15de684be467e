"""Adherence to dimensions that no rule can check (style, subtopic …), by the attribute classifier.

The classifier must choose one of the values for every text (forced choice), so its choice is no proof that a text
obeys. What can be said is whether texts asked for a value can be told from the others at all: where they cannot, the
model ignored the value. It is trained on all texts, since no rule says which of them obey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.adherence.values import ValueAdherence
from attrprompt.analysis.attribute_classifier import (
    METHOD,
    AttributeClassifier,
    Separation,
    choose_training_texts,
    count_unsure,
    say_too_few,
    separate,
    train_attribute_classifier,
)
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL
from attrprompt.errors import StopCheck

FORCED_CHOICE = "forced choice: the classifier must take one of the values for every text"


@dataclass(frozen=True)
class ClassifiedAdherence:
    """A dimension judged by the attribute classifier.

    Attributes:
        n: distinct texts that were asked for a value with enough texts.
        below_half: share of them for which no value has a probability of 0.5.
        separations: for each value, whether its texts can be told from the others of their label.
        counts: texts asked for each value.
        items: for each value asked for and each value chosen some of the texts, by their numbers in the data set.
    """

    dimension: str
    classifier: AttributeClassifier
    below_half: float
    separations: dict[str, Separation | None]
    counts: dict[str, int]
    items: dict[str, dict[str, tuple[int, ...]]]

    @property
    def n(self) -> int:
        """Texts the classifier was trained and tested on."""
        return self.classifier.n

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "kind": "text",
            "dimension": self.dimension,
            "n": self.n,
            "method": METHOD,
            "note": FORCED_CHOICE,
            "classes": list(self.classifier.classes),
            "accuracy": self.classifier.accuracy,
            "majority": self.classifier.majority,
            "below_half": self.below_half,
            "confusion": self.classifier.confusion.tolist(),
            "left_out": self.classifier.left_out,
            "items": {asked: {took: list(of) for took, of in row.items()} for asked, row in self.items.items()},
        }

    def rate_values(self) -> list[ValueAdherence]:
        """Each value with how well its texts can be told from the others."""
        rated = []
        for value, n in self.counts.items():
            found = self.separations.get(value)
            if n < FEWEST_IN_A_CELL or value in self.classifier.left_out:
                rated.append(ValueAdherence(self.dimension, value, n, None, None, f"too few texts: {n}"))
            elif found is None:
                reason = "no label has texts with this value and with others"
                rated.append(ValueAdherence(self.dimension, value, n, None, None, reason))
            else:
                rated.append(ValueAdherence(self.dimension, value, n, None, None, "", told_apart=found.auc, p=found.p))
        return rated


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
) -> ClassifiedAdherence:
    """Whether the texts of each value can be told from the others; every text judged without having been seen.

    Raises:
        InputError: fewer than two values have enough texts.
    """
    values = [asked.get(dimension) for asked in attributes]
    classifier = train_attribute_classifier(vectors, values, texts, seed=seed, check=check)
    own_labels = [labels[row] for row in classifier.rows]
    chosen = classifier.held_out.argmax(axis=1)
    numbers: dict[str, dict[str, list[int]]] = {}
    for row, true, took in zip(classifier.rows.tolist(), classifier.truth, chosen, strict=True):
        cell = numbers.setdefault(classifier.classes[true], {}).setdefault(classifier.classes[took], [])
        cell.append(row if items is None else items[row])
    return ClassifiedAdherence(
        dimension,
        classifier,
        count_unsure(classifier.held_out),
        {
            value: separate(classifier.held_out[:, place], classifier.truth == place, own_labels)
            for place, value in enumerate(classifier.classes)
        },
        {value: values.count(value) for value in sorted({value for value in values if value is not None})},
        {asked: {took: tuple(of[:ITEMS_KEPT]) for took, of in row.items()} for asked, row in numbers.items()},
    )
