"""The columns of a Parquet file from rows of plain JSON data: nested where the rows are nested.

Rows are looked at one by one, so a schema costs no memory however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_INT64 = range(-(2**63), 2**63)


@dataclass
class Shape:
    """What was seen in one field of the rows: the kinds of its plain values, its fields, its members."""

    kinds: set[str] = field(default_factory=set)
    fields: dict[str, Shape] = field(default_factory=dict)
    members: Shape | None = None

    def add(self, value: Any) -> None:
        """Look at one more value."""
        if isinstance(value, str):
            self.kinds.add("text")
        elif isinstance(value, Mapping):
            self.kinds.add("struct")
            for name, member in value.items():
                self.find_field(str(name)).add(member)
        elif isinstance(value, list | tuple):
            self.kinds.add("list")
            self.members = self.members or Shape()
            for member in value:
                self.members.add(member)
        elif isinstance(value, bool):
            self.kinds.add("bool")
        elif isinstance(value, int):
            self.kinds.add("int" if value in _INT64 else "text")
        elif isinstance(value, float):
            self.kinds.add("float")
        elif value is not None:
            self.kinds.add("text")

    def find_field(self, name: str) -> Shape:
        """The shape of a field, new where it was not seen before."""
        shape = self.fields.get(name)
        if shape is None:
            shape = self.fields[name] = Shape()
        return shape

    @property
    def is_json(self) -> bool:
        """True where values of different kinds met, so that only JSON text holds them all."""
        return len(self.kinds) > 1 and not self.kinds <= {"int", "float"}

    def to_type(self) -> Any:
        """The Arrow type; fields that no row filled are left out, and what was always empty is of the null type."""
        import pyarrow as pa

        if not self.kinds:
            return pa.null()
        if self.is_json or self.kinds == {"text"}:
            return pa.string()
        if "struct" in self.kinds:
            fields = [(name, shape.to_type()) for name, shape in self.fields.items()]
            return pa.struct(fields) if fields else pa.null()
        if "list" in self.kinds:
            return pa.list_((self.members or Shape()).to_type())
        if "float" in self.kinds:
            return pa.float64()
        return pa.bool_() if self.kinds == {"bool"} else pa.int64()

    def fit(self, value: Any) -> Any:
        """The value in the form that the type takes."""
        if value is None or not self.kinds:
            return None
        if self.is_json:
            return json.dumps(value, ensure_ascii=False)
        if "struct" in self.kinds:
            return {name: shape.fit(value.get(name)) for name, shape in self.fields.items()} if self.fields else None
        if "list" in self.kinds:
            members = self.members or Shape()
            return [members.fit(member) for member in value]
        if "float" in self.kinds:
            return float(value)
        return str(value) if self.kinds == {"text"} else value
