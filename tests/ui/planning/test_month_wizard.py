"""A month from a few quotas, and a plan that gets better: proposals that change nothing before somebody takes them."""

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
def peopled(studio: Studio) -> Studio:
    for party in PEOPLE:
        studio.control.scheduler.put_party(party)
    studio.control.scheduler.set_host_zone("Asia/Shanghai")
    return studio


async def propose(wizard: MonthWizard) -> None:
    wizard.propose.click()
    await wizard.work.settled()
    QApplication.processEvents()


async def test_a_month_is_proposed_seen_and_put_into_the_plan_as_one_step(shell: Shell, peopled: Studio) -> None:
    plan = peopled.control.scheduler
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    assert (wizard.first.date().toPython(), wizard.last.date().toPython()) == next_month(plan.today())
    wizard.quotas[1].count.setValue(2)
    assert not wizard.keep.isEnabled()
    await propose(wizard)
    count = wizard.table.rowCount()
    assert count == 14 + 8  # five Mondays and Wednesdays, four Fridays; in Egypt four Thursdays and Sundays, when nobody else watches
    assert not plan.schedule.airings
    wizard.keep.click()
    made = plan.schedule.airings
    assert len(made) == count
    assert {airing.title for airing in made} == {"Live: New York", "Live: Cairo"}
    assert {wall_of(one.start, "America/New_York", plan.zones).wall.hour for one in plan.occurrences(NOW, NOW.replace(month=4))} >= {20}
    assert {airing.start.zone for airing in made} == {"America/New_York", "Africa/Cairo"}
    peopled.document.undo()
    assert not plan.schedule.airings


async def test_another_wish_makes_the_proposal_void(shell: Shell, peopled: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    await propose(wizard)
    assert wizard.keep.isEnabled()
    wizard.quotas[0].count.setValue(5)
    assert not wizard.keep.isEnabled()
    assert not wizard.outcome.isVisible()
    for quota in wizard.quotas:
        quota.count.setValue(0)
    assert not wizard.propose.isEnabled()
    wizard.reject()


async def test_the_way_back_keeps_the_wishes_and_the_title_names_the_audience_only_among_several(shell: Shell, peopled: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    wizard.title.setText("Tea")
    await propose(wizard)
    assert wizard.table.isVisible()
    assert not wizard.title.isVisible()
    wizard.back.click()
    assert wizard.title.isVisible()
    assert [quota.title for quota in wizard.asked()] == ["Tea"]
    wizard.quotas[1].count.setValue(1)
    assert [quota.title for quota in wizard.asked()] == ["Tea · New York", "Tea · Cairo"]
    wizard.reject()


async def test_a_month_ends_on_its_first_day_or_later(shell: Shell, peopled: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.first.setDate(wizard.last.date().addDays(7))
    assert wizard.last.date() == wizard.first.date()
    wizard.reject()


async def test_as_many_days_as_shows_stay_allowed(shell: Shell, peopled: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    quota = wizard.quotas[0]
    quota.count.setValue(2)
    for button in quota.days:
        button.click()
    assert len(quota.weekdays) == 2
    wizard.reject()


async def test_what_is_planned_already_stays_and_nobody_is_in_two_shows(shell: Shell, peopled: Studio) -> None:
    plan = peopled.control.scheduler
    there = Airing("there", "Morning", LocalTime(datetime(2027, 3, 3, 9), "Asia/Shanghai"), 180, party_ids=("mei",))
    plan.put_airing(there)
    wizard = MonthWizard(shell.window.context, shell.window)
    wizard.show()
    await propose(wizard)
    wizard.keep.click()
    assert there in plan.schedule.airings
    dates = plan.occurrences(NOW, NOW.replace(month=4))
    assert all(one.end <= other.start or other.end <= one.start for one in dates for other in dates if one is not other)


async def test_a_plan_gets_better_by_what_is_ticked(shell: Shell, peopled: Studio) -> None:
    plan = peopled.control.scheduler
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
    dialog.take.click()
    (first, second) = plan.schedule.airings
    assert first == before.airings[0]
    assert second.start.wall.hour > 12
    assert "joy" in second.party_ids
    peopled.document.undo()
    assert plan.schedule.airings == before.airings


async def test_a_plan_that_is_good_is_left_alone(shell: Shell, peopled: Studio) -> None:
    dialog = ImproveDialog(shell.window.context, *next_month(peopled.control.scheduler.today()), shell.window)
    dialog.show()
    await dialog.work.settled()
    assert "No better times" in dialog.summary.text()
    assert not dialog.take.isEnabled()
    dialog.reject()


async def test_the_planner_asks_for_a_month_and_shows_it(planner: PlannerWindow, studio: Studio) -> None:
    wizard = planner.plan_month()
    await propose(wizard)
    count, first = len(studio.document.show.schedule.airings), wizard.first_day
    wizard.keep.click()
    QApplication.processEvents()
    assert planner.tab == "month"
    assert planner.month.month == first.replace(day=1)
    assert len(studio.document.show.schedule.airings) > count
    dialog = planner.improve()
    await dialog.work.settled()
    dialog.reject()


def test_without_an_audience_there_is_no_month(empty_planner: PlannerWindow) -> None:
    assert not empty_planner.month_button.isEnabled()
    assert not empty_planner.improve_button.isEnabled()


def test_it_is_no_larger_than_the_screen(shell: Shell, peopled: Studio) -> None:
    wizard = MonthWizard(shell.window.context, shell.window)
    room = wizard.screen().availableSize()
    wizard.resize_within_screen(room.width() + 500, room.height() + 500)
    assert wizard.size() == room
    wizard.reject()
