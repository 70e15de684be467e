"""All dimensions of a data set that texts were asked for: what could be checked, and what could not.

Lengths are told by counting words, places by the region finder; dimensions that no rule can check (style, subtopic …)
are judged by `classified`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from attrprompt.analysis.adherence.languages import LanguageAdherence
from attrprompt.analysis.adherence.values import ValueAdherence, judge_values, order_values

NOTHING_ASKED = "No text of this data set was asked for an attribute value, so that there is nothing to obey."
RESERVED = ("values", "not_checked", "note", "language", "judged")


class CheckedDimension(Protocol):
    """What was found of one dimension."""

    def to_json(self) -> dict[str, Any]:
        """The findings by name, with their `kind`."""
        ...

    def rate_values(self) -> list[ValueAdherence]:
        """Each value asked for."""
        ...


@dataclass(frozen=True)
class Adherence:
    """One data set.

    Attributes:
        dimensions: those that can be checked, by name.
        values: all their values: those that are ignored first, then by the share that obeys; those of which nothing can
            be said last.
        not_checked: dimensions that cannot be checked, with the reason.
        note: why there is nothing, where there is nothing.
        language: of all texts, whatever they were asked for.
    """

    dimensions: dict[str, CheckedDimension]
    values: tuple[ValueAdherence, ...]
    not_checked: dict[str, str] = field(default_factory=dict)
    note: str = ""
    language: LanguageAdherence | None = None

    def to_json(self) -> dict[str, Any]:
        """Each dimension by its name, beside `values`, `not_checked` and `note`."""
        return {
            **{
                name if name not in RESERVED else f"{name} (dimension)": each.to_json()
                for name, each in self.dimensions.items()
            },
            "values": [each.to_json() for each in self.values],
            "not_checked": self.not_checked,
            "note": self.note,
            **({} if self.language is None else {"language": self.language.to_json()}),
        }


def join_dimensions(
    dimensions: Mapping[str, CheckedDimension],
    not_checked: Mapping[str, str] | None = None,
    language: LanguageAdherence | None = None,
) -> Adherence:
    """All checked dimensions of a data set, with their values in one list."""
    values = [rated for each in dimensions.values() for rated in judge_values(each.rate_values())]
    values.sort(key=order_values)
    return Adherence(dict(dimensions), tuple(values), dict(not_checked or {}), language=language)
