"""Tests that dates of a series keep their wall time when clocks change, and apply exceptions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.packaged_zones import load_zones
from app.calendar.recurrence import last_date, occurrence_of, occurrences, split
from app.domain.base.local_time import Existence, LocalTime, clock_reading, existence, offset_changes
from app.domain.planning.dates.series_rule import Frequency, SeriesRule
from app.domain.planning.schedule import Airing, DateOverride, Occurrence, ScheduleError

ZONES = load_zones()
JUMPY = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut", "Asia/Kathmandu")
FRIDAYS = Airing("a", "Friday night", LocalTime(datetime(2027, 3, 5, 20), "America/New_York"), rule="FREQ=WEEKLY;BYDAY=FR")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dates(airing: Airing, begin: str, end: str) -> list[str]:
    return [f"{occurrence.start:%Y-%m-%dT%H:%M}" for occurrence in occurrences(airing, at(begin), at(end), ZONES)]


def test_fridays_at_eight_in_new_york_are_nine_then_eight_in_beijing() -> None:
    found = occurrences(FRIDAYS, at("2027-03-01"), at("2027-04-01"), ZONES)
    readings = [clock_reading(occurrence.start, "Asia/Shanghai", ZONES) for occurrence in found]
    assert [(occurrence.wall.day, occurrence.wall.hour) for occurrence in readings] == [(6, 9), (13, 9), (20, 8), (27, 8)]


def test_overlapping_dates_of_an_old_series_are_found() -> None:
    assert dates(FRIDAYS, "2037-03-07T02:30", "2037-03-07T02:45") == ["2037-03-07T01:00"]
    assert dates(FRIDAYS, "2037-03-07T03:00", "2037-03-08") == []
    assert dates(FRIDAYS, "2020-01-01", "2027-03-06T01:00") == []


def test_one_date_is_moved_one_is_cancelled_and_the_others_stay() -> None:
    airing = replace(
        FRIDAYS,
        moves=(
            DateOverride(datetime(2027, 3, 12, 20), LocalTime(datetime(2027, 3, 15, 21), "America/New_York"), minutes=45),
            DateOverride(datetime(2027, 3, 19, 20), None),
        ),
    )
    found = occurrences(airing, at("2027-03-01"), at("2027-04-01"), ZONES)
    assert [(occurrence.original.day, occurrence.local.wall.day, occurrence.moved) for occurrence in found] == [
        (5, 5, False),
        (12, 15, True),
        (26, 26, False),
    ]
    assert found[1].end - found[1].start == timedelta(minutes=45)
    assert found[1].key == "a@2027-03-12T20:00"
    assert occurrence_of(airing, datetime(2027, 3, 19, 20), ZONES) is None


def test_a_date_moved_far_is_found_at_its_new_time() -> None:
    moved = replace(FRIDAYS, moves=(DateOverride(datetime(2027, 3, 12, 20), LocalTime(datetime(2027, 6, 1, 20), "America/New_York")),))
    assert dates(moved, "2027-06-01T12:00", "2027-06-03") == ["2027-06-02T00:00"]
    assert "2027-03-13T01:00" not in dates(moved, "2027-03-01", "2027-04-01")


def test_an_exception_to_a_date_outside_the_rule_is_ignored() -> None:
    moved = replace(FRIDAYS, rule="FREQ=WEEKLY;BYDAY=SA", moves=(DateOverride(datetime(2027, 3, 12, 20), FRIDAYS.start),))
    assert all(not occurrence.moved for occurrence in occurrences(moved, at("2027-03-01"), at("2027-04-01"), ZONES))


def test_a_date_in_a_gap_is_shifted_as_in_calendars_and_marked() -> None:
    night = Airing("n", "Night", LocalTime(datetime(2027, 3, 7, 2, 30), "America/New_York"), rule="FREQ=WEEKLY;BYDAY=SU")
    found = occurrences(night, at("2027-03-07"), at("2027-03-28"), ZONES)
    assert [occurrence.existence for occurrence in found] == [Existence.ONCE, Existence.SKIPPED, Existence.ONCE]
    assert found[1].start == at("2027-03-14T07:30")
    assert found[1].local.wall == datetime(2027, 3, 14, 2, 30)


def test_a_single_show_keeps_its_key_when_it_moves() -> None:
    single = Airing("s", "Once", LocalTime(datetime(2027, 3, 5, 20), "Europe/Berlin"))
    (before,) = occurrences(single, at("2027-03-01"), at("2027-04-01"), ZONES)
    moved = replace(single, start=LocalTime(datetime(2027, 3, 9, 20), "Europe/Berlin"))
    (after,) = occurrences(moved, at("2027-03-01"), at("2027-04-01"), ZONES)
    assert before.key == after.key == "s"


def test_an_invalid_date_is_reported() -> None:
    with pytest.raises(ScheduleError) as refused:
        occurrence_of(FRIDAYS, datetime(2027, 3, 13, 20), ZONES)
    assert refused.value.code == "schedule.no_date"
    with pytest.raises(ScheduleError):
        split(FRIDAYS, datetime(2027, 3, 13, 20))


def test_a_series_split_in_two_has_the_same_dates() -> None:
    counted = replace(FRIDAYS, rule="FREQ=WEEKLY;BYDAY=FR;COUNT=8")
    ended = replace(FRIDAYS, rule="FREQ=WEEKLY;BYDAY=FR;UNTIL=20270423T235959")
    for series in (FRIDAYS, counted, ended):
        first, rest = split(series, datetime(2027, 3, 26, 20))
        assert first is not None
        assert first.id != rest.id
        both = dates(first, "2027-01-01", "2027-12-31") + dates(rest, "2027-01-01", "2027-12-31")
        assert both == dates(series, "2027-01-01", "2027-12-31")
        assert len(dates(first, "2027-01-01", "2027-12-31")) == 3
    assert split(FRIDAYS, FRIDAYS.start.wall) == (None, FRIDAYS)


def test_the_last_date_of_a_series_is_found() -> None:
    assert last_date(FRIDAYS) is None
    assert last_date(replace(FRIDAYS, rule="FREQ=WEEKLY;BYDAY=FR;COUNT=3")) == datetime(2027, 3, 19, 20)
    assert last_date(replace(FRIDAYS, rule="")) == FRIDAYS.start.wall


def simple_dates(airing: Airing, rule: SeriesRule, end: datetime) -> list[datetime]:
    """The wall times of a plain weekly or daily series, computed day by day from the definition."""
    found = []
    monday = airing.start.wall.date() - timedelta(days=airing.start.wall.isoweekday() - 1)
    day = airing.start.wall.date()
    while datetime.combine(day, airing.start.wall.time()) < end:
        if rule.frequency is Frequency.DAILY:
            hit = (day - airing.start.wall.date()).days % rule.interval == 0
        else:
            weekdays = rule.weekdays or (airing.start.wall.isoweekday(),)
            hit = ((day - monday).days // 7) % rule.interval == 0 and day.isoweekday() in weekdays
        if hit:
            found.append(datetime.combine(day, airing.start.wall.time()))
        day += timedelta(days=1)
    return found[: rule.count] if rule.count else found


RULES = st.one_of(
    st.builds(
        SeriesRule,
        st.just(Frequency.WEEKLY),
        interval=st.integers(1, 4),
        weekdays=st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days))),
        count=st.sampled_from((0, 1, 5, 30)),
    ),
    st.builds(SeriesRule, st.just(Frequency.DAILY), interval=st.integers(1, 9)),
)
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda wall: wall.replace(second=0, microsecond=0))


@given(zone=st.sampled_from(JUMPY), start=STARTS, rule=RULES)
def test_every_date_keeps_its_wall_time_over_gaps_and_folds(zone: str, start: datetime, rule: SeriesRule) -> None:
    airing = Airing("a", "A", LocalTime(start, zone), rule=rule.text())
    found = occurrences(airing, at("2025-12-01"), at("2028-06-01"), ZONES)
    expected = simple_dates(airing, rule, datetime(2028, 5, 31))
    assert [occurrence.original for occurrence in found][: len(expected)] == expected
    for occurrence in found:
        _check(occurrence)


def _check(occurrence: Occurrence) -> None:
    """The instant has the expected wall time; a skipped time is later by the gap, a repeated time is the first one."""
    zone = ZONES.zone(occurrence.local.zone)
    local = occurrence.start.astimezone(zone)
    kind = existence(zone, occurrence.original)
    assert occurrence.existence is kind
    if kind is Existence.SKIPPED:
        (change,) = offset_changes(occurrence.local.zone, occurrence.start - timedelta(hours=12), occurrence.start, ZONES)
        assert local.replace(tzinfo=None, fold=0) == occurrence.original + (change.after - change.before)
    else:
        assert local.replace(tzinfo=None, fold=0) == occurrence.original
        assert local.fold == 0


@given(zone=st.sampled_from(JUMPY), start=STARTS, cut=st.integers(0, 40), count=st.sampled_from((0, 60)))
def test_splitting_a_series_loses_and_repeats_no_date(zone: str, start: datetime, cut: int, count: int) -> None:
    rule = SeriesRule(Frequency.WEEKLY, weekdays=(start.isoweekday(),), count=count)
    airing = Airing("a", "A", LocalTime(start, zone), rule=rule.text())
    first, rest = split(airing, start + timedelta(weeks=cut))
    begin, end = at("2025-12-01"), at("2030-01-01")
    parts = [occurrence for part in (first, rest) if part is not None for occurrence in occurrences(part, begin, end, ZONES)]
    assert [one.start for one in parts] == [occurrence.start for occurrence in occurrences(airing, begin, end, ZONES)]


@given(zone=st.sampled_from(JUMPY), start=STARTS, hours=st.integers(0, 24 * 400), length=st.integers(5, 600))
def test_a_span_gives_the_same_dates_as_a_larger_span(zone: str, start: datetime, hours: int, length: int) -> None:
    airing = Airing("a", "A", LocalTime(start, zone), rule="FREQ=DAILY", minutes=length)
    begin = at("2026-06-01") + timedelta(hours=hours)
    end = begin + timedelta(days=2)
    large = occurrences(airing, begin - timedelta(days=30), end + timedelta(days=30), ZONES)
    assert occurrences(airing, begin, end, ZONES) == tuple(
        occurrence for occurrence in large if occurrence.start < end and occurrence.end > begin
    )


def test_until_is_a_day_in_the_series_zone() -> None:
    late = Airing("a", "A", LocalTime(datetime(2027, 3, 1, 23, 30), "America/Los_Angeles"), rule="FREQ=DAILY;UNTIL=20270303T235959")
    assert len(occurrences(late, at("2027-03-01"), at("2027-04-01"), ZONES)) == 3
    assert SeriesRule(Frequency.DAILY, until=date(2027, 3, 3)).text() == late.rule
