"""Questions before something is lost: closing on air, unsaved changes, work after a crash; and file dialogs."""

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from app.domain.program.broadcast import BroadcastState
from app.domain.program.source import SourceKind
from app.session.studio import Studio
from app.ui.kit.questions import Question
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.answering import answer, choose_file, when_asked
from tests.support.words import ROOT
from tests.ui.air.test_on_air import until


def closings(window: MainWindow) -> list[bool]:
    """The window's `closing` values: whether the show stays on air."""
    heard: list[bool] = []
    window.closing.connect(heard.append)
    return heard


def offered(studio: Studio) -> bool:
    """Whether there is unsaved work to restore."""
    return studio.files.recovered is not None


def changed(window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)


async def test_closing_on_air_asks_and_each_answer_is_kept(shell: Shell, studio: Studio) -> None:
    window = shell.window
    heard = closings(window)
    await studio.start()
    await until(window.live.button.isEnabled)
    window.live.button.click()
    await until(lambda: studio.broadcast.state.value is BroadcastState.LIVE)
    with when_asked(Question, answer("stay")) as asked:
        window.close()
    assert asked == ["“Untitled show” is on air"]
    assert window.isVisible() and heard == []
    with when_asked(Question, answer("keep")):
        window.close()
    assert heard == [True]
    with when_asked(Question, answer("leave")):
        window.close()
    assert heard == [True, False]
    assert studio.broadcast.state.value is BroadcastState.LIVE, "the owner of the window ends the show, in order"


def test_closing_off_air_without_changes_asks_nothing(window: MainWindow) -> None:
    heard = closings(window)
    window.close()
    assert heard == [False]


@pytest.mark.parametrize(("reply", "closes", "saved"), [("", False, False), ("discard", True, False), ("save", True, True)])
def test_a_show_without_a_file_is_asked_about(
    reply: str, closes: bool, saved: bool, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "show.tradewind"
    changed(window)
    heard = closings(window)
    with (
        when_asked(QFileDialog, choose_file(str(path))) if saved else contextlib.nullcontext(),
        when_asked(Question, answer(reply)) as asked,
    ):
        window.close()
    assert asked == ["Save “Untitled show”?"]
    assert bool(heard) is closes
    assert path.exists() is saved
    assert studio.document.modified is not saved


def test_a_show_with_a_file_is_saved_automatically(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    assert studio.files.save_as(tmp_path / "show.tradewind")
    changed(window)
    heard = closings(window)
    window.close()
    assert heard == [False]
    assert not studio.document.modified


@pytest.mark.parametrize("accept", [True, False])
async def test_work_of_a_crash_is_offered_once(accept: bool, tmp_path: Path, shell: Shell, studio: Studio) -> None:
    command = [sys.executable, "-m", "tests.support.studio_process", str(tmp_path)]
    crashing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert crashing.stdout is not None
    assert (await crashing.stdout.readline()).startswith(b"ready")
    crashing.kill()
    await crashing.communicate()
    await studio.start()
    assert offered(studio)
    with when_asked(Question, answer("restore" if accept else "discard")) as asked:
        shell.window.files.offer_recovery()
        await until(lambda: not offered(studio))
    assert asked == ["Restore unsaved changes?"]
    assert (studio.document.project.name == "Renamed by the desk that dies") is accept
    assert not offered(studio)
    shell.window.files.offer_recovery()  # asks nothing more


async def test_work_of_a_crash_that_nobody_decided_about_stays(tmp_path: Path, shell: Shell, studio: Studio) -> None:
    command = [sys.executable, "-m", "tests.support.studio_process", str(tmp_path)]
    crashing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert crashing.stdout is not None
    assert (await crashing.stdout.readline()).startswith(b"ready")
    crashing.kill()
    await crashing.communicate()
    await studio.start()
    with when_asked(Question, answer("")) as asked:
        shell.window.files.offer_recovery()
        await until(lambda: bool(asked))
    assert offered(studio)


def test_save_asks_for_a_place_the_first_time_only(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    changed(window)
    with when_asked(QFileDialog, choose_file("")):
        window.qt_actions.run("file.save")
    assert (studio.document.path, studio.document.modified) == (None, True)
    with when_asked(QFileDialog, choose_file(str(tmp_path / "first.tradewind"))) as asked:
        window.qt_actions.run("file.save")
    assert asked == ["Save show"]
    assert studio.document.path == tmp_path / "first.tradewind" and studio.document.path.is_file()
    changed(window)
    window.qt_actions.run("file.save")
    assert not studio.document.modified
    with when_asked(QFileDialog, choose_file(str(tmp_path / "second.tradewind"))):
        window.qt_actions.run("file.save_as")
    assert studio.document.path == tmp_path / "second.tradewind"
    assert window.windowTitle().startswith("second")


def test_a_show_is_opened_and_comes_back_among_the_recent_ones(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    changed(window)
    path = tmp_path / "market.tradewind"
    assert studio.files.save_as(path)
    studio.files.new()
    count = len(studio.document.project.sources)
    with when_asked(QFileDialog, choose_file(str(path))) as asked:
        window.qt_actions.run("file.open")
    assert asked == ["Open show"]
    assert (studio.document.path, len(studio.document.project.sources)) == (path, count + 1)
    studio.files.new()
    menu = window.menus.made["RECENT"]
    menu.aboutToShow.emit()
    entry = next(action for action in menu.actions() if action.text() == "market")
    assert entry.toolTip() == str(path)
    entry.trigger()
    assert studio.document.path == path


def test_a_file_that_is_no_show_is_reported_and_changes_nothing(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tradewind"
    broken.write_text("{")
    before = studio.document.project
    with when_asked(QFileDialog, choose_file(str(broken))):
        window.qt_actions.run("file.open")
    assert studio.document.project is before
    assert window.toasts.toasts[-1].notice.severity.value == "error"
