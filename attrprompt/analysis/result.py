"""What a comparison of data sets gives back, and the JSON that `analyze` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.statistics.verdicts import Family, join_primary, list_families

NOTE = "The interval covers the choice of texts in this run, not other wordings, models or runs."
ITEMS_KEPT = 20


@dataclass(frozen=True)
class Cell:
    """The figures of one set in one scope of a table, or why there are none."""

    n: int
    figures: dict[str, Estimate]
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Figures by key, with the number of texts."""
        figures = {key: estimate.to_json() for key, estimate in self.figures.items()}
        return figures | {"n": self.n, "note": self.note}


@dataclass(frozen=True)
class SetFigures:
    """All figures of one set.

    Attributes:
        figures: by key, at the common size.
        equal_texts: lexical figures at equal numbers of texts: the second view.
        whole: over all texts that count; not comparable between sets of different size.
        scopes: by `dimension=value`.
    """

    n: int
    figures: dict[str, Estimate]
    equal_texts: dict[str, Estimate]
    whole: dict[str, float]
    scopes: dict[str, Cell]
    shares: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """As `analyze` prints it: the figures by key, then the other views."""
        return {key: estimate.to_json() for key, estimate in self.figures.items()} | {
            "n": self.n,
            "equal_texts": {key: estimate.to_json() for key, estimate in self.equal_texts.items()},
            "whole": self.whole,
            "scopes": {scope: cell.to_json() for scope, cell in self.scopes.items()},
            "shares": self.shares,
        }


@dataclass(frozen=True)
class AnalysisResult:
    """Everything a comparison found, with what is needed to repeat it."""

    parameters: dict[str, Any]
    datasets: dict[str, SetFigures]
    comparisons: tuple[Comparison, ...]
    warnings: tuple[str, ...]
    note: str = NOTE

    @property
    def families(self) -> list[Family]:
        """The families of comparisons that were corrected together."""
        return list_families(self.comparisons)

    def with_primary(self, extra: Sequence[Comparison]) -> AnalysisResult:
        """Add primary comparisons made elsewhere (continents) and correct the primary family anew."""
        return replace(self, comparisons=tuple(join_primary(self.comparisons, extra)))

    def to_json(self) -> dict[str, Any]:
        """As `analyze` prints it."""
        return {
            "parameters": self.parameters,
            "datasets": {name: figures.to_json() for name, figures in self.datasets.items()},
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
            "families": {family.name: family.to_json() for family in self.families},
            "warnings": list(self.warnings),
            "note": self.note,
        }
