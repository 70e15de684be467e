"""Text files of rows as people have them: packed or not, in UTF-8 or in what their program wrote."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, TextIO

from attrprompt.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from charset_normalizer import CharsetMatch, CharsetMatches


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


_UNPACKERS: dict[bytes, Callable[[IO[bytes]], _Readable]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
PACKINGS = (".gz", ".bz2", ".xz")
"""The endings that such files have."""

_MAX_UNPACKED = 4 * 1024**3
_FREE_UNPACKED = 256 * 1024**2
_MAX_RATIO = 100
"""Texts shrink to a tenth at best; a small file that unpacks to very much more was made to fill a disk."""

_CHUNK = 1 << 18
_SAMPLE = 32 * 1024
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BINARY = (b"PK\x03\x04", b"\x89PNG", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x28\xb5\x2f\xfd", b"SQLite format", b"\x93NUMPY")
_LATIN = ("cp1252", "cp1250", "cp1254", "mac_roman")
_CANDIDATES = [
    *_LATIN, "cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949",
]  # fmt: skip
_TITLES = {
    "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32": "UTF-32",
    "cp1252": "Windows-1252", "cp1250": "Windows-1250", "cp1251": "Windows-1251", "cp1253": "Windows-1253",
    "cp1254": "Windows-1254", "cp1255": "Windows-1255", "cp1256": "Windows-1256", "mac_roman": "Mac Roman",
    "koi8_r": "KOI8-R", "cp932": "Shift JIS", "euc_jp": "EUC-JP", "gb18030": "GB 18030", "big5": "Big5",
    "cp949": "Korean (Windows-949)",
}  # fmt: skip
ENCODINGS = tuple(encoding for encoding in _TITLES if encoding not in ("utf-16-le", "utf-16-be"))
"""Those that a person may choose from; any other that Python knows can be named too."""

_FOREIGN_WORD = re.compile(r"[^\W\x00-\x7f]{2,}")
_KANA = re.compile("[\u3041-\u30ff]")
_NONCHARACTERS = "".join(map(chr, range(0xFDD0, 0xFDF0)))


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How the bytes of a text file are to be read.

    Attributes:
        encoding: a codec of Python.
        is_guessed: True where nothing in the file says so.
        is_marked: True where the first bytes of the file say so.
        has_line_feeds: False where lines end with carriage returns alone, if it has more than one.
        stand_in: where some carriage returns stand alone among line feeds: a character that the file does not hold.
    """

    encoding: str
    is_guessed: bool = False
    is_marked: bool = False
    has_line_feeds: bool = True
    stand_in: str = ""

    @property
    def title(self) -> str:
        """The encoding as people write it."""
        return name_encoding(self.encoding)

    def describe(self, name: str) -> list[str]:
        """What a person should know of it, in sentences."""
        if not self.is_guessed:
            return [f"'{name}' was read as {self.title}."] if self.is_marked and self.title != "UTF-8" else []
        return [
            f"'{name}' is not UTF-8; it was read as {self.title}, which is a guess. Look at its accents and quotation "
            "marks; --encoding names another."
        ]


def name_encoding(encoding: str) -> str:
    """A codec's name as people write it."""
    return _TITLES.get(encoding, encoding)


