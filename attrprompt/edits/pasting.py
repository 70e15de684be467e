"""Lines that people paste or models write, read as values: bullets, numbers and quotes are not part of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from attrprompt.errors import InputError

MAX_PASTED_CHARACTERS = 1_000_000
MAX_PASTED_VALUES = 5_000

_NUMBER = re.compile(r"^\s*(?:[*_]{1,2})?[(\[]?(\d{1,4})(?:[.):\]]+(?=\D)|\s+[-–—]\s+)(?:[*_]{1,2})?\s*")
_BULLET = re.compile(r"^\s*(?:[•‣▪●◦·]\s*|[-–—*+]\s+)")
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "‘": "’", "`": "`"}


@dataclass(frozen=True)
class ValueDraft:
    """A value before it is in the document."""

    text: str
    description: str = ""
    weight: float = 1.0
    minimum: int | None = None
    maximum: int | None = None
    country: str | None = None
    continent: str | None = None


def parse_pasted_values(text: str) -> list[ValueDraft]:
    """One value a line; after a tab its description, after another tab its weight, as spreadsheets paste them.

    Raises:
        InputError: the text is no plain text, too long, has too many lines, or a weight is no positive number.
    """
    if len(text) > MAX_PASTED_CHARACTERS:
        raise InputError(
            f"The pasted text has {len(text):,} characters; at most {MAX_PASTED_CHARACTERS:,} fit. Paste it in parts."
        )
    if "\0" in text or "\ufffd" in text:
        raise InputError("The pasted text is not plain text (it holds binary data). Paste one value a line.")
    lines = text.splitlines()
    numbered = lines_are_numbered(lines)
    drafts: list[ValueDraft] = []
    for number, line in enumerate(lines, start=1):
        cells = line.strip().split("\t")
        value = clean_line(cells[0], numbered=numbered)
        if not value:
            continue
        description = cells[1].strip() if len(cells) > 1 else ""
        weight = _read_weight(cells[2], number) if len(cells) > 2 and cells[2].strip() else 1.0
        drafts.append(ValueDraft(text=value, description=description, weight=weight))
    if len(drafts) > MAX_PASTED_VALUES:
        raise InputError(f"{len(drafts):,} values at once; at most {MAX_PASTED_VALUES:,} fit. Paste them in parts.")
    return drafts


def lines_are_numbered(lines: list[str]) -> bool:
    """True where numbers at the start of lines count them; `1. FC Köln` above `1. FC Nürnberg` are names."""
    numbers = [int(match.group(1)) for line in lines if (match := _NUMBER.match(line))]
    return len(numbers) == 1 or len(set(numbers)) > 1


def clean_line(line: str, *, numbered: bool = True) -> str:
    """A line without its bullet, its number, Markdown emphasis, a closing comma and quotes around the whole."""
    cleaned = line.strip()
    for pattern in (_BULLET, _NUMBER if numbered else None, _BULLET):
        if pattern is not None:
            cleaned = pattern.sub("", cleaned, count=1)
    cleaned = cleaned.strip().rstrip(",;").strip()
    if cleaned.startswith("**") or cleaned.endswith("**"):
        cleaned = cleaned.replace("**", "").strip()
    while len(cleaned) > 1 and _QUOTES.get(cleaned[0]) == cleaned[-1] and cleaned[-1] not in cleaned[1:-1]:
        cleaned = cleaned[1:-1].strip()
    return "" if cleaned in {"-", "*", "•", "–", "—", "+"} else cleaned


def _read_weight(cell: str, line: int) -> float:
    try:
        weight = float(cell.strip().replace(",", "."))
    except ValueError as error:
        raise InputError(f"Line {line}: the weight '{cell.strip()[:40]}' is no number.") from error
    if not 0 < weight <= 1e6:
        raise InputError(f"Line {line}: the weight {weight:g} must be above 0 and at most 1,000,000.")
    return weight
