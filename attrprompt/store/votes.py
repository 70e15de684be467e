"""Annotators' votes on proposals, blind to each other until they have finished."""

from __future__ import annotations

import time

from sqlalchemy import delete, insert, select, update

from attrprompt.errors import InputError
from attrprompt.store.database import Database
from attrprompt.store.schema import vote


class Votes:
    """The votes of all projects; they stay out of the history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cast(self, project_id: str, proposal_id: int, *, actor: str, verdict: str, reason: str = "") -> None:
        """One annotator's vote; it stays out of the history and can be changed until they finish.

        Raises:
            InputError: they finished.
        """
        with self._database.write() as connection:
            finished = connection.execute(
                select(vote.c.finished).where(vote.c.proposal_id == proposal_id, vote.c.actor == actor)
            ).scalar()
            if finished:
                raise InputError("You finished this round; your votes stand.")
            connection.execute(delete(vote).where(vote.c.proposal_id == proposal_id, vote.c.actor == actor))
            connection.execute(
                insert(vote).values(
                    proposal_id=proposal_id,
                    actor=actor,
                    project_id=project_id,
                    verdict=verdict,
                    reason=reason,
                    finished=False,
                    at=time.time(),
                )
            )

    def finish(self, project_id: str, *, actor: str) -> None:
        """An annotator is done; from now on the others' votes may be seen."""
        with self._database.write() as connection:
            connection.execute(
                update(vote).where(vote.c.project_id == project_id, vote.c.actor == actor).values(finished=True)
            )

    def list_all(self, project_id: str, *, seen_by: str | None = None) -> list[tuple[int, str, str, str]]:
        """Votes as (proposal, person, verdict, reason): one's own, and finished ones once one has finished oneself.

        Without `seen_by`, all finished votes.
        """
        query = select(vote.c.proposal_id, vote.c.actor, vote.c.verdict, vote.c.reason, vote.c.finished).where(
            vote.c.project_id == project_id
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(vote.c.proposal_id, vote.c.at)).all()
        open_ones = {row.actor for row in rows if not row.finished}
        may_see = seen_by is None or (any(row.actor == seen_by for row in rows) and seen_by not in open_ones)
        return [
            (row.proposal_id, row.actor, row.verdict, row.reason)
            for row in rows
            if row.actor == seen_by or (may_see and row.finished)
        ]
