"""Which place an attribute value names: "South Korea", "rural Kenya", "Tokyo, Japan", "the Middle East".

A value of a dimension of kind *place* is a few words, not a text, so that the rules of context do not apply: a value
that is a name as a whole is that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrprompt.analysis.regions.finder import Mention, RegionFinder, list_continents, list_countries
from attrprompt.analysis.regions.gazetteer import Guard, fold_name, load_gazetteer
from attrprompt.analysis.regions.rulings import read_rulings

Where = tuple[str | None, str | None]


def resolve_place(value: str, rulings: Mapping[str, str] | None = None) -> Where:
    """The country (ISO 3166 code) and continent that an attribute value names.

    A value with places of several countries of one continent has a continent only; with several continents, or no
    place, neither.
    """
    gazetteer = load_gazetteer()
    key = fold_name(value).removeprefix("the ")
    if rulings:
        ruled = read_rulings(rulings, gazetteer).by_key
        if key in ruled:
            place = ruled[key]
            return (place.country, place.continent) if place else (None, None)
    entry = gazetteer.entries.get(key)
    if entry is not None and entry.guard is not Guard.NOT_A_PLACE:
        return entry.places[0].country, entry.places[0].continent
    finder = RegionFinder(rulings)
    mentions = finder.find(value) or finder.find(value.title())
    continents, countries = list_continents(mentions), list_countries(mentions)
    if len(continents) != 1:
        return None, None
    return countries[0] if len(countries) == 1 else None, continents[0]


def names_place(mentions: Iterable[Mention], asked: Where) -> bool:
    """Whether a text's mentions include the country that was asked for, or the continent where no country was."""
    country, continent = asked
    if country is not None:
        return any(mention.country == country for mention in mentions)
    return continent is not None and any(mention.continent == continent for mention in mentions)
