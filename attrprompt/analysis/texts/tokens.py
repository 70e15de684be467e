"""Words and n-grams as integers: one pass over the texts, then everything else is array work.

A word is a segment of Unicode's default word segmentation (UAX #29) that holds at least one letter or digit.
Hyphens part words, apostrophes within a word do not, a point or comma between digits does not. In scripts that
write no spaces (Chinese, Japanese, Thai …) ICU's dictionaries tell the words (`unspaced`); without ICU each character
counts as one. `name_tokeniser` says which it was.
Tokens are the words of the text in NFC, case-folded, with the typographic apostrophe as a plain one. An n-gram
never crosses from one text into the next.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from attrprompt.analysis.texts.unspaced import UNSPACED, is_word, name_dictionaries, split_unspaced

TOKENISER = "words of UAX #29, NFC, case-folded, v1"

IntArray = NDArray[np.int64]
LONG_TEXT = 5_000
"""Words from which a text's word ends are kept between draws."""

_LETTER = r"\p{WB=ALetter}\p{WB=Hebrew_Letter}"
_EXTEND = r"[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]*+"
_RUN = rf"(?:[{_LETTER}\p{{WB=Numeric}}\p{{WB=ExtendNumLet}}]{_EXTEND})"
_BETWEEN_LETTERS = r"[\p{WB=MidLetter}\p{WB=MidNumLet}\p{WB=Single_Quote}]"
_BETWEEN_DIGITS = r"[\p{WB=MidNum}\p{WB=MidNumLet}\p{WB=Single_Quote}]"
_WORD = regex.compile(
    rf"""(?V1x)
    (?:\p{{WB=ExtendNumLet}}{_EXTEND})*+ [{_LETTER}\p{{WB=Numeric}}]{_EXTEND} {_RUN}*+
    (?:
        (?: (?<=[{_LETTER}]{_EXTEND}) {_BETWEEN_LETTERS}{_EXTEND} (?=[{_LETTER}])
          | (?<=\p{{WB=Numeric}}{_EXTEND}) {_BETWEEN_DIGITS}{_EXTEND} (?=\p{{WB=Numeric}}) )
        {_RUN}++
    )*+
    | (?:\p{{WB=Katakana}}{_EXTEND})++
    | [\p{{L}}\p{{N}}]{_EXTEND}
    """
)
# The same rules spelt out for ASCII, where they take half the time.
_ASCII_WORD = re.compile(
    r"_*[A-Za-z0-9]\w*(?:(?:(?<=[A-Za-z])[:.'](?=[A-Za-z])|(?<=[0-9])[.,;'](?=[0-9]))\w+)*", re.ASCII
)
# Signs that part words just as their ASCII neighbours do: with them replaced, most English text is ASCII.
_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": " ", "\u00a0": " ", "\u00ad": None}
)


def split_words(text: str) -> list[str]:
    """The words of a text, with plain apostrophes and without soft hyphens."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    words: list[str] = []
    for stretch in text.translate(_PLAIN).split():  # a space always parts words
        if stretch.isascii():
            words.extend(_ASCII_WORD.findall(stretch))
        elif UNSPACED.search(stretch):
            words.extend(word for word, _ in _find_words(stretch))
        else:
            words.extend(_WORD.findall(stretch))
    return words


def _find_words(text: str) -> Iterator[tuple[str, int]]:
    """The words of a text that holds a script without spaces, each with its end."""
    position = 0
    for run in UNSPACED.finditer(text):
        yield from ((match.group(), match.end()) for match in _WORD.finditer(text, position, run.start()))
        position = run.start()
        for segment in split_unspaced(run.group()):
            position += len(segment)
            if is_word(segment):
                yield segment, position
    yield from ((match.group(), match.end()) for match in _WORD.finditer(text, position))


def name_tokeniser(texts: Iterable[str]) -> str:
    """What told the words of these texts, for the record of a figure."""
    if not any(UNSPACED.search(text) for text in texts if not text.isascii()):
        return TOKENISER
    return TOKENISER.replace("UAX #29", f"UAX #29 with {name_dictionaries()}")


def count_words(text: str) -> int:
    """The number of words of a text; length dimensions are checked by this count."""
    return len(split_words(text))


def fold(text: str) -> str:
    """The form of a text from which tokens are taken: NFC, case-folded."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def tokenise(text: str) -> list[str]:
    """The tokens of a text: its words, folded."""
    return split_words(fold(text))


