"""User text on pages: always shown, never read as markup."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NewType

Markdown = NewType("Markdown", str)
"""A text that Streamlit may draw: made of our own words, or of what `escape` gave."""

_JOINER = "\u2060"
"""Has no width. Stands where a backslash does not help: what Streamlit finds in a text after Markdown was read."""

_FOUND_LATER = re.compile(
    r""":(?=[\w+-]+:|material/)                       # :material/home:, :smile:
    | (?<=https):(?=//) | (?<=http):(?=//)            # links
    | (?<=www)(?=\.)
    | @(?=[\w-]+\.)
    | (?<!\S)[-<>~](?=(?:->|[-=>])(?!\S))             # arrows and dashes
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MARKUP = re.compile(
    r"""[\\`*_{}\[\]<>$~|]          # emphasis, code, links, images, HTML, formulas, strike-through, tables
    | :(?=[A-Za-z])                 # directives as in :red[…]
    | &(?=[\w#])                    # entities
    | (?m:^[ \t]*[-+\#=])           # lists, headings and rules
    | (?m:^[ \t]*\d+[.)](?=\s|$))   # numbered lists
    """,
    re.VERBOSE,
)


def escape(text: str) -> Markdown:
    """The text for Markdown: every sign that Markdown, LaTeX, HTML or Streamlit would read is shown as itself."""
    apart = _FOUND_LATER.sub(lambda found: f"{found[0]}{_JOINER}", text)
    return Markdown(_MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", apart))


def shorten(text: str, length: int = 200) -> str:
    """The text on one line, cut at a length."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def title_column(name: str, taken: Collection[str] = ()) -> str:
    """A person's own name at the head of a column, as typed; one that another column bears is told apart.

    Args:
        taken: the names of the other columns.
    """
    title, number = name, 2
    while title in taken:
        title, number = f"{name} ({number})", number + 1
    return title
