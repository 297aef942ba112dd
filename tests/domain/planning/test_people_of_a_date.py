"""A date of a series can have its own people: they stay when it is moved, and go when they are removed from the plan."""

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


def party_ids_by_date(schedule: Schedule) -> list[list[str]]:
    return [[party.id for party in parties_on(schedule, occurrence)] for occurrence in dates_of(schedule)]


def test_a_dates_own_people_stay_when_it_is_moved() -> None:
    changed = move_occurrence(PLAN, "s", SECOND, LocalTime(SECOND, BEIJING), 45, party_ids=("bo",))
    check_schedule(changed)
    assert party_ids_by_date(changed) == [["anna"], ["bo"], ["anna"]]
    moved = move_occurrence(changed, "s", SECOND, LocalTime(datetime(2027, 7, 9, 20), BEIJING))
    assert party_ids_by_date(moved) == [["anna"], ["bo"], ["anna"]]
    occurrence = occurrence_of(moved.airings[0], SECOND, ZONES)
    assert occurrence is not None
    assert occurrence.party_ids == ("bo",)


def test_changing_a_single_shows_people_changes_the_show() -> None:
    single = put_airing(PLAN, airing("one", "2027-07-02T20:00", BEIJING, ["anna"]))
    start = single.airings[1].start
    assert move_occurrence(single, "one", start.wall, start, party_ids=("bo",)).airings[1].party_ids == ("bo",)
    assert move_occurrence(single, "one", start.wall, start).airings[1].party_ids == ("anna",)


def test_removing_a_party_removes_it_from_dates() -> None:
    changed = move_occurrence(PLAN, "s", SECOND, LocalTime(SECOND, BEIJING), party_ids=("bo", "anna"))
    without = remove_parties(changed, ["bo"])
    check_schedule(without)
    assert party_ids_by_date(without) == [["anna"]] * 3
    assert without.airings[0].moves == (DateOverride(SECOND, LocalTime(SECOND, BEIJING), 0, ("anna",)),)


def test_a_party_outside_the_plan_cannot_be_on_a_date() -> None:
    with pytest.raises(ScheduleError) as raised:
        check_schedule(move_occurrence(PLAN, "s", SECOND, LocalTime(SECOND, BEIJING), party_ids=("nobody",)))
    assert raised.value.code == "schedule.no_party"
