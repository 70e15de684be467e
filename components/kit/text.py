"""User text on pages: always shown, never read as markup."""

from __future__ import annotations

import re
from typing import NewType

Markdown = NewType("Markdown", str)
"""A text that Streamlit may draw: made of our own words, or of what `escape` gave."""

_MARKUP = re.compile(
    r"""[\\`*_{}\[\]<>$~|]          # emphasis, code, links, images, HTML, formulas, strike-through, tables
    | :(?=[\w+-])                   # directives as in :red[…] and :material/home:, emoji
    | &(?=[\w#])                    # entities
    | (?m:^[ \t]*[-+\#=])           # lists, headings and rules
    | (?m:^[ \t]*\d+[.)](?=\s|$))   # numbered lists
    """,
    re.VERBOSE,
)


def escape(text: str) -> Markdown:
    """The text for Markdown: every sign that Markdown, LaTeX or HTML would read is shown as itself."""
    return Markdown(_MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text))


def shorten(text: str, length: int = 200) -> str:
    """The text on one line, cut at a length."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
