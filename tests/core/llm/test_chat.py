from __future__ import annotations

import pytest

from attrprompt.errors import InputError
from attrprompt.llm.chat import EMBEDDED, Endpoint, is_loopback, normalise_base_url


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("  http://LocalHost:8000/v1  ", "http://localhost:8000/v1"),
        ("http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434/v1"),
        ("http:\u2060//127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("https://example.org/Team/v1", "https://example.org/Team/v1"),
        ("Embedded", EMBEDDED),
    ],
)
def test_base_url_is_normalised(given, kept):
    assert Endpoint(given, "m").base_url == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.openai.com/v1",
        "ftp://example.org/v1",
        "file:///etc/passwd",
        "http://",
        "http://example.org:99999/v1",
        "http://exa mple.org/v1",
        "https://user:hunter2@example.org/v1",
        "https://hunter2@example.org/v1",
        "https://example.org/v1?key=hunter2",
        "https://example.org/v1#hunter2",
    ],
)
def test_unusable_base_url_is_refused_without_repeating_it(given):
    with pytest.raises(InputError) as refusal:
        normalise_base_url(given)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None or "hunter2" not in str(refusal.value.__cause__)


def test_endpoint_needs_a_model():
    with pytest.raises(InputError, match="model"):
        Endpoint("https://example.org/v1", " ")


def test_endpoint_survives_storing():
    endpoint = Endpoint("https://example.org/v1", "m", "MY_KEY")
    assert Endpoint.from_dict(endpoint.to_dict()) == endpoint
    assert Endpoint.from_dict(Endpoint.embedded().to_dict()).is_embedded


def test_repetition_penalty_has_the_name_that_the_server_reads():
    assert Endpoint.embedded().repetition_penalty_names == ("repeat_penalty",)
    assert set(Endpoint("https://example.org/v1", "m").repetition_penalty_names) == {
        "repeat_penalty",
        "repetition_penalty",
    }


def test_loopback_is_told_from_elsewhere():
    assert is_loopback("http://127.0.0.1:8000/v1")
    assert is_loopback("http://[::1]:8000/v1")
    assert not is_loopback("https://example.org/v1")
