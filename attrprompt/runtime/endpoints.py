"""Which endpoint a request goes to, and with which key."""

from __future__ import annotations

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
    key_variable: str = DEFAULT_KEY_VARIABLE,
) -> Endpoint:
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
