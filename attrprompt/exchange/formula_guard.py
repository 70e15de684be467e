"""CSV cells that a spreadsheet would run as a formula, made harmless and back again.

A cell that starts with one of the signs, spaces before it or not, gets an apostrophe before it. Spreadsheets take the
signs in full width for the plain ones. So does a cell that already starts with
apostrophes before such a sign; that way taking one apostrophe off restores every cell exactly.
"""

from __future__ import annotations

import re

_RUN = r"(?:\s*[=+\-@＝＋－＠]|[\t\r\n])"
_NEEDS_GUARD = re.compile(f"'*{_RUN}")
_HAS_GUARD = re.compile(f"'+{_RUN}")


def guard_cell(text: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet might run it."""
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def unguard_cell(text: str) -> str:
    """The cell as it was before `guard_cell`."""
    return text[1:] if _HAS_GUARD.match(text) else text


def is_guarded(text: str) -> bool:
    """True where the cell looks as if `guard_cell` had changed it."""
    return _HAS_GUARD.match(text) is not None


def is_dangerous(text: str) -> bool:
    """True where `guard_cell` would never have left the cell so."""
    return _NEEDS_GUARD.match(text) is not None and not is_guarded(text)
