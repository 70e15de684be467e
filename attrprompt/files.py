"""Reading small text files whole and replacing files and folders in one step."""

from __future__ import annotations

import hashlib
import io
import shutil
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from attrprompt.errors import InputError

MAX_TEXT_BYTES = 10 * 1024 * 1024
MAX_LINE = 64 * 1024 * 1024


def read_text(path: Path) -> str:
    """The text of a small file.

    Raises:
        InputError: it cannot be read, is over 10 MB, or is not UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read: {error.strerror}.") from error
    return decode_text(data, path.name)


def decode_text(data: bytes | str, name: str) -> str:
    """Text from bytes, without a byte order mark.

    Raises:
        InputError: it is over 10 MB, binary, or not UTF-8.
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > MAX_TEXT_BYTES:
        raise InputError(f"'{name}' is over {MAX_TEXT_BYTES // 1024**2} MB, too large for a file of this kind.")
    if isinstance(data, str):
        text = data
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(_explain_encoding(name, data[:4], error.start)) from error
    if "\0" in text:
        raise InputError(f"'{name}' is a binary file; a text file in UTF-8 is needed.")
    return text.removeprefix("\ufeff")


def read_lines(file: TextIO, name: str) -> Iterator[str]:
    """The lines of a file with their ends, none of which may fill the memory.

    Raises:
        InputError: one is far longer than a row of texts is.
    """
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise InputError(f"Line {number:,} of '{name}' is over {MAX_LINE // 1024**2} MB; is it a file of rows?")
        yield line


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """A new path beside `path` to write to; it takes the place of `path` when the block ends well, else it is removed.

    Raises:
        InputError: the target cannot be written to.
    """
    if path.is_dir():
        raise InputError(f"'{path}' is a folder; name a file to write to.")
    if not path.parent.is_dir():
        raise InputError(f"The folder '{path.parent}' does not exist; create it first or choose another folder.")
    part = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def create_folder(path: Path) -> Iterator[Path]:
    """A new folder to fill; it becomes `path` when the block ends well, else it is removed.

    Raises:
        InputError: `path` exists and is not an empty folder, or the target cannot be written to.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InputError(f"'{path}' exists and is not empty; choose a new folder to write to.")
    if not path.parent.is_dir():
        raise InputError(f"The folder '{path.parent}' does not exist; create it first or choose another folder.")
    part = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        part.mkdir()
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}.") from error
    finally:
        if part.exists():
            shutil.rmtree(part)


def make_stable_id(*parts: str) -> str:
    """An id made from names, so that the same file gives the same document on every machine."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _explain_encoding(name: str, head: bytes, position: int) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "UTF-16"
    elif head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"%PDF")):
        return f"'{name}' is not a text file but an archive, a spreadsheet or an image; save its content as UTF-8 text."
    else:
        found = f"not UTF-8 (byte {position + 1:,} fits no character)"
    return f"'{name}' is {found}; save it with the encoding UTF-8 and try again."


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
