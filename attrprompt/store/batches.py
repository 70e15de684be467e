"""Batch files of runs, and which items wait for their results: those are not sent in any other way meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, insert, or_, select, update

from attrprompt.records import Batch, BatchState, make_storable
from attrprompt.store.database import Database, in_batches
from attrprompt.store.schema import batch, failure, plan_item, sample, waiting_item

PAGE = 1_000
OPEN = (BatchState.EXPORTED, BatchState.PREPARED, BatchState.UPLOADED, BatchState.SUBMITTED)


class Batches:
    """The batch files of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run_id: int, name: str, items: Sequence[int], state: BatchState) -> Batch:
        """A new batch file; its items wait for it from now on."""
        now = time.time()
        with self._database.write() as connection:
            made = connection.execute(
                insert(batch).values(
                    dataset_id=run_id,
                    name=name,
                    state=state.value,
                    requests=len(items),
                    file_id="",
                    remote_id="",
                    remote_state="",
                    done=0,
                    message="",
                    created=now,
                    changed=now,
                )
            )
            assert made.inserted_primary_key is not None
            batch_id = int(made.inserted_primary_key[0])
            for page in in_batches(items, PAGE):
                rows = [{"dataset_id": run_id, "item": item, "batch_id": batch_id} for item in page]
                connection.execute(insert(waiting_item), rows)
        return self.load(batch_id)

    def load(self, batch_id: int) -> Batch:
        """The batch of this number."""
        with self._database.read() as connection:
            return _read_batch(connection.execute(select(batch).where(batch.c.id == batch_id)).one())

    def list_all(self, run_id: int, *states: BatchState) -> list[Batch]:
        """A run's batch files, the oldest first; with states, those in one of them."""
        query = select(batch).where(batch.c.dataset_id == run_id).order_by(batch.c.id)
        if states:
            query = query.where(batch.c.state.in_([state.value for state in states]))
        with self._database.read() as connection:
            return [_read_batch(row) for row in connection.execute(query)]

    def change(self, batch_id: int, **fields: Any) -> None:
        """Write what became of a batch."""
        with self._database.write() as connection:
            connection.execute(update(batch).where(batch.c.id == batch_id).values(**fields, changed=time.time()))

    def close(self, batch_id: int, state: BatchState, message: str = "") -> None:
        """No result of this batch is waited for any more; items without one can be sent again."""
        with self._database.write() as connection:
            connection.execute(delete(waiting_item).where(waiting_item.c.batch_id == batch_id))
            values = {"state": state.value, "message": make_storable(message)[0], "changed": time.time()}
            connection.execute(update(batch).where(batch.c.id == batch_id).values(values))

    def give_up(self, run_id: int) -> int:
        """Wait for nothing any more, by a person's decision; returns how many items can be sent again."""
        with self._database.write() as connection:
            freed = connection.execute(delete(waiting_item).where(waiting_item.c.dataset_id == run_id)).rowcount
            connection.execute(
                update(batch)
                .where(batch.c.dataset_id == run_id, batch.c.state.in_([state.value for state in OPEN]))
                .values(state=BatchState.GIVEN_UP.value, changed=time.time())
            )
        return int(freed)


def is_waiting() -> ColumnElement[bool]:
    """For queries of plan items: a batch shall bring the answer of this one."""
    return exists().where(waiting_item.c.dataset_id == plan_item.c.dataset_id, waiting_item.c.item == plan_item.c.item)


def release_ended(connection: Connection, run_id: int) -> None:
    """Items that have ended wait no more, and files without a waiting item have ended too."""
    stored = exists().where(sample.c.dataset_id == run_id, sample.c.item == waiting_item.c.item)
    failed = exists().where(failure.c.dataset_id == run_id, failure.c.item == waiting_item.c.item)
    connection.execute(delete(waiting_item).where(waiting_item.c.dataset_id == run_id, or_(stored, failed)))
    left = exists().where(waiting_item.c.batch_id == batch.c.id)
    connection.execute(
        update(batch)
        .where(batch.c.dataset_id == run_id, batch.c.state == BatchState.EXPORTED.value, ~left)
        .values(state=BatchState.ENDED.value, changed=time.time())
    )


def _read_batch(row: Row[Any]) -> Batch:
    return Batch(
        id=row.id,
        run_id=row.dataset_id,
        name=row.name,
        state=BatchState(row.state),
        requests=row.requests,
        file_id=row.file_id,
        remote_id=row.remote_id,
        remote_state=row.remote_state,
        done=row.done,
        message=row.message,
        created=row.created,
        changed=row.changed,
    )
