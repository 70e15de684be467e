"""What models replied when they were asked for attributes, as it came, and the tokens that it took."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, select

from attrprompt.llm.asking import RawReply
from attrprompt.store.database import Database
from attrprompt.store.schema import reply


@dataclass(frozen=True, slots=True)
class StoredReply:
    """One reply as it came, with what was asked.

    Attributes:
        problem: why it could not be used; empty where it could.
        at: seconds since the epoch.
    """

    id: int
    project_id: str
    purpose: str
    prompt: str
    raw: str
    problem: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    at: float


@dataclass(frozen=True, slots=True)
class SpentTokens:
    """Tokens that one model took for one purpose."""

    purpose: str
    model: str
    prompt: int
    completion: int


class Replies:
    """The raw replies of all projects, apart from the texts of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project_id: str, purpose: str, given: RawReply) -> None:
        """Keep a model's reply as it came, with why it could not be used where it could not."""
        fields = asdict(given) | {"raw": given.raw.replace("\0", "\ufffd")}
        with self._database.write() as connection:
            connection.execute(insert(reply).values(project_id=project_id, purpose=purpose, **fields, at=time.time()))

    def list_all(self, project_id: str, *, only_problems: bool = False, limit: int = 50) -> list[StoredReply]:
        """Raw replies, the newest first."""
        query = select(reply).where(reply.c.project_id == project_id).order_by(reply.c.id.desc()).limit(limit)
        if only_problems:
            query = query.where(reply.c.problem != "")
        with self._database.read() as connection:
            return [StoredReply(**row._mapping) for row in connection.execute(query)]

    def count_tokens(self, project_id: str) -> tuple[int, int]:
        """Prompt and completion tokens spent on elicitation and filtering."""
        query = select(
            func.coalesce(func.sum(reply.c.prompt_tokens), 0), func.coalesce(func.sum(reply.c.completion_tokens), 0)
        ).where(reply.c.project_id == project_id)
        with self._database.read() as connection:
            prompt, completion = connection.execute(query).one()
        return int(prompt), int(completion)

    def list_spent(self, project_id: str) -> list[SpentTokens]:
        """The same by purpose and model."""
        query = (
            select(reply.c.purpose, reply.c.model, func.sum(reply.c.prompt_tokens), func.sum(reply.c.completion_tokens))
            .where(reply.c.project_id == project_id)
            .group_by(reply.c.purpose, reply.c.model)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return sorted((SpentTokens(purpose, model, int(p), int(c)) for purpose, model, p, c in rows), key=str)
