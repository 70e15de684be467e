"""Reads the JSON that a model meant: fenced, wrapped in prose, inside a JSON string, or slightly broken.

Models without structured output answer in all these ways. A reply is turned into candidates, best first, and the caller
takes the first that fits its schema; nothing is guessed beyond the form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from json_repair import repair_json

from attrprompt.llm.answers.lenient_lists import LONGEST_REPLY

FENCE = re.compile(r"```[\w-]*[ \t]*\r?\n(.*?)(?:```|\Z)", re.DOTALL)
BRACKET_AT_LINE_START = re.compile(r"^\s*(?:\{|\[(?![ xX✓✔]?\]))", re.MULTILINE)
MOST_STARTS = 200
MOST_STRINGS = 3


def read_json(reply: str) -> Iterator[Any]:
    """Objects and arrays that the reply may mean, best first.

    The whole reply, fenced blocks, the longest whole one inside prose, several in a row as one array, and last what can
    be repaired (a missing bracket, single quotes, a trailing comma) where a bracket begins a line.
    """
    text = unwrap_string(reply)[:LONGEST_REPLY]
    fenced = [block.strip() for block in FENCE.findall(text)]
    for candidate in (text.strip(), *fenced):
        found = _parse(candidate)
        if found is not None:
            yield found
    inside = list(_find_inside(text))
    if inside:
        yield max(inside, key=lambda span: span[0])[1]
    objects = [found for _, found in inside if isinstance(found, dict)]
    if len(objects) > 1:
        yield objects
    for candidate in (*fenced, text):
        found = _repair(candidate)
        if found is not None:
            yield found


def unwrap_string(reply: str) -> str:
    """What a reply says that is one JSON string, fenced or not; any other reply as it is."""
    text = reply
    for _ in range(MOST_STRINGS):
        fenced = FENCE.fullmatch(text.strip())
        inner = (fenced.group(1) if fenced else text).strip()
        if inner[:1] != '"' or len(inner) > LONGEST_REPLY:
            break
        try:
            found = json.loads(inner, strict=False)
        except ValueError:
            break
        text = found if isinstance(found, str) else text
    return text


def repair_object(text: str) -> dict[str, Any] | None:
    """The object that a text begins with, slightly broken or cut short; None where it is none."""
    found = _repair(text[:LONGEST_REPLY])
    return found if isinstance(found, dict) else None


def _parse(text: str) -> Any | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _find_inside(text: str) -> Iterator[tuple[int, Any]]:
    """Whole objects and arrays inside prose, with their lengths."""
    decoder = json.JSONDecoder()
    at = 0
    for _ in range(MOST_STARTS):
        starts = [start for start in (text.find("{", at), text.find("[", at)) if start >= 0]
        if not starts:
            return
        start = min(starts)
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            at = start + 1
            continue
        at = end
        if found:
            yield end - start, found


def _repair(text: str) -> Any | None:
    begins = BRACKET_AT_LINE_START.search(text)
    if begins is None:
        return None
    start = begins.end() - 1
    try:
        found = repair_json(text[start:], return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    expected = dict if text[start] == "{" else list
    return found if isinstance(found, expected) and found else None
