"""The keys of endpoints: those typed in this session, and those in the environment that pages may use.

A typed key belongs to the base URL that it was typed for. A variable of the environment is used only where whoever
started the server bound it to the base URL, whatever a project, a run or a visitor names.
"""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from attrprompt.llm.chat import Endpoint
from attrprompt.records import Run
from attrprompt.runtime.endpoints import endpoint_of, list_key_variables, read_endpoint_key

_KEYS = "keys_by_endpoint"


def find_run_key(run: Run) -> SecretStr | None:
    """The key for a run's endpoint, or None where there is none."""
    return find_endpoint_key(endpoint_of(run))


def lacks_key(run: Run) -> bool:
    """Whether the run was made with a key that is not at hand now."""
    return bool(run.api_key_env) and find_run_key(run) is None


def say_missing_key(run: Run) -> str:
    """What to do about a key that is not at hand."""
    if run.api_key_env in list_key_variables(run.endpoint):
        return f"Enter it in Settings, or set {run.api_key_env} where the server is started."
    return (
        f"Enter it in Settings. Pages of this server may not send {run.api_key_env} to {run.endpoint}; "
        "whoever starts it can allow that with ATTRPROMPT_KEY_VARIABLES."
    )


def keep_key(base_url: str, key: str) -> None:
    """Keep a key for an endpoint until the session ends; an empty one is forgotten."""
    keys: dict[str, SecretStr] = st.session_state.setdefault(_KEYS, {})
    if key.strip():
        keys[base_url] = SecretStr(key.strip())
    else:
        keys.pop(base_url, None)


def find_endpoint_key(endpoint: Endpoint) -> SecretStr | None:
    """The key that was typed for this base URL, else that of its variable where pages may use it; None without."""
    return find_key(endpoint.base_url) or (read_endpoint_key(endpoint) if _may_use_variable(endpoint) else None)


def describe_key(endpoint: Endpoint) -> str:
    """Which key would be sent, in words, without a letter of it."""
    if find_key(endpoint.base_url) is not None:
        return f"typed for {endpoint.base_url}"
    if endpoint.api_key_env is None:
        return "none is sent"
    if not _may_use_variable(endpoint):
        return f"none is sent; this server does not allow {endpoint.api_key_env} for this address"
    if read_endpoint_key(endpoint) is None:
        return f"none is sent; {endpoint.api_key_env} is not set on this server"
    return f"from {endpoint.api_key_env}"


def find_key(base_url: str) -> SecretStr | None:
    """The key that was typed for this endpoint, or None."""
    keys: dict[str, SecretStr] = st.session_state.get(_KEYS, {})
    return keys.get(base_url)


def _may_use_variable(endpoint: Endpoint) -> bool:
    return endpoint.api_key_env in list_key_variables(endpoint.base_url)
