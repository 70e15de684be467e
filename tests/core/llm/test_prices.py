"""Prices: of whom, from where, and in which words."""

from __future__ import annotations

import pytest

from attrprompt.errors import InputError
from attrprompt.llm.chat import EMBEDDED, EMBEDDED_MODEL_NAME
from attrprompt.llm.prices import PriceTable, format_usd

LOCAL = "http://127.0.0.1:8000/v1"
OPENAI = "https://api.openai.com/v1"
ROWS = [
    {"model": "big", "prompt": 2.5, "completion": 10},
    {"model": "big-mini*", "prompt": 0.15, "completion": 0.6},
    {"model": "free", "prompt": 0, "completion": 0},
]


def test_cost_is_per_million_tokens():
    table = PriceTable.from_rows(ROWS)
    assert table.cost("big", LOCAL, 1_000_000, 100_000) == pytest.approx(3.5)
    assert table.cost("BIG-mini-2026-01-01", LOCAL, 2_000_000, 0) == pytest.approx(0.3)
    assert table.cost("free", LOCAL, 5, 5) == 0


@pytest.mark.parametrize("model", ["bigger", "", EMBEDDED_MODEL_NAME, "gpt-4o-mini"])
def test_an_unknown_price_is_not_zero(model):
    assert PriceTable.from_rows(ROWS).cost(model, LOCAL, 10, 10) is None
    assert PriceTable().cost(model, LOCAL, 10, 10) is None
    assert PriceTable().word_cost(model, LOCAL, 10, 10) == "price unknown"


def test_the_embedded_model_costs_nothing_and_says_so():
    table = PriceTable()
    assert table.cost("any file", EMBEDDED, 1_000_000, 10) == 0
    assert table.word_cost("any file", EMBEDDED, 1_000_000, 10) == "free: the embedded model"


def test_a_list_price_is_told_with_its_date():
    table = PriceTable.from_rows(ROWS)
    assert table.cost("gpt-4o-mini", OPENAI, 1_000_000, 1_000_000) == pytest.approx(0.75)
    assert table.word_cost("gpt-4o-mini", OPENAI, 10**6, 10**6) == "$0.75 at the list price of 10 November 2026"


@pytest.mark.parametrize("base_url", [OPENAI, EMBEDDED, LOCAL])
def test_what_people_entered_wins_everywhere(base_url):
    table = PriceTable.from_rows([{"model": "gpt-4o-mini*", "prompt": 3, "completion": 4}])
    assert table.word_cost("gpt-4o-mini", base_url, 1_000_000, 0) == "$3.00"


def test_the_longest_beginning_wins():
    rows = [{"model": "a*", "prompt": 1, "completion": 1}, {"model": "ab*", "prompt": 2, "completion": 2}]
    assert PriceTable.from_rows(rows).find("abc", LOCAL).prompt == 2


def test_the_table_survives_storing_as_rows():
    table = PriceTable.from_rows(ROWS)
    assert PriceTable.from_rows(table.to_rows()).entries == table.entries


@pytest.mark.parametrize(
    "rows",
    [
        [{"model": "a", "prompt": -1, "completion": 1}],
        [{"model": "a", "prompt": float("nan"), "completion": 1}],
        [{"model": "a", "prompt": "cheap", "completion": 1}],
        [{"model": " * ", "prompt": 1, "completion": 1}],
        [{"model": "a", "prompt": 1}],
        [{"model": "a", "prompt": 1, "completion": 1, "currency": "EUR"}],
    ],
)
def test_a_row_that_is_no_price_is_named(rows):
    with pytest.raises(InputError, match="Row 1 of the price table"):
        PriceTable.from_rows(rows)


def test_a_model_that_stands_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        PriceTable.from_rows([*ROWS, {"model": "BIG", "prompt": 1, "completion": 1}])


def test_a_cost_under_a_cent_keeps_its_digits():
    assert [format_usd(each) for each in (None, 0.0, 0.00451, 0.01, 1234.5)] == [
        "price unknown",
        "$0.00",
        "$0.0045",
        "$0.01",
        "$1,234.50",
    ]
