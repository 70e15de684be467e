"""The embedded model as a `ChatClient`; apart from the server, which is light to import."""

from __future__ import annotations

import asyncio

from attrprompt.llm.chat import ChatReply, ChatRequest, Endpoint
from attrprompt.llm.client import OpenAIChatClient
from attrprompt.llm.embedded import EmbeddedServer


class EmbeddedChatClient:
    """A `ChatClient` on the embedded model: starts it when first needed, and again should it have died."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self._client: OpenAIChatClient | None = None

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send one request; see `ChatClient.complete`.

        Raises:
            AttrPromptError: the model cannot be started.
            ProviderError: the request failed.
        """
        client = await self._connect()
        return await client.complete(request)

    async def list_models(self, timeout: float = 15.0) -> list[str]:
        """The one model's name; see `OpenAIChatClient.list_models`."""
        client = await self._connect()
        return await client.list_models(timeout)

    async def close(self) -> None:
        """Give the connections back; the server stays."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _connect(self) -> OpenAIChatClient:
        if self._client is None or not self._server.is_running:
            base_url = await asyncio.to_thread(self._server.start)
            if self._client is None:
                endpoint = Endpoint.embedded(self._server.model)
                self._client = OpenAIChatClient(endpoint, self._server.api_key, base_url=base_url)
        return self._client
