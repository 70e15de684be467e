"""What `analyze` gives: the figures of each data set, what was asked for of them, and the comparisons of each pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from attrprompt.analysis.adherence.dimensions import Adherence
from attrprompt.analysis.regions.divergence import DivergencePair
from attrprompt.analysis.regions.profile import RegionProfile
from attrprompt.analysis.result import (
    NOTE,
    AnalysisResult,
    Cell,
    Parameters,
    SetFigures,
    estimates_from_json,
    estimates_to_json,
)
from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.analysis.statistics.verdicts import Family
from attrprompt.analysis.texts.duplicates import Duplicates


@dataclass(frozen=True)
class DatasetFigures(SetFigures):
    """All that was asked for of one data set; beside the figures at the common size the parts, None where not asked.

    Attributes:
        regions: the places that texts name.
        adherence: what texts were asked for against what they are.
        duplicates: texts that repeat others.
    """

    regions: RegionProfile | None = None
    adherence: Adherence | None = None
    duplicates: Duplicates | None = None

    def to_json(self) -> dict[str, Any]:
        """As `analyze` prints it: the figures by key, then the other views, then the parts; regions lie flat in it."""
        plain: dict[str, Any] = {}
        if self.n:
            plain |= estimates_to_json(self.estimates)
            plain |= {"n": self.n, "equal_texts": estimates_to_json(self.equal_texts), "whole": dict(self.whole)}
            plain |= {"scopes": {scope: cell.to_json() for scope, cell in self.scopes.items()}}
            plain |= {"shares": dict(self.shares)}
        if self.regions is not None:
            plain |= self.regions.to_json()
        if self.adherence is not None:
            plain["adherence"] = self.adherence.to_json()
        if self.duplicates is not None:
            plain["duplicates"] = self.duplicates.to_json()
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> DatasetFigures:
        """The figures of which this is the plain data."""
        adherence, duplicates = plain.get("adherence"), plain.get("duplicates")
        return cls(
            n=plain.get("n", 0),
            estimates=estimates_from_json({key: plain[key] for key in plain if key in METRICS}),
            equal_texts=estimates_from_json(plain.get("equal_texts", {})),
            whole=plain.get("whole", {}),
            scopes={scope: Cell.from_json(cell) for scope, cell in plain.get("scopes", {}).items()},
            shares=plain.get("shares", {}),
            regions=RegionProfile.from_json(plain) if "documents" in plain else None,
            adherence=None if adherence is None else Adherence.from_json(adherence),
            duplicates=None if duplicates is None else Duplicates.from_json(duplicates),
        )


@dataclass(frozen=True)
class Analysis:
    """Everything that `analyze` found, with what is needed to repeat it.

    Attributes:
        datasets: by name, in the order asked for.
        comparisons: of each pair of sets in each figure.
        families: comparisons at the common size that were corrected together; None where there are none.
        divergences: of each pair of sets, where regions were asked for.
        reference: what continents are held against, where regions were asked for; else empty.
        note: what intervals cover.
    """

    parameters: Parameters
    datasets: Mapping[str, DatasetFigures]
    comparisons: tuple[Comparison, ...] = ()
    warnings: tuple[str, ...] = ()
    families: tuple[Family, ...] | None = None
    divergences: tuple[DivergencePair, ...] = ()
    reference: str = ""
    note: str = NOTE

    def to_json(self) -> dict[str, Any]:
        """As `analyze` prints it."""
        plain: dict[str, Any] = {
            "parameters": self.parameters.to_json(),
            "datasets": {name: figures.to_json() for name, figures in self.datasets.items()},
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
            "warnings": list(self.warnings),
        }
        if self.families is not None:
            plain["families"] = {family.name: family.to_json() for family in self.families}
        plain["note"] = self.note
        if self.reference:
            plain |= {"divergences": [pair.to_json() for pair in self.divergences], "reference": self.reference}
        return plain

    @classmethod
    def from_comparison(cls, compared: AnalysisResult) -> Analysis:
        """An analysis of which there is the comparison at a common size."""
        return cls(
            parameters=compared.parameters,
            datasets={
                name: DatasetFigures(**{field.name: getattr(found, field.name) for field in fields(found)})
                for name, found in compared.datasets.items()
            },
            comparisons=compared.comparisons,
            warnings=compared.warnings,
            families=compared.families,
        )

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Analysis:
        """The analysis of which this is the plain data."""
        families = plain.get("families")
        return cls(
            parameters=Parameters.from_json(plain["parameters"]),
            datasets={name: DatasetFigures.from_json(figures) for name, figures in plain["datasets"].items()},
            comparisons=tuple(Comparison.from_json(comparison) for comparison in plain["comparisons"]),
            warnings=tuple(plain["warnings"]),
            families=None
            if families is None
            else tuple(Family.from_json(name, family) for name, family in families.items()),
            divergences=tuple(DivergencePair.from_json(pair) for pair in plain.get("divergences", ())),
            reference=plain.get("reference", ""),
            note=plain["note"],
        )
