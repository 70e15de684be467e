"""The embedding cache: an unchanged text is never encoded twice, in whichever process.

One SQLite file for each encoder id under `<home>/cache/vectors/`, its rows keyed by the sha256 of the text. SQLite
rather than files of our own, because it already is what is needed: a process killed while writing leaves the last
transaction out and all others readable, several processes may write at once, and rows are read by key without holding
the rest in memory. It keeps SQLite's rollback journal (not WAL): writes are rare and small, and the cache stays one
file that can be copied. It is a cache: deleting it costs time only.

Vectors are float32. Shipped files (`save_vectors`, `VectorCache.ingest`) hold float16, which leaves the cosine of a
vector with itself above 0.99999; they enter under the id of the encoder that made them.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from attrprompt.encoding.encoder import Encoder, Vectors
from attrprompt.errors import InputError, StoreError, WorkerError
from attrprompt.files import read_arrays, write_arrays

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

TEXTS_PER_COMMIT = 128
"""About two seconds of work: what a kill loses, and how soon progress moves and a cancel is heard."""

KEYS_PER_QUERY = 500
BUSY_SECONDS = 30.0
SCHEMA = "CREATE TABLE IF NOT EXISTS vector (text_hash BLOB PRIMARY KEY, row BLOB NOT NULL)"


def hash_text(text: str) -> str:
    """sha256 of a text's UTF-8 bytes, in hexadecimal; the text is taken as it is, byte for byte."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class VectorCache:
    """The vectors that one home has, by encoder id and text hash. Safe to use from any thread and process.

    Each method that opens an encoder's file raises a StoreError where the file cannot be used.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "cache" / "vectors"

    def find_missing(self, encoder_id: str, hashes: Sequence[str]) -> set[str]:
        """The text hashes for which there is no vector yet."""
        missing = set(hashes)
        if not self.path_for(encoder_id).exists():
            return missing
        with self._connect(encoder_id) as connection:
            for portion in _split(list(missing), KEYS_PER_QUERY):
                missing.difference_update(found for found, _ in _select(connection, portion))
        return missing

    def add(self, encoder_id: str, hashes: Sequence[str], vectors: Vectors) -> None:
        """Keep these vectors, all or none; a text that has one already keeps it.

        Raises:
            InputError: other vectors of this encoder id have another dimension.
        """
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._connect(encoder_id) as connection:
            connection.execute("BEGIN IMMEDIATE")
            any_row = connection.execute("SELECT length(row) FROM vector LIMIT 1").fetchone()
            if any_row is not None and any_row[0] != rows.shape[1] * rows.itemsize:
                raise InputError(
                    f"The encoder {encoder_id} gave {any_row[0] // rows.itemsize} numbers a text before and gives "
                    f"{rows.shape[1]} now. Its model changed: delete {self.path_for(encoder_id)}."
                )
            connection.executemany(
                "INSERT OR IGNORE INTO vector VALUES (?, ?)",
                ((bytes.fromhex(key), row.tobytes()) for key, row in zip(hashes, rows, strict=True)),
            )
            connection.execute("COMMIT")

    def read(self, encoder_id: str, hashes: Sequence[str], into: Vectors | None = None) -> Vectors:
        """The vectors of these texts, in this order; a hash may occur more than once.

        Args:
            into: an array to fill (a memory map, say) instead of a new one.

        Raises:
            StoreError: a text has no vector.
        """
        start = 0
        for block in self.read_blocks(encoder_id, hashes):
            if into is None:
                into = np.empty((len(hashes), block.shape[1]), dtype=np.float32)
            into[start : start + len(block)] = block
            start += len(block)
        return np.empty((0, 0), dtype=np.float32) if into is None else into

    def read_blocks(self, encoder_id: str, hashes: Sequence[str], size: int = KEYS_PER_QUERY) -> Iterator[Vectors]:
        """The same vectors in blocks of a few hundred, so that memory does not grow with the number of texts.

        Raises:
            StoreError: some texts have no vector here.
        """
        if not hashes:
            return
        with self._connect(encoder_id) as connection:
            for portion in _split(hashes, min(size, KEYS_PER_QUERY)):
                found = dict(_select(connection, portion))
                if len(found) < len(set(portion)):
                    raise StoreError(f"The embedding cache lacks {len(set(portion)) - len(found)} texts. Encode again.")
                yield np.stack([np.frombuffer(found[key], dtype=np.float32) for key in portion])

    def ingest(self, path: Path) -> int:
        """Take in a file that `save_vectors` wrote; gives the number of its texts.

        Raises:
            InputError: the file is not one of those.
        """
        try:
            stored = read_arrays(path)
            encoder_id, hashes, vectors = str(stored["encoder"]), stored["hashes"], stored["vectors"]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{path} holds no embeddings that can be read ({error}). Take another file.") from error
        rows = vectors.astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        for start in range(0, len(rows), KEYS_PER_QUERY):
            part = slice(start, start + KEYS_PER_QUERY)
            self.add(encoder_id, [bytes(key).hex() for key in hashes[part]], rows[part])
        return len(rows)

    def path_for(self, encoder_id: str) -> Path:
        """The file of an encoder's vectors: a readable name, and a hash because ids may hold any character."""
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", encoder_id)[:80]
        return self._folder / f"{name}-{hash_text(encoder_id)[:8]}.sqlite"

    @contextmanager
    def _connect(self, encoder_id: str) -> Iterator[sqlite3.Connection]:
        path = self.path_for(encoder_id)
        connection = None
        try:
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            connection.execute("PRAGMA page_size = 16384")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(SCHEMA)
            yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The embedding cache {path} cannot be used ({error}). Check that there is room on the disk; "
                "or delete this file, and the texts are encoded again."
            ) from error
        finally:
            if connection is not None:
                connection.close()  # takes back a transaction that was not committed


