"""Scores against what texts cost: a curve's points, and the share of one set's cost at which another is as good.

Tokens are part of the result that is kept. Money is not: it follows from them and the prices of now.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer

from attrprompt.evaluation.estimates import Scores
from attrprompt.kept import Flat, Kept, LeftOut

Amount = Literal["n", "tokens", "money"]
"""What a score is drawn against: training texts, or what they cost."""


@dataclass(frozen=True)
class Money:
    """What something costs at the prices of now, in USD; None where a price is not known."""

    usd: float | None


@dataclass(frozen=True)
class CurvePoint(Kept):
    """Scores with so many training texts.

    Attributes:
        n: texts, in all classes.
        per_class: texts of each class, where it has so many.
        tokens: what they cost; None where it is not known.
        money: None where no prices were looked up.
    """

    n: int
    per_class: int
    scores: Flat[Scores]
    tokens: int | None
    money: Annotated[LeftOut[Money], BeforeValidator(Money), PlainSerializer(attrgetter("usd"))] = None

    def find_amount(self, against: Amount) -> float | None:
        """How many texts, or what they cost; None where it is not known."""
        if against == "money":
            return None if self.money is None else self.money.usd
        return self.n if against == "n" else self.tokens


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
class BudgetShare(Kept):
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
    money: Flat[ShareMoney | None] = None
