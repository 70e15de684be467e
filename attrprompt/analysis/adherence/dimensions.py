"""All dimensions of a data set that texts were asked for: what could be checked, and what could not.

Lengths are told by counting words, places by the region finder; dimensions that no rule can check (style, subtopic …)
are told by the classifier of `classified`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Discriminator, SerializerFunctionWrapHandler, WrapSerializer

from attrprompt.analysis.adherence.classified import ClassifiedAdherence
from attrprompt.analysis.adherence.languages import AskedLanguages, LanguageAdherence
from attrprompt.analysis.adherence.lengths import LengthAdherence
from attrprompt.analysis.adherence.places import PlaceAdherence
from attrprompt.analysis.adherence.values import ValueAdherence, adjust_values, order_values
from attrprompt.kept import Flat, Kept, LeftOut

NOTHING_ASKED = "No text of this data set was asked for an attribute value, so that there is nothing to obey."
RESERVED = ("values", "not_checked", "note", "language", "judged")

CheckedDimension = LengthAdherence | PlaceAdherence | AskedLanguages | ClassifiedAdherence
"""What was found of one dimension; its class says how it was checked, its `kind` says so in JSON."""

RatedDimension = tuple[CheckedDimension, Sequence[ValueAdherence]]
"""A dimension with each value that texts were asked for."""

DimensionT = TypeVar("DimensionT", bound=CheckedDimension)


def _list_dimensions(named: Mapping[str, Any]) -> list[Any]:
    return [dimension for name, dimension in named.items() if name not in RESERVED]


def _name_dimensions(dimensions: Sequence[CheckedDimension], write: SerializerFunctionWrapHandler) -> dict[str, Any]:
    return dict(zip((_name_key(checked.dimension) for checked in dimensions), write(dimensions), strict=True))


@dataclass(frozen=True)
class Adherence(Kept):
    """One data set.

    Attributes:
        dimensions: those that can be checked; in JSON each stands by its name beside the other fields.
        values: all their values: those that are ignored first, then by the share that obeys; those of which nothing can
            be said last.
        not_checked: dimensions that cannot be checked, with the reason.
        note: why there is nothing, where there is nothing.
        language: of all texts, whatever they were asked for; None where it was not looked at.
    """

    dimensions: Annotated[
        Flat[tuple[Annotated[CheckedDimension, Discriminator("kind")], ...]],
        BeforeValidator(_list_dimensions),
        WrapSerializer(_name_dimensions),
    ] = ()
    values: tuple[ValueAdherence, ...] = ()
    not_checked: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    language: LeftOut[LanguageAdherence] = None

    def take(self, checked: type[DimensionT]) -> list[DimensionT]:
        """The dimensions that were checked in one way."""
        return [dimension for dimension in self.dimensions if isinstance(dimension, checked)]


def join_dimensions(
    rated: Iterable[RatedDimension],
    not_checked: Mapping[str, str] | None = None,
    language: LanguageAdherence | None = None,
) -> Adherence:
    """All checked dimensions of a data set, with the values of each in one list."""
    found = list(rated)
    values = sorted((value for _, own in found for value in adjust_values(own)), key=order_values)
    return Adherence(tuple(dimension for dimension, _ in found), tuple(values), not_checked or {}, language=language)


def _name_key(dimension: str) -> str:
    """Under which key of the JSON a dimension stands."""
    return f"{dimension} (dimension)" if dimension in RESERVED else dimension
