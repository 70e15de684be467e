"""“Test connection”: one tiny request, and what it showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from attrprompt.errors import AttrPromptError, ErrorKind, ProviderError
from attrprompt.llm.chat import ChatReply, ChatRequest
from attrprompt.llm.dialect import AdaptingClient

MOST_TOKENS = 64
PATIENCE = 30.0
TEMPERATURE = 0.7  # not 1, which models take that take no temperature
UNREACHABLE = frozenset({ErrorKind.CONNECTION, ErrorKind.TIMEOUT})
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
    """Ask the endpoint for its models and for one word; never raises what a person can act on, it reports it.

    All that runs send is sent anew, so that the report says what the endpoint refuses now.
    """
    if isinstance(client, AdaptingClient):
        client.dialect.forget()
    try:
        models = tuple(await client.list_models(timeout))
    except ProviderError as failure:
        if failure.kind in UNREACHABLE:
            return ConnectionReport(False, str(failure), kind=failure.kind)
        models = ()  # many endpoints have no list; whether the chat works is what counts
    except AttrPromptError as failure:
        return ConnectionReport(False, str(failure))
    request = ChatRequest(
        messages=({"role": "user", "content": QUESTION},),
        model=model,
        temperature=TEMPERATURE,
        seed=0,
        max_tokens=MOST_TOKENS,
        timeout=timeout,
    )
    try:
        reply = await client.complete(request)
    except ProviderError as failure:
        return ConnectionReport(False, _advise(failure, model, models), models=models, kind=failure.kind)
    sentences = [f"{reply.model} answered after {reply.seconds:.1f} s."]
    if reply.is_only_thinking:
        sentences.append("It thinks before it answers: allow long answers, or it never comes to one.")
    if isinstance(client, AdaptingClient) and (refused := client.dialect.describe()):
        sentences.append(refused)
    return ConnectionReport(True, " ".join(sentences), seconds=reply.seconds, reply=reply.text, models=models)


def _advise(failure: ProviderError, model: str, models: tuple[str, ...]) -> str:
    if failure.kind is ErrorKind.NOT_FOUND and models and model not in models:
        shown = ", ".join(models[:8]) + (" …" if len(models) > 8 else "")
        return f"{failure} It lists: {shown}"
    return str(failure)
