"""The language of the texts: in the one of most, and in the right one where prompts ask for languages?

Languages are told as `language` says, in texts of at least 20 letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from attrprompt.analysis.adherence.values import ValueAdherence, rate_value
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import Estimate, wilson
from attrprompt.analysis.texts.language import find_foreign_texts, guess_language
from attrprompt.kept import Kept
from attrprompt.project import fold_text

LANGUAGE_NAMES = {
    "en": "english",
    "de": "german deutsch",
    "es": "spanish español castilian",
    "fr": "french français",
    "it": "italian italiano",
    "nl": "dutch nederlands",
    "pl": "polish polski",
    "pt": "portuguese português",
    "sv": "swedish svenska",
    "tr": "turkish türkçe",
}
_CODES = {name: code for code, names in LANGUAGE_NAMES.items() for name in (code, *names.split())}


@dataclass(frozen=True)
class LanguageAdherence(Kept):
    """The language of a set's texts.

    Attributes:
        expected: the language in which most texts are written.
        n: texts.
        foreign: texts in another one.
        kept: share of the texts that are not in another one.
        items: some of the foreign texts, by their numbers in the data set.
    """

    expected: str
    n: int
    foreign: int
    kept: Estimate
    items: tuple[int, ...]


@dataclass(frozen=True)
class AskedLanguages(Kept):
    """A dimension whose values are languages.

    Attributes:
        n: texts asked for a language that can be told, and long enough to tell.
        obeyed: share of them in that language.
        found: for each value asked for the number of texts by language found.
        not_told: texts by value, too short or in no language that can be told; they do not count.
    """

    kind: Literal["language"] = field(default="language", kw_only=True)

    dimension: str
    n: int
    obeyed: Estimate | None
    found: dict[str, dict[str, int]]
    not_told: dict[str, int]

    def rate_values(self) -> list[ValueAdherence]:
        """Each language asked for with the share of its texts in it."""
        total: Counter[str] = Counter()
        for counts in self.found.values():
            total.update(counts)
        everything = total.total()
        rated = []
        for value, counts in self.found.items():
            n, obeying = sum(counts.values()), counts.get(_CODES[fold_text(value)], 0)
            elsewhere = (total[_CODES[fold_text(value)]] - obeying, everything - n)
            rated.append(rate_value(self.dimension, value, obeying, n, elsewhere))
        return rated


def measure_language(texts: Sequence[str], items: Sequence[int] | None = None) -> LanguageAdherence:
    """How many texts are in another language than most; short texts count as not being in another."""
    found = find_foreign_texts(texts)
    n, foreign = len(texts), len(found.rows)
    numbers = tuple((items[row] if items is not None else row) for row in found.rows[:ITEMS_KEPT])
    return LanguageAdherence(found.language, n, foreign, wilson(n - foreign, n), numbers)


def are_languages(values: Iterable[str]) -> bool:
    """Whether all these attribute values name languages that can be told."""
    folded = [fold_text(value) for value in values]
    return bool(folded) and all(value in _CODES for value in folded)


def measure_asked_language(
    texts: Sequence[str], attributes: Sequence[Mapping[str, str]], dimension: str
) -> AskedLanguages:
    """Whether texts are in the language that they were asked for; the values of the dimension name languages."""
    found: dict[str, Counter[str]] = {}
    not_told: Counter[str] = Counter()
    for text, asked in zip(texts, attributes, strict=True):
        value = asked.get(dimension)
        if value is None:
            continue
        counts = found.setdefault(value, Counter())
        language = guess_language(text)
        if language:
            counts[language] += 1
        else:
            not_told[value] += 1
    n = sum(counts.total() for counts in found.values())
    obeying = sum(counts[_CODES[fold_text(value)]] for value, counts in found.items())
    return AskedLanguages(
        dimension,
        n,
        wilson(obeying, n) if n else None,
        {value: dict(counts.most_common()) for value, counts in sorted(found.items())},
        dict(not_told.most_common()),
    )
