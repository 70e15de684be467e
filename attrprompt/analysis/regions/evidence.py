"""The rules of context: is a name that stands in a text meant as a place?

Each rule looks at capitals, neighbouring words, the dateline and a few words that speak for one meaning. The rules
follow the codebook (docs/region-codebook.md); the words they look at are in data/cue_words.txt and word_senses.txt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.gazetteer import Entry, Gazetteer, Guard, Place, fold_name, name_area
from attrprompt.analysis.regions.reading import Reading

NO_PLACE = "no place"
LEAST_CITY_AFTER_PREPOSITION = 50_000
_MONEY = re.compile(r"\s{0,2}[$£€]")
_REACH = 6
"""Words over which "speaks" reaches: "speaks French and a little English"."""
_SETTLED = ("city", "subdivision", "landmark")
_WASHINGTON = Place("Washington", "subdivision", "US", "North America", "WA")
"""The state, which behind a town is meant ("Vancouver, Washington") though the name alone is the capital's."""
_KNOWN_BY_STATE = frozenset({"US", "CA", "AU"})
"""Countries whose namesakes are known by state or province."""
_NAME_GROUPS = ("given_first", "city_given", "surnames", "rare_place")
_QUOTES = " \"'“”‘’"


@dataclass(slots=True)
class Hit:
    """A name of the gazetteer in a text: words `first` to `first + count`.

    Attributes:
        place: what it was taken for; None while undecided, and where it is refused.
        certain: the text itself, or a person's ruling, says which place it is.
        refused: why it is no place; empty where it is one.
    """

    first: int
    count: int
    entry: Entry
    place: Place | None = None
    certain: bool = False
    refused: str = ""

    @property
    def after(self) -> int:
        """The word that follows."""
        return self.first + self.count


@dataclass(frozen=True)
class Cues:
    """Words that the rules look at, by group.

    Attributes:
        borne: names that people bear, as far as the tables know.
        titling: words that can stand before the title of a work.
    """

    groups: dict[str, frozenset[str]]
    given_names: frozenset[str]
    family_names: frozenset[str]
    borne: frozenset[str]
    titling: frozenset[str]
    senses: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]

    def __getitem__(self, group: str) -> frozenset[str]:
        return self.groups[group]


@cache
def load_cues() -> Cues:
    """Read the tables of words, once a process."""
    senses: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, reading, words in tables.read_rows("word_senses.txt"):
        cues = tuple(f" {fold_name(word)} " for word in tables.split_names(words))
        senses.setdefault(fold_name(name), []).append((reading, cues))
    groups = {group: frozenset(words.split()) for group, words in tables.read_rows("cue_words.txt")}
    given_names, family_names = tables.read_words("given_names.txt"), tables.read_words("surnames.txt")
    return Cues(
        groups=groups,
        given_names=given_names,
        family_names=family_names,
        borne=given_names.union(family_names, *(groups[group] for group in _NAME_GROUPS)),
        titling=groups["called"] | groups["work_titles"],
        senses={name: tuple(readings) for name, readings in senses.items()},
    )


def find_country_after(
    gazetteer: Gazetteer, reading: Reading, after: int, *, may_be_listed: bool = True
) -> tuple[Place, ...]:
    """What a country, state or abbreviation behind a name can mean: "Paris, Texas", "Irvine, CA", "Lebanon (Ohio)".

    Args:
        may_be_listed: whether to leave out what can as well be the next member of a list.
    """
    gap = reading.gap(after).strip()
    if gap not in (",", "(") or not reading.is_capital(after):
        return ()
    word = reading.words[after]
    if gap == "," and len(word) == 2 and word.isupper() and word in tables.read_us_states().values():
        return (Place(word, "subdivision", "US", "North America", word),)
    for count in gazetteer.lengths.get(reading.key(after), ()):
        key = " ".join(reading.key(i) for i in range(after, after + count))
        entry = gazetteer.entries.get(key)
        if entry and all(reading.joins(i) for i in range(after + 1, min(after + count, len(reading.words)))):
            stated = tuple(place for place in entry.places if place.kind in ("country", "subdivision"))
            if key == "washington":
                stated = (_WASHINGTON,)
            names_more = len(stated) > 1 or len(stated) < len(entry.places) or key == "washington"
            is_listed = may_be_listed and names_more and _is_listed_on(gazetteer, reading, after + count)
            return () if is_listed else stated
    return ()


