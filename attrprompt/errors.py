"""The errors that a user may meet, each with a sentence that says what to do.

    AttrPromptError
    ├── InputError        what was given cannot be used (a file, a name, a template, a key)
    ├── ConflictError     somebody else changed the same thing meanwhile
    ├── ProviderError     a model's endpoint answered with a failure, or not at all
    ├── StoreError        the home or the database cannot be read or written
    └── WorkerError       encoding, projecting or training ended without a result

Pages and the command line catch the base class only; anything else is a defect and must be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

StopCheck = Callable[[], None]
"""Called now and then in long loops; raises `WorkerError` once the work is given up."""


class AttrPromptError(Exception):
    """Base of all errors whose message is meant for the user."""


class InputError(AttrPromptError):
    """What the user gave cannot be used; nothing was changed."""


class ConflictError(AttrPromptError):
    """The same field was changed by somebody else since it was read.

    Attributes:
        path: JSON pointer of the field in the project document.
        mine: the value that this person wanted to save.
        theirs: the value that stands in the project now.
        who: the person who made the change that stands now.
    """

    def __init__(self, message: str, *, path: str, mine: object, theirs: object, who: str) -> None:
        super().__init__(message)
        self.path = path
        self.mine = mine
        self.theirs = theirs
        self.who = who


class ErrorKind(StrEnum):
    """Why an item of a run ended without an answer; each failed item has exactly one."""

    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    SERVER_ERROR = "server_error"
    BAD_RESPONSE = "bad_response"
    ONLY_THINKING = "only_thinking"
    AUTH = "auth"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    BUDGET = "budget"
    STOPPED = "stopped"


class ProviderError(AttrPromptError):
    """A request to a model's endpoint failed.

    Attributes:
        kind: the reason, as it is counted in a run.
        status: HTTP status, where there was an answer.
        retry_after: seconds the endpoint asks to wait, where it said so.
        refused_fields: fields of the request that the endpoint does not take, where it was about those.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        status: int | None = None,
        retry_after: float | None = None,
        refused_fields: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.refused_fields = refused_fields


class StoreError(AttrPromptError):
    """The home folder or its database cannot be used."""


class WorkerError(AttrPromptError):
    """A job of the worker process ended without a result."""
