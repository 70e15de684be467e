"""Numbered migrations: each brings the schema from one version to the next, once."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, inspect, select

from attrprompt.errors import StoreError
from attrprompt.store.schema import batch, metadata, schema_version, waiting_item, zero_shot_answer


def _create_all(connection: Connection) -> None:
    metadata.create_all(connection)


def _add_zero_shot_answers(connection: Connection) -> None:
    zero_shot_answer.create(connection, checkfirst=True)  # a new home has it from the first step


def _add_batches(connection: Connection) -> None:
    for table in (batch, waiting_item):
        table.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_create_all, _add_zero_shot_answers, _add_batches)


def migrate(connection: Connection) -> None:
    """Run the migrations that this database has not had.

    Raises:
        StoreError: a newer version of the app made this database.
    """
    version = 0
    if inspect(connection).has_table(schema_version.name):
        version = connection.execute(select(func.max(schema_version.c.version))).scalar() or 0
    if version > len(MIGRATIONS):
        raise StoreError(
            f"This home was made by a newer version of the app (schema {version}, this one knows {len(MIGRATIONS)}). "
            "Update the app, or use another --home."
        )
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        step(connection)
        connection.execute(insert(schema_version).values(version=number))
