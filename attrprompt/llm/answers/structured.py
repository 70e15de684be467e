"""Answers in a given form from any endpoint, whatever it supports.

Three levels, tried from the best: the server is held to a JSON schema, the server is held to some JSON object, or the
form is only asked for in the prompt. An endpoint that rejects a level is remembered, so that it is asked once only. The
reply is read leniently, checked against the schema, and asked for again where it does not fit; every reply is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.answers.lenient_json import read_json, unwrap_string
from attrprompt.llm.answers.lenient_lists import ListItem, read_items
from attrprompt.llm.answers.thinking import explain_only_thinking
from attrprompt.llm.chat import ChatClient, ChatReply, ChatRequest, Message

DEFAULT_ATTEMPTS = 3
REJECTING_STATUSES = frozenset({400, 404, 415, 422, 500, 501})
"""What servers answer to a `response_format` that they do not know; some crash on it."""

EMPTY_LIST = "empty_list"
EMPTY = "The list in the reply is empty."
MOST_DEPTH = 3
NAME_KEYS = ("name", "text", "value", "title", "label", "item", "dimension", "attribute", "topic", "subtopic", "prompt")
DETAIL_KEYS = ("description", "explanation", "reason", "details", "why", "definition", "summary")
OTHER_KEYS = ("id", "answer", "error", "message", "status", "type", "category", "note", "detail", "code", "thought")
COUNTED_KEY = re.compile(r"\D{0,20}\d{1,3}")

ModelT = TypeVar("ModelT", bound=BaseModel)
EntryT = TypeVar("EntryT")


class Level(IntEnum):
    """How firmly an endpoint can be held to a form; higher is firmer."""

    PROMPT = 0
    JSON_OBJECT = 1
    JSON_SCHEMA = 2


class KnownLevels:
    """What each endpoint and model was seen to support; one per process is enough."""

    def __init__(self) -> None:
        self._levels: dict[str, Level] = {}

    def best(self, endpoint: str) -> Level:
        """The firmest level that is not known to fail there."""
        return self._levels.get(endpoint, Level.JSON_SCHEMA)

    def remember(self, endpoint: str, level: Level) -> None:
        """No firmer level than this one works there."""
        self._levels[endpoint] = min(level, self.best(endpoint))


@dataclass(frozen=True)
class Try:
    """One reply as it came.

    Attributes:
        problem: why it could not be used; empty where it was.
    """

    reply: ChatReply
    level: Level
    problem: str = ""


@dataclass(frozen=True)
class StructuredAnswer(Generic[ModelT]):
    """What came of asking.

    Attributes:
        value: the answer in the form asked for; None where no reply could be read.
        tries: every reply, in order; the last one is the one that was used.
    """

    value: ModelT | None
    tries: tuple[Try, ...] = field(default=())

    @property
    def raw(self) -> str:
        """The last reply as it came."""
        return self.tries[-1].reply.raw if self.tries else ""

    @property
    def problem(self) -> str:
        """Why there is no value; empty where there is one."""
        return self.tries[-1].problem if self.tries and self.value is None else ""


async def ask_structured(
    client: ChatClient,
    request: ChatRequest,
    schema: type[ModelT],
    *,
    endpoint: str = "",
    known: KnownLevels | None = None,
    attempts: int = DEFAULT_ATTEMPTS,
    highest: Level = Level.JSON_SCHEMA,
) -> StructuredAnswer[ModelT]:
    """Ask until a reply fits the schema, at most so many times; one that is only thinking is not asked for again.

    Args:
        client: what is asked.
        request: the question; its `response_schema` is set here.
        schema: the form of the answer.
        endpoint: names the endpoint in `known`, its base URL for example.
        known: remembers which level works where; None starts anew.
        attempts: replies in all; a level that the server rejects does not count.
        highest: the firmest level to use; `PROMPT` suits models that a schema makes repeat themselves.

    Raises:
        ProviderError: the endpoint failed in a way that has nothing to do with the form.
    """
    known = known or KnownLevels()
    key = f"{endpoint} {request.model}"
    level = min(known.best(key), highest)
    tries: list[Try] = []
    while len(tries) < attempts:
        try:
            reply = await client.complete(_shape(request, schema, level, tries))
        except ProviderError as failure:
            if level is Level.PROMPT or not _is_about_the_form(failure):
                raise
            level = Level(level - 1)
            continue
        if reply.is_only_thinking:
            problem = explain_only_thinking(request.max_tokens, is_cut=reply.finish_reason != "stop")
            return StructuredAnswer(None, (*tries, Try(reply, level, problem)))
        value, problem = read_structured(reply.text, schema)
        if value is None and reply.finish_reason == "length":
            problem += " The answer was cut at the limit of tokens."
        tries.append(Try(reply, level, problem))
        if level > Level.PROMPT and not _is_bare_json(reply.text):
            level = Level(level - 1)
        if level < highest:
            known.remember(key, level)
        if value is not None:
            return StructuredAnswer(value, tuple(tries))
    return StructuredAnswer(None, tuple(tries))


def read_structured(text: str, schema: type[ModelT]) -> tuple[ModelT | None, str]:
    """The reply in the form of the schema, or None and the reason in a sentence."""
    problem = ""
    for candidate in _candidates(text, schema):
        try:
            return schema.model_validate(candidate), ""
        except ValidationError as error:
            misfit = _explain_misfit(error)
            problem = misfit if misfit == EMPTY else problem or misfit
    if not text.strip():
        return None, "The reply is empty."
    return None, problem or "The reply holds neither JSON nor a list."


def refuse_empty(entries: list[EntryT]) -> list[EntryT]:
    """For the list of a schema of which an empty one is no answer; the schema that is sent says nothing of it."""
    if all(_is_blank(entry) for entry in entries):
        raise PydanticCustomError(EMPTY_LIST, "the list is empty")
    return entries


def _is_blank(entry: object) -> bool:
    name = getattr(entry, next(iter(type(entry).model_fields))) if isinstance(entry, BaseModel) else entry
    return isinstance(name, str) and not name.strip()


def _explain_misfit(error: ValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == EMPTY_LIST:
        return EMPTY
    where = ".".join(str(part) for part in first["loc"])
    return f"The reply has another form than asked for ({where}: {first['msg']})."


def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema as strict endpoints want it: every property required, no others, no defaults."""
    strict: dict[str, Any] = _make_strict(schema.model_json_schema())
    return strict


