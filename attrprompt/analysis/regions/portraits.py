"""What is said about each region: how long the texts that name it are, in which tone, with which over-used words.

Texts that name several continents count for each of them. How varied they are is compared elsewhere, at equal length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.tone import estimate_tone
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL, Estimate, estimate_mean
from attrprompt.analysis.texts.phrases import OverusedPhrase, find_overused_phrases
from attrprompt.analysis.texts.tokens import count_words, tokenise
from attrprompt.kept import Kept, LeftOut

PHRASES = 30


@dataclass(frozen=True)
class RegionPortrait(Kept):
    """The texts of one set that name one region.

    Attributes:
        region: a continent, or "no place".
        documents: number of texts.
        reason: why nothing was measured: "too few texts: 7".
        tone: mean polarity of the texts; None where nothing was measured.
        words: mean number of words a text; None where nothing was measured.
        overused: phrases that they use more than the other texts of the set; None where either are too few.
        vocabulary: different words in as many words as all regions and sets are compared at; None where not compared.
        items: some of the texts, by their numbers in the data set.
    """

    region: str
    documents: int
    reason: str = ""
    tone: LeftOut[Estimate] = None
    words: LeftOut[Estimate] = None
    overused: LeftOut[tuple[OverusedPhrase, ...]] = None
    vocabulary: Estimate | None = None
    items: tuple[int, ...] = field(kw_only=True)


@dataclass(frozen=True)
class Portraits(Kept):
    """What data sets say about each region.

    Attributes:
        datasets: the regions of each data set by its name.
        tokens: words at which vocabularies are compared; None where no region has enough texts.
        repeats: draws behind each vocabulary.
        warnings: what stands in the way of a clean comparison of vocabularies.
    """

    datasets: dict[str, tuple[RegionPortrait, ...]]
    tokens: int | None
    repeats: int
    warnings: tuple[str, ...]


def list_rows_by_region(located: LocatedSet) -> dict[str, list[int]]:
    """The texts that name each region, by their positions in the set, and those that name none; empty ones left out."""
    rows = {region: located.weights[:, column].nonzero()[0] for column, region in enumerate(tables.REGIONS)}
    rows[NO_PLACE] = (~located.is_located).nonzero()[0]
    return {region: found.tolist() for region, found in rows.items() if len(found)}


def portray_regions(located: LocatedSet, *, fewest: int = FEWEST_IN_A_CELL) -> list[RegionPortrait]:
    """Measure the texts that name each region, and those that name none.

    Args:
        located: the texts with their mentions.
        fewest: under so many texts (or so many others, for phrases) nothing is measured.
    """
    numbers = range(located.n) if located.items is None else located.items
    names = {token for mentions in located.mentions for mention in mentions for token in tokenise(mention.surface)}
    portraits = []
    for region, rows in list_rows_by_region(located).items():
        items = tuple(numbers[row] for row in rows[:ITEMS_KEPT])
        if len(rows) < fewest:
            portraits.append(RegionPortrait(region, len(rows), f"too few texts: {len(rows)}", items=items))
            continue
        inside = [located.texts[row] for row in rows]
        others = set(range(located.n)).difference(rows)
        portraits.append(
            RegionPortrait(
                region,
                len(rows),
                items=items,
                tone=estimate_tone(inside),
                words=estimate_mean([count_words(text) for text in inside], "mean", 0.0),
                overused=_find_phrases(inside, [located.texts[row] for row in sorted(others)], names)
                if len(others) >= fewest
                else None,
            )
        )
    return portraits


def _find_phrases(texts: Sequence[str], others: Sequence[str], names: set[str]) -> tuple[OverusedPhrase, ...]:
    """Over-used phrases without those made of place names only: that texts on Kenya say "Kenya" is no news."""
    found = find_overused_phrases(texts, others, count=4 * PHRASES)
    return tuple(phrase for phrase in found if not names.issuperset(phrase.phrase.split()))[:PHRASES]
