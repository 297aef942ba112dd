"""Counts who works at bad hours, and whose turn is next."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.planning.hours.availability import rest_between
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.people.party import Comfort, Hours, Party, PartyKind
from app.domain.planning.people.workload import Workload, can_replace, whose_turn, workloads_of
from app.domain.planning.schedule import Schedule
from tests.support.parties import ZONES, airing, dates_of, local, market, person

COMFORT_RULES = ComfortRules(ZONES)
BEIJING = "Asia/Shanghai"
HOST = person("host", kind=PartyKind.HOST)


def workload_of(party: Party, *shows: tuple[str, int], zone: str = BEIJING) -> Workload:
    """Return the party's workload with shows at these (local start, minutes)."""
    airings = tuple(airing(f"a{number}", start, zone, [party.id], minutes) for number, (start, minutes) in enumerate(shows))
    schedule = Schedule(parties=(party,), airings=airings)
    return workloads_of(schedule, dates_of(schedule), COMFORT_RULES)[party.id]


@pytest.mark.parametrize(
    ("start", "minutes", "night", "poor"),
    [
        ("2027-07-07T20:00", 120, None, 0),
        ("2027-07-07T22:30", 105, None, 15),  # until 00:15: a late evening, not a night
        ("2027-07-07T22:30", 120, date(2027, 7, 8), 30),
        ("2027-07-08T02:00", 120, date(2027, 7, 8), 120),
        ("2027-07-08T05:30", 60, date(2027, 7, 8), 60),
        ("2027-07-08T05:45", 60, None, 60),
        ("2027-07-08T05:50", 10, None, 10),
        ("2027-07-08T06:00", 120, None, 60),
    ],
)
def test_half_an_hour_between_midnight_and_six_counts_as_a_night(start: str, minutes: int, night: date | None, poor: int) -> None:
    result = workload_of(HOST, (start, minutes))
    assert result.nights == ((night,) if night else ())
    assert (result.poor_minutes, result.minutes, result.shows) == (poor, minutes, 1)


def test_nights_follow_the_persons_local_time() -> None:
    show = ("2027-07-07T20:00", 120)
    assert workload_of(HOST, show, zone="Europe/Berlin").nights == (date(2027, 7, 8),)
    assert workload_of(replace(HOST, zone="Europe/Berlin"), show, zone="Europe/Berlin").nights == ()
    assert workload_of(replace(HOST, zone="Asia/Kathmandu"), show, zone="Europe/Berlin").nights == (date(2027, 7, 8),)


def test_preferred_night_hours_are_not_counted_as_nights() -> None:
    night_worker = replace(HOST, hours=(Hours(22 * 60, 30 * 60, Comfort.PRIME),))
    assert workload_of(night_worker, ("2027-07-08T02:00", 120)) == Workload("host", 1, 120)


def test_two_shows_in_a_night_count_as_one_night() -> None:
    assert workload_of(HOST, ("2027-07-08T01:00", 60), ("2027-07-08T03:00", 60)).nights == (date(2027, 7, 8),)


def test_nights_before_the_plan_are_counted() -> None:
    result = workload_of(replace(HOST, nights_before=4), ("2027-07-08T02:00", 120))
    assert result.night_count == 5


def test_markets_have_no_workload() -> None:
    party = market("m", BEIJING)
    schedule = Schedule(parties=(party,), airings=(airing("a", "2027-07-08T02:00", BEIJING, ["m"]),))
    assert workloads_of(schedule, dates_of(schedule), COMFORT_RULES) == {}


def test_people_without_shows_have_an_empty_workload() -> None:
    assert workloads_of(Schedule(parties=(HOST,)), (), COMFORT_RULES) == {"host": Workload("host")}


@pytest.mark.parametrize(("nights", "night", "run"), [((), 8, 1), ((7,), 8, 2), ((6, 7, 9), 8, 4), ((5, 6, 8), 8, 1), ((7, 8, 9), 8, 3)])
def test_a_run_includes_adjacent_nights(nights: tuple[int, ...], night: int, run: int) -> None:
    assert Workload("p", nights=tuple(date(2027, 7, day) for day in nights)).run_with(date(2027, 7, night)) == run


