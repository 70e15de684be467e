"""Did the texts do what their prompts asked? Lengths by counting words, places by the region finder.

Whether one text obeys depends on that text alone, so every share has Wilson's interval. A value is *ignored* where its
texts cannot be told apart from those asked for other values: they obey it no more often than the others do by
themselves. Dimensions that no rule can check (style, subtopic …) are judged by `adherence_classified`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from attrprompt.analysis.adherence.asked_places import ITEMS_KEPT, AskedFound
from attrprompt.analysis.regions.figures import FEWEST_IN_A_CELL, wilson
from attrprompt.analysis.statistics.estimate import Estimate
from attrprompt.analysis.statistics.verdicts import correct_by_benjamini_hochberg
from attrprompt.analysis.texts.tokens import count_words

if TYPE_CHECKING:
    from attrprompt.analysis.adherence.languages import LanguageAdherence

SHORTER, WITHIN, LONGER = "shorter", "as asked", "longer"
LENGTH_COLUMNS = (SHORTER, WITHIN, LONGER)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NOTHING_ASKED = "No text of this data set was asked for an attribute value, so that there is nothing to obey."
RESERVED = ("values", "not_checked", "note", "language", "judged")
TOLD_APART_LEVEL = 0.05

Bounds = tuple[int, int]


@dataclass(frozen=True)
class ValueAdherence:
    """The texts that were asked for one value.

    Attributes:
        n: number of texts.
        obeying: how many of them obey; None where the value cannot be checked.
        obeyed: their share; None where it cannot be checked, and under 30 texts.
        reason: why there is no share.
        elsewhere: share of the texts asked for other values that would obey this one; None where it is not known.
        told_apart: where no rule can check the value, how well its texts can be told from the others (area under the
            curve, 0.5 not at all).
        p: two-sided, of no difference between its texts and the others.
        q: p corrected over the values of the dimension (Benjamini and Hochberg).
        ignored: whether its texts cannot be told apart from the rest at this n; None where that is not known.
    """

    dimension: str
    value: str
    n: int
    obeying: int | None
    obeyed: Estimate | None
    reason: str
    elsewhere: Estimate | None = None
    told_apart: Estimate | None = None
    p: float | None = None
    q: float | None = None
    ignored: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        estimates = {
            name: None if estimate is None else estimate.to_json()
            for name, estimate in (
                ("obeyed", self.obeyed),
                ("elsewhere", self.elsewhere),
                ("told_apart", self.told_apart),
            )
        }
        return {**vars(self), **estimates}

    @property
    def is_higher(self) -> bool:
        """Whether its texts look more like what was asked for than the others do."""
        if self.told_apart is not None:
            return self.told_apart.value > 0.5
        return self.obeyed is not None and self.elsewhere is not None and self.obeyed.value > self.elsewhere.value


@dataclass(frozen=True)
class AskedLength:
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

    def rate_values(self) -> list[ValueAdherence]:
        """Each length asked for with the share that keeps it."""
        rated = [
            rate_value(self.dimension, each.value, each.found[WITHIN], each.n, each.elsewhere) for each in self.values
        ]
        return rated + [
            ValueAdherence(self.dimension, value, n, None, None, "no bounds are known for this value")
            for value, n in self.unknown.items()
        ]


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

    def rate_values(self) -> list[ValueAdherence]:
        """Each place asked for with the share that names it."""
        name = self.matrix.dimension
        return [
            ValueAdherence(name, each.value, each.documents, None, None, each.reason)
            if each.obeying is None
            else rate_value(name, each.value, each.obeying, each.documents, each.elsewhere)
            for each in self.matrix.values
        ]


class CheckedDimension(Protocol):
    """What was found of one dimension."""

    def to_json(self) -> dict[str, Any]:
        """The findings by name, with their `kind`."""
        ...

    def rate_values(self) -> list[ValueAdherence]:
        """Each value asked for."""
        ...


@dataclass(frozen=True)
class Adherence:
    """One data set.

    Attributes:
        dimensions: those that can be checked, by name.
        values: all their values: those that are ignored first, then by the share that obeys; those of which nothing can
            be said last.
        not_checked: dimensions that cannot be checked, with the reason.
        note: why there is nothing, where there is nothing.
        language: of all texts, whatever they were asked for.
    """

    dimensions: dict[str, CheckedDimension]
    values: tuple[ValueAdherence, ...]
    not_checked: dict[str, str] = field(default_factory=dict)
    note: str = ""
    language: LanguageAdherence | None = None

    def to_json(self) -> dict[str, Any]:
        """Each dimension by its name, beside `values`, `not_checked` and `note`."""
        return {
            **{
                name if name not in RESERVED else f"{name} (dimension)": each.to_json()
                for name, each in self.dimensions.items()
            },
            "values": [each.to_json() for each in self.values],
            "not_checked": self.not_checked,
            "note": self.note,
            **({} if self.language is None else {"language": self.language.to_json()}),
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
    dimensions: Mapping[str, CheckedDimension],
    not_checked: Mapping[str, str] | None = None,
    language: LanguageAdherence | None = None,
) -> Adherence:
    """All checked dimensions of a data set, with their values in one list."""
    values = [rated for each in dimensions.values() for rated in judge_values(each.rate_values())]
    values.sort(key=_order)
    return Adherence(dict(dimensions), tuple(values), dict(not_checked or {}), language=language)


def rate_value(dimension: str, value: str, obeying: int, n: int, elsewhere: tuple[int, int] = (0, 0)) -> ValueAdherence:
    """The share of texts that obey a value; none under 30 texts.

    Args:
        elsewhere: texts asked for other values that would obey it, and the number of such texts.
    """
    if n < FEWEST_IN_A_CELL:
        return ValueAdherence(dimension, value, n, obeying, None, f"too few texts: {n}")
    rated = ValueAdherence(dimension, value, n, obeying, wilson(obeying, n), "")
    if elsewhere[1] < FEWEST_IN_A_CELL:
        return rated
    p = compare_shares(obeying, n, *elsewhere)
    return replace(rated, elsewhere=wilson(*elsewhere), p=p)


def compare_shares(a: int, n_a: int, b: int, n_b: int) -> float:
    """Two-sided p of equal shares a ÷ n_a and b ÷ n_b, by the normal approximation with the pooled share."""
    pooled = (a + b) / (n_a + n_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    return 1.0 if error == 0 else math.erfc(abs(a / n_a - b / n_b) / error / math.sqrt(2))


def judge_values(values: Sequence[ValueAdherence]) -> list[ValueAdherence]:
    """The values of one dimension with q, and whether each is ignored."""
    tested = [place for place, each in enumerate(values) if each.p is not None]
    judged = list(values)
    for place, q in zip(
        tested, correct_by_benjamini_hochberg([values[place].p or 0.0 for place in tested]), strict=True
    ):
        each = values[place]
        judged[place] = replace(each, q=q, ignored=q >= TOLD_APART_LEVEL or not each.is_higher)
    return judged


def _order(each: ValueAdherence) -> tuple[bool, bool, float, str]:
    score = each.obeyed or each.told_apart
    return score is None, not each.ignored, score.value if score else -each.n, each.value


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
    each = np.sort(np.fromiter(deviations.elements(), dtype=np.int64))
    found = np.quantile(each, QUANTILES, method="inverted_cdf")
    return {f"{share:g}": int(words) for share, words in zip(QUANTILES, found, strict=True)}
