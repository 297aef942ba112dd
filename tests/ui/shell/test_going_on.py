"""A running show: no single wrong key replaces, ends or redirects it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.domain.event import EventKind
from app.domain.program.broadcast import BroadcastState
from app.session.studio import Studio
from app.ui.kit.questions import Question
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.answering import answer, answers, when_asked
from tests.support.selling_show import SellingDesk, selling_show
from tests.ui.air.test_on_air import until

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(shell: Shell, studio: Studio) -> MainWindow:
    """With a show that sells and has no file."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    shell.window.activateWindow()
    QApplication.processEvents()
    return shell.window


def press_return(question: Question) -> None:
    QTest.keyClick(question, Qt.Key.Key_Return)


async def test_a_wrong_key_on_air_keeps_the_show(shell: Shell, window: MainWindow, studio: Studio) -> None:
    await studio.start()
    studio.document.edit_show("Fill", lambda _: selling_show())
    await until(window.live.button.isEnabled)
    studio.broadcast.go_live()
    await until(lambda: window.live.button.text().startswith("On air"))
    studio.control.selling.pin("sun")
    asked = []

    def read(question: Question) -> None:
        asked.append(" ".join(one.text() for one in question.findChildren(QLabel)))
        press_return(question)

    with when_asked(Question, read) as titles:
        QTest.keyClick(window, Qt.Key.Key_N, CTRL)
    assert titles == ["“Lamps” is on air"]
    assert "4 products disappear" in asked[0] and "“sun 灯”" in asked[0]
    assert len(studio.document.show.products) == 4
    assert studio.broadcast.state.value is BroadcastState.LIVE
    with when_asked(Question, press_return):
        window.close()
    assert window.isVisible()
    window.activateWindow()
    await until(lambda: window.isActiveWindow() and window.qt_actions.by_id["show.stop"].isEnabled())
    with when_asked(Question, press_return) as titles:
        QTest.keyClick(window, Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert titles == ["End the show?"]
    assert studio.broadcast.state.value is BroadcastState.LIVE


@pytest.mark.parametrize("command", ["file.new", "file.open", "help.sample"])
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_no_careless_key_ends_a_running_rundown(command: str, key: Qt.Key, window: MainWindow, studio: Studio) -> None:
    studio.control.runner.start()
    with when_asked(Question, lambda question: QTest.keyClick(question.focusWidget(), key)) as titles:
        window.qt_actions.run(command)
    assert titles == ["The rundown of “Lamps” is still running"]
    assert studio.control.runner.run.running
    assert len(studio.document.show.products) == 4


async def test_the_show_that_made_way_is_among_the_recent_ones(shell: Shell, window: MainWindow, studio: Studio) -> None:
    await studio.start()
    studio.document.edit_show("Fill", lambda _: selling_show())
    studio.control.runner.start()
    with when_asked(Question, answers("leave", "discard")):
        window.qt_actions.run("file.new")
    assert studio.document.show.products == ()
    window.menus.made["RECENT"].aboutToShow.emit()
    entry = window.menus.made["RECENT"].actions()[0]
    assert entry.text() == "Lamps (not saved)"
    entry.trigger()
    assert (len(studio.document.show.products), studio.document.path, studio.document.project.name) == (4, None, "Lamps")
    assert not studio.control.runner.run.running
    assert [event.data["why"] for event in studio.log.events((EventKind.SHOW_ENDED,))] == ["replaced"]
    window.menus.made["RECENT"].aboutToShow.emit()
    assert "Lamps (not saved)" not in [action.text() for action in window.menus.made["RECENT"].actions()], "it is open again"


def test_a_dangerous_answer_is_never_the_default(window: MainWindow) -> None:
    end = ("end", "End", "danger")
    for answers_given, cancel, wanted in (
        ((end,), True, ""),
        ((end, ("keep", "Keep", "")), True, "keep"),
        ((("keep", "Keep", "primary"), end), False, "keep"),
    ):
        question = Question(window, "Really?", "", answers_given, cancel=cancel)
        question.open()
        QApplication.processEvents()
        assert [name for name, button in question.buttons.items() if button.isDefault()] == [wanted]
        assert question.focusWidget() is question.buttons[wanted]
        QTest.keyClick(question, Qt.Key.Key_Return)
        assert question.answer == wanted
        question.deleteLater()


def test_a_second_space_after_start_leads_nowhere(window: MainWindow, studio: Studio) -> None:
    head, runner = window.rundown.head, studio.control.runner
    head.start_button.setFocus()
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Space)
    assert runner.run.segment_id == "open"
    assert window.rundown.list.hasFocus() and window.rundown.list.current_id() == "open"
    QTest.keyClick(window.rundown.list, Qt.Key.Key_Return)
    assert runner.run.segment_id == "open"


def test_the_last_next_does_not_hand_its_key_to_previous(window: MainWindow, studio: Studio) -> None:
    head, runner = window.rundown.head, studio.control.runner
    runner.start()
    head.next_button.setFocus()
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Space)
    assert runner.run.segment_id == "close"


def test_ending_the_run_by_its_button_does_not_start_it_again(window: MainWindow, studio: Studio) -> None:
    head, runner = window.rundown.head, studio.control.runner
    runner.start()
    head.end_button.setFocus()
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Space)
    assert not runner.run.running
    assert len([event for event in studio.log.events((EventKind.SHOW_STARTED,))]) == 1


def test_unpinning_does_not_show_a_card(window: MainWindow, studio: Studio) -> None:
    selling = studio.control.selling
    selling.pin("sun")
    window.context.openers.show_panel("offer")
    QApplication.processEvents()
    window.offer.unpin.setFocus()
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Space)
    assert (selling.shown.pinned_id, selling.shown.card) == ("", None)


@pytest.mark.parametrize(("reply", "runs", "can_resume"), [("resume", True, False), ("end", False, False), ("", False, True)])
async def test_a_run_that_a_crash_cut_off_is_offered(
    reply: str, runs: bool, can_resume: bool, shell: Shell, window: MainWindow, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "lamps.tradewind"
    before = SellingDesk(tmp_path / "before")
    assert before.book.files.save_as(path)
    before.clock.pass_ms((studio.control.now_ms() - before.now_ms()) - 20 * 60 * 1000)
    before.runner.start()
    before.close()
    await studio.start(path)
    with when_asked(Question, answer(reply)) as titles:
        await until(lambda: bool(titles))
    assert titles == ["Resume the rundown of “lamps”?"]
    assert studio.control.runner.run.running is runs
    assert studio.actions["run.resume"].enabled() is can_resume
    assert window.rundown.head.start_button.isVisible() is not runs, "no stale clock"
