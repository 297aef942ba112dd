"""Tests the month, the agenda, the tasks and the airing form with the real scheduler."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QPoint, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from app.domain.base.local_time import LocalTime
from app.domain.planning.people.party import PartyKind
from app.domain.planning.schedule import airing_by_id
from app.session.planning.dates.series_edit import Scope
from app.session.planning.scheduler import Scheduler
from app.session.studio import Studio
from app.ui.planning.agenda_view import AgendaView
from app.ui.planning.dates.airing_dialog import AiringDialog
from app.ui.planning.months.month_view import MonthView
from app.ui.planning.tasks_view import TasksView
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.planned import GULF_FIRST, NOON, US_FIRST, US_SECOND, at, noon_clock, plan_sample

LEFT = Qt.MouseButton.LeftButton
NONE, CTRL, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NEW_YORK, DUBAI, SHANGHAI = "America/New_York", "Asia/Dubai", "Asia/Shanghai"


@pytest.fixture
def clock() -> SetClock:
    return noon_clock()


@pytest.fixture
def plan(studio: Studio) -> Scheduler:
    return studio.control.scheduler


@pytest.fixture
async def planned(window: MainWindow, studio: Studio) -> AsyncIterator[MainWindow]:
    """The window with the sample's plan and its markets' festivals."""
    plan_sample(studio)
    festivals_loaded = asyncio.Event()
    plan = studio.control.scheduler
    stop = plan.changed.connect(lambda: festivals_loaded.set() if plan.advice.festivals(date(2026, 11, 1), date(2026, 12, 31)) else None)
    if not plan.advice.festivals(date(2026, 11, 1), date(2026, 12, 31)):
        await asyncio.wait_for(festivals_loaded.wait(), 30)
    stop()
    yield window


@pytest.fixture
def month(planned: MainWindow) -> Iterator[MonthView]:
    view = MonthView(planned.context)
    view.resize(1100, 700)
    view.show()
    view.activateWindow()
    view.grid.setFocus()
    QApplication.processEvents()
    yield view
    view.deleteLater()


@pytest.fixture
def agenda(planned: MainWindow) -> Iterator[AgendaView]:
    view = AgendaView(planned.context)
    view.resize(1000, 600)
    view.show()
    QApplication.processEvents()
    yield view
    view.deleteLater()


def drag(month: MonthView, key: str, day: date, modifier: Qt.KeyboardModifier = NONE) -> None:
    grid = month.grid
    begin, end = grid.chip_rect(key).center(), grid.cell_rect(day).center()
    QTest.mousePress(grid, LEFT, modifier, begin)
    QTest.mouseMove(grid, begin + QPoint(20, 3))
    QTest.mouseMove(grid, end)
    QTest.mouseRelease(grid, LEFT, modifier, end)


def titles(month: MonthView, day: date) -> list[str]:
    return [f"{item.hour} {item.title}" for item in month.grid.page.cells[day].items]


def click_menu_item(words: str) -> None:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def form(widget: MonthView | AgendaView | MainWindow) -> AiringDialog:
    QApplication.processEvents()
    found = [dialog for dialog in widget.findChildren(AiringDialog) if dialog.isVisible()]
    assert len(found) == 1
    return found[0]


# --- the month -----------------------------------------------------------------------------------------------------------


def test_the_month_shows_dates_in_the_host_time_zone(month: MonthView) -> None:
    assert month.title.text() == "November 2026"
    assert titles(month, date(2026, 11, 27)) == ["09:00 Tea and ink, live for the US"]  # Thursday evening there
    assert titles(month, date(2026, 11, 29)) == ["00:00 Gifts from Harbour & Hill, live for the Gulf"]
    assert month.grid.page.cells[date(2026, 11, 27)].items[0].state == "next"
    marks = {day: [mark.words for mark in cell.marks] for day, cell in month.grid.page.cells.items() if cell.marks}
    assert "US Thanksgiving" in marks[date(2026, 11, 26)]
    assert any("Black Friday" in words for words in marks[date(2026, 11, 27)])
    kinds = {mark.kind for cell in month.grid.page.cells.values() for mark in cell.marks}
    assert {"festival", "commercial", "clocks", "caution"} <= kinds
    assert any("clocks go back by" in mark.tip for mark in month.grid.page.cells[date(2026, 11, 1)].marks)


def test_the_month_shows_dates_in_a_market_time_zone(month: MonthView) -> None:
    month.clocks.setCurrentIndex(month.clocks.findData(NEW_YORK))
    month.clocks.chosen.emit()
    assert titles(month, date(2026, 11, 26)) == ["20:00 Tea and ink, live for the US"]
    assert titles(month, date(2026, 11, 27)) == []


def test_a_single_show_is_dragged_to_another_day_and_undone(month: MonthView, plan: Scheduler, studio: Studio) -> None:
    first = plan.occurrence(US_FIRST)
    assert first is not None
    key = plan.duplicate(first, LocalTime(datetime(2026, 11, 24, 20), NEW_YORK))
    before = studio.document.show
    drag(month, key, date(2026, 11, 28))
    assert airing_by_id(plan.schedule, key).start == LocalTime(datetime(2026, 11, 27, 20), NEW_YORK)
    assert titles(month, date(2026, 11, 28)) == ["09:00 Tea and ink, live for the US"]
    assert month.done.undo_button.isVisible()
    month.done.undo_button.click()
    assert studio.document.show.schedule == before.schedule
    assert not month.done.undo_button.isVisible()


def test_moving_a_date_of_a_series_asks_which_dates_to_move(month: MonthView, plan: Scheduler) -> None:
    drag(month, US_FIRST, date(2026, 11, 28))
    click_menu_item("Reschedule this date only")
    assert titles(month, date(2026, 11, 28)) == ["09:00 Tea and ink, live for the US"]
    assert titles(month, date(2026, 12, 4)) == ["09:00 Tea and ink, live for the US"]
    drag(month, US_SECOND, date(2026, 12, 3))
    click_menu_item("Reschedule this and all following dates")
    dates = plan.occurrences(NOON + timedelta(days=9), NOON + timedelta(days=26))
    assert [f"{date.start:%d %H:%M}" for date in dates if date.local.zone == NEW_YORK] == ["03 01:00", "10 01:00", "17 01:00"]


def test_ctrl_drag_copies_a_show(month: MonthView, plan: Scheduler) -> None:
    drag(month, US_FIRST, date(2026, 11, 25), CTRL)
    assert titles(month, date(2026, 11, 25)) == ["09:00 Tea and ink, live for the US"]
    assert titles(month, date(2026, 11, 27)) == ["09:00 Tea and ink, live for the US"]
    assert len(plan.schedule.airings) == 3
    assert plan.schedule.airings[-1].rule == ""


def test_keys_control_the_month(month: MonthView, plan: Scheduler, studio: Studio) -> None:
    grid = month.grid
    assert grid.day == date(2026, 11, 22)
    for _ in range(5):
        QTest.keyClick(grid, Qt.Key.Key_Right)
    assert (grid.day, grid.key) == (date(2026, 11, 27), US_FIRST)
    QTest.keyClick(grid, Qt.Key.Key_D, CTRL)
    assert titles(month, date(2026, 12, 4)) == ["09:00 Tea and ink, live for the US"] * 2
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.day == date(2026, 12, 4)
    assert month.title.text() == "November 2026"  # the date is in the page's last week
    chosen = grid.key
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert grid.key != chosen
    single = next(airing for airing in plan.schedule.airings if not airing.rule)
    grid.choose(date(2026, 12, 4), single.id)
    QTest.keyClick(grid, Qt.Key.Key_Left, ALT)
    assert airing_by_id(plan.schedule, single.id).start.wall == datetime(2026, 12, 2, 20)
    QTest.keyClick(grid, Qt.Key.Key_Delete)
    assert single.id not in {airing.id for airing in plan.schedule.airings}
    studio.document.undo()
    assert single.id in {airing.id for airing in plan.schedule.airings}
    QTest.keyClick(grid, Qt.Key.Key_PageDown)
    assert month.title.text() == "December 2026"
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert (month.title.text(), grid.day) == ("November 2026", date(2026, 11, 22))


def test_a_full_day_shows_how_many_more_shows_it_has(month: MonthView, plan: Scheduler) -> None:
    first = plan.occurrence(US_FIRST)
    assert first is not None
    for hour in range(5):
        plan.duplicate(first, LocalTime(datetime(2026, 11, 26, 14 + hour), NEW_YORK))
    cell = month.grid.cell_rect(date(2026, 11, 27))
    more: list[date] = []
    month.grid.more_wanted.connect(lambda day, point: more.append(day))
    for y in range(cell.top() + 30, cell.bottom() - 2, 6):
        QTest.mouseClick(month.grid, LEFT, NONE, QPoint(cell.left() + 30, y))
    menu = QApplication.activePopupWidget()
    assert more[:1] == [date(2026, 11, 27)]
    assert isinstance(menu, QMenu)
    assert len(menu.actions()) == 6
    menu.close()


def test_a_double_click_on_a_free_day_plans_a_show_there(month: MonthView, plan: Scheduler) -> None:
    QTest.mouseDClick(month.grid, LEFT, NONE, month.grid.cell_rect(date(2026, 11, 25)).center())
    dialog = form(month)
    assert dialog.when.local == LocalTime(datetime(2026, 11, 25, 20), NEW_YORK)
    dialog.title_line.setText("Second evening")
    dialog._show_preview()
    dialog.save_button.click()
    assert [airing.title for airing in plan.schedule.airings][-1] == "Second evening"
    assert titles(month, date(2026, 11, 26)) == ["09:00 Second evening"]


# --- a show's form --------------------------------------------------------------------------------------------------------


def test_the_form_shows_everyones_local_time(month: MonthView) -> None:
    month.show_actions.open(US_FIRST)
    dialog = form(month)
    parties = dialog.preview.parties
    assert parties.time_of("market-us") == "Thu, Nov 26 20:00"
    assert parties.time_of("host") == "Fri, Nov 27 09:00 +1 day"
    assert parties.time_of("interpreter-ar") == "Fri, Nov 27 03:00 +1 day"
    assert parties.chosen == ("market-us", "host")
    assert dialog.preview.here.text() == "Your time (Shanghai): Fri, Nov 27 09:00 · +1 day"
    dialog.when.hour.setTime(QTime(8, 0))
    dialog._show_preview()
    assert parties.time_of("host") == "Thu, Nov 26 21:00"
    dates = dialog.preview.dates.text().splitlines()
    assert dates[0].startswith("Thu, Nov 26, 2026  08:00")
    dialog.reject()


def test_the_dates_of_a_series_show_how_clock_changes_affect_the_host(month: MonthView, plan: Scheduler) -> None:
    later = plan.occurrence("us-evening@2027-03-04T20:00")
    assert later is not None
    month.show_actions.open(later.key)
    dialog = form(month)
    lines = dialog.preview.dates.text().splitlines()
    assert lines[0].endswith("here 09:00 +1 day")
    assert lines[2].startswith("Thu, Mar 18, 2027  20:00")
    assert lines[2].endswith("here 08:00 +1 day")  # New York's clocks went forward, Shanghai's did not
    dialog.reject()


@pytest.mark.parametrize(
    ("scope", "moved", "first_unchanged"),
    [(Scope.THIS, 1, True), (Scope.FOLLOWING, 3, True), (Scope.ALL, 4, False)],
)
def test_a_change_applies_to_one_date_to_later_dates_or_to_all(
    month: MonthView, plan: Scheduler, scope: Scope, moved: int, first_unchanged: bool
) -> None:
    month.show_actions.open(US_SECOND)
    dialog = form(month)
    dialog.scope.setCurrentIndex(dialog.scope.findData(scope))
    dialog.scope.activated.emit(dialog.scope.currentIndex())
    dialog.when.hour.setTime(QTime(21, 0))
    dialog._show_preview()
    dialog.save_button.click()
    dates = [occurrence for occurrence in plan.occurrences(NOON, NOON + timedelta(days=28)) if occurrence.local.zone == NEW_YORK]
    assert len(dates) == 4
    assert sum(date.local.wall.hour == 21 for date in dates) == moved
    assert (dates[0].local.wall.hour == 20) is first_unchanged


def test_a_new_title_is_announced(month: MonthView, plan: Scheduler) -> None:
    month.show_actions.open(US_FIRST)
    dialog = form(month)
    dialog.scope.setCurrentIndex(dialog.scope.findData(Scope.ALL))
    dialog.scope.activated.emit(dialog.scope.currentIndex())
    dialog.title_line.setText("Harvest tea")
    dialog.news.language.setCurrentIndex(dialog.news.language.findData("es"))
    dialog.news.language.activated.emit(dialog.news.language.currentIndex())
    assert dialog.news.title.isVisibleTo(dialog)
    field = dialog.news.title.findChild(QLineEdit)
    assert field is not None
    field.clear()
    QTest.keyClicks(field, "Nuevo")
    dialog._show_preview()
    dialog.save_button.click()
    airing = airing_by_id(plan.schedule, "us-evening")
    assert airing.title == airing.titles["en"] == "Harvest tea"
    assert airing.titles["es"] == "Nuevo"


def test_a_time_that_does_not_exist_cannot_be_planned(planned: MainWindow, plan: Scheduler) -> None:
    planned.schedule.plan()
    dialog = form(planned)
    dialog.title_line.setText("Night show")
    dialog.when.day.setDate(QDate(2027, 3, 14))
    dialog.when.hour.setTime(QTime(2, 30))
    dialog._show_preview()
    assert not dialog.save_button.isEnabled()
    assert dialog.when.question.isVisible()
    assert "New York" in dialog.when.words.text()
    dialog.when.first.click()
    dialog._show_preview()
    assert dialog.save_button.isEnabled()
    dialog.save_button.click()
    assert plan.schedule.airings[-1].start == LocalTime(datetime(2027, 3, 14, 3, 30), NEW_YORK)


def test_moving_a_date_to_a_skipped_time_asks_the_user(month: MonthView, plan: Scheduler) -> None:
    first = plan.occurrence(US_FIRST)
    assert first is not None
    key = plan.duplicate(first, LocalTime(datetime(2027, 3, 13, 2, 30), NEW_YORK))
    month.show_actions.move(key, 1)
    dialog = form(month)
    assert dialog.when.question.isVisible()
    dialog.when.second.click()
    dialog._show_preview()
    dialog.save_button.click()
    assert airing_by_id(plan.schedule, key).start == LocalTime(datetime(2027, 3, 14, 1, 30), NEW_YORK)


def test_opening_a_date_twice_shows_the_same_form(month: MonthView) -> None:
    month.show_actions.open(US_FIRST)
    month.show_actions.open(US_FIRST)
    dialog = form(month)
    dialog.reject()
    month.show_actions.open(US_FIRST)
    form(month).reject()


def test_cancelling_is_one_undo_step(month: MonthView, plan: Scheduler, studio: Studio) -> None:
    month.show_actions.open(US_FIRST)
    form(month).cancel_show_button.click()
    assert plan.occurrence(US_FIRST) is None
    assert plan.occurrence(US_SECOND) is not None
    studio.document.undo()
    assert plan.occurrence(US_FIRST) is not None


def test_the_form_closes_when_its_date_is_removed(month: MonthView, plan: Scheduler) -> None:
    month.show_actions.open(GULF_FIRST)
    dialog = form(month)
    plan.remove_airings(("gulf-evening",))
    assert not dialog.isVisible()


def test_the_first_plan_offers_markets_and_host(window: MainWindow, studio: Studio, plan: Scheduler) -> None:
    plan_sample(studio)
    plan.remove_airings(("us-evening", "gulf-evening"))
    plan.remove_parties([party.id for party in plan.schedule.parties])
    window.schedule.plan()
    dialog = form(window)
    assert set(dialog.preview.parties.boxes) == {"market-us", "market-ae", "host"}
    assert dialog.preview.parties.chosen == ("market-us", "host")
    dialog.title_line.setText("First")
    dialog._show_preview()
    dialog.save_button.click()
    assert [(party.kind, party.zone) for party in plan.schedule.parties] == [(PartyKind.MARKET, NEW_YORK), (PartyKind.HOST, SHANGHAI)]
    studio.document.undo()  # the show and its parties are one undo step
    assert plan.schedule.parties == ()
    assert plan.schedule.airings == ()


# --- agenda and tasks -----------------------------------------------------------------------------------------------------


def test_the_agenda_shows_three_time_zones(agenda: AgendaView) -> None:
    agenda.clocks.setCurrentIndex(agenda.clocks.findData(DUBAI))
    agenda.clocks.chosen.emit()
    day = agenda.list.days[0]
    assert day.title == "Friday, November 27"
    assert "US Black Friday" in day.marks
    row = day.rows[0]
    assert (row.key, row.hour, row.status) == (US_FIRST, "09:00", "check")
    assert row.clocks == (("New York", "Thu, Nov 26 20:00 −1 day"), ("Dubai", "Fri, Nov 27 05:00"))
    assert agenda.list.keys[:3] == (US_FIRST, GULF_FIRST, US_SECOND)


def test_keys_control_the_agenda(agenda: AgendaView, plan: Scheduler) -> None:
    agenda.list.choose(GULF_FIRST)
    QTest.keyClick(agenda.list, Qt.Key.Key_D, CTRL)
    assert len(plan.schedule.airings) == 3
    QTest.keyClick(agenda.list, Qt.Key.Key_Delete)
    assert plan.occurrence(GULF_FIRST) is None
    agenda.done.undo_button.click()
    assert plan.occurrence(GULF_FIRST) is not None
    agenda.list.choose(GULF_FIRST)
    QTest.keyClick(agenda.list, Qt.Key.Key_Return)
    form(agenda).reject()


def test_a_date_that_started_early_and_ended_is_past(agenda: AgendaView, month: MonthView, plan: Scheduler, clock: SetClock) -> None:
    def states() -> tuple[str, str]:
        items = {item.key: item for cell in month.grid.page.cells.values() for item in cell.items}
        rows = {row.key: row for day in agenda.list.days for row in day.rows}
        return rows[US_FIRST].status, items[US_FIRST].state

    at(clock, datetime(2026, 11, 27, 0, 40, tzinfo=UTC))
    first = plan.occurrence(US_FIRST)
    assert first is not None
    plan.airings.begin(first, "")
    assert states() == ("now", "now")
    plan.airings.end("host")
    QApplication.processEvents()
    assert states() == ("aired", "past")
    assert plan.next is not None and plan.next.key == GULF_FIRST


def test_an_empty_agenda_says_what_to_do(agenda: AgendaView, plan: Scheduler) -> None:
    plan.remove_airings(("us-evening", "gulf-evening"))
    assert agenda.empty.isVisible()


def test_ticking_off_a_task_can_be_undone(planned: MainWindow, plan: Scheduler) -> None:
    view = TasksView(planned.context)
    view.resize(900, 500)
    view.show()
    QApplication.processEvents()
    before = [task.id for task in plan.tasks(done=False)]
    group = view.tree.topLevelItem(1)
    assert group is not None
    assert group.text(0).startswith("Overdue")
    assert group.isExpanded()
    item = group.child(0)
    assert item is not None
    item.setCheckState(0, Qt.CheckState.Checked)
    assert len(plan.tasks(done=False)) == len(before) - 1
    assert view.done.words.text().startswith("Done: ")
    view.done.undo_button.click()
    assert [task.id for task in plan.tasks(done=False)] == before
    view.deleteLater()


def test_long_overdue_tasks_are_one_line_that_names_the_market(planned: MainWindow) -> None:
    view = TasksView(planned.context)
    view.show()
    QApplication.processEvents()
    group = view.tree.topLevelItem(0)
    assert group is not None
    assert group.text(0).startswith("Long overdue")
    assert not group.isExpanded()
    children = (group.child(index) for index in range(group.childCount()))
    lines = [child.text(1) for child in children if child is not None]
    assert any("Black Friday · United States" in line for line in lines)
    assert len(set(lines)) > 1
    view.deleteLater()


def test_times_come_from_the_packaged_time_zone_rules(plan: Scheduler, planned: MainWindow) -> None:
    first = plan.occurrence(US_FIRST)
    assert first is not None
    assert first.start == datetime(2026, 11, 27, 1, tzinfo=UTC)
