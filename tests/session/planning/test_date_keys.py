"""Date keys are permanent: reservations stay valid when a series is edited or an edit is undone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.packaged_zones import load_zones
from app.calendar.recurrence import occurrences, split
from app.domain.base.local_time import LocalTime
from app.domain.planning.dates.date_keys import find_date
from app.domain.planning.schedule import Airing, Occurrence, Schedule, ShowReminder
from app.domain.planning.schedule_editing import move_occurrence, restore_occurrence
from app.session.planning.dates.series_edit import Scope, changed_dates, moved_dates, without_dates
from app.storage.schedule_part import decode_schedule
from app.storage.show_file import read_only
from tests.support.schedules import NEW_YORK
from tests.support.scheduling import SchedulingDesk, wall

WEEKLY = Airing("weekly", "Friday deals", wall("2027-03-05 20:00", NEW_YORK), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=5")
ZONES = load_zones()
BEGIN, END = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SchedulingDesk]:
    desk = SchedulingDesk(tmp_path)
    yield desk
    desk.close()


def keys(desk: SchedulingDesk) -> list[str]:
    return [one.key for one in desk.scheduler.upcoming(12)]


@pytest.mark.parametrize("scope", [Scope.THIS, Scope.FOLLOWING, Scope.ALL])
def test_moved_dates_keep_their_keys_also_after_undo(desk: SchedulingDesk, scope: Scope) -> None:
    desk.fill(WEEKLY)
    before = keys(desk)
    third = desk.scheduler.upcoming(5)[2]
    desk.scheduler.put_reminder(ShowReminder("r", third.key, 60))
    desk.scheduler.move(third, wall("2027-03-20 19:30", NEW_YORK), scope=scope)
    assert keys(desk) == before
    moved = desk.scheduler.occurrence(third.key)
    assert moved is not None
    assert moved.local == wall("2027-03-20 19:30", NEW_YORK)
    assert [one.occurrence for one in desk.scheduler.schedule.reminders] == [third.key]
    desk.studio.document.undo()
    assert keys(desk) == before
    assert desk.scheduler.occurrence(third.key) == third


def test_a_series_split_and_moved_twice_keeps_its_keys(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    before = keys(desk)
    desk.scheduler.move(desk.scheduler.upcoming(5)[1], wall("2027-03-13 21:00", NEW_YORK), scope=Scope.FOLLOWING)
    desk.scheduler.move(desk.scheduler.upcoming(5)[3], wall("2027-03-27 09:00", NEW_YORK), scope=Scope.FOLLOWING)
    assert keys(desk) == before
    assert len(desk.scheduler.schedule.airings) == 3
    by_key = [desk.scheduler.occurrence(key) for key in before]
    assert [one.local.wall.strftime("%d %H") for one in by_key if one] == ["05 20", "13 21", "20 21", "27 09", "03 09"]


def test_a_date_that_becomes_a_single_show_keeps_its_key_until_restored(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    before = keys(desk)
    second = desk.scheduler.upcoming(5)[1]
    desk.scheduler.put_reminder(ShowReminder("r", second.key, 60))
    desk.scheduler.change(second, replace(WEEKLY, title="With a guest", start=second.local))
    assert keys(desk) == before
    single_show = desk.scheduler.occurrence(second.key)
    assert single_show is not None
    assert (single_show.series, desk.scheduler.title_of(single_show)) == (False, "With a guest")
    desk.scheduler.restore("weekly", second.original)
    assert (len(set(keys(desk))), len(keys(desk))) == (6, 6)
    series_date = desk.scheduler.occurrence(second.key)
    assert series_date is not None
    assert series_date.series
    assert desk.scheduler.schedule.reminders[0].occurrence == second.key


def test_a_date_keeps_its_key_when_a_show_becomes_a_series_and_back(desk: SchedulingDesk) -> None:
    desk.fill(replace(WEEKLY, rule=""))
    assert keys(desk) == ["weekly"]
    desk.scheduler.change(desk.scheduler.upcoming(1)[0], WEEKLY)
    assert keys(desk)[:2] == ["weekly", "weekly@2027-03-12T20:00"]
    second = desk.scheduler.upcoming(5)[1]
    desk.scheduler.change(second, replace(WEEKLY, rule="", start=wall("2027-03-12 21:00", NEW_YORK)), Scope.ALL)
    assert keys(desk) == ["weekly@2027-03-12T20:00"]


def test_a_copy_gets_a_new_key(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.move(desk.scheduler.upcoming(5)[1], wall("2027-03-13 21:00", NEW_YORK), scope=Scope.FOLLOWING)
    copy = desk.scheduler.duplicate(desk.scheduler.upcoming(5)[2], wall("2027-05-01 20:00", NEW_YORK))
    assert keys(desk)[-1] == copy


def test_extending_a_split_series_gives_no_key_twice(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.move(desk.scheduler.upcoming(5)[2], wall("2027-03-20 20:00", NEW_YORK), scope=Scope.FOLLOWING)
    original_keys = desk.scheduler.upcoming(5)[0]
    stretched = replace(desk.scheduler.airing_of(original_keys), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=8")
    desk.scheduler.change(original_keys, stretched, Scope.ALL)
    dates_found = desk.scheduler.upcoming(12)
    assert len({one.key for one in dates_found}) == len(dates_found) == 11
    assert [desk.scheduler.occurrence(one.key) for one in dates_found] == list(dates_found)


def test_keys_are_saved_in_the_file(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    before = keys(desk)
    desk.scheduler.move(desk.scheduler.upcoming(5)[1], wall("2027-03-13 21:00", NEW_YORK), scope=Scope.FOLLOWING)
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    plan = desk.scheduler.schedule
    desk.close()
    read = read_only(tmp_path / "show.tradewind").show.schedule
    assert read == plan
    assert [one.key for one in all_dates(read)] == before


def all_dates(schedule: Schedule) -> list[Occurrence]:
    dates_found = [one for airing in schedule.airings for one in occurrences(airing, BEGIN, END, ZONES)]
    return sorted(dates_found, key=lambda one: one.start)


EDITS = st.lists(
    st.tuples(st.sampled_from(["move", "move", "off", "own", "restore"]), st.integers(0, 30), st.integers(-3, 3), st.sampled_from(Scope)),
    max_size=6,
)


@given(EDITS)
def test_keys_are_unique_and_find_their_date(edits: list[tuple[str, int, int, Scope]]) -> None:
    schedule = Schedule(airings=(replace(WEEKLY, rule="FREQ=WEEKLY;BYDAY=TU,FR;COUNT=9"),))
    original_keys = {one.key for one in all_dates(schedule)}
    for edit, index, days, scope in edits:
        dates_found = all_dates(schedule)
        if not dates_found:
            break
        one = dates_found[index % len(dates_found)]
        start = LocalTime(one.local.wall + days * DAY + timedelta(minutes=45), one.local.zone)
        if edit == "move":
            schedule = moved_dates(schedule, one, start, 0, scope, split)
        elif edit == "off":
            schedule = without_dates(schedule, one, Scope.THIS, split)
        elif edit == "own":
            airing = next(airing for airing in schedule.airings if airing.id == one.airing_id)
            schedule = changed_dates(schedule, one, replace(airing, title=f"Own {index}", start=start), Scope.THIS, split)
        else:
            cancelled = [(airing.id, move.original) for airing in schedule.airings for move in airing.moves if move.start is None]
            schedule = restore_occurrence(schedule, *cancelled[index % len(cancelled)]) if cancelled else schedule
        dates_found = all_dates(schedule)
        assert len({date.key for date in dates_found}) == len(dates_found)
        for date in dates_found:
            by_key = find_date(schedule, date.key)
            assert by_key is not None
            assert (by_key[0].id, by_key[1]) == (date.airing_id, date.original)
        released = any(edit[0] == "restore" for edit in edits)  # after a restore, a single show made from the date gets a new key
        assert released or {date.key for date in dates_found} <= original_keys


def test_a_plan_without_keys_can_be_read() -> None:
    text = (
        '{"airings":[{"id":"a","title":"A","start":{"wall":"2027-03-05T20:00:00","zone":"America/New_York"},"rule":"FREQ=WEEKLY;COUNT=2"}]}'
    )
    schedule = decode_schedule(text)
    assert [one.key for one in all_dates(schedule)] == ["a@2027-03-05T20:00", "a@2027-03-12T20:00"]
    assert move_occurrence(schedule, "a", datetime(2027, 3, 5, 20), None).airings[0].moves[0].start is None