def cut_after_words(text: str, words: int) -> str:
    """The text up to the end of its n-th word; all of it where it has no more than that."""
    return _cut(text, list(itertools.islice(_find_ends(text), max(words, 0) + 1)), words)


def _cut(text: str, ends: Sequence[int], words: int) -> str:
    if words <= 0:
        return ""
    return text if len(ends) <= words else text[: ends[words - 1]]


def _find_ends(text: str) -> Iterator[int]:
    if UNSPACED.search(text):
        return (end for _, end in _find_words(text))
    matches: Iterator[Any] = _ASCII_WORD.finditer(text) if text.isascii() else _WORD.finditer(text)
    return (match.end() for match in matches)


def gather_ranges(starts: IntArray, counts: IntArray) -> IntArray:
    """The positions start, start + 1, … start + count - 1 of every range, one after the other."""
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(total, dtype=np.int64)


@dataclass(frozen=True)
class GramTable:
    """All n-grams of some texts: `ids[starts[i]:starts[i + 1]]` are those of text i, in order."""

    ids: NDArray[np.int32]
    starts: IntArray
    distinct: int


@dataclass(frozen=True)
class TokenTable:
    """The tokens of some texts as integers: `ids[starts[i]:starts[i + 1]]` are those of text i, in order."""

    texts: tuple[str, ...]
    ids: NDArray[np.int32]
    starts: IntArray
    vocabulary: tuple[str, ...]
    _grams: dict[int, GramTable] = field(default_factory=dict, repr=False, compare=False)
    _ends: dict[int, list[int]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def lengths(self) -> IntArray:
        """Tokens per text."""
        return np.diff(self.starts)

    def grams(self, n: int) -> GramTable:
        """The n-grams of every text; made once and kept."""
        if n not in self._grams:
            self._grams[n] = self._make_grams(n)
        return self._grams[n]

    def cut(self, text: int, words: int) -> str:
        """A text up to the end of its n-th word; where a long text's words end is found once, for all draws."""
        if self.lengths[text] < LONG_TEXT:
            return cut_after_words(self.texts[text], words)
        if text not in self._ends:
            self._ends[text] = list(_find_ends(self.texts[text]))
        return _cut(self.texts[text], self._ends[text], words)

    def spell(self, n: int, gram_ids: Sequence[int] | IntArray) -> list[str]:
        """The words of the given n-grams, parted by spaces."""
        table = self.grams(n)
        first = np.full(table.distinct, -1, dtype=np.int64)
        counts = np.diff(table.starts)
        positions = gather_ranges(self.starts[:-1], counts)
        first[table.ids[::-1]] = positions[::-1]
        return [" ".join(self.vocabulary[t] for t in self.ids[first[g] : first[g] + n]) for g in gram_ids]

    def _make_grams(self, n: int) -> GramTable:
        if n == 1:
            return GramTable(self.ids, self.starts, len(self.vocabulary))
        shorter = self.grams(n - 1)
        counts = np.maximum(self.lengths - n + 1, 0)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        heads = shorter.ids[gather_ranges(shorter.starts[:-1], counts)].astype(np.int64)
        tails = self.ids[gather_ranges(self.starts[:-1] + n - 1, counts)]
        distinct, ids = np.unique(heads * max(len(self.vocabulary), 1) + tails, return_inverse=True)
        return GramTable(ids.astype(np.int32), starts, len(distinct))


def build_token_table(texts: Sequence[str]) -> TokenTable:
    """Split the texts into tokens and number them."""
    numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    flat: list[int] = []
    ends = [0]
    for text in texts:
        flat.extend(map(numbers.__getitem__, tokenise(text)))
        ends.append(len(flat))
    return TokenTable(
        texts=tuple(texts),
        ids=np.asarray(flat, dtype=np.int32),
        starts=np.asarray(ends, dtype=np.int64),
        vocabulary=tuple(numbers),
    )


@dataclass(frozen=True)
class TokenSample:
    """Some texts of a table, the last drawn possibly cut: what every lexical figure is computed on.

    Attributes:
        table: where the tokens are.
        texts: indices of the texts, in the table's order.
        kept: how many tokens of each text count.
    """

    table: TokenTable
    texts: IntArray
    kept: IntArray
    _pairs: dict[int, tuple[IntArray, IntArray, IntArray]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def tokens(self) -> NDArray[np.int32]:
        """All tokens, text after text."""
        return self.grams(1)

    @cached_property
    def previous(self) -> IntArray:
        """For each token the last earlier position with the same token, or -1."""
        order = np.argsort(self.tokens, kind="stable")
        ordered = self.tokens[order]
        previous = np.full(len(ordered), -1, dtype=np.int64)
        same = ordered[1:] == ordered[:-1]
        previous[order[1:][same]] = order[:-1][same]
        return previous

    @cached_property
    def frequencies(self) -> IntArray:
        """How often each distinct token occurs, in no order."""
        return count_runs(self.tokens)

    def counts(self, n: int) -> IntArray:
        """The number of n-grams of each text."""
        return np.maximum(self.kept - n + 1, 0)

    def grams(self, n: int) -> NDArray[np.int32]:
        """All n-grams, text after text."""
        table = self.table.grams(n)
        return table.ids[gather_ranges(table.starts[self.texts], self.counts(n))]

    def text_grams(self, n: int) -> tuple[IntArray, IntArray, IntArray]:
        """The distinct (text, n-gram) pairs, sorted by n-gram: number of the text here, n-gram, occurrences in it."""
        if n not in self._pairs:
            members = np.repeat(np.arange(len(self.texts), dtype=np.int64), self.counts(n))
            width = max(len(self.texts), 1)
            keys = np.sort(self.grams(n).astype(np.int64) * width + members)
            first, occurrences = find_runs(keys)
            grams, owners = np.divmod(keys[first], width)
            self._pairs[n] = (owners, grams, occurrences)
        return self._pairs[n]

    def written(self) -> list[str]:
        """The texts as they came, each cut after its last counted token."""
        lengths = self.table.lengths
        return [
            self.table.texts[i] if kept == lengths[i] else self.table.cut(int(i), int(kept))
            for i, kept in zip(self.texts, self.kept, strict=True)
        ]


def take_whole(table: TokenTable, texts: IntArray | None = None) -> TokenSample:
    """All of the given texts, uncut; without a choice, every text of the table."""
    chosen = np.arange(len(table.texts), dtype=np.int64) if texts is None else np.sort(texts)
    return TokenSample(table, chosen, table.lengths[chosen])


def turn_round(previous: IntArray) -> IntArray:
    """The previous occurrences of a text read backwards, from those of the text read forwards."""
    last = len(previous) - 1
    backwards = np.full(len(previous), -1, dtype=np.int64)
    repeated = np.flatnonzero(previous >= 0)
    backwards[last - previous[repeated]] = last - repeated
    return backwards


def count_runs(values: NDArray[np.int32]) -> IntArray:
    """How often each distinct value occurs, ordered by value."""
    return find_runs(np.sort(values))[1]


def find_runs(ordered: NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Where each run of equal values begins in a sorted array, and how long it is."""
    if len(ordered) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    begins = np.ones(len(ordered) + 1, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:-1])
    borders = np.flatnonzero(begins)
    return borders[:-1], np.diff(borders)
