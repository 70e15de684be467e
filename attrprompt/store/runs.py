"""Runs: the plan before its first request, each answer when it arrives, and how far the run is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, literal, select, update

from attrprompt.errors import ErrorKind, InputError
from attrprompt.project import Project, fold_text, parse_project
from attrprompt.records import BASE_RUN, DatasetKind, Run, RunCounters, RunState, make_storable
from attrprompt.store.batches import is_waiting, release_ended
from attrprompt.store.database import Database, in_batches
from attrprompt.store.datasets import insert_dataset, read_dataset
from attrprompt.store.samples import NewSample, insert_samples
from attrprompt.store.schema import dataset, failure, plan_item, run, sample, waiting_item

PAGE = 1_000

# Built once: building a statement costs more than SQLite takes for it, and these run at every commit of a run.
_COUNT_ROWS = (
    update(dataset).where(dataset.c.id == bindparam("of_run")).values(rows=dataset.c.rows + bindparam("added"))
)
_WRITE_COUNTERS = update(run).where(run.c.dataset_id == bindparam("of_run"))


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run is made with; everything that repeating it needs, but no key."""

    name: str
    method: str
    model: str
    endpoint: str
    api_key_env: str
    parameters: Mapping[str, Any]
    limits: Mapping[str, Any]
    options: Mapping[str, Any]
    document: Project


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One prompt of a stored plan."""

    item: int
    labels: tuple[str, ...]
    attributes: Mapping[str, str]
    prompt: str
    messages: tuple[Mapping[str, str], ...] | None
    seed: int


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that ended without an answer."""

    item: int
    reason: ErrorKind
    message: str
    attempts: int


@dataclass(frozen=True, slots=True)
class FailedAlike:
    """Items of a run that failed for one reason, and what was said of most of them."""

    reason: ErrorKind
    count: int
    message: str

    def to_json(self) -> dict[str, Any]:
        """What the command line prints of it."""
        return {"kind": self.reason.value, "count": self.count, "message": self.message}


