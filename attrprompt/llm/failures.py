"""Every answer of a model's endpoint that is none, as one `ProviderError` with one kind and one sentence.

The sentence is for the person who started the run, so it says what to do; the endpoint's own words follow, shortened,
with the key taken out of them where the endpoint repeats it. What fails before there is an answer is told in `sdk`.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from attrprompt.errors import ErrorKind, ProviderError

OVERLOADED = frozenset({503, 529})
"""503 Service Unavailable, and 529, which Anthropic and others send when they are overloaded."""

UNKNOWN_MODEL = re.compile(
    r"model_not_found|unknown model|invalid model|no such model"
    r"|model\b.{0,120}?\b(?:not found|does not exist|doesn.t exist|not exist|is not available|not loaded)",
    re.IGNORECASE | re.DOTALL,
)
NO_CREDIT = re.compile(r"insufficient_quota|insufficient balance|exceeded your current quota", re.IGNORECASE)
LONGEST_QUOTE = 200


def read_retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds that the endpoint asks to wait: `retry-after-ms`, or `Retry-After` as seconds or as an HTTP date.

    A date in the past gives 0; what cannot be read gives None. `now` is in seconds since the epoch.
    """
    milliseconds = _read_number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    given = headers.get("retry-after")
    seconds = _read_number(given)
    if seconds is not None or given is None:
        return seconds
    try:
        moment = parsedate_to_datetime(given).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, moment - (time.time() if now is None else now))


def _read_number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def quote_endpoint(body: str, *, secret: str = "") -> str:
    """The endpoint's own words from an error body, on one line, shortened, without the key."""
    if secret:
        body = body.replace(secret, "…")
    try:
        document: Any = json.loads(body)
    except ValueError:
        document = body
    words = " ".join(_find_message(document).split())
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def _find_message(document: Any) -> str:
    if isinstance(document, str):
        return "" if document.lstrip().startswith("<") else document
    if isinstance(document, dict):
        for name in ("error", "message", "detail", "error_message", "msg"):
            if document.get(name):
                return _find_message(document[name])
    if isinstance(document, list) and document:
        return _find_message(document[0])
    return ""


def explain_status(
    status: int, body: str, headers: Mapping[str, str], *, base_url: str, model: str, secret: str = ""
) -> ProviderError:
    """The failure that an HTTP status stands for."""
    if 300 <= status < 400:
        return _explain_redirect(status, headers.get("location", ""), base_url)
    kind, sentence = _judge_status(status, body, base_url, model)
    words = quote_endpoint(body, secret=secret)
    said = f" It says: {words}" if words else ""
    return ProviderError(sentence + said, kind=kind, status=status, retry_after=read_retry_after(headers))


def _explain_redirect(status: int, location: str, base_url: str) -> ProviderError:
    where = f" to {location.partition('?')[0][:200]}" if location else ""
    sentence = (
        f"The endpoint {base_url} redirects{where} (HTTP {status}). Nothing was sent there; "
        "make it the base URL if it is right."
    )
    return ProviderError(sentence, kind=ErrorKind.NOT_FOUND, status=status)


def _judge_status(status: int, body: str, base_url: str, model: str) -> tuple[ErrorKind, str]:
    where = f"The endpoint {base_url}"
    if status in (401, 403):
        return ErrorKind.AUTH, f"{where} refused the key (HTTP {status}). Check the key and what it may use."
    if status == 402 or (status == 429 and NO_CREDIT.search(body)):
        return ErrorKind.AUTH, f"{where} says that the account has no credit left (HTTP {status}). Add credit there."
    if status == 429:
        return ErrorKind.RATE_LIMITED, f"{where} limits the number of requests (HTTP 429). Lower the concurrency."
    if status in (400, 404, 422) and UNKNOWN_MODEL.search(body):
        return ErrorKind.NOT_FOUND, f"{where} does not know the model “{model}”. Choose one that it lists."
    if status in (404, 405):
        return ErrorKind.NOT_FOUND, f"{where} has no chat service (HTTP {status}). The base URL often ends in /v1."
    if status == 408:
        return ErrorKind.TIMEOUT, f"{where} gave up waiting for the request (HTTP 408). Try again."
    if status in OVERLOADED:
        return ErrorKind.SERVER_ERROR, f"{where} is overloaded (HTTP {status}). Try again later, with less at once."
    if status >= 500 or status == 409:
        return ErrorKind.SERVER_ERROR, f"{where} failed by itself (HTTP {status}). Try again later."
    if status >= 400:
        return (
            ErrorKind.BAD_REQUEST,
            f"{where} rejects the request (HTTP {status}). Change the parameters or the prompt.",
        )
    return ErrorKind.BAD_RESPONSE, f"{where} sent no answer (HTTP {status}). Check the base URL."


def explain_bad_response(
    reason: str, body: str, *, base_url: str, status: int = 200, secret: str = ""
) -> ProviderError:
    """A success by its status whose body is no chat completion."""
    if body.lstrip()[:1] == "<":
        sentence = (
            f"The endpoint {base_url} sent a web page instead of an answer. Check the base URL; it often ends in /v1."
        )
    else:
        words = quote_endpoint(body, secret=secret)
        said = f" It sent: {words}" if words else ""
        sentence = f"The endpoint {base_url} sent an answer that cannot be read ({reason}).{said}"
    return ProviderError(sentence, kind=ErrorKind.BAD_RESPONSE, status=status)
