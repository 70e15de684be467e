"""What `analyze` gives: the figures of each data set, what was asked for of them, and the comparisons of each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializerFunctionWrapHandler, WrapSerializer, model_serializer, model_validator

from attrprompt.analysis.adherence.dimensions import Adherence
from attrprompt.analysis.regions.divergence import DivergencePair
from attrprompt.analysis.regions.profile import RegionProfile
from attrprompt.analysis.result import (
    NOTE,
    AnalysisResult,
    Parameters,
    SetFigures,
)
from attrprompt.analysis.statistics.estimate import Comparison
from attrprompt.analysis.statistics.metrics import METRICS
from attrprompt.analysis.statistics.verdicts import Family
from attrprompt.analysis.texts.duplicates import Duplicates
from attrprompt.kept import Kept, LeftOut


@dataclass(frozen=True)
class DatasetFigures(SetFigures, Kept):
    """All that was asked for of one data set; beside the figures at the common size the parts, None where not asked.

    Attributes:
        regions: the places that texts name.
        adherence: what texts were asked for against what they are.
        duplicates: texts that repeat others.
    """

    regions: LeftOut[RegionProfile] = None
    adherence: LeftOut[Adherence] = None
    duplicates: LeftOut[Duplicates] = None

    @model_serializer(mode="wrap")
    def _spread(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The figures by key, then the other views, then the parts; regions lie flat in it."""
        plain: dict[str, Any] = write(self)
        parts = {name: plain.pop(name) for name in ("regions", "adherence", "duplicates") if name in plain}
        figures = {**plain.pop("estimates"), **plain} if self.n else {}
        return {**figures, **parts.pop("regions", {}), **parts}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, plain: Mapping[str, Any]) -> dict[str, Any]:
        estimates = {key: estimate for key, estimate in plain.items() if key in METRICS}
        return {**plain, "estimates": estimates, **({"regions": plain} if "documents" in plain else {})}


def _list_families(named: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": name, **family} for name, family in named.items()]


def _name_families(families: Sequence[Family], write: SerializerFunctionWrapHandler) -> dict[str, Any]:
    return {family.pop("name"): family for family in write(families)}


@dataclass(frozen=True)
class Analysis(Kept):
    """Everything that `analyze` found, with what is needed to repeat it.

    Attributes:
        datasets: by name, in the order asked for.
        comparisons: of each pair of sets in each figure.
        families: comparisons at the common size that were corrected together; None where there are none.
        note: what intervals cover.
        divergences: of each pair of sets, where regions were asked for.
        reference: what continents are held against, where regions were asked for; else empty.
    """

    parameters: Parameters
    datasets: Mapping[str, DatasetFigures]
    comparisons: tuple[Comparison, ...] = ()
    warnings: tuple[str, ...] = ()
    families: Annotated[
        LeftOut[tuple[Family, ...]], BeforeValidator(_list_families), WrapSerializer(_name_families)
    ] = None
    note: str = NOTE
    divergences: tuple[DivergencePair, ...] = ()
    reference: str = ""

    @model_serializer(mode="wrap")
    def _print(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What was found of regions only where they were asked for."""
        plain: dict[str, Any] = write(self)
        if not self.reference:
            del plain["divergences"], plain["reference"]
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
