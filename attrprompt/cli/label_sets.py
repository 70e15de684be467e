"""Which label sets the texts of a multi-label task get, as the command line says it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from attrprompt.errors import InputError
from attrprompt.sampling.label_sets import LabelSetSource, parse_label_sets

SIZES = re.compile(r"\d+=\d+(\.\d+)?(,\d+=\d+(\.\d+)?)*")

LabelSets = Annotated[
    str | None,
    typer.Option(
        help="Multi-label: values (each value of the leading dimension brings its labels, as the authors do), sizes, "
        "1=70,2=30 (shares of texts with one label, two, …), or a file with lines like: optics + robotics = 3."
    ),
]


def read_label_sets(given: str | None, *, multi_label: bool) -> dict[str, Any]:
    """What `--label-sets` says, as the plan's options take it.

    Raises:
        InputError: the task has one label a text, or it is neither of the words nor a readable file.
    """
    if given is None:
        return {}
    if not multi_label:
        raise InputError("--label-sets goes with a task whose texts carry several labels; this one's carry one.")
    if given in (LabelSetSource.VALUES, LabelSetSource.SIZES):
        return {"source": given}
    if SIZES.fullmatch(given):
        pairs = (each.split("=") for each in given.split(","))
        return {"source": LabelSetSource.SIZES, "sizes": {int(size): float(share) for size, share in pairs}}
    try:
        text = Path(given).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--label-sets takes values, sizes, 1=70,2=30 or a text file, not '{given}'.") from error
    return {"source": LabelSetSource.SETS, "sets": parse_label_sets(text)}
