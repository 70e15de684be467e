"""Projects with their history: every change is a revision, undone per person, rebased where it meets another's."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from attrprompt.errors import ConflictError, InputError
from attrprompt.llm.prices import PriceTable
from attrprompt.project import Project, fold_text, parse_project
from attrprompt.store.conflicts import rebase, refuse_undo
from attrprompt.store.database import Database, check_name
from attrprompt.store.patches import FieldChange, Patch, apply_patch, describe_changes, diff_documents, still_stands
from attrprompt.store.revisions import (
    REVISION_COLUMNS,
    Change,
    Revision,
    insert_revision,
    read_patches,
    read_revision,
    read_stacks,
)
from attrprompt.store.schema import project, revision

SNAPSHOT_EVERY = 50
PRICES = "prices"  # among a project's settings


@dataclass(frozen=True, slots=True)
class StoredProject:
    """A project as it stood at one revision."""

    id: str
    name: str
    owner: str
    revision: int
    document: Project
    settings: Mapping[str, Any]
    created: float
    changed: float

    @property
    def prices(self) -> PriceTable:
        """What models cost in this project: as its people entered it, else as providers list it."""
        return PriceTable.from_rows(self.settings.get(PRICES) or ())


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What a list of projects shows."""

    id: str
    name: str
    owner: str
    revision: int
    created: float
    changed: float


class Projects:
    """The projects of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, name: str, document: Project, *, owner: str, source: str, settings: Mapping[str, Any] | None = None
    ) -> StoredProject:
        """A new project.

        Raises:
            InputError: the name is empty, too long or taken.
        """
        shown = check_name(name, "project")
        now = time.time()
        data = document.to_data()
        project_id = uuid.uuid4().hex[:16]
        row = {
            "id": project_id,
            "name": shown,
            "folded": fold_text(shown),
            "owner": owner,
            "head_revision": 0,
            "document": data,
            "content_hash": document.content_hash,
            "settings": dict(settings or {}),
            "created": now,
            "changed": now,
        }
        first = Change("edit", owner, source, "Project created")
        try:
            with self._database.write() as connection:
                connection.execute(insert(project).values(row))
                insert_revision(connection, project_id, 0, first, [], [], snapshot=data)
        except IntegrityError as error:
            raise InputError(f"There is already a project '{shown}'. Choose another name.") from error
        return self.load(project_id)

    def list_all(self) -> list[ProjectInfo]:
        """All projects, the last changed first."""
        columns = (project.c.id, project.c.name, project.c.owner, project.c.head_revision)
        query = select(*columns, project.c.created, project.c.changed).order_by(project.c.changed.desc())
        with self._database.read() as connection:
            return [ProjectInfo(*row) for row in connection.execute(query)]

    def load(self, project_id: str) -> StoredProject:
        """The project as it stands now.

        Raises:
            InputError: there is no such project.
        """
        with self._database.read() as connection:
            return _load(connection, project_id)

    def head(self, project_id: str) -> int:
        """The number of the newest revision; cheap, for caches.

        Raises:
            InputError: there is no such project.
        """
        with self._database.read() as connection:
            number = connection.execute(select(project.c.head_revision).where(project.c.id == project_id)).scalar()
        if number is None:
            raise InputError("This project does not exist any more. Open another on the Projects page.")
        return int(number)

    def find(self, name: str) -> StoredProject:
        """The project of this name, in any case.

        Raises:
            InputError: there is no such project.
        """
        with self._database.read() as connection:
            row = connection.execute(select(project.c.id).where(project.c.folded == fold_text(name))).first()
            if row is None:
                names = connection.execute(select(project.c.name).order_by(project.c.changed.desc()).limit(10))
                known = ", ".join(names.scalars()) or "none yet"
                raise InputError(f"There is no project '{name}' in this home. Projects here: {known}.")
            return _load(connection, row.id)

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name.

        Raises:
            InputError: the name is empty, too long or taken.
        """
        shown = check_name(name, "project")
        try:
            with self._database.write() as connection:
                connection.execute(
                    update(project)
                    .where(project.c.id == project_id)
                    .values(name=shown, folded=fold_text(shown), changed=time.time())
                )
        except IntegrityError as error:
            raise InputError(f"There is already a project '{shown}'. Choose another name.") from error

    def delete(self, project_id: str) -> None:
        """Delete a project with its history, its proposals and its data sets."""
        with self._database.write() as connection:
            connection.execute(delete(project).where(project.c.id == project_id))

    def save_settings(self, project_id: str, changes: Mapping[str, Any]) -> None:
        """Merge choices that are not content (endpoint, prices, raw imported lines) into the project's settings."""
        with self._database.write() as connection:
            held = connection.execute(select(project.c.settings).where(project.c.id == project_id)).scalar_one()
            connection.execute(update(project).where(project.c.id == project_id).values(settings={**held, **changes}))

    def save(
        self,
        project_id: str,
        base: StoredProject,
        document: Project,
        *,
        actor: str,
        source: str = "by hand",
        summary: str,
        also: Callable[[Connection, int], None] | None = None,
    ) -> StoredProject:
        """Save an edited document; what others saved since `base` is kept where it touches other fields.

        Args:
            base: the project as this person read it.
            document: the same with this person's change.
            also: further writes of the same step, called with the connection and the new revision's number.

        Raises:
            ConflictError: somebody changed the same field since `base`.
            InputError: the merged document breaks a rule.
        """
        before, after = base.document.to_data(), document.to_data()
        patch, inverse = diff_documents(before, after), diff_documents(after, before)
        change = Change("edit", actor, source, summary)
        with self._database.write() as connection:
            head = _load(connection, project_id)
            if head.revision != base.revision:
                patch, inverse, document = rebase(
                    connection, project_id, base.document, head.document, patch, since=base.revision
                )
            if patch:
                head = _append(connection, head, document, change, patch, inverse)
            if also is not None:
                also(connection, head.revision)
        return head

    def undo(self, project_id: str, *, actor: str) -> StoredProject | None:
        """Take back this person's last change; None where there is none left.

        Raises:
            ConflictError: somebody changed the same field since.
        """
        return self._step_back_or_forth(project_id, actor, "undo")

    def redo(self, project_id: str, *, actor: str) -> StoredProject | None:
        """Bring back the change that this person took back last; None where there is none.

        Raises:
            ConflictError: somebody changed the same field since.
        """
        return self._step_back_or_forth(project_id, actor, "redo")

    def peek(self, project_id: str, *, actor: str) -> tuple[Revision | None, Revision | None]:
        """What undo and redo would take back or bring back for this person."""
        with self._database.read() as connection:
            undoable, redoable = read_stacks(connection, project_id, actor)
            rows = {n: read_revision(connection, project_id, n) for n in (*undoable[-1:], *redoable[-1:])}
        return (
            rows[undoable[-1]] if undoable else None,
            rows[redoable[-1]] if redoable else None,
        )

    def history(self, project_id: str, *, limit: int = 200, before: int | None = None) -> list[Revision]:
        """The newest revisions first."""
        query = select(*REVISION_COLUMNS).where(revision.c.project_id == project_id)
        if before is not None:
            query = query.where(revision.c.n < before)
        with self._database.read() as connection:
            return [Revision(*row) for row in connection.execute(query.order_by(revision.c.n.desc()).limit(limit))]

    def list_changes(self, project_id: str, n: int) -> list[FieldChange]:
        """What a revision changed, field by field; nothing for the first."""
        with self._database.read() as connection:
            return describe_changes(*read_patches(connection, project_id, n))

    def load_revision(self, project_id: str, n: int) -> Project:
        """The document as it stood after revision `n`."""
        with self._database.read() as connection:
            nearest = connection.execute(
                select(revision.c.n, revision.c.snapshot)
                .where(revision.c.project_id == project_id, revision.c.n <= n, revision.c.snapshot.is_not(None))
                .order_by(revision.c.n.desc())
                .limit(1)
            ).one()
            data = nearest.snapshot
            later = connection.execute(
                select(revision.c.patch)
                .where(revision.c.project_id == project_id, revision.c.n > nearest.n, revision.c.n <= n)
                .order_by(revision.c.n)
            ).scalars()
            for patch in later:
                data = apply_patch(data, patch)
        return parse_project(data)

    def _step_back_or_forth(self, project_id: str, actor: str, kind: str) -> StoredProject | None:
        with self._database.write() as connection:
            undoable, redoable = read_stacks(connection, project_id, actor)
            stack = undoable if kind == "undo" else redoable
            if not stack:
                return None
            target = stack[-1]
            forth, back = read_patches(connection, project_id, target)
            patch, inverse = (back, forth) if kind == "undo" else (forth, back)
            head = _load(connection, project_id)
            data = head.document.to_data()
            changed = still_stands(data, inverse)
            if changed is not None:
                refuse_undo(connection, project_id, head.document, changed, patch, since=target, actor=actor)
            summary = read_revision(connection, project_id, target).summary
            change = Change(kind, actor, kind, summary, target)
            return _append(connection, head, parse_project(apply_patch(data, patch)), change, patch, inverse)


