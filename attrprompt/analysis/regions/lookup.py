"""Looks up the names of the gazetteer and of a person's rulings in a text, the longest first, without overlaps."""

from __future__ import annotations

from attrprompt.analysis.regions.evidence import Hit
from attrprompt.analysis.regions.gazetteer import Entry, Gazetteer
from attrprompt.analysis.regions.reading import Reading
from attrprompt.analysis.regions.rulings import RuledNames

_PARTICLES = (
    "of and the de del della da das do dos du la le les los las el al e y sur sous upon on d an am au aux es i "
    "in op bei der den ob ter ten vor"
)
_SMALL_WORDS = frozenset(_PARTICLES.split())
_LOWER_FIRST = frozenset({"euro", "eurozone"})
_SPELT_IN_CAPITALS = ("city", "subdivision", "landmark")


def look_up_names(gazetteer: Gazetteer, rulings: RuledNames, reading: Reading) -> list[Hit]:
    """All names in a text, in their order."""
    hits: list[Hit] = []
    words = reading.words
    i = 0
    while i < len(words):
        hit = None
        if words[i][0].isupper() or words[i] in _LOWER_FIRST:
            hit = _find_longest(gazetteer, rulings, reading, i)
        if hit is None:
            i += 1
        else:
            hits.append(hit)
            i = hit.after
    return hits


def _find_longest(gazetteer: Gazetteer, rulings: RuledNames, reading: Reading, i: int) -> Hit | None:
    first = reading.key(i)
    counts = gazetteer.lengths.get(first, ())
    if first in rulings.lengths:
        counts = tuple(sorted({*counts, *rulings.lengths[first]}, reverse=True))
    for count in counts:
        if i + count <= len(reading.words):
            entry = _match(gazetteer, rulings, reading, i, count)
            if entry is not None:
                return Hit(i, count, entry)
    return None


def _match(gazetteer: Gazetteer, rulings: RuledNames, reading: Reading, i: int, count: int) -> Entry | None:
    key = reading.key(i) if count == 1 else " ".join(reading.key(j) for j in range(i, i + count))
    entry = gazetteer.entries.get(key)
    if key in rulings.by_key:
        ruled = rulings.by_key[key]
        entry = Entry(key, (ruled,) if ruled else entry.places if entry else ())
    if entry is None or not _is_written_so(gazetteer, reading, entry, i, count):
        return None
    return entry


def _is_written_so(gazetteer: Gazetteer, reading: Reading, entry: Entry, i: int, count: int) -> bool:
    """Whether capitals and the signs between the words fit the name: "US" is not "Us", nor "Deer, Park" a city."""
    if count == 1:
        exact = gazetteer.exact.get(entry.key)
        return exact is None or reading.words[i] in exact
    if not all(reading.joins(j) for j in range(i + 1, i + count)):
        return False
    if not entry.places or entry.places[0].kind not in _SPELT_IN_CAPITALS:
        return True
    return all(
        reading.words[j][0].isupper() or reading.words[j] in _SMALL_WORDS or reading.is_fastened(j)
        for j in range(i + 1, i + count)
    )
