"""Decisions about texts: each an event with who and when, taken back per person, bulk actions as one step."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from attrprompt.errors import ConflictError, InputError
from attrprompt.records import SampleStatus
from attrprompt.store.database import Database
from attrprompt.store.samples import write_sample_fields
from attrprompt.store.schema import review_event, sample
from attrprompt.store.undo import stack_steps

FIELDS = ("status", "labels", "text", "note", "flags")


class Review:
    """Review decisions of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, dataset_id: int, items: Sequence[int], changes: Mapping[str, Any], *, actor: str) -> int:
        """Change fields of texts as one step; returns its number.

        Args:
            changes: new values of any of `status`, `labels`, `text`, `note`, `flags`.

        Raises:
            InputError: an unknown field, or no such text.
        """
        _check(changes)
        with self._database.write() as connection:
            step = _next_step(connection)
            for item in items:
                self._write(connection, dataset_id, item, changes, step=step, actor=actor, kind="edit", target=None)
        return step

    def undo(self, dataset_id: int, *, actor: str) -> list[int]:
        """Take back this person's last step; returns the items, none where there is nothing left.

        Raises:
            ConflictError: somebody changed one of the same fields since.
        """
        return self._step(dataset_id, actor, "undo")

    def redo(self, dataset_id: int, *, actor: str) -> list[int]:
        """Bring back the step that this person took back last; returns the items.

        Raises:
            ConflictError: somebody changed one of the same fields since.
        """
        return self._step(dataset_id, actor, "redo")

    def history(self, dataset_id: int, *, item: int | None = None, limit: int = 100) -> list[Mapping[str, Any]]:
        """Events, the newest first: `item field old new actor kind at`."""
        columns = ("step", "kind", "item", "field", "old", "new", "actor", "at")
        query = select(*(review_event.c[name] for name in columns)).where(review_event.c.dataset_id == dataset_id)
        if item is not None:
            query = query.where(review_event.c.item == item)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(review_event.c.id.desc()).limit(limit))
            return [dict(row._mapping) for row in rows]

    def progress(self, dataset_id: int) -> tuple[int, int]:
        """How many texts were decided, and of how many."""
        with self._database.read() as connection:
            total = connection.execute(select(func.count()).where(sample.c.dataset_id == dataset_id)).scalar_one()
            new = connection.execute(
                select(func.count()).where(sample.c.dataset_id == dataset_id, sample.c.status == SampleStatus.NEW.value)
            ).scalar_one()
        return int(total - new), int(total)

    def _step(self, dataset_id: int, actor: str, kind: str) -> list[int]:
        with self._database.write() as connection:
            undoable, redoable = _stacks(connection, dataset_id, actor)
            stack = undoable if kind == "undo" else redoable
            if not stack:
                return []
            target = stack[-1]
            events = connection.execute(
                select(review_event).where(review_event.c.step == target).order_by(review_event.c.id)
            ).all()
            step = _next_step(connection)
            for event in events:
                expected, wanted = (event.new, event.old) if kind == "undo" else (event.old, event.new)
                self._refuse_if_changed(connection, dataset_id, event.item, event.field, expected, actor)
                changes = {event.field: wanted}
                self._write(
                    connection, dataset_id, event.item, changes, step=step, actor=actor, kind=kind, target=target
                )
            return list(dict.fromkeys(event.item for event in events))

    def _refuse_if_changed(
        self, connection: Connection, dataset_id: int, item: int, field: str, expected: object, actor: str
    ) -> None:
        held = connection.execute(
            select(sample.c[field]).where(sample.c.dataset_id == dataset_id, sample.c.item == item)
        ).scalar()
        if held == expected:
            return
        who = connection.execute(
            select(review_event.c.actor)
            .where(review_event.c.dataset_id == dataset_id, review_event.c.item == item, review_event.c.field == field)
            .order_by(review_event.c.id.desc())
            .limit(1)
        ).scalar()
        name = "You" if who == actor else who or "Somebody"
        raise ConflictError(
            f"{name} changed the {field} of this text since, so nothing was taken back.",
            path=f"{item}/{field}",
            mine=expected,
            theirs=held,
            who=str(name),
        )

    def _write(
        self,
        connection: Connection,
        dataset_id: int,
        item: int,
        changes: Mapping[str, Any],
        *,
        step: int,
        actor: str,
        kind: str,
        target: int | None,
    ) -> None:
        held = connection.execute(
            select(sample).where(sample.c.dataset_id == dataset_id, sample.c.item == item)
        ).first()
        if held is None:
            raise InputError("This text does not exist any more. Reload the page.")
        now = time.time()
        real = {field: new for field, new in changes.items() if held._mapping[field] != new}
        for field, new in real.items():
            connection.execute(
                insert(review_event).values(
                    dataset_id=dataset_id,
                    step=step,
                    kind=kind,
                    item=item,
                    field=field,
                    old=held._mapping[field],
                    new=new,
                    actor=actor,
                    target=target,
                    at=now,
                )
            )
        fields: dict[str, Any] = {**real, "reviewed_by": actor, "reviewed_at": now}
        if "text" in real:
            fields["edited"] = kind != "undo" or held.edited
        write_sample_fields(connection, dataset_id, item, fields)


def _check(changes: Mapping[str, Any]) -> None:
    for field, value in changes.items():
        if field not in FIELDS:
            raise InputError(f"'{field}' is not something a review can change.")
        if field == "text" and not str(value).strip():
            raise InputError("A text cannot be made empty. Reject it instead.")
        if field == "labels" and not value:
            raise InputError("A text needs at least one label.")
        if field == "status":
            SampleStatus(value)


def _next_step(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(review_event.c.step), 0))).scalar_one()) + 1


def _stacks(connection: Connection, dataset_id: int, actor: str) -> tuple[list[int], list[int]]:
    rows = connection.execute(
        select(review_event.c.step, review_event.c.kind, review_event.c.target)
        .where(review_event.c.dataset_id == dataset_id, review_event.c.actor == actor)
        .group_by(review_event.c.step, review_event.c.kind, review_event.c.target)
        .order_by(review_event.c.step)
    )
    return stack_steps((row[0], row[1], row[2]) for row in rows)
