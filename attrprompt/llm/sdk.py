"""The `openai` SDK as every client of ours opens it, and its errors as `ProviderError`."""

from __future__ import annotations

import aiohttp
import httpx2
import openai

from attrprompt.errors import ProviderError
from attrprompt.llm.chat import is_loopback
from attrprompt.llm.failures import explain_status, explain_transport

MOST_CONNECTIONS = 1024
KEEP_ALIVE_SECONDS = 30.0
FAILURES = (openai.OpenAIError, httpx2.HTTPError, aiohttp.ClientError, OSError)
"""What a request may raise."""


def open_sdk(base_url: str, secret: str) -> openai.AsyncOpenAI:
    """A client of the SDK on its aiohttp transport, without the SDK's retries.

    All settings are given, because the SDK would otherwise fill in the environment's values and send them to any
    endpoint.
    """
    limits = httpx2.Limits(
        max_connections=MOST_CONNECTIONS,
        max_keepalive_connections=MOST_CONNECTIONS,
        keepalive_expiry=KEEP_ALIVE_SECONDS,
    )
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=secret,
        admin_api_key="",
        organization="",
        project="",
        webhook_secret="",
        max_retries=0,
        http_client=openai.DefaultAioHttpClient(limits=limits, trust_env=not is_loopback(base_url)),
    )


def authorize(secret: str) -> str | openai.Omit:
    """The `Authorization` header; without a key none is sent."""
    return f"Bearer {secret}" if secret else openai.Omit()


def explain_failure(
    error: Exception, *, base_url: str, model: str, secret: str, seconds: float
) -> tuple[ProviderError, Exception | None]:
    """One of `FAILURES` as a `ProviderError`, and the cause to raise it from: none where that repeats the key.

    To be raised outside the `except` clause; inside it, a traceback would print the key after all.

    Args:
        error: what the SDK or its transport raised.
        base_url: named in the sentence.
        model: likewise.
        secret: taken out of what the endpoint says.
        seconds: what the request was allowed.
    """
    if isinstance(error, openai.APIStatusError):
        failure = explain_status(
            error.status_code,
            error.response.content.decode("utf-8", errors="replace"),
            error.response.headers,
            base_url=base_url,
            model=model,
            secret=secret,
        )
    else:
        failure = explain_transport(error, base_url=base_url, seconds=seconds)
    return failure, None if secret and secret in str(error) else error
