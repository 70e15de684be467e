"""One prompt of a plan, and plans as JSON lines."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from pydantic_core import to_json

from attrprompt.errors import InputError


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One prompt of a plan.

    Attributes:
        item: its number, from 0.
        labels: the names of its labels.
        attributes: dimension name to value text; several values of a multi-label text are joined by `; `.
        prompt: the user message.
        seed: for the model's own sampling.
        system: the system message, where the template has one.
    """

    item: int
    labels: tuple[str, ...]
    attributes: dict[str, str]
    prompt: str
    seed: int
    system: str = ""

    def to_row(self, multi_label: bool) -> dict[str, Any]:
        """The row of a plan file; a system message stands in it only where there is one."""
        label: dict[str, Any] = {"labels": list(self.labels)} if multi_label else {"label": self.labels[0]}
        row = {"item": self.item, **label, "attributes": self.attributes, "prompt": self.prompt, "seed": self.seed}
        return {**row, "system": self.system} if self.system else row


def make_item_seed(seed: int, item: int) -> int:
    """A stable 31-bit number for the model's own sampling of this item."""
    digest = hashlib.blake2b(f"{seed}:{item}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") & 0x7FFFFFFF


def write_plan(items: Iterable[PlanItem], target: Path | str | TextIO, *, multi_label: bool = False) -> int:
    """Write a plan as JSON lines (UTF-8, line feeds) and return the number of rows; a file appears only when complete.

    Raises:
        InputError: the file cannot be written there.
    """
    if not isinstance(target, Path | str):
        return _write_rows(items, lambda line: target.write(line.decode()), multi_label)
    path = Path(target)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with part.open("wb") as file:
            rows = _write_rows(items, file.write, multi_label)
        part.replace(path)
    except OSError as error:
        raise InputError(f"The plan cannot be written to {path}: {error.strerror}. Choose another folder.") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _write_rows(items: Iterable[PlanItem], write: Callable[[bytes], object], multi_label: bool) -> int:
    rows = 0
    for item in items:
        write(to_json(item.to_row(multi_label)) + b"\n")
        rows += 1
    return rows
