"""Opening, saving, recent files, recovery and settings, as the window uses them."""

import contextlib
import itertools
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app.domain.base.errors import FieldError
from app.domain.base.notice import Severity
from app.domain.catalogue.product import Product
from app.domain.event import EventKind, ShowEvent
from app.domain.program.project import Project
from app.domain.show_editing import put_product, put_products, put_segment, segment_for
from app.domain.tables.product_import import match_products, plan_import
from app.session.tables.show_tables import PIECE, ExportKind
from app.storage.database import is_database
from app.storage.files import StorageError
from app.storage.open_operation import OpenOperation
from app.storage.settings import Settings, SettingsFile
from app.storage.show_file import ShowFile
from app.storage.show_formats import load
from app.storage.show_pictures import make_picture
from tests.support.show_process import PNG
from tests.support.studio_desk import StudioDesk, new_project
from tests.support.tables import read_table

T = TypeVar("T")
SAMPLES = Path(__file__).resolve().parents[1] / "storage" / "samples"


def with_name(project: Project, name: str) -> Project:
    return replace(project, name=name)


@contextlib.asynccontextmanager
async def started_desk(home: Path, path: Path | None = None) -> AsyncIterator[StudioDesk]:
    async with StudioDesk(home, path=path) as desk:
        yield desk


