"""The plain-text files of an AttrPrompt folder: one value a line, often numbered or quoted, some with a definition.

Reading and writing live side by side, because a line is written so that it reads back as the same value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from attrprompt.errors import InputError
from attrprompt.project import MAX_LABELS, MAX_NAME_LENGTH, MAX_TEXT_LENGTH, fold_label, fold_text

OTHERS = "others"
"""What an index to the authors' filler value stands for in a sample's attributes."""

LENGTH_SPAN = 50
"""A length L in the authors' files asks for L to L + 50 words."""

_MARK = re.compile(r"\s*(?:\(?\d{1,3}[.)]|[-*•–—])\s+")
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_DEFINITION = re.compile(r"([^:]{1,80}): +(\S.*)", re.DOTALL)
_NOTHING = re.compile(r"[\d.]*[-()]*[\s\"']*")
_FILLER = re.compile(r"others?\s+(\S+)(?:\s.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class ReadLine:
    """A line of an attribute file.

    Attributes:
        number: its number in the file, from 1.
        raw: the line as it stands there.
        text: the value, without number, bullet and quotes; of a line `Name: definition` the name.
        description: the definition, where every line of the file has one.
        skipped: why it is no value; empty where it is one.
    """

    number: int
    raw: str
    text: str
    description: str = ""
    skipped: str = ""


def split_lines(text: str) -> list[str]:
    """The lines as Python's text files give them: at LF, CR LF and CR only, without an empty last one."""
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[:-1] if not lines[-1] else lines


def read_lines(lines: Sequence[str], dimension: str) -> list[ReadLine]:
    """Every line that is not blank, as a value or with the reason why it is none."""
    found = [
        ReadLine(number, line, cleaned) for number, line in enumerate(lines, start=1) if (cleaned := clean_line(line))
    ]
    return _mark_skipped(_split_definitions(found, dimension), dimension)


def clean_line(line: str) -> str:
    """The line without one leading number or bullet, and without quotes that enclose the whole of the rest."""
    cleaned = _MARK.sub("", f"{line} ", count=1).strip()
    if len(cleaned) > 2 and _QUOTES.get(cleaned[0]) == cleaned[-1]:
        inner = cleaned[1:-1]
        if cleaned[0] not in inner and cleaned[-1] not in inner:
            return inner.strip()
    return cleaned


def is_filler(text: str, dimension: str) -> bool:
    """True for rows such as `Others product_name for books.`, which stand for no value of their own."""
    match = _FILLER.fullmatch(text)
    if match is None:
        return False
    word = _stem(match.group(1).removesuffix("_filter"))
    whole = _stem(dimension)
    return word in {whole, "topic", "value"} or word in whole.split("_")


def counts_in_indices(line: str) -> bool:
    """True for lines that the authors' indices count: something is left without leading digits, dashes and quotes."""
    return _NOTHING.fullmatch(line) is None


def write_lines(values: Sequence[tuple[str, str]], dimension: str) -> list[str]:
    """Lines that read back as these (text, description) pairs as far as the layout can carry them."""
    if values and all(description for _, description in values):
        lines = [_write_line(f"{text}: {description}") for text, description in values]
        if [line.text for line in read_lines(lines, dimension)] == [text for text, _ in values]:
            return lines
    return [_write_line(text) for text, _ in values]


def _split_definitions(lines: list[ReadLine], dimension: str) -> list[ReadLine]:
    values = [line for line in lines if not is_filler(line.text, dimension)]
    matches = {line.number: match for line in values if (match := _DEFINITION.fullmatch(line.text))}
    names = {fold_text(match.group(1)) for match in matches.values()}
    if len(values) < 2 or len(matches) < len(values) or len(names) < len(values):
        return lines
    return [
        replace(line, text=matches[line.number].group(1).strip(), description=matches[line.number].group(2).strip())
        if line.number in matches
        else line
        for line in lines
    ]


def _mark_skipped(lines: list[ReadLine], dimension: str) -> list[ReadLine]:
    seen: dict[str, int] = {}
    marked = []
    for line in lines:
        reason = ""
        folded = fold_text(line.text)
        if is_filler(line.text, dimension):
            reason = "stands for no value of its own"
        elif len(line.text) > MAX_TEXT_LENGTH or len(line.description) > MAX_TEXT_LENGTH:
            reason = f"has over {MAX_TEXT_LENGTH:,} characters"
        elif folded in seen:
            reason = f"repeats line {seen[folded]}"
        else:
            seen[folded] = line.number
        marked.append(replace(line, skipped=reason))
    return marked


def _write_line(text: str) -> str:
    flat = " ".join(re.split(r"\s*[\r\n]+\s*", text)).strip()
    for candidate in (flat, f"1. {flat}", f'"{flat}"', f"'{flat}'", f"“{flat}”"):
        if clean_line(candidate) == flat and counts_in_indices(candidate):
            return candidate
    return flat


def _stem(word: str) -> str:
    folded = re.sub(r"[\W_]+", "_", word.casefold()).strip("_")
    return "_".join(part.removesuffix("s") for part in folded.split("_"))


def parse_labels(text: str, name: str) -> tuple[str, ...]:
    """Label names, one a line; blank lines at the end are let pass.

    Raises:
        InputError: a name is empty, too long, double, or one too many.
    """
    lines = split_lines(text.rstrip() + "\n") if text.strip() else []
    if not lines:
        raise InputError(f"'{name}' is empty; write one label a line.")
    if len(lines) > MAX_LABELS:
        raise InputError(f"'{name}' names {len(lines):,} labels; a task has at most {MAX_LABELS}.")
    seen: dict[str, int] = {}
    labels = []
    for number, line in enumerate(lines, start=1):
        label = line.strip()
        if not label:
            raise InputError(f"Line {number} of '{name}' is empty; each line names one label.")
        if len(label) > MAX_NAME_LENGTH:
            raise InputError(f"Line {number} of '{name}' is over {MAX_NAME_LENGTH} characters, too long for a label.")
        folded = fold_label(label)
        if folded in seen:
            raise InputError(
                f"Lines {seen[folded]} and {number} of '{name}' name the same label, '{label}'; delete one of them."
            )
        seen[folded] = number
        labels.append(label)
    return tuple(labels)
