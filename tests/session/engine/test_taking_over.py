"""A desk that finds a running engine takes over its show; also the delays between restarts."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.catalogue.product import Product
from app.domain.event import EventKind
from app.domain.program.project import Project, starter_project
from app.domain.show import Show
from app.session.base.processes import DELAYS_S, restart_backoff
from app.session.document.open_show import make_open_show
from app.session.room.room_link import RoomState
from app.storage.show_file import ShowFile
from app.storage.show_formats import load
from app.storage.working_files import WorkingFiles
from tests.support.studio_desk import ROOT, StudioDesk, paths_in

START = starter_project(camera=None, microphone=False)


def make_project(name: str, bitrate: int) -> Project:
    output = replace(START.output, video=replace(START.output.video, bitrate_kbps=bitrate))
    return replace(START, name=name, output=output)


class FilesDesk:
    """A desk with only its files and without a loop; writer reports are ignored."""

    def __init__(self, home: Path) -> None:
        self.notices: list[Notice] = []
        opened = make_open_show(
            paths=paths_in(home), clock=SystemClock(), new_show=lambda: Show(START), notify=self.notices.append, post=lambda what: None
        )
        self.document, self.log, self.files = opened.document, opened.log, opened.files
        self.files.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.files.close(keep_work=False)


def leave_working_file(home: Path, project: Project, *events: EventKind) -> None:
    """Write a working file as a killed desk leaves it: complete and unlocked."""
    own = WorkingFiles(paths_in(home).recovery).take()
    file = ShowFile.create(own.path, Show(project))
    for kind in events:
        file.log(kind, 1, {})
    file.close()
    own.let_go()


def test_recovered_work_with_the_same_content_is_continued_and_not_offered(tmp_path: Path) -> None:
    leave_working_file(tmp_path, make_project("Shop", 3000), EventKind.ON_AIR)
    with FilesDesk(tmp_path) as desk:
        offered = [desk.files.recovered]
        desk.files.take_over_running(replace(make_project("Shop", 3000), scene_id=""))
        offered.append(desk.files.recovered)
        assert [one is not None for one in offered] == [True, False]
        assert (desk.document.path, desk.document.modified, desk.document.project.output.video.bitrate_kbps) == (None, True, 3000)
        assert [event.kind for event in desk.log.events()] == [EventKind.ON_AIR]
    assert list((paths_in(tmp_path).recovery).iterdir()) == [] and desk.notices == []


def test_the_open_show_with_the_same_name_takes_over_the_running_project(tmp_path: Path) -> None:
    path = tmp_path / "Shop.tradewind"
    product = Product("p1", {"en": "Fan"})
    with FilesDesk(tmp_path) as desk:
        desk.document.edit_show("All", lambda _: Show(make_project("Shop", 2000), products=(product,)))
        assert desk.files.save_as(path)
    with FilesDesk(tmp_path) as desk:
        assert desk.files.open(path)
        desk.files.take_over_running(make_project("Shop", 3000))
        assert (desk.document.path, desk.document.modified) == (path, False)
    saved = load(path)
    assert saved.project.output.video.bitrate_kbps == 3000 and saved.products == (product,)


def test_recovered_work_of_another_show_stays_available(tmp_path: Path) -> None:
    leave_working_file(tmp_path, make_project("Another", 3000))
    with FilesDesk(tmp_path) as desk:
        desk.files.take_over_running(make_project("Shop", 2000))
        assert desk.files.recovered is not None and desk.files.recovered.project.name == "Another"
        assert desk.document.path is None and desk.document.project.name == "Shop"


def test_a_show_that_was_taken_over_is_saved_at_once(tmp_path: Path) -> None:
    with FilesDesk(tmp_path) as desk:
        desk.files.take_over_running(make_project("Shop", 2000))
        desk.files.close(keep_work=True)
    with FilesDesk(tmp_path) as next_desk:
        assert next_desk.files.recovered is not None and next_desk.files.recovered.project.name == "Shop"
        next_desk.files.discard_recovery()


def test_the_first_restarts_are_immediate_and_later_ones_delayed() -> None:
    backoff = restart_backoff()
    assert [backoff.failed() for _ in range(8)] == [*DELAYS_S, DELAYS_S[-1], DELAYS_S[-1]]
    assert backoff.failures == 8 and DELAYS_S[0] == DELAYS_S[1] == 0


@pytest.mark.parametrize(("events", "on_air"), [((EventKind.ON_AIR,), True), ((EventKind.ON_AIR, EventKind.OFF_AIR), False), ((), False)])
def test_recovered_work_knows_whether_it_was_on_air(events: tuple[EventKind, ...], on_air: bool, tmp_path: Path) -> None:
    leave_working_file(tmp_path, make_project("Shop", 3000), *events)
    with FilesDesk(tmp_path) as desk:
        assert desk.files.recovered is not None
        assert desk.files.recovered.on_air is on_air
        desk.files.discard_recovery()


async def test_a_live_show_without_a_file_is_recovered_before_its_room_is_joined(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.support.studio_process", str(tmp_path), "live")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"ready")
    process.kill()
    await process.communicate()
    async with StudioDesk(tmp_path) as desk:
        studio = desk.studio
        assert studio.files.recovered is None
        assert studio.document.project.name == "Renamed by the desk that dies"
        assert studio.control.room.state.value is not RoomState.JOINED
        await desk.attached()
        assert studio.document.project.name == "Renamed by the desk that dies"
        assert [event.kind for event in studio.log.events((EventKind.ON_AIR, EventKind.OFF_AIR))] == [EventKind.ON_AIR]
        studio.broadcast.stop_live()
