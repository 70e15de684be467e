"""Who works in this browser: a random token in a cookie, the name kept in the store."""

from __future__ import annotations

import secrets

import streamlit as st

from attrprompt.runtime.runtime import Runtime
from components.kit.notices import in_callback
from components.kit.text import escape

COOKIE = "attrprompt_person"
_KEY = "identity_token"

_keep_cookie = st.components.v2.component(
    "attrprompt.identity",
    js=f"""
export default function(component) {{
  const token = component.data;
  document.cookie = `{COOKIE}=${{token}}; path=/; max-age=31536000; SameSite=Strict`;
}}
""",
)


def read_token() -> str:
    """The token of this browser; a new one is set as a cookie, so that it outlives the session."""
    if _KEY not in st.session_state:
        given = st.context.cookies.get(COOKIE, "")
        st.session_state[_KEY] = given if given.isalnum() and len(given) == 32 else secrets.token_hex(16)
    return str(st.session_state[_KEY])


def find_actor(runtime: Runtime) -> str:
    """The name under which this person's changes stand in the history."""
    token = read_token()
    return runtime.store.people.name_of(token) or f"Guest {token[:4]}"


def draw_identity(runtime: Runtime) -> None:
    """The name, and a field to change it."""
    token = read_token()
    _keep_cookie(data=token, key="identity_cookie", height=1)
    actor = find_actor(runtime)

    def save() -> None:
        if st.session_state["identity_name"].strip():
            runtime.store.people.remember(token, st.session_state["identity_name"])

    with st.popover(escape(actor), icon=":material/person:", width="stretch", key="identity"):
        st.text_input(
            "Your name",
            value="" if actor.startswith("Guest ") else actor,
            key="identity_name",
            on_change=in_callback,
            args=(save,),
            max_chars=60,
            help="It stands beside your changes in the history. Undo takes back only what this name did.",
        )
