"""Texts that repeat an earlier one, exactly or nearly, by their words alone: no embeddings are needed.

Exact: equal after NFC, case-folding and collapsing of spaces. Near: Jaccard similarity of the sets of three-word runs;
candidates come from MinHash and locality-sensitive hashing (Broder 1997; `datasketch`), and each is checked on the
runs themselves, so that no pair is reported below the threshold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attrprompt.analysis.texts.tokens import tokenise
from attrprompt.errors import StopCheck
from attrprompt.kept import Kept

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH

THRESHOLD = 0.8
RUN = 3
PERMUTATIONS = 128
_SLACK = 0.1  # MinHash misjudges Jaccard by about this much; what it lets through is checked afterwards


@dataclass(frozen=True)
class Duplicate:
    """An earlier text that a text repeats.

    Attributes:
        of: index of the earlier text.
        similarity: 1 for exact ones, else the Jaccard similarity of their three-word runs.
        exact: whether they are the same but for case and spaces.
    """

    of: int
    similarity: float
    exact: bool


@dataclass(frozen=True)
class DuplicatePair:
    """A text of a data set that repeats an earlier one, both by their numbers there."""

    item: int
    of: int
    similarity: float
    exact: bool


@dataclass(frozen=True)
class Duplicates(Kept):
    """The texts of a data set that repeat an earlier one.

    Attributes:
        texts: those that count.
        exact: how many repeat another but for case and spaces.
        near: how many repeat another nearly.
        threshold: similarity from which two texts are near.
        method: what exact and near mean, in words.
    """

    texts: int
    exact: int
    near: int
    threshold: float
    method: str
    pairs: tuple[DuplicatePair, ...]


def normalise_for_comparison(text: str) -> str:
    """The form in which two texts are the same text: NFC, case-folded, spaces collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


class DuplicateFinder:
    """Takes texts one after the other and says of each which earlier one it repeats.

    A text that repeats another is not itself held against later ones, so that a chain of near-duplicates points to
    its first text and does not drift away from it.
    """

    def __init__(self, threshold: float = THRESHOLD) -> None:
        from datasketch import MinHash, MinHashLSH

        self._threshold = threshold
        self._exact: dict[str, int] = {}
        self._runs: dict[int, frozenset[str]] = {}
        self._index: MinHashLSH = MinHashLSH(threshold=max(threshold - _SLACK, 0.1), num_perm=PERMUTATIONS)
        self._blank = MinHash(num_perm=PERMUTATIONS, seed=1)
        self._taken = 0

    def add(self, text: str) -> Duplicate | None:
        """The earlier text that this one repeats, or None; the text is kept for those to come.

        Texts without a word never count as duplicates: they are flagged as empty elsewhere.
        """
        return self._take(text, remember=True)

    def find(self, text: str) -> Duplicate | None:
        """The taken text that this one repeats, or None, without taking it."""
        return self._take(text, remember=False)

    def _take(self, text: str, remember: bool) -> Duplicate | None:
        index = self._taken
        self._taken += remember
        words = tokenise(text)
        if not words:
            return None
        same = normalise_for_comparison(text)
        if same in self._exact:
            return Duplicate(self._exact[same], 1.0, exact=True)
        runs = _list_runs(words)
        sketch = self._sketch(runs)
        near = self._find_near(runs, sketch)
        if remember:
            self._exact[same] = index
            if near is None:
                self._runs[index] = runs
                self._index.insert(index, sketch, check_duplication=False)
        return near

    def _sketch(self, runs: frozenset[str]) -> MinHash:
        sketch = self._blank.copy()
        sketch.update_batch([run.encode("utf-8", "surrogatepass") for run in runs])
        return sketch

    def _find_near(self, runs: frozenset[str], sketch: MinHash) -> Duplicate | None:
        best: Duplicate | None = None
        for index in sorted(self._index.query(sketch)):
            similarity = len(runs & self._runs[index]) / len(runs | self._runs[index])
            if similarity >= self._threshold and (best is None or similarity > best.similarity):
                best = Duplicate(index, similarity, exact=False)
        return best


def find_duplicates(
    texts: Iterable[str], threshold: float = THRESHOLD, check: StopCheck | None = None
) -> list[Duplicate | None]:
    """For each text the earlier text that it repeats, or None.

    Args:
        texts: in the order in which they came.
        threshold: Jaccard similarity from which two texts are near-duplicates.
        check: called before each text; may raise to stop.
    """
    finder = DuplicateFinder(threshold)
    found = []
    for text in texts:
        if check is not None:
            check()
        found.append(finder.add(text))
    return found


def _list_runs(words: Sequence[str]) -> frozenset[str]:
    """All runs of three words; of a shorter text its words as one run."""
    if len(words) <= RUN:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
