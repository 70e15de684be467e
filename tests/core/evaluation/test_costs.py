"""Money follows from tokens and the prices of now."""

import pytest

from attrprompt.evaluation.bills import Bill, Cost
from attrprompt.evaluation.budget import BudgetShare, CurvePoint
from attrprompt.evaluation.costs import add_money
from attrprompt.evaluation.result import Evaluation
from attrprompt.llm.chat import EMBEDDED
from attrprompt.llm.prices import PriceTable
from tests.core.evaluation.results import KEPT, make_evaluation, make_model
from tests.kept import assert_comes_back

SHARE = BudgetShare("a", "b", 0.9, 0.2, 0.1, None, 0.7, 1200, 6000, texts=10, texts_low=5, texts_high=None,
                    reference_texts=100)  # fmt: skip


def test_money_follows_from_tokens_and_the_prices_of_now():
    point = CurvePoint(n=10, per_class=5, scores={}, tokens=1200)
    cheap = Bill(model="m", prompt=1_000_000, completion=0)
    evaluation = make_evaluation(
        {"a": make_model(), "b": make_model()},
        curves={"a": (point,), "b": (point,)},
        budget=(SHARE,),
        bills={
            "a": Cost(texts=(cheap,)),
            "b": Cost(texts=(Bill(model="m", prompt=4_000_000, completion=0),), once=(cheap,)),
        },
    )
    unknown = add_money(evaluation, PriceTable(), {"m": "http://127.0.0.1:1/v1"})
    assert unknown.curves["a"][0].find_amount("money") is None
    assert unknown.budget[0].money.money_share is None
    prices = PriceTable.from_rows([{"model": "m", "prompt": 2.0, "completion": 0.0}])
    priced = add_money(evaluation, prices, {})
    assert priced.curves["a"][0].find_amount("money") == pytest.approx(0.2)  # 10 of 100 texts that cost $2
    assert priced.curves["b"][0].find_amount("money") == pytest.approx(2 + 0.8)  # $2 before the first text
    money = priced.budget[0].money
    assert money.reference_money == pytest.approx(10)
    assert money.money_share == pytest.approx(0.02)
    assert money.money_low == pytest.approx(0.01)
    assert money.money_high is None
    free = add_money(evaluation, PriceTable(), {"m": EMBEDDED})
    assert free.curves["b"][0].find_amount("money") == 0
    assert free.budget[0].money.money_share is None


def test_money_is_printed_where_prices_were_looked_up_and_comes_back():
    kept = Evaluation.from_json(KEPT["probe with curves"])
    assert "money" not in kept.to_json()["curves"]["simple"][0] | kept.to_json()["budget"][0]
    unknown = assert_comes_back(add_money(kept, PriceTable(), {}))
    assert unknown.to_json()["curves"]["simple"][0]["money"] is None
    assert unknown.to_json()["budget"][0]["money_share"] is None


def test_without_curves_there_is_nothing_to_price():
    evaluation = Evaluation.from_json(KEPT["several labels"])
    assert add_money(evaluation, PriceTable(), {}) is evaluation
