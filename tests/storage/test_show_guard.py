"""Show files from strangers: foreign schemas are neither run nor opened, and our tables in them are salvaged."""

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.base.errors import AppError
from app.domain.event import EventKind
from app.storage.database import connect, plain_connection
from app.storage.files import StorageError
from app.storage.open_operation import EVERY_STEPS, OpenOperation, OpenStage
from app.storage.salvage import salvage
from app.storage.show_file import ShowFile, copy_closed, read_only
from app.storage.show_guard import MAX_FILE_BYTES
from app.storage.show_pictures import MAX_PICTURE_BYTES, make_picture
from app.storage.show_rows import MAX_ROWS
from tests.storage.test_show_damage import SAMPLES, make_starter_project, run_sql
from tests.storage.test_show_file import created, full_featured_show, opened
from tests.support.show_process import PNG

ORDERS = 3
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def create_show_with_orders(path: Path) -> None:
    """Create a show file with three orders in its log."""
    with created(path, full_featured_show()) as file:
        for number in range(ORDERS):
            file.log(EventKind.ORDER_PLACED, 1000 + number, {"order": f"o{number}", "product": "p0", "units": 1})
        file.writer.add_picture(make_picture(PNG, 5))


# Changes to the schema that a stranger could have made.
FOREIGN_SCHEMAS = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON events WHEN NEW.seq > 1 BEGIN DELETE FROM events WHERE seq > 1; END",
    "trigger on parts": "CREATE TRIGGER t BEFORE UPDATE ON parts BEGIN SELECT RAISE(IGNORE); END",
    "view": "CREATE VIEW more AS SELECT 1",
    "view in place of a table": f"DROP TABLE coupons; CREATE VIEW coupons AS {ENDLESS} SELECT i AS id, i AS position, '' AS data FROM n",
    "endless view": f"CREATE VIEW more AS {ENDLESS} SELECT count(*) FROM n",
    "table": "CREATE TABLE more (x)",
    "virtual table": "CREATE VIRTUAL TABLE more USING fts5(x)",
    "computed column": "ALTER TABLE products ADD COLUMN more GENERATED ALWAYS AS (zeroblob(1000000000)) VIRTUAL",
    "further column": "ALTER TABLE products ADD COLUMN more DEFAULT 5",
    "index on an expression": "CREATE INDEX more ON events (length(data))",
    "index on a part": "CREATE INDEX more ON events (seq) WHERE kind = 'order.placed'",
    "index of another name": "DROP INDEX events_by_kind; CREATE INDEX other ON events (kind, seq)",
    "check": "DROP TABLE meta; CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (length(value) < 9)) WITHOUT ROWID",
    "statistics": "ANALYZE",
}


def create_hostile_show(path: Path, script: str) -> None:
    create_show_with_orders(path)
    with contextlib.closing(sqlite3.connect(path)) as stranger:
        stranger.executescript(script)


@pytest.mark.parametrize("script", FOREIGN_SCHEMAS.values(), ids=FOREIGN_SCHEMAS.keys())
def test_a_file_with_a_foreign_schema_is_refused_and_its_orders_are_salvaged(tmp_path: Path, script: str) -> None:
    path, target = tmp_path / "show", tmp_path / "rescued"
    create_hostile_show(path, script)
    before = path.read_bytes()
    reads: tuple[Callable[[], object], ...] = (
        lambda: read_only(path),
        lambda: ShowFile.open(path),
        lambda: copy_closed(path, tmp_path / "copy"),
    )
    for read in reads:
        with pytest.raises(StorageError) as raised:
            read()
        assert raised.value.code == "show_file.foreign"
    assert path.read_bytes() == before
    salvaged = salvage(path, target, make_starter_project)
    assert salvaged is not None and (salvaged.events, salvaged.pictures, salvaged.project) == (ORDERS, 1, True)
    with opened(target) as file:
        assert (len(file.writer.show.products), file.last_seq) == (3 if "products" not in script else 0, ORDERS)


