"""Values that say the same: letter by letter but for dress, or in other words by embedding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attrprompt.encoding.encoder import Encoder

NEAR_SYNONYM = 0.8

_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True)
class NearSynonym:
    """A new value and the one it may only repeat; similarity is a cosine."""

    new: str
    existing: str
    similarity: float


def identity_key(text: str, *, keep_numbers: bool = False) -> str:
    """What two values share that differ only in case, punctuation, articles, plurals or (for texts) numbers.

    `The U.S. Open 2019` and `US open, 2020` have one key. Lengths keep their numbers, which are all they have.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"(?<=\b\w)\.(?=\w\b)|(?<=\w)['’](?=s\b)", "", folded)
    words = [word for word in re.findall(r"[\w+#]+", folded) if word not in _ARTICLES]
    kept = words if keep_numbers else [word for word in words if not word.isdecimal()]
    return " ".join(_singular(word) for word in kept or words) or folded.strip()


def find_near_synonyms(
    encoder: Encoder, new: Sequence[str], existing: Sequence[str], threshold: float = NEAR_SYNONYM
) -> list[NearSynonym]:
    """For each new value the most similar of the existing and the earlier new ones, where it reaches the threshold.

    In the order of the new values; those without such a twin are not named.
    """
    if not new:
        return []
    vectors = encoder.encode([*existing, *new])
    texts = [*existing, *new]
    found: list[NearSynonym] = []
    for row in range(len(existing), len(texts)):
        if row == 0:
            continue
        cosines = vectors[:row] @ vectors[row]
        nearest = int(np.argmax(cosines))
        if cosines[nearest] >= threshold:
            found.append(NearSynonym(texts[row], texts[nearest], float(cosines[nearest])))
    return found


def _singular(word: str) -> str:
    """The word without a plural's ending; crude, but the same for both of a pair."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "news")):
        return word[:-1]
    return word
