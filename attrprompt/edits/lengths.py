"""Lengths as people and models write them: `30-80`, `between 30 and 80 words`, `50 words`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrprompt.edits.parts import change_part
from attrprompt.errors import InputError
from attrprompt.project import AttributeValue, phrase_length

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")


def parse_length(text: str) -> tuple[int, int] | None:
    """The minimum and maximum number of words that a text names, or None where it names no one or two numbers."""
    numbers = [int(number.replace(",", "")) for number in _NUMBER.findall(text)]
    if len(numbers) not in (1, 2) or not all(1 <= number <= 100_000 for number in numbers):
        return None
    return min(numbers), max(numbers)


def require_length(text: str) -> tuple[int, int]:
    """The bounds that a text names.

    Raises:
        InputError: it names none.
    """
    bounds = parse_length(text)
    if bounds is None:
        raise InputError(f"'{text[:80]}' is no length. Write the words as '30-80', or '50' for exactly fifty.")
    return bounds


def length_fields(minimum: int, maximum: int) -> dict[str, object]:
    """The fields of a value that a pair of bounds decides."""
    return {"minimum": minimum, "maximum": maximum, "text": phrase_length(minimum, maximum)}


def read_as_lengths(values: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    """The values as lengths, their bounds read from their texts.

    Raises:
        InputError: a text names no bounds.
    """
    return {key: change_part(value, length_fields(*require_length(value.text))) for key, value in values.items()}