class Runs:
    """The runs of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, project_id: str, new: NewRun, plan: Iterable[PlannedItem]) -> Run:
        """Store a run with its whole plan, before anything is sent; all of it or nothing.

        Raises:
            InputError: the name is used in this project, or the plan is empty.
        """
        with self._database.write() as connection:
            info: dict[str, Any] = {"content_hash": new.document.content_hash}
            if BASE_RUN in new.options:
                info[BASE_RUN] = new.options[BASE_RUN]
            dataset_id = insert_dataset(
                connection, project_id, new.name, DatasetKind(new.method), imported=False, info=info
            )
            planned = 0
            for batch in in_batches(plan, PAGE):
                connection.execute(insert(plan_item), [_plan_row(dataset_id, item) for item in batch])
                planned += len(batch)
            if not planned:
                raise InputError("This plan has no prompts. Ask for at least one text per class.")
            connection.execute(
                update(dataset).where(dataset.c.id == dataset_id).values(info={**info, "wanted": planned})
            )
            connection.execute(
                insert(run).values(
                    dataset_id=dataset_id,
                    state=RunState.PLANNED.value,
                    reason="",
                    wanted_state="",
                    method=new.method,
                    model=new.model,
                    endpoint=new.endpoint,
                    api_key_env=new.api_key_env,
                    parameters=dict(new.parameters),
                    limits=dict(new.limits),
                    options=dict(new.options),
                    document=new.document.to_data(),
                    content_hash=new.document.content_hash,
                    planned=planned,
                    completed=0,
                    failed={},
                    requests=0,
                    prompt_tokens=0,
                    completion_tokens=0,
                    seconds=0.0,
                    maybe_billed_twice=0,
                    in_flight=0,
                )
            )
        return self.load(dataset_id)

    def append_plan(self, run_id: int, plan: Iterable[PlannedItem]) -> int:
        """Add items to a plan (top up, regenerate one); returns how many."""
        added = 0
        with self._database.write() as connection:
            for batch in in_batches(plan, PAGE):
                connection.execute(insert(plan_item), [_plan_row(run_id, item) for item in batch])
                added += len(batch)
            connection.execute(update(run).where(run.c.dataset_id == run_id).values(planned=run.c.planned + added))
            connection.execute(
                update(run)
                .where(run.c.dataset_id == run_id, run.c.state != RunState.RUNNING.value)
                .values(state=RunState.PLANNED.value)
            )
        return added

    def keep_option(self, run_id: int, name: str, value: Any) -> None:
        """Keep one more choice with a run, or another value of it."""
        with self._database.write() as connection:
            held = connection.execute(select(run.c.options).where(run.c.dataset_id == run_id)).scalar_one()
            connection.execute(update(run).where(run.c.dataset_id == run_id).values(options={**held, name: value}))

    def list_all(self, project_id: str) -> list[Run]:
        """A project's runs, the newest first."""
        return self._read(dataset.c.project_id == project_id)

    def load(self, run_id: int) -> Run:
        """The run of this number.

        Raises:
            InputError: there is none.
        """
        found = self._read(run.c.dataset_id == run_id)
        if not found:
            raise InputError("This run does not exist any more.")
        return found[0]

    def find(self, project_id: str, name: str) -> Run:
        """The run of this name.

        Raises:
            InputError: there is none.
        """
        found = self._read(dataset.c.project_id == project_id, dataset.c.folded == fold_text(name))
        if not found:
            names = ", ".join(known.name for known in self.list_all(project_id)) or "none yet"
            raise InputError(f"There is no run '{name}' in this project. Runs: {names}.")
        return found[0]

    def find_endpoints(self, project_id: str) -> dict[str, str]:
        """The address of each model that the project's runs asked at one address only."""
        query = select(run.c.model, run.c.endpoint).distinct().join(dataset, dataset.c.id == run.c.dataset_id)
        asked: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for model, endpoint in connection.execute(query.where(dataset.c.project_id == project_id)):
                asked.setdefault(model, []).append(endpoint)
        return {model: endpoints[0] for model, endpoints in asked.items() if len(endpoints) == 1}

    def load_document(self, run_id: int) -> Project:
        """The project document that the run was planned from."""
        with self._database.read() as connection:
            return parse_project(connection.execute(select(run.c.document).where(run.c.dataset_id == run_id)).scalar())

    def iterate_plan(self, run_id: int, *, after: int = -1) -> Iterator[PlannedItem]:
        """The whole plan in order, a page at a time."""
        query = select(plan_item).where(plan_item.c.dataset_id == run_id).order_by(plan_item.c.item).limit(PAGE)
        while True:
            with self._database.read() as connection:
                page = [_read_plan(row) for row in connection.execute(query.where(plan_item.c.item > after))]
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].item

    def load_plan_item(self, run_id: int, item: int) -> PlannedItem:
        """One item of the plan."""
        query = select(plan_item).where(plan_item.c.dataset_id == run_id, plan_item.c.item == item)
        with self._database.read() as connection:
            return _read_plan(connection.execute(query).one())

    def find_pending_item(self, run_id: int, item: int) -> PlannedItem | None:
        """An item of the plan that has no answer and no failure yet, or None."""
        stored = exists().where(sample.c.dataset_id == run_id, sample.c.item == item)
        failed = exists().where(failure.c.dataset_id == run_id, failure.c.item == item)
        query = select(plan_item).where(plan_item.c.dataset_id == run_id, plan_item.c.item == item, ~stored, ~failed)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _read_plan(row)

    def last_item(self, run_id: int) -> int:
        """The highest item number of the plan."""
        with self._database.read() as connection:
            return int(
                connection.execute(select(func.max(plan_item.c.item)).where(plan_item.c.dataset_id == run_id)).scalar()
                or 0
            )

    def next_pending(self, run_id: int, *, after: int, limit: int = PAGE) -> list[PlannedItem]:
        """The next items to ask for: plan minus done, without those that wait for the results of a batch."""
        stored = exists().where(sample.c.dataset_id == run_id, sample.c.item == plan_item.c.item)
        failed = exists().where(failure.c.dataset_id == run_id, failure.c.item == plan_item.c.item)
        query = (
            select(plan_item)
            .where(plan_item.c.dataset_id == run_id, plan_item.c.item > after, ~stored, ~failed, ~is_waiting())
            .order_by(plan_item.c.item)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_read_plan(row) for row in connection.execute(query)]

    def begin(self, run_id: int, *, owner: int, concurrency: int = 0) -> RunCounters:
        """The owner starts (again): failed items become pending, an earlier owner's requests in flight are counted.

        Args:
            run_id: the run.
            owner: its process.
            concurrency: requests that are sent at once, which are lost if the process ends before its first commit.

        Returns:
            The counters to go on from.
        """
        with self._database.write() as connection:
            row = connection.execute(select(run).where(run.c.dataset_id == run_id)).one()
            release_ended(connection, run_id)
            connection.execute(delete(failure).where(failure.c.dataset_id == run_id))
            lost = row.in_flight if row.state == RunState.RUNNING.value else 0
            connection.execute(
                update(run)
                .where(run.c.dataset_id == run_id)
                .values(
                    state=RunState.RUNNING.value,
                    reason="",
                    wanted_state="",
                    failed={},
                    owner=owner,
                    in_flight=min(concurrency, row.planned - row.completed),
                    maybe_billed_twice=row.maybe_billed_twice + lost,
                    started=row.started or time.time(),
                    finished=None,
                )
            )
        return self.load(run_id).counters

    def commit(
        self,
        run_id: int,
        answers: Sequence[NewSample],
        failures: Sequence[Failed],
        counters: RunCounters,
        *,
        in_flight: int,
    ) -> None:
        """Store what ended since the last commit, with the run's counters, in one transaction."""
        with self._database.write() as connection:
            insert_samples(connection, run_id, answers)
            if failures:
                connection.execute(insert(failure), [_failure_row(run_id, failed) for failed in failures])
            if answers:
                connection.execute(_COUNT_ROWS, {"of_run": run_id, "added": len(answers)})
            _write_counters(connection, run_id, counters, in_flight)

    def fail_pending(self, run_id: int, reason: ErrorKind, message: str) -> int:
        """End all items that are still to be asked for, for the same reason; returns how many."""
        stored = exists().where(sample.c.dataset_id == run_id, sample.c.item == plan_item.c.item)
        failed = exists().where(failure.c.dataset_id == run_id, failure.c.item == plan_item.c.item)
        ended = select(
            plan_item.c.dataset_id,
            plan_item.c.item,
            literal(reason.value),
            literal(make_storable(message)[0]),
            literal(0),
            literal(time.time()),
        ).where(plan_item.c.dataset_id == run_id, ~stored, ~failed, ~is_waiting())
        columns = ["dataset_id", "item", "reason", "message", "attempts", "at"]
        with self._database.write() as connection:
            return int(connection.execute(insert(failure).from_select(columns, ended)).rowcount)

    def finish(self, run_id: int, state: RunState, reason: str, counters: RunCounters) -> None:
        """The owner lets go of the run."""
        with self._database.write() as connection:
            release_ended(connection, run_id)
            _write_counters(connection, run_id, counters, 0)
            connection.execute(
                update(run)
                .where(run.c.dataset_id == run_id)
                .values(
                    state=state.value,
                    reason=make_storable(reason)[0],
                    wanted_state="",
                    owner=None,
                    finished=time.time(),
                )
            )

    def ask_for(self, run_id: int, wanted_state: RunState) -> None:
        """Ask the run's owner, in whichever process, to stop or pause; it looks once a second."""
        with self._database.write() as connection:
            connection.execute(update(run).where(run.c.dataset_id == run_id).values(wanted_state=wanted_state.value))

    def wanted_state(self, run_id: int) -> str:
        """What somebody asked of the run's owner; empty where nobody did."""
        with self._database.read() as connection:
            return str(connection.execute(select(run.c.wanted_state).where(run.c.dataset_id == run_id)).scalar() or "")

    def count_failures(self, run_id: int) -> dict[str, int]:
        """Failed items by reason."""
        query = select(failure.c.reason, func.count()).where(failure.c.dataset_id == run_id).group_by(failure.c.reason)
        with self._database.read() as connection:
            return {reason: number for reason, number in connection.execute(query)}  # noqa: C416

    def summarise_failures(self, run_id: int) -> list[FailedAlike]:
        """Failed items by reason, the most frequent first, each with the message that most of them carry."""
        number, first = func.count().label("number"), func.min(failure.c.item)
        query = select(failure.c.reason, failure.c.message, number).where(failure.c.dataset_id == run_id)
        query = query.group_by(failure.c.reason, failure.c.message).order_by(number.desc(), first)
        messages: dict[str, str] = {}
        with self._database.read() as connection:
            for reason, message, _ in connection.execute(query):
                messages.setdefault(reason, message)
        counts = sorted(self.count_failures(run_id).items(), key=lambda pair: (-pair[1], pair[0]))
        return [FailedAlike(ErrorKind(reason), number, messages[reason]) for reason, number in counts]

    def read_failures(self, run_id: int, *, limit: int | None = 50) -> list[Failed]:
        """Failed items with what the endpoint said."""
        query = select(failure).where(failure.c.dataset_id == run_id).order_by(failure.c.item).limit(limit)
        with self._database.read() as connection:
            return [
                Failed(row.item, ErrorKind(row.reason), row.message, row.attempts) for row in connection.execute(query)
            ]

    def _read(self, *conditions: Any) -> list[Run]:
        waiting = select(func.count()).where(waiting_item.c.dataset_id == run.c.dataset_id).scalar_subquery()
        query = select(run, dataset, waiting.label("waiting")).join(dataset, dataset.c.id == run.c.dataset_id)
        query = query.where(*conditions)
        with self._database.read() as connection:
            return [_read_run(row) for row in connection.execute(query.order_by(run.c.dataset_id.desc()))]


