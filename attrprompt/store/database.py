"""Opens the database: SQLite in the home, or PostgreSQL for a team."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from attrprompt.errors import InputError, StoreError
from attrprompt.project import MAX_NAME_LENGTH
from attrprompt.records import UNSEEN
from attrprompt.store.checkpoints import PAGES_WITHIN_A_COMMIT, Checkpoints
from attrprompt.store.locks import hold_lock
from attrprompt.store.migrations import LATEST, migrate, read_version

Item = TypeVar("Item")

DATABASE_FILE = "studio.sqlite3"
BUSY_TIMEOUT_MILLISECONDS = 10_000
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "fuse.glusterfs", "9p")


class Database:
    """An engine whose write transactions take the write lock when they begin.

    SQLite lets a transaction read first and then refuses its write at once when somebody wrote in between;
    `BEGIN IMMEDIATE` waits instead. WAL with `synchronous=NORMAL` keeps every commit through the end of the process,
    `kill -9` included; a power cut may lose the last ones.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self.home = home
        file = home / DATABASE_FILE
        if url is None:
            _prepare_home(home)
            place: str | URL = URL.create("sqlite", database=str(file))  # a folder may be called 100%?
        else:
            place = url
        self.engine: Engine = create_engine(
            place, json_serializer=lambda data: json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        )
        self._opened = False
        self._checkpoints: Checkpoints | None = None
        if self.engine.dialect.name == "sqlite":
            self._checkpoints = Checkpoints(self.engine, Path(self.engine.url.database or file))
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        try:
            with self._opening():
                self._migrate()
            self._opened = True
        except DBAPIError as error:
            raise StoreError(
                f"The database in {home} cannot be used: {error.orig}. Check that the folder is writable and that its "
                "file is not damaged, or name another folder with --home."
            ) from error
        except OSError as error:
            raise StoreError(
                f"The folder {home} cannot be written to ({error.strerror}). Name another with --home."
            ) from error

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """SQLite turns a new file to WAL at the first connection; of two processes that do so at once one may fail."""
        if self.engine.dialect.name == "sqlite":
            with hold_lock(self.home / "locks" / "opening"):
                _refuse_empty(Path(self.engine.url.database or ""))
                yield
        else:
            yield

    def _migrate(self) -> None:
        with self.read() as connection:
            if read_version(connection) == LATEST:
                return  # the write lock is not waited for
        with self.write() as connection:
            migrate(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state and writes nothing.

        Raises:
            StoreError: the database gives no answer.
        """
        with self._telling(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock; all of it is kept or nothing.

        Raises:
            StoreError: the database takes nothing.
        """
        with (
            self._telling(),
            self.engine.connect().execution_options(attrprompt_write=True) as connection,
            connection.begin(),
        ):
            yield connection
        if self._checkpoints is not None:
            self._checkpoints.committed()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say what is wrong with the database itself; what is wrong with a value is a matter of who gave it."""
        try:
            yield
        except DatabaseError as error:
            if not self._opened or not (isinstance(error, OperationalError) or type(error) is DatabaseError):
                raise
            raise StoreError(
                f"The database cannot be used ({error.orig}). Make room on the disk, or end the program that holds it, "
                f"and try again; it lies in {self.home}."
            ) from error

    def close(self) -> None:
        """Give all connections back."""
        if self._checkpoints is not None:
            self._checkpoints.close()
        self.engine.dispose()


def _prepare_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "locks").mkdir(exist_ok=True)
        (home / "cache").mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {home} cannot be created ({error.strerror}). Name another with --home."
        ) from error
    file_system = find_file_system(home)
    if file_system in NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"The folder {home} lies on a network file system ({file_system}), where locks cannot be relied on. "
            "Choose a local folder with ATTRPROMPT_HOME, or PostgreSQL with ATTRPROMPT_DATABASE_URL."
        )


def _refuse_empty(file: Path) -> None:
    """A file without a byte was a database once: a disk ran full, or a copy broke off. A new one would hide that."""
    if file.is_file() and file.stat().st_size == 0:
        raise StoreError(
            f"The database {file} is empty (0 bytes), so what it held is lost. Put a copy of it back in its place, or "
            "delete the file to begin with an empty home."
        )


def find_file_system(folder: Path) -> str:
    """The type of the file system that holds this folder, empty where the system does not tell."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    resolved = str(folder.resolve())
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, mount, file_system, *_ = line.split(" ")
        mount = mount.replace("\\040", " ")
        inside = resolved == mount or resolved.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, file_system
    return kind


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
        f"wal_autocheckpoint={PAGES_WITHIN_A_COMMIT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("attrprompt_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`, so that a stream of any length is written with flat memory."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def check_name(name: str, of: str) -> str:
    """The name of a thing of this sort as it is kept and shown.

    Raises:
        InputError: there is none, or it is too long.
    """
    shown = " ".join(UNSEEN.sub("", " ".join(name.split())).split())
    if not shown:
        raise InputError(f"A {of} needs a name.")
    if len(shown) > MAX_NAME_LENGTH:
        raise InputError(f"This name has {len(shown)} characters; at most {MAX_NAME_LENGTH} are kept.")
    return shown
