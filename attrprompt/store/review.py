"""Decisions about texts: each an event with who and when, taken back per person, bulk actions as one step."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import Connection, func, insert, select

from attrprompt.errors import ConflictError, InputError
from attrprompt.records import SampleStatus
from attrprompt.store.database import Database, in_batches
from attrprompt.store.samples import PAGE, write_fields
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
        return self.decide_each(dataset_id, dict.fromkeys(items, changes), actor=actor)

    def decide_each(self, dataset_id: int, changes: Mapping[int, Mapping[str, Any]], *, actor: str) -> int:
        """Change fields of texts, to other values for each, as one step; returns its number.

        Raises:
            InputError: an unknown field, or no such text.
        """
        for edit in {id(fields): fields for fields in changes.values()}.values():
            _check(edit)
        with self._database.write() as connection:
            step = _next_step(connection)
            _write(connection, dataset_id, changes, step=step, actor=actor, kind="edit", target=None)
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
            expected: dict[int, dict[str, Any]] = {}
            wanted: dict[int, dict[str, Any]] = {}
            for event in events:
                was, will = (event.new, event.old) if kind == "undo" else (event.old, event.new)
                expected.setdefault(event.item, {})[event.field] = was
                wanted.setdefault(event.item, {})[event.field] = will
            _refuse_if_changed(connection, dataset_id, expected, actor)
            _write(connection, dataset_id, wanted, step=_next_step(connection), actor=actor, kind=kind, target=target)
            return list(wanted)


def _refuse_if_changed(
    connection: Connection, dataset_id: int, expected: Mapping[int, Mapping[str, Any]], actor: str
) -> None:
    for item, held in _read_held(connection, dataset_id, expected).items():
        for field, value in expected[item].items():
            if held[field] != value:
                _refuse(connection, dataset_id, item, field, expected=value, held=held[field], actor=actor)


def _refuse(
    connection: Connection, dataset_id: int, item: int, field: str, *, expected: object, held: object, actor: str
) -> NoReturn:
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


def _read_held(connection: Connection, dataset_id: int, items: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """The fields that a review can change, by item.

    Raises:
        InputError: one of the texts does not exist any more.
    """
    columns = [sample.c.item, sample.c.edited, *(sample.c[field] for field in FIELDS)]
    held: dict[int, Mapping[str, Any]] = {}
    for page in in_batches(items, PAGE):
        rows = connection.execute(select(*columns).where(sample.c.dataset_id == dataset_id, sample.c.item.in_(page)))
        held |= {row.item: dict(row._mapping) for row in rows}
    if len(held) < len(set(items)):
        raise InputError("This text does not exist any more. Reload the page.")
    return held


def _read_first_texts(connection: Connection, dataset_id: int, items: Collection[int]) -> dict[int, str]:
    """The texts as they were before anybody edited them, of those that somebody did."""
    first: dict[int, str] = {}
    for page in in_batches(items, PAGE):
        query = select(review_event.c.item, review_event.c.old).where(
            review_event.c.dataset_id == dataset_id, review_event.c.field == "text", review_event.c.item.in_(page)
        )
        for row in connection.execute(query.order_by(review_event.c.id)):
            first.setdefault(row.item, row.old)
    return first


def _write(
    connection: Connection,
    dataset_id: int,
    changes: Mapping[int, Mapping[str, Any]],
    *,
    step: int,
    actor: str,
    kind: str,
    target: int | None,
) -> None:
    """Write one step: an event for each field that really changes, and the fields themselves."""
    now = time.time()
    common = {"dataset_id": dataset_id, "step": step, "kind": kind, "actor": actor, "target": target, "at": now}
    held = _read_held(connection, dataset_id, changes)
    first = _read_first_texts(connection, dataset_id, [item for item, wanted in changes.items() if "text" in wanted])
    events: list[dict[str, Any]] = []
    fields: dict[int, dict[str, Any]] = {}
    for item, wanted in changes.items():
        real = {field: new for field, new in wanted.items() if held[item][field] != new}
        events += [
            {**common, "item": item, "field": field, "old": held[item][field], "new": new}
            for field, new in real.items()
        ]
        fields[item] = {**real, "reviewed_by": actor, "reviewed_at": now}
        if "text" in real:
            fields[item]["edited"] = real["text"] != first.get(item, held[item]["text"])
    for page in in_batches(events, PAGE):
        connection.execute(insert(review_event), page)
    write_fields(connection, dataset_id, fields)


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
