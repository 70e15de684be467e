"""A chat completion as it goes over the wire: the body of a request, and the one door for what answers it.

Whatever a server sends becomes clean values here or one `ProviderError`: servers differ in what they leave out, so the
models below take what is usable of each field and leave out the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, PlainValidator

from attrprompt.errors import ProviderError
from attrprompt.llm.answers.thinking import read_message
from attrprompt.llm.chat import ChatReply, ChatRequest, Endpoint
from attrprompt.llm.failures import OutOfTokensError, WithheldError, explain_bad_response, explain_error_inside
from attrprompt.records import make_storable

LONGEST_NAME = 200
MOST_TOKENS = 10_000_000
"""More than any model reads or writes at once; a larger count is a mistake of the server's."""

MOST_MODELS = 10_000
EVENT = re.compile(rb"\s*(?:data|event|id)?:")
CUT_REASONS = frozenset({"length", "max_tokens", "max_output_tokens", "model_length", "token_limit"})
FILTER_REASONS = ("content_filter", "safety", "prohibited_content", "blocklist", "recitation", "sensitive", "refusal")


def _clean_name(value: object) -> str | None:
    """A text that a database takes, on one line; None for anything else."""
    if not isinstance(value, str):
        return None
    return " ".join(make_storable(value[: 10 * LONGEST_NAME])[0].split())[:LONGEST_NAME] or None


def _read_count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_TOKENS:
        return None
    return int(value)


