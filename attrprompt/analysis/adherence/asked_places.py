"""Did the texts name the place that their prompt asked for? The asked × found matrix of a place dimension.

A prompt that names a place invites the text to repeat it: agreement shows obedience, not knowledge of the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.finder import list_continents
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.resolve import names_place, resolve_place
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL, Estimate, wilson
from attrprompt.kept import Kept


@dataclass(frozen=True)
class AskedValue(Kept):
    """The texts that were asked for one place.

    Attributes:
        value: the attribute value.
        country: the country that it names (ISO 3166 code), or None.
        continent: the continent that it names; None for a value that names none.
        documents: number of texts.
        found: number of texts that name each continent, a text with several counting in each; "no place" for none.
        obeying: number of texts that name the country asked for (the continent, where no country was asked for); None
            for a value that names no place.
        obeyed: their share; None for a value that names no place, and under 30 texts.
        reason: why there is no share.
        elsewhere: texts asked for other values that name this place too, and the number of such texts.
        items: for each of `found` some of the texts, by their numbers in the data set.
    """

    value: str
    country: str | None
    continent: str | None
    documents: int
    found: dict[str, int]
    obeying: int | None
    obeyed: Estimate | None
    reason: str = ""
    elsewhere: tuple[int, int] = (0, 0)
    items: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class AskedFound(Kept):
    """The matrix: a row a value, and the same summed by continent asked for.

    Attributes:
        regions: the columns, "no place" last.
        by_continent: for each continent asked for, the number of its texts that name each region.
        not_asked: texts without a value of the dimension.
    """

    dimension: str
    regions: tuple[str, ...]
    values: tuple[AskedValue, ...]
    by_continent: dict[str, dict[str, int]]
    not_asked: int


def asked_found_matrix(located: LocatedSet, dimension: str, rulings: Mapping[str, str] | None = None) -> AskedFound:
    """Cross the places asked for in a dimension of kind *place* with the places found in the texts.

    Args:
        located: the texts with mentions and the attribute values they were asked for.
        dimension: the name of the place dimension.
        rulings: what a person ruled for names.
    """
    rows = []
    by_continent: dict[str, Counter[str]] = {}
    for value in located.list_values(dimension):
        part = located.take_with(dimension, value)
        if part is None:
            continue
        row = _cross(part, value, rulings)
        by_continent.setdefault(row.continent or NO_PLACE, Counter()).update(row.found)
        rows.append(row)
    return AskedFound(
        dimension,
        (*tables.REGIONS, NO_PLACE),
        tuple(_count_elsewhere(located, dimension, rows)),
        {continent: dict(counts) for continent, counts in sorted(by_continent.items())},
        located.n - sum(row.documents for row in rows),
    )


def _cross(part: LocatedSet, value: str, rulings: Mapping[str, str] | None) -> AskedValue:
    country, continent = resolve_place(value, rulings)
    found: Counter[str] = Counter()
    items: dict[str, list[int]] = {}
    for row, mentions in enumerate(part.mentions):
        regions = list_continents(mentions) or [NO_PLACE]
        found.update(regions)
        for region in regions:
            items.setdefault(region, []).append(row if part.items is None else part.items[row])
    obeying, obeyed, reason = None, None, ""
    if continent is None:
        reason = "the value names no country or continent"
    else:
        obeying = sum(names_place(mentions, (country, continent)) for mentions in part.mentions)
        if part.n < FEWEST_IN_A_CELL:
            reason = f"too few texts: {part.n}"
        else:
            obeyed = wilson(obeying, part.n)
    kept = {region: tuple(numbers[:ITEMS_KEPT]) for region, numbers in items.items()}
    return AskedValue(value, country, continent, part.n, dict(found.most_common()), obeying, obeyed, reason, items=kept)


def _count_elsewhere(located: LocatedSet, dimension: str, rows: Sequence[AskedValue]) -> Iterator[AskedValue]:
    """The rows with how many of the texts asked for other values name their place too."""
    asked = [row for row in range(located.n) if located.attributes and dimension in located.attributes[row]]
    naming = Counter(code for row in asked for code in located.countries[row])
    naming.update(continent for row in asked for continent in list_continents(located.mentions[row]))
    for row in rows:
        place = row.country or row.continent
        if place is None or row.obeying is None:
            yield row
        else:
            yield replace(row, elsewhere=(naming[place] - row.obeying, len(asked) - row.documents))
