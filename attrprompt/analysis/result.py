"""What a comparison of data sets gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attrprompt.analysis.statistics.estimate import Comparison, Estimate
from attrprompt.analysis.statistics.verdicts import Family, list_families
from attrprompt.analysis.texts.selection import TextChoice
from attrprompt.kept import Flat, Kept, LeftOut

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
class Parameters(Kept):
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
    near_duplicate_threshold: LeftOut[float] = None
    neighbours: LeftOut[int] = None
    tables: LeftOut[Mapping[str, TableSize]] = None
    labels: LeftOut[tuple[str, ...]] = None
    left_out: LeftOut[tuple[str, ...]] = None


@dataclass(frozen=True)
class Cell(Kept):
    """The figures of one set in one scope of a table, or why there are none."""

    estimates: Flat[Mapping[str, Estimate]]
    n: int
    note: str | None = None


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
