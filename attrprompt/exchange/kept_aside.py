"""Items kept aside until all of them are there, so that a transaction waits for no file to be read."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import TypeVar

ItemT = TypeVar("ItemT")

_IN_MEMORY = 16 * 1024 * 1024


@contextmanager
def keep_aside(items: Iterable[ItemT]) -> Iterator[Iterator[ItemT]]:
    """Read all items, then give them once more: from memory, or from a file without a name if there are many."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        count = 0
        for item in items:
            pickle.dump(item, file, pickle.HIGHEST_PROTOCOL)
            count += 1
        file.seek(0)
        yield (pickle.load(file) for _ in range(count))
