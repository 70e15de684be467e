"""An evaluation's costs in money, from its tokens and the prices that stand in the project now.

Prices are no input of the work: whoever enters one sees the budget in money at once, nothing is trained again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrprompt.llm.prices import PriceTable

CostOf = Callable[[float | None], float | None]


def add_money(result: Mapping[str, Any], prices: PriceTable) -> dict[str, Any]:
    """The same result with `money` (USD) on each point of a curve and in each budget share; None where unknown."""
    if "curves" not in result:
        return dict(result)
    costs = {name: _make_cost(result, name, prices) for name in result["curves"]}
    curves = {
        name: [{**point, "money": costs[name](point["n"])} for point in points]
        for name, points in result["curves"].items()
    }
    budget = [_price_share(each, costs[each["a"]], costs[each["reference"]]) for each in result["budget"]]
    return {**result, "curves": curves, "budget": budget}


def _make_cost(result: Mapping[str, Any], name: str, prices: PriceTable) -> CostOf:
    """USD for n texts of a training set, what was asked once before them included."""
    bill = result.get("bills", {}).get(name)
    rows = result["models"][name]["training_texts"]["n"]
    texts = None if bill is None else _add_up(bill["texts"], prices)
    once = None if bill is None else _add_up(bill["once"], prices)
    if texts is None or once is None:
        return lambda _: None
    per_text, before = texts / rows, once
    return lambda n: None if n is None else before + per_text * n


def _add_up(bills: Sequence[Mapping[str, Any]], prices: PriceTable) -> float | None:
    costs = [prices.cost(each["model"], each["prompt"], each["completion"]) for each in bills]
    known = [each for each in costs if each is not None]
    return sum(known) if len(known) == len(costs) else None


def _price_share(share: Mapping[str, Any], cost: CostOf, reference: CostOf) -> dict[str, Any]:
    whole = reference(share["reference_texts"])
    names = {"texts": "money_share", "texts_low": "money_low", "texts_high": "money_high"}
    shares: dict[str, float | None] = {}
    for key, name in names.items():
        spent = cost(share[key])
        shares[name] = spent / whole if whole and spent is not None else None
    return {**share, "money": cost(share["texts"]), "reference_money": whole, **shares}
