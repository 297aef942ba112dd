"""Tests the schedule dock: the next show, readiness, late shows and changed time zone rules."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTabBar

from app.domain.base.local_time import LocalTime
from app.domain.event import EventKind
from app.domain.planning.schedule import ZoneTable
from app.domain.show import Show
from app.session.planning.scheduler import Scheduler
from app.session.studio import Studio
from app.ui.planning.dates.airing_dialog import AiringDialog
from app.ui.planning.dates.zone_update_dialog import ZoneUpdateDialog
from app.ui.planning.dock.schedule_board import ScheduleBoard
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.planned import NOON, US_FIRST, at, noon_clock, plan_sample

NEW_YORK = "America/New_York"
SMALL = (1366, 768)


@pytest.fixture
def clock() -> SetClock:
    return noon_clock()


@pytest.fixture
def plan(studio: Studio) -> Scheduler:
    return studio.control.scheduler


def open_dock(window: MainWindow) -> ScheduleBoard:
    """Raise the dock and fill it."""
    window.context.openers.show_panel("schedule")
    for _ in range(3):  # the tab, the timer, the layout
        QApplication.processEvents()
    assert is_built(window)
    return window.schedule.fill()


def is_built(window: MainWindow) -> bool:
    return window.schedule.board is not None


@pytest.fixture
def board(window: MainWindow, studio: Studio) -> ScheduleBoard:
    plan_sample(studio)
    return open_dock(window)


def readiness_line(board: ScheduleBoard, kind: str) -> tuple[str, str, str]:
    found = next(line for line in board.readiness.list.lines if line.id == kind)
    return found.words, found.state, found.fix


def test_the_dock_is_built_when_first_shown(window: MainWindow, studio: Studio) -> None:
    assert not is_built(window)
    open_dock(window)
    assert is_built(window)
    assert any(bar.tabText(bar.currentIndex()) == "Schedule" for bar in window.findChildren(QTabBar))


def test_an_empty_plan_says_what_to_do(window: MainWindow) -> None:
    board = open_dock(window)
    assert board.empty.isVisible()
    board.plan_button.click()
    assert board.findChildren(AiringDialog)[0].isVisible()
    board.findChildren(AiringDialog)[0].reject()


def test_the_next_show_has_everyones_local_time(board: ScheduleBoard) -> None:
    assert board.eyebrow.text() == "Next show in"
    assert board.countdown.text() == "4 days 21 hr"
    assert board.title.text() == "Tea and ink, live for the US"
    assert board.here.text() == "Fri, Nov 27, 09:00–10:30 your time (Shanghai)"
    assert board.times.time_of("market-us") == "Thu 20:00 −1 day"
    assert board.times.time_of("host") == "Fri 09:00"
    assert [key.partition("@")[0] for key in board.after.keys] == ["gulf-evening", "us-evening", "us-evening", "gulf-evening"]


def test_the_countdown_updates(board: ScheduleBoard, clock: SetClock) -> None:
    at(clock, NOON + timedelta(days=4, hours=20, minutes=30))
    board._tick()
    assert board.countdown.text() == "30 min"
    assert board.countdown.property("state") == "due"
    assert board.start_button.text() == "Go live"
    assert board.start_button.property("role") == "primary"
    at(clock, NOON + timedelta(days=4, hours=20, minutes=59, seconds=30))
    board._tick()
    assert board.countdown.text() == "30 sec"
    at(clock, NOON + timedelta(days=4, hours=21, minutes=10))
    board._tick()
    assert (board.eyebrow.text(), board.countdown.text()) == ("Late by", "10 min")
    assert board.countdown.property("state") == "late"


def test_each_missing_item_has_a_fix_button(board: ScheduleBoard, plan: Scheduler, studio: Studio) -> None:
    assert board.readiness.title.text().startswith("Not ready: ")
    assert readiness_line(board, "products") == ("Products not confirmed by the partner: 4", "missing", "Mark confirmed")
    assert readiness_line(board, "interpreter") == ("The rundown needs an interpreter", "block", "Choose")
    assert readiness_line(board, "run_of_show")[1] == "good"
    confirm = next(line for line in board.readiness.list.lines if line.id == "products").run
    assert confirm is not None
    confirm()
    assert readiness_line(board, "products") == ("Products confirmed", "good", "")
    studio.document.undo()
    assert readiness_line(board, "products")[1] == "missing"
    QApplication.processEvents()
    choose = next(button for button in board.readiness.list.findChildren(QPushButton) if button.text() == "Choose" and button.isVisible())
    choose.click()
    dialog = next(dialog for dialog in board.findChildren(AiringDialog) if dialog.isVisible())
    dialog.preview.parties.boxes["interpreter-ar"].click()
    dialog._show_preview()
    dialog.save_button.click()
    assert readiness_line(board, "interpreter")[0].endswith("Salma Farid")


def test_a_late_show_offers_to_shift_later_shows(board: ScheduleBoard, plan: Scheduler, studio: Studio, clock: SetClock) -> None:
    first = plan.occurrence(US_FIRST)
    assert first is not None
    second = plan.duplicate(first, LocalTime(datetime(2026, 11, 26, 21, 45), NEW_YORK))
    assert not board.replan.isVisible()
    at(clock, first.start + timedelta(minutes=40))
    board.refresh()
    assert board.replan.isVisible()
    assert "10:45 → 11:30" in board.replan.words.text()
    before = studio.document.show.schedule
    board.replan.shift_button.click()
    moved = plan.occurrence(second)
    assert moved is not None
    assert moved.local.wall == datetime(2026, 11, 26, 22, 30)
    assert not board.replan.isVisible()
    studio.document.undo()
    assert studio.document.show.schedule == before


def test_a_show_that_is_on_air_counts_down_to_its_end(board: ScheduleBoard, plan: Scheduler, studio: Studio, clock: SetClock) -> None:
    first = plan.occurrence(US_FIRST)
    assert first is not None
    at(clock, first.start)
    plan.airings.begin(first, plan.title_of(first))
    assert [event.kind for event in studio.log.events((EventKind.AIRING_STARTED,))] == [EventKind.AIRING_STARTED]
    board.refresh()
    assert (board.eyebrow.text(), board.countdown.text()) == ("On air, time left", "1 hr 30 min")
    assert (board.start_button.text(), board.start_button.isEnabled()) == ("On air", False)
    assert not board.readiness.isVisible()
    at(clock, first.end + timedelta(minutes=5))
    board.refresh()
    assert (board.eyebrow.text(), board.countdown.text()) == ("On air, over time by", "5 min")


def test_the_list_opens_and_cancels_shows(board: ScheduleBoard, plan: Scheduler, studio: Studio) -> None:
    key = board.after.keys[0]
    board.after.cancelled.emit(key)
    assert plan.occurrence(key) is None
    studio.document.undo()
    assert board.after.keys[0] == key
    board.after.opened.emit(key)
    dialog = next(dialog for dialog in board.findChildren(AiringDialog) if dialog.isVisible())
    assert dialog.title_line.text() == "Gifts from Harbour & Hill, live for the Gulf"
    dialog.reject()


def test_the_dock_does_not_widen_a_small_window(board: ScheduleBoard, window: MainWindow) -> None:
    window.resize(*SMALL)
    QApplication.processEvents()
    assert (window.width(), window.height()) == SMALL
    assert window.minimumSizeHint().width() <= SMALL[0]
    assert window.minimumSizeHint().height() <= SMALL[1]


def test_the_planner_opens_from_the_dock(board: ScheduleBoard, window: MainWindow) -> None:
    window.context.openers.open_planner("month")
    planner = window.windows.planner
    assert planner is not None
    assert planner.isVisible()
    assert planner.tab == "month"
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.qt_actions.run("planner.toggle")  # it is behind the other window, so the command raises it
    assert planner.isVisible()
    assert QTest.qWaitForWindowActive(planner)
    window.qt_actions.run("planner.toggle")
    assert not planner.isVisible()


def test_changed_time_zone_rules_are_shown_and_accepted(board: ScheduleBoard, window: MainWindow, studio: Studio, plan: Scheduler) -> None:
    """The plan was made with time zone rules in which New York stays on summer time."""

    def with_permanent_summer_time(table: ZoneTable) -> ZoneTable:
        return replace(table, offsets=((table.offsets[0][0], -240),)) if table.zone == NEW_YORK else table

    def with_old_rules(show: Show) -> Show:
        tables = tuple(map(with_permanent_summer_time, show.schedule.zone_tables))
        return replace(show, schedule=replace(show.schedule, tzdata="2020a", zone_tables=tables))

    studio.document.edit_show("Age", with_old_rules)
    assert window.qt_actions.can_run("schedule.moved")
    window.qt_actions.run("schedule.moved")
    dialog = window.findChildren(ZoneUpdateDialog)[0]
    words = [label.text() for label in dialog.findChildren(type(dialog.more))]
    assert any("Tea and ink" in text and "20:00 New York" in text for text in words)
    assert "Lin Yue · Shanghai" in words
    assert words[words.index("Lin Yue · Shanghai") + 1] == "08:00"
    before = [occurrence.local for occurrence in plan.upcoming(8)]
    dialog.accept_button.click()
    assert plan.moved() == ()
    assert [occurrence.local for occurrence in plan.upcoming(8)] == before
    assert not dialog.isVisible()
