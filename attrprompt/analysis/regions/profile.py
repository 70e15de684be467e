"""What one data set says of regions: its figures, some of the texts behind them, and figures by label and attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from attrprompt.analysis.regions.figures import RegionFigures, region_figures
from attrprompt.analysis.regions.finder import list_continents
from attrprompt.analysis.regions.located import LocatedSet
from attrprompt.analysis.regions.references import Reference
from attrprompt.analysis.result import ITEMS_KEPT
from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL
from attrprompt.kept import Kept, LeftOut

REPEATS_IN_TABLES = 50


@dataclass(frozen=True)
class TextsByPlace(Kept):
    """For each continent and country (ISO 3166 code) the numbers of some of the texts that name it."""

    continents: dict[str, tuple[int, ...]]
    countries: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class RegionCell(Kept):
    """The figures of the texts with one label or attribute value.

    Attributes:
        figures: None under 30 texts.
        reason: why there are none: "too few texts: 7".
    """

    value: str
    documents: int
    figures: RegionFigures | None
    reason: str = ""


@dataclass(frozen=True)
class RegionProfile(Kept):
    """All that one data set says of regions.

    Attributes:
        figures: over all its texts.
        texts: some of them by place; None where only the figures with a verdict were asked for.
        tables: cells by dimension, where figures by label and attribute value were asked for, else None.
    """

    figures: RegionFigures
    texts: LeftOut[TextsByPlace] = None
    tables: Annotated[LeftOut[dict[str, tuple[RegionCell, ...]]], Field(alias="region_tables")] = None

    @model_serializer(mode="wrap")
    def _spread(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The figures as `analyze` prints them for a data set, beside its others: "whole" is taken there."""
        plain: dict[str, Any] = write(self)
        figures = plain.pop("figures")
        whole = figures.pop("whole")
        return {**figures, "continents_whole": whole, **plain}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, plain: Mapping[str, Any]) -> dict[str, Any]:
        return {**plain, "figures": {**plain, "whole": plain["continents_whole"]}}


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
