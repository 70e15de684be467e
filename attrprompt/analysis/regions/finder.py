"""Finds the places that a text names and says to which country and continent each belongs.

Names are looked up longest first, so that "New York Times" is never "New York"; then the rules of context decide
(evidence.py), and among several meanings the text's own words and other places choose, else the number of people.
What counts as a place is the codebook's matter: docs/region-codebook.md.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attrprompt.analysis.regions import evidence, persons
from attrprompt.analysis.regions.evidence import NO_PLACE, Hit
from attrprompt.analysis.regions.gazetteer import Entry, Gazetteer, Guard, Place, load_gazetteer
from attrprompt.analysis.regions.lists import PlaceLists
from attrprompt.analysis.regions.lookup import look_up_names
from attrprompt.analysis.regions.reading import Reading
from attrprompt.analysis.regions.rulings import NO_RULINGS, RuledNames, read_rulings

DOMINANCE = 20
"""A meaning with 20 times the people of the next one is not called ambiguous."""
RIVALRY = 5
"""Other places in the text can speak only for a meaning that has at least a fifth of the people of the largest."""

A_PERSON = "a person's name"
A_WORD = "a word or a person's name"
RULED_OUT = "ruled to be no place"


@dataclass(frozen=True)
class Mention:
    """A place named in a text.

    Attributes:
        surface: the words as they stand in the text.
        start: offset of the first character in the original text.
        end: offset behind the last character.
        country: ISO 3166 code, or None (Gaza, EU, Asia).
        continent: one of the seven regions, or None (Arctic, Arab world).
        kind: `country`, `people`, `subdivision`, `city`, `landmark`, `region` or `ruling`.
        ambiguous: whether the name has another meaning that is worth a person's look.
        candidates: what the name can mean, the likeliest first.
    """

    surface: str
    start: int
    end: int
    country: str | None
    continent: str | None
    kind: str
    ambiguous: bool
    candidates: tuple[Place, ...]


@dataclass(frozen=True)
class Refusal:
    """A name of the gazetteer that was not taken for a place here, with the reason."""

    surface: str
    start: int
    end: int
    reason: str
    candidates: tuple[Place, ...]


class RegionFinder:
    """Finds mentions under a set of rulings; build one for many texts."""

    def __init__(self, rulings: Mapping[str, str] | None = None) -> None:
        self._gazetteer = load_gazetteer()
        self._cues = evidence.load_cues()
        self._rulings = read_rulings(rulings, self._gazetteer) if rulings else NO_RULINGS

    def find(self, text: str) -> list[Mention]:
        """The places that a text names, in their order."""
        return self.search(text)[0]

    def search(self, text: str) -> tuple[list[Mention], list[Refusal]]:
        """The places that a text names, and the names that were not taken for places."""
        reading = Reading(text)
        hits = look_up_names(self._gazetteer, self._rulings, reading)
        if not hits:
            return [], []
        return _Decision(self._gazetteer, self._cues, self._rulings, reading, hits).make()


class _Decision:
    """Which hits of one text are places, and which place each is."""

    def __init__(
        self, gazetteer: Gazetteer, cues: evidence.Cues, rulings: RuledNames, reading: Reading, hits: list[Hit]
    ) -> None:
        self.gazetteer = gazetteer
        self.cues = cues
        self.rulings = rulings
        self.reading = reading
        self.hits = hits
        self.support: Counter[str] = Counter()
        self.senses: dict[str, dict[str, int]] = {}
        self.lists = PlaceLists(reading, hits)

    def make(self) -> tuple[list[Mention], list[Refusal]]:
        """Refuse what the rules speak against, choose a meaning for the rest."""
        doubtful = [hit for hit in self.hits if not self._decide_alone(hit)]
        self._refuse_listed_persons()
        people = {hit.entry.key for hit in self.hits if hit.refused == A_PERSON}
        for hit in doubtful:
            if not hit.refused:
                self._decide_in_context(hit, people)
        if people:
            self._refuse_namesakes(people)
        mentions = [self._describe(hit, hit.place) for hit in self.hits if hit.place is not None]
        refusals = [self._describe_refusal(hit) for hit in self.hits if hit.refused and hit.entry.places]
        return mentions, refusals

    def _decide_alone(self, hit: Hit) -> bool:
        """Decide what needs no look at other places; False where it does."""
        entry = hit.entry
        ruled = entry.key in self.rulings.by_key
        if ruled and self.rulings.by_key[entry.key] is None:
            hit.refused = RULED_OUT
            return True
        hit.refused = self._find_reason_against(hit)
        if hit.refused:
            return True
        if ruled:
            hit.place, hit.certain = entry.places[0], True
            return True
        stated = evidence.find_country_after(self.gazetteer, self.reading, hit.after)
        settled = evidence.match_country_after(self.gazetteer, entry, stated)
        if settled is not None:
            hit.place, hit.certain = settled, True
        elif entry.guard in (Guard.EVIDENCE, Guard.SMALL) or len(entry.places) > 1 or entry.key in self.cues.senses:
            return False
        else:
            hit.place = entry.places[0]
        if hit.place.country:
            self.support[hit.place.country] += 1
        return True

    def _find_reason_against(self, hit: Hit) -> str:
        reading = self.reading
        if hit.entry.guard is Guard.NOT_A_PLACE:
            return NO_PLACE
        if hit.entry.guard in (Guard.NEEDS_PLACE, Guard.NEEDS_POINT):
            return "" if evidence.reads_as_abbreviation(reading, hit) else "a word"
        if hit.entry.guard is Guard.PREFIX:
            return "" if evidence.reads_as_prefix(self.gazetteer, reading, hit) else "a word"
        if persons.reads_as_person(self.cues, self.gazetteer, reading, hit):
            return A_PERSON
        if evidence.reads_as_title(self.cues, reading, hit):
            return "a title"
        if evidence.reads_as_paper(self.cues, reading, hit):
            return "a newspaper"
        if evidence.reads_as_language(self.cues, reading, hit):
            return "a language"
        if evidence.reads_as_money(reading, hit):
            return "a sign of money"
        if evidence.reads_as_pronoun(self.cues, reading, hit):
            return "a pronoun"
        return ""

    def _refuse_listed_persons(self) -> None:
        for hit in self.hits:
            if hit.refused or hit.certain or hit.entry.key not in self.cues.borne:
                continue
            if self._has_company_of_persons(hit) or persons.stands_among_persons(
                self.cues, self.gazetteer, self.reading, hit, self.support
            ):
                hit.place, hit.refused = None, A_PERSON

    def _has_company_of_persons(self, hit: Hit) -> bool:
        """Whether a list has a person beside a name that people bear: "the twins, Austin and Paris"."""
        if hit.entry.places[0].kind == "country":
            return False
        others = self.lists.find_company(hit)
        return any(other.refused == A_PERSON and not self.lists.belongs_to_longer_name(other) for other in others)

    def _decide_in_context(self, hit: Hit, people: set[str]) -> None:
        entry = hit.entry
        senses = self.senses.setdefault(entry.key, evidence.weigh_senses(self.cues, entry, self.reading))
        against = senses.get(NO_PLACE, 0)
        speaks_for = max((count for meaning, count in senses.items() if meaning != NO_PLACE), default=0)
        if entry.guard in (Guard.EVIDENCE, Guard.SMALL):
            supported = any(place.country in self.support for place in entry.places)
            listed = self.lists.stands_among_places(hit)
            if entry.key in people or not evidence.has_evidence(
                self.cues, self.reading, hit, senses, supported, listed
            ):
                hit.refused = A_WORD
        elif against and against >= speaks_for and not self._stands_as_place(hit):
            hit.refused = A_WORD
        if not hit.refused:
            hit.place = self._choose(hit, senses)

    def _stands_as_place(self, hit: Hit) -> bool:
        before = self.reading.key(hit.first - 1)
        is_where = before in self.cues["prepositions"]
        is_where = is_where or (before == "to" and self.reading.key(hit.first - 2) in self.cues["travel"])
        return is_where or self.reading.is_dateline(hit.first, hit.count)

    def _choose(self, hit: Hit, senses: dict[str, int]) -> Place:
        """By the words that speak for it, its list, its accents, the other countries named, then by population."""
        entry = hit.entry
        spoken_for = sorted((m for m in senses if m != NO_PLACE and senses[m]), key=lambda m: -senses[m])
        for meaning in spoken_for:
            for place in entry.places:
                if meaning in (place.country, place.continent):
                    return place
        for place in self._list_fitting(hit):
            return place
        rivals = [place for place in entry.places if place.population * RIVALRY >= entry.places[0].population]
        start, end = self._span(hit)
        spelling = unicodedata.normalize("NFC", self.reading.text[start:end])
        if not spelling.isascii():
            rivals = [place for place in rivals if place.name == spelling] or rivals
        return max(rivals, key=lambda place: self.support.get(place.country or "", 0))

    def _list_fitting(self, hit: Hit) -> list[Place]:
        """The meanings that fit the list that a name stands in: "Georgia and Armenia", "Moroni and Victoria"."""
        places = hit.entry.places
        if len(places) == 1:
            return []
        if self.lists.names_countries(hit):
            return [place for place in places if place.kind == "country"]
        capitals = self.gazetteer.capitals
        if self.lists.names_capitals(hit, capitals):
            return [place for place in places if (place.country, hit.entry.key) in capitals]
        return []

    def _refuse_namesakes(self, people: set[str]) -> None:
        """A name that is once a person's in full is a person's where it stands alone, unless it stands as a place."""
        for hit in self.hits:
            if hit.place and hit.entry.key in people and not hit.certain and not self._stands_as_place(hit):
                hit.place, hit.refused = None, A_PERSON

    def _span(self, hit: Hit) -> tuple[int, int]:
        return self.reading.starts[hit.first], self.reading.ends[hit.after - 1]

    def _describe(self, hit: Hit, place: Place) -> Mention:
        start, end = self._span(hit)
        return Mention(
            surface=self.reading.text[start:end],
            start=start,
            end=end,
            country=place.country,
            continent=place.continent,
            kind=place.kind,
            ambiguous=not hit.certain and self._is_ambiguous(hit.entry),
            candidates=hit.entry.places,
        )

    def _describe_refusal(self, hit: Hit) -> Refusal:
        start, end = self._span(hit)
        return Refusal(self.reading.text[start:end], start, end, hit.refused, hit.entry.places)

    def _is_ambiguous(self, entry: Entry) -> bool:
        if entry.guard is Guard.EVIDENCE or entry.key in self.cues.senses:
            return True
        first = entry.places[0]
        return any(
            (place.country, place.continent) != (first.country, first.continent)
            and place.population * DOMINANCE >= first.population
            for place in entry.places[1:]
        )


def list_continents(mentions: Iterable[Mention]) -> list[str]:
    """The continents that mentions name, in alphabetical order."""
    return sorted({mention.continent for mention in mentions if mention.continent is not None})


def list_countries(mentions: Iterable[Mention]) -> list[str]:
    """The ISO 3166 codes of the countries that mentions name, in alphabetical order."""
    return sorted({mention.country for mention in mentions if mention.country is not None})
