"""Who works in this browser, and choices that belong to the home rather than to a project."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import delete, insert, select

from attrprompt.errors import InputError
from attrprompt.project import MAX_NAME_LENGTH
from attrprompt.store.database import Database
from attrprompt.store.schema import person, setting


class People:
    """Names by browser token, and the home's settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def name_of(self, token: str) -> str | None:
        """The name that the person of this browser gave, or None."""
        with self._database.read() as connection:
            found = connection.execute(select(person.c.name).where(person.c.token == token)).scalar()
        return None if found is None else str(found)

    def remember(self, token: str, name: str) -> str:
        """Keep a person's name for this browser; returns it as kept.

        Raises:
            InputError: the name is empty or too long.
        """
        shown = " ".join(name.split())
        if not shown or len(shown) > MAX_NAME_LENGTH:
            raise InputError(f"A name has 1 to {MAX_NAME_LENGTH} characters.")
        with self._database.write() as connection:
            connection.execute(delete(person).where(person.c.token == token))
            connection.execute(insert(person).values(token=token, name=shown, seen=time.time()))
        return shown

    def read_setting(self, key: str) -> Any:
        """A choice of the home, or None where none was made."""
        with self._database.read() as connection:
            return connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar()

    def write_setting(self, key: str, value: Any) -> None:
        """Keep a choice of the home."""
        with self._database.write() as connection:
            connection.execute(delete(setting).where(setting.c.key == key))
            connection.execute(insert(setting).values(key=key, value=value))
