"""Two people at one project: changes that touch other fields are joined, changes of the same field refused."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import Connection, select

from attrprompt.errors import ConflictError
from attrprompt.project import Project, parse_project
from attrprompt.store.patches import MISSING, Patch, apply_patch, diff_documents, find_overlap, paths_of, value_at
from attrprompt.store.schema import revision


def rebase(
    connection: Connection, project_id: str, base: Project, head: Project, patch: Patch, *, since: int
) -> tuple[Patch, Patch, Project]:
    """A person's patch on top of what others saved meanwhile: the new patch, its inverse, the joined document.

    Args:
        base: the document as the person read it, at revision `since`.
        head: the document as it stands now.

    Raises:
        ConflictError: somebody changed the same field to something else.
        InputError: the joined document breaks a rule.
    """
    before, now = base.to_data(), head.to_data()
    clash = find_overlap(paths_of(patch), paths_of(diff_documents(before, now)))
    if clash is not None:
        mine = next(op.get("value") for op in patch if op["path"] == clash)
        theirs = value_at(now, clash)
        who = _last_to_change(connection, project_id, clash, since=since)
        if theirs != mine or len(patch) > 1:
            raise ConflictError(
                f"{who} changed the same thing while you were editing it. Both versions are shown; choose one.",
                path=clash,
                mine=mine,
                theirs=None if theirs is MISSING else theirs,
                who=who,
            )
        return [], [], head
    merged = parse_project(apply_patch(now, patch))
    data = merged.to_data()
    return diff_documents(now, data), diff_documents(data, now), merged


def refuse_undo(
    connection: Connection, project_id: str, head: Project, path: str, patch: Patch, *, since: int, actor: str
) -> NoReturn:
    """Say who changed the field that an undo or redo of revision `since` would overwrite.

    Raises:
        ConflictError: always.
    """
    who = _last_to_change(connection, project_id, path, since=since)
    theirs = value_at(head.to_data(), path)
    raise ConflictError(
        f"{'You' if who == actor else who} changed the same thing since, so nothing was taken back.",
        path=path,
        mine=next((op.get("value") for op in patch if op["path"] == path), None),
        theirs=None if theirs is MISSING else theirs,
        who=who,
    )


def _last_to_change(connection: Connection, project_id: str, path: str, *, since: int) -> str:
    rows = connection.execute(
        select(revision.c.actor, revision.c.patch)
        .where(revision.c.project_id == project_id, revision.c.n > since)
        .order_by(revision.c.n.desc())
    )
    return next((row.actor for row in rows if find_overlap([path], paths_of(row.patch))), "Somebody")
