"""API keys that people type: kept in this browser session only, per endpoint, never stored or shown again."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

_KEYS = "keys_by_endpoint"


def keep_key(base_url: str, key: str) -> None:
    """Keep a key for an endpoint until the session ends; an empty one is forgotten."""
    keys: dict[str, SecretStr] = st.session_state.setdefault(_KEYS, {})
    if key.strip():
        keys[base_url] = SecretStr(key.strip())
    else:
        keys.pop(base_url, None)


def find_key(base_url: str) -> SecretStr | None:
    """The key that was typed for this endpoint, or None."""
    keys: dict[str, SecretStr] = st.session_state.get(_KEYS, {})
    return keys.get(base_url)
