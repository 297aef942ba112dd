"""Date keys are permanent: a reservation stays valid through edits of its series and their undo."""

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
    made = SchedulingDesk(tmp_path)
    yield made
    made.close()


def keys(desk: SchedulingDesk) -> list[str]:
    return [one.key for one in desk.scheduler.upcoming(12)]


@pytest.mark.parametrize("scope", [Scope.THIS, Scope.FOLLOWING, Scope.ALL])
def test_dates_that_are_moved_are_called_as_before_and_so_they_are_when_it_is_taken_back(desk: SchedulingDesk, scope: Scope) -> None:
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


def test_a_series_cut_twice_and_moved_each_time_keeps_its_names(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    before = keys(desk)
    desk.scheduler.move(desk.scheduler.upcoming(5)[1], wall("2027-03-13 21:00", NEW_YORK), scope=Scope.FOLLOWING)
    desk.scheduler.move(desk.scheduler.upcoming(5)[3], wall("2027-03-27 09:00", NEW_YORK), scope=Scope.FOLLOWING)
    assert keys(desk) == before
    assert len(desk.scheduler.schedule.airings) == 3
    named = [desk.scheduler.occurrence(key) for key in before]
    assert [one.local.wall.strftime("%d %H") for one in named if one] == ["05 20", "13 21", "20 21", "27 09", "03 09"]


def test_a_date_that_becomes_a_show_of_its_own_takes_its_name_along_and_gives_it_back(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    before = keys(desk)
    second = desk.scheduler.upcoming(5)[1]
    desk.scheduler.put_reminder(ShowReminder("r", second.key, 60))
    desk.scheduler.change(second, replace(WEEKLY, title="With a guest", start=second.local))
    assert keys(desk) == before
    own = desk.scheduler.occurrence(second.key)
    assert own is not None
    assert (own.series, desk.scheduler.title_of(own)) == (False, "With a guest")
    desk.scheduler.restore("weekly", second.original)
    assert (len(set(keys(desk))), len(keys(desk))) == (6, 6)
    again = desk.scheduler.occurrence(second.key)
    assert again is not None
    assert again.series
    assert desk.scheduler.schedule.reminders[0].occurrence == second.key


def test_a_single_show_that_begins_a_series_and_a_series_that_becomes_one_show_keep_that_date(desk: SchedulingDesk) -> None:
    desk.fill(replace(WEEKLY, rule=""))
    assert keys(desk) == ["weekly"]
    desk.scheduler.change(desk.scheduler.upcoming(1)[0], WEEKLY)
    assert keys(desk)[:2] == ["weekly", "weekly@2027-03-12T20:00"]
    second = desk.scheduler.upcoming(5)[1]
    desk.scheduler.change(second, replace(WEEKLY, rule="", start=wall("2027-03-12 21:00", NEW_YORK)), Scope.ALL)
    assert keys(desk) == ["weekly@2027-03-12T20:00"]


def test_a_copy_is_nobodys_date(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.move(desk.scheduler.upcoming(5)[1], wall("2027-03-13 21:00", NEW_YORK), scope=Scope.FOLLOWING)
    copy = desk.scheduler.duplicate(desk.scheduler.upcoming(5)[2], wall("2027-05-01 20:00", NEW_YORK))
    assert keys(desk)[-1] == copy


def test_a_series_that_is_stretched_over_what_was_cut_off_gives_no_name_twice(desk: SchedulingDesk) -> None:
    desk.fill(WEEKLY)
    desk.scheduler.move(desk.scheduler.upcoming(5)[2], wall("2027-03-20 20:00", NEW_YORK), scope=Scope.FOLLOWING)
    first = desk.scheduler.upcoming(5)[0]
    stretched = replace(desk.scheduler.airing_of(first), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=8")
    desk.scheduler.change(first, stretched, Scope.ALL)
    found = desk.scheduler.upcoming(12)
    assert len({one.key for one in found}) == len(found) == 11
    assert [desk.scheduler.occurrence(one.key) for one in found] == list(found)


def test_names_are_in_the_file(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY)
    before = keys(desk)
    desk.scheduler.move(desk.scheduler.upcoming(5)[1], wall("2027-03-13 21:00", NEW_YORK), scope=Scope.FOLLOWING)
    assert desk.studio.files.save_as(tmp_path / "show.tradewind")
    plan = desk.scheduler.schedule
    desk.close()
    read = read_only(tmp_path / "show.tradewind").show.schedule
    assert read == plan
    assert [one.key for one in dates(read)] == before


def dates(schedule: Schedule) -> list[Occurrence]:
    found = [one for airing in schedule.airings for one in occurrences(airing, BEGIN, END, ZONES)]
    return sorted(found, key=lambda one: one.start)


EDITS = st.lists(
    st.tuples(st.sampled_from(["move", "move", "off", "own", "restore"]), st.integers(0, 30), st.integers(-3, 3), st.sampled_from(Scope)),
    max_size=6,
)


@given(EDITS)
def test_no_two_dates_have_one_name_and_each_is_found_by_its_own(edits: list[tuple[str, int, int, Scope]]) -> None:
    schedule = Schedule(airings=(replace(WEEKLY, rule="FREQ=WEEKLY;BYDAY=TU,FR;COUNT=9"),))
    first = {one.key for one in dates(schedule)}
    for verb, place, days, scope in edits:
        found = dates(schedule)
        if not found:
            break
        one = found[place % len(found)]
        start = LocalTime(one.local.wall + days * DAY + timedelta(minutes=45), one.local.zone)
        if verb == "move":
            schedule = moved_dates(schedule, one, start, 0, scope, split)
        elif verb == "off":
            schedule = without_dates(schedule, one, Scope.THIS, split)
        elif verb == "own":
            airing = next(airing for airing in schedule.airings if airing.id == one.airing_id)
            schedule = changed_dates(schedule, one, replace(airing, title=f"Own {place}", start=start), Scope.THIS, split)
        else:
            gone = [(airing.id, move.original) for airing in schedule.airings for move in airing.moves if move.start is None]
            schedule = restore_occurrence(schedule, *gone[place % len(gone)]) if gone else schedule
        found = dates(schedule)
        assert len({date.key for date in found}) == len(found)
        for date in found:
            named = find_date(schedule, date.key)
            assert named is not None
            assert (named[0].id, named[1]) == (date.airing_id, date.original)
        released = any(edit[0] == "restore" for edit in edits)  # a show of its own keeps no name that its series has again
        assert released or {date.key for date in found} <= first


def test_a_plan_without_names_reads_as_ever() -> None:
    text = (
        '{"airings":[{"id":"a","title":"A","start":{"wall":"2027-03-05T20:00:00","zone":"America/New_York"},"rule":"FREQ=WEEKLY;COUNT=2"}]}'
    )
    schedule = decode_schedule(text)
    assert [one.key for one in dates(schedule)] == ["a@2027-03-05T20:00", "a@2027-03-12T20:00"]
    assert move_occurrence(schedule, "a", datetime(2027, 3, 5, 20), None).airings[0].moves[0].start is None