def examine_text(path: Path, encoding: str = "") -> TextLayout:
    """Find the encoding of a file and how its lines end, and make sure that all of it can be read so.

    Args:
        path: the file; packed ones are looked into.
        encoding: what a person says it is in.

    Raises:
        InputError: it cannot be read, or not in this encoding.
    """
    if encoding:
        return _check_all(path, _find_codec(encoding), is_guessed=False)
    head = _read_head(path)
    if head.startswith(_BINARY):
        raise InputError(
            f"'{path.name}' is no text but an archive, a spreadsheet, an image or the like; correct its ending, or "
            "save its content as text."
        )
    for mark, marked in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return replace(_check_all(path, marked, is_guessed=False), is_marked=True)
    wide = _find_wide(head)
    if wide:
        return _check_all(path, wide, is_guessed=True)
    try:
        return _check_all(path, "utf-8-sig", is_guessed=False)
    except _WrongEncoding:
        guessed = _guess_encoding(path)
        if not guessed:
            raise
        return _check_all(path, guessed, is_guessed=True)


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """A file's bytes, unpacked where it is packed.

    Raises:
        InputError: it cannot be read, is damaged, or unpacks to more than texts ever do; also while reading.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
            file.seek(0)
            unpack = next((unpack for mark, unpack in _UNPACKERS.items() if head.startswith(mark)), None)
            if unpack is None:  # told by its content, as browsers unpack some files and leave their names
                yield file
                return
            unpacked = unpack(file)
            with io.BufferedReader(_Bounded(unpacked, path), _CHUNK) as bounded:
                yield bounded
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read: {error.strerror or error}.") from error


@contextmanager
def open_text(path: Path, layout: TextLayout, *, newline: str | None = "\n") -> Iterator[TextIO]:
    """A file's text; `newline` as for `open`.

    Raises:
        InputError: as `open_bytes`.
    """
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding=layout.encoding, newline=newline) as text:
        yield text


class _WrongEncoding(InputError):
    """Some bytes are no characters of an encoding."""


class _Bounded(io.RawIOBase):
    """What is unpacked, until it is clear that no texts can be behind it."""

    def __init__(self, file: _Readable, path: Path) -> None:
        super().__init__()
        self._file = file
        self._name = path.name
        self._limit = min(_MAX_UNPACKED, max(_FREE_UNPACKED, _MAX_RATIO * path.stat().st_size))
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        try:
            data = self._file.read(len(target))
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise InputError(f"'{self._name}' cannot be unpacked; it is damaged or cut off.") from error
        self._read += len(data)
        if self._read > self._limit:
            raise InputError(
                f"'{self._name}' unpacks to more than {self._limit // 1024**2:,} MB; unpack it yourself if that is "
                "meant, and import it in parts."
            )
        target[: len(data)] = data
        return len(data)


def _read_head(path: Path) -> bytes:
    with open_bytes(path) as file:
        return file.read(4096)


def _find_codec(encoding: str) -> str:
    wanted = encoding.strip().casefold()
    for codec, title in _TITLES.items():
        if title.casefold() == wanted:
            return codec
    try:
        codec = codecs.lookup(wanted).name
        is_text = isinstance("".encode(codec), bytes)
    except (LookupError, TypeError, ValueError):
        is_text = False
    if not is_text:
        names = ", ".join(dict.fromkeys(_TITLES.values()))
        raise InputError(f"There is no encoding '{encoding[:60]}'; usual ones are: {names}.")
    return {"utf-8": "utf-8-sig", "iso8859-1": "cp1252"}.get(codec, codec)  # as every browser reads Latin-1


def _find_wide(head: bytes) -> str:
    """UTF-16 without a mark, which shows in the empty halves of its plain letters."""
    half = len(head) // 2
    for codec, empty in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if half and empty.count(0) > 0.4 * half and head.count(0) < 1.2 * empty.count(0):
            return codec
    return ""


def _check_all(path: Path, encoding: str, *, is_guessed: bool) -> TextLayout:
    """Read all of a file once, in constant memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    has_line_feeds = has_lone_returns = False
    used: set[str] = set()
    read, tail = 0, ""
    with open_bytes(path) as file:
        while True:
            chunk = file.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                text = tail + decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _WrongEncoding(_explain(path.name, encoding, read - pending + error.start)) from error
            except UnicodeError as error:
                raise _WrongEncoding(_explain(path.name, encoding, read)) from error
            read += len(chunk)
            tail = "\r" if text.endswith("\r") and chunk else ""  # its line feed may be still to come
            text = text[: len(text) - len(tail)]
            has_line_feeds |= "\n" in text
            if "\r" in text and text.count("\r") > text.count("\r\n"):
                has_lone_returns = True
            used.update(sign for sign in _NONCHARACTERS[:4] if sign in text)
            if not chunk:
                break
    stand_in = next((sign for sign in _NONCHARACTERS if sign not in used), "")
    return TextLayout(
        encoding,
        is_guessed,
        has_line_feeds=has_line_feeds or not has_lone_returns,
        stand_in=stand_in if has_lone_returns and has_line_feeds else "",
    )


def _explain(name: str, encoding: str, position: int) -> str:
    return (
        f"'{name}' is not {name_encoding(encoding)} (byte {position + 1:,} fits no character); save it with the "
        "encoding UTF-8, or name its own with --encoding."
    )


def _guess_encoding(path: Path) -> str:
    """The encoding that makes most sense of the lines with letters beyond ASCII; "" where none does.

    Among the encodings for Latin letters Windows-1252 is by far the most frequent, and texts with few accents do not
    tell them apart, so another one has to be clearly better.
    """
    from charset_normalizer import from_bytes

    sample = _sample_accents(path)
    if _holds_utf8(sample):
        return ""  # UTF-8 with damage: another reading would spoil all that is whole
    matches = from_bytes(sample, cp_isolation=_CANDIDATES)
    best = matches.best()
    if best is None:
        return ""
    names = [best.encoding, *best.could_be_from_charset]
    if not set(names) & set(_LATIN) and (_forms_words(str(best)) or not _can_decode(sample, "cp1252")):
        kana = best.encoding == "gb18030" and _KANA.search(str(best))
        return "euc_jp" if kana and _can_decode(sample, "euc_jp") else best.encoding
    western = _find_match(matches, "cp1252")
    turkish = _find_match(matches, "cp1254")
    if western and turkish and turkish.chaos < western.chaos - 0.05:
        return "cp1254"
    if western is None or western.chaos > best.chaos + 0.1 or western.coherence < best.coherence - 0.1:
        return best.encoding
    return "cp1252" if _can_decode(sample, "cp1252") else best.encoding


def _forms_words(text: str) -> bool:
    """True where letters beyond ASCII mostly stand beside each other, as in every script but the Latin one."""
    beyond = sum(not letter.isascii() for letter in text)
    return sum(len(word[0]) for word in _FOREIGN_WORD.finditer(text)) >= beyond / 2


def _find_match(matches: CharsetMatches, encoding: str) -> CharsetMatch | None:
    return next((match for match in matches if encoding in (match.encoding, *match.could_be_from_charset)), None)


def _sample_accents(path: Path) -> bytes:
    """Lines with bytes beyond ASCII, up to a size that is examined quickly."""
    found: list[bytes] = []
    size = 0
    with open_bytes(path) as file:
        while size < _SAMPLE and (chunk := file.read(_CHUNK)):
            for line in () if chunk.isascii() else chunk.splitlines(keepends=True):
                if not line.isascii() and size < _SAMPLE:
                    found.append(line[: _SAMPLE - size])
                    size += len(found[-1])
    return b"".join(found)


def _holds_utf8(sample: bytes) -> bool:
    """True where most of the bytes beyond ASCII form characters of UTF-8."""
    beyond = sum(byte > 127 for byte in sample)
    damaged = sample.decode("utf-8", "replace").count("\ufffd")
    return damaged < beyond / 4


def _can_decode(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
