"""Which endpoint a request goes to, and with which key."""

from __future__ import annotations

from attrprompt.errors import InputError
from attrprompt.llm.chat import Endpoint
from attrprompt.store import StoredProject


def choose_endpoint(project: StoredProject, *, base_url: str | None, model: str | None, key_variable: str) -> Endpoint:
    """The endpoint that was asked for, else the project's saved choice, else the embedded model.

    A key in the environment never chooses an endpoint.

    Raises:
        InputError: a base URL without a model, or an unusable URL.
    """
    saved = project.settings.get("endpoint")
    if base_url is not None:
        if not model:
            raise InputError("Name the model that this endpoint shall use with --model.")
        return Endpoint(base_url, model, key_variable)
    if saved:
        endpoint = Endpoint.from_dict(saved)
        return Endpoint(endpoint.base_url, model, endpoint.api_key_env) if model else endpoint
    if model:
        raise InputError("A model was named without an endpoint. Add --base-url, or leave --model out.")
    return Endpoint.embedded()
