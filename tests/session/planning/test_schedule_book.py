"""Edits of the plan: skipped times are refused, series keep their local times, every edit is one undo step."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.base.errors import AppError
from app.domain.base.local_time import WallTimeError
from app.domain.planning.people.party import Party, PartyKind, Priorities
from app.domain.planning.schedule import Airing, FestivalChange, Schedule, ShowReminder, WhatsNew
from app.session.planning.dates.series_edit import Scope
from app.storage.show_file import read_only
from tests.support.schedules import BERLIN, KATHMANDU, NEW_YORK, SHANGHAI, full_schedule
from tests.support.scheduling import SchedulingDesk, wall

WEEKLY = Airing("weekly", "Friday deals", wall("2027-03-05 20:00", NEW_YORK), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=5")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SchedulingDesk]:
    desk = SchedulingDesk(tmp_path)
    yield desk
    desk.close()


def test_a_series_keeps_its_local_time_across_clock_changes(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    assert desk.starts() == ["03-06 01:00", "03-13 01:00", "03-20 00:00", "03-27 00:00", "04-03 00:00"]
    assert {one.local.wall.hour for one in desk.scheduler.occurrences(desk.scheduler.now(), datetime(2027, 6, 1, tzinfo=UTC))} == {20}


@pytest.mark.parametrize(
    ("start", "code", "first", "second"),
    [
        (wall("2027-03-14 02:30", NEW_YORK), "time.skipped", "2027-03-14 03:30", "2027-03-14 01:30"),
        (wall("2027-03-28 02:30", BERLIN), "time.skipped", "2027-03-28 03:30", "2027-03-28 01:30"),
        (wall("2027-11-07 01:30", NEW_YORK), "time.repeated", "2027-11-07 01:30", "2027-11-07 01:30"),
        (wall("2027-03-28 00:00", "Asia/Beirut"), "time.skipped", "2027-03-28 01:00", "2027-03-27 23:00"),
    ],
)
def test_a_skipped_or_repeated_time_is_refused_with_both_alternatives(
    desk: SchedulingDesk, start: object, code: str, first: str, second: str
) -> None:
    desk.fill(WEEKLY)
    before = desk.studio.document.show
    airing = Airing("a", "Night", start)  # type: ignore[arg-type]
    occurrence = desk.scheduler.upcoming(1)[0]
    for action in (
        lambda: desk.scheduler.put_airing(airing),
        lambda: desk.scheduler.move(occurrence, airing.start),
        lambda: desk.scheduler.move(occurrence, airing.start, scope=Scope.ALL),
        lambda: desk.scheduler.duplicate(occurrence, airing.start),
        lambda: desk.scheduler.change(occurrence, replace(airing, title="Other")),
    ):
        with pytest.raises(WallTimeError) as raised:
            action()
        assert (raised.value.code, raised.value.data["first"], raised.value.data["second"]) == (code, first, second)
        assert desk.studio.document.show is before


def test_a_repeated_time_is_accepted_with_its_fold(desk: SchedulingDesk) -> None:
    desk.fill(Airing("early", "One", wall("2027-11-07 01:30", NEW_YORK, 0)), Airing("late", "Two", wall("2027-11-07 01:30", NEW_YORK, 1)))
    assert desk.starts(365) == ["11-07 05:30", "11-07 06:30"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.THIS, ["03-06 01:00", "03-14 00:30", "03-20 00:00", "03-27 00:00", "04-03 00:00"]),
        (Scope.FOLLOWING, ["03-06 01:00", "03-14 00:30", "03-20 23:30", "03-27 23:30", "04-03 23:30"]),
        (Scope.ALL, ["03-07 00:30", "03-14 00:30", "03-20 23:30", "03-27 23:30", "04-03 23:30"]),
    ],
)
def test_one_date_the_following_or_all_dates_can_be_moved(desk: SchedulingDesk, scope: Scope, expected: list[str]) -> None:
    desk.fill(WEEKLY)
    second = desk.scheduler.upcoming(5)[1]
    desk.scheduler.put_reminder(ShowReminder("r", second.key, 60))
    desk.scheduler.move(second, wall("2027-03-13 19:30", NEW_YORK), scope=scope)
    assert desk.starts() == expected
    (reminder,) = desk.scheduler.schedule.reminders
    occurrence = desk.scheduler.occurrence(reminder.occurrence)
    assert occurrence is not None and f"{occurrence.start:%m-%d %H:%M}" == "03-14 00:30"
    assert desk.studio.document.undo_title == "Reschedule a show"
    desk.studio.document.undo()
    assert desk.starts() == ["03-06 01:00", "03-13 01:00", "03-20 00:00", "03-27 00:00", "04-03 00:00"]


@pytest.mark.parametrize(("scope", "remaining"), [(Scope.THIS, 4), (Scope.FOLLOWING, 1), (Scope.ALL, 0)])
def test_dates_are_cancelled_and_restored(desk: SchedulingDesk, scope: Scope, remaining: int) -> None:
    desk.fill(WEEKLY)
    second = desk.scheduler.upcoming(5)[1]
    desk.scheduler.put_reminder(ShowReminder("r", second.key, 60))
    desk.scheduler.cancel(second, scope)
    assert len(desk.starts()) == remaining
    assert desk.scheduler.occurrence(second.key) is None
    if scope is Scope.THIS:
        desk.scheduler.restore("weekly", second.original)
        assert len(desk.starts()) == 5


def test_one_date_the_following_or_all_dates_can_be_edited(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    third = desk.scheduler.upcoming(5)[2]
    longer = replace(WEEKLY, start=wall("2027-03-19 21:00", NEW_YORK), minutes=60)
    desk.scheduler.change(third, longer)
    assert [airing.id for airing in desk.scheduler.schedule.airings] == ["weekly"]
    assert [(one.end - one.start) // timedelta(minutes=1) for one in desk.scheduler.upcoming(5)] == [120, 120, 60, 120, 120]
    desk.scheduler.change(desk.scheduler.upcoming(5)[2], replace(longer, title="With Ann", whats_new=WhatsNew(guest={"en": "Ann"})))
    assert len(desk.starts()) == 5
    single = desk.scheduler.schedule.airings[1]
    assert (single.title, single.rule, single.start) == ("With Ann", "", longer.start)
    fourth = desk.scheduler.upcoming(5)[3]
    desk.scheduler.change(fourth, replace(WEEKLY, title="Thursdays", start=wall("2027-03-25 20:00", NEW_YORK)), Scope.FOLLOWING)
    assert desk.starts() == ["03-06 01:00", "03-13 01:00", "03-20 01:00", "03-26 00:00", "04-02 00:00"]
    assert [desk.scheduler.title_of(one) for one in desk.scheduler.upcoming(5)] == [
        "Friday deals",
        "Friday deals",
        "With Ann",
        "Thursdays",
        "Thursdays",
    ]
    first = desk.scheduler.upcoming(5)[0]
    desk.scheduler.change(first, replace(WEEKLY, rule=""), Scope.ALL)
    assert desk.starts() == ["03-06 01:00", "03-20 01:00", "03-26 00:00", "04-02 00:00"]


def test_an_invalid_rule_is_refused(desk: SchedulingDesk) -> None:
    for rule in ("FREQ=OFTEN", "FREQ=WEEKLY;BYHOUR=3", "weekly"):
        with pytest.raises(AppError) as raised:
            desk.scheduler.put_airing(replace(WEEKLY, rule=rule))
        assert raised.value.code == "schedule.rule"
    assert desk.scheduler.schedule == Schedule()


def test_moving_a_monthly_series_by_a_day_changes_its_weekday(desk: SchedulingDesk) -> None:
    desk.fill(replace(WEEKLY, start=wall("2027-03-12 20:00", NEW_YORK), rule="FREQ=MONTHLY;BYDAY=2FR;COUNT=3"))
    desk.scheduler.move(desk.scheduler.upcoming(1)[0], wall("2027-03-13 20:00", NEW_YORK), scope=Scope.ALL)
    assert desk.starts(120) == ["03-14 01:00", "04-11 00:00", "05-09 00:00"]


def test_a_copy_is_a_single_show_with_the_dates_length_and_people(desk: SchedulingDesk) -> None:
    people = (Party("a", "A", PartyKind.HOST, SHANGHAI), Party("b", "B", PartyKind.HOST, SHANGHAI))
    desk.fill(replace(WEEKLY, party_ids=("a",)), parties=people)
    date = desk.scheduler.upcoming(1)[0]
    desk.scheduler.move(date, date.local, minutes=45)
    copy_id = desk.scheduler.duplicate(desk.scheduler.upcoming(1)[0], wall("2027-03-09 20:00", BERLIN))
    copy = next(one for one in desk.scheduler.schedule.airings if one.id == copy_id)
    assert (copy.rule, copy.minutes, copy.party_ids, copy.start) == ("", 45, ("a",), wall("2027-03-09 20:00", BERLIN))


def test_a_dragged_show_keeps_its_zone(desk: SchedulingDesk) -> None:
    desk.fill(Airing("a", "A", wall("2027-03-05 20:00", KATHMANDU)))
    desk.scheduler.move_to(desk.scheduler.upcoming(1)[0], datetime(2027, 3, 6, 12, 30, tzinfo=UTC), merge="drag")
    desk.scheduler.move_to(desk.scheduler.upcoming(1)[0], datetime(2027, 3, 6, 12, 45, tzinfo=UTC), merge="drag")
    assert desk.scheduler.schedule.airings[0].start == wall("2027-03-06 18:30", KATHMANDU)
    desk.studio.document.undo()
    assert desk.scheduler.schedule.airings[0].start == wall("2027-03-05 20:00", KATHMANDU)


def test_each_action_is_one_undo_step(desk: SchedulingDesk) -> None:
    desk.put_plan(full_schedule())
    scheduler = desk.scheduler
    before = scheduler.schedule
    weekly = scheduler.occurrence("weekly@2027-03-19T20:00")
    assert weekly is not None
    actions: list[Callable[[], object]] = [
        lambda: scheduler.put_airing(Airing("new", "New", wall("2027-04-01 20:00", BERLIN))),
        lambda: scheduler.set_fixed("weekly", False),
        lambda: scheduler.remove_airings(["gala", "weekly"]),
        lambda: scheduler.put_party(Party("op", "Bo", PartyKind.OPERATOR, BERLIN)),
        lambda: scheduler.remove_parties(["host"]),
        lambda: scheduler.set_priorities(Priorities()),
        lambda: scheduler.set_host_zone(BERLIN),
        lambda: scheduler.set_rest_hours(9),
        lambda: scheduler.set_quiet_hours("21:00", "09:00"),
        lambda: scheduler.change_festival(FestivalChange("MY", "eid_al_fitr", 2027, date(2027, 3, 9))),
        lambda: scheduler.keep_festival("MY", "eid_al_fitr", 2027),
        lambda: scheduler.tick("confirm_7:gala"),
        lambda: scheduler.put_reminder(ShowReminder("r2", weekly.key, 30)),
        lambda: scheduler.remove_reminder("r1"),
        lambda: scheduler.cancel(weekly, Scope.FOLLOWING),
    ]
    for action in actions:
        title = desk.studio.document.undo_title
        action()
        assert scheduler.schedule != before
        assert desk.studio.document.undo_title != title or title == "Edit festival"
        desk.studio.document.undo()
        assert scheduler.schedule == before
        desk.studio.document.redo()
        desk.studio.document.undo()
        assert scheduler.schedule == before


def test_an_unknown_zone_or_date_is_refused(desk: SchedulingDesk) -> None:
    actions: list[Callable[[], object]] = [
        lambda: desk.scheduler.put_party(Party("x", "X", PartyKind.HOST, "Mars/Olympus")),
        lambda: desk.scheduler.put_airing(Airing("x", "X", wall("2027-03-05 20:00", "Mars/Olympus"))),
        lambda: desk.scheduler.set_host_zone("Mars/Olympus"),
    ]
    for action in actions:
        with pytest.raises(AppError) as raised:
            action()
        assert raised.value.code == "time.no_zone"
    for key in ("", "nothing", "weekly@", "weekly@soon", "weekly@2027-03-06T20:00", "weekly"):
        assert desk.scheduler.occurrence(key) is None
    desk.fill(WEEKLY)
    for key in ("weekly@soon", "weekly@2027-03-06T20:00", "weekly", "weekly@2027-03-05T20:00+01:00"):
        assert desk.scheduler.occurrence(key) is None


def test_shows_with_an_unknown_zone_or_rule_are_reported_once(desk: SchedulingDesk) -> None:
    invalid_zone = Airing("lost", "Lost", wall("2027-03-05 20:00", "Mars/Olympus"))
    invalid_rule = replace(WEEKLY, id="odd", title="Odd", rule="FREQ=OFTEN")
    desk.put_plan(Schedule(airings=(invalid_zone, WEEKLY, invalid_rule)))
    for _ in range(3):
        assert len(desk.starts()) == 5
    assert [notice.data["title"] for notice in desk.heard] == ["Lost", "Odd"]
    desk.scheduler.set_rest_hours(8)  # the rest of the plan can still be edited
    desk.scheduler.put_airing(replace(invalid_zone, start=wall("2027-03-05 20:00", BERLIN)))
    assert len(desk.starts()) == 6


def test_a_party_in_an_unknown_zone_is_shown_in_utc_and_kept(desk: SchedulingDesk) -> None:
    ann = Party("ann", "Ann", PartyKind.HOST, "America/Newtown")
    desk.put_plan(Schedule(airings=(replace(WEEKLY, party_ids=("ann",)),), parties=(ann,)))
    for _ in range(3):
        assert desk.scheduler.schedule.parties == (replace(ann, zone="Etc/UTC"),)
    assert desk.scheduler.schedule is desk.scheduler.schedule
    assert desk.notice("schedule.lost_place").data == {"party": "Ann", "zone": "America/Newtown"}
    assert desk.scheduler.checks() is not None and "ann" in desk.scheduler.advice.workloads()
    desk.scheduler.set_rest_hours(9)
    assert desk.studio.document.show.schedule.parties == (ann,), "the replacement zone is not saved"
    desk.scheduler.put_party(replace(ann, zone=BERLIN))
    assert desk.scheduler.schedule.parties[0].zone == BERLIN
    assert len(desk.heard) == 1


def test_the_plan_is_saved_in_the_file(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY, parties=(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"),))
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    desk.scheduler.move(desk.scheduler.upcoming(1)[0], wall("2027-03-06 18:00", NEW_YORK))
    plan = desk.scheduler.schedule
    desk.close()
    assert read_only(tmp_path / "show.tradewind").show.schedule == plan
    reopened = SchedulingDesk(tmp_path / "again", path=tmp_path / "show.tradewind")
    assert (reopened.scheduler.schedule, reopened.starts()[0]) == (plan, "03-06 23:00")
    reopened.close()


def test_a_sent_reminder_stays_sent_after_undo(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.put_reminder(ShowReminder("r", "weekly@2027-03-05T20:00", 60))
    desk.scheduler.set_rest_hours(9)
    desk.scheduler.mark_sent("r")
    desk.studio.document.undo()
    assert (desk.scheduler.schedule.rest_hours, desk.scheduler.schedule.reminders[0].sent_ms) == (11, desk.now_ms())
    desk.studio.document.undo()
    desk.studio.document.redo()
    assert desk.scheduler.schedule.reminders[0].sent_ms == desk.now_ms()


def test_an_edit_without_effect_adds_no_undo_step(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    title, changes = desk.studio.document.undo_title, desk.changes
    desk.scheduler.put_airing(WEEKLY)
    desk.scheduler.set_rest_hours(desk.scheduler.schedule.rest_hours)
    assert (desk.studio.document.undo_title, desk.changes) == (title, changes)
