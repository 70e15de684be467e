"""Answers in a given form from any endpoint, whatever it supports.

Three levels, tried from the best: the server is held to a JSON schema, the server is held to some JSON object, or the
form is only asked for in the prompt. An endpoint that rejects a level is remembered, so that it is asked once only. The
reply is read leniently, checked against the schema, and asked for again where it does not fit; every reply is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.chat import ChatClient, ChatReply, ChatRequest, Message
from attrprompt.llm.lenient_json import read_json, read_list

DEFAULT_ATTEMPTS = 3
REJECTING_STATUSES = frozenset({400, 404, 415, 422, 500, 501})
"""What servers answer to a `response_format` that they do not know; some crash on it."""

ModelT = TypeVar("ModelT", bound=BaseModel)


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
        return self.tries[-1].reply.text if self.tries else ""

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
    """Ask until a reply fits the schema, at most so many times.

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
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problem = problem or f"The reply has another form than asked for ({where}: {first['msg']})."
    if not text.strip():
        return None, "The reply is empty."
    return None, problem or "The reply holds neither JSON nor a list."


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
    items = read_list(text)
    if items:
        yield from _reshape(items, schema)


def _reshape(found: Any, schema: type[BaseModel]) -> Iterator[Any]:
    """Other ways to say the same: a bare list, another name for the one list, texts in place of objects."""
    name, item = _only_list(schema)
    if name is None:
        return
    if isinstance(found, Mapping):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) != 1:
            return
        found = lists[0]
    if not isinstance(found, Sequence) or isinstance(found, str):
        return
    yield {name: list(found)}
    if isinstance(item, type) and issubclass(item, BaseModel):
        first = next(iter(item.model_fields))
        yield {name: [{first: entry} if isinstance(entry, str) else entry for entry in found]}
    elif item is str:
        yield {name: [_only_text(entry) for entry in found]}


def _only_list(schema: type[BaseModel]) -> tuple[str | None, Any]:
    """Name and item type of the schema's list, where it has exactly one."""
    lists = [
        (name, (get_args(info.annotation) or (Any,))[0])
        for name, info in schema.model_fields.items()
        if get_origin(info.annotation) in (list, tuple, Sequence) or info.annotation is list
    ]
    return lists[0] if len(lists) == 1 else (None, None)


def _only_text(entry: Any) -> Any:
    """A text that a model wrapped into an object of its own ({"name": "…"}) is meant as the text."""
    if isinstance(entry, Mapping):
        texts = [value for value in entry.values() if isinstance(value, str)]
        return texts[0] if texts else entry
    return entry


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
