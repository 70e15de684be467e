"""What was proposed and not (yet) accepted, kept beside the project document; decisions on it, undone per person."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from attrprompt.errors import InputError
from attrprompt.project import Project, fold_text
from attrprompt.store.database import Database
from attrprompt.store.projects import Projects, StoredProject
from attrprompt.store.schema import decision, proposal

DECIDED_FIELDS = ("status", "reason", "note", "decided_by", "decided_at")


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Something that a model, a person or a check proposes."""

    kind: str
    text: str
    payload: Mapping[str, Any]
    dimension_id: str = ""
    label_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """A proposal with what became of it; `status` is open, accepted, rejected or unsure."""

    id: int
    kind: str
    dimension_id: str
    label_id: str
    payload: Mapping[str, Any]
    maker: str
    batch: str
    status: str
    reason: str
    note: str
    decided_by: str
    created: float


class Proposals:
    """The proposals of all projects, and each person's decisions on them."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._database = database
        self._projects = projects

    def add(self, project_id: str, proposals: Sequence[NewProposal], *, maker: str) -> list[int]:
        """Store proposals as one batch; returns their numbers in order."""
        batch, now = uuid.uuid4().hex[:16], time.time()
        numbers: list[int] = []
        with self._database.write() as connection:
            for new in proposals:
                result = connection.execute(
                    insert(proposal).values(
                        project_id=project_id,
                        kind=new.kind,
                        dimension_id=new.dimension_id,
                        label_id=new.label_id,
                        folded=fold_text(new.text),
                        payload=dict(new.payload),
                        maker=maker,
                        batch=batch,
                        status="open",
                        reason="",
                        note="",
                        decided_by="",
                        created=now,
                    )
                )
                assert result.inserted_primary_key is not None
                numbers.append(int(result.inserted_primary_key[0]))
        return numbers

    def remark(self, project_id: str, payloads: Mapping[int, Mapping[str, Any]]) -> None:
        """Put what was found out later (near-synonyms) into the payloads of proposals that nobody decided on yet."""
        with self._database.write() as connection:
            for proposal_id, payload in payloads.items():
                connection.execute(
                    update(proposal)
                    .where(
                        proposal.c.project_id == project_id,
                        proposal.c.id == proposal_id,
                        proposal.c.status.in_(("open", "unsure")),
                    )
                    .values(payload=dict(payload))
                )

    def list_some(
        self,
        project_id: str,
        *,
        kind: str | None = None,
        dimension_id: str | None = None,
        label_id: str | None = None,
        statuses: Sequence[str] = (),
    ) -> list[StoredProposal]:
        """Proposals in the order they were made."""
        query = select(proposal).where(proposal.c.project_id == project_id).order_by(proposal.c.id)
        if kind is not None:
            query = query.where(proposal.c.kind == kind)
        if dimension_id is not None:
            query = query.where(proposal.c.dimension_id == dimension_id)
        if label_id is not None:
            query = query.where(proposal.c.label_id == label_id)
        if statuses:
            query = query.where(proposal.c.status.in_(statuses))
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(query)]

    def count_by_cell(self, project_id: str, *, kind: str) -> dict[tuple[str, str, str], int]:
        """How many proposals stand in each (dimension, label, status)."""
        keys = (proposal.c.dimension_id, proposal.c.label_id, proposal.c.status)
        query = (
            select(*keys, func.count())
            .where(proposal.c.project_id == project_id, proposal.c.kind == kind)
            .group_by(*keys)
        )
        with self._database.read() as connection:
            return {
                (dimension_id, label_id, status): number
                for dimension_id, label_id, status, number in connection.execute(query)
            }

    def decide(
        self,
        project_id: str,
        proposal_ids: Sequence[int],
        status: str,
        *,
        actor: str,
        reason: str = "",
        note: str = "",
        accept: Callable[[Project, Sequence[StoredProposal]], Project] | None = None,
    ) -> StoredProject | None:
        """Decide on proposals as one step; those decided already are left as they are.

        Args:
            accept: puts the proposals into the document; required for `accepted`. Document and decisions are
                written in one transaction.

        Returns:
            The saved project where the document changed.

        Raises:
            InputError: an accepted proposal breaks a rule of the document.
            ConflictError: somebody changed the same field meanwhile.
        """
        if status == "accepted":
            if accept is None:
                raise InputError("Accepting a proposal needs to say how it enters the project.")
            base = self._projects.load(project_id)
            wanted = self._open(project_id, proposal_ids)
            if not wanted:
                return None
            texts = ", ".join(
                str(stored.payload.get("text") or stored.payload.get("name") or stored.kind) for stored in wanted
            )
            summary = f"Accepted {len(wanted)} proposed: {texts[:160]}"
            document = accept(base.document, wanted)
            numbers = [stored.id for stored in wanted]
            return self._projects.save(
                project_id,
                base,
                document,
                actor=actor,
                source=wanted[0].maker,
                summary=summary,
                also=lambda connection, revision: _decide(
                    connection, project_id, numbers, status, reason, note, actor, revision
                ),
            )
        with self._database.write() as connection:
            _decide(connection, project_id, proposal_ids, status, reason, note, actor, None)
        return None

    def undo_last(self, project_id: str, *, actor: str) -> list[int]:
        """Take back this person's last decision (accepted ones with their change of the document).

        Returns:
            The proposals that are open again; empty where there is no decision left.

        Raises:
            InputError: this person edited the project after the decision.
            ConflictError: what the decision put into the project was changed since by another.
        """
        with self._database.read() as connection:
            last = connection.execute(
                select(decision)
                .where(decision.c.project_id == project_id, decision.c.actor == actor, decision.c.undone.is_(False))
                .order_by(decision.c.id.desc())
                .limit(1)
            ).first()
        if last is None:
            return []
        if last.revision is not None:
            undoable, _ = self._projects.peek(project_id, actor=actor)
            if undoable is None or undoable.n != last.revision:
                raise InputError("You edited the project after accepting this. Undo those edits first.")
            self._projects.undo(project_id, actor=actor)
        with self._database.write() as connection:
            same_step = select(decision).where(
                decision.c.project_id == project_id,
                decision.c.actor == actor,
                decision.c.undone.is_(False),
                decision.c.at == last.at,
            )
            rows = connection.execute(same_step).all()
            for row in rows:
                connection.execute(update(proposal).where(proposal.c.id == row.proposal_id).values(**row.old))
                connection.execute(update(decision).where(decision.c.id == row.id).values(undone=True))
        return [row.proposal_id for row in rows]

    def reopen_of_revision(self, project_id: str, revision: int, *, undone: bool) -> None:
        """Keep decisions in step when the history undoes or redoes the revision that accepted them."""
        with self._database.write() as connection:
            rows = connection.execute(
                select(decision).where(decision.c.project_id == project_id, decision.c.revision == revision)
            ).all()
            for row in rows:
                values = row.old if undone else row.new
                connection.execute(update(proposal).where(proposal.c.id == row.proposal_id).values(**values))
                connection.execute(update(decision).where(decision.c.id == row.id).values(undone=undone))

    def _open(self, project_id: str, proposal_ids: Sequence[int]) -> list[StoredProposal]:
        query = (
            select(proposal)
            .where(
                proposal.c.project_id == project_id,
                proposal.c.id.in_(proposal_ids),
                proposal.c.status.in_(("open", "unsure")),
            )
            .order_by(proposal.c.id)
        )
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(query)]


def _decide(
    connection: Connection,
    project_id: str,
    proposal_ids: Sequence[int],
    status: str,
    reason: str,
    note: str,
    actor: str,
    revision: int | None,
) -> None:
    now = time.time()
    rows = connection.execute(
        select(proposal).where(proposal.c.project_id == project_id, proposal.c.id.in_(proposal_ids))
    ).all()
    for row in rows:
        if row.status == status or row.status in ("accepted", "rejected"):
            continue  # a second key press on the same proposal decides nothing
        old = {name: row._mapping[name] for name in DECIDED_FIELDS}
        new = {"status": status, "reason": reason, "note": note, "decided_by": actor, "decided_at": now}
        connection.execute(update(proposal).where(proposal.c.id == row.id).values(**new))
        connection.execute(
            insert(decision).values(
                project_id=project_id,
                proposal_id=row.id,
                actor=actor,
                old=old,
                new=new,
                revision=revision,
                undone=False,
                at=now,
            )
        )


def _read(row: Row[Any]) -> StoredProposal:
    return StoredProposal(
        id=row.id,
        kind=row.kind,
        dimension_id=row.dimension_id,
        label_id=row.label_id,
        payload=row.payload,
        maker=row.maker,
        batch=row.batch,
        status=row.status,
        reason=row.reason,
        note=row.note,
        decided_by=row.decided_by,
        created=row.created,
    )
