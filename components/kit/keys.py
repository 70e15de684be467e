"""Sending what is left of a run from a page, with the key that this session or the environment holds."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from attrprompt.generation.sending import load_run, start_run
from attrprompt.llm.chat import Endpoint
from attrprompt.records import Run, RunState
from attrprompt.runtime.endpoints import endpoint_of, read_endpoint_key
from components.kit.frame import ProjectPage

_KEYS = "keys_by_endpoint"


def find_run_key(run: Run) -> SecretStr | None:
    """The key for a run's endpoint, or None where there is none."""
    return find_endpoint_key(endpoint_of(run))


def lacks_key(run: Run) -> bool:
    """Whether the run was made with a key that is not at hand now."""
    return bool(run.api_key_env) and find_run_key(run) is None


def send_rest(page: ProjectPage, run_id: int) -> None:
    """Start a run, or let the one that is being sent take in what was added.

    Raises:
        InputError: the run cannot be started.
    """
    run = load_run(page.runtime, run_id)
    if run.state is RunState.RUNNING:
        return
    start_run(page.runtime, run_id, find_run_key(run))


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
