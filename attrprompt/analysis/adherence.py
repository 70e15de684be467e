"""Did the texts do what their prompts asked? Lengths by counting words, places by the region finder.

Whether one text obeys depends on that text alone, so every share has Wilson's interval. Values of other dimensions
(style, subtopic …) cannot be checked by rule and are named as not checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attrprompt.analysis.estimate import Estimate
from attrprompt.analysis.regions.asked import AskedFound
from attrprompt.analysis.regions.figures import FEWEST_IN_A_CELL, wilson
from attrprompt.analysis.tokens import count_words

SHORTER, WITHIN, LONGER = "shorter", "as asked", "longer"
LENGTH_COLUMNS = (SHORTER, WITHIN, LONGER)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NOTHING_ASKED = "No text of this data set was asked for an attribute value, so that there is nothing to obey."
RESERVED = ("values", "not_checked", "note")

Bounds = tuple[int, int]


@dataclass(frozen=True)
class ValueAdherence:
    """The texts that were asked for one value.

    Attributes:
        n: number of texts.
        obeying: how many of them obey; None where the value cannot be checked.
        obeyed: their share; None where it cannot be checked, and under 30 texts.
        reason: why there is no share.
    """

    dimension: str
    value: str
    n: int
    obeying: int | None
    obeyed: Estimate | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {**vars(self), "obeyed": None if self.obeyed is None else self.obeyed.to_json()}


@dataclass(frozen=True)
class AskedLength:
    """The texts that were asked for one length: the bounds in words, and how many texts keep them."""

    value: str
    minimum: int
    maximum: int
    n: int
    median: float
    found: dict[str, int]


@dataclass(frozen=True)
class LengthAdherence:
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

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "kind": "length",
            **vars(self),
            "obeyed": None if self.obeyed is None else self.obeyed.to_json(),
            "deviations": [list(pair) for pair in self.deviations],
            "values": [dict(vars(each)) for each in self.values],
        }


@dataclass(frozen=True)
class PlaceAdherence:
    """A dimension of kind *place*.

    Attributes:
        matrix: asked × found.
        n: texts that were asked for a value that names a country or continent.
        obeyed: share of them that name the country asked for (the continent, where no country was).
        by_continent: the same by the continent that the value lies in.
    """

    matrix: AskedFound
    n: int
    obeyed: Estimate | None
    by_continent: tuple[ValueAdherence, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "kind": "place",
            "n": self.n,
            "obeyed": None if self.obeyed is None else self.obeyed.to_json(),
            "continents": [each.to_json() for each in self.by_continent],
            **self.matrix.to_json(),
        }


@dataclass(frozen=True)
class Adherence:
    """One data set.

    Attributes:
        dimensions: those that can be checked, by name.
        values: all their values, the most ignored first; those without a share last.
        not_checked: dimensions that no rule can check.
        note: why there is nothing, where there is nothing.
    """

    dimensions: dict[str, LengthAdherence | PlaceAdherence]
    values: tuple[ValueAdherence, ...]
    not_checked: tuple[str, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Each dimension by its name, beside `values`, `not_checked` and `note`."""
        return {
            **{
                name if name not in RESERVED else f"{name} (dimension)": each.to_json()
                for name, each in self.dimensions.items()
            },
            "values": [each.to_json() for each in self.values],
            "not_checked": list(self.not_checked),
            "note": self.note,
        }


def deviate(words: int, bounds: Bounds) -> int:
    """How many words a length lies outside its bounds: negative below, 0 within, positive above."""
    return min(words - bounds[0], 0) + max(words - bounds[1], 0)


def measure_length(
    texts: Sequence[str],
    attributes: Sequence[Mapping[str, str]],
    dimension: str,
    bounds: Mapping[str, Bounds],
    cut: Sequence[bool] | None = None,
) -> LengthAdherence:
    """Compare the number of words of each text with the length that it was asked for.

    Args:
        texts: those that count.
        attributes: the values each was asked for.
        dimension: the name of the length dimension.
        bounds: smallest and largest number of words by value.
        cut: for each text whether the limit of tokens cut it off.
    """
    lengths: dict[str, list[int]] = {}
    unknown: Counter[str] = Counter()
    not_asked = cut_off = 0
    for row, (text, asked) in enumerate(zip(texts, attributes, strict=True)):
        value = asked.get(dimension)
        if value is None:
            not_asked += 1
        elif value not in bounds:
            unknown[value] += 1
        else:
            lengths.setdefault(value, []).append(count_words(text))
            cut_off += cut is not None and cut[row]
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
            )
            for value, counts in sorted(lengths.items(), key=lambda pair: (bounds[pair[0]], pair[0]))
        ),
        not_asked=not_asked,
        unknown=dict(unknown.most_common()),
    )


def measure_places(matrix: AskedFound) -> PlaceAdherence:
    """The share of texts that name the place asked for, over all and by the continent asked for."""
    texts: Counter[str] = Counter()
    obeying: Counter[str] = Counter()
    for row in matrix.values:
        if row.continent is not None and row.obeying is not None:
            texts[row.continent] += row.documents
            obeying[row.continent] += row.obeying
    return PlaceAdherence(
        matrix=matrix,
        n=texts.total(),
        obeyed=wilson(obeying.total(), texts.total()) if texts else None,
        by_continent=tuple(
            rate_value(matrix.dimension, continent, obeying[continent], texts[continent]) for continent in sorted(texts)
        ),
    )


def join_dimensions(
    dimensions: Mapping[str, LengthAdherence | PlaceAdherence], not_checked: Iterable[str] = ()
) -> Adherence:
    """All checked dimensions of a data set, with their values in one list."""
    values = [rated for each in dimensions.values() for rated in _rate_values(each)]
    values.sort(key=lambda each: (each.obeyed is None, each.obeyed.value if each.obeyed else -each.n, each.value))
    return Adherence(dict(dimensions), tuple(values), tuple(not_checked))


def rate_value(dimension: str, value: str, obeying: int, n: int) -> ValueAdherence:
    """The share of texts that obey a value; none under 30 texts."""
    if n < FEWEST_IN_A_CELL:
        return ValueAdherence(dimension, value, n, obeying, None, f"too few texts: {n}")
    return ValueAdherence(dimension, value, n, obeying, wilson(obeying, n), "")


def _rate_values(measured: LengthAdherence | PlaceAdherence) -> list[ValueAdherence]:
    if isinstance(measured, LengthAdherence):
        rated = [rate_value(measured.dimension, each.value, each.found[WITHIN], each.n) for each in measured.values]
        return rated + [
            ValueAdherence(measured.dimension, value, n, None, None, "no bounds are known for this value")
            for value, n in measured.unknown.items()
        ]
    dimension = measured.matrix.dimension
    return [
        ValueAdherence(dimension, each.value, each.documents, each.obeying, each.obeyed, each.reason)
        for each in measured.matrix.values
    ]


def _count_sides(deviations: Mapping[int, int]) -> dict[str, int]:
    return {
        SHORTER: sum(texts for words, texts in deviations.items() if words < 0),
        WITHIN: deviations.get(0, 0),
        LONGER: sum(texts for words, texts in deviations.items() if words > 0),
    }


def _find_quantiles(deviations: Counter[int]) -> dict[str, int]:
    if not deviations:
        return {}
    each = np.sort(np.fromiter(deviations.elements(), dtype=np.int64))
    found = np.quantile(each, QUANTILES, method="inverted_cdf")
    return {f"{share:g}": int(words) for share, words in zip(QUANTILES, found, strict=True)}
