"""Which fields of a request an endpoint refuses, read out of the many ways in which servers say so.

A refused field is told from a refused value: a temperature of 3 is the person's to mend, a `seed` that the server does
not know is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

REFUSING_STATUSES = frozenset({400, 404, 422, 500, 501})
"""Proxies answer 500 to what the server behind them refuses."""

PENALTIES = ("frequency_penalty", "presence_penalty", "repetition_penalty", "repeat_penalty")
OPTIONAL_FIELDS = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "stop",
    "max_tokens",
    "max_completion_tokens",
    "response_format",
    "logprobs",
    "logit_bias",
    *PENALTIES,
)
UNKNOWN_CODES = frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter", "wrong_api_format"})
EXTRA_TYPES = frozenset({"extra_forbidden", "value_error.extra"})
ECHOES = frozenset({"input", "ctx", "url", "messages", "prompt", "body"})
"""Fields of an error that repeat the request."""

DEEPEST = 20
LONGEST = 20_000
_REFUSING = re.compile(
    r"unsupported|not supported|(?:does|do)(?: ?not|n.?t) (?:support|accept)|unrecogni[sz]ed|extra_forbidden"
    r"|unknown (?:name|parameter|argument|field|key|property)|extra (?:inputs|fields)(?: are)? not permitted"
    r"|not permitted|not allowed|unexpected (?:keyword|argument|field|property)|extraneous|deprecated|unavailable"
    r"|both be specified|only the default|may only be set|not enabled|strictly positive|additional propert",
    re.IGNORECASE,
)
_ABOUT_THE_VALUE = re.compile(
    r"at most|at least|too (?:large|small|high|low|long)|exceed|less than|greater than|maximum|between|range",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n")
_AMBIGUOUS = frozenset({"stop"})
"""A word that stands in sentences without meaning the field."""


def find_refused_fields(status: int, body: str) -> frozenset[str]:
    """The fields that this error is about, as a request names them; none where it is about something else."""
    if status not in REFUSING_STATUSES:
        return frozenset()
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        document = body
    named = frozenset(_find_named(document))
    return named or frozenset(_find_told(document))


def _find_named(error: object, depth: int = 0) -> Iterator[str]:
    """Fields that the error names in a place of their own."""
    if depth > DEEPEST:
        return
    if isinstance(error, list):
        for entry in error:
            yield from _find_named(entry, depth + 1)
    if not isinstance(error, dict):
        return
    place = error.get("loc")
    if error.get("type") in EXTRA_TYPES and isinstance(place, list) and place:
        inside = [str(part) for part in place if part != "body"]
        yield from inside[:1]
    parameter = error.get("param")
    if isinstance(parameter, str) and error.get("code") in UNKNOWN_CODES:
        yield re.split(r"[.\[]", parameter.removeprefix("body."), maxsplit=1)[0]
    for name, entry in error.items():
        if name not in ECHOES:
            yield from _find_named(entry, depth + 1)


def _find_told(document: object) -> Iterator[str]:
    """Fields that the error names in a sentence which refuses them."""
    text = "\n".join(_texts(document))[:LONGEST].replace("\\", "")
    for sentence in _SENTENCE_END.split(text):
        if not _REFUSING.search(sentence) or _ABOUT_THE_VALUE.search(sentence):
            continue
        found = sorted((at, name) for name in OPTIONAL_FIELDS if (at := _find_name(name, sentence)) >= 0)
        names = [name for _, name in found]
        yield from names[1:] if "both" in sentence and len(names) > 1 else names
        if not names and "penalty is not enabled" in sentence.lower():
            yield from PENALTIES


def _texts(error: object, depth: int = 0) -> Iterator[str]:
    if isinstance(error, str):
        yield error
    elif isinstance(error, list) and depth < DEEPEST:
        for entry in error:
            yield from _texts(entry, depth + 1)
    elif isinstance(error, dict) and depth < DEEPEST:
        for name, entry in error.items():
            if name not in ECHOES:
                yield from _texts(entry, depth + 1)


def _find_name(name: str, sentence: str) -> int:
    """Where the field stands, in either way of writing it; -1 where it does not."""
    first, *rest = name.split("_")
    written = f"{name}|{first}{''.join(part.capitalize() for part in rest)}"
    before = r"(?:['\"`\[(:]\s*|\bparameters? |\bargument )" if name in _AMBIGUOUS else r"(?<![A-Za-z_])"
    found = re.search(rf"{before}(?:{written})(?![A-Za-z_])", sentence)
    return -1 if found is None else found.start()
