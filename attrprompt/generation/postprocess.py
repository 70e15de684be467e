"""What is done with an answer before it is read: the wrapper taken off, doubts marked. The raw answer is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from attrprompt.analysis.texts.tokens import count_words
from attrprompt.generation.asked_text import NOTHING_KNOWN, AskedText
from attrprompt.generation.doubts import find_doubts
from attrprompt.generation.wrappers import strip_wrapper
from attrprompt.project import DimensionKind, Project
from attrprompt.records import Flag

_REFUSAL = re.compile(
    r"""\A\W*(?:
      (?:i(?:'|’)?m|i\ am)\ (?:very\ |really\ |so\ )?(?:sorry|unable|not\ able)\b
      |sorry,?\ (?:but\ )?i\b
      |(?:i\ )?apologi[sz]e\b
      |i\ (?:cannot|can(?:'|’)?t|can\ not|won(?:'|’)?t|will\ not|must\ decline)\s+(?:\w+\s+)?
        (?:help|assist|provide|create|generate|write|fulfil|fulfill|comply|perform|do\ that|answer)
      |as\ an?\ (?:ai|artificial\ intelligence|large\ language\ model|language\ model)\b
      |i(?:'|’)?m\ (?:just\ )?an?\ (?:ai|language\ model)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class ProcessedAnswer:
    """The clean text of an answer and what is doubtful about it."""

    text: str
    flags: tuple[Flag, ...]


def process_answer(
    answer: str,
    *,
    finish_reason: str | None,
    refused: bool,
    length: tuple[int, int] | None,
    asked: AskedText = NOTHING_KNOWN,
) -> ProcessedAnswer:
    """Clean an answer and mark what can be seen from it alone.

    Args:
        answer: what the model answered, its thinking already apart.
        finish_reason: as the endpoint gave it; `length` means cut by max_tokens.
        refused: the endpoint itself marked the answer as a refusal.
        length: smallest and largest number of words that the prompt asked for.
        asked: what else was asked for; the more is known, the surer a wrapper is told from the text.
    """
    text = strip_wrapper(answer, asked)
    flags: list[Flag] = []
    if not text:
        return ProcessedAnswer("", (Flag.REFUSAL if refused else Flag.EMPTY,))
    if refused or is_refusal(text):
        flags.append(Flag.REFUSAL)
    if finish_reason == "length":
        flags.append(Flag.TRUNCATED)
    if length is not None and not length[0] <= count_words(text) <= length[1]:
        flags.append(Flag.LENGTH)
    flags.extend(find_doubts(text, asked))
    return ProcessedAnswer(text, tuple(flags))


def is_refusal(text: str) -> bool:
    """Whether the text opens as a refusal does; a review that says "sorry" somewhere is none."""
    return _REFUSAL.match(text) is not None


def asked_lengths(project: Project) -> dict[tuple[str, str], tuple[int, int]]:
    """Bounds in words by (dimension name, value text), for every length dimension."""
    return {
        (dimension.name, value.text): (value.minimum, value.maximum)
        for _, dimension in project.ordered_dimensions()
        if dimension.kind is DimensionKind.LENGTH
        for _, value in dimension.ordered()
        if value.minimum is not None and value.maximum is not None
    }


def find_asked_length(
    lengths: Mapping[tuple[str, str], tuple[int, int]], attributes: Mapping[str, str]
) -> tuple[int, int] | None:
    """The length that a configuration asks for, or None where it has none."""
    return next((lengths[pair] for pair in attributes.items() if pair in lengths), None)
