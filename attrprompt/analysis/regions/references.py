"""What the regions of a data set are held against. No reference is neutral: each is named wherever it is used.

Uniform over continents is what AttrPrompt's own location values are; population is that of GeoNames; the requested
locations are what the prompts asked for; a gold set and a table of one's own are data.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.gazetteer import fold_name, load_gazetteer
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.resolve import resolve_place
from attrprompt.errors import InputError


@dataclass(frozen=True)
class Reference:
    """A distribution over regions.

    Attributes:
        name: as it is shown and as it stands in the JSON.
        continents: share of each of the seven regions; they add up to 1.
        countries: share of each country (ISO 3166 code); None where the reference speaks of continents only.
        continents_a_text: where the reference is itself a sample, how many of its located texts name 1, 2, …
            continents.
        note: what it leaves out, in a sentence; empty where nothing.
    """

    name: str
    continents: dict[str, float]
    countries: dict[str, float] | None = None
    continents_a_text: dict[int, int] | None = None
    note: str = ""


def uniform_reference() -> Reference:
    """Each of the six continents alike; Antarctica gets nothing."""
    shares = dict.fromkeys(tables.CONTINENTS, 1 / len(tables.CONTINENTS))
    return Reference("uniform", {**shares, tables.OTHER: 0.0})


def population_reference() -> Reference:
    """Each continent and country by its inhabitants, as GeoNames gives them."""
    return _from_countries("population", load_gazetteer().population_of)


def uniform_countries_reference() -> Reference:
    """Each inhabited country and territory of GeoNames alike."""
    inhabited = {code: 1.0 for code, people in load_gazetteer().population_of.items() if people}
    return _from_countries("countries", inhabited)


def requested_reference(
    values: Iterable[str] | Mapping[str, float], rulings: Mapping[str, str] | None = None
) -> Reference:
    """The locations that prompts asked for.

    Args:
        values: the location value of every prompt, or weights by value.
        rulings: what a person ruled for names.

    Raises:
        InputError: no value names a country or continent.
    """
    weights: Mapping[str, float] = values if isinstance(values, Mapping) else Counter(values)
    continents: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    unread = 0.0
    for value, weight in weights.items():
        country, continent = resolve_place(value, rulings)
        if continent is None:
            unread += weight
            continue
        continents[continent] += weight  # type: ignore[assignment]
        if country is not None:
            countries[country] += weight  # type: ignore[assignment]
    if not continents:
        raise InputError("None of the requested locations names a country or a continent. Choose another reference.")
    all_countries = sum(countries.values()) == sum(continents.values())
    total = sum(weights.values())
    return Reference(
        "requested",
        _share(continents),
        _normalise(countries) if all_countries else None,
        note=f"{unread / total:.0%} of the requests name no country or continent and are left out." if unread else "",
    )


def sample_reference(located: LocatedSet, name: str = "gold") -> Reference:
    """The places named in a data set, such as gold texts.

    Raises:
        InputError: no text of it names a place.
    """
    rows = located.weights[located.is_located]
    if not len(rows):
        raise InputError(f"No text of '{located.name}' names a place, so it cannot be a reference. Choose another.")
    named = Counter(int(k) for k in (rows > 0).sum(axis=1))
    countries = Counter(code for codes in located.countries for code in codes)
    return Reference(
        name,
        dict(zip(tables.REGIONS, (float(share) for share in rows.mean(axis=0)), strict=True)),
        _normalise(countries),
        dict(named),
    )


def read_reference_csv(text: str, name: str = "csv") -> Reference:
    """A table of two columns: a continent or country (name or ISO 3166 code), and its weight of any sum.

    Raises:
        InputError: a line that cannot be read, continents mixed with countries, or nothing at all.
    """
    continents: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    lines: dict[str, int] = {}
    for number, (line, cells) in enumerate(tables.read_csv_rows(text)):
        if number == 0 and _is_heading(cells):
            continue
        (country, continent), weight = _read_row(cells, line)
        key = country or continent
        if key in lines:
            raise InputError(f"Lines {lines[key]} and {line} both give a weight to '{key}'; keep one of them.")
        lines[key] = line
        (countries if country else continents)[key] += weight  # type: ignore[assignment]
    if continents and countries:
        raise InputError("The table mixes continents and countries. Give either continents or countries.")
    if countries:
        return _from_countries(name, countries)
    if not sum(continents.values()):
        raise InputError("The table holds no weight above zero. Give a continent or country and a number on each line.")
    return Reference(name, _share(continents))


def _is_heading(cells: list[str]) -> bool:
    return len(cells) > 1 and _read_number(cells[1]) is None and _find_place(cells[0]) is None


def _read_row(row: list[str], line: int) -> tuple[tuple[str | None, str], float]:
    if len(row) < 2:
        raise InputError(f"Line {line} has one column. Give a continent or country, a comma, and a number.")
    weight = _read_number(row[1])
    if weight is None:
        raise InputError(f"Line {line}: '{row[1]}' is no number.")
    if not 0 <= weight < float("inf"):
        raise InputError(f"Line {line}: a weight must be zero or more, not {row[1]}.")
    place = _find_place(row[0])
    if place is None:
        raise InputError(f"Line {line}: '{row[0]}' is neither a continent nor a country that is known here.")
    return place, weight


def _find_place(name: str) -> tuple[str | None, str] | None:
    """The country, where it is one, and the continent of this name."""
    gazetteer = load_gazetteer()
    if name.upper() in gazetteer.continent_of:
        return name.upper(), gazetteer.continent_of[name.upper()]
    for region in tables.REGIONS:
        if name.casefold() == region.casefold():
            return None, region
    for spelling in dict.fromkeys((name, name.title())):
        entry = gazetteer.entries.get(fold_name(spelling))
        for meaning in entry.places if entry else ():
            if meaning.kind == "country":
                return meaning.country, str(meaning.continent)
    return None


def _read_number(cell: str) -> float | None:
    """A weight, with a percent sign or without; three digits after a comma may be thousands and are not read."""
    given = cell.removesuffix("%").strip()
    if re.fullmatch(r"[+-]?\d+,(\d{1,2}|\d{4,})", given):
        given = given.replace(",", ".")
    try:
        return float(given)
    except ValueError:
        return None


def _from_countries(name: str, weights: Mapping[str, float]) -> Reference:
    continent_of = load_gazetteer().continent_of
    continents: Counter[str] = Counter()
    for code, weight in weights.items():
        continents[continent_of[code]] += weight  # type: ignore[assignment]
    if not sum(continents.values()):
        raise InputError("The table holds no weight above zero. Give a continent or country and a number on each line.")
    return Reference(name, _share(continents), _normalise(weights))


def _share(weights: Mapping[str, float]) -> dict[str, float]:
    shares = _normalise(weights)
    return {region: shares.get(region, 0.0) for region in tables.REGIONS}


def _normalise(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}
