"""Numbered migrations: each brings the tables of an older database from one schema to the next, once.

A new database gets the tables as they are now and takes no step. So every step may rely on the schema before it, and a
test holds that homes of each earlier schema end with the tables of a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, func, insert, inspect, select, text

from attrprompt.errors import StoreError
from attrprompt.store.schema import batch, metadata, schema_version, waiting_item, zero_shot_answer

ADVISORY_LOCK = 4_201_137
"""The number under which processes that open one PostgreSQL database wait for each other; any constant will do."""


def _add_zero_shot_answers(connection: Connection) -> None:
    zero_shot_answer.create(connection)


def _add_batches(connection: Connection) -> None:
    for table in (batch, waiting_item):
        table.create(connection)


def _add_other_columns(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE sample ADD COLUMN extra JSON"))


STEPS: Mapping[int, Callable[[Connection], None]] = {
    2: _add_zero_shot_answers,
    3: _add_batches,
    4: _add_other_columns,
}
"""By the number of the schema that they lead to."""

LATEST = max(STEPS)


def read_version(connection: Connection) -> int:
    """The number of this database's schema; 0 where it has no tables yet.

    Raises:
        StoreError: a newer version of the app made this database.
    """
    if not inspect(connection).has_table(schema_version.name):
        return 0
    version = connection.execute(select(func.max(schema_version.c.version))).scalar() or 0
    if version > LATEST:
        raise StoreError(
            f"This home was made by a newer version of the app (schema {version}, this one knows {LATEST}). "
            "Update the app, or use another --home."
        )
    return int(version)


def migrate(connection: Connection) -> None:
    """Bring a database to the latest schema in one transaction; its version is read under the lock too.

    Args:
        connection: in a transaction that holds SQLite's write lock; on PostgreSQL a lock is taken here.

    Raises:
        StoreError: a newer version of the app made this database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    version = read_version(connection)
    if version == 0:
        metadata.create_all(connection)
    for number in range(version + 1, LATEST + 1):
        if version:
            STEPS[number](connection)
        connection.execute(insert(schema_version).values(version=number))
