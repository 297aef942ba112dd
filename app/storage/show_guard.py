"""Restricts what a show file from an unknown source may contain and do: exactly our tables, and only our own statements."""

import sqlite3
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from app.storage.files import StorageError
from app.storage.show_schema import MIGRATIONS, ROW_TABLES

MAX_FILE_BYTES = 4 * 1024**3  # five hundred products with an 8 MB photo each
MAX_VALUE_BYTES = 33 * 1024 * 1024  # the largest part (files.MAX_BYTES) with SQLite's overhead
MAX_ENTRIES = 64  # of the schema; ours has about twenty
KNOWN_TABLES = frozenset({"meta", "parts", "pictures", "events", *ROW_TABLES})

_SCHEMA = frozenset({"sqlite_master", "sqlite_schema"})
_INDEXES = frozenset({"events_by_kind"})
_FUNCTIONS = frozenset({"coalesce", "count", "length", "max", "min", "replace", "sum", "total", "typeof"})
_PRAGMAS = frozenset(
    {
        "application_id", "cell_size_check", "data_version", "fullfsync", "journal_mode", "quick_check", "synchronous", "trusted_schema",
        "user_version", "wal_checkpoint",
    }
)  # fmt: skip
_ALWAYS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT})
_ROWS = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_LIMITS: Mapping[int, int] = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 64,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 32,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 4,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


def restrict_connection(connection: sqlite3.Connection) -> None:
    """Call before the first statement. Nothing in the file can then run, and no value can exceed our limits."""
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)
    connection.set_authorizer(_allowed)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")  # finds a damaged page before its bytes are used


def _allowed(action: int, first: str | None, second: str | None, _database: str | None, inside: str | None) -> int:
    """SQLite's authorizer: asked about each thing that a statement does. `inside` is the trigger or view that does it."""
    fits = inside is None and (
        action in _ALWAYS
        or (action in _ROWS and (first in KNOWN_TABLES or first in _SCHEMA))
        or (action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
        or (action == sqlite3.SQLITE_CREATE_TABLE and first in KNOWN_TABLES)
        or (action == sqlite3.SQLITE_CREATE_INDEX and second in KNOWN_TABLES)
        or (action == sqlite3.SQLITE_REINDEX and first in _INDEXES)
    )
    return sqlite3.SQLITE_OK if fits else sqlite3.SQLITE_DENY


def check_size(path: Path) -> None:
    """Raise StorageError for a file larger than any show; raises OSError."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise StorageError("show_file.too_large", path=str(path), size_gb=round(size / 1024**3, 1), limit_gb=MAX_FILE_BYTES // 1024**3)


def check_schema(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Raise StorageError unless the file has exactly the tables of its version: no other table, view, trigger or computed column."""
    expected = _schema_of(version)
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchmany(MAX_ENTRIES)
    found = {(kind, name): (table, sql) for kind, name, table, sql in rows}
    for (kind, name), definition in found.items():
        if expected.get((kind, name)) != definition:
            raise StorageError("show_file.foreign", path=str(path), reason=f"{str(kind)[:20]} {str(name)[:60]}")
    for kind, name in expected:
        if (kind, name) not in found:
            raise StorageError("show_file.incomplete", path=str(path), part=name)


def intact_tables(connection: sqlite3.Connection, version: int) -> frozenset[str]:
    """Our tables in a file that are unchanged; raises sqlite3.Error."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchmany(MAX_ENTRIES)
    return frozenset(name for kind, name, table, sql in rows if kind == "table" and _schema_of(version).get((kind, name)) == (table, sql))


@cache
def _schema_of(version: int) -> Mapping[tuple[str, str], tuple[str, str | None]]:
    """The content of sqlite_schema after these migrations."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for step in range(version):
            MIGRATIONS[step](connection)
        rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    finally:
        connection.close()
    return {(kind, name): (table, sql) for kind, name, table, sql in rows}
