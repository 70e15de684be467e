"""Which endpoint a request goes to, and with which key."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from attrprompt.errors import InputError
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.keys import DEFAULT_RULES, list_variables, parse_key_rules
from attrprompt.records import Run
from attrprompt.settings import DEFAULT_KEY_VARIABLE, load_settings, read_key
from attrprompt.store import StoredProject


def choose_endpoint(
    project: StoredProject,
    *,
    base_url: str | None = None,
    model: str | None = None,
    key_variable: str | None = None,
) -> Endpoint:
    """The endpoint that was asked for, else the project's saved choice, else the embedded model.

    A key in the environment never chooses an endpoint.

    Args:
        key_variable: the environment variable with the key; None for the one saved with the endpoint, else the usual.

    Raises:
        InputError: a base URL without a model, an unusable URL, or a key for a model that takes none.
    """
    saved = project.settings.get("endpoint")
    if base_url is not None:
        if not model:
            raise InputError("Name the model that this endpoint shall use with --model.")
        endpoint = Endpoint(base_url, model, key_variable or DEFAULT_KEY_VARIABLE)
    elif saved:
        kept = Endpoint.from_dict(saved)
        endpoint = replace(kept, model=model or kept.model, api_key_env=key_variable or kept.api_key_env)
    elif model:
        raise InputError("A model was named without an endpoint. Add --base-url, or leave --model out.")
    else:
        endpoint = Endpoint.embedded()
    if endpoint.is_embedded and key_variable:
        raise InputError(
            "The embedded model takes no key. Leave --api-key-env out, or name an endpoint with --base-url."
        )
    return endpoint


def endpoint_of(run: Run) -> Endpoint:
    """The endpoint that a run was planned for."""
    return Endpoint(run.endpoint, run.model, run.api_key_env or None)


def read_endpoint_key(endpoint: Endpoint) -> SecretStr | None:
    """The key in the environment variable that an endpoint names; None where it names none or it is not set."""
    return read_key(endpoint.api_key_env) if endpoint.api_key_env else None


def list_key_variables(base_url: str) -> tuple[str, ...]:
    """The environment variables that pages of this server may use for an address.

    Raises:
        InputError: `ATTRPROMPT_KEY_VARIABLES` cannot be read.
    """
    rules = load_settings().key_variables
    return list_variables(parse_key_rules(DEFAULT_RULES if rules is None else rules), base_url)
