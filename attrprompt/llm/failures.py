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

from attrprompt.errors import ErrorKind, ProviderError
from attrprompt.llm.chat import AZURE_ADVICE
from attrprompt.llm.refused_fields import find_refused_fields
from attrprompt.records import make_storable

OVERLOADED = frozenset({503, 529})
"""503 Service Unavailable, and 529, which Anthropic and others send when they are overloaded."""

UNKNOWN_MODEL = re.compile(
    r"model_not_found|unknown model|invalid model|no such model"
    r"|model\b.{0,120}?\b(?:not found|does not exist|doesn.t exist|not exist|is not available|not loaded)",
    re.IGNORECASE | re.DOTALL,
)
NO_SUCH_PATH = re.compile(r"unexpected endpoint|unknown endpoint|no (?:such )?route|method not allowed", re.IGNORECASE)
NO_CREDIT = re.compile(r"insufficient_quota|insufficient balance|exceeded your current quota", re.IGNORECASE)
WRONG_KEY = re.compile(r"invalid.?api.?key|incorrect api key|unauthori[sz]ed|invalid authentication", re.IGNORECASE)
TOO_MANY = re.compile(r"rate.?limit|too many requests", re.IGNORECASE)
FILTERED = re.compile(
    r"content.?filter|content.?policy|content management policy|responsibleai|data.?inspection.?failed"
    r"|content exists risk|flagged_input|input was flagged|guardrail.?intervened|safety system",
    re.IGNORECASE,
)
FILTER_STATUSES = frozenset({400, 403, 422, 451})
OUT_OF_TOKENS = re.compile(r"max_tokens or model output limit was reached", re.IGNORECASE)
LONGEST_QUOTE = 200
DEEPEST = 20
AZURE_HOSTS = re.compile(r"^https?://[^/]*\.(?:azure\.com|azure\.us|azure\.cn)\b")


class WithheldError(ProviderError):
    """A filter of the endpoint caught this prompt or its answer, which says nothing about other prompts.

    Attributes:
        words: the endpoint's own, about what its filter found.
    """

    def __init__(self, message: str, words: str, *, status: int) -> None:
        super().__init__(message, kind=ErrorKind.BAD_REQUEST, status=status)
        self.words = words


class OutOfTokensError(ProviderError):
    """The model used up its tokens before it came to an answer, and the endpoint calls that a bad request."""


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
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        document = body
    return quote_document(document, secret=secret)


def quote_document(document: object, *, secret: str = "") -> str:
    """The endpoint's own words from an error that was read already; see `quote_endpoint`."""
    found, _ = make_storable(_find_message(document)[: 100 * LONGEST_QUOTE])
    words = " ".join((found.replace(secret, "…") if secret else found).split())
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def _find_message(document: object, depth: int = 0) -> str:
    """The words in an error, and after them those of its cause where a router passes them on under `metadata.raw`."""
    if depth > DEEPEST:
        return ""
    if isinstance(document, str):
        return "" if document.lstrip().startswith("<") else document
    if isinstance(document, list) and document:
        return _find_message(document[0], depth + 1)
    if not isinstance(document, dict):
        return ""
    words = ""
    for name in ("error", "message", "detail", "error_message", "msg"):
        if not words and document.get(name):
            words = _find_message(document[name], depth + 1)
    metadata = document.get("metadata")
    cause = _find_cause(metadata.get("raw"), depth + 1) if isinstance(metadata, dict) else ""
    return f"{words}: {cause}" if words and cause else words or cause


def _find_cause(raw: object, depth: int) -> str:
    """What an upstream server said: often its whole body as a text."""
    if isinstance(raw, str) and raw.lstrip()[:1] in ("{", "["):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return str(raw)
    return _find_message(raw, depth)


def explain_status(
    status: int,
    body: str,
    headers: Mapping[str, str],
    *,
    base_url: str,
    model: str,
    secret: str = "",
    came_with: int | None = None,
) -> ProviderError:
    """The failure that an HTTP status stands for; `came_with` is the real one where the status was told by words."""
    if 300 <= status < 400:
        return _explain_redirect(status, headers.get("location", ""), base_url)
    words = quote_endpoint(body, secret=secret)
    said = f" It says: {words}" if words else ""
    if status in FILTER_STATUSES and FILTERED.search(body):
        sentence = f"The endpoint {base_url} withholds an answer to this prompt (HTTP {status}).{said}"
        return WithheldError(sentence, words, status=status)
    if status == 400 and OUT_OF_TOKENS.search(body):
        sentence = f"The model used up its tokens before it came to an answer. Allow longer answers.{said}"
        return OutOfTokensError(sentence, kind=ErrorKind.BAD_REQUEST, status=status)
    kind, sentence = _judge_status(status, body, base_url, model, came_with or status)
    if status == 401 and not secret:
        sentence = (
            f"The endpoint {base_url} wants a key, and none was sent (HTTP {came_with or status}). Enter one in "
            "Settings, or name its variable with --api-key-env."
        )
    return ProviderError(
        sentence + said,
        kind=kind,
        status=status,
        retry_after=read_retry_after(headers),
        refused_fields=find_refused_fields(status, body),
    )


