"""A defect of ours in handling one answer: said with its item, and written down for whoever mends it."""

from __future__ import annotations

import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

LOG = Path("logs") / "defects.log"


def keep_defect(home: Path, where: str, defect: Exception) -> str:
    """Write down where it happened, without the texts that it was about; the sentence that is kept with the item.

    Args:
        home: whose log.
        where: which run and item.
        defect: what was raised.
    """
    path = home / LOG
    frames = "".join(traceback.format_tb(defect.__traceback__))
    with suppress(OSError):  # a full disk shall not turn this item's failure into the run's
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {where}: {type(defect).__name__}\n{frames}\n")
    return (
        f"An answer came that could not be handled ({type(defect).__name__}). This is a defect of the app; {path} says "
        "more. The rest of the run is not affected."
    )
