"""Doubts about labels that only show beside the other texts. They mark texts to look at; none says one is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CERTAINTY = 0.8
FEWEST_PER_LABEL = 20
FOLDS = 5


@dataclass(frozen=True)
class LabelDoubts:
    """Texts for which a classifier trained on the others is sure of another label.

    Attributes:
        suggestions: index to the other label and its probability.
        left_out: labels with too few texts to judge.
    """

    suggestions: dict[int, tuple[str, float]]
    left_out: tuple[str, ...]


def find_label_doubts(vectors: NDArray[np.float32], labels: Sequence[str], *, seed: int = 0) -> LabelDoubts:
    """Texts whose asked label a probe contradicts with a probability over 0.8.

    The probe is a logistic regression on embeddings (C = 1.0, max_iter = 1300), and each text is judged by the one of
    five that was not trained on it. Labels with fewer than 20 texts are left out.
    """
    counts = Counter(labels)
    left_out = tuple(sorted(label for label, count in counts.items() if count < FEWEST_PER_LABEL))
    indices = np.array([index for index, label in enumerate(labels) if label not in left_out], dtype=int)
    names = sorted(set(labels) - set(left_out))
    if len(names) < 2:
        return LabelDoubts({}, left_out)
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    asked = np.array([names.index(labels[index]) for index in indices])
    probabilities = cross_val_predict(
        LogisticRegression(C=1.0, max_iter=1300),
        vectors[indices],
        asked,
        cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
        method="predict_proba",
    )
    best = probabilities.argmax(axis=1)
    sure = (best != asked) & (probabilities.max(axis=1) > CERTAINTY)
    return LabelDoubts(
        {
            int(indices[row]): (names[best[row]], round(float(probabilities[row, best[row]]), 4))
            for row in np.flatnonzero(sure)
        },
        left_out,
    )
