"""A text as the finder sees it: its words and where they stand, without markup, addresses and web names."""

from __future__ import annotations

import re
import sys
from functools import lru_cache

from attrprompt.analysis.regions import gazetteer

_fold = lru_cache(maxsize=1 << 16)(gazetteer.fold_word)

_MARKUP = re.compile(
    r"(?:<|&lt;|\blt;)/?[A-Za-z][^<>]{0,400}?(?:>|&gt;|\bgt;)"
    r"|(?:https?://|www\.)[^\s<>\"]+"
    r"|(?<![\w.])@\w+"
    r"|\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}"
    r"|\b[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}\.(?:com|org|net|edu|gov|info|tv|co\.[a-z]{2})\b",
    re.IGNORECASE,
)
_MAY_HOLD_MARKUP = re.compile(r"[<@]|lt;|://|www\.|\.(?:com|org|net|edu|gov|info|tv|co\.)", re.IGNORECASE)
_JOINT = re.compile(r"[\s\\]{0,3}(?:[-'’‘ʼʻ`´‐‑&/]|&?#39;|&apos;)?[\s\\]{0,3}")
_NONE_LEFT = (sys.maxsize, sys.maxsize)
_FASTENERS = frozenset("-'’‘ʼʻ`´‐‑")
_SENTENCE_END = re.compile(r"[.?!:;]['\"”)]?\s")
_DATELINE = re.compile(
    r"(?:,\s[A-Z][\w.]*(?:\s[A-Z][\w.]*){0,2})?(?:,\s*[A-Z][a-z]{2,8}\.?\s\d{1,2}\.?(?:,\s\d{4})?)?"
    r"(\s*\([^)\n]{2,40}\)|,\s\w+\s*\([^)\n]{2,40}\))?\s*(--?|[–—:])(?=\s|--)|\s*\((?:Reuters|AP|AFP|CP|UPI|Xinhua)\b"
)
_SMALL_IN_TITLES = frozenset(
    {
        *("a", "an", "the", "and", "or", "but", "nor", "of", "in", "on"),
        *("at", "to", "for", "by", "as", "vs", "via", "up", "off", "out"),
    }
)
_ABBREVIATED = frozenset({"st", "mt", "ft", "ste", "n", "s", "e", "w"})


def _leave_out(words: list[re.Match[str]], hidden: list[tuple[int, int]]) -> list[re.Match[str]]:
    """The words that begin in no hidden stretch; both come in their order."""
    kept: list[re.Match[str]] = []
    stretches = iter(hidden)
    low, high = next(stretches, _NONE_LEFT)
    for word in words:
        start = word.start()
        while high <= start:
            low, high = next(stretches, _NONE_LEFT)
        if start < low:
            kept.append(word)
    return kept


class Reading:
    """The words of one text.

    Attributes:
        text: the text, never changed.
        words: its words as written, without those in markup and addresses.
        starts: where each word begins.
        ends: where each word ends.
    """

    __slots__ = ("_keys", "_plain", "ends", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        word = gazetteer.SPACED_WORD if "U. " in text else gazetteer.WORD
        found = list(word.finditer(text))
        if _MAY_HOLD_MARKUP.search(text):
            found = _leave_out(found, [match.span() for match in _MARKUP.finditer(text)])
        self.words = [match.group() for match in found]
        self.starts = [match.start() for match in found]
        self.ends = [match.end() for match in found]
        self._keys: frozenset[str] | None = None
        self._plain: str | None = None

    def key(self, i: int) -> str:
        """The folded word at an index, or an empty string beyond the ends."""
        return _fold(self.words[i]) if 0 <= i < len(self.words) else ""

    @property
    def keys(self) -> frozenset[str]:
        """All folded words."""
        if self._keys is None:
            self._keys = frozenset(map(_fold, self.words))
        return self._keys

    @property
    def plain(self) -> str:
        """The folded words joined by spaces, with one at either end: to look for expressions of several words."""
        if self._plain is None:
            self._plain = f" {' '.join(map(_fold, self.words))} "
        return self._plain

    def gap(self, i: int) -> str:
        """What stands between the word before and the word at an index."""
        if not 0 < i < len(self.words):
            return ""
        return self.text[self.ends[i - 1] : self.starts[i]]

    def is_capital(self, i: int) -> bool:
        """Whether there is a word at this index and it begins with a capital."""
        return 0 <= i < len(self.words) and self.words[i][0].isupper()

    def follows_closely(self, i: int) -> bool:
        """Whether the word at an index follows the one before after nothing but a space."""
        return 0 < i < len(self.words) and self.gap(i) in (" ", "  ")

    def follows_initial(self, i: int) -> bool:
        """Whether an initial stands before the word: "Samuel L. Jackson"."""
        return (
            0 < i < len(self.words) and len(self.words[i - 1]) == 1 and self.gap(i) == ". " and self.is_capital(i - 1)
        )

    def joins(self, i: int) -> bool:
        """Whether the word at an index can be part of one name with the word before."""
        gap = self.gap(i)
        if gap == " " or gap == "-":
            return True
        if gap in (". ", "."):
            return self.key(i - 1) in _ABBREVIATED
        return _JOINT.fullmatch(gap) is not None

    def is_fastened(self, i: int) -> bool:
        """Whether a hyphen or an apostrophe alone stands between a word and the one before: "Port-au-Prince"."""
        return self.gap(i) in _FASTENERS

    def is_upper(self, i: int, count: int) -> bool:
        """Whether words stand in capitals throughout."""
        return all(word.isupper() and len(word) > 1 for word in self.words[i : i + count])

    def begins_sentence(self, i: int) -> bool:
        """Whether the word at an index is the first of the text or of a sentence."""
        return i == 0 or _SENTENCE_END.search(self.gap(i)) is not None

    def is_headline(self, i: int) -> bool:
        """Whether the sentence around a word is written with capitals throughout, so that a capital says nothing."""
        low = i
        while low > 0 and i - low < 12 and not self.begins_sentence(low):
            low -= 1
        high = i + 1
        while high < len(self.words) and high - i < 12 and not self.begins_sentence(high):
            high += 1
        others = [self.words[j] for j in range(low, high) if j != i and self.words[j] not in _SMALL_IN_TITLES]
        others = [word for word in others if len(word) > 3 or word[0].islower()]
        return len(others) >= 2 and sum(word[0].isupper() for word in others) >= 0.85 * len(others)

    def is_dateline(self, i: int, count: int) -> bool:
        """Whether words open the text or a sentence and a dash or an agency follows: "BAGHDAD, Iraq - "."""
        if not self.begins_sentence(i):
            return False
        match = _DATELINE.match(self.text, self.ends[i + count - 1])
        if match is None:
            return False
        return self.is_upper(i, count) or match.group(2) is None or match.group(1) is not None
