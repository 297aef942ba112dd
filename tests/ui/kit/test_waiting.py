"""Opening and copying large files: the window stays responsive, shows progress and can cancel."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.storage.files import StorageError
from app.storage.open_operation import OpenOperation, OpenStage
from app.ui.kit.waiting import Waiting, WaitingDialog

PATIENCE_S = 30.0


@pytest.fixture
def parent(qt: QApplication) -> QWidget:
    del qt
    made = QWidget()
    made.show()
    return made


def dialog() -> WaitingDialog | None:
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, WaitingDialog) and one.isVisible()), None)


def when_seen(do: Callable[[WaitingDialog], bool]) -> QTimer:
    """Poll in the window's loop until `do` has finished with the dialog."""
    timer = QTimer()

    def look() -> None:
        if (shown := dialog()) is not None and do(shown):
            timer.stop()

    timer.timeout.connect(look)
    timer.start(10)
    return timer


def test_what_is_quick_shows_nothing(parent: QWidget) -> None:
    assert Waiting(parent)("show", OpenOperation(), lambda: threading.current_thread().name).startswith("open-file")
    assert dialog() is None


def test_the_window_lives_on_and_says_how_far_it_is(parent: QWidget) -> None:
    seen, go_on = [], threading.Event()
    opening = OpenOperation()

    def work() -> str:
        opening.at(OpenStage.CHECKING)
        assert go_on.wait(PATIENCE_S)
        return "there"

    def look(shown: WaitingDialog) -> bool:
        seen.append((shown.windowTitle(), shown.stage.text()))
        go_on.set()
        return True

    timer = when_seen(look)
    assert Waiting(parent)("Autumn.tradewind", opening, work) == "there"
    assert seen == [("Autumn.tradewind", "Checking the file…")]
    assert dialog() is None and not timer.isActive()


@pytest.mark.parametrize("by_key", [False, True], ids=["button", "Escape"])
def test_it_can_be_cancelled(parent: QWidget, by_key: bool) -> None:
    opening = OpenOperation()
    pressed = threading.Event()

    def work() -> None:
        assert pressed.wait(PATIENCE_S)
        opening.check(Path("show"))

    def press(shown: WaitingDialog) -> bool:
        if by_key:
            QTest.keyClick(shown, Qt.Key.Key_Escape)
        else:
            shown.button.click()
        assert shown.isVisible() and not shown.button.isEnabled()
        pressed.set()
        return True

    timer = when_seen(press)
    with pytest.raises(StorageError) as raised:
        Waiting(parent)("show", opening, work)
    assert raised.value.code == "show_file.cancelled"
    assert not timer.isActive()


async def test_within_a_task_it_is_done_at_once(parent: QWidget) -> None:
    assert Waiting(parent)("show", OpenOperation(), threading.current_thread) is threading.current_thread()
