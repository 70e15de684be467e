"""List prices: for a model of a known provider under its own name, and for nothing else; no network is asked."""

from __future__ import annotations

from importlib import metadata

import pytest
from genai_prices.data_snapshot import get_snapshot

from attrprompt.llm.list_prices import VERSION, find_list_price
from tests.scripts import run_script

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1"
LAZY = """
import sys
from attrprompt.llm.prices import PriceTable
assert PriceTable().find("gpt-4o-mini", "http://localhost:8000/v1") is None
assert "genai_prices" not in sys.modules
"""


@pytest.mark.parametrize(
    ("model", "base_url", "price"),
    [
        ("gpt-4o-mini", OPENAI, (0.15, 0.6)),
        ("GPT-4o-mini-2024-07-18", OPENAI, (0.15, 0.6)),
        ("claude-3-haiku-20240307", ANTHROPIC, (0.25, 1.25)),
        ("llama-3.1-8b-instant", "https://api.groq.com/openai/v1", (0.05, 0.08)),
        ("models/gemini-2.5-flash", "https://generativelanguage.googleapis.com/v1beta/openai", (0.3, 2.5)),
        ("gemini-2.5-pro", "https://generativelanguage.googleapis.com/v1beta/openai", (1.25, 10.0)),  # of short prompts
        ("deepseek-chat", "https://api.deepseek.com", (0.27, 1.1)),  # by day
    ],
)
def test_a_providers_model_has_its_list_price(model, base_url, price, socket_disabled):
    assert find_list_price(model, base_url) == pytest.approx(price)


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("gpt-4o-mini-frobnicate", OPENAI),
        ("gpt-44", OPENAI),
        ("ft:gpt-4o-mini:acme::1", OPENAI),
        ("my-model", OPENAI),
        ("", OPENAI),
        ("claude-3-haiku-frobnicate", ANTHROPIC),  # the package takes any name that begins so
        ("gpt-4o-mini", ANTHROPIC),
        ("gpt-4o-mini", "http://127.0.0.1:8000/v1"),
        ("gpt-4o-mini", "https://models.example.org/v1"),
        ("gpt-4o-mini", "https://api.openai.com.example.org/v1"),
        ("gpt-4o-mini", ""),
        ("gpt-4o", "https://acme.openai.azure.com/openai/v1"),  # the name of somebody's deployment
        ("sonar", "https://api.perplexity.ai"),  # each request costs too
        ("meta-llama/llama-3.1-8b-instruct:free", "https://openrouter.ai/api/v1"),
        ("text-embedding-3-small", OPENAI),
    ],
)
def test_anything_else_has_none(model, base_url, socket_disabled):
    assert find_list_price(model, base_url) is None


def test_no_model_of_the_table_lends_its_price_to_a_longer_name():
    addresses = {"openai": OPENAI, "anthropic": ANTHROPIC, "openrouter": "https://openrouter.ai/api/v1"}
    providers = [each for each in get_snapshot().providers if each.id in addresses]
    priced = 0
    for provider in providers:
        for model in provider.models:
            address = addresses[provider.id]
            priced += find_list_price(model.id, address) is not None
            assert find_list_price(f"{model.id}-frobnicate", address) is None
    assert priced > 200


def test_the_date_is_that_of_the_version_that_is_installed():
    assert metadata.version("genai-prices") == VERSION


def test_the_table_is_loaded_only_for_an_endpoint_elsewhere():
    run_script(LAZY)