def read_object(value: object) -> Mapping[str, object]:
    """The object that this is, an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def _read_error(value: object) -> object:
    return value or None


def _read_choices(value: object) -> list[_Choice]:
    entries = value if isinstance(value, list) else []
    return [_Choice.model_validate(entry) for entry in entries[:1] if isinstance(entry, dict)]


Name = Annotated[str | None, PlainValidator(_clean_name)]
Count = Annotated[int | None, PlainValidator(_read_count)]
ErrorInside = Annotated[object, PlainValidator(_read_error)]


class _Choice(BaseModel):
    message: Annotated[Mapping[str, object], PlainValidator(read_object)] = {}
    finish_reason: Name = None
    error: ErrorInside = None


class _Usage(BaseModel):
    prompt_tokens: Count = None
    completion_tokens: Count = None


class _Completion(BaseModel):
    id: Name = None
    model: Name = None
    choices: Annotated[list[_Choice], PlainValidator(_read_choices)] = []
    usage: Annotated[_Usage, PlainValidator(lambda value: _Usage.model_validate(read_object(value)))] = _Usage()
    error: ErrorInside = None


class _Listed(BaseModel):
    id: Name = None
    name: Name = None


def build_chat_body(endpoint: Endpoint, request: ChatRequest) -> dict[str, Any]:
    """The body of a chat request, with all that was asked for; `Dialect.shape` makes of it what the endpoint takes."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [dict(message) for message in request.messages],
        "max_tokens": request.max_tokens,
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.seed is not None:
        body["seed"] = request.seed
    if request.repetition_penalty is not None:
        body.update(dict.fromkeys(endpoint.repetition_penalty_names, request.repetition_penalty))
    if request.response_schema is not None:
        schema = {"name": "answer", "strict": True, "schema": dict(request.response_schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    body.update(request.extra)
    return body


def parse_body(content: bytes, *, is_stream: bool = False) -> object:
    """The document in a body: JSON, or a stream of events as the completion that it adds up to.

    Raises:
        ValueError: neither, with the reason.
    """
    try:
        if is_stream or EVENT.match(content):
            return _join_stream(content.decode("utf-8", errors="replace"))
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("JSON that is nested too deep") from error
    except json.JSONDecodeError as error:
        raise ValueError("no JSON") from error
    except UnicodeDecodeError as error:
        raise ValueError("no text") from error


def read_chat_document(
    document: object,
    *,
    base_url: str,
    model: str,
    secret: str = "",
    request_id: str | None = None,
    seconds: float = 0.0,
    headers: Mapping[str, str] | None = None,
) -> ChatReply:
    """The reply in a chat completion.

    Args:
        document: what the endpoint answered with, under a status of success.
        base_url: named where the document is no answer.
        model: which was asked.
        secret: taken out of what the endpoint says.
        request_id: as a header gave it.
        seconds: how long it took.
        headers: of the response, for the wait that it may ask for.

    Raises:
        ProviderError: there is no answer in it, an error in its place, or half an answer and an error.
    """
    found = _Completion.model_validate(read_object(document))
    choice = found.choices[0] if found.choices else _Choice()
    is_half = choice.error is not None or (choice.finish_reason or "").lower() == "error"
    if is_half or found.error is not None:
        error = choice.error or found.error
        raise explain_error_inside(error, headers or {}, base_url=base_url, model=model, secret=secret, is_half=is_half)
    if not choice.message and choice.finish_reason is None:
        raise explain_bad_response("no choices in it", _write(document), base_url=base_url, secret=secret)
    try:
        thought = read_message(choice.message)
    except RecursionError:
        thought = None
    if thought is None:
        raise explain_bad_response("a message that is nested too deep", "", base_url=base_url, secret=secret)
    refusal = choice.message.get("refusal")
    reason = _name_end(choice.finish_reason)
    return ChatReply(
        text=thought.text or (refusal if isinstance(refusal, str) else ""),
        finish_reason=reason,
        prompt_tokens=found.usage.prompt_tokens,
        completion_tokens=found.usage.completion_tokens,
        model=found.model or model,
        request_id=_clean_name(request_id) or found.id,
        seconds=seconds,
        refused=bool(refusal) or reason == "content_filter",
        thinking=thought.thinking,
        thinking_unfinished=thought.is_unfinished,
        written=thought.written,
    )


def reply_in_place_of(
    failure: WithheldError | OutOfTokensError, *, model: str, most_tokens: int, seconds: float = 0.0
) -> ChatReply:
    """The answer without a text that a refusal of this kind stands for: one that a filter withheld, or never begun."""
    words = failure.words if isinstance(failure, WithheldError) else ""
    is_withheld = isinstance(failure, WithheldError)
    return ChatReply(
        text="",
        finish_reason="content_filter" if is_withheld else "length",
        prompt_tokens=None,
        completion_tokens=0 if is_withheld else most_tokens,
        model=model,
        request_id=None,
        seconds=seconds,
        refused=is_withheld,
        thinking_unfinished=not is_withheld,
        written=words,
    )


def read_model_names(document: object) -> list[str] | None:
    """The models in an endpoint's list, as it orders them; None where the document is no such list."""
    listed = document if isinstance(document, list) else None
    for field in ("data", "models"):
        inside = read_object(document).get(field)
        listed = inside if listed is None and isinstance(inside, list) else listed
    if listed is None:
        return None
    models = [_Listed.model_validate(entry) for entry in listed[:MOST_MODELS] if isinstance(entry, dict)]
    return [name for model in models if (name := model.id or model.name)]


def _name_end(reason: str | None) -> str | None:
    """The reason that an answer ended for, in OpenAI's words where it is another server's word for the same."""
    word = (reason or "").lower()
    if word in CUT_REASONS:
        return "length"
    return "content_filter" if word.startswith(FILTER_REASONS) else reason


def _write(document: object) -> str:
    try:
        return json.dumps(document)[: 50 * LONGEST_NAME]  # cut only where nothing is shown any more
    except (RecursionError, ValueError):
        return ""


def _join_stream(body: str) -> dict[str, object]:
    """The completion that the events of a stream add up to.

    Raises:
        ValueError: an event is no JSON, or the stream ends before the answer does.
    """
    whole: dict[str, object] = {}
    parts: dict[str, list[object]] = {}
    reason: object = None
    is_over = False
    for data in _read_events(body):
        if data == "[DONE]":
            is_over = True
            break
        event = read_object(json.loads(data))
        whole.update({name: value for name, value in event.items() if value and name != "choices"})
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            part = read_object(choice)
            if part.get("index"):
                continue
            for name, value in (read_object(part.get("delta")) or read_object(part.get("message"))).items():
                parts.setdefault(name, []).append(value)
            reason = part.get("finish_reason") or reason
            whole["error"] = part.get("error") or whole.get("error")
    if not (is_over or reason or whole.get("error")):
        raise ValueError("a stream that ended before its answer did")
    message = {name: _join(pieces) for name, pieces in parts.items()}
    return {**whole, "choices": [{"message": message, "finish_reason": reason}] if message or reason else []}


def _read_events(body: str) -> Iterator[str]:
    """The data of each event: the lines after `data:`, as one text where an event has several."""
    lines: list[str] = []
    for line in [*body.split("\n"), ""]:
        line = line.rstrip("\r")
        if line.startswith("data:"):
            lines.append(line.removeprefix("data:").strip())
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def _join(pieces: list[object]) -> object:
    """A field of a message out of its pieces: texts, or lists of parts."""
    texts = [piece for piece in pieces if isinstance(piece, str)]
    parts = [part for piece in pieces if isinstance(piece, list) for part in piece]
    return [*({"type": "text", "text": text} for text in texts if text), *parts] if parts else "".join(texts)


def fail_to_read(reason: str, content: bytes, *, base_url: str, status: int, secret: str) -> ProviderError:
    """The failure of a body that is no document at all."""
    body = content[:100_000].decode("utf-8", errors="replace")
    return explain_bad_response(reason, body, base_url=base_url, status=status, secret=secret)
