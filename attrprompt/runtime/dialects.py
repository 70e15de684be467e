"""What endpoints are known to take, kept in the home from one process to the next."""

from __future__ import annotations

import logging

from attrprompt.llm.chat import Endpoint
from attrprompt.llm.dialect import Dialect
from attrprompt.records import hash_text
from attrprompt.store import Store

log = logging.getLogger(__name__)


def open_dialect(store: Store, endpoint: Endpoint) -> Dialect:
    """What is known of an endpoint and its model; what is learnt is kept at once."""
    name = f"dialect {hash_text(f'{endpoint.base_url} {endpoint.model}')}"

    def keep(dialect: Dialect, sentence: str) -> None:
        if sentence:
            log.warning("%s at %s: %s", endpoint.model, endpoint.base_url, sentence)
        store.people.write_setting(name, dialect.to_json())

    return Dialect(store.people.read_setting(name), on_learnt=keep)
