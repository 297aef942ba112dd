"""One date of a series with other people than the others: kept where it is moved, gone with who is gone."""

from datetime import datetime

import pytest

from app.calendar.recurrence import occurrence_of
from app.domain.base.local_time import LocalTime
from app.domain.planning.schedule import DateOverride, Schedule, ScheduleError, check_schedule, parties_on
from app.domain.planning.schedule_editing import move_occurrence, put_airing, remove_parties
from tests.support.parties import ZONES, airing, dates_of, person

BEIJING = "Asia/Shanghai"
SECOND = datetime(2027, 7, 8, 20)
SERIES = airing("s", "2027-07-01T20:00", BEIJING, ["anna"], rule="FREQ=WEEKLY;COUNT=3")
PLAN = Schedule(parties=(person("anna"), person("bo")), airings=(SERIES,))


def who(schedule: Schedule) -> list[list[str]]:
    return [[party.id for party in parties_on(schedule, one)] for one in dates_of(schedule)]


def test_one_date_has_others_and_keeps_them_when_it_is_moved() -> None:
    changed = move_occurrence(PLAN, "s", SECOND, LocalTime(SECOND, BEIJING), 45, party_ids=("bo",))
    check_schedule(changed)
    assert who(changed) == [["anna"], ["bo"], ["anna"]]
    moved = move_occurrence(changed, "s", SECOND, LocalTime(datetime(2027, 7, 9, 20), BEIJING))
    assert who(moved) == [["anna"], ["bo"], ["anna"]]
    found = occurrence_of(moved.airings[0], SECOND, ZONES)
    assert found is not None
    assert found.party_ids == ("bo",)


def test_a_single_show_has_them_itself() -> None:
    single = put_airing(PLAN, airing("one", "2027-07-02T20:00", BEIJING, ["anna"]))
    start = single.airings[1].start
    assert move_occurrence(single, "one", start.wall, start, party_ids=("bo",)).airings[1].party_ids == ("bo",)
    assert move_occurrence(single, "one", start.wall, start).airings[1].party_ids == ("anna",)


def test_who_is_removed_is_removed_from_dates_too() -> None:
    changed = move_occurrence(PLAN, "s", SECOND, LocalTime(SECOND, BEIJING), party_ids=("bo", "anna"))
    without = remove_parties(changed, ["bo"])
    check_schedule(without)
    assert who(without) == [["anna"]] * 3
    assert without.airings[0].moves == (DateOverride(SECOND, LocalTime(SECOND, BEIJING), 0, ("anna",)),)


def test_who_is_not_in_the_plan_cannot_be_on_a_date() -> None:
    with pytest.raises(ScheduleError) as refused:
        check_schedule(move_occurrence(PLAN, "s", SECOND, LocalTime(SECOND, BEIJING), party_ids=("nobody",)))
    assert refused.value.code == "schedule.no_party"
