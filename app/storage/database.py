"""Opens SQLite connections to show files and translates SQLite's errors."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.storage.files import StorageError, storage_error
from app.storage.open_operation import OpenOperation
from app.storage.show_guard import restrict_connection

SQLITE_HEADER = b"SQLite format 3\0"
BUSY_MS = 2000  # another app that copies or scans the file holds it for a moment
COMPANIONS = ("-wal", "-shm", "-journal")

_NOT_TEXT = "Could not decode to UTF-8"  # Python's text; SQLite has no code for it
_CODES: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: "file.full",
    sqlite3.SQLITE_READONLY: "file.denied",
    sqlite3.SQLITE_PERM: "file.denied",
    sqlite3.SQLITE_AUTH: "show_file.foreign",
    sqlite3.SQLITE_INTERRUPT: "show_file.too_long",
    sqlite3.SQLITE_CORRUPT: "show_file.damaged",
    sqlite3.SQLITE_TOOBIG: "show_file.damaged",
    sqlite3.SQLITE_NOTADB: "show_file.damaged",
    sqlite3.SQLITE_BUSY: "show_file.busy",
    sqlite3.SQLITE_LOCKED: "show_file.busy",
}


def database_error(error: sqlite3.Error, path: Path) -> StorageError:
    """The StorageError for an SQLite error."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_CANTOPEN:
        return StorageError("file.denied" if path.exists() else "file.missing", path=str(path))
    reason = f"{error} ({getattr(error, 'sqlite_errorname', type(error).__name__)})"
    code = "show_file.damaged" if str(error).startswith(_NOT_TEXT) else _CODES.get(primary, "file.failed")
    return StorageError(code, path=str(path), reason=reason)


@contextlib.contextmanager
def as_storage_errors(path: Path, opening: OpenOperation | None = None) -> Iterator[None]:
    """Raise SQLite's and the system's errors as StorageErrors about this file."""
    try:
        yield
    except sqlite3.Error as error:
        if opening is not None and opening.cancelled:
            raise StorageError("show_file.cancelled", path=str(path)) from error
        raise database_error(error, path) from error
    except OSError as error:
        raise storage_error(error, path) from error


def is_database(path: Path) -> bool:
    """Whether the file starts like an SQLite database; raises StorageError if it cannot be read."""
    with as_storage_errors(path), path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER


def _connect(path: Path, opening: OpenOperation | None, *, mode: str, more: str = "") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}{more}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        if opening is not None:
            opening.watch(connection)
        restrict_connection(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path, opening: OpenOperation | None = None, *, create: bool = False) -> sqlite3.Connection:
    """A writable connection; opening it changes nothing. `opening` counts its steps."""
    return _connect(path, opening, mode="rwc" if create else "rw")


def make_durable(connection: sqlite3.Connection) -> None:
    """Make commits survive a power cut and not block readers."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # only matters on macOS, where fsync does not reach the drive


def connect_read_only(path: Path, opening: OpenOperation | None = None) -> sqlite3.Connection:
    """A connection that changes nothing; works even if the folder is read-only."""
    connection = _connect(path, opening, mode="ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():  # its changes must not be ignored
            raise
        connection = _connect(path, opening, mode="ro", more="&immutable=1")
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema")
        except BaseException:
            connection.close()
            raise
    except BaseException:
        connection.close()
        raise
    return connection


def plain_connection(path: Path) -> sqlite3.Connection:
    """A connection to a single-file database that nobody else uses; creates the file if needed."""
    connection = sqlite3.connect(path, isolation_level=None)
    restrict_connection(connection)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move everything into the one file, so that it can be copied alone. Only for the last connection."""
    connection.execute("PRAGMA journal_mode = DELETE")


def remove_database(path: Path) -> None:
    """Delete a database and its companion files; raises OSError."""
    for companion in COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def file_identity(path: Path) -> tuple[int, int] | None:
    """Which file this path points to. None = no file; (0, 0) = the system does not tell."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else (0, 0)
