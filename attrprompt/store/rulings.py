"""What people ruled about ambiguous place names; remembered per project."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from attrprompt.store.database import Database
from attrprompt.store.schema import ruling


@dataclass(frozen=True, slots=True)
class Ruling:
    """In this project, `surface` means this country and continent; both empty: it is not a place."""

    surface: str
    country: str
    continent: str
    actor: str
    at: float


class Rulings:
    """The rulings of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_all(self, project_id: str) -> list[Ruling]:
        """A project's rulings, the newest first."""
        columns = (ruling.c.surface, ruling.c.country, ruling.c.continent, ruling.c.actor, ruling.c.at)
        query = select(*columns).where(ruling.c.project_id == project_id).order_by(ruling.c.at.desc())
        with self._database.read() as connection:
            return [Ruling(*row) for row in connection.execute(query)]

    def save(self, project_id: str, surface: str, *, country: str, continent: str, actor: str) -> None:
        """Rule on a surface, or change an earlier ruling."""
        with self._database.write() as connection:
            connection.execute(delete(ruling).where(ruling.c.project_id == project_id, ruling.c.surface == surface))
            connection.execute(
                insert(ruling).values(
                    project_id=project_id,
                    surface=surface,
                    country=country,
                    continent=continent,
                    actor=actor,
                    at=time.time(),
                )
            )

    def forget(self, project_id: str, surface: str) -> None:
        """Take a ruling back."""
        with self._database.write() as connection:
            connection.execute(delete(ruling).where(ruling.c.project_id == project_id, ruling.c.surface == surface))
