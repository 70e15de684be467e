"""How many tokens a text will be, before anything counts them exactly."""

from __future__ import annotations

CHARACTERS_PER_TOKEN = 4  # of English text in the common byte-pair vocabularies; other scripts take more tokens


def estimate_tokens(text: str) -> int:
    """A rough number of tokens: one for every four ASCII characters, one for every other character's half."""
    ascii_count = sum(1 for character in text if character.isascii()) if not text.isascii() else len(text)
    return max(1, round(ascii_count / CHARACTERS_PER_TOKEN + (len(text) - ascii_count) / 2))
