"""Tests the strip model: hours, days and clock changes of each zone along the planner's axis."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from app.bootstrap.formats import LazyFormats
from app.calendar.packaged_zones import load_zones
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.hours.comfort import FAIR, LEVELS, NEVER, POOR, PRIME, QUARTER, ComfortRules
from app.domain.planning.people.party import Absence, Comfort, Party, PartyKind
from app.ui.planning.hours.strip_builder import WindowFormats, build_strips
from app.ui.planning.hours.strip_model import MarkKind, StripModel, axis, runs, worst, zone_dial

ZONES = load_zones()
SPEAKER = WindowFormats(LazyFormats(), "en")
SHANGHAI = "Asia/Shanghai"


def strips(*parties: Party, day: date, zone: str = SHANGHAI, minutes: int = 120, festivals: tuple[Festival, ...] = ()) -> StripModel:
    return build_strips(parties, day, zone, minutes, ComfortRules(ZONES, festivals=festivals), SPEAKER)


def market(zone: str, market_id: str = "") -> Party:
    return Party(zone, zone, PartyKind.MARKET, zone, market_id)


def test_prime_time_in_new_york_is_the_next_morning_in_beijing() -> None:
    """It is 08:00 or 09:00 there, not night."""
    for day, hour in ((date(2027, 1, 15), 9), (date(2027, 3, 20), 8), (date(2027, 7, 15), 8)):
        model = strips(market("America/New_York"), day=day)
        (row,) = model.rows
        prime = [(begin, end) for begin, end, level in runs(row.comforts) if level == PRIME]
        assert prime == [(hour * 4, (hour + 3) * 4)]
        assert model.wall(row.dial, prime[0][0]) == datetime(day.year, day.month, day.day - 1, 20)


@pytest.mark.parametrize(
    ("zone", "first_hour", "hour"),
    [("Asia/Kathmandu", 1, 22), ("Asia/Kolkata", 2, 22), ("Australia/Eucla", 1, 1), ("Pacific/Chatham", 1, 6), ("America/St_Johns", 2, 13)],
)
def test_hours_in_zones_with_quarter_or_half_hour_offsets_start_between_ours(zone: str, first_hour: float, hour: int) -> None:
    """The first full hour after midnight in Shanghai on 15 January 2027, in zones that differ by a quarter or half hour."""
    begin, _, quarters = axis(date(2027, 1, 15), SHANGHAI, 120, ZONES)
    hours = zone_dial(zone, begin, quarters, ZONES).hours
    assert hours[0] == (first_hour, hour)
    assert {second - first for (first, _), (second, _) in pairwise(hours)} == {4.0}


def test_a_skipped_hour_is_not_on_the_axis() -> None:
    model = strips(market("America/New_York"), day=date(2027, 3, 14))
    (row,) = model.rows
    change = (datetime(2027, 3, 14, 7, tzinfo=UTC) - model.begin) / QUARTER
    hours = dict(row.dial.hours)
    assert hours[change - 4] == 1
    assert hours[change] == 3, "02:00 does not exist"
    assert model.wall(row.dial, change - 1) == datetime(2027, 3, 14, 1, 45)
    (mark,) = (one for one in row.marks if one.kind is MarkKind.CLOCK)
    assert mark.begin == change
    assert "02:00 → 03:00" in mark.words
    assert "forward" in mark.words


def test_clocks_can_change_by_half_an_hour() -> None:
    model = strips(market("Australia/Lord_Howe"), day=date(2027, 4, 3))
    (row,) = model.rows
    (mark,) = (one for one in row.marks if one.kind is MarkKind.CLOCK)
    assert "back" in mark.words
    assert "02:00 → 01:30" in mark.words


def test_a_day_without_midnight_starts_at_its_first_hour() -> None:
    """Cairo, 30 April 2027: after 23:59 comes 01:00."""
    model = strips(market("Africa/Cairo"), day=date(2027, 4, 30), zone="Africa/Cairo")
    assert model.begin == datetime(2027, 4, 29, 22, tzinfo=UTC)
    assert model.wall(model.own, 0) == datetime(2027, 4, 30, 1)
    assert model.day_quarters == 23 * 4
    before = strips(market("Africa/Cairo"), day=date(2027, 4, 29), zone="Africa/Cairo")
    assert [day for _, day in before.own.days] == [date(2027, 4, 30)]


def test_a_day_of_25_hours_has_25_hours() -> None:
    assert axis(date(2027, 10, 31), "Europe/Berlin", 120, ZONES)[1] == 100


def test_the_axis_holds_the_longest_show() -> None:
    _, day, quarters = axis(date(2027, 1, 15), SHANGHAI, 24 * 60, ZONES)
    assert (day, quarters) == (96, 192)


def test_days_are_marked_at_midnight_of_each_zone() -> None:
    model = strips(market("America/New_York"), market("Pacific/Auckland"), day=date(2027, 1, 15))
    west, east = (row.dial.days for row in model.rows)
    assert west == ((52.0, date(2027, 1, 15)),)
    assert east[0] == (76.0, date(2027, 1, 16))
    assert {date(2027, 1, day) for day in (14, 15, 16)} <= set(model.day_names)
    assert model.shifts[1] == "+1 day"


def test_festivals_are_on_the_markets_local_days() -> None:
    watched = ("21:30", "02:00")
    ramadan = Festival(
        "SA", "ramadan", {"en": "Ramadan"}, date(2027, 2, 8), date(2027, 3, 9), DayKind.RELIGIOUS, estimated=True, prime_time=watched
    )
    mourning = Festival("SA", "mourning", {"en": "Mourning"}, date(2027, 3, 10), date(2027, 3, 10), DayKind.CAUTION, caution=True)
    model = strips(market("Asia/Riyadh", "SA"), day=date(2027, 3, 10), festivals=(ramadan, mourning))
    (row,) = model.rows
    by_kind = {mark.kind: mark for mark in row.marks}
    midnight = 5 * 4  # midnight in Riyadh is five hours later
    assert (by_kind[MarkKind.FESTIVAL].begin, by_kind[MarkKind.FESTIVAL].end) == (0, midnight)
    assert "±1 day" in by_kind[MarkKind.FESTIVAL].words
    assert (by_kind[MarkKind.CAUTION].begin, by_kind[MarkKind.CAUTION].end) == (midnight, midnight + 96)
    assert "jokes" in by_kind[MarkKind.CAUTION].words
    assert worst(row.comforts, 10, 12) is Comfort.PRIME, "viewers watch late these nights"


def test_the_evening_meal_in_ramadan_is_marked() -> None:
    ramadan = Festival("SA", "ramadan", {"en": "Ramadan"}, date(2027, 2, 8), date(2027, 3, 9), DayKind.RELIGIOUS)
    model = strips(market("Asia/Riyadh", "SA"), day=date(2027, 2, 20), festivals=(ramadan,))
    marks = [mark for mark in model.rows[0].marks if mark.kind is MarkKind.PRAYER]
    assert [round(mark.begin / 4) for mark in marks] == [22], "the sun sets in Riyadh at about 17:50"
    assert worst(model.rows[0].comforts, int(marks[0].begin) + 1, int(marks[0].end)) is Comfort.POOR


def test_a_person_who_is_away_has_no_good_hour() -> None:
    host = Party("h", "Lin", PartyKind.HOST, SHANGHAI, away=(Absence(date(2027, 1, 15), date(2027, 1, 15)),))
    (row,) = strips(host, day=date(2027, 1, 15)).rows
    assert set(row.comforts[:96]) == {NEVER}
    assert row.city == "Host · Shanghai"


def test_a_span_is_as_bad_as_its_worst_quarter_hour() -> None:
    comforts = bytes([PRIME, PRIME, FAIR, POOR, NEVER])
    assert [worst(comforts, 0, end) for end in (1, 3, 4, 5)] == [LEVELS[level] for level in (PRIME, FAIR, POOR, NEVER)]
    assert worst(comforts, 7, 9) is Comfort.POOR, "hours outside the axis are not rated good"
    assert list(runs(comforts)) == [(0, 2, PRIME), (2, 3, FAIR), (3, 4, POOR), (4, 5, NEVER)]


def test_places_and_instants_are_inverse() -> None:
    model = strips(market("Asia/Kathmandu"), day=date(2027, 1, 15))
    assert model.place(model.instant(7)) == 7
    assert model.instant(4) - model.begin == timedelta(hours=1)
