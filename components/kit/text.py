"""User text on pages: always shown, never read as markup."""

from __future__ import annotations

_MARKUP = frozenset("\\`*_{}[]()#+-.!|:$~<>&")


def escape_markdown(text: str) -> str:
    """The text for Markdown: every sign that Markdown, LaTeX or HTML would read is shown as itself."""
    return "".join(f"\\{character}" if character in _MARKUP else character for character in text)


def shorten(text: str, length: int = 200) -> str:
    """The text on one line, cut at a length."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
