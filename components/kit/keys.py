"""The keys of endpoints: those typed in this session, and those in the environment."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from attrprompt.llm.chat import Endpoint
from attrprompt.records import Run
from attrprompt.runtime.endpoints import endpoint_of, read_endpoint_key

_KEYS = "keys_by_endpoint"


def find_run_key(run: Run) -> SecretStr | None:
    """The key for a run's endpoint, or None where there is none."""
    return find_endpoint_key(endpoint_of(run))


def lacks_key(run: Run) -> bool:
    """Whether the run was made with a key that is not at hand now."""
    return bool(run.api_key_env) and find_run_key(run) is None


def keep_key(base_url: str, key: str) -> None:
    """Keep a key for an endpoint until the session ends; an empty one is forgotten."""
    keys: dict[str, SecretStr] = st.session_state.setdefault(_KEYS, {})
    if key.strip():
        keys[base_url] = SecretStr(key.strip())
    else:
        keys.pop(base_url, None)


def find_endpoint_key(endpoint: Endpoint) -> SecretStr | None:
    """The key for an endpoint that was typed in this session, else the one in the environment; None without either."""
    return find_key(endpoint.base_url) or read_endpoint_key(endpoint)


def find_key(base_url: str) -> SecretStr | None:
    """The key that was typed for this endpoint, or None."""
    keys: dict[str, SecretStr] = st.session_state.get(_KEYS, {})
    return keys.get(base_url)
