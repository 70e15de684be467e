"""How long a reply of a model may be: one field, wherever a model is asked."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attrprompt.llm.tokens import DEFAULT_LIMIT, TokenLimit

MOST = 200_000


def draw_token_limit(column: DeltaGenerator, *, key: str) -> None:
    """The field, empty at first; `read_token_limit` tells what stands in it."""
    column.number_input(
        "Most tokens an answer",
        1,
        MOST,
        None,
        key=f"{key}_most_tokens",
        placeholder="room to think",
        help="What a model thinks before it answers counts too. Empty leaves room to think. It is a ceiling: what is "
        "not used costs nothing.",
    )


def read_token_limit(key: str, usual: TokenLimit = DEFAULT_LIMIT) -> TokenLimit:
    """What was chosen there; the usual limit where nothing was."""
    chosen = st.session_state.get(f"{key}_most_tokens")
    return usual if chosen is None else replace(usual, chosen=int(chosen))
