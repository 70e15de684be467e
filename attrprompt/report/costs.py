"""What the texts of a report took: requests, tokens and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attrprompt.records import Dataset
from attrprompt.store import Store, StoredProject


@dataclass(frozen=True)
class RunCosts:
    """What a run took.

    Attributes:
        prompt: tokens of its prompts.
        completion: tokens of the answers.
        failed: items without an answer.
        cost: in USD; None where no price is known.
    """

    dataset: str
    requests: int
    prompt: int
    completion: int
    failed: int
    seconds: float
    cost: float | None


@dataclass(frozen=True)
class Costs:
    """What the data sets of a report took.

    Attributes:
        runs: one for each data set that was generated here.
        elicitation: tokens of prompts and of answers while dimensions and values were found.
    """

    runs: tuple[RunCosts, ...]
    elicitation: tuple[int, int]


def read_costs(store: Store, project: StoredProject, datasets: Sequence[Dataset]) -> Costs:
    """Requests, tokens and money of each run, and the tokens of elicitation."""
    prices = project.prices
    runs = []
    for dataset in datasets:
        if dataset.imported:
            continue
        run = store.runs.load(dataset.id)
        counters = run.counters
        runs.append(
            RunCosts(
                dataset=dataset.name,
                requests=counters.requests,
                prompt=counters.prompt_tokens,
                completion=counters.completion_tokens,
                failed=sum(counters.failed.values()),
                seconds=counters.seconds,
                cost=prices.cost(run.model, run.endpoint, counters.prompt_tokens, counters.completion_tokens),
            )
        )
    return Costs(tuple(runs), store.replies.count_tokens(project.id))
