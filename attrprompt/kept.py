"""Results that are kept as JSON: a dataclass that is `Kept` is written by its fields and read back from them.

pydantic makes the writer and the reader out of the annotations, once a class, when they are first asked for. Where the
JSON differs from the fields an annotation says how: `Flat`, `LeftOut`, one of pydantic's. Where that is too little, the
class has pydantic's `model_serializer` and `model_validator`, which hold wherever it is a part of another class too.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Annotated, Any, Self, TypeVar, get_args, get_type_hints

from pydantic import Field, GetCoreSchemaHandler, SerializerFunctionWrapHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

PartT = TypeVar("PartT")
_FLAT = "flat"

Flat = Annotated[PartT, _FLAT]
"""The one part of a class whose keys stand among the class's own: they are all that are not."""

LeftOut = Annotated[PartT | None, Field(exclude_if=lambda part: part is None)]
"""A part that has no key where it is None; it needs that default."""

LeftOutEmpty = Annotated[PartT, Field(exclude_if=operator.not_)]
"""A part that has no key where it is empty; it needs that default."""


class Kept:
    """A dataclass with `to_json` and `from_json`, which undoes it."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The fields by name, as plain data."""
        plain: dict[str, Any] = self._adapt().dump_python(self, mode="json", by_alias=True)
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """What this is the plain data of; what else stands there is left alone.

        Raises:
            ValueError, KeyError: it is not the plain data of this class.
        """
        kept: Self = cls._adapt().validate_python(plain)
        return kept

    @classmethod
    @cache
    def _adapt(cls) -> TypeAdapter[Any]:
        return TypeAdapter(cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """By this pydantic reads and writes the class, alone or as part of another."""
        schema = handler(source)
        hints = get_type_hints(cls, include_extras=True)
        part = next((name for name, hint in hints.items() if _FLAT in getattr(hint, "__metadata__", ())), None)
        return (
            schema if part is None else _flatten(schema, part, optional=NoneType in get_args(get_args(hints[part])[0]))
        )


def _flatten(schema: Any, part: str, *, optional: bool) -> CoreSchema:
    """The same class with the keys of one part among its own.

    Args:
        optional: whether the part is None where it has no keys.
    """
    own = {field.get("validation_alias", field["name"]) for field in schema["schema"]["fields"]} - {part}

    def read(plain: Mapping[str, Any]) -> dict[str, Any]:
        fields = {key: value for key, value in plain.items() if key in own}
        keys = {key: value for key, value in plain.items() if key not in own}
        return {**fields, part: None if optional and not keys else keys}

    def write(kept: Any, write_fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, value in write_fields(kept).items():
            plain.update((value or {}) if key == part else {key: value})
        return plain

    written = core_schema.wrap_serializer_function_ser_schema(write, schema=schema)
    return core_schema.no_info_before_validator_function(read, schema, serialization=written)
