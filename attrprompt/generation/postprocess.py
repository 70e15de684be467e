"""What is done with an answer before it is read: the wrapper taken off, doubts marked. The raw answer is kept.

Nothing is dropped. A wrapper is what a chat model puts around the text it was asked for: a sentence that announces
it ("Sure, here is a news article:"), quotes around the whole, a heading mark, a code fence, a note after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from attrprompt.analysis.texts.tokens import count_words
from attrprompt.project import DimensionKind, Project
from attrprompt.records import Flag

_ANNOUNCEMENT = re.compile(
    r"""\A\s*
    (?:(?:sure|certainly|of\ course|absolutely|okay|ok|great)[,.!]?\s+)?
    (?:(?:here(?:'|’)?s|here\ (?:is|are)|below\ is|this\ is|the\ following\ is)\b[^\n:]{0,160}:\s*\n?
      |(?:sure|certainly|of\ course|absolutely)[,.!][^\n]{0,120}[:.!]\s*\n+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FENCE = re.compile(r"\A\s*```[\w-]*\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_HEADING = re.compile(
    r"^\s{0,3}(?:#{1,6}\s+|\*\*\s*(?:title|headline|subject|text|article|review|abstract)\s*:?\s*\*\*\s*)", re.I
)
_FIELD = re.compile(r"\A\s*(?:title|headline|subject|text|article|news article|review|abstract)\s*:\s+", re.IGNORECASE)
_CLOSING_NOTE = re.compile(
    r"\n+\s*(?:\(?note\s*:|i hope (?:this|that)|let me know|please let me know|feel free to)[^\n]*(?:\n[^\n]*)?\s*\Z",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "„": "“"}
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
    raw: str, *, finish_reason: str | None, refused: bool, length: tuple[int, int] | None
) -> ProcessedAnswer:
    """Clean an answer and mark what can be seen from it alone.

    Args:
        finish_reason: as the endpoint gave it; `length` means cut by max_tokens.
        refused: the endpoint itself marked the answer as a refusal.
        length: smallest and largest number of words that the prompt asked for.
    """
    text = strip_wrapper(raw)
    flags: list[Flag] = []
    if not text:
        return ProcessedAnswer("", (Flag.REFUSAL if refused else Flag.EMPTY,))
    if refused or is_refusal(text):
        flags.append(Flag.REFUSAL)
    if finish_reason == "length":
        flags.append(Flag.TRUNCATED)
    if length is not None and not length[0] <= count_words(text) <= length[1]:
        flags.append(Flag.LENGTH)
    return ProcessedAnswer(text, tuple(flags))


def strip_wrapper(raw: str) -> str:
    """The text that was asked for, without what the model put around it. Inner text is never changed."""
    text = raw.strip()
    fenced = _FENCE.match(text)
    if fenced:
        text = fenced.group(1).strip()
    announced = _ANNOUNCEMENT.match(text)
    if announced and announced.end() < len(text):
        text = text[announced.end() :].strip()
    text = _CLOSING_NOTE.sub("", text).rstrip() or text
    for pattern in (_HEADING, _FIELD):
        rest = pattern.sub("", text, count=1).strip()
        text = rest or text
    return _strip_quotes(text)


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


def _strip_quotes(text: str) -> str:
    closing = _QUOTES.get(text[:1])
    inner = text[1:-1]
    if closing and len(text) > 2 and text.endswith(closing) and text[0] not in inner and closing not in inner:
        return inner.strip()
    return text
