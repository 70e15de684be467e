"""Did the texts name the places that their prompts asked for? Shares over the asked × found matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from attrprompt.analysis.adherence.asked_places import AskedFound
from attrprompt.analysis.adherence.values import ValueAdherence, rate_value, share_from_json, share_to_json
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

    kind: ClassVar[str] = "place"

    matrix: AskedFound
    n: int
    obeyed: Estimate | None
    by_continent: tuple[ValueAdherence, ...]

    @property
    def dimension(self) -> str:
        """Its name."""
        return self.matrix.dimension

    def to_json(self) -> dict[str, Any]:
        """The shares, those by continent as `continents`, beside the matrix."""
        return {
            "kind": self.kind,
            "n": self.n,
            "obeyed": share_to_json(self.obeyed),
            "continents": [continent.to_json() for continent in self.by_continent],
            **self.matrix.to_json(),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The dimension of which this is the plain data."""
        return cls(
            matrix=AskedFound.from_json(plain),
            n=plain["n"],
            obeyed=share_from_json(plain["obeyed"]),
            by_continent=tuple(map(ValueAdherence.from_json, plain["continents"])),
        )

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
        matrix=matrix,
        n=texts.total(),
        obeyed=wilson(obeying.total(), texts.total()) if texts else None,
        by_continent=tuple(
            rate_value(matrix.dimension, continent, obeying[continent], texts[continent]) for continent in sorted(texts)
        ),
    )
