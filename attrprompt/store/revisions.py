"""The log of a project's changes: one row a revision, with its patch, its inverse and now and then a snapshot."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from attrprompt.store.patches import Patch
from attrprompt.store.schema import revision
from attrprompt.store.undo import stack_steps


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a project, as the history shows it."""

    n: int
    kind: str
    actor: str
    source: str
    summary: str
    target: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Change:
    """What is written of a change beside its patches; `kind` is edit, undo or redo."""

    kind: str
    actor: str
    source: str
    summary: str
    target: int | None = None


REVISION_COLUMNS = (
    revision.c.n,
    revision.c.kind,
    revision.c.actor,
    revision.c.source,
    revision.c.summary,
    revision.c.target,
    revision.c.at,
)


def read_revision(connection: Connection, project_id: str, n: int) -> Revision:
    """One revision of a project."""
    query = select(*REVISION_COLUMNS).where(revision.c.project_id == project_id, revision.c.n == n)
    return Revision(*connection.execute(query).one())


def read_patches(connection: Connection, project_id: str, n: int) -> tuple[Patch, Patch]:
    """The patch of a revision and its inverse."""
    row = connection.execute(
        select(revision.c.patch, revision.c.inverse_patch).where(revision.c.project_id == project_id, revision.c.n == n)
    ).one()
    return row.patch, row.inverse_patch


def insert_revision(
    connection: Connection,
    project_id: str,
    n: int,
    change: Change,
    patch: Patch,
    inverse: Patch,
    *,
    snapshot: Mapping[str, Any] | None,
) -> None:
    """Write one revision."""
    connection.execute(
        insert(revision).values(
            project_id=project_id,
            n=n,
            kind=change.kind,
            actor=change.actor,
            source=change.source,
            summary=change.summary,
            patch=patch,
            inverse_patch=inverse,
            target=change.target,
            snapshot=snapshot,
            at=time.time(),
        )
    )


def read_stacks(connection: Connection, project_id: str, actor: str) -> tuple[list[int], list[int]]:
    """The revisions that undo would take back and redo bring back for this person, the next one last."""
    rows = connection.execute(
        select(revision.c.n, revision.c.kind, revision.c.target)
        .where(revision.c.project_id == project_id, revision.c.actor == actor, revision.c.n > 0)
        .order_by(revision.c.n)
    )
    return stack_steps((row[0], row[1], row[2]) for row in rows)
