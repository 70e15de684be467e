"""How a person wants a file of labelled texts to be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from attrprompt.exchange.rows.label_maps import LabelMap
from attrprompt.exchange.rows.record_source import ReadOptions


@dataclass(frozen=True)
class ImportChoices:
    """How a file is to be read; what is None is found out.

    Attributes:
        text_column: the column of the texts.
        label_column: the column of the labels; "" for none.
        attribute_columns: columns that hold attribute values.
        label_map: what numbers and other words for labels stand for.
        renames: `GIVEN=LABEL` for each label of the project that the file calls by another name.
        reading: what the file cannot say of itself.
    """

    text_column: str | None = None
    label_column: str | None = None
    attribute_columns: tuple[str, ...] = ()
    label_map: LabelMap | None = None
    renames: tuple[str, ...] = ()
    reading: ReadOptions = field(default_factory=ReadOptions)


EVERYTHING_FOUND = ImportChoices()
"""Nothing is chosen: all is told from the file."""
