"""Did the texts name the places that their prompts asked for? Shares over the asked × found matrix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from attrprompt.analysis.adherence.asked_places import AskedFound
from attrprompt.analysis.adherence.values import ValueAdherence, rate_value
from attrprompt.analysis.statistics.estimate import Estimate, wilson
from attrprompt.kept import Flat, Kept


@dataclass(frozen=True)
class PlaceAdherence(Kept):
    """A dimension of kind *place*.

    Attributes:
        n: texts that were asked for a value that names a country or continent.
        obeyed: share of them that name the country asked for (the continent, where no country was).
        by_continent: the same by the continent that the value lies in.
        matrix: asked × found.
    """

    kind: Literal["place"] = field(default="place", kw_only=True)

    n: int
    obeyed: Estimate | None
    by_continent: Annotated[tuple[ValueAdherence, ...], Field(alias="continents")]
    matrix: Flat[AskedFound]

    @property
    def dimension(self) -> str:
        """Its name."""
        return self.matrix.dimension

    def rate_values(self) -> list[ValueAdherence]:
        """Each place asked for with the share that names it."""
        return [
            ValueAdherence(self.dimension, asked.value, asked.documents, None, None, asked.reason)
            if asked.obeying is None
            else rate_value(self.dimension, asked.value, asked.obeying, asked.documents, asked.elsewhere)
            for asked in self.matrix.values
        ]


def measure_places(matrix: AskedFound) -> PlaceAdherence:
    """The share of texts that name the place asked for, over all and by the continent asked for."""
    texts: Counter[str] = Counter()
    obeying: Counter[str] = Counter()
    for row in matrix.values:
        if row.continent is not None and row.obeying is not None:
            texts[row.continent] += row.documents
            obeying[row.continent] += row.obeying
    return PlaceAdherence(
        n=texts.total(),
        obeyed=wilson(obeying.total(), texts.total()) if texts else None,
        by_continent=tuple(
            rate_value(matrix.dimension, continent, obeying[continent], texts[continent]) for continent in sorted(texts)
        ),
        matrix=matrix,
    )
