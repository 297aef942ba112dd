"""The tables of a show file, with one small migration per version."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from app.storage.files import StorageError

APPLICATION_ID = 0x54725764  # "TrWd", shown by `file` and SQLite's tools
CURRENT = 2

ROW_TABLES = ("markets", "products", "segments", "cards", "coupons")


def from_0_to_1(connection: sqlite3.Connection) -> None:
    """The first tables: single parts, lists of rows, pictures, the log."""
    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    connection.execute("CREATE TABLE parts (name TEXT PRIMARY KEY, data TEXT NOT NULL)")
    for table in ROW_TABLES:
        connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, position INTEGER NOT NULL, data TEXT NOT NULL)")
    connection.execute(
        "CREATE TABLE pictures (id TEXT PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL, added_ms INTEGER NOT NULL)"
    )
    connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL)")
    connection.execute("CREATE INDEX events_by_kind ON events (kind, seq)")


def from_1_to_2(connection: sqlite3.Connection) -> None:
    """The plan became a part. No table changes, but an older version would lose it with the first edit, so it must not open the file."""
    connection.execute("INSERT OR IGNORE INTO parts VALUES ('schedule', '{}')")


MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {0: from_0_to_1, 1: from_1_to_2}


def read_version(connection: sqlite3.Connection, path: Path) -> int:
    """The file's version; raises StorageError if it is not a show or is of a newer version."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise StorageError("show_file.not_a_show", path=str(path))
    if version > CURRENT:
        raise StorageError("show_file.newer", path=str(path), version=version, known=CURRENT)
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to the current version in one transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == CURRENT:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, CURRENT):
            MIGRATIONS[step](connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {CURRENT}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
