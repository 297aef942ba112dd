"""The plan while time goes by: what is next, started in one step, late, over its time; told once, and nothing moved without a word."""

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
    made = SchedulingDesk(tmp_path)
    yield made
    made.close()


def on_air(desk: SchedulingDesk) -> str:
    """The key of the date that is on air."""
    current = desk.scheduler.current
    return current.key if current is not None else ""


def test_nothing_is_next_while_nothing_is_planned(desk: SchedulingDesk) -> None:
    assert (desk.scheduler.next, desk.scheduler.upcoming(), desk.scheduler.due, desk.scheduler.moved()) == (None, (), None, ())
    with pytest.raises(ScheduleError) as refused:
        desk.scheduler.start()
    assert refused.value.code == "schedule.nothing_planned"
    desk.tick(70)
    assert desk.heard == []


def test_what_is_next_goes_on_as_time_passes(desk: SchedulingDesk) -> None:
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


def test_one_click_goes_on_air_begins_the_run_of_show_and_says_which_show_it_was(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, show=True)
    desk.be_at(FIRST - 5 * MINUTE)
    desk.scheduler.start()
    assert (desk.studio.broadcast.asked_live, desk.scheduler.starting, on_air(desk)) == (1, True, "")
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
    assert on_air(desk) == "weekly@2027-03-05T20:00"
    assert desk.scheduler.next is not None and desk.scheduler.next.key == "weekly@2027-03-12T20:00"
    desk.off()
    assert [event.data["why"] for event in desk.logged(EventKind.AIRING_ENDED)] == ["host"]
    assert on_air(desk) == ""
    assert desk.scheduler.upcoming(1)[0].key == "weekly@2027-03-12T20:00", "what took place is not next again"