def test_a_trigger_added_while_open_cannot_delete_orders(tmp_path: Path) -> None:
    """SQLite refuses the statement that would fire the trigger, so the order stays in memory and is reported as unwritten."""
    path = tmp_path / "show"
    create_show_with_orders(path)
    with contextlib.closing(connect(path)) as connection:
        run_sql(path, FOREIGN_SCHEMAS["trigger"])
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"):
            connection.execute("INSERT INTO events VALUES (9, 9, 'order.placed', '{}')")
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (ORDERS,)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH ':memory:' AS other",
        "VACUUM INTO 'elsewhere'",
        "PRAGMA writable_schema = ON",
        "PRAGMA temp_store_directory = '/'",
        "CREATE TEMP TABLE x (y)",
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END",
        "SELECT load_extension('evil')",
        "SELECT zeroblob(9)",
        f"{ENDLESS} SELECT count(*) FROM n",
        "SELECT * FROM pragma_database_list",
    ],
)
@pytest.mark.parametrize("is_new", [False, True], ids=["opened", "created"])
def test_our_connections_refuse_other_statements(tmp_path: Path, sql: str, is_new: bool) -> None:
    path = tmp_path / "show"
    create_show_with_orders(path)
    connection = plain_connection(tmp_path / "new") if is_new else connect(path)
    with contextlib.closing(connection), pytest.raises(sqlite3.DatabaseError):
        connection.execute(sql).fetchall()


INVALID_VALUES: list[tuple[str, str, str]] = [
    ("UPDATE parts SET data = x'ff' WHERE name = 'project'", "show_file.value", "parts"),
    ("UPDATE parts SET name = x'00' WHERE name = 'desk'", "show_file.value", "parts"),
    ("UPDATE products SET id = NULL WHERE id = 'p1'", "show_file.value", "products"),
    ("UPDATE products SET id = x'70' WHERE id = 'p1'", "show_file.value", "products"),
    ("UPDATE products SET id = 'other' WHERE id = 'p1'", "show_file.value", "products"),
    ("UPDATE products SET position = 'first' WHERE id = 'p1'", "show_file.value", "products"),
    ("UPDATE products SET position = 9223372036854775807 WHERE id = 'p1'", "show_file.value", "products"),
    ("UPDATE products SET position = 1e300 WHERE id = 'p1'", "show_file.value", "products"),
    ("UPDATE products SET data = CAST(x'ff' AS TEXT) WHERE id = 'p1'", "show_file.damaged", ""),
    (f"UPDATE products SET data = '{'[' * 100_000}' WHERE id = 'p1'", "show_file.value", "products"),
    (f"UPDATE parts SET data = '{'[' * 100_000}' WHERE name = 'schedule'", "show_file.value", "schedule"),
    (f"UPDATE parts SET data = '{'[' * 100_000}' WHERE name = 'project'", "project_file.damaged", ""),
    ("UPDATE parts SET data = replace(data, '\"version\":2', '\"version\":1e999') WHERE name = 'project'", "project_file.damaged", ""),
    ("UPDATE parts SET data = replace(data, '\"opacity\":1.0', '\"opacity\":NaN') WHERE name = 'project'", "project_file.damaged", ""),
    ("UPDATE products SET data = printf('%.*c', 36000000, 'x') WHERE id = 'p1'", "show_file.damaged", ""),
    ("UPDATE events SET seq = 9223372036854775807 WHERE seq = 3", "show_file.value", "events"),
    (
        f"INSERT INTO coupons {ENDLESS.replace('FROM n', f'FROM n WHERE i <= {MAX_ROWS}')} SELECT 'c' || i, i, '{{}}' FROM n",
        "show_file.too_much",
        "coupons",
    ),
]


@pytest.mark.parametrize(("sql", "code", "table"), INVALID_VALUES, ids=[f"{number}" for number in range(len(INVALID_VALUES))])
def test_an_invalid_value_is_reported_and_the_rest_is_salvaged(tmp_path: Path, sql: str, code: str, table: str) -> None:
    path, target = tmp_path / "show", tmp_path / "rescued"
    create_show_with_orders(path)
    run_sql(path, sql)
    with pytest.raises(AppError) as raised:
        read_only(path)
    assert (raised.value.code, raised.value.data.get("table", "")) == (code, table)
    salvaged = salvage(path, target, make_starter_project)
    assert salvaged is not None and salvaged.events >= ORDERS - 1
    with opened(target) as file:
        assert len(file.writer.show.products) >= 2


