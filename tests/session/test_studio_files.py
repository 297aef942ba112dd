"""Open, save, recents, recovery and settings, as the window calls them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import FieldError
from app.domain.project import Project
from app.storage.settings import Settings, SettingsFile
from app.storage.show_formats import load
from tests.support.studio_desk import StudioDesk, new_project


def named(project: Project, name: str) -> Project:
    return replace(project, name=name)


@contextlib.asynccontextmanager
async def started(home: Path, path: Path | None = None) -> AsyncIterator[StudioDesk]:
    async with StudioDesk(home, path=path) as desk:
        yield desk


async def test_a_dot_in_the_name_is_no_suffix(tmp_path: Path) -> None:
    async with started(tmp_path) as desk:
        for given, kept in (("Show 1.5", "Show 1.5.tradewind"), ("Night.Tradewind", "Night.Tradewind"), ("old.json", "old.json.tradewind")):
            assert desk.studio.save_as(tmp_path / given)
            assert desk.studio.path == tmp_path / kept and (tmp_path / kept).exists()
            assert desk.studio.open(tmp_path / kept)


async def test_save_open_and_recent(tmp_path: Path) -> None:
    async with started(tmp_path) as desk:
        studio = desk.studio
        assert not studio.save(), "there is no file yet"
        studio.edit("Rename", lambda project: named(project, "one"))
        assert studio.save_as(tmp_path / "one")
        assert studio.path == tmp_path / "one.tradewind" and studio.title == "one"
        studio.edit("Rename", lambda project: named(project, "one more"))
        assert studio.save()
        assert load(tmp_path / "one.tradewind").project.name == "one more"
        studio.new()
        assert (str(studio.path), studio.project.name, studio.undo_title) == ("None", "Untitled show", "")
        assert studio.open(tmp_path / "one.tradewind")
        assert studio.project.name == "one more" and not studio.modified
        assert studio.recent == (tmp_path / "one.tradewind",)
    async with started(tmp_path) as desk:
        assert desk.studio.project.name == "one more", "the last show is opened again"
    async with started(tmp_path) as desk:
        desk.studio.change_setting("reopen_last", False)
    async with StudioDesk(tmp_path, settings={"reopen_last": False}) as desk:
        assert desk.studio.project.name == "Untitled show"


async def test_what_cannot_be_read_or_written_is_told_and_changes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tradewind"
    broken.write_text("{ not a show")
    async with started(tmp_path, broken) as desk:
        await desk.notice("project_file.damaged")
        assert desk.studio.project == new_project(Settings())
        assert not desk.studio.open(tmp_path / "nowhere.tradewind")
        await desk.notice("file.missing")
        desk.studio.edit("Rename", lambda project: named(project, "kept"))
        assert not desk.studio.save_as(tmp_path / "no such folder" / "x.tradewind")
        assert desk.studio.modified and desk.studio.path is None


async def test_a_clean_end_leaves_nothing_to_recover(tmp_path: Path) -> None:
    async with started(tmp_path) as desk:
        desk.studio.edit("Rename", lambda project: named(project, "given up"))
        assert await desk.studio.kept()
        assert len(list(desk.paths.recovery.glob("*.work"))) == 1
    assert list(desk.paths.recovery.iterdir()) == []
    async with started(tmp_path) as after:
        assert after.studio.recovery is None


async def test_settings_are_kept_and_refused_when_they_do_not_fit(tmp_path: Path) -> None:
    told: list[Settings] = []
    async with started(tmp_path) as desk:
        desk.studio.settings_changed.connect(told.append)
        desk.studio.change_setting("language", "zh_CN")
        desk.studio.change_setting("language", "zh_CN")
        with pytest.raises(FieldError):
            desk.studio.change_setting("autosave_s", 0)
        with pytest.raises(FieldError):
            desk.studio.change_setting("no such", 0)
    assert [settings.language for settings in told] == ["zh_CN"]
    kept, notices = SettingsFile(desk.paths.settings).load()
    assert kept.language == "zh_CN" and notices == ()
