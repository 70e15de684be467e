"""Scores against what texts cost: a curve's points, and the share of one set's cost at which another is as good.

Tokens are part of the result that is kept. Money is not: it follows from them and the prices of now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

from attrprompt.evaluation.estimates import Scores, print_scores, read_others

Amount = Literal["n", "tokens", "money"]
"""What a score is drawn against: training texts, or what they cost."""


@dataclass(frozen=True)
class Money:
    """What something costs at the prices of now, in USD; None where a price is not known."""

    usd: float | None


@dataclass(frozen=True)
class CurvePoint:
    """Scores with so many training texts.

    Attributes:
        n: texts, in all classes.
        per_class: texts of each class, where it has so many.
        tokens: what they cost; None where it is not known.
        money: None where no prices were looked up.
    """

    n: int
    per_class: int
    scores: Scores
    tokens: int | None
    money: Money | None = None

    def find_amount(self, against: Amount) -> float | None:
        """How many texts, or what they cost; None where it is not known."""
        if against == "money":
            return None if self.money is None else self.money.usd
        return self.n if against == "n" else self.tokens

    def to_json(self) -> dict[str, Any]:
        """The scores stand among the other fields, and the money only where prices were looked up."""
        return {
            "n": self.n,
            "per_class": self.per_class,
            **print_scores(self.scores),
            "tokens": self.tokens,
            **({} if self.money is None else {"money": self.money.usd}),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The point of which this is the plain data."""
        scores = read_others(plain, {"n", "per_class", "tokens", "money"})
        money = Money(plain["money"]) if "money" in plain else None
        return cls(plain["n"], plain["per_class"], scores, plain["tokens"], money)


@dataclass(frozen=True)
class ShareMoney:
    """A budget share in USD at the prices of now; None where a price is not known or the score is not reached.

    Attributes:
        money: what it costs to get to the score.
        reference_money: what all texts of the reference set cost.
        money_share: the one over the other; `money_low` and `money_high` end its 95 % interval.
    """

    money: float | None
    reference_money: float | None
    money_share: float | None
    money_low: float | None
    money_high: float | None


@dataclass(frozen=True)
class BudgetShare:
    """At which share of the reference set's cost another set reaches the reference's score at full size.

    The score is the headline one: accuracy, with several labels a text micro F1.

    Attributes:
        share: None where it is not reached.
        low: lower end of the 95 % interval.
        high: upper end; None where over 2.5 % of the resamples do not reach it.
        reached: share of resamples that reach it.
        tokens: what it costs to get there.
        texts: how many of its texts that are; `texts_low` and `texts_high` end the interval.
        target: the score to reach.
        money: None where no prices were looked up.
    """

    a: str
    reference: str
    target: float
    share: float | None
    low: float | None
    high: float | None
    reached: float
    tokens: float | None
    reference_tokens: float
    texts: float | None
    texts_low: float | None
    texts_high: float | None
    reference_texts: int
    money: ShareMoney | None = None

    def to_json(self) -> dict[str, Any]:
        """The money stands among the other fields, where prices were looked up."""
        plain = asdict(self)
        money = plain.pop("money")
        return {**plain, **(money or {})}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The share of which this is the plain data."""
        priced = {field.name for field in fields(ShareMoney)}
        money = ShareMoney(**{name: plain[name] for name in priced}) if "money" in plain else None
        return cls(**{name: value for name, value in plain.items() if name not in priced}, money=money)
