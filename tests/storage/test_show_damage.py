"""Truncated, overwritten, foreign, newer, older, read-only or missing show files, and full drives: reported without further damage."""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from app.domain.base.errors import AppError
from app.domain.base.money import Money
from app.domain.catalogue.product import Product
from app.domain.event import EventKind
from app.domain.planning.schedule import Schedule
from app.domain.program.project import Project, starter_project
from app.domain.show import Show
from app.storage.files import StorageError
from app.storage.project_file import encode
from app.storage.salvage import salvage
from app.storage.show_file import ShowFile, read_only, write_new
from app.storage.show_formats import converted, load
from app.storage.show_pictures import make_picture
from app.storage.show_schema import APPLICATION_ID, CURRENT, MIGRATIONS
from tests.storage.test_show_file import created, full_featured_show, opened
from tests.support.schedules import full_schedule
from tests.support.show_process import PNG
from tests.support.shows import full_show
from tests.support.small_drive import needs_root, small_drive, write_protect

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).parent / "samples"

# Edits a show with a limit on its file size.
EDIT_WITH_SIZE_LIMIT = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from app.domain.catalogue.product import Product
from app.storage.files import StorageError
from app.storage.show_file import ShowFile
file = ShowFile.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
before = file.writer.show
file.writer.put(replace(before, products=tuple(Product(f"p{n}", {"en": "x" * 1000}) for n in range(1000)), segments=()))
try:
    file.writer.flush()
except StorageError as error:
    print(error.code, file.writer.written is before)
