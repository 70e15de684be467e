"""Zip archives in and out, with nothing written outside the target and nothing that unpacks without end."""

from __future__ import annotations

import lzma
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from attrprompt.errors import InputError
from attrprompt.files import create_folder, replace_file

MAX_FILES = 10_000
MAX_BYTES = 512 * 1024 * 1024
MAX_RATIO = 200
_SMALL = 1024 * 1024
_CHUNK = 1 << 16
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, ValueError)
"""What `zipfile` raises on broken, encrypted and unknown content."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def unpack_archive(
    source: Path | IO[bytes], target: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES
) -> list[Path]:
    """Unpack a zip archive into a new folder and list its files, relative to it.

    Sizes are counted while unpacking, because an archive can lie about them.

    Raises:
        InputError: it is no zip archive, is damaged or encrypted, names a path outside the folder, a link or a file
            twice, has too many files, or unpacks to too much.
    """
    name = source.name if isinstance(source, Path) else "the archive"
    try:
        with zipfile.ZipFile(source) as archive, create_folder(target) as part:
            entries = _check_entries(archive, name, max_files)
            limit = min(max_bytes, max(_SMALL, MAX_RATIO * _packed_size(archive)))
            written = 0
            for entry, path in entries:
                destination = part / path
                destination.parent.mkdir(parents=True, exist_ok=True)
                written = _unpack_entry(archive, entry, destination, written, limit, name)
    except _DAMAGED as error:
        raise InputError(f"'{name}' is no usable zip archive: {_sentence(error)}") from error
    except OSError as error:
        raise InputError(f"'{name}' cannot be unpacked: {error.strerror or error}.") from error
    return [Path(path) for _, path in entries]


@contextmanager
def open_archive(source: Path | IO[bytes]) -> Iterator[Path]:
    """A folder with the archive's content for as long as the block runs; one outer folder around all files is left out.

    Raises:
        InputError: as `unpack_archive`.
    """
    with tempfile.TemporaryDirectory(prefix="attrprompt-") as temporary:
        folder = Path(temporary) / "content"
        unpack_archive(source, folder)
        while len(inside := [path for path in folder.iterdir() if path.name != "__MACOSX"]) == 1 and inside[0].is_dir():
            folder = inside[0]
        yield folder


def pack_archive(folder: Path, target: Path | IO[bytes]) -> int:
    """Pack a folder's files into a zip archive under the folder's name; the same files give the same bytes.

    Returns:
        How many files were packed.

    Raises:
        InputError: the folder is missing or the target cannot be written to.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder '{folder}' to pack.")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if isinstance(target, Path):
        with replace_file(target) as part, part.open("wb") as file:
            _pack(folder, files, file)
    else:
        _pack(folder, files, target)
    return len(files)


def _pack(folder: Path, files: list[Path], target: IO[bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            filename = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(filename, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            with archive.open(entry, "w", force_zip64=True) as packed, path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    packed.write(chunk)


def _check_entries(archive: zipfile.ZipFile, name: str, max_files: int) -> list[tuple[zipfile.ZipInfo, str]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > max_files:
        raise InputError(f"'{name}' holds {len(entries):,} files; at most {max_files:,} are unpacked.")
    by_path: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise InputError(f"'{name}' is encrypted; pack it again without a password.")
        path = _check_path(entry, name)
        if path in by_path or any(str(parent) in by_path for parent in PurePosixPath(path).parents):
            raise InputError(f"'{name}' holds '{path[:80]}' twice; pack it again.")
        by_path[path] = entry
    return [(entry, path) for path, entry in by_path.items()]


def _check_path(entry: zipfile.ZipInfo, name: str) -> str:
    path = entry.filename
    shown = path[:80]
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise InputError(f"'{name}' holds '{shown}', a link or a special file; pack plain files only.")
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or ".." in parts or (len(parts[0]) == 2 and parts[0][1] == ":"):
        raise InputError(f"'{name}' holds '{shown}', a path that leads out of the folder; pack it again without it.")
    if any(len(part.encode("utf-8", "surrogatepass")) > 255 or "\0" in part for part in parts) or len(path) > 1_000:
        raise InputError(f"'{name}' holds '{shown}…', a name too long or not allowed for a file.")
    return "/".join(part for part in parts if part not in ("", "."))


def _packed_size(archive: zipfile.ZipFile) -> int:
    assert archive.fp is not None  # open for as long as the archive is
    position = archive.fp.tell()
    size = archive.fp.seek(0, 2)
    archive.fp.seek(position)
    return size


def _unpack_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, destination: Path, written: int, limit: int, name: str
) -> int:
    with archive.open(entry) as packed, destination.open("xb") as file:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > limit:
                raise InputError(
                    f"'{name}' unpacks to over {limit // 1024**2:,} MB, more than is allowed for its size; "
                    "nothing was kept."
                )
            file.write(chunk)
    return written


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".") or "it is damaged"
    return f"{text[:1].lower()}{text[1:]}."