def _load(connection: Connection, project_id: str) -> StoredProject:
    columns = [column for column in project.c if column.name != "document"]
    row = connection.execute(select(*columns).where(project.c.id == project_id)).first()
    if row is None:
        raise InputError("This project does not exist any more. Open another on the Projects page.")
    document = _documents.get((row.id, row.head_revision, row.content_hash))
    if document is None:
        data = connection.execute(select(project.c.document).where(project.c.id == project_id)).scalar_one()
        document = parse_project(data)
        _remember(row, document)
    return StoredProject(
        id=row.id,
        name=row.name,
        owner=row.owner,
        revision=row.head_revision,
        document=document,
        settings=row.settings,
        created=row.created,
        changed=row.changed,
    )


_documents: dict[tuple[str, int, str], Project] = {}  # parsed documents are immutable, so threads may share them
DOCUMENTS_KEPT = 16


def _remember(row: Row[Any], document: Project) -> None:
    while len(_documents) >= DOCUMENTS_KEPT:
        _documents.pop(next(iter(_documents)), None)
    _documents[(row.id, row.head_revision, row.content_hash)] = document


def _append(
    connection: Connection, head: StoredProject, document: Project, change: Change, patch: Patch, inverse: Patch
) -> StoredProject:
    n, now = head.revision + 1, time.time()
    data = document.to_data()
    saved = connection.execute(
        update(project)
        .where(project.c.id == head.id, project.c.head_revision == head.revision)
        .values(head_revision=n, document=data, content_hash=document.content_hash, changed=now)
    )
    if saved.rowcount != 1:  # only where the database lets two writers read the same head
        raise ConflictError(
            "Somebody saved at the same moment. Nothing of yours was written; try again.",
            path="",
            mine=None,
            theirs=None,
            who="somebody",
        )
    snapshot = data if n % SNAPSHOT_EVERY == 0 else None
    insert_revision(connection, head.id, n, change, patch, inverse, snapshot=snapshot)
    return replace(head, revision=n, document=document, changed=now)