def _make_strict(part: Any) -> Any:
    if isinstance(part, list):
        return [_make_strict(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    strict = {key: _make_strict(value) for key, value in part.items() if key != "default"}
    if isinstance(part.get("properties"), dict):
        strict["properties"] = {name: _make_strict(value) for name, value in part["properties"].items()}
        strict["required"] = list(part["properties"])
        strict["additionalProperties"] = False
    return strict


def _candidates(text: str, schema: type[BaseModel]) -> Iterator[Any]:
    for found in read_json(text):
        yield found
        yield from _reshape(found, schema)
    items = read_items(unwrap_string(text))
    name, item = _only_list(schema)
    if items and name is not None:
        yield {name: [_fit_item(listed, item) for listed in items]}


def _reshape(found: Any, schema: type[BaseModel]) -> Iterator[Any]:
    """Other ways to say the same: a bare list, another name for the one list, other names for what stands in it."""
    name, item = _only_list(schema)
    entries = None if name is None else _find_entries(found, item)
    if entries is not None:
        yield {name: entries}
        yield {name: [_fit_entry(entry, item) for entry in entries]}


def _find_entries(found: Any, item: Any, depth: int = 0) -> list[Any] | None:
    """The one list in what was found: itself, a value of it, a text that holds one, or what its keys name."""
    if isinstance(found, list):
        is_text = len(found) == 1 and isinstance(found[0], str) and "\n" in found[0]
        return [_fit_item(listed, item) for listed in read_items(found[0])] or found if is_text else found
    if not isinstance(found, Mapping) or depth > MOST_DEPTH:
        return None
    lists = [value for value in found.values() if isinstance(value, list)]
    if lists:
        return lists[0] if len(lists) == 1 else None
    if len(found) == 1:
        [inside] = found.values()
        if isinstance(inside, str):
            parsed = [list_ for list_ in read_json(inside) if isinstance(list_, list)]
            return parsed[0] if parsed else [_fit_item(listed, item) for listed in read_items(inside)] or None
        return _find_entries(inside, item, depth + 1)
    if found and all(isinstance(value, Mapping) for value in found.values()):
        return list(found.values())
    texts = {str(key): value for key, value in found.items() if isinstance(value, str)}
    if len(texts) < len(found) or not texts:
        return None
    if all(COUNTED_KEY.fullmatch(key) for key in texts):
        return list(texts.values())
    if any(key.casefold() in (*NAME_KEYS, *DETAIL_KEYS, *OTHER_KEYS) for key in texts):
        return None
    return [_fit_item(ListItem(key, key, value), item) for key, value in texts.items()]


def _fit_item(listed: ListItem, item: Any) -> Any:
    """A line of a list in the form of the schema's items."""
    if not _is_model(item):
        return listed.line
    first, details = _name_and_details(item)
    return {first: listed.name, **({details: listed.details} if details and listed.details else {})}


def _fit_entry(entry: Any, item: Any) -> Any:
    """An entry of a list in the form of the schema's items, whatever its parts are called."""
    if isinstance(entry, list) and entry and all(isinstance(part, str) for part in entry):
        entry = dict(zip((NAME_KEYS[0], DETAIL_KEYS[0]), entry, strict=False))
    if isinstance(entry, Mapping) and len(entry) == 1 and isinstance(inside := next(iter(entry.values())), Mapping):
        entry = inside
    if not _is_model(item):
        return _pick(entry, NAME_KEYS) if item is str and isinstance(entry, Mapping) else entry
    first, details = _name_and_details(item)
    if isinstance(entry, str):
        return {first: entry}
    if not isinstance(entry, Mapping) or first in entry:
        return entry
    fitted = {**entry, first: _pick(entry, NAME_KEYS)}
    if details and details not in entry:
        fitted[details] = next((entry[key] for key in DETAIL_KEYS if isinstance(entry.get(key), str)), "")
    return fitted


def _pick(entry: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The name in an object that a model made of its own: by the usual keys, else the first text that is no number."""
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    named = next((texts[name] for name in names if name in texts), None)
    others = [value for key, value in texts.items() if key not in DETAIL_KEYS and not value.strip().isdecimal()]
    return named or (others[0] if others else entry)


def _is_model(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, BaseModel)


def _name_and_details(item: type[BaseModel]) -> tuple[str, str | None]:
    """The field of a name, the first, and that of its explanation, the second where it holds a text."""
    fields = list(item.model_fields.items())
    details = fields[1][0] if len(fields) > 1 and fields[1][1].annotation is str else None
    return fields[0][0], details


def _only_list(schema: type[BaseModel]) -> tuple[str | None, Any]:
    """Name and item type of the schema's list, where it has exactly one."""
    lists = [
        (name, (get_args(info.annotation) or (Any,))[0])
        for name, info in schema.model_fields.items()
        if get_origin(info.annotation) in (list, tuple, Sequence) or info.annotation is list
    ]
    return lists[0] if len(lists) == 1 else (None, None)


def _shape(request: ChatRequest, schema: type[BaseModel], level: Level, tries: Sequence[Try]) -> ChatRequest:
    """The request as this level sends it; a repeated request gets another seed and is told what was wrong."""
    form = strict_schema(schema)
    extra = dict(request.extra)
    if level is Level.JSON_OBJECT:
        extra["response_format"] = {"type": "json_object"}
    messages = list(request.messages)
    if level < Level.JSON_SCHEMA or tries:
        hint = f"Answer with JSON only, in the form of this JSON schema:\n{json.dumps(form, ensure_ascii=False)}"
        messages = _append(messages, hint)
    if tries:
        messages = _append(messages, f"An earlier answer could not be used: {tries[-1].problem}")
    return replace(
        request,
        messages=tuple(messages),
        response_schema=form if level is Level.JSON_SCHEMA else None,
        seed=None if request.seed is None else request.seed + len(tries),
        extra=extra,
    )


def _append(messages: Sequence[Message], text: str) -> list[Message]:
    last = messages[-1]
    return [*messages[:-1], {"role": last["role"], "content": f"{last['content']}\n\n{text}"}]


def _is_about_the_form(failure: ProviderError) -> bool:
    if failure.kind is ErrorKind.BAD_REQUEST:
        return True
    words = str(failure)
    named = "response_format" in words or "json_schema" in words or "json_object" in words
    return named and failure.status in REJECTING_STATUSES


def _is_bare_json(text: str) -> bool:
    """A server that was held to JSON sends nothing else; prose around it shows that the level was overlooked."""
    return text.strip()[:1] in ("{", "[")
