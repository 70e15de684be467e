"""What is said about each region: the texts that name it, measured by whatever functions are handed in.

The functions come from the caller (length, diversity, tone, over-used words), so that this module knows no metric.
Texts that name several continents count for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attrprompt.analysis.regions import tables
from attrprompt.analysis.regions.evidence import NO_PLACE
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL

Measure = Callable[[Sequence[str]], Any]
Contrast = Callable[[Sequence[str], Sequence[str]], Any]


@dataclass(frozen=True)
class RegionPortrait:
    """The texts that name one region.

    Attributes:
        region: a continent, or "no place".
        documents: number of texts.
        rows: their places in the set.
        measured: the result of each measure on the texts.
        contrasted: the result of each contrast of these texts with all others.
        reason: why nothing was measured: "too few texts: 7".
    """

    region: str
    documents: int
    rows: tuple[int, ...]
    measured: dict[str, Any]
    contrasted: dict[str, Any]
    reason: str = ""


def portray_regions(
    located: LocatedSet,
    measures: Mapping[str, Measure],
    contrasts: Mapping[str, Contrast] | None = None,
    *,
    fewest: int = FEWEST_IN_A_CELL,
) -> list[RegionPortrait]:
    """Measure the texts that name each region, and those that name none.

    Args:
        located: the texts with their mentions.
        measures: functions of the texts of a region, by name.
        contrasts: functions of the texts of a region and of all other texts, by name.
        fewest: under so many texts (or so many others, for contrasts) nothing is measured.
    """
    weights = located.weights
    named = {region: weights[:, column] > 0 for column, region in enumerate(tables.REGIONS)}
    named[NO_PLACE] = ~located.is_located
    portraits = []
    for region, belongs in named.items():
        inside = [text for text, own in zip(located.texts, belongs, strict=True) if own]
        outside = [text for text, own in zip(located.texts, belongs, strict=True) if not own]
        rows = tuple(belongs.nonzero()[0].tolist())
        if len(inside) < fewest:
            portraits.append(RegionPortrait(region, len(inside), rows, {}, {}, f"too few texts: {len(inside)}"))
            continue
        measured = {name: measure(inside) for name, measure in measures.items()}
        compared = {n: contrast(inside, outside) for n, contrast in (contrasts or {}).items() if len(outside) >= fewest}
        portraits.append(RegionPortrait(region, len(inside), rows, measured, compared))
    return portraits
