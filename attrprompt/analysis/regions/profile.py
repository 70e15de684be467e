"""What one data set says of regions: its figures, some of the texts behind them, and figures by label and attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from attrprompt.analysis.regions.figures import RegionFigures, region_figures
from attrprompt.analysis.regions.finder import list_continents
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.references import Reference
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL

REPEATS_IN_TABLES = 50


@dataclass(frozen=True)
class TextsByPlace:
    """For each continent and country (ISO 3166 code) the numbers of some of the texts that name it."""

    continents: dict[str, tuple[int, ...]]
    countries: dict[str, tuple[int, ...]]

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "continents": {continent: list(items) for continent, items in self.continents.items()},
            "countries": {country: list(items) for country, items in self.countries.items()},
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The texts of which this is the plain data."""
        return cls(
            {continent: tuple(items) for continent, items in plain["continents"].items()},
            {country: tuple(items) for country, items in plain["countries"].items()},
        )


@dataclass(frozen=True)
class RegionCell:
    """The figures of the texts with one label or attribute value.

    Attributes:
        figures: None under 30 texts.
        reason: why there are none: "too few texts: 7".
    """

    value: str
    documents: int
    figures: RegionFigures | None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        figures = None if self.figures is None else self.figures.to_json()
        return {"value": self.value, "documents": self.documents, "figures": figures, "reason": self.reason}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The cell of which this is the plain data."""
        figures = None if plain["figures"] is None else RegionFigures.from_json(plain["figures"])
        return cls(**{**plain, "figures": figures})


@dataclass(frozen=True)
class RegionProfile:
    """All that one data set says of regions.

    Attributes:
        figures: over all its texts.
        texts: some of them by place; None where only the figures with a verdict were asked for.
        tables: cells by dimension, where figures by label and attribute value were asked for, else None.
    """

    figures: RegionFigures
    texts: TextsByPlace | None = None
    tables: dict[str, tuple[RegionCell, ...]] | None = None

    def to_json(self) -> dict[str, Any]:
        """The figures as `analyze` prints them for a data set, beside its others: "whole" is taken there."""
        plain = self.figures.to_json()
        plain["continents_whole"] = plain.pop("whole")
        if self.texts is not None:
            plain["texts"] = self.texts.to_json()
        if self.tables is not None:
            plain["region_tables"] = {
                dimension: [cell.to_json() for cell in cells] for dimension, cells in self.tables.items()
            }
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The profile of which this is the plain data; what else stands there is left alone."""
        tables = plain.get("region_tables")
        return cls(
            RegionFigures.from_json({**plain, "whole": plain["continents_whole"]}),
            TextsByPlace.from_json(plain["texts"]) if "texts" in plain else None,
            None
            if tables is None
            else {dimension: tuple(map(RegionCell.from_json, cells)) for dimension, cells in tables.items()},
        )


def list_texts_by_place(located: LocatedSet) -> TextsByPlace:
    """The first texts that name each continent and each country."""
    numbers = range(located.n) if located.items is None else located.items
    return TextsByPlace(
        _group(zip(numbers, map(list_continents, located.mentions), strict=True)),
        _group(zip(numbers, located.countries, strict=True)),
    )


def _group(named: Iterable[tuple[int, Sequence[str]]]) -> dict[str, tuple[int, ...]]:
    by_place: dict[str, list[int]] = {}
    for number, places in named:
        for place in places:
            by_place.setdefault(place, []).append(number)
    return {place: tuple(numbers[:ITEMS_KEPT]) for place, numbers in by_place.items()}


def tabulate_regions(
    located: LocatedSet, dimension: str, references: Sequence[Reference] = (), *, seed: int = 0
) -> list[RegionCell]:
    """The region figures by label (`dimension` is "label") or by the values of an attribute dimension."""
    cells = []
    for value in located.list_values(dimension):
        part = located.take_with(dimension, value)
        n = part.n if part is not None else 0
        if part is None or n < FEWEST_IN_A_CELL:
            cells.append(RegionCell(value, n, None, f"too few texts: {n}"))
        else:
            cells.append(RegionCell(value, n, region_figures(part, references, repeats=REPEATS_IN_TABLES, seed=seed)))
    return cells
