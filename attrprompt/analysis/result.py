"""What a comparison of data sets gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.statistics.verdicts import Family, list_families
from attrprompt.analysis.texts.selection import TextChoice

NOTE = "The interval covers the choice of texts in this run, not other wordings, models or runs."
ITEMS_KEPT = 20


@dataclass(frozen=True)
class TableSize:
    """The size at which all cells of a table are measured.

    Attributes:
        m: texts a draw.
        tokens: words a draw, for lexical figures.
        repeats: number of draws.
    """

    m: int
    tokens: int
    repeats: int


@dataclass(frozen=True)
class Parameters:
    """What figures were made with.

    Attributes:
        m: texts a draw; where nothing was compared at a common size, what was asked for.
        tokens: words a draw, for lexical figures; None where nothing was drawn.
        encoder: id of the encoder; None where none was asked.
        near_duplicate_threshold: cosine from which two texts are near-duplicates; like all that follow, of comparisons
            at a common size alone.
        neighbours: k of the distance to the k-th nearest gold text.
        tables: the size of each table's cells, by dimension.
        labels: labels that are drawn alike.
        left_out: labels that not every set has enough texts of.
    """

    m: int | None
    tokens: int | None
    repeats: int
    seed: int
    tokeniser: str
    encoder: str | None
    texts: TextChoice
    near_duplicate_threshold: float | None = None
    neighbours: int | None = None
    tables: Mapping[str, TableSize] | None = None
    labels: tuple[str, ...] | None = None
    left_out: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields by name; of those with a default the ones that are known."""
        plain = {
            "m": self.m,
            "tokens": self.tokens,
            "repeats": self.repeats,
            "seed": self.seed,
            "tokeniser": self.tokeniser,
            "encoder": self.encoder,
            "texts": self.texts.to_json(),
        }
        tables = None if self.tables is None else {name: asdict(size) for name, size in self.tables.items()}
        known = {
            "near_duplicate_threshold": self.near_duplicate_threshold,
            "neighbours": self.neighbours,
            "tables": tables,
            "labels": None if self.labels is None else list(self.labels),
            "left_out": None if self.left_out is None else list(self.left_out),
        }
        return plain | {name: value for name, value in known.items() if value is not None}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Parameters:
        """The parameters with these fields."""
        made: dict[str, Any] = {"texts": TextChoice.from_json(plain["texts"])}
        if "tables" in plain:
            made["tables"] = {name: TableSize(**size) for name, size in plain["tables"].items()}
        made |= {name: tuple(plain[name]) for name in ("labels", "left_out") if name in plain}
        return cls(**{**plain, **made})


@dataclass(frozen=True)
class Cell:
    """The figures of one set in one scope of a table, or why there are none."""

    n: int
    estimates: Mapping[str, Estimate]
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Figures by key, with the number of texts."""
        return estimates_to_json(self.estimates) | {"n": self.n, "note": self.note}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Cell:
        """The cell of which this is the plain data."""
        figures = {key: figure for key, figure in plain.items() if key not in ("n", "note")}
        return cls(plain["n"], estimates_from_json(figures), plain["note"])


@dataclass(frozen=True)
class SetFigures:
    """The figures of one set at the size that it has in common with the others.

    Attributes:
        n: texts that count; 0 where no figures at a common size were asked for.
        estimates: by the figure's key.
        equal_texts: lexical figures at equal numbers of texts: the second view.
        whole: over all texts that count; not comparable between sets of different size.
        scopes: by `dimension=value`.
        shares: of texts that are cut, flagged, reviewed.
    """

    n: int = 0
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    equal_texts: Mapping[str, Estimate] = field(default_factory=dict)
    whole: Mapping[str, float] = field(default_factory=dict)
    scopes: Mapping[str, Cell] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class AnalysisResult:
    """Everything a comparison found, with what is needed to repeat it."""

    parameters: Parameters
    datasets: dict[str, SetFigures]
    comparisons: tuple[Comparison, ...]
    warnings: tuple[str, ...]

    @property
    def families(self) -> tuple[Family, ...]:
        """The families of comparisons that were corrected together."""
        return tuple(list_families(self.comparisons))


def estimates_to_json(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """Plain data of estimates by key."""
    return {key: estimate.to_json() for key, estimate in estimates.items()}


def estimates_from_json(plain: Mapping[str, Any]) -> dict[str, Estimate]:
    """The estimates of which this is the plain data."""
    return {key: Estimate.from_json(estimate) for key, estimate in plain.items()}