def test_the_longest_run_of_nights_is_found() -> None:
    assert Workload("p", nights=tuple(date(2027, 7, day) for day in (1, 2, 5, 6, 7, 30, 31))).longest_run == 3
    assert Workload("p").longest_run == 0


# --- rotation ------------------------------------------------------------------------------------------------------------


def test_the_person_with_the_fewest_nights_is_next() -> None:
    parties = [person(name) for name in ("anna", "bo", "chen", "dora")]
    workloads = {
        "anna": Workload("anna", nights=(date(2027, 7, 1), date(2027, 7, 2))),
        "bo": Workload("bo", nights=(date(2027, 7, 5),)),
        "chen": Workload("chen", nights=(date(2027, 7, 3),)),
        "dora": Workload("dora", before=2, poor_minutes=60),
    }
    assert [party.id for party in whose_turn(parties, workloads)] == ["chen", "bo", "anna", "dora"]
    assert [party.id for party in whose_turn(parties, workloads, without=["chen", "bo"])] == ["anna", "dora"]


@given(st.integers(2, 6), st.integers(1, 40))
def test_taking_turns_shares_nights_evenly(people: int, nights: int) -> None:
    parties = [person(f"p{number}") for number in range(people)]
    workloads = {party.id: Workload(party.id) for party in parties}
    for number in range(nights):
        next_id = whose_turn(parties, workloads)[0].id
        morning = date.fromordinal(date(2027, 1, 1).toordinal() + number)
        workloads[next_id] = replace(workloads[next_id], nights=(*workloads[next_id].nights, morning))
    counts = [workload.night_count for workload in workloads.values()]
    assert max(counts) - min(counts) <= 1


def test_a_replacement_must_have_the_role_and_the_languages() -> None:
    def speaker(party_id: str, kind: PartyKind, *languages: str) -> Party:
        return person(party_id, kind=kind, languages=languages)

    english = speaker("a", PartyKind.INTERPRETER, "en")
    both = speaker("b", PartyKind.INTERPRETER, "de", "en")
    assert can_replace(both, english)
    assert not can_replace(english, both)
    assert not can_replace(speaker("c", PartyKind.SUPPORT, "en"), english)
    assert can_replace(speaker("d", PartyKind.OPERATOR), speaker("e", PartyKind.OPERATOR, "en"))
    assert not can_replace(HOST, replace(HOST, id="other"))
    assert can_replace(speaker("f", PartyKind.INTERPRETER, "en-GB"), english), "a region does not make another language"
    unknown = speaker("g", PartyKind.INTERPRETER)
    assert not can_replace(speaker("h", PartyKind.INTERPRETER, "ar"), unknown), "the languages of the person to replace are unknown"
    assert not can_replace(unknown, english)


# --- rest ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "start", "hours"),
    [
        ("2027-07-07T23:00", "2027-07-08T09:00", 10.0),
        ("2027-07-07T23:00", "2027-07-08T10:00", None),
        ("2027-07-07T10:00", "2027-07-07T17:00", None),  # a working day
        ("2027-07-07T01:00", "2027-07-07T02:30", None),  # one shift
        ("2027-07-07T01:00", "2027-07-07T03:30", 2.5),
        ("2027-07-07T05:45", "2027-07-07T12:00", 6.25),
        ("2027-07-07T06:00", "2027-07-07T12:00", None),
        ("2027-07-07T18:00", "2027-07-08T00:00", None),
        ("2027-07-07T18:00", "2027-07-08T00:15", 6.25),
    ],
)
def test_rest_is_required_if_a_night_is_between_two_shows(end: str, start: str, hours: float | None) -> None:
    result = rest_between(HOST, local(end, BEIJING), local(start, BEIJING), 11, ZONES)
    assert (None if result is None else result.total_seconds() / 3600) == hours


def test_rest_is_counted_in_elapsed_time() -> None:
    party = replace(HOST, zone="America/New_York")
    for day, enough in (("2027-03-13", False), ("2027-03-12", True)):  # clocks go forward in the night to the 14th
        end = local(f"{day}T22:00", party.zone)
        start = local(f"{date.fromisoformat(day).replace(day=int(day[-2:]) + 1)}T09:00", party.zone)
        assert (rest_between(party, end, start, 11, ZONES) is None) is enough
