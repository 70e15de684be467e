"""The `openai` SDK as every client of ours opens it, and its errors as `ProviderError`."""

from __future__ import annotations

from typing import Any

import aiohttp
import httpx2
import openai

from attrprompt.errors import ErrorKind, InputError, ProviderError
from attrprompt.llm.chat import is_loopback
from attrprompt.llm.failures import explain_status
from attrprompt.settings import DEFAULT_ANSWER_BYTES

MOST_CONNECTIONS = 1024
KEEP_ALIVE_SECONDS = 30.0
STREAM_END = b"\ndata: [DONE]"


class AnswerTooLong(Exception):
    """A body went on beyond the limit, and was not read further."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"it goes on beyond {most_bytes / 1_000_000:g} MB")


FAILURES = (openai.OpenAIError, httpx2.HTTPError, aiohttp.ClientError, AnswerTooLong, OSError)
"""What a request may raise."""


class BoundedHttpClient(openai.DefaultAioHttpClient):
    """The SDK's aiohttp client, which reads a body up to a limit, counted after its compression is undone.

    The SDK itself reads whatever comes, so an endless body or a small file that unpacks to gigabytes would take all
    memory. An answer that the caller streams is the caller's own.
    """

    def __init__(self, most_bytes: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._most_bytes = most_bytes

    async def send(self, request: httpx2.Request, *, stream: bool = False, **settings: Any) -> httpx2.Response:
        """See `httpx2.AsyncClient.send`.

        Raises:
            AnswerTooLong: a successful answer is longer than the limit; a failure's body is cut there.
        """
        response = await super().send(request, stream=True, **settings)
        if stream and response.is_success:
            return response
        body = _Body(response, self._most_bytes)
        try:
            async for piece in response.aiter_bytes():
                if body.is_over(piece):
                    break
        finally:
            await response.aclose()
        return body.to_response(request)


class BoundedBlockingClient(openai.DefaultHttpxClient):
    """The same for the SDK's client that blocks."""

    def __init__(self, most_bytes: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._most_bytes = most_bytes

    def send(self, request: httpx2.Request, *, stream: bool = False, **settings: Any) -> httpx2.Response:
        """See `BoundedHttpClient.send`."""
        response = super().send(request, stream=True, **settings)
        if stream and response.is_success:
            return response
        body = _Body(response, self._most_bytes)
        try:
            any(body.is_over(piece) for piece in response.iter_bytes())
        finally:
            response.close()
        return body.to_response(request)


class _Body:
    """What was read of a response so far."""

    def __init__(self, response: httpx2.Response, most_bytes: int) -> None:
        self._response, self._most_bytes = response, most_bytes
        self._streams = is_event_stream(response)
        self._read = bytearray()

    def is_over(self, piece: bytes) -> bool:
        """Take the next piece in; whether no more is read.

        A stream of events ends with its mark, after which some servers stay silent.
        """
        self._read += piece
        if len(self._read) > self._most_bytes:
            if self._response.is_success:
                raise AnswerTooLong(self._most_bytes)
            del self._read[self._most_bytes :]
            return True
        return self._streams and STREAM_END in self._read[-len(piece) - len(STREAM_END) :]

    def to_response(self, request: httpx2.Request) -> httpx2.Response:
        """The response with what was read as its body."""
        response = self._response
        headers = [(name, value) for name, value in response.headers.multi_items() if not _is_about_the_wire(name)]
        return httpx2.Response(
            response.status_code,
            headers=headers,
            content=bytes(self._read),
            request=request,
            extensions=response.extensions,
        )


def is_event_stream(response: httpx2.Response) -> bool:
    """The server says that it sends events one by one."""
    return "event-stream" in response.headers.get("content-type", "").lower()


def _is_about_the_wire(name: str) -> bool:
    return name.lower() in ("content-encoding", "content-length", "transfer-encoding")


def open_sdk(base_url: str, secret: str, *, most_bytes: int = DEFAULT_ANSWER_BYTES) -> openai.AsyncOpenAI:
    """A client of the SDK on its aiohttp transport, without the SDK's retries.

    All settings are given, because the SDK would otherwise fill in the environment's values and send them to any
    endpoint. It would also follow a redirect and send the prompt to an address that nobody chose.

    Args:
        base_url: where to ask.
        secret: the key; empty for none.
        most_bytes: an answer that is longer, once unpacked, is not read further.
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
        http_client=BoundedHttpClient(
            most_bytes, limits=limits, trust_env=not is_loopback(base_url), follow_redirects=False
        ),
    )


def authorize(secret: str) -> str | openai.Omit:
    """The `Authorization` header; without a key none is sent.

    Raises:
        InputError: the key holds what no header can carry.
    """
    if not (secret.isascii() and secret.isprintable()):
        raise InputError(
            "The API key holds a character that no key has, such as a typographic quote or a line break. "
            "Copy it once more, without anything around it."
        )
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
        failure = _explain_transport(error, base_url=base_url, seconds=seconds)
    return failure, None if secret and secret in str(error) else error


def _explain_transport(error: BaseException, *, base_url: str, seconds: float) -> ProviderError:
    """The failure of a request that got no answer at all.

    The SDK reports some dropped connections as timeouts (its aiohttp transport maps `ServerDisconnectedError` so);
    what really happened stands at the end of the chain of causes.
    """
    kind, sentence = _judge_transport(error, base_url, seconds)
    return ProviderError(sentence, kind=kind)


def _judge_transport(error: BaseException, base_url: str, seconds: float) -> tuple[ErrorKind, str]:
    where = f"The endpoint {base_url}"
    chain = _chain(error)
    if any(isinstance(cause, aiohttp.ClientSSLError) for cause in chain):
        return ErrorKind.CONNECTION, f"{where} could not be trusted (TLS certificate). Check the address."
    if any(isinstance(cause, aiohttp.ClientConnectorDNSError) for cause in chain):
        return ErrorKind.CONNECTION, f"{where} was not found: its name is unknown. Check the base URL and the network."
    unreachable = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, httpx2.ConnectError)
    if any(isinstance(cause, unreachable) for cause in chain):
        return ErrorKind.CONNECTION, f"Nothing answers at {base_url}. Check the base URL, and that the server runs."
    dropped = (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, aiohttp.ClientOSError, ConnectionError)
    if any(isinstance(cause, dropped) for cause in chain):
        return ErrorKind.CONNECTION, f"{where} dropped the connection before its answer was there. Try again."
    slow = (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError)
    if any(isinstance(cause, slow) for cause in chain):
        return ErrorKind.TIMEOUT, f"{where} gave no answer within {seconds:g} s. Allow more time, or send less at once."
    too_long = next((cause for cause in chain if isinstance(cause, AnswerTooLong)), None)
    if too_long is not None:
        return (
            ErrorKind.BAD_RESPONSE,
            f"{where} sent an answer that was not read to its end ({too_long}). Check the base URL and the model.",
        )
    if any(isinstance(cause, httpx2.DecodingError) for cause in chain):
        return ErrorKind.BAD_RESPONSE, f"{where} sent an answer whose compression is damaged. Try again."
    if any(
        isinstance(cause, aiohttp.http_exceptions.HttpProcessingError | aiohttp.ClientResponseError) for cause in chain
    ):
        return ErrorKind.BAD_RESPONSE, f"{where} does not speak HTTP as expected. Check the base URL."
    return ErrorKind.CONNECTION, f"{where} could not be asked. Check the base URL and the network."


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return chain
