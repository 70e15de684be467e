"""A budget in money is taken only where the model's price is known and is not nothing."""

from __future__ import annotations

import pytest

from attrprompt.errors import InputError
from attrprompt.generation.launch import check_budget
from attrprompt.generation.run_options import RunLimits
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import PriceTable

LOCAL = "http://127.0.0.1:8000/v1"
OPENAI = "https://api.openai.com/v1"
ROWS = [{"model": "big", "prompt": 2.5, "completion": 10}]


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (Endpoint(LOCAL, "gpt-4o-mini"), "The price of gpt-4o-mini is not known"),
        (Endpoint.embedded(), "The embedded model has no price"),
    ],
)
def test_a_budget_in_money_needs_a_price(endpoint, said):
    with pytest.raises(InputError, match=said):
        check_budget(PriceTable(), endpoint, RunLimits(budget=1.0))
    check_budget(PriceTable(), endpoint, RunLimits(budget_tokens=1_000))


def test_a_budget_in_money_is_kept_at_list_prices_and_entered_ones():
    listed, entered = PriceTable(), PriceTable.from_rows(ROWS)
    assert check_budget(listed, Endpoint(OPENAI, "gpt-4o-mini"), RunLimits(budget=1.0)) is None
    assert check_budget(entered, Endpoint(LOCAL, "big"), RunLimits(budget=1.0)) is None
