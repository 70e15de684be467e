"""What tells a person from a place: "Whitney Houston", "Jordan, 34, a nurse", "my sister Florence", "Austin whispered".

A name counts as a person's where a given name, a title or a family name stands beside it, or where the words around
say of it what only people are or do. The words are in data/cue_words.txt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrprompt.analysis.regions.evidence import Cues, Hit
from attrprompt.analysis.regions.gazetteer import Gazetteer, Guard
from attrprompt.analysis.regions.reading import Reading

_SAFE = ("country", "people", "region")
"""Kinds of names that stand in for a family name only where data/cue_words.txt says so."""
_AGE = re.compile(r", (?:aged? )?\d{1,2}(?:, (?!\d)| and )")
_QUOTE_ENDS = re.compile(r"[,.!?]?[\"”][,.]? ")
_WHO_IS = re.compile(r", who (?:is|lives|works|loves|likes) ")
_OWN = frozenset({"my", "his", "her", "your"})
_OWN_OR_OUR = _OWN | {"our", "their"}
_AND_OR = frozenset({"and", "or"})
_BEFORE_VERB = frozenset({" ", '," ', "”, ", '", ', ",” "})
_LONGEST_LIST = 20
"""Words to either side over which a list of names is followed."""
_PHRASE = 5
"""Words between a person's name and "her brother": "Charlotte told her mother"."""


def reads_as_person(cues: Cues, gazetteer: Gazetteer, reading: Reading, hit: Hit) -> bool:
    """Whether the words beside a name make it a person's."""
    if hit.count > 1:
        return False
    key = hit.entry.key
    kind = hit.entry.places[0].kind
    if (kind not in _SAFE or key in cues["surnames"] or key in cues["rare_place"]) and _follows_given_name(
        cues, gazetteer, reading, hit.first, key
    ):
        return True
    if _precedes_family_name(cues, gazetteer, reading, hit, key) or _is_title_of_nobility(cues, reading, hit):
        return True
    return is_borne(cues, hit) and (_is_introduced(cues, reading, hit) or _acts_as_person(cues, reading, hit))


def is_borne(cues: Cues, hit: Hit) -> bool:
    """Whether people bear the name, as far as the tables know."""
    key = hit.entry.key
    if hit.entry.places[0].kind in ("people", "region") and key not in cues["city_given"]:
        return False
    return key in cues.borne


def _is_title_of_nobility(cues: Cues, reading: Reading, hit: Hit) -> bool:
    return hit.first > 1 and reading.words[hit.first - 1] == "of" and reading.key(hit.first - 2) in cues["nobles"]


def stands_among_persons(
    cues: Cues, gazetteer: Gazetteer, reading: Reading, hit: Hit, support: Mapping[str, int]
) -> bool:
    """Whether a name stands in a list of given names of which one at least is no known place: "Victoria and Emma".

    Args:
        support: the countries of the places that the text names without a doubt.
    """
    if not _is_given(cues, hit.entry.key):
        return False
    first, last = hit.first, hit.first
    while hit.first - first < _LONGEST_LIST and _is_listed(reading, first):
        first -= 2 if reading.key(first - 1) in _AND_OR else 1
    while last - hit.first < _LONGEST_LIST and (
        _is_listed(reading, last + 1) or (reading.key(last + 1) in _AND_OR and _is_listed(reading, last + 2))
    ):
        last += 2 if reading.key(last + 1) in _AND_OR else 1
    members = [i for i in range(max(first, 0), last + 1) if reading.key(i) not in _AND_OR]
    if len(members) < 2 or reading.key(members[0] - 1) in cues["movements"]:
        return False
    if any(not _is_given(cues, reading.key(i)) or not reading.is_capital(i) for i in members):
        return False
    return any(_is_doubtful(gazetteer, reading.key(i), support) for i in members)


def _is_given(cues: Cues, key: str) -> bool:
    return key in cues.given_names or key in cues["given_first"]


def _is_listed(reading: Reading, i: int) -> bool:
    """Whether the word at an index continues a list: behind a comma, "and" or "or"."""
    if not reading.is_capital(i) or i == 0:
        return False
    gap = reading.gap(i)
    return gap == ", " or (reading.key(i - 1) in _AND_OR and gap == " " and reading.gap(i - 1) in (" ", ", "))


def _is_doubtful(gazetteer: Gazetteer, key: str, support: Mapping[str, int]) -> bool:
    entry = gazetteer.entries.get(key)
    if entry is None:
        return True
    return entry.guard in (Guard.EVIDENCE, Guard.SMALL) and not any(place.country in support for place in entry.places)


