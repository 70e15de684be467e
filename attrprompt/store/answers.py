"""What models answered to questionnaires, answer by answer: none that is stored is ever asked for again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from attrprompt.records import make_storable
from attrprompt.store.database import Database, in_batches
from attrprompt.store.schema import zero_shot_answer

KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer as it came.

    Attributes:
        key: hash of what was asked of whom.
        problem: why there is no answer, where the endpoint refused the request; else empty.
    """

    key: str
    model: str
    raw: str
    problem: str
    prompt_tokens: int
    completion_tokens: int


class Answers:
    """The answers of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project_id: str, answer: StoredAnswer) -> None:
        """Keep an answer; a second one to the same question changes nothing."""
        values = {
            "project_id": project_id,
            "key": answer.key,
            "model": answer.model,
            "raw": make_storable(answer.raw)[0],
            "problem": make_storable(answer.problem)[0],
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "at": time.time(),
        }
        table = zero_shot_answer
        with self._database.write() as connection:
            known = select(table.c.key).where(table.c.project_id == project_id, table.c.key == answer.key)
            if connection.execute(known).first() is None:
                connection.execute(insert(table).values(**values))

    def find(self, project_id: str, keys: Iterable[str]) -> dict[str, StoredAnswer]:
        """The answers that are there, by key."""
        table = zero_shot_answer
        names = ("key", "model", "raw", "problem", "prompt_tokens", "completion_tokens")
        query = select(*(table.c[name] for name in names)).where(table.c.project_id == project_id)
        found: dict[str, StoredAnswer] = {}
        with self._database.read() as connection:
            for batch in in_batches(keys, KEYS_AT_ONCE):
                found |= self._read(connection.execute(query.where(table.c.key.in_(batch))).all())
        return found

    @staticmethod
    def _read(rows: Sequence[object]) -> dict[str, StoredAnswer]:
        return {answer.key: answer for answer in (StoredAnswer(*row) for row in rows)}  # type: ignore[misc]