def test_a_bad_event_or_picture_does_not_affect_the_others(tmp_path: Path) -> None:
    path = tmp_path / "show"
    create_show_with_orders(path)
    run_sql(path, "UPDATE events SET data = x'7b7d' WHERE seq = 1")
    run_sql(path, f"UPDATE events SET data = '{'[' * 100_000}' WHERE seq = 2")
    run_sql(path, "INSERT INTO events VALUES (7, 'noon', 'order.placed', '{}')")
    run_sql(path, "INSERT INTO pictures VALUES ('number', 'image/png', 1000000000, 0), ('kind', 'text/html', x'00', 0)")
    run_sql(path, f"INSERT INTO pictures VALUES ('large', 'image/png', zeroblob({MAX_PICTURE_BYTES + 1}), 0)")
    with opened(path) as file:
        assert [(event.seq, event.data) for event in file.events()] == [(1, {}), (2, {}), (3, {"order": "o2", "product": "p0", "units": 1})]
        assert [file.picture(picture_id) for picture_id in ("number", "large")] == [None, None]
        assert file.media_type("kind") == ""
        assert file.log(EventKind.OFF_AIR, 5, {}).seq == 8


def test_an_oversized_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "show"
    create_show_with_orders(path)
    os.truncate(path, MAX_FILE_BYTES + 1)  # a sparse file, which uses no disk space
    with pytest.raises(StorageError) as raised:
        read_only(path)
    assert raised.value.code == "show_file.too_large"


def test_reading_stops_at_the_step_limit_or_when_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file:
        for number in range(20_000):
            file.log(EventKind.LIKED, number, {"count": 1})
    with pytest.raises(StorageError) as raised:
        read_only(path, OpenOperation(max_steps=EVERY_STEPS))
    assert raised.value.code == "show_file.too_long"
    seen: list[OpenStage] = []
    cancelled = OpenOperation(seen.append)
    cancelled.cancel()
    for read in (lambda: ShowFile.open(path, opening=cancelled), lambda: copy_closed(path, tmp_path / "copy", cancelled)):
        with pytest.raises(StorageError) as raised:
            read()
        assert raised.value.code == "show_file.cancelled"
    assert seen == [OpenStage.CHECKING, OpenStage.CHECKING]
    with contextlib.closing(ShowFile.open(path)) as file:
        assert file.last_seq == 20_000


@pytest.mark.parametrize("sample", ["database-1.tradewind"])
def test_files_of_older_versions_still_open(tmp_path: Path, sample: str) -> None:
    path = tmp_path / "show"
    shutil.copy(SAMPLES / sample, path)
    assert read_only(path).show.project.name == "Autumn market"
    run_sql(path, FOREIGN_SCHEMAS["trigger"])
    with pytest.raises(StorageError) as raised:
        read_only(path)
    assert (raised.value.code, raised.value.data["reason"]) == ("show_file.foreign", "trigger t")


WRONG: tuple[object, ...] = (None, True, -1, 10**18, 1e300, "", "\0", "x" * 3000, [], {}, [[]], {"": None}, "9999-12-31T23:59:59")


def paths_in(value: object, prefix: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value in a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [prefix, *(path_in_document for key, child in children for path_in_document in paths_in(child, (*prefix, key)))]


def with_value_at(document: str, path_in_document: tuple[str | int, ...], value: object) -> str:
    """Return the document with the value at this path replaced."""
    wrapper = {"": json.loads(document)}
    parent: object = wrapper
    *parents, last = ("", *path_in_document)
    for key in parents:
        parent = parent[key]  # type: ignore[index]
    parent[last] = value  # type: ignore[index]
    return json.dumps(wrapper[""])


@pytest.mark.parametrize(
    ("table", "key", "row"),
    [
        ("parts", "name", "project"),
        ("parts", "name", "desk"),
        ("parts", "name", "schedule"),
        ("markets", "id", "US"),
        ("products", "id", "p1"),
        ("segments", "id", "s1"),
    ],
)
def test_a_wrong_value_anywhere_never_crashes_reading_or_salvage(tmp_path: Path, table: str, key: str, row: str) -> None:
    path = tmp_path / "show"
    create_show_with_orders(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        select, update = f"SELECT data FROM {table} WHERE {key} = ?", f"UPDATE {table} SET data = ? WHERE {key} = ?"
        document = stranger.execute(select, (row,)).fetchone()[0]
        refused = 0
        for number, path_in_document in enumerate(paths_in(json.loads(document))):
            wrong = WRONG[number % len(WRONG)]
            stranger.execute(update, (with_value_at(document, path_in_document, wrong), row))
            try:
                read_only(path)
            except AppError:
                refused += 1
            target = tmp_path / f"{number}"
            salvaged = salvage(path, target, make_starter_project)
            assert salvaged is not None and salvaged.events == ORDERS
            read_only(target)
            target.unlink()
    assert refused > 2
