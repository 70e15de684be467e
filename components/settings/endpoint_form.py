"""Choosing the model: the embedded one, or any OpenAI-compatible endpoint with its key and a test of the connection."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from pydantic import SecretStr

from attrprompt.errors import AttrPromptError
from attrprompt.llm.chat import EMBEDDED, Endpoint
from attrprompt.llm.connection import ConnectionReport, check_connection
from attrprompt.llm.embedded import embedded_model_status
from attrprompt.settings import DEFAULT_KEY_VARIABLE, read_key
from attrprompt.store import StoredProject
from components.kit.frame import Page
from components.kit.keys import find_key, keep_key
from components.kit.notices import in_callback

TEST_SECONDS = 60.0
_REPORT = "settings_report"


def draw_endpoint_form(page: Page, project: StoredProject) -> None:
    """The project's model, changed and tested here."""
    saved = Endpoint.from_dict(project.settings["endpoint"]) if project.settings.get("endpoint") else None
    choices = ["The embedded model", "An OpenAI-compatible endpoint"]
    choice = st.radio(
        "Which model writes the texts of this project?",
        choices,
        index=0 if saved is None else 1,
        captions=[
            "Small, on this machine, no key and no network. Fluent but often silly: made for trying and showing.",
            "OpenAI, vLLM, Ollama, LM Studio and others that speak the same language.",
        ],
        key="settings_choice",
    )
    if choice == choices[0]:
        _draw_embedded_choice(page, project, saved)
        return
    st.text_input(
        "Base URL",
        value=saved.base_url if saved else "",
        placeholder="https://api.openai.com/v1",
        key="settings_base_url",
        help="The address up to and including /v1. For Ollama on this machine: http://localhost:11434/v1",
    )
    st.text_input("Model", value=saved.model if saved else "", placeholder="gpt-4o-mini", key="settings_model")
    key, variable = st.columns(2)
    key.text_input(
        "API key",
        type="password",
        key="settings_key",
        help="Kept in this browser session only, sent to this endpoint only, never stored.",
    )
    variable.text_input(
        "or the environment variable that holds it",
        value=saved.api_key_env if saved and saved.api_key_env else DEFAULT_KEY_VARIABLE,
        key="settings_key_variable",
    )
    test, save, _ = st.columns([1, 1, 3])
    test.button(
        "Test connection",
        key="settings_test",
        icon=":material/network_check:",
        width="stretch",
        on_click=lambda: in_callback(lambda: _test(page)),
    )
    save.button(
        "Use this model",
        key="settings_save",
        type="primary",
        width="stretch",
        on_click=lambda: in_callback(lambda: _save(page, project)),
    )
    _draw_report()


def draw_embedded_model(page: Page) -> None:
    """Whether the embedded model is there, and another file for it."""
    chosen = page.runtime.store.people.read_setting("embedded_file")
    status = embedded_model_status(Path(chosen) if chosen else page.runtime.settings.embedded_model)
    if status.available:
        st.success(f"{status.model} is installed and starts when it is first needed.", icon=":material/check_circle:")
    else:
        st.warning(status.reason, icon=":material/warning:")
    st.text_input(
        "Another model file (GGUF)",
        value=chosen or "",
        placeholder="/path/to/model.gguf",
        key="settings_gguf",
        on_change=lambda: in_callback(lambda: _choose_file(page)),
        help="Leave empty for the model that comes with the app.",
    )


def _draw_embedded_choice(page: Page, project: StoredProject, saved: Endpoint | None) -> None:
    if saved is None:
        st.caption("This project uses the embedded model.")
        return
    st.button(
        "Use the embedded model",
        type="primary",
        key="settings_use_embedded",
        on_click=lambda: in_callback(lambda: _use_embedded(page, project)),
    )


def _read_form() -> tuple[Endpoint, SecretStr | None]:
    state = st.session_state
    variable = state["settings_key_variable"].strip() or DEFAULT_KEY_VARIABLE
    endpoint = Endpoint(state["settings_base_url"], state["settings_model"], variable)
    if state["settings_key"]:
        keep_key(endpoint.base_url, state["settings_key"])
    return endpoint, find_key(endpoint.base_url) or read_key(variable)


def _test(page: Page) -> None:
    endpoint, key = _read_form()
    client = page.runtime.make_client(endpoint, key)

    async def ask() -> ConnectionReport:
        try:
            return await check_connection(client, endpoint.model, timeout=TEST_SECONDS)  # type: ignore[arg-type]
        finally:
            await client.close()

    st.session_state[_REPORT] = page.runtime.submit(ask()).result(TEST_SECONDS * 2 + 5)


def _draw_report() -> None:
    report: ConnectionReport | None = st.session_state.pop(_REPORT, None)
    if report is None:
        return
    if report.ok:
        st.success(report.message, icon=":material/check_circle:")
    else:
        st.error(report.message, icon=":material/error:")
    if report.models:
        st.caption(f"Models there: {', '.join(report.models[:20])}")


def _save(page: Page, project: StoredProject) -> str:
    endpoint, _ = _read_form()
    page.runtime.store.projects.save_settings(project.id, {"endpoint": endpoint.to_dict()})
    return f"{endpoint.model} writes the texts of {project.name} from now on."


def _use_embedded(page: Page, project: StoredProject) -> str:
    page.runtime.store.projects.save_settings(project.id, {"endpoint": None})
    return f"The {EMBEDDED} model writes the texts of {project.name} from now on."


def _choose_file(page: Page) -> str | None:
    given = st.session_state["settings_gguf"].strip()
    path = Path(given) if given else None
    status = embedded_model_status(path)
    if not status.available:
        raise AttrPromptError(status.reason or "This file cannot be used.")
    page.runtime.choose_embedded_file(path)
    return f"The embedded model is {status.model} from now on."
