"""What training sets took, in tokens and money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from attrprompt.generation.metaprompt.kept import PURPOSE as WRITING_PROMPTS
from attrprompt.llm.prices import PriceTable
from attrprompt.records import Dataset, DatasetKind
from attrprompt.store import Store, StoredProject

CostOf = Callable[[float | None], float | None]


class Bill(BaseModel):
    """Tokens that one model read and wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    prompt: int
    completion: int

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.prompt + self.completion


class Cost(BaseModel):
    """What a training set took: all requests of its runs, and what was asked once before them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: tuple[Bill, ...]
    once: tuple[Bill, ...] = ()

    @property
    def tokens(self) -> int:
        """Tokens of the runs."""
        return sum(each.tokens for each in self.texts)

    @property
    def tokens_once(self) -> int:
        """Tokens before the first text."""
        return sum(each.tokens for each in self.once)


def find_cost(store: Store, project: StoredProject, parts: Sequence[Dataset]) -> Cost | None:
    """Tokens of the runs, and of what was asked for them once: elicitation and filter, or the writing of prompts."""
    if any(each.imported for each in parts):
        return None
    texts = []
    for run in (store.runs.load(each.id) for each in parts):
        texts.append(
            Bill(model=run.model, prompt=run.counters.prompt_tokens, completion=run.counters.completion_tokens)
        )
    kinds = {each.kind for each in parts}
    once = [
        Bill(model=each.model, prompt=each.prompt, completion=each.completion)
        for each in store.replies.list_spent(project.id)
        if (DatasetKind.METAPROMPT if each.purpose == WRITING_PROMPTS else DatasetKind.ATTRPROMPT) in kinds
    ]
    return Cost(texts=tuple(texts), once=tuple(once))


def add_money(result: Mapping[str, Any], prices: PriceTable, endpoints: Mapping[str, str]) -> dict[str, Any]:
    """The same result with `money` (USD) on each point of a curve and in each budget share; None where unknown.

    Args:
        endpoints: where each model was asked, which a bill does not say; see `Runs.find_endpoints`.
    """
    if "curves" not in result:
        return dict(result)
    costs = {name: _make_cost(result, name, prices, endpoints) for name in result["curves"]}
    curves = {
        name: [{**point, "money": costs[name](point["n"])} for point in points]
        for name, points in result["curves"].items()
    }
    budget = [_price_share(each, costs[each["a"]], costs[each["reference"]]) for each in result["budget"]]
    return {**result, "curves": curves, "budget": budget}


def _make_cost(result: Mapping[str, Any], name: str, prices: PriceTable, endpoints: Mapping[str, str]) -> CostOf:
    """USD for n texts of a training set, what was asked once before them included."""
    bill = result.get("bills", {}).get(name)
    rows = result["models"][name]["training_texts"]["n"]
    texts = None if bill is None else _add_up(bill["texts"], prices, endpoints)
    once = None if bill is None else _add_up(bill["once"], prices, endpoints)
    if texts is None or once is None:
        return lambda _: None
    per_text, before = texts / rows, once
    return lambda n: None if n is None else before + per_text * n


def _add_up(bills: Sequence[Mapping[str, Any]], prices: PriceTable, endpoints: Mapping[str, str]) -> float | None:
    costs = [
        prices.cost(each["model"], endpoints.get(each["model"], ""), each["prompt"], each["completion"])
        for each in bills
    ]
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
