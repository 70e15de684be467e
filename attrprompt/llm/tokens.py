"""How many tokens a text will be, before anything is sent.

The estimate counts four characters as one token, which is what the makers of common tokenisers give as a rule for
English; it runs 10 to 30 % high or low there, and low by a factor of two to four for scripts without spaces, so
characters of those count as one token each. What a run really used is what the endpoint reports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from attrprompt.llm.chat import Endpoint, Message

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


ROOM_TO_THINK = 2_048
"""Tokens that a model may use for thinking before its answer. A limit is a ceiling: what is not used costs nothing."""


@dataclass(frozen=True, slots=True)
class TokenLimit:
    """Most tokens of one reply.

    Attributes:
        chosen: what a person set; None leaves it at what the answer takes and the room before it.
        room: for thinking, where nothing was chosen; 0 for models that do not think.
    """

    chosen: int | None = None
    room: int = ROOM_TO_THINK

    def for_answer(self, tokens: int) -> int:
        """The limit of a reply whose answer alone takes so many tokens at most."""
        return tokens + self.room if self.chosen is None else self.chosen

    def at(self, endpoint: Endpoint) -> TokenLimit:
        """The limit that suits an endpoint: the embedded model does not think, and would fill the room with prattle."""
        return self.without_room() if endpoint.is_embedded else self

    def without_room(self) -> TokenLimit:
        """The same for a model that does not think."""
        return TokenLimit(self.chosen, 0)


DEFAULT_LIMIT = TokenLimit()
ONE_WORD_LIMIT = TokenLimit(room=1_024)
"""For many questions that are answered with a word or two each: an endpoint may reserve the limit of each request."""
