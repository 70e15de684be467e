"""“Test connection”: one tiny request, and what it showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from attrprompt.errors import AttrPromptError, ErrorKind, ProviderError
from attrprompt.llm.chat import ChatReply, ChatRequest

MOST_TOKENS = 16
PATIENCE = 30.0
QUESTION = "Answer with the single word: ready"


class ListingClient(Protocol):
    """A `ChatClient` that can also list the endpoint's models."""

    async def complete(self, request: ChatRequest) -> ChatReply:
        """See `ChatClient`."""
        ...

    async def list_models(self, timeout: float) -> list[str]:
        """See `OpenAIChatClient`."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a test of a connection showed.

    Attributes:
        ok: the endpoint answered the chat request.
        message: a sentence for the person: that it works, or what to do.
        seconds: how long the answer took; None without an answer.
        reply: what the model said.
        models: names that the endpoint offers; empty where it does not list them.
        kind: why it failed, where it did.
    """

    ok: bool
    message: str
    seconds: float | None = None
    reply: str = ""
    models: tuple[str, ...] = ()
    kind: ErrorKind | None = None


async def check_connection(client: ListingClient, model: str, *, timeout: float = PATIENCE) -> ConnectionReport:
    """Ask the endpoint for its models and for one word; never raises what a person can act on, it reports it."""
    models = await _list_models(client, timeout)
    request = ChatRequest(
        messages=({"role": "user", "content": QUESTION},),
        model=model,
        temperature=0.0,
        max_tokens=MOST_TOKENS,
        timeout=timeout,
    )
    try:
        reply = await client.complete(request)
    except AttrPromptError as failure:
        kind = failure.kind if isinstance(failure, ProviderError) else None
        return ConnectionReport(False, _advise(failure, kind, model, models), models=models, kind=kind)
    message = f"{reply.model} answered after {reply.seconds:.1f} s."
    return ConnectionReport(True, message, seconds=reply.seconds, reply=reply.text, models=models)


async def _list_models(client: ListingClient, timeout: float) -> tuple[str, ...]:
    try:
        return tuple(await client.list_models(timeout))
    except AttrPromptError:
        return ()  # many endpoints have no list; whether the chat works is what counts, and it is asked next


def _advise(failure: AttrPromptError, kind: ErrorKind | None, model: str, models: tuple[str, ...]) -> str:
    if kind is ErrorKind.NOT_FOUND and models and model not in models:
        shown = ", ".join(models[:8]) + (" …" if len(models) > 8 else "")
        return f"{failure} It lists: {shown}"
    return str(failure)
