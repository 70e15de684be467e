"""Which files of a folder are one data set: the shards of a split, as the Hugging Face Hub and `datasets` lay them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrprompt.errors import InputError
from attrprompt.exchange.rows.record_source import ChoiceNeeded

_SHARD = re.compile(r"(?P<name>.+?)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<hash>-[0-9a-f]{8,})?")
_NUMBERED = re.compile(r"\d{4}")
_ABOUT = frozenset({"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "package.json"})
_SHOWN = 20


def find_shards(folder: Path, endings: Iterable[str], split: str) -> list[Path]:
    """The files of one data set in a folder, in their order.

    Args:
        folder: what a person named.
        endings: of files that can be read.
        split: which one, where there are several.

    Raises:
        InputError: there is none, or several of which none is named; or a shard is missing.
    """
    known = frozenset(endings)
    inside = sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and _ending(file) in known
        and file.name not in _ABOUT
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
    groups = _group(folder, [file for file in inside if file.parent.name == "data"] or inside)
    if not groups:
        raise InputError(f"The folder '{folder}' holds no file of rows; name one, or the folder that holds them.")
    found = list(groups) if not split else [name for name in groups if split in (name, name.rsplit("/", 1)[-1])]
    if len(found) != 1:
        names = ", ".join(list(groups)[:_SHOWN])
        problem = f"no split '{split[:60]}'" if split and not found else "several splits or files of rows"
        raise ChoiceNeeded(f"'{folder}' has {problem}. Name one with --split: {names}.", "split", list(groups))
    files = groups[found[0]]
    _check_complete(files)
    return files


def describe_shard(file: Path) -> list[str]:
    """What a person should know who named one file, if it is a part of more."""
    shard = _SHARD.fullmatch(file.name.split(".")[0])
    count = int(shard["count"]) if shard else 1
    if count < 2:
        return []
    return [f"'{file.name}' is one of {count:,} shards; to read all of them, name the folder instead of the file."]


def read_features(file: Path) -> Any:
    """What `datasets` wrote of the columns beside an Arrow file; nothing where it wrote nothing usable."""
    try:
        info = json.loads((file.parent / "dataset_info.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return info.get("features") if isinstance(info, Mapping) else {}


def _group(folder: Path, files: Iterable[Path]) -> dict[str, list[Path]]:
    """Files by what a person would call them together."""
    groups: dict[str, list[Path]] = {}
    for file in files:
        stem = file.name.split(".")[0]
        shard = _SHARD.fullmatch(stem)
        parent = file.parent.relative_to(folder).as_posix()
        if shard is not None:
            name = "" if file.suffix == ".arrow" and shard["name"] == "data" else shard["name"]
        else:
            name = "" if _NUMBERED.fullmatch(stem) else file.name
        groups.setdefault("/".join(part for part in (parent, name) if part not in ("", ".", "data")), []).append(file)
    return groups


def _check_complete(files: list[Path]) -> None:
    shards = [shard for file in files if (shard := _SHARD.fullmatch(file.name.split(".")[0]))]
    if not shards:
        return
    count = int(shards[0]["count"])
    if len({shard["count"] for shard in shards}) > 1 or len(shards) > count:
        names = ", ".join(file.name for file in files[:_SHOWN])
        raise InputError(f"Shards of different data sets lie together: {names}. Name one file.")
    missing = sorted(set(range(count)) - {int(shard["number"]) for shard in shards})
    if missing:
        raise InputError(
            f"'{files[0].parent}' holds {len(shards)} of {count} shards of '{shards[0]['name']}'; number {missing[0]} "
            "is missing."
        )


def _ending(file: Path) -> str:
    """The ending that tells the format, without that of a packing."""
    suffixes = [suffix.casefold() for suffix in file.suffixes]
    if suffixes and suffixes[-1] in (".gz", ".bz2", ".xz"):
        suffixes.pop()
    return suffixes[-1] if suffixes else ""
