"""Money follows from tokens and the prices of now."""

import pytest

from attrprompt.evaluation.costs import add_money
from attrprompt.llm.chat import EMBEDDED
from attrprompt.llm.prices import PriceTable


def test_money_follows_from_tokens_and_the_prices_of_now():
    point = {"n": 10, "tokens": 1200}
    bill = {"texts": [{"model": "m", "prompt": 1_000_000, "completion": 0}], "once": []}
    dear = {"texts": [{"model": "m", "prompt": 4_000_000, "completion": 0}], "once": [dict(bill["texts"][0])]}
    share = {"a": "a", "reference": "b", "texts": 10, "texts_low": 5, "texts_high": None, "reference_texts": 100}
    result = {
        "models": {name: {"training_texts": {"n": 100}} for name in ("a", "b")},
        "curves": {"a": [point], "b": [point]},
        "budget": [share],
        "bills": {"a": bill, "b": dear},
    }
    unknown = add_money(result, PriceTable(), {"m": "http://127.0.0.1:1/v1"})
    assert unknown["curves"]["a"][0]["money"] is None
    assert unknown["budget"][0]["money_share"] is None
    prices = PriceTable.from_rows([{"model": "m", "prompt": 2.0, "completion": 0.0}])
    priced = add_money(result, prices, {})
    assert priced["curves"]["a"][0]["money"] == pytest.approx(0.2)  # 10 of 100 texts that cost $2
    assert priced["curves"]["b"][0]["money"] == pytest.approx(2 + 0.8)  # $2 before the first text
    assert priced["budget"][0]["reference_money"] == pytest.approx(10)
    assert priced["budget"][0]["money_share"] == pytest.approx(0.02)
    assert priced["budget"][0]["money_low"] == pytest.approx(0.01)
    assert priced["budget"][0]["money_high"] is None
    free = add_money(result, PriceTable(), {"m": EMBEDDED})
    assert free["curves"]["b"][0]["money"] == 0
    assert free["budget"][0]["money_share"] is None
