"""What a person has ruled about a name: its country, its continent, or that it is no place.

A ruling is a plain string, so that it can be kept as JSON: an ISO 3166 code ("GE"), a continent ("Asia"), or "no
place".
It holds for the name wherever it stands with a capital, and may add names that the gazetteer lacks. It does not touch a
longer known name that contains it ("New York Times"), nor a person's name written in full ("Michael Jordan").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.gazetteer import Gazetteer, Place, fold_name, index_lengths
from attrprompt.errors import InputError

RULING = "ruling"


@dataclass(frozen=True)
class RuledNames:
    """What each ruled name is, by folded name; None for a name that is no place."""

    by_key: dict[str, Place | None]
    lengths: dict[str, tuple[int, ...]]


NO_RULINGS = RuledNames({}, {})


def read_rulings(rulings: Mapping[str, str], gazetteer: Gazetteer) -> RuledNames:
    """Check rulings and put them in the form that the finder uses.

    Raises:
        InputError: a name without a letter, or a ruling that is neither a country, a continent nor "no place".
    """
    by_key: dict[str, Place | None] = {}
    for name, ruling in rulings.items():
        key = fold_name(name)
        if not key:
            raise InputError(f"The ruling on '{name}' names no word. Give the name as it stands in the text.")
        by_key[key] = _read_ruling(name, ruling, gazetteer)
    return RuledNames(by_key, index_lengths(by_key))


def _read_ruling(name: str, ruling: str, gazetteer: Gazetteer) -> Place | None:
    if ruling == NO_PLACE:
        return None
    if ruling in tables.REGIONS:
        return Place(name, RULING, None, ruling)
    if ruling in gazetteer.continent_of:
        return Place(name, RULING, ruling, gazetteer.continent_of[ruling])
    raise InputError(
        f"'{ruling}' cannot be ruled for '{name}'. Give a country code such as GE, a continent "
        f"({', '.join(tables.REGIONS)}), or '{NO_PLACE}'."
    )
