"""Doubts about texts that only show beside the others: another language than the rest, another label than asked for.

Both mark texts for a person to look at; neither says that a text is wrong.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attrprompt.analysis.tokens import tokenise
from attrprompt.errors import InputError

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in a is that for it was on with as are be this by at from or an which not have his they",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus",
        "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha",
        "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec",
        "it": "di che e la il un a per in una del è non si da i con le sono della dei come al più nel gli alla",
        "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit door",
        "pl": "w i na z się do nie że jest to o jak po za od przez ale dla są co tym jego oraz który może było",
        "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das",
        "sv": "och i att det som en på är av för med den till inte har de ett om var men sig från hade vi så kan",
        "tr": "ve bir bu da de için ile o çok daha olarak gibi olan en kadar ne ama her sonra ise var mi ki değil",
    }.items()
}
"""The words that hold a sentence together; all in Latin letters, other scripts show by their letters."""

LANGUAGES = tuple(FUNCTION_WORDS)
FEWEST_WORDS = 12
OWN_SHARE = 0.2
EXPECTED_SHARE = 0.1
OTHER_SCRIPT_SHARE = 0.5
FEWEST_LETTERS = 8
CERTAINTY = 0.8
FEWEST_PER_LABEL = 20
FOLDS = 5


@dataclass(frozen=True)
class ForeignTexts:
    """Texts in another language than the expected one.

    Attributes:
        language: the expected one, as an ISO 639-1 code.
        places: of the foreign texts.
    """

    language: str
    places: tuple[int, ...]


def find_foreign_texts(texts: Sequence[str], language: str = "") -> ForeignTexts:
    """Texts that are written in another language than expected.

    A text is foreign where at least a fifth of its words are function words of another language and less than a tenth
    are of the expected one, or where most of its letters are not Latin. Texts of fewer than twelve words are never
    judged by their words: names and headlines would decide. Two languages in one text leave it unmarked.

    Args:
        language: the expected one; empty takes the one in which most texts are written.

    Raises:
        InputError: the language is not among those that can be told apart.
    """
    if language and language not in LANGUAGES:
        raise InputError(f"The language '{language}' cannot be checked. Known are: {', '.join(LANGUAGES)}.")
    shares = [{} if _is_other_script(text) else _share_function_words(text) for text in texts]
    tops = Counter(max(each, key=each.__getitem__) for each in shares if each)
    expected = language or (tops.most_common(1)[0][0] if tops else LANGUAGES[0])
    foreign = (
        place
        for place, text in enumerate(texts)
        if _is_other_script(text) or (shares[place] and _is_foreign(shares[place], expected))
    )
    return ForeignTexts(expected, tuple(foreign))


@dataclass(frozen=True)
class LabelDoubts:
    """Texts for which a classifier trained on the others is sure of another label.

    Attributes:
        suggestions: place to the other label and its probability.
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
    places = np.array([place for place, label in enumerate(labels) if label not in left_out], dtype=int)
    names = sorted(set(labels) - set(left_out))
    if len(names) < 2:
        return LabelDoubts({}, left_out)
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    asked = np.array([names.index(labels[place]) for place in places])
    probabilities = cross_val_predict(
        LogisticRegression(C=1.0, max_iter=1300),
        vectors[places],
        asked,
        cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
        method="predict_proba",
    )
    best = probabilities.argmax(axis=1)
    sure = (best != asked) & (probabilities.max(axis=1) > CERTAINTY)
    return LabelDoubts(
        {
            int(places[row]): (names[best[row]], round(float(probabilities[row, best[row]]), 4))
            for row in np.flatnonzero(sure)
        },
        left_out,
    )


def _share_function_words(text: str) -> dict[str, float]:
    """The share of a text's words that are function words of each language; empty for short texts."""
    words = tokenise(text)
    if len(words) < FEWEST_WORDS:
        return {}
    return {language: sum(word in known for word in words) / len(words) for language, known in FUNCTION_WORDS.items()}


def _is_foreign(shares: dict[str, float], expected: str) -> bool:
    best = max(shares, key=shares.__getitem__)
    return best != expected and shares[best] >= OWN_SHARE and shares[expected] < EXPECTED_SHARE


def _is_other_script(text: str) -> bool:
    """Most letters are of another script than Latin; a few foreign names do not count."""
    letters = [ch for ch in text if ch.isalpha()]
    others = sum(not unicodedata.name(ch, "").startswith("LATIN") for ch in letters)
    return len(letters) >= FEWEST_LETTERS and others / len(letters) > OTHER_SCRIPT_SHARE