"""


def make_starter_project() -> Project:
    return starter_project(camera=None, microphone=False)


def create_big_show(path: Path, products: int = 400) -> Show:
    """Create and close a show file of many pages, with a log and pictures."""
    show = replace(
        full_featured_show(), products=tuple(Product(f"p{number}", {"en": f"Product {number} " + "x" * 300}) for number in range(products))
    )
    with created(path, show) as file:
        for number in range(200):
            file.log(EventKind.VIEWER_LEFT, number, {"number": number, "text": "y" * 50})
        for number in range(5):
            file.writer.add_picture(make_picture(PNG + bytes([number]) * 9000, number))
    return show


def run_sql(path: Path, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()


INVALID: list[tuple[str, str]] = [
    (f"PRAGMA user_version = {CURRENT + 1}", "show_file.newer"),
    ("PRAGMA application_id = 7", "show_file.not_a_show"),
    ("DELETE FROM parts WHERE name = 'project'", "show_file.incomplete"),
    ("UPDATE parts SET data = '{' WHERE name = 'project'", "project_file.cut_off"),
    ("UPDATE parts SET data = '[]' WHERE name = 'desk'", "show_file.value"),
    ("UPDATE parts SET data = '{' WHERE name = 'schedule'", "show_file.value"),
    ("UPDATE parts SET data = replace(data, '2027-03-05T20:00:00', 'Friday') WHERE name = 'schedule'", "show_file.value"),
    ("UPDATE parts SET data = replace(data, '2027-03-05T20:00:00', '2027-03-05T20:00:00Z') WHERE name = 'schedule'", "show_file.value"),
    ('UPDATE parts SET data = replace(data, \'"id":"host"\', \'"id":"us"\') WHERE name = \'schedule\'', "show.duplicate_id"),
    ("UPDATE products SET data = '{}' WHERE id = 'p1'", "show_file.value"),
    ("UPDATE products SET data = replace(data, 'USD', 'usd') WHERE id = 'p1'", "show_file.value"),
    ("UPDATE segments SET data = replace(data, 'p0', 'p9')", "show.no_product"),
    ("DROP TABLE coupons", "show_file.incomplete"),
]


@pytest.mark.parametrize(("sql", "code"), INVALID)
def test_an_invalid_file_is_reported_and_left_unchanged(tmp_path: Path, sql: str, code: str) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()):
        pass
    run_sql(path, sql)
    before = path.read_bytes()
    for read in (lambda: read_only(path), lambda: load(path), lambda: ShowFile.open(path)):
        with pytest.raises(AppError) as raised:
            read()
        assert (raised.value.code, raised.value.data["path"]) == (code, str(path))
    assert without_change_counters(path.read_bytes()) == without_change_counters(before)
    assert [file.name for file in tmp_path.iterdir()] == ["show"]


def without_change_counters(content: bytes) -> bytes:
    """Return a database file without the header fields that SQLite itself changes: the journal mode and the counters."""
    return content[:18] + content[20:24] + content[28:92] + content[100:]


def test_a_truncated_file_is_reported_and_left_unchanged(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    create_big_show(whole)
    content = whole.read_bytes()
    codes = set()
    for length in [0, 1, 15, 16, 100, 4095, 4096, *range(5000, len(content) - 1, len(content) // 40)]:
        path = tmp_path / "cut"
        path.write_bytes(content[:length])
        with pytest.raises(AppError) as raised:
            ShowFile.open(path) if length >= 16 else load(path)
        codes.add(raised.value.code)
        assert path.stat().st_size == length
        path.unlink()
    assert codes <= {"show_file.damaged", "project_file.empty", "project_file.cut_off", "project_file.damaged", "show_file.not_a_show"}
    assert "show_file.damaged" in codes


def test_most_of_a_damaged_file_is_salvaged(tmp_path: Path) -> None:
    path = tmp_path / "show"
    show = create_big_show(path)
    content = bytearray(path.read_bytes())
    counts, rng = [], random.Random(3)
    for _ in range(12):
        broken = tmp_path / "broken"
        page = rng.randrange(2, len(content) // 4096)
        broken.write_bytes(content[: page * 4096] + bytes(4096) + content[(page + 1) * 4096 :])
        target = tmp_path / "rescued"
        found = salvage(broken, target, make_starter_project)
        if found is not None:
            counts.append(found.things)
            salvaged = read_only(target)
            assert {product.id for product in salvaged.show.products} <= {product.id for product in show.products}
            assert salvaged.last_seq <= 200
            target.unlink()
    assert len(counts) >= 8
    assert max(counts) > 300


def test_the_readable_part_of_a_damaged_plan_is_salvaged(tmp_path: Path) -> None:
    path, target = tmp_path / "show", tmp_path / "rescued"
    with created(path, full_featured_show()):
        pass
    for wrong in ("'2027-03-05T20:00:00', '2027-03-05T20:00:00Z'", '\'"rest_hours":12\', \'"rest_hours":"many"\''):
        run_sql(path, f"UPDATE parts SET data = replace(data, {wrong}) WHERE name = 'schedule'")
    run_sql(path, "UPDATE parts SET data = replace(data, '\"id\":\"us\"', '\"id\":5') WHERE name = 'schedule'")
    assert salvage(path, target, make_starter_project) is not None
    plan, whole = read_only(target).show.schedule, full_schedule()
    assert [airing.id for airing in plan.airings] == ["gala"]
    assert [party.id for party in plan.parties] == ["de", "host", "voice"]
    assert plan.airings[0].party_ids == ("host",)
    assert (plan.reminders, plan.festival_changes, plan.zone_tables) == (whole.reminders, whole.festival_changes, whole.zone_tables)
    assert (plan.rest_hours, plan.quiet_hours, plan.done) == (Schedule().rest_hours, whole.quiet_hours, whole.done)


@pytest.mark.parametrize("data", ["", "{", "[]", "null", '{"airings": 5, "parties": [[]], "priorities": null}'])
def test_a_show_with_an_invalid_plan_is_salvaged_without_it(tmp_path: Path, data: str) -> None:
    path, target = tmp_path / "show", tmp_path / "rescued"
    with created(path, full_featured_show()):
        pass
    run_sql(path, f"UPDATE parts SET data = '{data}' WHERE name = 'schedule'")
    assert salvage(path, target, make_starter_project) is not None
    assert read_only(target).show == replace(full_featured_show(), schedule=Schedule())


def test_a_salvage_that_finds_nothing_writes_no_file(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"SQLite format 3\0", b"SQLite format 3\0" + os.urandom(9000), os.urandom(9000))):
        path = tmp_path / f"broken-{number}"
        path.write_bytes(content)
        assert salvage(path, tmp_path / "target", make_starter_project) is None
        assert not (tmp_path / "target").exists()


def test_a_truncated_picture_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "show"
    create_big_show(path, 3)
    run_sql(path, "UPDATE pictures SET content = substr(content, 1, 50) WHERE rowid = 2")
    found = salvage(path, tmp_path / "target", make_starter_project)
    assert found is not None and (found.pictures, found.events, found.project) == (4, 200, True)


def test_every_version_has_a_migration_to_the_next() -> None:
    assert sorted(MIGRATIONS) == list(range(CURRENT))


def test_a_file_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "show"
    shutil.copy(SAMPLES / "database-1.tradewind", path)
    with opened(path) as file:
        show = file.writer.show
        assert (show.project.name, show.presentation.market_id) == ("Autumn market", "US")
        assert [product.id for product in show.products] == ["fan", "cup"]
        assert (show.products[0].prices[0].price, show.products[0].stock[0].units) == (Money(1999, "USD"), 1200)
        assert [segment.product_id for segment in show.segments] == ["", "fan"]
        assert ([market.id for market in show.markets], show.cards[0].words["zh"], show.coupons[0].codes) == (
            ["US", "JP"],
            "包邮",
            ("A", "B"),
        )
        assert [event.kind for event in file.events()] == [EventKind.SHOW_STARTED, EventKind.ORDER_PLACED]
        assert file.picture(make_picture(PNG + b"x" * 100, 1).id) is not None
        assert show.schedule == Schedule()
        file.writer.put(replace(show, schedule=full_schedule()))
    assert read_only(path).show.schedule == full_schedule()
    assert (tmp_path / "show.version-1.bak").read_bytes()[:15] == b"SQLite format 3"
    with contextlib.closing(sqlite3.connect(tmp_path / "show.version-1.bak")) as backup:
        assert backup.execute("PRAGMA user_version").fetchone() == (1,)
        assert backup.execute("SELECT count(*) FROM products").fetchone() == (2,)


def test_a_failed_migration_leaves_the_older_file_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "show"
    shutil.copy(SAMPLES / "database-1.tradewind", path)
    monkeypatch.setitem(cast(dict[int, Any], MIGRATIONS), 1, MIGRATIONS[0])  # fails because the tables already exist
    with pytest.raises(StorageError) as raised:
        ShowFile.open(path)
    assert raised.value.code == "file.failed"
    backup = tmp_path / "show.version-1.bak"
    for one in (path, backup):
        with contextlib.closing(sqlite3.connect(one)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (1,)
            assert connection.execute("SELECT count(*) FROM products").fetchone() == (2,)


def test_a_text_show_is_converted_to_a_database_and_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "Autumn.tradewind"
    shutil.copy(SAMPLES / "version-1.tradewind", path)
    before = path.read_bytes()
    assert load(path).project.name == "Autumn market"
    assert path.read_bytes() == before
    backup = converted(path)
    assert backup == tmp_path / "Autumn.json.bak" and backup.read_bytes() == before
    assert converted(path) is None
    assert load(path).project.name == "Autumn market"
    path.write_bytes(encode(full_show("again")))
    assert converted(path) == tmp_path / "Autumn.2.json.bak"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["Autumn.2.json.bak", "Autumn.json.bak", "Autumn.tradewind"]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_broken_text_show_is_not_converted(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    path.write_text("{ not a show")
    with pytest.raises(StorageError):
        converted(path)
    assert [file.name for file in tmp_path.iterdir()] == ["show.tradewind"]


def test_a_moved_file_is_reported_and_written_once_it_is_back(tmp_path: Path) -> None:
    path, away = tmp_path / "show", tmp_path / "away"
    write_new(path, full_featured_show())
    with opened(path) as file:
        path.rename(away)
        assert file.events() == ()
        file.writer.put(full_featured_show(5))
        with pytest.raises(StorageError) as raised:
            file.writer.flush()
        assert raised.value.code == "show_file.moved"
        away.rename(path)
        file.writer.flush()
        assert file.writer.error is None
    assert read_only(path).show == full_featured_show(5)


def test_a_file_changed_by_another_process_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file:
        run_sql(path, "UPDATE segments SET position = 5")
        file.writer.put(full_featured_show(5))
        with pytest.raises(StorageError) as raised:
            file.writer.flush()
        assert raised.value.code == "show_file.changed_elsewhere"
    assert len(read_only(path).show.products) == 3


def test_a_file_can_be_written_and_closed_while_another_process_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file, contextlib.closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM products").fetchone() == (3,)
        file.writer.put(full_featured_show(5))
        file.writer.flush()
        assert file.close() is None
    assert len(read_only(path).show.products) == 5


def test_the_writer_survives_text_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file:
        file.writer.put(replace(full_featured_show(), products=(Product("p0", {"en": "half a pair \ud800"}),)))
        with pytest.raises(StorageError) as raised:
            file.writer.flush()
        assert raised.value.code == "show_file.unwritable"
        file.writer.put(full_featured_show(4))
        file.writer.flush()
    assert read_only(path).show == full_featured_show(4)


def test_a_file_size_limit_is_reported_and_the_file_stays_valid(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()):
        pass
    completed = subprocess.run(
        [sys.executable, "-c", EDIT_WITH_SIZE_LIMIT, str(path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert completed.stdout.split() in (["file.full", "True"], ["file.failed", "True"]), completed.stderr
    with opened(path) as file:
        assert file.writer.show == full_featured_show()


@needs_root
def test_a_full_drive_is_reported_without_loss_and_writing_resumes(tmp_path: Path) -> None:
    with small_drive(tmp_path / "drive", 1024) as drive:
        with created(drive / "show", full_featured_show()) as file:
            filler = drive / "filler"
            with contextlib.suppress(OSError), filler.open("wb") as full:
                while True:
                    full.write(bytes(1024))
                    full.flush()
            larger_show = replace(full_featured_show(), products=tuple(Product(f"p{number}", {"en": "x" * 500}) for number in range(300)))
            file.writer.put(larger_show)
            file.log(EventKind.VIEWER_LEFT, 1, {"kept": True})
            picture = make_picture(PNG * 100, 1)
            file.writer.add_picture(picture)
            with pytest.raises(StorageError) as raised:
                file.writer.flush()
            assert raised.value.code == "file.full"
            assert file.writer.written == full_featured_show()
            assert (file.events()[0].data, file.picture(picture.id)) == ({"kept": True}, picture.content)
            filler.unlink()
            file.writer.flush()
        content = read_only(drive / "show")
        assert (content.show, content.last_seq) == (larger_show, 1)


@needs_root
def test_a_file_on_a_read_only_drive_opens_and_reports_at_the_first_change(tmp_path: Path) -> None:
    with small_drive(tmp_path / "drive", 4096) as drive:
        path = drive / "show"
        write_new(path, full_featured_show())
        write_protect(drive, on=True)
        assert load(path) == full_featured_show()
        with opened(path) as file:
            assert file.writer.show == full_featured_show()
            writable = [file.writer.connected]
            file.writer.flush()
            file.writer.put(full_featured_show(5))
            with pytest.raises(StorageError) as raised:
                file.writer.flush()
            assert raised.value.code == "file.denied"
            file.log(EventKind.VIEWER_LEFT, 1, {})
            assert len(file.events()) == 1
            write_protect(drive, on=False)
            file.writer.flush()
            assert len(file.events()) == 1, "the reader sees the written event"
            writable.append(file.writer.connected)
            assert writable == [False, True]
        assert read_only(path).show == full_featured_show(5)
