"""Choosing the model: the embedded one, or any OpenAI-compatible endpoint with its key and a test of the connection."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from attrprompt.errors import AttrPromptError, InputError
from attrprompt.llm.chat import EMBEDDED, Endpoint, normalise_base_url
from attrprompt.llm.connection import ConnectionReport, check_connection
from attrprompt.llm.embedded import embedded_model_status
from attrprompt.runtime.endpoints import list_key_variables
from attrprompt.store import StoredProject
from components.kit.frame import Page
from components.kit.keys import describe_key, find_endpoint_key, find_key, keep_key
from components.kit.notices import in_callback
from components.kit.text import escape

TEST_SECONDS = 60.0
_REPORT = "settings_report"


def draw_endpoint_form(page: Page, project: StoredProject) -> None:
    """The project's model, changed and tested here."""
    saved = Endpoint.from_dict(project.settings["endpoint"]) if project.settings.get("endpoint") else None
    choices = ["The embedded model", "An OpenAI-compatible endpoint"]
    choice = st.radio(
        "Which model writes the texts of this project?",
        choices,
        format_func=escape,
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
    _draw_key(saved)
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
    if saved is not None and (refused := page.runtime.dialect_of(saved).describe()):
        st.caption(f"{escape(saved.model)}: {escape(refused)} A test of the connection sends all of it once more.")


def draw_embedded_model(page: Page) -> None:
    """Whether the embedded model is there, and another file for it."""
    chosen = page.runtime.store.people.read_setting("embedded_file")
    status = embedded_model_status(Path(chosen) if chosen else page.runtime.settings.embedded_model)
    if status.available:
        st.success(
            f"{escape(status.model)} is installed and starts when it is first needed.",
            icon=":material/check_circle:",
        )
    else:
        st.warning(escape(status.reason or ""), icon=":material/warning:")
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


def _draw_key(saved: Endpoint | None) -> None:
    """The key for the address that stands in the form; another address has fields of its own, empty at first."""
    try:
        base_url = normalise_base_url(st.session_state["settings_base_url"])
    except InputError:
        st.caption("The key is asked for once there is an address.")
        return
    typed, held = st.columns(2)
    typed.text_input(
        "API key",
        type="password",
        live=True,  # Tab goes to the eye beside it, which would not commit what was typed
        key=_name_key_field(base_url),
        on_change=in_callback,
        args=(_keep_typed, base_url),
        placeholder="held; type another to replace it" if find_key(base_url) else "",
        help="Kept in this browser session only, sent to this address only, never stored.",
    )
    options = ["", *list_key_variables(base_url)]
    chosen = saved.api_key_env if saved and saved.base_url == base_url else options[-1]
    held.selectbox(
        "or from the environment of the server",
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda name: name or "no key",
        key=_name_variable_field(base_url),
        help="Whoever starts the server says with ATTRPROMPT_KEY_VARIABLES which may be sent to which address.",
    )
    endpoint = Endpoint(base_url, "any", st.session_state[_name_variable_field(base_url)] or None)
    st.caption(f"Key: {escape(describe_key(endpoint))}.")
    if find_key(base_url) is not None:
        st.button(
            "Forget the typed key", key="settings_forget_key", on_click=in_callback, args=(keep_key, base_url, "")
        )


def _name_key_field(base_url: str) -> str:
    return f"settings_key_{base_url}"


def _name_variable_field(base_url: str) -> str:
    return f"settings_key_variable_{base_url}"


def _keep_typed(base_url: str) -> None:
    keep_key(base_url, st.session_state[_name_key_field(base_url)])


def _read_form() -> Endpoint:
    state = st.session_state
    base_url = normalise_base_url(state["settings_base_url"])
    return Endpoint(base_url, state["settings_model"], state.get(_name_variable_field(base_url)) or None)


def _test(page: Page) -> None:
    endpoint = _read_form()
    client = page.runtime.make_client(endpoint, find_endpoint_key(endpoint))

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
        st.success(escape(report.message), icon=":material/check_circle:")
    else:
        st.error(escape(report.message), icon=":material/error:")
    if report.models:
        st.caption(escape(f"Models there: {', '.join(report.models[:20])}"))


def _save(page: Page, project: StoredProject) -> str:
    endpoint = _read_form()
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
