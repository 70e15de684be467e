"""What models read and wrote for a training set, in tokens: nothing here knows a price."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Bill(BaseModel):
    """Tokens that one model read and wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    prompt: int
    completion: int

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.prompt + self.completion


class Cost(BaseModel):
    """What a training set took: all requests of its runs, and what was asked once before them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: tuple[Bill, ...]
    once: tuple[Bill, ...] = ()

    @property
    def tokens(self) -> int:
        """Tokens of the runs."""
        return sum(bill.tokens for bill in self.texts)

    @property
    def tokens_once(self) -> int:
        """Tokens before the first text."""
        return sum(bill.tokens for bill in self.once)
