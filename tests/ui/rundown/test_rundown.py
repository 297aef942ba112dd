"""The run of show in the window: led by buttons and keys, planned by mouse, checked while it is written."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QTabBar, QWidget

from app.domain.catalogue.product import Role
from app.domain.rundown.rundown import Act, Segment
from app.domain.show_editing import change_product, change_segment
from app.session.studio import Studio
from app.ui.catalogue.product_list import PRODUCT_TYPE
from app.ui.rundown.run_clock import FLASH_MS
from app.ui.rundown.segment import SegmentDialog
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.selling_show import product, selling_show

LEFT = Qt.MouseButton.LeftButton
SMALL = (1366, 768)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_750_000_000_000_000_000)


@pytest.fixture
def window(shell: Shell, studio: Studio) -> MainWindow:
    """With a show that sells."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    shell.window.activateWindow()
    QApplication.processEvents()
    return shell.window


def now(studio: Studio) -> str:
    return studio.control.runner.run.segment_id if studio.control.runner.run.running else ""


def order(studio: Studio) -> list[str]:
    return [segment.id for segment in studio.document.show.segments]


def press(button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    button.click()


def drop_products(window: MainWindow, ids: list[str], point: QPoint) -> None:
    carried = QMimeData()
    carried.setData(PRODUCT_TYPE, "\n".join(ids).encode())
    window.rundown.list.dropEvent(QDropEvent(QPointF(point), Qt.DropAction.CopyAction, carried, LEFT, Qt.KeyboardModifier.NoModifier))


def test_a_show_is_led_by_its_buttons(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    head = window.rundown.head
    assert head.clock.slot.text() == "12:00"
    press(head.start_button)
    assert now(studio) == "open"
    clock.pass_ms(100_000)
    press(head.extend_button)
    assert head.clock.slot.text() == "1:20"
    press(head.shorten_button)
    assert head.clock.slot.text() == "0:20"
    assert head.clock.slot.property("state") == "soon"
    press(head.next_button)
    assert now(studio) == "first"
    assert head.clock.title.text() == "Sun lamp"
    assert head.clock.next.text() == "Next: Star lamp"
    press(head.previous_button)
    assert now(studio) == "open"
    press(head.skip_button)
    assert now(studio) == "second"
    press(head.end_button)
    assert now(studio) == ""
    assert head.start_button.isVisible()
    assert not head.end_button.isEnabled()


def test_a_show_is_led_by_keys(studio: Studio, window: MainWindow) -> None:
    keys = Qt.Key
    none, shift, control = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    seen = []
    for key, modifier in (
        (keys.Key_F8, control), (keys.Key_F8, none), (keys.Key_B, control), (keys.Key_F9, none), (keys.Key_F8, none), (keys.Key_F7, none),
        (keys.Key_F7, shift), (keys.Key_F8, control | shift),
    ):  # fmt: skip
        QTest.keyClick(window, key, modifier)
        seen.append(now(studio))
    assert seen == ["open", "first", "first", "first", "second", "first", "second", ""]
    first = studio.document.show.segments[1]
    assert (first.product_id, first.backup_id) == ("moon", "sun")
    assert studio.control.runner.run.extra_s == {"first": 60}


def test_overtime_is_seen_and_does_not_hurt(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    head = window.rundown.head
    studio.control.runner.start()
    clock.pass_ms(130_000)
    states = set()
    for _ in range(2):
        head.on_tick()
        states.add(head.clock.slot.property("state"))
    assert head.clock.slot.text() == "−0:10"
    assert states == {"over", "flash"}
    assert 2 * FLASH_MS >= 1000, "once a second at most"
    assert head.clock.whole.text().startswith("0:10 over · ends ")
    head.motion.calm = True  # the system asks for stillness: lit, and not flashing
    head.on_tick()
    first = head.clock.slot.property("state")
    head.on_tick()
    assert [first, head.clock.slot.property("state")] == ["flash", "flash"]


def test_a_backup_takes_over_everywhere_at_once(studio: Studio, window: MainWindow) -> None:
    head = window.rundown.head
    studio.control.runner.start()
    assert not head.swap_button.isEnabled()
    studio.control.runner.next()
    press(head.swap_button)
    QApplication.processEvents()
    assert studio.control.selling.shown.pinned_id == "moon"
    assert window.cue.name.text() == "moon 灯"
    assert not head.swap_button.isHidden()


def test_a_jump_asks_nothing_and_is_taken_back(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    rows = window.rundown.list
    rows.scrollTo(rows.rows.index(3))
    place = rows.visualRect(rows.rows.index(3)).center()
    QTest.mouseClick(rows.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(rows.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert now(studio) == "open", "a double click edits, before the show and in it"
    form = window.findChild(SegmentDialog)
    assert form is not None and form.isVisible()
    form.close()
    window.activateWindow()
    rows.setFocus()
    QApplication.processEvents()
    QTest.keyClick(rows, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert now(studio) == "close"
    toast = next(one for one in window.toasts.toasts if one.notice.code == "window.jumped")
    back = next(button for button in toast.findChildren(QPushButton) if button.text() == "Return to previous position")
    back.click()
    assert now(studio) == "open"


def test_a_point_that_was_left_is_told(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    press(window.rundown.head.next_button)
    told = [toast.notice for toast in window.toasts.toasts if toast.notice.code == "run.points_left"]
    assert [notice.data["count"] for notice in told] == [1]
    for item in studio.control.runner.unticked():
        studio.control.runner.tick(item)
    window.toasts.toasts[0].close_toast()
    press(window.rundown.head.next_button)
    assert all(toast.notice.code != "run.points_left" for toast in window.toasts.toasts)


def test_the_hosts_own_timer(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    timer = window.rundown.head.timer
    assert timer.field.text() == "5:00"
    timer.field.setFocus()
    timer.field.selectAll()
    QTest.keyClicks(timer.field, "2")
    QTest.keyClick(timer.field, Qt.Key.Key_Return)
    assert timer.field.text() == "2:00"
    press(timer.toggle_button)
    clock.pass_ms(30_000)
    window.rundown.head.on_tick()
    assert timer.field.text() == "1:30"
    assert timer.field.isReadOnly()
    clock.pass_ms(100_000)
    window.rundown.head.on_tick()
    assert timer.field.text() == "−0:10"
    assert timer.field.property("state") == "over"
    press(timer.toggle_button)
    press(timer.reset_button)
    assert timer.field.text() == "2:00"
    timer.field.setFocus()
    timer.field.selectAll()
    QTest.keyClicks(timer.field, "soon")
    QTest.keyClick(timer.field, Qt.Key.Key_Return)
    assert timer.field.text() == "2:00", "what is no time is forgotten"


def test_products_are_let_fall_between_segments(studio: Studio, window: MainWindow) -> None:
    rows = window.rundown.list
    rows.scrollTo(rows.rows.index(2))
    area = rows.visualRect(rows.rows.index(2))
    drop_products(window, ["moon", "star"], QPoint(area.x() + 40, area.bottom() - 2))
    assert [segment.product_id for segment in studio.document.show.segments] == ["", "sun", "star", "moon", "star", ""]
    assert [segment.act for segment in studio.document.show.segments[3:5]] == [Act.MIDDLE, Act.MIDDLE]
    assert studio.document.undo_title == "Add segments"
    studio.document.undo()
    assert order(studio) == ["open", "first", "second", "close"]


def test_a_product_is_carried_over_the_tab_of_the_run_of_show(window: MainWindow) -> None:
    tabs = [tab for tab in window.findChildren(QTabBar) if "Rundown" in [tab.tabText(place) for place in range(tab.count())]]
    assert tabs
    assert all(tab.changeCurrentOnDrag() for tab in tabs)


def test_segments_change_places_and_stay_chosen(studio: Studio, window: MainWindow) -> None:
    rows = window.rundown.list
    rows.choose("second")
    QTest.keyClick(rows, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(studio) == ["open", "second", "first", "close"]
    assert rows.current_id() == "second"
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert order(studio) == ["open", "first", "close"]
    assert rows.current_id() == "first", "the row that took its place"
    assert [toast.notice.code for toast in window.toasts.toasts] == ["window.segment_removed"]
    studio.document.undo()
    assert rows.current_id() == "first"


def test_an_empty_plan_says_what_to_do(studio: Studio, window: MainWindow) -> None:
    studio.document.edit_show("Empty", lambda show: replace(show, segments=()))
    panel = window.rundown
    assert panel.empty.isVisible()
    assert not panel.head.start_button.isEnabled()
    press(panel.plan_button)
    acts = [segment.act for segment in studio.document.show.segments]
    assert (acts[0], acts[-1]) == (Act.OPEN, Act.END)
    assert [segment.product_id for segment in studio.document.show.segments[1:-1]] == ["sun", "moon", "star", "cable"]
    assert not panel.empty.isVisible()
    studio.document.edit_show("Empty", lambda show: replace(show, segments=(), products=()))
    assert not panel.plan_button.isEnabled()


def test_findings_appear_and_are_mended(studio: Studio, window: MainWindow) -> None:
    bar = window.rundown.findings
    bar.look()
    before = bar.head.text()
    studio.document.edit_show("Cheap", lambda show: change_segment(show, "open", product_id="cable", role=Role.TRAFFIC))
    bar.look()
    assert bar.head.text() != before
    assert bar.level_of("open") != ""
    bar.head.click()
    QApplication.processEvents()
    mend = [button for button in bar.findChildren(QPushButton) if button.text() == "Fix" and button.isVisibleTo(bar)]
    shown = [button for button in bar.findChildren(QPushButton) if button.text() == "Show" and button.isVisibleTo(bar)]
    assert mend
    assert shown
    count = len(shown)
    mend[0].click()
    assert studio.document.undo_title == "Fix rundown"
    bar.look()
    QApplication.processEvents()
    left = [button for button in bar.findChildren(QPushButton) if button.text() == "Show" and button.isVisibleTo(bar)]
    assert len(left) < count


def test_a_segments_form(studio: Studio, window: MainWindow) -> None:
    window.rundown.open("second")
    form = window.findChild(SegmentDialog)
    assert form is not None
    form.activateWindow()
    QApplication.processEvents()
    form.product.setFocus()
    form.product.selectAll()
    QTest.keyClicks(form.product, "moo")
    assert form.product.offered == ("moon",)
    QTest.keyClick(form.product, Qt.Key.Key_Return)
    assert studio.document.show.segments[2].product_id == "moon"
    assert form.product.text() == "moon 灯"
    form.backup.offer("")
    assert form.backup.offered == ("sun", "moon", "star", "cable")
    form.backup.pick_match(2)
    form.backup.setFocus()
    QTest.keyClicks(form.backup, "nonsense")
    form.title_line.setFocus()
    assert form.backup.text() == "star 灯", "what was typed and not chosen is forgotten"
    assert studio.document.show.segments[2].backup_id == "star"
    QTest.keyClicks(form.draw, "A tea set")
    QTest.keyClicks(form.interpreter, "Sofia")
    form.length.selectAll()
    form.length.setText("4:30")
    form.length.editingFinished.emit()
    segment = studio.document.show.segments[2]
    assert (segment.draw, segment.interpreter, segment.planned_s) == ("A tea set", "Sofia", 270)
    form.backup.clear()
    form.backup.textEdited.emit("")
    assert studio.document.show.segments[2].backup_id == ""
    form.close()


def test_two_hundred_segments(studio: Studio, window: MainWindow) -> None:
    many = tuple(Segment(f"s{number}", f"Segment {number}", planned_s=60, product_id="sun") for number in range(200))
    studio.document.edit_show("Many", lambda show: replace(show, segments=many, products=(*show.products, product("late"))))
    rows = window.rundown.list
    assert rows.rows.rowCount() == 200
    assert window.rundown.head.clock.slot.text() == "3:20:00"
    studio.control.runner.start()
    studio.control.runner.enter("s150")
    QApplication.processEvents()
    place = rows.visualRect(rows.rows.index(150))
    assert rows.viewport().rect().contains(place.center()), "the running segment is in sight"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_the_window_fits_a_small_screen(shell: Shell, studio: Studio, language: str) -> None:
    studio.settings.change("language", language)
    await asyncio.sleep(0)
    window = shell.window
    window.show()
    studio.document.edit_show("Fill", lambda _: selling_show())
    window.showNormal()
    window.resize(*SMALL)
    window.reset_layout()
    window.rundown.findings.look()
    window.rundown.findings.head.setChecked(True)
    studio.control.runner.start()
    studio.control.runner.next()
    for name, dock in window.docks.items():
        dock.raise_()
        QApplication.processEvents()
        assert (window.width(), window.height()) == SMALL, name
        if name == "rundown":
            assert window.rundown.findings.area.height() >= 120, "there is room to read what was found"
            assert window.rundown.list.height() >= 120
        assert window.minimumSizeHint().width() <= SMALL[0], name
        assert window.minimumSizeHint().height() <= SMALL[1], name
    assert window.docks["rundown"].width() <= 330
    assert window.docks["cue"].width() <= 340
    assert window.program.width() >= 640
    studio.settings.change("language", "en")  # the words of the process, for the tests behind this one
    await asyncio.sleep(0)


class Drawn(QObject):
    """What of a widget was drawn anew."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return super().eventFilter(watched, event)


def test_going_on_draws_the_rows_anew_that_say_something_else(studio: Studio, window: MainWindow) -> None:
    window.docks["rundown"].raise_()
    rows = window.rundown.list
    rows.setMinimumHeight(400)  # nothing scrolls
    studio.control.runner.start()
    studio.control.runner.next()
    window.rundown.findings.look()
    for _ in range(3):
        QApplication.processEvents()  # what it takes until everything has its place
    drawn = Drawn(rows.viewport())
    studio.control.runner.next()
    QApplication.processEvents()
    areas = [rows.visualRect(rows.rows.index(row)) for row in range(4)]
    assert [drawn.region.intersects(area) for area in areas] == [False, True, True, False], "what was left, and what is on"
    studio.document.edit_show("Rename", lambda show: change_product(show, "sun", name={"zh-Hans": "x"}))
    QApplication.processEvents()
    assert drawn.region.intersects(areas[0]), "all of them after a change of the show"
