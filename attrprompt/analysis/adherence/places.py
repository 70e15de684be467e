"""Did the texts name the places that their prompts asked for? Shares over the asked × found matrix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from attrprompt.analysis.adherence.asked_places import AskedFound
from attrprompt.analysis.adherence.values import ValueAdherence, rate_value
from attrprompt.analysis.statistics.estimate import Estimate, wilson


@dataclass(frozen=True)
class PlaceAdherence:
    """A dimension of kind *place*.

    Attributes:
        matrix: asked × found.
        n: texts that were asked for a value that names a country or continent.
        obeyed: share of them that name the country asked for (the continent, where no country was).
        by_continent: the same by the continent that the value lies in.
    """

    matrix: AskedFound
    n: int
    obeyed: Estimate | None
    by_continent: tuple[ValueAdherence, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "kind": "place",
            "n": self.n,
            "obeyed": None if self.obeyed is None else self.obeyed.to_json(),
            "continents": [each.to_json() for each in self.by_continent],
            **self.matrix.to_json(),
        }

    def rate_values(self) -> list[ValueAdherence]:
        """Each place asked for with the share that names it."""
        name = self.matrix.dimension
        return [
            ValueAdherence(name, each.value, each.documents, None, None, each.reason)
            if each.obeying is None
            else rate_value(name, each.value, each.obeying, each.documents, each.elsewhere)
            for each in self.matrix.values
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
        matrix=matrix,
        n=texts.total(),
        obeyed=wilson(obeying.total(), texts.total()) if texts else None,
        by_continent=tuple(
            rate_value(matrix.dimension, continent, obeying[continent], texts[continent]) for continent in sorted(texts)
        ),
    )
