"""What models cost: as the people of a project entered it, else as the model's provider lists it.

Where neither says a price the cost is None, never 0: a wrong price is worse than none. The embedded model is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from attrprompt.errors import InputError
from attrprompt.llm.chat import EMBEDDED
from attrprompt.llm.list_prices import RELEASED, find_list_price

PER = 1_000_000
DEAREST = 100_000
LIST_DATE = f"{RELEASED.day} {RELEASED:%B %Y}"
FREE = "free: the embedded model"
UNKNOWN = "price unknown"


class Price(BaseModel):
    """USD per million tokens of one model.

    A `model` that ends in `*` stands for all names that begin so ("gpt-4o-mini*" takes the dated names too).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1, max_length=200, description="name of the model as the endpoint lists it")
    prompt: float = Field(ge=0, le=DEAREST, description="USD per million tokens of prompts")
    completion: float = Field(ge=0, le=DEAREST, description="USD per million tokens of answers")

    @field_validator("model")
    @classmethod
    def _strip(cls, name: str) -> str:
        stripped = name.strip()
        if not stripped.rstrip("*"):
            raise ValueError("a price needs the name of a model")
        return stripped


class PriceSource(StrEnum):
    """Who says what a model costs."""

    PEOPLE = "people"
    PROVIDER = "provider"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a model costs at one endpoint: USD per million tokens, and who says so."""

    prompt: float
    completion: float
    source: PriceSource

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """USD for so many tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / PER

    @property
    def is_free(self) -> bool:
        """It is the embedded model's, which costs nothing."""
        return self.source is PriceSource.EMBEDDED

    @property
    def note(self) -> str:
        """What a reader must know of a cost at this rate; empty where people entered it."""
        return f"list price of {LIST_DATE}" if self.source is PriceSource.PROVIDER else ""

    def word(self, amount: str) -> str:
        """An amount of money at this rate: `$1.20`, `$1.20 at the list price of …` or `free: …`."""
        if self.is_free:
            return FREE
        return f"{amount} at the {self.note}" if self.note else amount


class PriceTable:
    """The prices that people entered, by model, before those that providers list; immutable."""

    def __init__(self, entries: Iterable[Price] = ()) -> None:
        self.entries = tuple(entries)
        names = [entry.model.casefold() for entry in self.entries]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"The price table names “{twice}” twice. Keep one of the rows.")
        self._by_name = {entry.model.casefold(): entry for entry in self.entries}

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> PriceTable:
        """A table from rows with the columns `model`, `prompt` and `completion`.

        Raises:
            InputError: a row is no price; the message names it.
        """
        entries = []
        for number, row in enumerate(rows, start=1):
            try:
                entries.append(Price.model_validate(row))
            except ValidationError as error:
                problem = error.errors()[0]
                column = ".".join(str(part) for part in problem["loc"]) or "row"
                raise InputError(
                    f"Row {number} of the price table cannot be used ({column}: {problem['msg']}). "
                    "Give model, prompt and completion, in USD per million tokens."
                ) from error
        return cls(entries)

    def to_rows(self) -> list[dict[str, Any]]:
        """Plain rows for the store and for an editor."""
        return [entry.model_dump() for entry in self.entries]

    def find(self, model: str, base_url: str) -> Rate | None:
        """What a model costs at an endpoint; None where nobody knows. What people entered holds at every endpoint."""
        entered = self._find_entered(model)
        if entered is not None:
            return Rate(entered.prompt, entered.completion, PriceSource.PEOPLE)
        if base_url == EMBEDDED:
            return Rate(0.0, 0.0, PriceSource.EMBEDDED)
        listed = find_list_price(model, base_url)
        return None if listed is None else Rate(*listed, PriceSource.PROVIDER)

    def cost(self, model: str, base_url: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """USD for so many tokens; None where the price is not known."""
        rate = self.find(model, base_url)
        return None if rate is None else rate.cost(prompt_tokens, completion_tokens)

    def word_cost(self, model: str, base_url: str, prompt_tokens: int, completion_tokens: int) -> str:
        """What so many tokens cost, for people, with where the price is from; or `price unknown`."""
        rate = self.find(model, base_url)
        return UNKNOWN if rate is None else rate.word(format_usd(rate.cost(prompt_tokens, completion_tokens)))

    def _find_entered(self, model: str) -> Price | None:
        """A row by its whole name, else by the longest beginning that ends in `*`."""
        name = model.casefold()
        exact = self._by_name.get(name)
        if exact is not None:
            return exact
        beginnings = [key for key in self._by_name if key.endswith("*") and name.startswith(key[:-1])]
        return self._by_name[max(beginnings, key=len)] if beginnings else None


def format_usd(cost: float | None) -> str:
    """A cost in words; one under a cent keeps two digits that say something."""
    if cost is None:
        return UNKNOWN
    return f"${cost:,.2f}" if cost >= 0.01 or cost == 0 else f"${cost:.2g}"
