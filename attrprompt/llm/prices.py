"""What models cost, as their users entered it. No price is shipped: a wrong one is worse than none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from attrprompt.errors import InputError

MILLION = 1_000_000


class Price(BaseModel):
    """USD for a million tokens of one model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1, max_length=200)
    prompt: float = Field(ge=0, le=100_000)
    completion: float = Field(ge=0, le=100_000)


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model name, in any case."""

    prices: Mapping[str, Price]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """A table from rows of `model`, `prompt`, `completion`.

        Raises:
            InputError: a row is incomplete, negative, or a model stands twice.
        """
        prices: dict[str, Price] = {}
        for number, row in enumerate(rows, start=1):
            try:
                price = Price.model_validate(row)
            except ValidationError as error:
                raise InputError(
                    f"Row {number} of the prices needs a model and two prices of 0 or more, in USD per million tokens."
                ) from error
            key = price.model.casefold()
            if key in prices:
                raise InputError(f"The price of {price.model} is entered twice. Keep one row.")
            prices[key] = price
        return cls(prices)

    def to_rows(self) -> list[dict[str, Any]]:
        """The table as plain rows."""
        return [price.model_dump() for price in self.prices.values()]

    def cost(self, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """USD for these tokens, or None where the price is not known."""
        price = self.prices.get(model.casefold())
        if price is None:
            return None
        return (prompt_tokens * price.prompt + completion_tokens * price.completion) / MILLION
