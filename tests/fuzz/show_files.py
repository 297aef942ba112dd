"""Show files from strangers: SQLite with damaged bytes or rows, opened and salvaged, and text shows of earlier versions."""

import contextlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.base.errors import AppError
from app.domain.event import EventKind
from app.domain.program.project import starter_project
from app.storage.open_operation import OpenOperation
from app.storage.project_file import encode
from app.storage.salvage import salvage
from app.storage.show_file import ShowFile, read_only
from app.storage.show_formats import load
from app.storage.show_pictures import make_picture
from tests.fuzz.folders import folder, reads_file
from tests.fuzz.mutation import ODD_VALUES, spoiled, spoiled_json
from tests.fuzz.target import Call, Target
from tests.storage.test_show_file import created, full_featured_show
from tests.support.schedules import full_schedule
from tests.support.show_process import PNG
from tests.support.shows import full_show

STEPS = 50_000_000  # of SQLite per file; a file of this size needs less than a hundredth
_TABLES = ("products", "segments", "cards", "coupons", "markets")
_SCHEMAS = (
    "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
    "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
    "DROP TABLE parts",
    "DROP TABLE events",
    "ALTER TABLE products ADD COLUMN more TEXT",
    "CREATE TABLE more (x)",
    "DROP INDEX events_by_kind",
    "PRAGMA user_version = 99",
    "PRAGMA user_version = -1",
    "PRAGMA application_id = 7",
    "PRAGMA user_version = 1",
)


@dataclass(frozen=True)
class Spoiling:
    """The damage to a good file: statements with their values, then bytes at positions."""

    statements: tuple[tuple[str, tuple[Any, ...]], ...]
    content: bytes = b""  # the whole file, if its bytes are damaged


@cache
def _good() -> bytes:
    """Return a file with a small show that has every kind of content."""
    with folder() as place:
        path = place / "show.tradewind"
        show = replace(full_featured_show(), project=full_show(), schedule=full_schedule())
        with created(path, show) as file:
            for number, kind in enumerate(EventKind):
                file.log(kind, number, {"product": "p0", "units": 1, "minor": 5, "currency": "USD", "viewer": "v", "number": number})
            file.writer.add_picture(make_picture(PNG, 1))
        return path.read_bytes()


@cache
def _texts() -> tuple[tuple[str, str, Any], ...]:
    """(table, key, document) of all JSON in the good file."""
    with folder() as place:
        path = place / "show"
        path.write_bytes(_good())
        with contextlib.closing(sqlite3.connect(path)) as connection:
            rows = [("parts", key, data) for key, data in connection.execute("SELECT name, data FROM parts")]
            for table in _TABLES:
                rows += [(table, key, data) for key, data in connection.execute(f"SELECT id, data FROM {table}")]
            rows += [("events", str(key), data) for key, data in connection.execute("SELECT seq, data FROM events")]
    return tuple((table, key, json.loads(data)) for table, key, data in rows)


def _spoiling(rng: random.Random) -> Spoiling:
    if rng.random() < 0.4:
        return Spoiling((), spoiled(rng, _good(), (b"SQLite format 3\0", b"\xff" * 8, b"CREATE TABLE", b"\0" * 100)))
    statements: list[tuple[str, tuple[Any, ...]]] = []
    for _ in range(rng.choice((1, 1, 2, 5))):
        table, key, document = rng.choice(_texts())
        name = {"parts": "name", "events": "seq"}.get(table, "id")
        kind = rng.random()
        if kind < 0.6:
            text = spoiled_json(rng, document).encode("utf-8", "replace").decode()
            statements.append((f"UPDATE {table} SET data = ? WHERE {name} = ?", (text, key)))
        elif kind < 0.8:
            column = {"parts": ("name", "data"), "events": ("at_ms", "kind", "seq", "data")}.get(table, ("position", "id", "data"))
            value = rng.choice([*(one for one in ODD_VALUES if not isinstance(one, dict | list) and one != 2**70), b"\xff\xfe", 2**62, -5])
            statements.append((f"UPDATE OR REPLACE {table} SET {rng.choice(column)} = ? WHERE {name} = ?", (value, key)))
        else:
            statements.append((rng.choice(_SCHEMAS), ()))
    return Spoiling(tuple(statements))


def _made(spoiling: Spoiling, path: Path) -> None:
    path.write_bytes(spoiling.content or _good())
    if spoiling.content:
        return
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as foreign:
        for sql, values in spoiling.statements:
            with contextlib.suppress(sqlite3.Error):  # a value that the table refuses
                foreign.execute(sql, values)


def _shows(read: Callable[[Path], object]) -> Callable[[], AbstractContextManager[Call]]:
    @contextmanager
    def opened() -> Iterator[Call]:
        with folder() as place:

            def call(spoiling: Spoiling) -> object:
                inside = place / "one"
                inside.mkdir()
                path = inside / "show.tradewind"
                _made(spoiling, path)
                try:
                    return read(path)
                finally:
                    shutil.rmtree(inside)

            yield call

    return opened


def _read(path: Path) -> None:
    before = path.read_bytes()
    read_only(path, OpenOperation(max_steps=STEPS))
    load(path)
    assert path.read_bytes() == before


def _open(path: Path) -> None:
    """Open it like the window and read everything in it."""
    file = ShowFile.open(path, opening=OpenOperation(max_steps=STEPS))
    try:
        file.events()
        for picture in ("x", "y"):
            file.picture(picture)
        _ = file.identity
    finally:
        file.close()


def _salvage(path: Path) -> None:
    target = path.with_name("saved")
    found = salvage(path, target, lambda: starter_project(camera=None, microphone=False), OpenOperation(max_steps=STEPS))
    if found is not None:
        read_only(target)  # a salvaged show must be valid


TARGETS = (
    Target("show-read", _spoiling, _shows(_read), (AppError,), base=400_000, share=0.03),
    Target("show-open", _spoiling, _shows(_open), (AppError,), base=400_000, share=0.01),
    Target("show-salvage", _spoiling, _shows(_salvage), (AppError,), base=800_000, share=0.01),
    Target(
        "show-text",
        lambda rng: spoiled_json(rng, json.loads(encode(full_show()))),
        reads_file("show.tradewind", load),
        (AppError,),
        base=100_000,
        works_at_most=200,
        share=0.1,
    ),
)