def test_a_show_that_is_taken_up_again_by_the_next_desk_is_still_that_show(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    desk.close()
    again = SchedulingDesk(tmp_path / "again", now=FIRST + 30 * MINUTE, path=tmp_path / "show.tradewind")
    assert again.scheduler.current is not None and again.scheduler.current.key == "weekly@2027-03-05T20:00"
    again.live()
    assert len(again.logged(EventKind.AIRING_STARTED)) == 1
    again.off()
    assert len(again.logged(EventKind.AIRING_ENDED)) == 1
    again.close()


def test_a_show_that_its_computer_lost_goes_on_as_itself_until_its_end(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    desk.close()
    again = SchedulingDesk(tmp_path / "again", now=FIRST + 30 * MINUTE, path=tmp_path / "show.tradewind")
    again.studio.log.append(EventKind.OFF_AIR, why="lost")
    assert again.scheduler.current is None
    assert again.scheduler.next is not None and again.scheduler.next.key == "weekly@2027-03-05T20:00"
    again.live()
    assert on_air(again) == "weekly@2027-03-05T20:00"
    again.off()
    assert [event.data["why"] for event in again.logged(EventKind.AIRING_ENDED)] == ["lost", "host"]
    assert again.scheduler.next.key == "weekly@2027-03-12T20:00"
    again.studio.log.append(EventKind.AIRING_STARTED, airing="weekly", occurrence="weekly@2027-03-05T20:00")
    again.studio.log.append(EventKind.OFF_AIR, why="lost")
    again.be_at(FIRST + timedelta(hours=2))
    assert again.scheduler.next.key == "weekly@2027-03-12T20:00", "its hours are over"
    again.close()


def test_going_live_when_a_show_is_due_is_that_show_but_begins_no_run_of_show(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, show=True)
    desk.be_at(FIRST - 46 * MINUTE)
    desk.live()
    assert desk.logged(EventKind.AIRING_STARTED) == []
    desk.off()
    desk.be_at(FIRST - 44 * MINUTE)
    desk.live()
    assert [event.data["occurrence"] for event in desk.logged(EventKind.AIRING_STARTED)] == ["weekly@2027-03-05T20:00"]
    assert not desk.runner.run.running


def test_a_start_that_was_taken_back_does_not_count(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.start()
    desk.studio.broadcast.state.set(BroadcastState.STOPPING)
    desk.studio.broadcast.state.set(BroadcastState.IDLE)
    desk.live()  # days before the show: something else
    assert desk.logged(EventKind.AIRING_STARTED) == []


def test_a_show_follows_another_without_leaving_the_air(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY, Airing("after", "After", wall("2027-03-05 22:00", NEW_YORK)))
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    desk.be_at(FIRST + 120 * MINUTE)
    desk.scheduler.start()
    assert [event.data["why"] for event in desk.logged(EventKind.AIRING_ENDED)] == ["next"]
    assert desk.scheduler.current is not None and desk.scheduler.current.key == "after"


def test_a_show_is_announced_then_late_each_told_once(desk: SchedulingDesk) -> None:
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


def test_one_that_overruns_says_what_is_behind_it_and_what_would_shift(desk: SchedulingDesk) -> None:
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


def test_a_late_start_moves_what_comes_after(desk: SchedulingDesk) -> None:
    people = (Party("host", "Lin", PartyKind.HOST, SHANGHAI),)
    after = Airing("after", "After", wall("2027-03-05 22:00", NEW_YORK), party_ids=("host",))
    desk.fill(replace(WEEKLY, party_ids=("host",)), after, parties=people)
    desk.be_at(FIRST + 30 * MINUTE)
    shifts = {shift.occurrence.key: shift.later_minutes for shift in desk.scheduler.replan()}
    assert shifts == {"after": 30}


def test_a_reminder_is_due_once_at_its_moment(desk: SchedulingDesk) -> None:
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


def test_nobody_is_reminded_of_a_date_that_is_over(desk: SchedulingDesk) -> None:
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


@pytest.mark.parametrize("begun", [301, 250, 30])
def test_a_reminder_goes_out_when_the_first_of_its_readers_are_to_be_told(desk: SchedulingDesk, begun: int) -> None:
    """And to the others still when the desk was not there at that time: whose hour it is, pages know."""
    due: list[str] = []
    desk.schedule_alerts.reminder_due.connect(lambda reminder, occurrence: due.append(reminder.id))
    desk.fill(WEEKLY)
    texts = {"en": "Soon", "ar": "قريبًا"}
    desk.be_at(FIRST - 302 * MINUTE if begun == 301 else FIRST - 700 * MINUTE)
    desk.scheduler.put_reminder(ShowReminder("apart", "weekly@2027-03-05T20:00", 30, texts, apart={"ar": 301}))
    desk.tick()
    assert due == []
    desk.be_at(FIRST - begun * MINUTE)
    desk.tick(3)
    assert due == ["apart"]


# The clock and the place ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "code"), [(3600.0, "schedule.clock_forward"), (-5400.0, "schedule.clock_back")])
def test_a_clock_change_is_reported_and_no_show_moves(desk: SchedulingDesk, seconds: float, code: str) -> None:
    desk.fill(WEEKLY)
    before, changes = desk.studio.document.show, desk.changes
    desk.clock.step(seconds)
    desk.tick(10)
    told = desk.notice(code)
    assert told.data["minutes"] == abs(seconds) // 60
    assert (told.data["title"], told.data["time"]) == ("Friday deals", "2027-03-06 09:00")
    assert desk.studio.document.show is before and desk.changes == changes + 1
    assert desk.scheduler.upcoming(1)[0].start == FIRST


def test_a_clock_that_is_kept_by_the_network_or_slept_is_no_step() -> None:
    clock = SteppingClock(10**18)
    watch = ClockWatch(clock)
    for _ in range(1000):
        clock.pass_ms(5000)
        clock.step(0.0025)  # 500 ppm, as fast as clocks are slewed
        assert watch.stepped_s() == 0.0
    clock.pass_ms(8 * 3600 * 1000)  # a night's sleep, on a clock that goes on meanwhile
    assert watch.stepped_s() == 0.0
    clock.step(-30)
    assert watch.stepped_s() == pytest.approx(-30)
    assert watch.stepped_s() == 0.0


def test_the_clock_that_nobody_sets_goes_on() -> None:
    clock = SystemClock()
    first = clock.steady_ns()
    assert clock.steady_ns() >= first
    assert ClockWatch(clock).stepped_s() == 0.0


def test_a_pc_in_another_zone_gets_a_notice_with_both_times(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    desk.tick(60)
    assert (desk.codes(), desk.place.read()) == ([], SHANGHAI)
    desk.calendar.place = "Asia/Dubai"
    before, changes = desk.studio.document.show, desk.changes
    desk.tick(60)
    told = desk.notice("schedule.place_changed")
    assert told.data == {
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
    again = SchedulingDesk(tmp_path, place="Europe/Berlin", path=tmp_path / "show.tradewind")
    assert again.notice("schedule.place_changed").data["before"] == "Asia/Dubai"
    again.close()


def test_who_plans_from_a_chosen_place_goes_on_there(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.set_host_zone(SHANGHAI)
    desk.tick(60)
    desk.calendar.place = "Asia/Dubai"
    desk.tick(60)
    assert [notice.code for notice in desk.heard] == ["schedule.place_kept"]
    assert desk.scheduler.host_zone == SHANGHAI


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
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
    assert desk.codes() == ["schedule.place_changed"], "told once, although it could not be noted"
    desk.close()
