"""Tests the rundown panel: running a show with buttons and keys, planning it with the mouse, and its findings."""

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
    """The window with a show that has products and segments."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    shell.window.activateWindow()
    QApplication.processEvents()
    return shell.window


def running_segment(studio: Studio) -> str:
    return studio.control.runner.run.segment_id if studio.control.runner.run.running else ""


def order(studio: Studio) -> list[str]:
    return [segment.id for segment in studio.document.show.segments]


def press(button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    button.click()


def drop_products(window: MainWindow, ids: list[str], point: QPoint) -> None:
    mime_data = QMimeData()
    mime_data.setData(PRODUCT_TYPE, "\n".join(ids).encode())
    window.rundown.list.dropEvent(QDropEvent(QPointF(point), Qt.DropAction.CopyAction, mime_data, LEFT, Qt.KeyboardModifier.NoModifier))


def test_buttons_run_the_show(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    head = window.rundown.head
    assert head.clock.slot.text() == "12:00"
    press(head.start_button)
    assert running_segment(studio) == "open"
    clock.pass_ms(100_000)
    press(head.extend_button)
    assert head.clock.slot.text() == "1:20"
    press(head.shorten_button)
    assert head.clock.slot.text() == "0:20"
    assert head.clock.slot.property("state") == "soon"
    press(head.next_button)
    assert running_segment(studio) == "first"
    assert head.clock.title.text() == "Sun lamp"
    assert head.clock.next.text() == "Next: Star lamp"
    press(head.previous_button)
    assert running_segment(studio) == "open"
    press(head.skip_button)
    assert running_segment(studio) == "second"
    press(head.end_button)
    assert running_segment(studio) == ""
    assert head.start_button.isVisible()
    assert not head.end_button.isEnabled()


def test_keys_run_the_show(studio: Studio, window: MainWindow) -> None:
    keys = Qt.Key
    none, shift, control = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    seen = []
    for key, modifier in (
        (keys.Key_F8, control), (keys.Key_F8, none), (keys.Key_B, control), (keys.Key_F9, none), (keys.Key_F8, none), (keys.Key_F7, none),
        (keys.Key_F7, shift), (keys.Key_F8, control | shift),
    ):  # fmt: skip
        QTest.keyClick(window, key, modifier)
        seen.append(running_segment(studio))
    assert seen == ["open", "first", "first", "first", "second", "first", "second", ""]
    first = studio.document.show.segments[1]
    assert (first.product_id, first.backup_id) == ("moon", "sun")
    assert studio.control.runner.run.extra_s == {"first": 60}


def test_overtime_flashes_at_most_once_a_second(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    head = window.rundown.head
    studio.control.runner.start()
    clock.pass_ms(130_000)
    states = set()
    for _ in range(2):
        head.on_tick()
        states.add(head.clock.slot.property("state"))
    assert head.clock.slot.text() == "−0:10"
    assert states == {"over", "flash"}
    assert 2 * FLASH_MS >= 1000, "at most one flash a second"
    assert head.clock.whole.text().startswith("0:10 over · ends ")
    head.motion.calm = True  # reduced motion: lit without flashing
    head.on_tick()
    first = head.clock.slot.property("state")
    head.on_tick()
    assert [first, head.clock.slot.property("state")] == ["flash", "flash"]


def test_a_backup_replaces_its_product_everywhere_at_once(studio: Studio, window: MainWindow) -> None:
    head = window.rundown.head
    studio.control.runner.start()
    assert not head.swap_button.isEnabled()
    studio.control.runner.next()
    press(head.swap_button)
    QApplication.processEvents()
    assert studio.control.selling.shown.pinned_id == "moon"
    assert window.cue.name.text() == "moon 灯"
    assert not head.swap_button.isHidden()


def test_a_jump_needs_no_confirmation_and_can_be_undone(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    rows = window.rundown.list
    rows.scrollTo(rows.rows.index(3))
    place = rows.visualRect(rows.rows.index(3)).center()
    QTest.mouseClick(rows.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(rows.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert running_segment(studio) == "open", "a double click edits, also during the show"
    form = window.findChild(SegmentDialog)
    assert form is not None and form.isVisible()
    form.close()
    window.activateWindow()
    rows.setFocus()
    QApplication.processEvents()
    QTest.keyClick(rows, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert running_segment(studio) == "close"
    toast = next(toast for toast in window.toasts.toasts if toast.notice.code == "window.jumped")
    back = next(button for button in toast.findChildren(QPushButton) if button.text() == "Return to previous position")
    back.click()
    assert running_segment(studio) == "open"


def test_a_missed_point_is_reported(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    press(window.rundown.head.next_button)
    notices = [toast.notice for toast in window.toasts.toasts if toast.notice.code == "run.points_left"]
    assert [notice.data["count"] for notice in notices] == [1]
    for item in studio.control.runner.unticked():
        studio.control.runner.tick(item)
    window.toasts.toasts[0].close_toast()
    press(window.rundown.head.next_button)
    assert all(toast.notice.code != "run.points_left" for toast in window.toasts.toasts)


def test_the_host_timer_counts_down_and_is_reset(studio: Studio, window: MainWindow, clock: SetClock) -> None:
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
    assert timer.field.text() == "2:00", "invalid input is reverted"


def test_products_dropped_between_segments_become_segments(studio: Studio, window: MainWindow) -> None:
    rows = window.rundown.list
    rows.scrollTo(rows.rows.index(2))
    area = rows.visualRect(rows.rows.index(2))
    drop_products(window, ["moon", "star"], QPoint(area.x() + 40, area.bottom() - 2))
    assert [segment.product_id for segment in studio.document.show.segments] == ["", "sun", "star", "moon", "star", ""]
    assert [segment.act for segment in studio.document.show.segments[3:5]] == [Act.MIDDLE, Act.MIDDLE]
    assert studio.document.undo_title == "Add segments"
    studio.document.undo()
    assert order(studio) == ["open", "first", "second", "close"]


def test_dragging_a_product_over_the_rundown_tab_opens_it(window: MainWindow) -> None:
    tabs = [tab for tab in window.findChildren(QTabBar) if "Rundown" in [tab.tabText(index) for index in range(tab.count())]]
    assert tabs
    assert all(tab.changeCurrentOnDrag() for tab in tabs)


def test_a_moved_segment_stays_selected(studio: Studio, window: MainWindow) -> None:
    rows = window.rundown.list
    rows.choose("second")
    QTest.keyClick(rows, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(studio) == ["open", "second", "first", "close"]
    assert rows.current_id() == "second"
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert order(studio) == ["open", "first", "close"]
    assert rows.current_id() == "first", "the row that took its place is selected"
    assert [toast.notice.code for toast in window.toasts.toasts] == ["window.segment_removed"]
    studio.document.undo()
    assert rows.current_id() == "first"


def test_an_empty_rundown_says_what_to_do(studio: Studio, window: MainWindow) -> None:
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


def test_one_segment_and_one_note_are_singular(studio: Studio, window: MainWindow) -> None:
    assert window.rundown.head.clock.title.text() == "4 segments"
    studio.document.edit_show(
        "Shorten", lambda show: replace(show, segments=show.segments[:1], products=(), markets=(), cards=(), coupons=())
    )
    assert window.rundown.head.clock.title.text() == "1 segment"
    window.rundown.findings.look()
    assert window.rundown.findings.head.text().strip() == "2 to change · 1 note", "two roles are missing, and the closing"


def test_findings_appear_and_are_fixed(studio: Studio, window: MainWindow) -> None:
    bar = window.rundown.findings
    bar.look()
    before = bar.head.text()
    studio.document.edit_show("Cheap", lambda show: change_segment(show, "open", product_id="cable", role=Role.TRAFFIC))
    bar.look()
    assert bar.head.text() != before
    assert bar.level_of("open") != ""
    bar.head.click()
    QApplication.processEvents()
    fixes = [button for button in bar.findChildren(QPushButton) if button.text() == "Fix" and button.isVisibleTo(bar)]
    links = [button for button in bar.findChildren(QPushButton) if button.text() == "Show" and button.isVisibleTo(bar)]
    assert fixes
    assert links
    count = len(links)
    fixes[0].click()
    assert studio.document.undo_title == "Fix rundown"
    bar.look()
    QApplication.processEvents()
    links = [button for button in bar.findChildren(QPushButton) if button.text() == "Show" and button.isVisibleTo(bar)]
    assert len(links) < count


def test_the_segment_form_edits_a_segment(studio: Studio, window: MainWindow) -> None:
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
    assert form.backup.text() == "star 灯", "text that matches no product is reverted"
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


def test_the_running_segment_is_visible_among_two_hundred(studio: Studio, window: MainWindow) -> None:
    many = tuple(Segment(f"s{number}", f"Segment {number}", planned_s=60, product_id="sun") for number in range(200))
    studio.document.edit_show("Many", lambda show: replace(show, segments=many, products=(*show.products, product("late"))))
    rows = window.rundown.list
    assert rows.rows.rowCount() == 200
    assert window.rundown.head.clock.slot.text() == "3:20:00"
    studio.control.runner.start()
    studio.control.runner.enter("s150")
    QApplication.processEvents()
    place = rows.visualRect(rows.rows.index(150))
    assert rows.viewport().rect().contains(place.center()), "the running segment is visible"


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
            assert window.rundown.findings.area.height() >= 120, "there is room to read the findings"
            assert window.rundown.list.height() >= 120
        assert window.minimumSizeHint().width() <= SMALL[0], name
        assert window.minimumSizeHint().height() <= SMALL[1], name
    assert window.docks["rundown"].width() <= 330
    assert window.docks["cue"].width() <= 340
    assert window.program.width() >= 640
    studio.settings.change("language", "en")  # the language is global: reset it for later tests
    await asyncio.sleep(0)


class RepaintedRegion(QObject):
    """Records which region of a widget was repainted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return super().eventFilter(watched, event)


def test_the_next_segment_repaints_only_changed_rows(studio: Studio, window: MainWindow) -> None:
    window.docks["rundown"].raise_()
    rows = window.rundown.list
    rows.setMinimumHeight(400)  # tall enough that nothing scrolls
    studio.control.runner.start()
    studio.control.runner.next()
    window.rundown.findings.look()
    for _ in range(3):
        QApplication.processEvents()  # until the layout is final
    repaints = RepaintedRegion(rows.viewport())
    studio.control.runner.next()
    QApplication.processEvents()
    areas = [rows.visualRect(rows.rows.index(row)) for row in range(4)]
    assert [repaints.region.intersects(area) for area in areas] == [False, True, True, False], "the previous and the running segment"
    studio.document.edit_show("Rename", lambda show: change_product(show, "sun", name={"zh-Hans": "x"}))
    QApplication.processEvents()
    assert repaints.region.intersects(areas[0]), "a changed show repaints all rows"