def _is_introduced(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether the words before a name say that it is somebody's: "my sister Florence", "a girl named Cairo"."""
    before, owner = reading.key(hit.first - 1), reading.key(hit.first - 2)
    gap = reading.gap(hit.first)
    is_given = hit.entry.key in cues["given_first"]
    if gap == " ":
        if before in cues["person_verbs"] or (before in ("is", "was") and owner == "name"):
            return True
        if before in cues["meeting"] and owner in cues["personal"]:
            return is_given or hit.entry.places[0].kind != "country"
        if is_given and before in cues["pitying"] and reading.is_capital(hit.first - 1):
            return True
    if gap in (" ", ", "):
        if before in cues["kin"] and (owner in _OWN or reading.key(hit.first - 3) in _OWN):
            return True
        if before in cues["many_kin"] and (owner in _OWN_OR_OUR or owner == "the"):
            return True
        if before in cues["persons"] and reading.key(hit.first - 3) in cues["named"]:
            return True
        if before in cues["greetings"] and gap == " " and _stands_apart(reading, hit):
            return True
        if before in cues["telling"] and _QUOTE_ENDS.match(reading.gap(hit.first - 1)) and gap == " ":
            return is_given or hit.entry.places[0].kind != "country"
    return gap == " " and before in cues["named"] and owner in cues["persons"]


def _stands_apart(reading: Reading, hit: Hit) -> bool:
    return reading.text[reading.ends[hit.after - 1] :][:1] in (",", "!", ".", ":", "\n")


def _acts_as_person(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether the words behind a name say what only people are or do: "Jordan, 34,", "Austin whispered"."""
    gap = reading.gap(hit.after)
    if gap == ", " or _AGE.match(reading.text, reading.ends[hit.after - 1]):
        return _is_described(cues, reading, hit)
    if gap in ("'", "’"):
        owned = reading.key(hit.after + 1)
        is_given = hit.entry.key in cues["given_first"]
        return reading.words[hit.after] == "s" and (owned in cues["partner"] or (is_given and owned in cues["traits"]))
    if gap not in _BEFORE_VERB or reading.is_capital(hit.after):
        return False
    if reading.key(hit.after) in cues["person_verbs"]:
        return True
    if hit.entry.places[0].kind == "country" and hit.entry.key not in cues["given_first"]:
        return False
    return (
        _does_as_person(cues, reading, hit) or _mentions_own(cues, reading, hit) or _is_one_of_kin(cues, reading, hit)
    )


def _is_described(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether what stands behind the comma is an age, a relation or an occupation: "Paris, my niece,"."""
    end = reading.ends[hit.after - 1]
    if _AGE.match(reading.text, end) or _WHO_IS.match(reading.text, end):
        return True
    following = reading.key(hit.after)
    if following in cues["person_verbs"] and reading.key(hit.first - 1) in cues["telling"]:
        return True
    if following in _OWN_OR_OUR:
        return bool({reading.key(hit.after + 1), reading.key(hit.after + 2)} & cues["kin"])
    return following in ("a", "an", "the") and _names_occupation(cues, reading, hit.after)


def _does_as_person(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether a phrase behind the name is one of people: "said she", "woke up", "was hungry", "went to the cinema"."""
    following, then = reading.key(hit.after), reading.key(hit.after + 1)
    if following in cues["telling"]:
        return then in ("he", "she")
    if following in ("is", "was", "felt"):
        return then in cues["feeling"]
    if following == "woke":
        return then == "up"
    if following not in cues["homecoming"]:
        return False
    if then == "home":
        return _is_given(cues, hit.entry.key)
    at = hit.after + 2 + (reading.key(hit.after + 2) in ("the", "a", "his", "her"))
    return then == "to" and reading.key(at) in cues["errands"]


def _names_occupation(cues: Cues, reading: Reading, article: int) -> bool:
    for i in range(article + 1, article + 4):
        if reading.gap(i) not in (" ", "-") or reading.is_capital(i):
            return False
        if reading.key(i) in cues["occupations"]:
            return reading.gap(i + 1).strip() in (",", ".", "") or reading.key(i + 1) in (
                "of",
                "from",
                "and",
                "at",
                "in",
            )
    return False


def _mentions_own(cues: Cues, reading: Reading, hit: Hit) -> bool:
    for i in range(hit.after, hit.after + _PHRASE):
        if not reading.follows_closely(i) or reading.is_capital(i):
            return False
        if reading.key(i) in ("his", "her"):
            return bool({reading.key(i + 1), reading.key(i + 2)} & (cues["kin"] | cues["belongings"]))
    return False


def _is_one_of_kin(cues: Cues, reading: Reading, hit: Hit) -> bool:
    """Whether "are cousins" follows the list that a name stands in."""
    i = hit.after
    while i - hit.after < _LONGEST_LIST and (reading.is_capital(i) or reading.key(i) == "and"):
        i += 1
    if reading.key(i) not in ("are", "were"):
        return False
    return any(reading.key(j) in cues["many_kin"] for j in (i + 1, i + 2)) and reading.joins(i + 1)


def _follows_given_name(cues: Cues, gazetteer: Gazetteer, reading: Reading, i: int, key: str) -> bool:
    if i == 0 or not reading.is_capital(i - 1):
        return False
    before = reading.key(i - 1)
    if reading.follows_initial(i):
        return True
    if before in cues["titles"] and reading.gap(i) in (" ", ". "):
        return True
    if not reading.follows_closely(i) or reading.words[i - 1].isupper() != reading.words[i].isupper():
        return False
    if before in cues.given_names:
        return True
    return (
        key in cues["rare_place"]
        and before not in gazetteer.lengths
        and before not in cues["bodies"]
        and not reading.begins_sentence(i - 1)
        and not reading.is_headline(i)
    )


def _precedes_family_name(cues: Cues, gazetteer: Gazetteer, reading: Reading, hit: Hit, key: str) -> bool:
    after = hit.after
    if not (reading.is_capital(after) and reading.follows_closely(after)):
        return False
    following = reading.key(after)
    if reading.key(after + 1) in cues["generations"] and reading.follows_closely(after + 1):
        return key in cues["city_given"] | cues["given_first"]
    if following in cues["bodies"] or reading.words[hit.first].isupper() != reading.words[after].isupper():
        return False
    if key in cues["given_first"] and not reading.is_headline(hit.first):
        entry = gazetteer.entries.get(following)
        return entry is None or entry.guard in (Guard.EVIDENCE, Guard.SMALL) or following in cues.family_names
    return key in cues["city_given"] | cues["given_first"] and following in cues.family_names
