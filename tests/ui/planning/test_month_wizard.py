"""Tests the month wizard and the plan's improvements: proposals change nothing before the user accepts them."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.base.local_time import LocalTime, wall_of
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing
from app.session.studio import Studio
from app.ui.planning.months.improve_dialog import ImproveDialog
from app.ui.planning.months.month_wizard import MonthWizard, next_month
from app.ui.planning.planner_window import PlannerWindow
from app.ui.shell.application import Shell
from tests.support.clocks import SetClock

NOW = datetime(2027, 2, 10, 9, tzinfo=UTC)
PEOPLE = (
    Party("us", "New York", PartyKind.MARKET, "America/New_York", "US"),
    Party("eg", "Cairo", PartyKind.MARKET, "Africa/Cairo", "EG"),
    Party("mei", "Mei", PartyKind.HOST, "Asia/Shanghai"),
    Party("ana", "Ana", PartyKind.INTERPRETER, "Europe/Madrid", languages=("en",)),
    Party("joy", "Joy", PartyKind.INTERPRETER, "Asia/Manila", languages=("en",)),
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(int(NOW.timestamp()) * 1_000_000_000)


@pytest.fixture
def studio_with_parties(studio: Studio) -> Studio:
    for party in PEOPLE:
        studio.control.scheduler.put_party(party)
    studio.control.scheduler.set_host_zone("Asia/Shanghai")
    return studio


async def propose(wizard: MonthWizard) -> None:
    wizard.suggest_button.click()
    await wizard.work.settled()
    QApplication.processEvents()


async def test_an_accepted_month_is_added_to_the_plan_as_one_undo_step(shell: Shell, studio_with_parties: Studio) -> None:
    plan = studio_with_parties.control.scheduler
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    assert (wizard.first.date().toPython(), wizard.last.date().toPython()) == next_month(plan.today())
    wizard.quotas[1].count.setValue(2)
    assert not wizard.add_button.isEnabled()
    await propose(wizard)
    count = wizard.table.rowCount()
    assert count == 14 + 8  # five Mondays and Wednesdays, four Fridays; Egypt: four Thursdays and Sundays, when nobody else watches
    assert not plan.schedule.airings
    wizard.add_button.click()
    airings = plan.schedule.airings
    assert len(airings) == count
    assert {airing.title for airing in airings} == {"Live: New York", "Live: Cairo"}
    assert {
        wall_of(occurrence.start, "America/New_York", plan.zones).wall.hour for occurrence in plan.occurrences(NOW, NOW.replace(month=4))
    } >= {20}
    assert {airing.start.zone for airing in airings} == {"America/New_York", "Africa/Cairo"}
    studio_with_parties.document.undo()
    assert not plan.schedule.airings


async def test_changing_a_quota_discards_the_proposal(shell: Shell, studio_with_parties: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    await propose(wizard)
    assert wizard.add_button.isEnabled()
    wizard.quotas[0].count.setValue(5)
    assert not wizard.add_button.isEnabled()
    assert not wizard.outcome.isVisible()
    for quota in wizard.quotas:
        quota.count.setValue(0)
    assert not wizard.suggest_button.isEnabled()
    wizard.reject()


async def test_back_keeps_the_quotas_and_titles_name_the_audience_only_if_there_are_several(
    shell: Shell, studio_with_parties: Studio
) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    wizard.title.setText("Tea")
    await propose(wizard)
    assert wizard.table.isVisible()
    assert not wizard.title.isVisible()
    wizard.back.click()
    assert wizard.title.isVisible()
    assert [quota.title for quota in wizard.entered_quotas()] == ["Tea"]
    wizard.quotas[1].count.setValue(1)
    assert [quota.title for quota in wizard.entered_quotas()] == ["Tea · New York", "Tea · Cairo"]
    wizard.reject()


async def test_the_last_day_is_never_before_the_first(shell: Shell, studio_with_parties: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.first.setDate(wizard.last.date().addDays(7))
    assert wizard.last.date() == wizard.first.date()
    wizard.reject()


async def test_at_least_as_many_weekdays_as_shows_stay_selected(shell: Shell, studio_with_parties: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    quota = wizard.quotas[0]
    quota.count.setValue(2)
    for button in quota.days:
        button.click()
    assert len(quota.weekdays) == 2
    wizard.reject()


async def test_planned_shows_stay_and_nobody_is_in_two_shows_at_once(shell: Shell, studio_with_parties: Studio) -> None:
    plan = studio_with_parties.control.scheduler
    there = Airing("there", "Morning", LocalTime(datetime(2027, 3, 3, 9), "Asia/Shanghai"), 180, party_ids=("mei",))
    plan.put_airing(there)
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    await propose(wizard)
    wizard.add_button.click()
    assert there in plan.schedule.airings
    dates = plan.occurrences(NOW, NOW.replace(month=4))
    assert all(date.end <= other.start or other.end <= date.start for date in dates for other in dates if date is not other)


async def test_ticked_improvements_are_applied(shell: Shell, studio_with_parties: Studio) -> None:
    plan = studio_with_parties.control.scheduler
    for number, day in enumerate((2, 4)):
        plan.put_airing(
            Airing(f"a{number}", "Night", LocalTime(datetime(2027, 3, day, 3), "America/New_York"), party_ids=("us", "mei", "ana"))
        )
    before = plan.schedule
    dialog = ImproveDialog(shell.window.context, *next_month(plan.today()), shell.window)
    dialog.show()
    await dialog.work.settled()
    assert set(dialog.boxes) == {"a0", "a1"}
    assert plan.schedule == before
    dialog.boxes["a0"].setChecked(False)
    dialog.apply_button.click()
    (first, second) = plan.schedule.airings
    assert first == before.airings[0]
    assert second.start.wall.hour > 12
    assert "joy" in second.party_ids
    studio_with_parties.document.undo()
    assert plan.schedule.airings == before.airings


async def test_a_good_plan_gets_no_improvements(shell: Shell, studio_with_parties: Studio) -> None:
    dialog = ImproveDialog(shell.window.context, *next_month(studio_with_parties.control.scheduler.today()), shell.window)
    dialog.show()
    await dialog.work.settled()
    assert "No better times" in dialog.summary.text()
    assert not dialog.apply_button.isEnabled()
    dialog.reject()


async def test_the_planner_opens_the_wizard_and_shows_the_month(planner: PlannerWindow, studio: Studio) -> None:
    wizard = planner.plan_month()
    await propose(wizard)
    count, first = len(studio.document.show.schedule.airings), wizard.first_day
    wizard.add_button.click()
    QApplication.processEvents()
    assert planner.tab == "month"
    assert planner.month.month == first.replace(day=1)
    assert len(studio.document.show.schedule.airings) > count
    dialog = planner.improve()
    await dialog.work.settled()
    dialog.reject()


def test_a_month_needs_an_audience(empty_planner: PlannerWindow) -> None:
    assert not empty_planner.month_button.isEnabled()
    assert not empty_planner.improve_button.isEnabled()


def test_the_wizard_fits_the_screen(shell: Shell, studio_with_parties: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    room = wizard.screen().availableSize()
    wizard.resize_within_screen(room.width() + 500, room.height() + 500)
    assert wizard.size() == room
    wizard.reject()
