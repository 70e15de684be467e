"""What a run is sent with: the parameters of every request, and how fast and how far it may go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from attrprompt.records import Run

NOTES = "notes"
"""Among a run's options: what sending it showed, as `SendingNotes`."""


class SendingNotes(BaseModel):
    """What a run's record says of how it was sent.

    Attributes:
        not_sent: fields that the endpoint refused, with its words; they were left out.
        estimated: answers whose tokens were estimated, because the endpoint gave no count that could be one.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    not_sent: Mapping[str, str] = Field(default_factory=dict)
    estimated: int = 0

    def without_fields(self) -> SendingNotes:
        """These notes where the refused fields were told already."""
        return SendingNotes(estimated=self.estimated)


class RunLimits(BaseModel):
    """How fast and how far a run may go.

    `concurrency` is start and ceiling; a budget ends the run when it is reached, with at most what is in flight above.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrency: int = Field(default=16, ge=1, le=1_000)
    timeout: float = Field(default=120.0, gt=0)
    budget: float | None = Field(default=None, gt=0, description="USD")
    budget_tokens: int | None = Field(default=None, ge=1)
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)


def read_notes(run: Run) -> SendingNotes:
    """What sending a run showed; nothing where it was not sent."""
    return SendingNotes.model_validate(run.options.get(NOTES) or {})


class GenerationParameters(BaseModel):
    """What is sent with every prompt of a run; what is None is left to the endpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float | None = Field(default=1.0, ge=0, le=2)
    send_seed: bool = True
    max_tokens: int = Field(default=512, ge=1)
    top_p: float | None = Field(default=None, gt=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0)
    extra: Mapping[str, Any] = Field(default_factory=dict)
