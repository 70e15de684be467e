"""RFC 6902 patches between two project documents, and whether two patches touch the same thing.

Everything that people edit is an object keyed by a stable id, so a patch is made of `add`, `remove` and `replace`
on object members; lists (a constraint's values, a label's similar labels) are fields and replaced whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonpatch

Patch = list[dict[str, Any]]
MISSING = object()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a patch did at one path: `before` or `after` is MISSING where nothing was or is there.

    Attributes:
        keys: the way through the document, ids and field names.
    """

    keys: tuple[str, ...]
    before: object
    after: object


def diff_documents(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> Patch:
    """The operations that turn the old document into the new one, one per changed field."""
    patch: Patch = []
    for key in old.keys() | new.keys():
        here = f"{path}/{_escape(key)}"
        if key not in new:
            patch.append({"op": "remove", "path": here})
        elif key not in old:
            patch.append({"op": "add", "path": here, "value": new[key]})
        elif isinstance(old[key], Mapping) and isinstance(new[key], Mapping):
            patch += diff_documents(old[key], new[key], here)
        elif old[key] != new[key]:
            patch.append({"op": "replace", "path": here, "value": new[key]})
    return sorted(patch, key=lambda operation: str(operation["path"]))


def apply_patch(document: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    """The document with the patch applied; the given one stays as it is."""
    result: dict[str, Any] = jsonpatch.JsonPatch(patch).apply(document)
    return result


def paths_of(patch: Patch) -> list[str]:
    """The JSON pointers that a patch changes."""
    return [str(operation["path"]) for operation in patch]


def describe_changes(patch: Patch, inverse: Patch) -> list[FieldChange]:
    """A patch as changes; its inverse holds what was there before."""
    before = {operation["path"]: operation["value"] for operation in inverse if "value" in operation}
    return [
        FieldChange(
            split_path(operation["path"]), before.get(operation["path"], MISSING), operation.get("value", MISSING)
        )
        for operation in patch
    ]


def split_path(path: str) -> tuple[str, ...]:
    """The keys of a JSON pointer."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])


def find_overlap(mine: Iterable[str], theirs: Iterable[str]) -> str | None:
    """The first of my paths that is one of theirs, or lies within or around one of theirs."""
    others = set(theirs)
    others_with_parents = {parent for path in others for parent in _parents(path)} | others
    for path in mine:
        if path in others_with_parents or any(parent in others for parent in _parents(path)):
            return path
    return None


def value_at(document: Mapping[str, Any], path: str) -> object:
    """The value at a JSON pointer, or MISSING."""
    value: object = document
    for key in split_path(path):
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def still_stands(document: Mapping[str, Any], patch: Patch) -> str | None:
    """The first path of an applied patch whose value has been changed since, or None where all still stand."""
    for operation in patch:
        expected = MISSING if operation["op"] == "remove" else operation["value"]
        if value_at(document, operation["path"]) != expected:
            return str(operation["path"])
    return None


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(2, len(parts))]