def _plan_row(run_id: int, item: PlannedItem) -> dict[str, Any]:
    return {
        "dataset_id": run_id,
        "item": item.item,
        "labels": item.labels,
        "attributes": item.attributes,
        "prompt": item.prompt,
        "messages": item.messages,
        "seed": item.seed,
    }


def _failure_row(run_id: int, failed: Failed) -> dict[str, Any]:
    return {
        "dataset_id": run_id,
        "item": failed.item,
        "reason": failed.reason.value,
        "message": make_storable(failed.message)[0],  # an endpoint's own words stand in it
        "attempts": failed.attempts,
        "at": time.time(),
    }


def _write_counters(connection: Connection, run_id: int, counters: RunCounters, in_flight: int) -> None:
    values = {
        "completed": counters.completed,
        "failed": dict(counters.failed),
        "requests": counters.requests,
        "prompt_tokens": counters.prompt_tokens,
        "completion_tokens": counters.completion_tokens,
        "seconds": counters.seconds,
        "maybe_billed_twice": counters.maybe_billed_twice,
        "in_flight": in_flight,
    }
    connection.execute(_WRITE_COUNTERS, {"of_run": run_id, **values})


def _read_plan(row: Row[Any]) -> PlannedItem:
    return PlannedItem(
        item=row.item,
        labels=tuple(row.labels),
        attributes=row.attributes,
        prompt=row.prompt,
        messages=None if row.messages is None else tuple(row.messages),
        seed=row.seed,
    )


def _read_run(row: Row[Any]) -> Run:
    return Run(
        dataset=read_dataset(row),
        state=RunState(row.state),
        reason=row.reason,
        wanted_state=row.wanted_state,
        method=row.method,
        model=row.model,
        endpoint=row.endpoint,
        api_key_env=row.api_key_env,
        parameters=row.parameters,
        limits=row.limits,
        options=row.options,
        content_hash=row.content_hash,
        counters=RunCounters(
            planned=row.planned,
            completed=row.completed,
            failed=row.failed,
            requests=row.requests,
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            seconds=row.seconds,
            maybe_billed_twice=row.maybe_billed_twice,
        ),
        started=row.started,
        finished=row.finished,
        owner=row.owner,
        waiting=row.waiting,
    )
