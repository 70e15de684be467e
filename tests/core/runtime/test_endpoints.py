"""Where a request goes, and with which key: what was asked for, what is saved, or the embedded model."""

from __future__ import annotations

from attrprompt.runtime.endpoints import choose_endpoint

SAVED = {"base_url": "http://127.0.0.1:9/v1", "model": "saved", "api_key_env": "SAVED_KEY"}


def test_what_is_asked_for_is_heard_beside_what_is_saved(store, project):
    store.projects.save_settings(project.id, {"endpoint": SAVED})
    stored = store.projects.load(project.id)
    for asked, expected in (
        ({}, ("saved", "SAVED_KEY")),
        ({"model": "other"}, ("other", "SAVED_KEY")),
        ({"key_variable": "OTHER_KEY"}, ("saved", "OTHER_KEY")),
    ):
        endpoint = choose_endpoint(stored, **asked)
        assert (endpoint.base_url, endpoint.model, endpoint.api_key_env) == (SAVED["base_url"], *expected)


def test_another_address_never_takes_the_saved_key(store, project):
    store.projects.save_settings(project.id, {"endpoint": SAVED})
    stored = store.projects.load(project.id)
    assert choose_endpoint(stored, base_url="http://127.0.0.1:8/v1", model="m").api_key_env == "OPENAI_API_KEY"
