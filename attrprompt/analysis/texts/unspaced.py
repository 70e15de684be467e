"""Words of scripts that write no spaces between them: Chinese, Japanese, Thai, Lao, Khmer, Burmese.

ICU's dictionaries tell them, through icu4py. Where it is missing, each character counts as a word, and the name of the
tokeniser, which every figure carries, says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import regex

_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
UNSPACED = regex.compile(rf"(?V1)[{_SCRIPTS}](?:[{_SCRIPTS}ー]|\p{{WB=Extend}})*+")
"""A run of such a script."""
_CHARACTER = regex.compile(r"(?V1).\p{WB=Extend}*+", regex.DOTALL)
_LETTER_OR_DIGIT = regex.compile(r"[\p{L}\p{N}]")


@cache
def name_dictionaries() -> str:
    """What tells the words of these scripts here."""
    try:
        return f"the dictionaries of ICU (icu4py {version('icu4py')})"
    except PackageNotFoundError:
        return "one word a character where no spaces are written (icu4py is not installed)"


@cache
def _has_dictionaries() -> bool:
    try:
        import icu4py.breakers  # noqa: F401
    except ImportError:
        return False
    return True


def split_unspaced(run: str) -> Iterable[str]:
    """A run of such a script in its parts, which joined give it again: words and what stands between."""
    if not _has_dictionaries():
        return [match.group() for match in _CHARACTER.finditer(run)]
    from icu4py.breakers import WordBreaker

    return WordBreaker(run, "root")


def is_word(segment: str) -> bool:
    """Whether a part counts: it holds a letter or a digit."""
    return _LETTER_OR_DIGIT.search(segment) is not None
