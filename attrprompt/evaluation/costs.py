"""What training sets took, in tokens and money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from attrprompt.evaluation.bills import Bill, Cost
from attrprompt.evaluation.budget import BudgetShare, Money, ShareMoney
from attrprompt.evaluation.result import Evaluation
from attrprompt.generation.metaprompt.stored_prompts import PURPOSE as WRITING_PROMPTS
from attrprompt.llm.prices import PriceTable
from attrprompt.records import Dataset, DatasetKind
from attrprompt.store import Store, StoredProject

CostOf = Callable[[float | None], float | None]
PriceOf = Callable[[Bill], float | None]


def find_cost(store: Store, project: StoredProject, parts: Sequence[Dataset]) -> Cost | None:
    """Tokens of the runs, and of what was asked for them once: elicitation and filter, or the writing of prompts."""
    if any(dataset.imported for dataset in parts):
        return None
    texts = []
    for run in (store.runs.load(dataset.id) for dataset in parts):
        texts.append(
            Bill(model=run.model, prompt=run.counters.prompt_tokens, completion=run.counters.completion_tokens)
        )
    kinds = {dataset.kind for dataset in parts}
    once = [
        Bill(model=spent.model, prompt=spent.prompt, completion=spent.completion)
        for spent in store.replies.list_spent(project.id)
        if (DatasetKind.METAPROMPT if spent.purpose == WRITING_PROMPTS else DatasetKind.ATTRPROMPT) in kinds
    ]
    return Cost(texts=tuple(texts), once=tuple(once))


def add_money(evaluation: Evaluation, prices: PriceTable, endpoints: Mapping[str, str]) -> Evaluation:
    """The same with each point of a curve and each budget share in USD; None where a price is not known.

    Args:
        endpoints: where each model was asked, which a bill does not say; see `Runs.find_endpoints`.
    """
    if evaluation.curves is None:
        return evaluation

    def price(bill: Bill) -> float | None:
        return prices.cost(bill.model, endpoints.get(bill.model, ""), bill.prompt, bill.completion)

    costs = {name: _make_cost(evaluation, name, price) for name in evaluation.curves}
    curves = {
        name: tuple(replace(point, money=Money(costs[name](point.n))) for point in points)
        for name, points in evaluation.curves.items()
    }
    budget = tuple(
        replace(share, money=_price_share(share, costs[share.a], costs[share.reference])) for share in evaluation.budget
    )
    return replace(evaluation, curves=curves, budget=budget)


def _make_cost(evaluation: Evaluation, name: str, price: PriceOf) -> CostOf:
    """USD for n texts of a training set, what was asked once before them included."""
    cost = evaluation.bills.get(name)
    rows = evaluation.models[name].training_texts.n
    texts = None if cost is None else _add_up(cost.texts, price)
    once = None if cost is None else _add_up(cost.once, price)
    if texts is None or once is None:
        return lambda _: None
    per_text, before = texts / rows, once
    return lambda n: None if n is None else before + per_text * n


def _add_up(bills: Sequence[Bill], price: PriceOf) -> float | None:
    costs = [price(bill) for bill in bills]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _price_share(share: BudgetShare, cost: CostOf, reference: CostOf) -> ShareMoney:
    whole = reference(share.reference_texts)

    def divide(spent: float | None) -> float | None:
        return spent / whole if whole and spent is not None else None

    return ShareMoney(
        money=cost(share.texts),
        reference_money=whole,
        money_share=divide(cost(share.texts)),
        money_low=divide(cost(share.texts_low)),
        money_high=divide(cost(share.texts_high)),
    )
