"""Names that a text lists: what a list's other members are says what a doubtful one is ("Havana, Nassau, Kingston")."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import pairwise

from attrprompt.analysis.regions.evidence import Hit
from attrprompt.analysis.regions.gazetteer import Guard, Place
from attrprompt.analysis.regions.reading import Reading

_JOINT = re.compile(r"(?:,|;|,? (?:and|or|&)) (?:the )?")
_LONGEST_JOINT = 12
_LONGEST_LIST = 50
"""Names after which a list is taken for another, so that each is looked at against a bounded number of others."""
_PLACES = ("country", "subdivision", "city", "landmark")


class PlaceLists:
    """The lists of a text: two names with "and" between them, or three and more.

    The members that are decided when it is asked count, so that one object serves a whole decision.
    """

    def __init__(self, reading: Reading, hits: Sequence[Hit]) -> None:
        self._reading = reading
        self._hits = hits

    def stands_among_places(self, hit: Hit) -> bool:
        """Whether enough of the others are places: one for a small town, two for a word or a person's name."""
        if self.belongs_to_longer_name(hit):
            return False
        kinds = ("people",) if hit.entry.places[0].kind == "people" else _PLACES
        likes = sum(place.kind in kinds for _, place in self._find_decided(hit))
        return likes >= (1 if hit.entry.guard is Guard.SMALL else 2)

    def names_countries(self, hit: Hit) -> bool:
        """Whether the others that are decided are countries, one at least."""
        return {place.kind for _, place in self._find_decided(hit)} == {"country"}

    def names_capitals(self, hit: Hit, capitals: Collection[tuple[str | None, str]]) -> bool:
        """Whether the others that are decided are capitals, two at least."""
        decided = self._find_decided(hit)
        return len(decided) > 1 and all((place.country, key) in capitals for key, place in decided)

    def find_company(self, hit: Hit) -> Sequence[Hit]:
        """The members of the list that a name stands in, itself included."""
        return self._list_of.get(hit.first, ())

    @cached_property
    def _list_of(self) -> dict[int, list[Hit]]:
        return {hit.first: members for members in _find_lists(self._reading, self._hits) for hit in members}

    def belongs_to_longer_name(self, hit: Hit) -> bool:
        """Whether a word with a capital stands beside the name: "Whitney Houston", "Reading Festival"."""
        reading = self._reading
        follows = reading.is_capital(hit.after) and reading.follows_closely(hit.after)
        return follows or (reading.is_capital(hit.first - 1) and reading.follows_closely(hit.first))

    def _find_decided(self, hit: Hit) -> list[tuple[str, Place]]:
        return [(other.entry.key, other.place) for other in self.find_company(hit) if other.place]


def _find_lists(reading: Reading, hits: Sequence[Hit]) -> list[list[Hit]]:
    lists: list[list[Hit]] = []
    members: list[Hit] = list(hits[:1])
    has_and = False
    for before, hit in pairwise(hits):
        low, high = reading.ends[before.after - 1], reading.starts[hit.first]
        joint = reading.text[low:high] if high - low <= _LONGEST_JOINT else ""
        if _JOINT.fullmatch(joint) is None or len(members) == _LONGEST_LIST:
            if len(members) > 2 or has_and:
                lists.append(members)
            members, has_and = [hit], False
        else:
            members.append(hit)
            has_and = has_and or "," not in joint or " " in joint.strip()
    if len(members) > 2 or has_and:
        lists.append(members)
    return lists
