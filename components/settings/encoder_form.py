"""Choosing the encoder that measures a project's texts: the bundled one, another model, or an endpoint."""

from __future__ import annotations

import streamlit as st

from attrprompt.analysis_jobs.request import ENCODER_SETTING, encoder_of
from attrprompt.encoding.encoder import REFERENCE, Backend, EncoderSpec
from attrprompt.encoding.open import choose_fast, identify_encoder
from attrprompt.store import StoredProject
from components.kit.frame import Page
from components.kit.keys import keep_key
from components.kit.notices import in_callback
from components.kit.text import escape

BUNDLED, FASTER, OTHER, ENDPOINT = "The bundled encoder", "The bundled encoder, faster", "Another model", "An endpoint"
CAPTIONS = {
    BUNDLED: "all-MiniLM-L6-v2 in single precision: the same figures on every machine.",
    FASTER: "The same model in the numbers that this processor is quickest with; figures differ in the third decimal.",
    OTHER: "A folder of this machine, or the id of a sentence-transformers model of the Hugging Face hub.",
    ENDPOINT: "Any OpenAI-compatible /v1/embeddings. Every text is sent there.",
}


def draw_encoder_form(page: Page, project: StoredProject) -> None:
    """The project's encoder; figures of two sets are always made with one encoder."""
    spec = encoder_of(project)
    choices = [BUNDLED, *([FASTER] if choose_fast() != REFERENCE else []), OTHER, ENDPOINT]
    chosen = st.radio(
        "Which encoder turns the texts of this project into vectors?",
        choices,
        format_func=escape,
        index=choices.index(_name(spec)) if _name(spec) in choices else 0,
        captions=[CAPTIONS[choice] for choice in choices],
        key="settings_encoder",
    )
    if chosen in (OTHER, ENDPOINT):
        st.text_input(
            "Model",
            value=spec.model if _name(spec) == chosen else "",
            placeholder="/path/to/model or sentence-transformers/all-mpnet-base-v2"
            if chosen == OTHER
            else "text-embedding-3-small",
            key=f"settings_encoder_model_{chosen}",
        )
    if chosen == ENDPOINT:
        url, key = st.columns(2)
        url.text_input(
            "Base URL", value=spec.base_url, placeholder="https://api.openai.com/v1", key="settings_encoder_url"
        )
        key.text_input(
            "API key",
            type="password",
            live=True,  # Tab goes to the eye beside it, which would not commit what was typed
            key=_name_key_field(),
            help="Kept in this browser session only, sent to this endpoint only, never stored.",
        )
    st.button(
        "Use this encoder",
        key="settings_encoder_save",
        on_click=in_callback,
        args=(lambda: _save(page, project, chosen),),
        help="Texts are encoded anew where this encoder has not seen them; vectors of the other one are kept.",
    )


def _name_key_field() -> str:
    """Of the address that stands in the form: another one has a field of its own, empty at first."""
    return f"settings_encoder_key_{st.session_state['settings_encoder_url'].strip()}"


def _name(spec: EncoderSpec) -> str:
    if spec.backend is Backend.ENDPOINT:
        return ENDPOINT
    if spec.model != REFERENCE.model:
        return OTHER
    return BUNDLED if spec == REFERENCE else FASTER


def _save(page: Page, project: StoredProject, chosen: str) -> str:
    state = st.session_state
    if chosen == BUNDLED:
        spec = REFERENCE
    elif chosen == FASTER:
        spec = choose_fast()
    elif chosen == OTHER:
        spec = EncoderSpec(model=state[f"settings_encoder_model_{chosen}"].strip())
    else:
        model, url = state[f"settings_encoder_model_{chosen}"].strip(), state["settings_encoder_url"].strip()
        spec = EncoderSpec(model=model, backend=Backend.ENDPOINT, base_url=url)
    encoder_id = identify_encoder(spec)
    if spec.base_url and state.get(_name_key_field()):
        keep_key(spec.base_url, state[_name_key_field()])
    kept = None if spec == REFERENCE else spec.model_dump(mode="json")
    page.runtime.store.projects.save_settings(project.id, {ENCODER_SETTING: kept})
    return f"Texts are measured with {encoder_id} from now on."
