"""The plan as time passes: the next date, starting it, late starts and overruns; each is reported once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.base.clock import SystemClock
from app.domain.event import EventKind
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, ScheduleError, ShowReminder
from app.domain.program.broadcast import BroadcastState
from app.session.planning.dates.clock_watch import ClockWatch
from tests.support.schedules import BERLIN, NEW_YORK, SHANGHAI
from tests.support.scheduling import SchedulingDesk, SteppingClock, wall

WEEKLY = Airing("weekly", "Friday deals", wall("2027-03-05 20:00", NEW_YORK), rule="FREQ=WEEKLY;BYDAY=FR")
FIRST = datetime(2027, 3, 6, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SchedulingDesk]:
    desk = SchedulingDesk(tmp_path)
    yield desk
    desk.close()


def current_key(desk: SchedulingDesk) -> str:
    """Return the key of the date on air, or ""."""
    current = desk.scheduler.current
    return current.key if current is not None else ""


def test_nothing_is_next_while_nothing_is_planned(desk: SchedulingDesk) -> None:
    assert (desk.scheduler.next, desk.scheduler.upcoming(), desk.scheduler.due, desk.scheduler.moved()) == (None, (), None, ())
    with pytest.raises(ScheduleError) as raised:
        desk.scheduler.start()
    assert raised.value.code == "schedule.nothing_planned"
    desk.tick(70)
    assert desk.heard == []


def test_the_next_date_advances_with_time(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, Airing("once", "Once", wall("2027-03-09 20:00", BERLIN)))
    keys = [one.key for one in desk.scheduler.upcoming(4)]
    assert keys == ["weekly@2027-03-05T20:00", "once", "weekly@2027-03-12T20:00", "weekly@2027-03-19T20:00"]
    assert len(desk.scheduler.upcoming(40)) == 40
    desk.be_at(FIRST + 119 * MINUTE)
    assert desk.scheduler.next is not None and desk.scheduler.next.key == keys[0]
    assert desk.scheduler.status.late == 119 * MINUTE
    desk.be_at(FIRST + 121 * MINUTE)
    assert [one.key for one in desk.scheduler.upcoming(2)] == keys[1:3]
    desk.clock.step(-7 * 24 * 3600)
    assert desk.scheduler.upcoming(1)[0].key == keys[0]


def test_one_action_goes_live_starts_the_rundown_and_logs_the_date(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, show=True)
    desk.be_at(FIRST - 5 * MINUTE)
    desk.scheduler.start()
    assert (desk.studio.broadcast.asked_live, desk.scheduler.starting, current_key(desk)) == (1, True, "")
    desk.live()
    (started,) = desk.logged(EventKind.AIRING_STARTED)
    assert started.data == {
        "airing": "weekly",
        "occurrence": "weekly@2027-03-05T20:00",
        "planned_ms": round(FIRST.timestamp() * 1000),
        "title": "Friday deals",
        "parties": [],
    }
    assert desk.runner.run.running
    assert current_key(desk) == "weekly@2027-03-05T20:00"
    assert desk.scheduler.next is not None and desk.scheduler.next.key == "weekly@2027-03-12T20:00"
    desk.off()
    assert [event.data["why"] for event in desk.logged(EventKind.AIRING_ENDED)] == ["host"]
    assert current_key(desk) == ""
    assert desk.scheduler.upcoming(1)[0].key == "weekly@2027-03-12T20:00", "a date that was on air is not next again"


def test_the_next_desk_continues_the_date_on_air(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    desk.close()
    next_desk = SchedulingDesk(tmp_path / "again", now=FIRST + 30 * MINUTE, path=tmp_path / "show.tradewind")
    assert next_desk.scheduler.current is not None and next_desk.scheduler.current.key == "weekly@2027-03-05T20:00"
    next_desk.live()
    assert len(next_desk.logged(EventKind.AIRING_STARTED)) == 1
    next_desk.off()
    assert len(next_desk.logged(EventKind.AIRING_ENDED)) == 1
    next_desk.close()


def test_after_a_crash_the_date_can_continue_until_its_end(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    desk.close()
    next_desk = SchedulingDesk(tmp_path / "again", now=FIRST + 30 * MINUTE, path=tmp_path / "show.tradewind")
    next_desk.studio.log.append(EventKind.OFF_AIR, why="lost")
    assert next_desk.scheduler.current is None
    assert next_desk.scheduler.next is not None and next_desk.scheduler.next.key == "weekly@2027-03-05T20:00"
    next_desk.live()
    assert current_key(next_desk) == "weekly@2027-03-05T20:00"
    next_desk.off()
    assert [event.data["why"] for event in next_desk.logged(EventKind.AIRING_ENDED)] == ["lost", "host"]
    assert next_desk.scheduler.next.key == "weekly@2027-03-12T20:00"
    next_desk.studio.log.append(EventKind.AIRING_STARTED, airing="weekly", occurrence="weekly@2027-03-05T20:00")
    next_desk.studio.log.append(EventKind.OFF_AIR, why="lost")
    next_desk.be_at(FIRST + timedelta(hours=2))
    assert next_desk.scheduler.next.key == "weekly@2027-03-12T20:00", "the date's end is past"
    next_desk.close()


def test_going_live_when_a_date_is_due_logs_it_but_starts_no_rundown(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, show=True)
    desk.be_at(FIRST - 46 * MINUTE)
    desk.live()
    assert desk.logged(EventKind.AIRING_STARTED) == []
    desk.off()
    desk.be_at(FIRST - 44 * MINUTE)
    desk.live()
    assert [event.data["occurrence"] for event in desk.logged(EventKind.AIRING_STARTED)] == ["weekly@2027-03-05T20:00"]
    assert not desk.runner.run.running


def test_a_cancelled_start_is_not_logged(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.start()
    desk.studio.broadcast.state.set(BroadcastState.STOPPING)
    desk.studio.broadcast.state.set(BroadcastState.IDLE)
    desk.live()  # days before the date, so not this date
    assert desk.logged(EventKind.AIRING_STARTED) == []


def test_a_date_can_follow_another_without_going_off_air(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, Airing("after", "After", wall("2027-03-05 22:00", NEW_YORK)))
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    desk.be_at(FIRST + 120 * MINUTE)
    desk.scheduler.start()
    assert [event.data["why"] for event in desk.logged(EventKind.AIRING_ENDED)] == ["next"]
    assert desk.scheduler.current is not None and desk.scheduler.current.key == "after"


def test_a_date_is_announced_once_and_reported_late_once(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.be_at(FIRST - 16 * MINUTE)
    assert desk.codes() == []
    desk.be_at(FIRST - 15 * MINUTE)
    desk.tick(3)
    soon = desk.notice("schedule.soon")
    assert (soon.data, soon.actions) == ({"title": "Friday deals", "minutes": 15}, ("schedule.start",))
    desk.be_at(FIRST + MINUTE)
    desk.tick(3)
    late = desk.notice("schedule.late")
    assert (late.data["time"], late.subject) == ("2027-03-06 09:00", "weekly@2027-03-05T20:00")
    assert desk.codes() == ["schedule.soon", "schedule.late"]


def test_a_moved_date_is_announced_again(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.be_at(FIRST - 10 * MINUTE)
    desk.scheduler.move(desk.scheduler.upcoming(1)[0], wall("2027-03-05 21:00", NEW_YORK))
    desk.be_at(FIRST + 50 * MINUTE)
    assert desk.codes() == ["schedule.soon", "schedule.soon"]


def test_an_overrunning_date_names_the_next_one_and_can_shift_it(desk: SchedulingDesk) -> None:
    people = (Party("host", "Lin", PartyKind.HOST, SHANGHAI),)
    after = Airing("after", "After", wall("2027-03-05 22:15", NEW_YORK), party_ids=("host",))
    desk.fill(replace(WEEKLY, party_ids=("host",)), after, parties=people)
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    assert desk.scheduler.replan() == ()
    desk.be_at(FIRST + 140 * MINUTE)
    overrun = desk.notice("schedule.overrun")
    assert overrun.data == {"title": "Friday deals", "minutes": 20, "next": "After", "time": "2027-03-06 11:15"}
    (shift,) = desk.scheduler.replan()
    assert (shift.occurrence.key, shift.later_minutes) == ("after", 30)
    desk.scheduler.apply_replan([shift])
    assert desk.scheduler.next is not None and desk.scheduler.next.local == wall("2027-03-05 22:45", NEW_YORK)
    assert desk.studio.document.undo_title == "Shift the rest of the day"
    assert desk.scheduler.replan() == ()


def test_a_late_start_shifts_later_dates(desk: SchedulingDesk) -> None:
    people = (Party("host", "Lin", PartyKind.HOST, SHANGHAI),)
    after = Airing("after", "After", wall("2027-03-05 22:00", NEW_YORK), party_ids=("host",))
    desk.fill(replace(WEEKLY, party_ids=("host",)), after, parties=people)
    desk.be_at(FIRST + 30 * MINUTE)
    shifts = {shift.occurrence.key: shift.later_minutes for shift in desk.scheduler.replan()}
    assert shifts == {"after": 30}


def test_a_reminder_is_due_once_at_its_time(desk: SchedulingDesk) -> None:
    due: list[tuple[ShowReminder, Occurrence]] = []
    desk.schedule_alerts.reminder_due.connect(lambda reminder, occurrence: due.append((reminder, occurrence)))
    desk.fill(WEEKLY)
    desk.scheduler.put_reminder(ShowReminder("hour", "weekly@2027-03-05T20:00", 60))
    desk.scheduler.put_reminder(ShowReminder("sent", "weekly@2027-03-05T20:00", 60, sent_ms=1))
    desk.scheduler.put_reminder(ShowReminder("lost", "gone@2027-03-05T20:00", 60))
    desk.scheduler.put_reminder(ShowReminder("missed", "weekly@2027-03-05T20:00", 600))
    desk.be_at(FIRST - 61 * MINUTE)
    assert due == []
    desk.be_at(FIRST - 60 * MINUTE)
    desk.tick(5)
    assert [(reminder.id, occurrence.start) for reminder, occurrence in due] == [("hour", FIRST)]


def test_a_date_that_is_over_has_no_reminders(desk: SchedulingDesk) -> None:
    due: list[str] = []
    desk.schedule_alerts.reminder_due.connect(lambda reminder, occurrence: due.append(reminder.id))
    desk.fill(WEEKLY)
    desk.scheduler.put_reminder(ShowReminder("late", "weekly@2027-03-05T20:00", 10))
    desk.be_at(FIRST - timedelta(minutes=40))
    desk.scheduler.start()
    desk.live()
    desk.off()
    desk.be_at(FIRST - timedelta(minutes=9))
    assert due == []


@pytest.mark.parametrize("minutes_before", [301, 250, 30])
def test_a_reminder_is_due_when_the_earliest_market_should_get_it(desk: SchedulingDesk, minutes_before: int) -> None:
    """It is also due later if the desk was not running then; pages know when to show it in their market."""
    due: list[str] = []
    desk.schedule_alerts.reminder_due.connect(lambda reminder, occurrence: due.append(reminder.id))
    desk.fill(WEEKLY)
    texts = {"en": "Soon", "ar": "قريبًا"}
    desk.be_at(FIRST - 302 * MINUTE if minutes_before == 301 else FIRST - 700 * MINUTE)
    desk.scheduler.put_reminder(ShowReminder("apart", "weekly@2027-03-05T20:00", 30, texts, apart={"ar": 301}))
    desk.tick()
    assert due == []
    desk.be_at(FIRST - minutes_before * MINUTE)
    desk.tick(3)
    assert due == ["apart"]


# The clock and the place ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "code"), [(3600.0, "schedule.clock_forward"), (-5400.0, "schedule.clock_back")])
def test_a_clock_change_is_reported_and_no_show_moves(desk: SchedulingDesk, seconds: float, code: str) -> None:
    desk.fill(WEEKLY)
    before, changes = desk.studio.document.show, desk.changes
    desk.clock.step(seconds)
    desk.tick(10)
    notice = desk.notice(code)
    assert notice.data["minutes"] == abs(seconds) // 60
    assert (notice.data["title"], notice.data["time"]) == ("Friday deals", "2027-03-06 09:00")
    assert desk.studio.document.show is before and desk.changes == changes + 1
    assert desk.scheduler.upcoming(1)[0].start == FIRST


def test_slewing_and_sleep_are_not_clock_steps() -> None:
    clock = SteppingClock(10**18)
    watch = ClockWatch(clock)
    for _ in range(1000):
        clock.pass_ms(5000)
        clock.step(0.0025)  # 500 ppm, the fastest slew
        assert watch.stepped_s() == 0.0
    clock.pass_ms(8 * 3600 * 1000)  # eight hours of sleep, while the clock continues
    assert watch.stepped_s() == 0.0
    clock.step(-30)
    assert watch.stepped_s() == pytest.approx(-30)
    assert watch.stepped_s() == 0.0


def test_the_steady_clock_only_moves_forward() -> None:
    clock = SystemClock()
    first = clock.steady_ns()
    assert clock.steady_ns() >= first
    assert ClockWatch(clock).stepped_s() == 0.0


def test_a_changed_zone_of_the_computer_gives_a_notice_with_both_times(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    desk.tick(60)
    assert (desk.codes(), desk.place.read()) == ([], SHANGHAI)
    desk.calendar.place = "Asia/Dubai"
    before, changes = desk.studio.document.show, desk.changes
    desk.tick(60)
    notice = desk.notice("schedule.place_changed")
    assert notice.data == {
        "before": SHANGHAI,
        "after": "Asia/Dubai",
        "title": "Friday deals",
        "time_before": "2027-03-06 09:00",
        "time_after": "2027-03-06 05:00",
    }
    assert (desk.scheduler.host_zone, desk.studio.document.show is before, desk.changes > changes) == ("Asia/Dubai", True, True)
    desk.tick(120)
    assert len(desk.heard) == 1
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    desk.close()
    next_desk = SchedulingDesk(tmp_path, place="Europe/Berlin", path=tmp_path / "show.tradewind")
    assert next_desk.notice("schedule.place_changed").data["before"] == "Asia/Dubai"
    next_desk.close()


def test_a_chosen_zone_is_kept_if_the_computers_zone_changes(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.set_host_zone(SHANGHAI)
    desk.tick(60)
    desk.calendar.place = "Asia/Dubai"
    desk.tick(60)
    assert [notice.code for notice in desk.heard] == ["schedule.place_kept"]
    assert desk.scheduler.host_zone == SHANGHAI


def test_an_unwritable_state_folder_only_gives_one_notice(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.place.write("x")
    (tmp_path / "state" / "place").unlink()
    (tmp_path / "state" / "place").mkdir()
    desk.fill(WEEKLY)
    desk.tick(60)
    assert desk.place.read() == ""
    assert desk.heard == []
    desk.calendar.place = "Asia/Dubai"
    desk.tick(180)
    assert desk.codes() == ["schedule.place_changed"], "reported once although the zone could not be stored"
    desk.close()