def explain_error_inside(
    error: object, headers: Mapping[str, str], *, base_url: str, model: str, secret: str = "", is_half: bool = False
) -> ProviderError:
    """An error under a status of success: routers put the real status into the body, others only words.

    Args:
        error: what stands in place of an answer, or beside half of one; None where nothing does.
        headers: of the response.
        base_url: named in the sentence.
        model: likewise.
        secret: taken out of what the endpoint says.
        is_half: the answer had begun, so the same request may succeed.
    """
    words = quote_document(error, secret=secret)
    body = _write_error(error)
    told = _find_status(error)
    status = told or _judge_words(body)
    if status is not None:
        shown = None if told else 200
        return explain_status(status, body, headers, base_url=base_url, model=model, secret=secret, came_with=shown)
    if is_half:
        said = f" It says: {words}" if words else ""
        sentence = f"The endpoint {base_url} broke off in the middle of its answer. Try again later.{said}"
        return ProviderError(sentence, kind=ErrorKind.SERVER_ERROR, status=200)
    return explain_bad_response("an error instead of choices", body, base_url=base_url, secret=secret)


def _write_error(error: object) -> str:
    try:
        return json.dumps({"error": error}, ensure_ascii=False)
    except (RecursionError, ValueError):
        return ""


def _find_status(error: object) -> int | None:
    for name in ("code", "status", "status_code", "http_code"):
        code = error.get(name) if isinstance(error, dict) else None
        if isinstance(code, str) and code.isdecimal() and len(code) == 3:
            code = int(code)
        if isinstance(code, int) and 400 <= code <= 599:
            return code
    return None


def _judge_words(body: str) -> int | None:
    """The status that an error without one would have had, where its words leave no doubt."""
    judged = ((FILTERED, 400), (NO_SUCH_PATH, 404), (UNKNOWN_MODEL, 404), (NO_CREDIT, 402), (WRONG_KEY, 401))
    return next((status for pattern, status in (*judged, (TOO_MANY, 429)) if pattern.search(body)), None)


def _explain_redirect(status: int, location: str, base_url: str) -> ProviderError:
    where = f" to {location.partition('?')[0][:200]}" if location else ""
    sentence = (
        f"The endpoint {base_url} redirects{where} (HTTP {status}). Nothing was sent there; "
        "make it the base URL if it is right."
    )
    return ProviderError(sentence, kind=ErrorKind.NOT_FOUND, status=status)


def _judge_status(status: int, body: str, base_url: str, model: str, shown: int) -> tuple[ErrorKind, str]:
    where = f"The endpoint {base_url}"
    if status in (401, 403):
        return ErrorKind.AUTH, f"{where} refused the key (HTTP {shown}). Check the key and what it may use."
    if status == 402 or (status == 429 and NO_CREDIT.search(body)):
        return ErrorKind.AUTH, f"{where} says that the account has no credit left (HTTP {shown}). Add credit there."
    if status == 429:
        return ErrorKind.RATE_LIMITED, f"{where} limits the number of requests (HTTP {shown}). Lower the concurrency."
    if status in (400, 404, 422) and UNKNOWN_MODEL.search(body):
        return ErrorKind.NOT_FOUND, f"{where} does not know the model “{model}”. Choose one that it lists."
    if status in (404, 405):
        return ErrorKind.NOT_FOUND, f"{where} has no chat service (HTTP {shown}). {hint_at_address(base_url)}"
    if status == 408:
        return ErrorKind.TIMEOUT, f"{where} gave up waiting for the request (HTTP 408). Try again."
    if status in OVERLOADED:
        return ErrorKind.SERVER_ERROR, f"{where} is overloaded (HTTP {shown}). Try again later, with less at once."
    if status >= 500 or status == 409:
        return ErrorKind.SERVER_ERROR, f"{where} failed by itself (HTTP {shown}). Try again later."
    if status >= 400:
        return (
            ErrorKind.BAD_REQUEST,
            f"{where} rejects the request (HTTP {shown}). Change the parameters or the prompt.",
        )
    return ErrorKind.BAD_RESPONSE, f"{where} sent no answer (HTTP {shown}). Check the base URL."


def explain_first_failures(error: ProviderError) -> str:
    """Why a run whose first answers all failed alike was stopped, and what is usually the matter."""
    cause = {
        ErrorKind.BAD_REQUEST: " Usual causes: the model's name, a parameter, or too long an answer (--max-tokens).",
        ErrorKind.BAD_RESPONSE: " Usual causes: the base URL, which often ends in /v1, or the model's name.",
    }.get(error.kind, "")
    rest = "" if error.kind in (ErrorKind.AUTH, ErrorKind.NOT_FOUND) else " All first answers failed alike."
    return f"{error}{rest}{cause}"


def hint_at_address(base_url: str) -> str:
    """What is usually wrong with a base URL that reaches a server but no chat service."""
    if AZURE_HOSTS.match(base_url):
        return f"{AZURE_ADVICE}."
    return "The base URL often ends in /v1."


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
