"""The client for every OpenAI-compatible endpoint.

It uses the `openai` SDK on its aiohttp transport, without the SDK's retries (the runner owns those) and without its
typed request and response models: building the body and reading the JSON here about halves the CPU that a request costs
(2,000 requests, 256 at once, on two cores: 2.4 s instead of 4.5 s with `with_raw_response`).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx2
import openai
from pydantic import SecretStr

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.chat import ChatReply, ChatRequest, Endpoint
from attrprompt.llm.completions import build_chat_body, read_chat_document
from attrprompt.llm.failures import explain_bad_response, explain_status
from attrprompt.llm.sdk import FAILURES, authorize, explain_failure, open_sdk

CONNECT_SECONDS = 15.0


class OpenAIChatClient:
    """Asks one endpoint. Belongs to the event loop in which it is used first.

    Args:
        endpoint: where to ask.
        api_key: the key itself; None sends no `Authorization` header.
        base_url: the real address where the endpoint only names it (the embedded model's loopback port).
    """

    def __init__(
        self, endpoint: Endpoint, api_key: SecretStr | str | None = None, *, base_url: str | None = None
    ) -> None:
        self.endpoint = endpoint
        self._base_url = base_url or endpoint.base_url
        self._secret = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key or ""
        self._length_field = "max_tokens"
        self._authorization = authorize(self._secret)
        self._sdk = open_sdk(self._base_url, self._secret)

    def __repr__(self) -> str:
        return f"OpenAIChatClient({self._base_url!r}, model={self.endpoint.model!r})"

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send one request and read its answer; see `ChatClient.complete`."""
        started = time.perf_counter()
        try:
            response = await self._send(self._build_body(request), request.timeout)
        except ProviderError as failure:
            if not self._wants_other_length_field(failure):
                raise
            self._length_field = "max_completion_tokens"
            response = await self._send(self._build_body(request), request.timeout)
        return self._read_reply(response, request, time.perf_counter() - started)

    async def list_models(self, timeout: float = 15.0) -> list[str]:
        """The names of the models that the endpoint offers, as it orders them.

        Raises:
            ProviderError: the endpoint does not list its models, or cannot be asked.
        """
        response = await self._send(None, timeout)
        document = self._read_json(response)
        entries = document.get("data") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise self._bad_response("no list of models", response)
        return [entry["id"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()

    def _build_body(self, request: ChatRequest) -> dict[str, Any]:
        return build_chat_body(self.endpoint, request, length_field=self._length_field)

    async def _send(self, body: Mapping[str, Any] | None, timeout: float) -> httpx2.Response:
        """POST a chat request, or GET the models where there is no body; every failure becomes a `ProviderError`."""
        options: openai.RequestOptions = {
            "timeout": httpx2.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            "headers": {"Authorization": self._authorization},
        }
        try:
            async with asyncio.timeout(timeout):
                if body is None:
                    return await self._sdk.get("/models", cast_to=httpx2.Response, options=options)
                return await self._sdk.post("/chat/completions", cast_to=httpx2.Response, body=body, options=options)
        except FAILURES as error:
            model = str((body or {}).get("model", self.endpoint.model))
            failure, cause = explain_failure(
                error, base_url=self._base_url, model=model, secret=self._secret, seconds=timeout
            )
        raise failure from cause

    def _read_json(self, response: httpx2.Response) -> Any:
        try:
            return json.loads(response.content)
        except ValueError as error:
            raise self._bad_response("no JSON", response) from error

    def _read_reply(self, response: httpx2.Response, request: ChatRequest, seconds: float) -> ChatReply:
        document = self._read_json(response)
        if isinstance(document, dict) and document.get("error") and not document.get("choices"):
            raise self._explain_error_inside(document["error"], response)
        reply = read_chat_document(
            document, model=request.model, request_id=response.headers.get("x-request-id"), seconds=seconds
        )
        if reply is None:
            raise self._bad_response("no choices in it", response)
        return reply

    def _bad_response(self, reason: str, response: httpx2.Response) -> ProviderError:
        body = _read_text(response)
        return explain_bad_response(
            reason, body, base_url=self._base_url, status=response.status_code, secret=self._secret
        )

    def _explain_error_inside(self, error: Any, response: httpx2.Response) -> ProviderError:
        """Some routers answer 200 and put the real status into the body."""
        code = error.get("code") if isinstance(error, dict) else None
        if isinstance(code, str) and code.isdecimal():
            code = int(code)
        if not isinstance(code, int) or not 400 <= code <= 599:
            return self._bad_response("an error instead of choices", response)
        return explain_status(
            code,
            _read_text(response),
            response.headers,
            base_url=self._base_url,
            model=self.endpoint.model,
            secret=self._secret,
        )

    def _wants_other_length_field(self, failure: ProviderError) -> bool:
        """OpenAI's reasoning models reject `max_tokens` and name the field that they want instead."""
        return (
            failure.kind is ErrorKind.BAD_REQUEST
            and self._length_field == "max_tokens"
            and "max_completion_tokens" in str(failure)
        )


def _read_text(response: httpx2.Response) -> str:
    return response.content.decode("utf-8", errors="replace")
