"""Files of named arrays (`.npz`) that are there whole or not at all, and whose damage is one kind of error."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file, by name; nothing in it is executed.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it holds something else, or is damaged.
    """
    with path.open("rb") as file:  # opened here, because numpy leaves a damaged file open
        if not zipfile.is_zipfile(file):
            raise ValueError("it is no archive of arrays")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        except (zipfile.BadZipFile, EOFError, KeyError) as error:
            raise ValueError("it is damaged") from error


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write arrays, compressed; see `write_whole`."""
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez_compressed(buffer, **named)
    return write_whole(path, buffer.getvalue())


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that readers see all of it or nothing, whatever happens meanwhile; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
        file.write(content)
    return Path(file.name).replace(path)
