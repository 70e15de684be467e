"""Makes a run: plans it, stores the plan with everything that repeating it needs, and names where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrprompt.errors import InputError
from attrprompt.generation.fewshot import FewShots
from attrprompt.generation.plans.plan import PlanItem, PlanOptions, make_plan
from attrprompt.generation.run_options import GenerationParameters, RunLimits
from attrprompt.llm.chat import Endpoint
from attrprompt.llm.prices import PriceTable
from attrprompt.records import Run
from attrprompt.store import NewRun, PlannedItem, Store, StoredProject

EMBEDDED_CONCURRENCY = 8


def default_concurrency(endpoint: Endpoint) -> int:
    """How many requests at once where nobody said: the embedded model is fastest with eight."""
    return EMBEDDED_CONCURRENCY if endpoint.is_embedded else RunLimits().concurrency


def name_run(store: Store, project_id: str, method: str) -> str:
    """The first free name of the form `<method>-<n>`."""
    taken = {dataset.name.casefold() for dataset in store.datasets.list_all(project_id)}
    number = 1
    while f"{method}-{number}" in taken:
        number += 1
    return f"{method}-{number}"


def check_budget(prices: PriceTable, endpoint: Endpoint, limits: RunLimits) -> None:
    """Refuse a budget in money where nobody knows what the model costs, or where it costs nothing.

    Raises:
        InputError: there is such a budget, which could not be kept.
    """
    if limits.budget is None:
        return
    rate = prices.find(endpoint.model, endpoint.base_url)
    if rate is None:
        raise InputError(
            f"The price of {endpoint.model} is not known, so a budget in money cannot be kept. "
            "Enter its price in Settings, or set a budget in tokens."
        )
    if rate.is_free:
        raise InputError(
            "The embedded model has no price, so a budget in money would never end the run. Set a budget in tokens."
        )


def create_run(
    store: Store,
    project: StoredProject,
    options: PlanOptions,
    endpoint: Endpoint,
    *,
    name: str | None = None,
    parameters: GenerationParameters,
    limits: RunLimits,
    meta_prompts: Mapping[str, Sequence[str]] | None = None,
    few_shots: FewShots | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Run:
    """Plan a run and store it; nothing is sent yet. Gold texts among the examples are recorded as used.

    Args:
        meta_prompts: for MetaPrompt, see `make_plan`.
        few_shots: examples that stand before each prompt, as earlier turns of the chat.
        facts: what else is kept with the run's options.

    Raises:
        InputError: the project or the options cannot make a plan, or the name is used.
    """
    plan = make_plan(project.document, options, meta_prompts=meta_prompts)
    options_kept = options.model_dump(mode="json") | dict(facts or {})
    if few_shots is not None:
        options_kept |= few_shots.to_options()
    new = NewRun(
        name=name or name_run(store, project.id, options.method.value),
        method=options.method.value,
        model=endpoint.model,
        endpoint=endpoint.base_url,
        api_key_env=endpoint.api_key_env or "",
        parameters=parameters.model_dump(mode="json"),
        limits=limits.model_dump(mode="json"),
        options=options_kept,
        document=project.document,
    )
    run = store.runs.create(project.id, new, _stored_items(plan, few_shots))
    if few_shots is not None and few_shots.is_gold:
        store.datasets.record_gold_use(project.id, few_shots.hashes(), run.name)
    return run


def _stored_items(plan: Iterator[PlanItem], few_shots: FewShots | None) -> Iterator[PlannedItem]:
    for item in plan:
        messages = None
        turns = few_shots.turns_for(item.labels) if few_shots is not None else ()
        if item.system or turns:
            system = ({"role": "system", "content": item.system},) if item.system else ()
            messages = (*system, *turns, {"role": "user", "content": item.prompt})
        yield PlannedItem(item.item, item.labels, item.attributes, item.prompt, messages, item.seed)
