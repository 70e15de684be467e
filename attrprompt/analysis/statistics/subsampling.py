"""How texts are drawn so that sets of different size, length and label mix can be compared.

All sets compared draw the same number of whole texts, the same number for each label that all of them have, without
replacement; lexical figures draw the same number of tokens instead. One draw serves all figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attrprompt.analysis.texts.selection import PreparedSet
from attrprompt.analysis.texts.tokens import IntArray, TokenSample, TokenTable
from attrprompt.errors import InputError

LADDER = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
DEFAULT_LIMIT = 1_000
FEW_TEXTS = 200
FEWEST_FOR_INTERVAL = 20
FEWEST_FOR_DRAWS = 4
FEWEST_PER_LABEL = 4
MOST_OF_LABEL = 2 / 3


@dataclass(frozen=True)
class Stock:
    """The texts of one set in one scope, parted by the labels that are drawn equally (one part where none are)."""

    dataset: PreparedSet
    strata: tuple[IntArray, ...]

    @property
    def n(self) -> int:
        """Number of texts."""
        return sum(len(stratum) for stratum in self.strata)

    @property
    def effective_n(self) -> float:
        """Labels × the harmonic mean of their texts: the n of the variance formula when labels are drawn equally."""
        return len(self.strata) ** 2 / sum(1 / len(stratum) for stratum in self.strata)

    @cached_property
    def mean_tokens(self) -> float:
        """Mean tokens of a text, each label weighing the same."""
        lengths = self.dataset.table.lengths
        return float(np.mean([lengths[stratum].mean() for stratum in self.strata]))


@dataclass(frozen=True)
class Partition:
    """The stocks of all sets in one scope, parted alike.

    Attributes:
        stocks: one a set.
        labels: labels drawn equally; empty where texts are drawn regardless of label.
        left_out: labels whose texts do not enter, since a set has none or too few of them.
    """

    stocks: tuple[Stock, ...]
    labels: tuple[str, ...]
    left_out: tuple[str, ...]

    def joined(self) -> Partition:
        """The same texts in one part: drawn regardless of label."""
        return Partition(tuple(Stock(s.dataset, (np.concatenate(s.strata),)) for s in self.stocks), (), self.left_out)


@dataclass(frozen=True)
class SubsamplePlan:
    """What is drawn from every set of a scope: `m` texts, or `tokens` tokens for lexical figures.

    Figures that grow dear or saturate take `few` texts, or `few_tokens` tokens.
    """

    partition: Partition
    m: int
    tokens: int
    few: int
    few_tokens: int

    @property
    def parts(self) -> int:
        """Number of parts from which texts are drawn alike."""
        return len(self.partition.stocks[0].strata)

    @property
    def per_label(self) -> int:
        """Texts drawn of each part."""
        return self.m // self.parts

    @property
    def few_per_label(self) -> int:
        """Texts drawn of each part for figures that take few."""
        return self.few // self.parts


def part_by_label(datasets: Sequence[PreparedSet], scope: Sequence[IntArray]) -> Partition:
    """Part the texts of a scope into the labels of which all sets have enough.

    A label is left out when a set has under 4 of its texts, or under a tenth of what the median label has: it would
    hold the common number down for all. Texts without a label are of no label, so they are left out beside labels.
    Where no label remains, texts are not parted and none is left out.
    """
    parts = [
        {label: texts[d.codes[texts] == code] for code, label in enumerate(d.labels)}
        for d, texts in zip(datasets, scope, strict=True)
    ]
    labels = sorted({label for of_set in parts for label, texts in of_set.items() if len(texts)})
    fewest = {label: min(len(of_set.get(label, ())) for of_set in parts) for label in labels if label}
    shared = [count for count in fewest.values() if count]
    floor = max(FEWEST_PER_LABEL, float(np.median(shared)) / 10) if shared else FEWEST_PER_LABEL
    kept = tuple(label for label, count in fewest.items() if count >= floor)
    if not kept:
        return Partition(tuple(Stock(d, (t,)) for d, t in zip(datasets, scope, strict=True)), (), ())
    stocks = tuple(Stock(d, tuple(p[label] for label in kept)) for d, p in zip(datasets, parts, strict=True))
    return Partition(stocks, kept, tuple(label for label in labels if label not in kept))


def plan_draws(partition: Partition, *, limit: int = DEFAULT_LIMIT, m: int | None = None) -> SubsamplePlan:
    """Choose the common size: the largest rung of the ladder that is at most half of the smallest set.

    Between 4 and 39 texts half of them, which is under the lowest rung. The number is the same for each label, at
    least 2 and at most two thirds of the label's texts; where that cannot be had, texts are drawn regardless of label.
    Tokens: as many as m texts have on average in the set with the shortest texts, so that no set gives over half of
    what it has.

    Args:
        partition: the texts of every set.
        limit: no more texts than this.
        m: the number of texts a person asked for, in place of the ladder.

    Raises:
        InputError: more texts were asked for than half of the smallest set.
    """
    labels = len(partition.labels) or 1
    smallest = min(stock.n for stock in partition.stocks)
    rarest = min(len(part) for stock in partition.stocks for part in stock.strata)
    bound = min(smallest // 2, labels * int(MOST_OF_LABEL * rarest))
    if m is not None and m > bound:
        raise InputError(
            f"{m} texts a draw are more than half of the smallest set (with the same number for each label, {bound} is "
            f"the most). Ask for at most {bound}."
        )
    size = m or max((rung for rung in LADDER if rung <= min(bound, limit)), default=min(bound, limit))
    if labels > 1 and size < 2 * labels <= min(bound, limit) and m is None:
        size = 2 * labels
    if labels > 1 and size < 2 * labels:
        return plan_draws(partition.joined(), limit=limit, m=m)
    size -= size % labels
    few = labels * max(min(size // labels, FEW_TEXTS // labels, rarest // 2), 1)
    shortest = min(stock.mean_tokens for stock in partition.stocks)
    return SubsamplePlan(partition, size, int(size * shortest), few, int(few * shortest))


@dataclass(frozen=True)
class Draw:
    """One random order of the texts of every part of a stock; figures take as much from its front as they need."""

    table: TokenTable
    order: tuple[IntArray, ...]
    first_part: int

    def texts(self, per_label: int, skip: int = 0) -> IntArray:
        """The same number of texts from each part, part after part."""
        return np.concatenate([part[skip : skip + per_label] for part in self.order])

    def sample_texts(self, per_label: int) -> TokenSample:
        """The same number of whole texts from each part."""
        texts = np.sort(self.texts(per_label))
        return TokenSample(self.table, texts, self.table.lengths[texts])

    def in_turn(self) -> IntArray:
        """All texts, one from each part in turn; parts that run out are passed over."""
        longest = max(len(part) for part in self.order)
        turns = np.full((longest, len(self.order)), -1, dtype=np.int64)
        for column in range(len(self.order)):
            part = self.order[(column + self.first_part) % len(self.order)]
            turns[: len(part), column] = part
        flat = turns.ravel()
        return flat[flat >= 0]

    def sample_tokens(self, tokens: int) -> TokenSample:
        """Whole texts in turn from each part until there are so many tokens; the last one is cut."""
        return _take_tokens(self.table, self.in_turn(), tokens)

    def sample_classes(self, tokens: int) -> list[TokenSample]:
        """From each part whole texts until there are so many tokens; the last one is cut."""
        return [_take_tokens(self.table, part, tokens) for part in self.order]


def draw_repeatedly(stock: Stock, repeats: int, seed: int, scope: str) -> Iterator[Draw]:
    """Seeded draws: the same texts, scope and seed give the same draws, whatever the set is called."""
    key = hashlib.blake2b(f"{stock.dataset.digest} {scope}".encode(), digest_size=8).digest()
    rng = np.random.default_rng([seed, int.from_bytes(key, "big")])
    for _ in range(repeats):
        order = tuple(rng.permutation(part) for part in stock.strata)
        yield Draw(stock.dataset.table, order, int(rng.integers(len(order))))


def _take_tokens(table: TokenTable, texts: IntArray, tokens: int) -> TokenSample:
    kept = table.lengths[texts]
    reached = np.cumsum(kept)
    last = int(np.searchsorted(reached, tokens))
    if last < len(texts):
        texts, kept = texts[: last + 1], kept[: last + 1].copy()
        kept[last] -= reached[last] - tokens
    order = np.argsort(texts)
    return TokenSample(table, texts[order], kept[order])
