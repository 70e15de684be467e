"""Asks again within a run: write one text anew, or top a run up to the number that was wanted.

The new texts are further items of the same plan, with the same configuration and another seed; what they replace stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from attrprompt.errors import ErrorKind, InputError
from attrprompt.generation.plans.plan import make_item_seed
from attrprompt.records import Dataset, Flag, Run, SampleStatus
from attrprompt.store import PlannedItem, SampleFilter, Store

TOP_UP = "top_up"
ROUNDS = 5
TELLING = 3
"""A round of so many prompts that brings no text that counts says that the next would not either."""

DOES_NOT_COUNT = (Flag.EMPTY, Flag.REFUSAL)
"""What a person would hardly count as a text; cut ones are for the person to tick."""


@dataclass(frozen=True, slots=True)
class TopUp:
    """What a run lacks.

    Attributes:
        wanted: texts that the plan had at first.
        usable: texts that count.
        coming: prompts without a text yet, which are being sent or will be when the run goes on.
        missing: items to ask for again, of those that do not count the latest.
    """

    wanted: int
    usable: int
    coming: int
    missing: tuple[int, ...]


def write_again(store: Store, dataset: Dataset, items: Sequence[int], *, actor: str) -> int:
    """Plan the same prompts once more with new seeds and reject the old texts; returns how many.

    Raises:
        InputError: imported texts have no model that could write them again.
    """
    _refuse_import(dataset)
    run = store.runs.load(dataset.id)
    added = store.runs.append_plan(dataset.id, _repeat(store, run, items))
    store.review.decide(dataset.id, items, {"status": SampleStatus.REJECTED.value}, actor=actor)
    return added


def measure_shortfall(store: Store, dataset: Dataset, flags: Collection[str]) -> TopUp:
    """How many texts are missing, where rejected ones and those with a ticked flag do not count.

    What was asked for again and has not come yet counts as coming, so that asking twice adds nothing.

    Raises:
        InputError: imported texts cannot be topped up.
    """
    _refuse_import(dataset)
    lacking = set(store.datasets.list_items(dataset.id, SampleFilter(statuses=(SampleStatus.REJECTED,))))
    if flags:
        lacking.update(store.datasets.list_items(dataset.id, SampleFilter(flags=tuple(flags))))
    counters = store.runs.load(dataset.id).counters
    wanted = int(dataset.info["wanted"])
    usable = counters.completed - len(lacking)
    coming = counters.planned - counters.completed
    missing = max(0, wanted - usable - coming)
    return TopUp(wanted, usable, coming, tuple(sorted(lacking)[-missing:] if missing else ()))


def top_up(store: Store, dataset: Dataset, flags: Collection[str]) -> int:
    """Plan as many prompts again as the run lacks; returns how many.

    While the run is sent, what again does not count is asked for once more, in at most five rounds, and in none after
    a round that brought nothing.

    Raises:
        InputError: imported texts cannot be topped up, or all that the run lacks failed in a way that would come again.
    """
    lacking = measure_shortfall(store, dataset, flags)
    failed = store.runs.load(dataset.id).counters.failed.get(ErrorKind.ONLY_THINKING, 0)
    if not lacking.missing and failed and failed == lacking.coming:
        raise InputError(
            f"The model did nothing but think about {failed:,} prompts, and would again. Make a run with a higher "
            f"--max-tokens; resume asks these once more all the same."
        )
    if not lacking.missing:
        return 0
    _keep_round(store, dataset.id, sorted(flags), ROUNDS - 1, lacking)
    return store.runs.append_plan(dataset.id, _repeat(store, store.runs.load(dataset.id), lacking.missing))


def go_on_topping_up(store: Store, run_id: int) -> int:
    """The next round of a run that is being topped up, once all of the last has ended; returns how many are planned.

    Ends when the wanted number is reached, after the last round, where items failed for good, and after a round that
    brought nothing; `explain_end` says so then.
    """
    policy = store.runs.load(run_id).options.get(TOP_UP)
    if not policy or not policy["rounds"]:
        return 0
    lacking = measure_shortfall(store, store.datasets.load(run_id), policy["flags"])
    asked = policy.get("asked", 0)
    in_vain = asked >= TELLING and lacking.usable <= policy.get("usable", -1)
    if lacking.coming or not lacking.missing or in_vain:
        # what is rejected later is another matter
        store.runs.keep_option(run_id, TOP_UP, {**policy, "rounds": 0, "in_vain": asked if in_vain else 0})
        return 0
    _keep_round(store, run_id, policy["flags"], policy["rounds"] - 1, lacking)
    return store.runs.append_plan(run_id, _repeat(store, store.runs.load(run_id), lacking.missing))


def explain_end(run: Run) -> str:
    """Why the last top-up of a run ended before its time; empty where it did not."""
    asked = (run.options.get(TOP_UP) or {}).get("in_vain", 0)
    if not asked:
        return ""
    return (
        f"Of {asked:,} prompts that were asked again none brought a text that counts, so it was not tried further. "
        "Read some of the answers; another prompt, model or --max-tokens may help."
    )


def _keep_round(store: Store, run_id: int, flags: Sequence[str], rounds: int, lacking: TopUp) -> None:
    """Keep with the run what is asked for, how many rounds may follow, and how many texts count before it."""
    policy = {"flags": list(flags), "rounds": rounds, "asked": len(lacking.missing), "usable": lacking.usable}
    store.runs.keep_option(run_id, TOP_UP, policy)


def _repeat(store: Store, run: Run, items: Sequence[int]) -> Iterator[PlannedItem]:
    next_item = store.runs.last_item(run.id) + 1
    seed = int(run.options.get("seed", 0))
    for offset, item in enumerate(items):
        planned = store.runs.load_plan_item(run.id, item)
        number = next_item + offset
        yield PlannedItem(
            number, planned.labels, planned.attributes, planned.prompt, planned.messages, make_item_seed(seed, number)
        )


def _refuse_import(dataset: Dataset) -> None:
    if dataset.imported:
        raise InputError(f"'{dataset.name}' was imported; only texts of a run can be written again.")
