"""Attribute values: how many of their texts obey, and which values the model ignores.

Whether one text obeys depends on that text alone, so every share has Wilson's interval. A value is *ignored* where its
texts cannot be told apart from those asked for other values: they obey it no more often than the others do by
themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from attrprompt.analysis.statistics.estimate import FEWEST_IN_A_CELL, Estimate, wilson
from attrprompt.analysis.statistics.verdicts import correct_by_benjamini_hochberg
from attrprompt.kept import Kept

TOLD_APART_LEVEL = 0.05


@dataclass(frozen=True)
class ValueAdherence(Kept):
    """The texts that were asked for one value.

    Attributes:
        n: number of texts.
        obeying: how many of them obey; None where the value cannot be checked.
        obeyed: their share; None where it cannot be checked, and under 30 texts.
        reason: why there is no share.
        elsewhere: share of the texts asked for other values that would obey this one; None where it is not known.
        told_apart: where no rule can check the value, how well its texts can be told from the others (area under the
            curve, 0.5 not at all).
        p: two-sided, of no difference between its texts and the others.
        q: p corrected over the values of the dimension (Benjamini and Hochberg).
        ignored: whether its texts cannot be told apart from the rest at this n; None where that is not known.
    """

    dimension: str
    value: str
    n: int
    obeying: int | None
    obeyed: Estimate | None
    reason: str
    elsewhere: Estimate | None = None
    told_apart: Estimate | None = None
    p: float | None = None
    q: float | None = None
    ignored: bool | None = None

    @property
    def is_higher(self) -> bool:
        """Whether its texts look more like what was asked for than the others do."""
        if self.told_apart is not None:
            return self.told_apart.value > 0.5
        return self.obeyed is not None and self.elsewhere is not None and self.obeyed.value > self.elsewhere.value


def rate_value(dimension: str, value: str, obeying: int, n: int, elsewhere: tuple[int, int] = (0, 0)) -> ValueAdherence:
    """The share of texts that obey a value; none under 30 texts.

    Args:
        elsewhere: texts asked for other values that would obey it, and the number of such texts.
    """
    if n < FEWEST_IN_A_CELL:
        return ValueAdherence(dimension, value, n, obeying, None, f"too few texts: {n}")
    rated = ValueAdherence(dimension, value, n, obeying, wilson(obeying, n), "")
    if elsewhere[1] < FEWEST_IN_A_CELL:
        return rated
    p = compare_shares(obeying, n, *elsewhere)
    return replace(rated, elsewhere=wilson(*elsewhere), p=p)


def compare_shares(a: int, n_a: int, b: int, n_b: int) -> float:
    """Two-sided p of equal shares a ÷ n_a and b ÷ n_b, by the normal approximation with the pooled share."""
    pooled = (a + b) / (n_a + n_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    return 1.0 if error == 0 else math.erfc(abs(a / n_a - b / n_b) / error / math.sqrt(2))


def adjust_values(values: Sequence[ValueAdherence]) -> list[ValueAdherence]:
    """The values of one dimension with q, and whether each is ignored."""
    p_values = {index: value.p for index, value in enumerate(values) if value.p is not None}
    adjusted = list(values)
    for index, q in zip(p_values, correct_by_benjamini_hochberg(list(p_values.values())), strict=True):
        value = values[index]
        adjusted[index] = replace(value, q=q, ignored=q >= TOLD_APART_LEVEL or not value.is_higher)
    return adjusted


def order_values(value: ValueAdherence) -> tuple[bool, bool, float, str]:
    """A key for sorting: ignored values first, then by the share that obeys, unknown ones last."""
    score = value.obeyed or value.told_apart
    return score is None, not value.ignored, score.value if score else -value.n, value.value
