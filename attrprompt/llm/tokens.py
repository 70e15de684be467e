"""How many tokens a text will be, before anything is sent.

The estimate counts four characters as one token, which is what the makers of common tokenisers give as a rule for
English; it runs 10 to 30 % high or low there, and low by a factor of two to four for scripts without spaces, so
characters of those count as one token each. What a run really used is what the endpoint reports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrprompt.llm.chat import Message

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4
"""What a chat template adds around one turn."""

DENSE_SCRIPTS = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rounded up: characters ÷ 4, Chinese, Japanese, Korean, Thai and Lao characters one each."""
    dense = 0 if text.isascii() else len(DENSE_SCRIPTS.findall(text))
    return dense + -(-(len(text) - dense) // CHARACTERS_PER_TOKEN)


def estimate_message_tokens(messages: Sequence[Message]) -> int:
    """Tokens of a chat: its texts, and what the chat template adds around each turn."""
    return sum(estimate_tokens(message["content"]) + TOKENS_PER_MESSAGE for message in messages)