def save_vectors(path: Path, encoder_id: str, texts: Sequence[str], vectors: Vectors) -> None:
    """Write vectors as float16 to a file that can be shipped and taken in with `VectorCache.ingest`."""
    keys = np.frombuffer(bytes.fromhex("".join(hash_text(text) for text in texts)), dtype=np.uint8).reshape(-1, 32)
    write_arrays(path, {"encoder": np.array(encoder_id), "hashes": keys, "vectors": vectors.astype(np.float16)})


def encode_cached(
    encoder: Encoder,
    texts: Sequence[str],
    cache: VectorCache,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Vectors:
    """The vectors of these texts, in their order, encoding only those that the cache lacks.

    Raises:
        WorkerError: cancelled; what was encoded until then stays in the cache.
    """
    fill_cache(encoder, texts, cache, progress, cancelled)
    if not texts:
        return np.empty((0, encoder.dimension), dtype=np.float32)
    return cache.read(encoder.id, [hash_text(text) for text in texts])


def fill_cache(
    encoder: Encoder,
    texts: Sequence[str],
    cache: VectorCache,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Encode the texts that the cache lacks, each distinct text once; gives their number.

    The encoder is not touched where nothing is missing, so that its model is not loaded. The longest texts go first:
    then the time left falls faster than it seemed, and want of memory shows at once.

    Raises:
        WorkerError: cancelled; what was encoded until then stays in the cache.
    """
    by_hash = {hash_text(text): text for text in texts}
    missing = cache.find_missing(encoder.id, list(by_hash))
    order = sorted(missing, key=lambda key: (-len(by_hash[key]), key))
    letters, done, seen = sum(len(by_hash[key]) for key in order) or 1, 0, 0
    for portion in _split(order, TEXTS_PER_COMMIT):
        if cancelled is not None and cancelled():
            raise WorkerError(f"Encoding was cancelled; {seen:,} of {len(order):,} new texts are kept.")
        cache.add(encoder.id, portion, encoder.encode([by_hash[key] for key in portion]))
        seen += len(portion)
        done += sum(len(by_hash[key]) for key in portion)
        if progress is not None:
            progress(done / letters, f"Encoded {seen:,} of {len(order):,} new texts")
    return len(order)


def _split(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


def _select(connection: sqlite3.Connection, hashes: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    marks = ",".join("?" * len(hashes))
    keys = [bytes.fromhex(key) for key in hashes]
    for key, row in connection.execute(f"SELECT text_hash, row FROM vector WHERE text_hash IN ({marks})", keys):
        yield key.hex(), row
