"""Did the texts keep the lengths that their prompts asked for? Told by counting words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from attrprompt.analysis.adherence.values import ValueAdherence, rate_value
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import Estimate, wilson
from attrprompt.analysis.texts.tokens import count_words
from attrprompt.kept import Kept

SHORTER, WITHIN, LONGER = "shorter", "as asked", "longer"
LENGTH_COLUMNS = (SHORTER, WITHIN, LONGER)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
Bounds = tuple[int, int]


@dataclass(frozen=True)
class AskedLength(Kept):
    """The texts that were asked for one length: the bounds in words, and how many texts keep them.

    Attributes:
        elsewhere: texts asked for other lengths that keep these bounds too, and the number of such texts.
        items: for each of `found` some of the texts, by their numbers in the data set.
    """

    value: str
    minimum: int
    maximum: int
    n: int
    median: float
    found: dict[str, int]
    elsewhere: tuple[int, int]
    items: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class LengthAdherence(Kept):
    """A dimension of kind *length*.

    Attributes:
        n: texts that were asked for a length with known bounds.
        obeyed: share of them within their bounds, which count as within.
        found: how many are shorter, as asked and longer.
        deviations: (words, texts), by words: how far each text lies outside its bounds. Negative for too short, 0
            within, positive for too long.
        quantiles: of these deviations, each one that occurs (inverse of the distribution function).
        cut: texts that the limit of tokens cut off; they count as they are.
        values: one row a length asked for, by its minimum.
        not_asked: texts without a value of the dimension.
        unknown: texts by value where no bounds are known for the value.
    """

    kind: Literal["length"] = field(default="length", kw_only=True)

    dimension: str
    n: int
    obeyed: Estimate | None
    found: dict[str, int]
    deviations: tuple[tuple[int, int], ...]
    quantiles: dict[str, int]
    cut: int
    values: tuple[AskedLength, ...]
    not_asked: int
    unknown: dict[str, int]

    def rate_values(self) -> list[ValueAdherence]:
        """Each length asked for with the share that keeps it."""
        rated = [
            rate_value(self.dimension, length.value, length.found[WITHIN], length.n, length.elsewhere)
            for length in self.values
        ]
        return rated + [
            ValueAdherence(self.dimension, value, n, None, None, "no bounds are known for this value")
            for value, n in self.unknown.items()
        ]


def deviate(words: int, bounds: Bounds) -> int:
    """How many words a length lies outside its bounds: negative below, 0 within, positive above."""
    return min(words - bounds[0], 0) + max(words - bounds[1], 0)


def measure_length(
    texts: Sequence[str],
    attributes: Sequence[Mapping[str, str]],
    dimension: str,
    bounds: Mapping[str, Bounds],
    cut: Sequence[bool] | None = None,
    items: Sequence[int] | None = None,
) -> LengthAdherence:
    """Compare the number of words of each text with the length that it was asked for.

    Args:
        texts: those that count.
        attributes: the values each was asked for.
        dimension: the name of the length dimension.
        bounds: smallest and largest number of words by value.
        cut: for each text whether the limit of tokens cut it off.
        items: the number of each text in its data set.
    """
    lengths: dict[str, list[int]] = {}
    numbers: dict[str, dict[str, list[int]]] = {}
    unknown: Counter[str] = Counter()
    not_asked = cut_off = 0
    for row, (text, asked) in enumerate(zip(texts, attributes, strict=True)):
        value = asked.get(dimension)
        if value is None:
            not_asked += 1
        elif value not in bounds:
            unknown[value] += 1
        else:
            words = count_words(text)
            lengths.setdefault(value, []).append(words)
            cut_off += cut is not None and cut[row]
            if items is not None:
                side = _name_side(deviate(words, bounds[value]))
                numbers.setdefault(value, {}).setdefault(side, []).append(items[row])
    deviations = Counter(deviate(words, bounds[value]) for value, found in lengths.items() for words in found)
    found = _count_sides(deviations)
    n = deviations.total()
    return LengthAdherence(
        dimension=dimension,
        n=n,
        obeyed=wilson(found[WITHIN], n) if n else None,
        found=found,
        deviations=tuple(sorted(deviations.items())),
        quantiles=_find_quantiles(deviations),
        cut=cut_off,
        values=tuple(
            AskedLength(
                value,
                *bounds[value],
                n=len(counts),
                median=float(np.median(counts)),
                found=_count_sides(Counter(deviate(words, bounds[value]) for words in counts)),
                elsewhere=_count_elsewhere(lengths, value, bounds[value]),
                items={side: tuple(of[:ITEMS_KEPT]) for side, of in numbers.get(value, {}).items()},
            )
            for value, counts in sorted(lengths.items(), key=lambda pair: (bounds[pair[0]], pair[0]))
        ),
        not_asked=not_asked,
        unknown=dict(unknown.most_common()),
    )


def _name_side(deviation: int) -> str:
    return SHORTER if deviation < 0 else LONGER if deviation > 0 else WITHIN


def _count_sides(deviations: Mapping[int, int]) -> dict[str, int]:
    sides = dict.fromkeys(LENGTH_COLUMNS, 0)
    for words, texts in deviations.items():
        sides[_name_side(words)] += texts
    return sides


def _count_elsewhere(lengths: Mapping[str, Sequence[int]], value: str, bounds: Bounds) -> tuple[int, int]:
    others = [words for other, counts in lengths.items() if other != value for words in counts]
    return sum(not deviate(words, bounds) for words in others), len(others)


def _find_quantiles(deviations: Counter[int]) -> dict[str, int]:
    if not deviations:
        return {}
    ordered = np.sort(np.fromiter(deviations.elements(), dtype=np.int64))
    found = np.quantile(ordered, QUANTILES, method="inverted_cdf")
    return {f"{share:g}": int(words) for share, words in zip(QUANTILES, found, strict=True)}
