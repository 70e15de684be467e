"""The seam to language models: what is asked, what comes back, and where it is sent.

Everything else in the core knows a model only as a `ChatClient`; failures come as `ProviderError` with one `ErrorKind`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypedDict
from urllib.parse import urlsplit, urlunsplit

from attrprompt.errors import InputError
from attrprompt.records import UNSEEN

EMBEDDED = "embedded"
"""Stands in place of a base URL where the model that comes with the app is meant."""

EMBEDDED_MODEL_NAME = "SmolLM2-135M-Instruct"
AZURE_ADVICE = (
    "Azure is reached at https://RESOURCE.openai.azure.com/openai/v1, with the deployment's name as the model's name"
)
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Message(TypedDict):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request for one answer.

    Attributes:
        temperature: None sends none, for models that take no other than their own.
        repetition_penalty: over 1 makes words that already stand in the text less likely; None leaves it to the server.
        response_schema: JSON schema that the answer shall follow; sent as `response_format` of type `json_schema`.
        timeout: seconds until the whole answer must be there.
        extra: further fields of the request's body, sent as they are; they win over the fields above.
    """

    messages: Sequence[Message]
    model: str
    temperature: float | None = 1.0
    max_tokens: int = 512
    top_p: float | None = None
    seed: int | None = None
    repetition_penalty: float | None = None
    response_schema: Mapping[str, Any] | None = None
    timeout: float = 120.0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChatReply:
    """An answer as it came, without the thinking that led to it; the text is not touched otherwise.

    Attributes:
        text: the answer, or the words of the refusal where the endpoint marked it as one.
        finish_reason: "stop", "length", "content_filter", or what the endpoint said; None where it said nothing.
        prompt_tokens: as the endpoint counted them; None where it did not.
        completion_tokens: likewise.
        model: the model that the endpoint says has answered.
        request_id: the endpoint's own id, for questions to its operator.
        seconds: from sending to the last byte.
        refused: the endpoint itself marked the answer as a refusal.
        thinking: what a reasoning model wrote before its answer, wherever it stood; empty where it did not think.
        thinking_unfinished: the model was still thinking when it stopped, or nothing says where its thinking ends.
        written: everything that the model wrote, thinking and tags included, as it came; empty: `text` is all of it.
    """

    text: str
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    model: str
    request_id: str | None
    seconds: float
    refused: bool = False
    thinking: str = ""
    thinking_unfinished: bool = False
    written: str = ""

    @property
    def raw(self) -> str:
        """Everything that the model wrote, as it is kept beside the text."""
        return self.written or self.text

    @property
    def is_only_thinking(self) -> bool:
        """The model thought, and never came to its answer."""
        return not self.text.strip() and bool(self.thinking or self.thinking_unfinished)


class ChatClient(Protocol):
    """Something that answers chat requests. One client belongs to one event loop."""

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The answer to this request.

        Raises:
            ProviderError: the request failed, with the kind, the HTTP status and the wait that was asked for.
        """
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is reached. Holds the name of the key's environment variable at most, never the key.

    Attributes:
        base_url: address of the OpenAI-compatible API, usually ending in `/v1`, or `EMBEDDED`.
        model: the model's name there.
        api_key_env: environment variable that holds the key; None where no key is needed.
    """

    base_url: str
    model: str
    api_key_env: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", normalise_base_url(self.base_url))
        if not self.model.strip():
            raise InputError("No model is named. Give the model's name as the endpoint lists it.")

    @classmethod
    def embedded(cls, model: str = EMBEDDED_MODEL_NAME) -> Endpoint:
        """The model that comes with the app."""
        return cls(EMBEDDED, model)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Endpoint:
        """Read back what `to_dict` wrote."""
        return cls(stored["base_url"], stored["model"], stored.get("api_key_env"))

    def to_dict(self) -> dict[str, str | None]:
        """What a run stores of its endpoint; contains no secret."""
        return {"base_url": self.base_url, "model": self.model, "api_key_env": self.api_key_env}

    @property
    def is_embedded(self) -> bool:
        """The embedded model is meant."""
        return self.base_url == EMBEDDED

    @property
    def repetition_penalty_names(self) -> tuple[str, ...]:
        """The names under which a repetition penalty is sent.

        llama.cpp and LM Studio read `repeat_penalty`, vLLM and OpenRouter `repetition_penalty`; a server that knows
        one of them overlooks the other, so an unknown server gets both, and only where a penalty was asked for.
        """
        return ("repeat_penalty",) if self.is_embedded else ("repetition_penalty", "repeat_penalty")


def normalise_base_url(text: str) -> str:
    """A base URL without trailing slash; `EMBEDDED` stays as it is.

    Raises:
        InputError: not an http(s) address, or one that carries a secret.
    """
    address = UNSEEN.sub("", text.strip())  # copied from a page, where links are kept from being links
    if address.lower() == EMBEDDED:
        return EMBEDDED
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise InputError("The base URL is not an address. Give one like https://api.openai.com/v1.") from error
    if parts.username is not None or parts.password is not None:
        raise InputError("The base URL holds a user name or a password. Take it out and give the key separately.")
    if "api-version" in parts.query:
        raise InputError(f"The base URL takes no “?api-version=”. {AZURE_ADVICE}.")
    if parts.query or parts.fragment:
        raise InputError("The base URL holds a “?” or “#” part, where keys hide. Take it out; give the key separately.")
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise InputError("The base URL must begin with http:// or https://, like https://api.openai.com/v1.")
    if any(character.isspace() for character in address):
        raise InputError("The base URL contains a space. Give one address like https://api.openai.com/v1.")
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def is_loopback(base_url: str) -> bool:
    """The address lies on this machine, so no proxy may be asked."""
    return urlsplit(base_url).hostname in LOOPBACK_HOSTS