def _is_listed_on(gazetteer: Gazetteer, reading: Reading, after: int) -> bool:
    """Whether a list goes on with a place that has no state of its own: "Lebanon, Georgia and Jordan sent ..."."""
    following = after + (reading.key(after) == "and")
    if reading.gap(after) not in (" ", ", ") or (following == after and reading.gap(after) != ", "):
        return False
    if not reading.is_capital(following) or reading.key(following) not in gazetteer.lengths:
        return False
    return not find_country_after(gazetteer, reading, following + 1, may_be_listed=False)


def match_country_after(gazetteer: Gazetteer, entry: Entry, stated: tuple[Place, ...]) -> Place | None:
    """The meaning that lies in the state or country that the text names behind it.

    A name of something better known is that of a town there where GeoNames knows one ("Lebanon, Ohio"); an abbreviated
    state ("Georgetown, Del.") holds even a town that it lacks.
    """
    for state in stated:
        inside = [place for place in entry.places if place.country == state.country and place.kind in _SETTLED]
        exact = [place for place in inside if state.state is not None and place.state == state.state]
        if exact:
            return exact[0]
        if inside and state.state is None:
            return inside[0]
        if _has_namesake(gazetteer, entry, state):
            return replace(state, name=entry.places[0].name, kind="city")
        if entry.places[0].kind == "city" and (state.name.endswith(".") or len(state.name) == 2):
            return replace(state, name=entry.places[0].name, kind="city")
    return None


def _has_namesake(gazetteer: Gazetteer, entry: Entry, state: Place) -> bool:
    if state.country is None or (state.kind == "country" and entry.places[0].kind == "country"):
        return False
    within = state.state or (state.name if state.kind == "subdivision" else None)
    area = name_area(state.country, within)
    names = gazetteer.namesakes.get(area)
    if names is None and state.country not in _KNOWN_BY_STATE:
        names = gazetteer.namesakes.get(state.country)
    return names is not None and entry.key in names


def weigh_senses(cues: Cues, entry: Entry, reading: Reading) -> dict[str, int]:
    """How many words of the text speak for each meaning of a name."""
    return {meaning: sum(word in reading.plain for word in words) for meaning, words in cues.senses.get(entry.key, ())}


def reads_as_prefix(gazetteer: Gazetteer, reading: Reading, hit: Hit) -> bool:
    """Whether the name is the first half of a compound: "Sino-Russian"."""
    following = gazetteer.entries.get(reading.key(hit.after))
    joined = reading.gap(hit.after) in ("-", "–", "‑", "‐") and reading.is_capital(hit.after)
    return joined and following is not None and bool(following.places) and following.places[0].kind == "people"