async def test_a_dot_in_the_name_is_not_a_suffix(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        for requested_name, file_name in (
            ("Show 1.5", "Show 1.5.tradewind"),
            ("Night.Tradewind", "Night.Tradewind"),
            ("old.json", "old.json.tradewind"),
        ):
            assert desk.studio.files.save_as(tmp_path / requested_name)
            assert desk.studio.document.path == tmp_path / file_name and (tmp_path / file_name).exists()
            assert desk.studio.files.open(tmp_path / file_name)


async def test_shows_are_saved_opened_and_listed_as_recent(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        assert not studio.files.save(), "a new show has no file"
        studio.document.edit("Rename", lambda project: with_name(project, "one"))
        assert studio.files.save_as(tmp_path / "one")
        assert studio.document.path == tmp_path / "one.tradewind" and studio.document.title == "one"
        studio.document.edit("Rename", lambda project: with_name(project, "one more"))
        assert studio.files.save()
        assert load(tmp_path / "one.tradewind").project.name == "one more"
        studio.files.new()
        assert (str(studio.document.path), studio.document.project.name, studio.document.undo_title) == ("None", "Untitled show", "")
        assert studio.files.open(tmp_path / "one.tradewind")
        assert studio.document.project.name == "one more" and not studio.document.modified
        assert studio.files.recent == (tmp_path / "one.tradewind",)
    async with started_desk(tmp_path) as desk:
        assert desk.studio.document.project.name == "one more", "the last show is reopened"
    async with started_desk(tmp_path) as desk:
        desk.studio.settings.change("reopen_last", False)
    async with StudioDesk(tmp_path, settings={"reopen_last": False}) as desk:
        assert desk.studio.document.project.name == "Untitled show"


async def test_a_failed_open_or_save_gives_a_notice_and_changes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tradewind"
    broken.write_text("{ not a show")
    async with started_desk(tmp_path, broken) as desk:
        await desk.notice("project_file.damaged")
        assert desk.studio.document.project == new_project(Settings())
        assert not desk.studio.files.open(tmp_path / "nowhere.tradewind")
        await desk.notice("file.missing")
        desk.studio.document.edit("Rename", lambda project: with_name(project, "kept"))
        assert not desk.studio.files.save_as(tmp_path / "no such folder" / "x.tradewind")
        assert desk.studio.document.modified and desk.studio.document.path is None


async def test_a_clean_exit_leaves_nothing_to_recover(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        desk.studio.document.edit("Rename", lambda project: with_name(project, "given up"))
        assert await desk.studio.autosave.wait_written()
        assert len(list(desk.paths.recovery.glob("*.work"))) == 1
    assert list(desk.paths.recovery.iterdir()) == []
    async with started_desk(tmp_path) as next_desk:
        assert next_desk.studio.files.recovered is None


async def test_an_edit_is_saved_automatically(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        assert studio.files.save_as(path)
        studio.document.edit_show("Add", lambda show: put_product(show, Product("fan", {"en": "Fan"})))
        assert not studio.document.modified
        assert await studio.autosave.wait_written()
        assert load(path).products == studio.document.show.products != ()
        studio.document.undo()
        assert await studio.autosave.wait_written()
        assert load(path).products == ()
        studio.document.redo()
        studio.engine.take(studio.document.project.scenes[0].id)
    assert load(path).products[0].id == "fan"
    assert [name for name in os.listdir(tmp_path) if "tradewind" in name] == ["shop.tradewind"]


async def test_the_log_and_the_pictures_are_part_of_the_show(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        appended: list[ShowEvent] = []
        studio.log.appended.connect(appended.append)
        studio.log.append(EventKind.VIEWER_LEFT, text="before it had a file")
        picture = studio.pictures.add(PNG)
        assert studio.files.save_as(path)
        studio.log.append(EventKind.PINNED, product="fan")
        assert studio.log.events() == tuple(appended)
        assert [event.seq for event in studio.log.events()] == [1, 2]
        assert studio.log.events({EventKind.PINNED}, after=1)[0].data == {"product": "fan"}
        assert (studio.pictures.get(picture), studio.pictures.media_type(picture)) == (PNG, "image/png")
        opened: list[int] = []
        studio.files.opened.connect(lambda: opened.append(len(studio.log.events())))
        studio.files.new()
        assert (studio.log.events(), studio.pictures.get(picture)) == ((), None)
        assert studio.files.open(path)
        assert opened == [0, 2]
        with pytest.raises(StorageError):
            studio.pictures.add(b"GIF89a")
        assert studio.pictures.get(picture) == PNG
    assert list(desk.paths.recovery.iterdir()) == []


async def test_a_show_open_in_another_desk_is_refused_with_a_notice_and_opens_as_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as first:
        assert first.studio.files.save_as(path)
        async with StudioDesk(tmp_path, settings={"reopen_last": False}) as second:
            assert not second.studio.files.open(path)
            notice = await second.notice("show_file.in_use")
            assert notice.severity is Severity.WARNING
            assert not second.studio.files.save_as(path)
            assert second.studio.files.open_copy(path)
            assert (second.studio.document.path, second.studio.document.title) == (None, "shop")
            second.studio.document.edit("Rename", lambda project: with_name(project, "the copy"))
            first.studio.document.edit("Rename", lambda project: with_name(project, "the first"))
            assert await second.studio.autosave.wait_written() and await first.studio.autosave.wait_written()
        assert load(path).project.name == "the first"
        assert first.studio.files.save()
    async with started_desk(tmp_path) as next_desk:
        assert next_desk.studio.document.path == path, "the first desk released its lock"


async def test_an_unwritable_file_gives_one_notice_and_the_show_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        assert studio.files.save_as(path)
        path.rename(tmp_path / "away")
        studio.document.edit("Rename", lambda project: with_name(project, "one"))
        await desk.until(lambda: studio.document.modified)
        studio.document.edit("Rename", lambda project: with_name(project, "two"))
        studio.log.append(EventKind.VIEWER_LEFT)
        assert not await studio.autosave.wait_written()
        assert [notice.code for notice in desk.heard if notice.severity is Severity.ERROR] == ["show_file.moved"]
        assert not studio.files.save()
        assert studio.document.modified
    async with started_desk(tmp_path) as next_desk:
        assert next_desk.studio.files.recovered is not None and next_desk.studio.files.recovered.project.name == "two"
        next_desk.studio.files.accept_recovery()
        assert (next_desk.studio.document.path, next_desk.studio.document.modified, len(next_desk.studio.log.events())) == (None, True, 1)
        assert next_desk.studio.files.save_as(path)
    assert load(path).project.name == "two"
    assert list(next_desk.paths.recovery.iterdir()) == []


async def test_a_file_that_becomes_writable_again_is_saved_without_asking(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        assert studio.files.save_as(path)
        path.rename(tmp_path / "away")
        studio.document.edit("Rename", lambda project: with_name(project, "one"))
        await desk.until(lambda: studio.document.modified)
        (tmp_path / "away").rename(path)
        studio.document.edit("Rename", lambda project: with_name(project, "two"))
        await desk.notice("show_file.written_again")
        await desk.until(lambda: not studio.document.modified)
        path.rename(tmp_path / "away")
        studio.document.edit("Rename", lambda project: with_name(project, "three"))
        await desk.until(lambda: studio.document.modified)
        assert studio.files.save_as(tmp_path / "elsewhere"), "the whole show is still in memory"
        assert not studio.document.modified
    assert load(tmp_path / "elsewhere.tradewind").project.name == "three"
    assert not desk.paths.recovery.exists(), "no recovery file was needed"


async def test_backups_are_made_on_opening_and_open_as_copies(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        assert desk.studio.files.save_as(path)
        desk.studio.pictures.add(PNG)
    async with started_desk(tmp_path, path) as desk:
        studio = desk.studio
        studio.document.edit("Rename", lambda project: with_name(project, "a mistake"))
        assert await studio.autosave.wait_written()
        await desk.until(lambda: len(studio.files.backups()) == 1)
        (backup,) = studio.files.backups()
        assert studio.files.restore(backup)
        assert (studio.document.path, studio.document.title, studio.document.modified) == (None, "shop", True)
        assert studio.pictures.get(make_picture(PNG, 0).id) == PNG
        assert studio.files.save_as(tmp_path / "shop again")
        assert studio.files.backups() == ()
        assert studio.files.open(path) and studio.document.project.name == "a mistake"
        assert studio.files.backups() == (backup,), "opening makes at most one backup a day"


async def test_a_copy_contains_changes_made_while_copying(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        assert studio.files.save_as(tmp_path / "one")
        studio.log.append(EventKind.LIKED, count=1)

        def wait(name: str, opening: OpenOperation, work: Callable[[], T]) -> T:
            done = work()
            studio.log.append(EventKind.ORDER_PLACED, order="o1", product="p", units=1, minor=500, currency="USD")
            studio.document.apply_external(lambda show: put_product(show, Product("p", {"en": "Fan"})))
            return done

        studio.files.show_progress_with(wait)
        assert studio.files.save_as(tmp_path / "two")
        assert [event.kind for event in studio.log.events()] == [EventKind.LIKED, EventKind.ORDER_PLACED]
        assert await studio.autosave.wait_written()
    assert [product.id for product in load(tmp_path / "two.tradewind").products] == ["p"]
    with contextlib.closing(ShowFile.open(tmp_path / "two.tradewind")) as file:
        assert [(event.seq, event.data.get("order")) for event in file.events()] == [(1, None), (2, "o1")]


async def test_opening_can_be_cancelled_and_only_one_show_opens_at_a_time(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        for name in ("one", "two"):
            studio.files.new()
            studio.document.edit("Rename", lambda project, name=name: with_name(project, name))  # type: ignore[misc]
            assert studio.files.save_as(tmp_path / name)
        inner: list[bool] = []

        def cancelled(name: str, opening: OpenOperation, work: Callable[[], T]) -> T:
            opening.cancel()
            return work()

        def late(name: str, opening: OpenOperation, work: Callable[[], T]) -> T:
            opening.listen(lambda stage: opening.cancel() if stage == "reading" else None)
            return work()

        def again(name: str, opening: OpenOperation, work: Callable[[], T]) -> T:
            inner.append(studio.files.open(tmp_path / "two.tradewind"))
            return work()

        codes: list[str] = []
        studio.notices.connect(lambda notice: codes.append(notice.code) if notice.severity is not Severity.INFO else None)
        for wait in (cancelled, late):
            studio.files.show_progress_with(wait)
            assert not studio.files.open(tmp_path / "one.tradewind")
            assert not studio.files.save_as(tmp_path / "three") or wait is late
            assert studio.document.title in ("two", "three")
        studio.files.show_progress_with(again)
        assert codes == []
        assert studio.files.open(tmp_path / "one.tradewind")
        assert (studio.document.title, inner, codes) == ("one", [False], ["show_file.one_at_a_time"])


async def test_an_old_text_show_is_converted_and_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "Autumn.tradewind"
    before = (SAMPLES / "version-1.tradewind").read_bytes()
    path.write_bytes(before)
    async with started_desk(tmp_path, path) as desk:
        notice = await desk.notice("show_file.converted")
        assert notice.data["kept"] == str(tmp_path / "Autumn.json.bak")
        assert (desk.studio.document.path, desk.studio.document.project.name, desk.studio.document.modified) == (
            path,
            "Autumn market",
            False,
        )
    assert (tmp_path / "Autumn.json.bak").read_bytes() == before
    assert is_database(path)


async def test_the_readable_parts_of_a_damaged_file_open_as_a_new_show(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        products = tuple(Product(f"p{number}", {"en": "x" * 300}) for number in range(300))
        desk.studio.document.edit_show("Add", lambda show: put_products(show, products))
        assert desk.studio.files.save_as(path)
    content = bytearray(path.read_bytes())
    content[-40960:-36864] = bytes(4096)
    path.write_bytes(content)
    async with started_desk(tmp_path, path) as desk:
        await desk.notice("show_file.damaged")
        notice = await desk.notice("show_file.salvaged")
        assert 200 < int(notice.data["things"]) <= 300
        assert (desk.studio.document.path, desk.studio.document.title, desk.studio.document.modified) == (None, "shop", True)
        assert len(desk.studio.document.show.products) == notice.data["things"]
    assert path.read_bytes() == content


async def test_saving_over_another_show_keeps_a_backup_of_it(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        for name in ("one", "two"):
            desk.studio.files.new()
            desk.studio.document.edit("Rename", lambda project, name=name: with_name(project, name))  # type: ignore[misc]
            assert desk.studio.files.save_as(tmp_path / name)
        assert desk.studio.files.save_as(tmp_path / "one")
        assert desk.studio.document.path == tmp_path / "one.tradewind"
    assert load(tmp_path / "one.tradewind").project.name == "two"
    assert load(tmp_path / "one.tradewind.bak").project.name == "one"


async def test_events_wait_until_a_working_file_can_be_created(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, settings={"reopen_last": False}) as desk:
        studio, folder = desk.studio, desk.paths.recovery
        assert await studio.autosave.wait_written(), "there is nothing to save"
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("in the way")
        appended: list[ShowEvent] = []
        studio.log.appended.connect(appended.append)
        studio.log.append(EventKind.ORDER_PLACED, order="A1", product="fan", units=1, minor=500, currency="USD", at_ms=5, source="x")
        assert not await studio.autosave.wait_written()
        studio.log.append(EventKind.PINNED, product="fan")
        assert not await studio.autosave.wait_written()
        assert (studio.log.events(), appended) == ((), [])
        assert len([notice for notice in desk.heard if notice.severity is Severity.ERROR]) == 1, "one error is reported"
        folder.unlink()
        assert await studio.autosave.wait_written()
        assert [event.kind for event in appended] == [EventKind.ORDER_PLACED, EventKind.PINNED]
        assert studio.log.events() == tuple(appended)


async def test_waiting_events_are_saved_to_the_users_file(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, settings={"reopen_last": False}) as desk:
        studio, folder = desk.studio, desk.paths.recovery
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("in the way")
        studio.log.append(EventKind.PINNED, product="fan")
        assert studio.files.save_as(tmp_path / "shop")
        assert [event.kind for event in studio.log.events()] == [EventKind.PINNED]
        assert await studio.autosave.wait_written()


async def test_a_log_is_exported_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    events = ShowFile.events

    def counting_events(file: ShowFile, *arguments: Any) -> tuple[ShowEvent, ...]:
        found = events(file, *arguments)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(ShowFile, "events", counting_events)
    async with started_desk(tmp_path) as desk:
        for number in range(2 * PIECE + 5):
            desk.studio.log.append(EventKind.PINNED, product=str(number))
        assert await desk.studio.tables.export(ExportKind.EVENTS, tmp_path / "events.csv")
        rows = read_table(tmp_path / "events.csv").rows
    assert [int(row[0]) for row in rows] == list(range(1, 2 * PIECE + 6))
    assert max(sizes) == PIECE


async def test_everything_can_be_exported_and_imported_again(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        studio = desk.studio
        fan = Product("fan", {"en": "Fan"}, sku="=F")
        studio.document.edit_show("Add", lambda show: put_product(show, fan))
        studio.document.edit_show("Add", lambda show: put_segment(show, segment_for(fan)))
        studio.log.append(EventKind.ORDER_PLACED, order="A1", product="fan", units=1, minor=500, currency="USD", at_ms=5, source="x")
        for what in ExportKind:
            assert await studio.tables.export(what, tmp_path / f"{what.value}.xlsx")
            assert not await studio.tables.export(what, tmp_path / "none" / "x.csv")
        table = read_table(tmp_path / "products.xlsx")
        plan = plan_import(table, match_products(table, studio.document.show), studio.document.show)
        assert (plan.unchanged, plan.faults) == (1, ())
        assert [len(read_table(tmp_path / f"{what.value}.xlsx").rows) for what in ExportKind] == [1, 1, 1, 1]


async def test_settings_are_saved_and_invalid_ones_refused(tmp_path: Path) -> None:
    changes: list[Settings] = []
    async with started_desk(tmp_path) as desk:
        desk.studio.settings.changed.connect(changes.append)
        desk.studio.settings.change("language", "zh_CN")
        desk.studio.settings.change("language", "zh_CN")
        with pytest.raises(FieldError):
            desk.studio.settings.change("backup_every_min", 0)
        with pytest.raises(FieldError):
            desk.studio.settings.change("no such", 0)
    assert [settings.language for settings in changes] == ["zh_CN"]
    loaded_settings, notices = SettingsFile(desk.paths.settings).load()
    assert loaded_settings.language == "zh_CN" and notices == ()


async def test_a_show_opens_despite_wrong_values_in_its_log(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    async with started_desk(tmp_path) as desk:
        assert desk.studio.files.save_as(path)
    wrong_values: list[object] = [None, True, -1, 10**18, 1e300, "", "\0", "9999", [], [5], {}, {"a": None}]
    names = ("product", "viewer", "units", "segment", "item", "card", "type", "text", "ends_ms", "coupon", "codes", "count", "occurrence")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for number, (kind, value) in enumerate(itertools.product(EventKind, wrong_values), 1):
            row = (number, 1_800_000_000_000 + number, kind.value, json.dumps(dict.fromkeys((*names, "date", "left_s", "until_ms"), value)))
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?)", row)
        connection.commit()
    async with started_desk(tmp_path, path) as desk:
        assert (desk.studio.document.path, desk.studio.log.last_seq() >= len(EventKind) * len(wrong_values)) == (path, True)
        desk.studio.log.append(EventKind.LIKED, count=1)
        assert await desk.studio.autosave.wait_written()
