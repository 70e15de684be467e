"""A chat completion as it goes over the wire: the body of a request, and what stands in the document that answers."""

from __future__ import annotations

from typing import Any

from attrprompt.llm.chat import ChatReply, ChatRequest, Endpoint
from attrprompt.llm.thinking import read_message


def build_chat_body(endpoint: Endpoint, request: ChatRequest, *, length_field: str = "max_tokens") -> dict[str, Any]:
    """The body of a chat request, as this endpoint takes it."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [dict(message) for message in request.messages],
        "temperature": request.temperature,
        length_field: request.max_tokens,
    }
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


def read_chat_document(
    document: Any, *, model: str, request_id: str | None = None, seconds: float = 0.0
) -> ChatReply | None:
    """The reply in a chat completion; None where there is no choice in it."""
    choice = _first_choice(document)
    if choice is None:
        return None
    message = choice["message"]
    refusal = message.get("refusal")
    found = read_message(message)
    usage = document.get("usage") or {}
    return ChatReply(
        text=found.text or (refusal if isinstance(refusal, str) else ""),
        finish_reason=choice.get("finish_reason"),
        prompt_tokens=_read_count(usage, "prompt_tokens"),
        completion_tokens=_read_count(usage, "completion_tokens"),
        model=str(document.get("model") or model),
        request_id=request_id or document.get("id"),
        seconds=seconds,
        refused=bool(refusal) or choice.get("finish_reason") == "content_filter",
        thinking=found.thinking,
        thinking_unfinished=found.is_unfinished,
        written=found.written,
    )


def _first_choice(document: Any) -> dict[str, Any] | None:
    choices = document.get("choices") if isinstance(document, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    choice: dict[str, Any] = choices[0]
    return choice if isinstance(choice.get("message"), dict) else None


def _read_count(usage: Any, name: str) -> int | None:
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None
