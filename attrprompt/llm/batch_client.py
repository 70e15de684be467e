"""OpenAI's Batch API over HTTP: files up, batches begun, looked at and cancelled, results down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import httpx2
from pydantic import BaseModel, PlainValidator, SecretStr

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.answers.completions import Count, Name, fail_to_read, parse_body, read_object
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.failures import explain_bad_response
from attrprompt.llm.sdk import FAILURES, AnswerTooLong, authorize, explain_failure, open_sdk

Answer = TypeVar("Answer")


class HttpResponse(Protocol):
    """An answer whose body nobody has interpreted."""

    @property
    def content(self) -> bytes:
        """The body."""
        ...


ASK_SECONDS = 60.0
MOVE_SECONDS = 1_800.0  # for a file of 200 MB over a slow line
CHUNK = 1 << 20
MOST_FILE_BYTES = 2_000_000_000  # ten times what a file of requests may have
OVER = frozenset({"completed", "failed", "expired", "cancelled"})
SHOWN_ERRORS = 3


class _Problem(BaseModel):
    message: Name = None


class _Problems(BaseModel):
    data: Annotated[list[_Problem], PlainValidator(lambda value: _read_problems(value))] = []


class _Counts(BaseModel):
    completed: Count = None
    failed: Count = None


class _Batch(BaseModel):
    """A batch as servers describe it; what is not usable is left out."""

    id: Name = None
    status: Name = None
    input_file_id: Name = None
    output_file_id: Name = None
    error_file_id: Name = None
    request_counts: Annotated[_Counts, PlainValidator(lambda value: _Counts.model_validate(read_object(value)))] = (
        _Counts()
    )
    errors: Annotated[_Problems, PlainValidator(lambda value: _Problems.model_validate(read_object(value)))] = (
        _Problems()
    )


def _read_problems(value: object) -> list[_Problem]:
    entries = value[:SHOWN_ERRORS] if isinstance(value, list) else []
    return [_Problem.model_validate(read_object(entry)) for entry in entries]


@dataclass(frozen=True, slots=True)
class RemoteBatch:
    """A batch as the endpoint describes it.

    Attributes:
        state: the endpoint's word: validating, in_progress, finalizing, completed, failed, expired, cancelled …
        output_file_id: of the answers; None where there is none (yet).
        error_file_id: of the failed requests, likewise.
        done: requests that ended.
        errors: why the whole batch was refused, in the endpoint's words; empty where it was not.
    """

    id: str
    state: str
    output_file_id: str | None
    error_file_id: str | None
    done: int
    errors: str

    @property
    def is_over(self) -> bool:
        """Nothing more will come."""
        return self.state in OVER


class BatchClient:
    """Asks one endpoint for batches. Belongs to the event loop in which it is used first."""

    def __init__(self, endpoint: Endpoint, api_key: SecretStr | None = None) -> None:
        self.endpoint = endpoint
        self._secret = api_key.get_secret_value() if api_key is not None else ""
        self._headers: Any = {"Authorization": authorize(self._secret)}
        self._sdk = open_sdk(endpoint.base_url, self._secret)

    def __repr__(self) -> str:
        return f"BatchClient({self.endpoint.base_url!r})"

    async def upload(self, path: Path) -> str:
        """Send a file of requests; gives the id that the endpoint knows it by.

        Raises:
            ProviderError: the endpoint refuses it, cannot be asked, or has no such API.
            OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            made = await self._ask_document(
                lambda timeout: self._sdk.files.with_raw_response.create(
                    file=(path.name, file, "application/jsonl"),
                    purpose="batch",
                    extra_headers=self._headers,
                    timeout=timeout,
                ),
                MOVE_SECONDS,
            )
        return self._read_id(_Batch.model_validate(made))

    async def create(self, file_id: str) -> RemoteBatch:
        """Begin a batch over an uploaded file.

        Raises:
            ProviderError: see `upload`.
        """
        made = await self._ask_document(
            lambda timeout: self._sdk.batches.with_raw_response.create(
                input_file_id=file_id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                extra_headers=self._headers,
                timeout=timeout,
            )
        )
        return self._read_batch(_Batch.model_validate(made))

    async def find(self, file_id: str) -> RemoteBatch | None:
        """The batch over an uploaded file, if one was begun among the newest hundred.

        Raises:
            ProviderError: see `upload`.
        """
        page = await self._ask_document(
            lambda timeout: self._sdk.batches.with_raw_response.list(
                limit=100, extra_headers=self._headers, timeout=timeout
            )
        )
        listed = page.get("data")
        batches = [_Batch.model_validate(read_object(entry)) for entry in (listed if isinstance(listed, list) else [])]
        return next((self._read_batch(batch) for batch in batches if batch.input_file_id == file_id), None)

    async def retrieve(self, batch_id: str) -> RemoteBatch:
        """How a batch stands.

        Raises:
            ProviderError: see `upload`.
        """
        found = await self._ask_document(
            lambda timeout: self._sdk.batches.with_raw_response.retrieve(
                batch_id, extra_headers=self._headers, timeout=timeout
            )
        )
        return self._read_batch(_Batch.model_validate(found))

    async def cancel(self, batch_id: str) -> RemoteBatch:
        """Ask the endpoint to end a batch; what was answered until then can be taken in.

        Raises:
            ProviderError: see `upload`.
        """
        found = await self._ask_document(
            lambda timeout: self._sdk.batches.with_raw_response.cancel(
                batch_id, extra_headers=self._headers, timeout=timeout
            )
        )
        return self._read_batch(_Batch.model_validate(found))

    async def download(self, file_id: str, path: Path) -> None:
        """Write a file of results; it appears whole or not at all.

        Raises:
            ProviderError: see `upload`.
            OSError: the file cannot be written.
        """
        part = path.with_name(f"{path.name}.part")

        async def fetch(timeout: httpx2.Timeout) -> None:
            streaming = self._sdk.files.with_streaming_response.content(
                file_id, extra_headers=self._headers, timeout=timeout
            )
            async with streaming as response:
                with part.open("wb") as file:
                    async for chunk in response.iter_bytes(CHUNK):
                        file.write(chunk)
                        if file.tell() > MOST_FILE_BYTES:
                            raise AnswerTooLong(MOST_FILE_BYTES)

        try:
            await self._ask(fetch, MOVE_SECONDS)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()

    async def _ask_document(
        self, request: Callable[[httpx2.Timeout], Awaitable[HttpResponse]], seconds: float = ASK_SECONDS
    ) -> Mapping[str, object]:
        """The object that a request is answered with."""
        response = await self._ask(request, seconds)
        try:
            return read_object(parse_body(response.content))
        except ValueError as error:
            raise fail_to_read(
                str(error), response.content, base_url=self.endpoint.base_url, status=200, secret=self._secret
            ) from error

    async def _ask(self, request: Callable[[httpx2.Timeout], Awaitable[Answer]], seconds: float) -> Answer:
        """Send one request; every failure of it becomes a `ProviderError`."""
        try:
            async with asyncio.timeout(seconds):
                return await request(httpx2.Timeout(seconds, connect=15.0))
        except FAILURES as error:
            failure, cause = self._explain(error, seconds)
        raise failure from cause

    def _explain(self, error: Exception, seconds: float) -> tuple[ProviderError, Exception | None]:
        base_url = self.endpoint.base_url
        failure, cause = explain_failure(
            error, base_url=base_url, model=self.endpoint.model, secret=self._secret, seconds=seconds
        )
        if failure.kind is ErrorKind.NOT_FOUND and failure.status in (404, 405):
            sentence = (
                f"The endpoint {base_url} has no Batch API, or not this batch any more (HTTP {failure.status}). Send "
                "the run directly, or export its batch files and carry them by hand."
            )
            failure = ProviderError(sentence, kind=failure.kind, status=failure.status)
        return failure, cause

    def _read_id(self, made: _Batch) -> str:
        if made.id is None:
            raise self._bad_response("no id in it")
        return made.id

    def _read_batch(self, made: _Batch) -> RemoteBatch:
        if made.status is None:
            raise self._bad_response("no status in it")
        said = " ".join(problem.message or "" for problem in made.errors.data)
        return RemoteBatch(
            id=self._read_id(made),
            state=made.status,
            output_file_id=made.output_file_id,
            error_file_id=made.error_file_id,
            done=(made.request_counts.completed or 0) + (made.request_counts.failed or 0),
            errors=said.replace(self._secret, "…") if self._secret else said,
        )

    def _bad_response(self, reason: str) -> ProviderError:
        return explain_bad_response(reason, "", base_url=self.endpoint.base_url)
