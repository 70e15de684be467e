"""Which cells of the attribute matrix (label × dimension) somebody has marked as done."""

from __future__ import annotations

import time

from sqlalchemy import delete, insert, select

from attrprompt.store.database import Database
from attrprompt.store.schema import cell_mark


class CellMarks:
    """The marks of all projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, project_id: str, label_id: str, dimension_id: str, *, done: bool, actor: str) -> None:
        """Mark a label × dimension as done, or take the mark off."""
        with self._database.write() as connection:
            connection.execute(
                delete(cell_mark).where(
                    cell_mark.c.project_id == project_id,
                    cell_mark.c.label_id == label_id,
                    cell_mark.c.dimension_id == dimension_id,
                )
            )
            if done:
                connection.execute(
                    insert(cell_mark).values(
                        project_id=project_id, label_id=label_id, dimension_id=dimension_id, actor=actor, at=time.time()
                    )
                )

    def list_all(self, project_id: str) -> set[tuple[str, str]]:
        """The (label, dimension) pairs that are marked done."""
        query = select(cell_mark.c.label_id, cell_mark.c.dimension_id).where(cell_mark.c.project_id == project_id)
        with self._database.read() as connection:
            return {(label_id, dimension_id) for label_id, dimension_id in connection.execute(query)}
