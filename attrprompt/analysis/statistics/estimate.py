"""What a figure is: a value with its interval, and the difference of two sets in that figure.

Intervals follow the delete-d jackknife (Shao & Wu 1989, Annals of Statistics 17): a figure is computed on R random
subsamples of m of the n texts, drawn without replacement; the variance between subsamples times m ÷ (n - m)
estimates the variance of the figure over other draws of texts, and the variance ÷ R is what the finite number
of subsamples adds.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attrprompt.kept import Kept

Z95 = 1.959963984540054
DELETE_D = "delete-d jackknife"
FEWEST_IN_A_CELL = 30


@dataclass(frozen=True)
class Estimate(Kept):
    """One figure of one set.

    Attributes:
        value: the figure.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end.
        n: texts it stands for.
        m: texts in each subsample; None where it is computed on all.
        repeats: number of subsamples.
        method: how value and interval were made, in a few words.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    m: int | None
    repeats: int | None
    method: str


@dataclass(frozen=True)
class Comparison(Kept):
    """One figure of set `a` against set `b`: difference = a - b, ratio = a ÷ b.

    Attributes:
        scope: `all`, or `dimension=value` of the texts compared.
        p: two-sided, of the difference.
        q: p corrected for its family (Holm for primary figures, Benjamini-Hochberg for tables).
        family: `primary`, `exploratory` or `table <dimension>`.
        verdict: for primary figures and for cells with too few texts; else None.
    """

    metric: str
    scope: str
    a: str
    b: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    p: float | None = None
    q: float | None = None
    family: str = ""
    verdict: str | None = None

    def turned(self) -> Comparison:
        """The same of set `b` against set `a`."""
        return dataclasses.replace(
            self,
            a=self.b,
            b=self.a,
            difference=_negate(self.difference),
            low=_negate(self.high),
            high=_negate(self.low),
            ratio=_invert(self.ratio),
            ratio_low=_invert(self.ratio_high),
            ratio_high=_invert(self.ratio_low),
        )


def _negate(value: float | None) -> float | None:
    return None if value is None else -value


def _invert(value: float | None) -> float | None:
    return None if value is None else 1 / value


@dataclass(frozen=True)
class SubsampledFigure:
    """A figure computed on R subsamples of one set.

    Attributes:
        values: the figure on each subsample.
        n: texts of the set that could be drawn.
        effective_n: the n of the variance formula; differs from n where labels are drawn equally from unequal stocks.
        m: texts in a subsample (their mean number, where subsamples are equal in tokens).
        method: what a subsample is.
        with_interval: False where the set is too small for one.
    """

    values: NDArray[np.float64]
    n: int
    effective_n: float
    m: float
    method: str
    with_interval: bool = True

    @cached_property
    def value(self) -> float:
        """The mean over subsamples."""
        return float(self.values.mean())

    @cached_property
    def standard_error(self) -> float | None:
        """The delete-d standard error; None for small sets and where all subsamples agree."""
        if not self.with_interval or len(self.values) < 2 or self.m >= self.effective_n:
            return None
        variance = float(self.values.var(ddof=1))
        if variance <= (1e-9 * max(abs(self.value), 1e-6)) ** 2:
            return None
        return math.sqrt(variance * self.m / (self.effective_n - self.m) + variance / len(self.values))

    def to_estimate(self, minimum: float = -math.inf, maximum: float = math.inf) -> Estimate:
        """The figure with its interval, kept within the range that the figure can take."""
        error = self.standard_error
        return Estimate(
            value=self.value,
            low=None if error is None else max(self.value - Z95 * error, minimum),
            high=None if error is None else min(self.value + Z95 * error, maximum),
            n=self.n,
            m=round(self.m),
            repeats=len(self.values),
            method=self.method if error is not None else f"{self.method}; no interval",
        )


def estimate_mean(
    values: Sequence[float], method: str, minimum: float = -math.inf, maximum: float = math.inf
) -> Estimate:
    """The mean with its normal 95 % interval, kept within a range; no interval for fewer than 2 values."""
    array = np.asarray(values, dtype=np.float64)
    mean, n = float(array.mean()), len(array)
    if n < 2:
        return Estimate(mean, None, None, n, None, None, f"{method}; no interval")
    half = Z95 * float(array.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, max(minimum, mean - half), min(maximum, mean + half), n, None, None, method)


def compare_figures(
    metric: str, scope: str, names: tuple[str, str], a: SubsampledFigure, b: SubsampledFigure, *, with_ratio: bool
) -> Comparison:
    """The difference of two sets in one figure, variances added; the ratio by the delta method on its logarithm.

    Family, q and verdict are filled in when the whole family is known.
    """
    error_a, error_b = a.standard_error, b.standard_error
    difference = a.value - b.value
    low = high = p = None
    if error_a is not None or error_b is not None:
        error = math.hypot(error_a or 0.0, error_b or 0.0)
        low, high = difference - Z95 * error, difference + Z95 * error
        p = math.erfc(abs(difference) / error / math.sqrt(2))
    if not (a.with_interval and b.with_interval):
        low = high = p = None
    ratio = ratio_low = ratio_high = None
    if with_ratio and a.value > 0 and b.value > 0:
        ratio = a.value / b.value
        if p is not None:
            spread = Z95 * math.hypot((error_a or 0.0) / a.value, (error_b or 0.0) / b.value)
            ratio_low, ratio_high = ratio * math.exp(-spread), ratio * math.exp(spread)
    return Comparison(
        metric=metric,
        scope=scope,
        a=names[0],
        b=names[1],
        difference=difference,
        low=low,
        high=high,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p=p,
    )


def wilson(count: int, n: int) -> Estimate:
    """A share with Wilson's (1927) 95 % interval, for states that hang on the text alone."""
    share, z = count / n, Z95
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = max(0.0, middle - half) if count else 0.0
    high = min(1.0, middle + half) if count < n else 1.0
    return Estimate(share, low, high, n, None, None, "Wilson")