def reads_as_title(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether the name is that of a work or a band: "the film Casablanca", "a band called Beirut"."""
    i = hit.first - 1
    before = reading.key(i)
    if before not in cues.titling:
        return False
    gap = reading.gap(hit.first)
    if gap.strip(_QUOTES):
        return False
    is_called = before in cues["called"]
    i -= is_called
    if reading.key(i) not in cues["work_titles"] and not (is_called and reading.key(i) in cues["called_works"]):
        return False
    if is_called or gap.strip():
        return True
    is_determined = any(reading.key(j) in cues["determiners"] for j in (i - 1, i - 2))
    return hit.entry.places[0].kind != "country" and is_determined


def reads_as_paper(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether the name opens the title of a newspaper: "Boston Globe"."""
    after = hit.after
    if not (reading.is_capital(after) and reading.follows_closely(after)):
        return False
    key = reading.key(after)
    if key in ("daily", "evening", "morning", "sunday"):
        return reading.key(after + 1) in cues["papers"] | {"news", "standard"} and reading.is_capital(after + 1)
    if key in ("post", "mail") and hit.entry.places[0].kind in ("country", "people"):
        return False
    return key in cues["papers"] and reading.key(after + 1) != "square"


def reads_as_language(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether a people's name stands for its language only: "speaks French", "English-language"."""
    if hit.count > 1 or hit.entry.key not in cues["languages"]:
        return False
    before, following = reading.key(hit.first - 1), reading.key(hit.after)
    if following in cues["language"] and reading.joins(hit.after):
        return True
    if before in cues["speaking"] and reading.follows_closely(hit.first):
        return True
    ends_phrase = following in ("and", "or", "but", "with") or not reading.follows_closely(hit.after)
    if ends_phrase and any(reading.key(i) in cues["speaking"] for i in range(hit.first - _REACH, hit.first)):
        return True
    tail = reading.text[reading.ends[hit.after - 1] :][:1]
    return before in ("in", "into") and tail in ("", ".", ",", ";", ")", "?", "!")


def has_evidence(cues: Cues, reading: Reading, hit: Hit, senses: dict[str, int], supported: bool, listed: bool) -> bool:
    """Whether the text gives a reason to take a doubtful name for a place.

    Args:
        supported: another place of one of the name's countries stands in the text.
        listed: the name stands in a list of places.
    """
    if hit.entry.key in cues["accented"] and not reading.words[hit.first].isascii():
        return True
    if reading.is_dateline(hit.first, hit.count) and (reading.ends[hit.after - 1] - reading.starts[hit.first]) > 3:
        return True
    against = senses.get(NO_PLACE, 0)
    speaks_for = max((count for meaning, count in senses.items() if meaning != NO_PLACE), default=0)
    if speaks_for > against:
        return True
    if against > speaks_for:
        return False
    if listed:
        return True
    if reading.begins_sentence(hit.first) or reading.is_headline(hit.first):
        return False
    if _names_its_kind(cues, reading, hit, supported):
        return True
    if reading.is_capital(hit.after) and reading.follows_closely(hit.after):
        return False
    if hit.entry.guard is Guard.SMALL and supported:
        return True
    if hit.entry.places[0].kind == "people":
        return reading.key(hit.first - 1) in cues["article"]
    return _follows_preposition(cues, reading, hit, supported)


def _names_its_kind(cues: Cues, reading: Reading, hit: Hit, supported: bool) -> bool:
    """Whether the words around say what it is: "state of Oaxaca", "Borno state", "Racine-based"."""
    before, following = reading.key(hit.first - 1), reading.key(hit.after)
    if before == "of" and reading.key(hit.first - 2) in cues["regions_of"]:
        return True
    if not reading.joins(hit.after):
        return False
    if reading.is_capital(hit.after):
        return supported and following in cues["after_place_in_capitals"]
    return following in cues["after_place"]


def _follows_preposition(cues: Cues, reading: Reading, hit: Hit, supported: bool) -> bool:
    before = reading.key(hit.first - 1)
    small = hit.entry.guard is Guard.SMALL
    if before not in cues["movements" if small else "prepositions"] or not reading.follows_closely(hit.first):
        return False
    if small:
        return True
    if hit.entry.key in cues["months"] or reading.key(hit.first - 2) in cues["trust"]:
        return False
    if reading.text[reading.ends[hit.after - 1] :][:2] in ("'s", "’s"):
        return False
    return supported or hit.entry.places[0].population >= LEAST_CITY_AFTER_PREPOSITION


def reads_as_abbreviation(reading: Reading, hit: Hit) -> bool:
    """Whether "Ga." or "Calif." stands behind a place, in a bracket or (where that is enough) with its point."""
    gap = reading.gap(hit.first).strip()
    if gap in (",", "(", "") and hit.first and reading.is_capital(hit.first - 1) and gap == ",":
        return True
    if gap.endswith("(") or (gap == "-" and reading.words[hit.first - 1] in ("R", "D", "I")):
        return True
    pointed = reading.text[reading.ends[hit.after - 1] :][:1] == "."
    return hit.entry.guard is Guard.NEEDS_POINT and pointed


def reads_as_money(reading: Reading, hit: Hit) -> bool:
    """Whether the name belongs to a sign of money: "US$5 million"."""
    return _MONEY.match(reading.text, reading.ends[hit.after - 1]) is not None and reading.is_upper(hit.first, 1)


def reads_as_pronoun(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether "US" in capitals is the pronoun: "JOIN US NOW"."""
    if hit.count > 1 or reading.words[hit.first] != "US" or hit.first == 0:
        return False
    before = reading.key(hit.first - 1)
    return before in cues["address"] or (before in cues["pronoun"] and reading.words[hit.first - 1].isupper())
