"""Wall times that exist once, never or twice, and their instants."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import (
    Existence,
    LocalTime,
    WallTimeError,
    choices,
    clock_reading,
    day_start,
    existence,
    offset_changes,
    offset_text,
    resolve,
    resolve_leniently,
    wall_of,
)
from app.domain.base.zones import ZoneError, Zones

ZONES = load_zones()


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text", "kind"),
    [
        ("America/New_York", "2027-03-14T02:30", Existence.SKIPPED),
        ("America/New_York", "2027-03-14T03:00", Existence.ONCE),
        ("Europe/Berlin", "2027-03-28T02:30", Existence.SKIPPED),
        ("America/New_York", "2026-11-01T01:30", Existence.REPEATED),
        ("Europe/London", "2026-10-25T01:30", Existence.REPEATED),
        ("Australia/Lord_Howe", "2026-10-04T02:15", Existence.SKIPPED),
        ("Australia/Lord_Howe", "2027-04-04T01:45", Existence.REPEATED),
        ("Africa/Cairo", "2027-04-30T00:00", Existence.SKIPPED),
        ("Asia/Beirut", "2027-03-28T00:00", Existence.SKIPPED),
        ("America/Santiago", "2027-09-05T00:00", Existence.SKIPPED),
        ("Asia/Shanghai", "2027-03-28T02:30", Existence.ONCE),
        ("Asia/Kathmandu", "2027-03-28T02:45", Existence.ONCE),
    ],
)
def test_a_wall_time_exists_once_never_or_twice(zone: str, text: str, kind: Existence) -> None:
    assert existence(ZONES.zone(zone), wall(text)) is kind


@pytest.mark.parametrize(
    ("zone", "text", "first", "second"),
    [
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T03:30", "2027-03-14T01:30"),
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T03:30", "2027-03-28T01:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45", "2026-10-04T01:45"),
        ("Africa/Cairo", "2027-04-30T00:00", "2027-04-30T01:00", "2027-04-29T23:00"),
    ],
)
def test_a_skipped_time_is_refused_with_both_possible_times(zone: str, text: str, first: str, second: str) -> None:
    with pytest.raises(WallTimeError) as raised:
        resolve(LocalTime(wall(text), zone), ZONES)
    assert raised.value.code == "time.skipped"
    assert (raised.value.data["first"], raised.value.data["second"]) == (first.replace("T", " "), second.replace("T", " "))
    for choice in choices(LocalTime(wall(text), zone), ZONES):
        assert resolve(choice.local, ZONES) == choice.instant


@pytest.mark.parametrize(
    ("zone", "text", "first", "second"),
    [
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "2026-11-01T06:30"),
        ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45", "2027-04-03T15:15"),
    ],
)
def test_a_repeated_time_is_refused_until_fold_is_set(zone: str, text: str, first: str, second: str) -> None:
    with pytest.raises(WallTimeError) as raised:
        resolve(LocalTime(wall(text), zone), ZONES)
    assert raised.value.code == "time.repeated"
    offsets = raised.value.data["first_offset"], raised.value.data["second_offset"]
    assert offsets == tuple(offset_text(choice.offset) for choice in choices(LocalTime(wall(text), zone), ZONES))
    assert offsets[0] != offsets[1]
    assert resolve(LocalTime(wall(text), zone, 0), ZONES) == at(first)
    assert resolve(LocalTime(wall(text), zone, 1), ZONES) == at(second)


def test_an_unneeded_fold_changes_nothing() -> None:
    assert resolve(LocalTime(wall("2027-03-12T20:00"), "America/New_York", 1), ZONES) == at("2027-03-13T01:00")


def test_skipped_and_repeated_times_of_a_series_follow_rfc_5545() -> None:
    assert resolve_leniently(LocalTime(wall("2027-03-14T02:30"), "America/New_York"), ZONES) == (at("2027-03-14T07:30"), Existence.SKIPPED)
    assert resolve_leniently(LocalTime(wall("2026-11-01T01:30"), "America/New_York"), ZONES) == (at("2026-11-01T05:30"), Existence.REPEATED)


def test_the_wall_time_of_an_instant_resolves_to_that_instant() -> None:
    for hours in range(-4, 5):
        for change in ("2026-11-01T06:00", "2027-03-14T07:00"):
            instant = at(change) + timedelta(minutes=30 * hours)
            assert resolve(wall_of(instant, "America/New_York", ZONES), ZONES) == instant


def test_a_day_starts_at_its_first_existing_minute() -> None:
    assert day_start(date(2027, 4, 30), "Africa/Cairo", ZONES) == at("2027-04-29T22:00")
    assert day_start(date(2027, 3, 28), "Asia/Beirut", ZONES) == at("2027-03-27T22:00")
    assert day_start(date(2027, 9, 5), "America/Santiago", ZONES) == at("2027-09-05T04:00")
    assert day_start(date(2027, 4, 29), "Africa/Cairo", ZONES) == at("2027-04-28T22:00")
    for day in (date(2027, 4, 30), date(2027, 4, 29)):
        reading = clock_reading(day_start(day, "Africa/Cairo", ZONES), "Africa/Cairo", ZONES)
        assert reading.wall.date() == day


def test_an_evening_in_new_york_is_a_morning_in_beijing() -> None:
    winter = resolve(LocalTime(wall("2027-01-15T20:00"), "America/New_York"), ZONES)
    summer = resolve(LocalTime(wall("2027-07-15T20:00"), "America/New_York"), ZONES)
    for instant, hour in ((winter, 9), (summer, 8)):
        reading = clock_reading(instant, "Asia/Shanghai", ZONES, beside=clock_reading(instant, "America/New_York", ZONES).wall.date())
        assert (reading.wall.hour, reading.day_shift) == (hour, 1)


def test_new_york_and_berlin_are_five_hours_apart_between_their_clock_changes() -> None:
    def offset_difference(day: str) -> timedelta:
        instant = at(f"{day}T12:00")
        return clock_reading(instant, "Europe/Berlin", ZONES).offset - clock_reading(instant, "America/New_York", ZONES).offset

    assert [offset_difference(day) // timedelta(hours=1) for day in ("2027-03-13", "2027-03-15", "2027-03-27", "2027-03-29")] == [
        6,
        5,
        5,
        6,
    ]
    assert [offset_difference(day) // timedelta(hours=1) for day in ("2027-10-30", "2027-11-01", "2027-11-06", "2027-11-08")] == [
        6,
        5,
        5,
        6,
    ]


def test_clock_changes_are_found_to_the_second() -> None:
    found = list(offset_changes("America/New_York", at("2027-01-01"), at("2028-01-01"), ZONES))
    assert [change.at for change in found] == [at("2027-03-14T07:00"), at("2027-11-07T06:00")]
    assert not list(offset_changes("America/Vancouver", at("2026-03-09"), at("2030-01-01"), ZONES))
    assert not list(offset_changes("America/Mexico_City", at("2026-01-01"), at("2030-01-01"), ZONES))


def test_unknown_and_unreadable_zones_are_reported() -> None:
    with pytest.raises(ZoneError) as unknown:
        resolve(LocalTime(wall("2027-01-01T00:00"), "Mars/Olympus"), ZONES)
    assert unknown.value.data["zone"] == "Mars/Olympus"
    broken = Zones("2026f", ("Asia/Shanghai",), lambda key: b"not a zone file")
    with pytest.raises(ZoneError) as unreadable:
        broken.zone("Asia/Shanghai")
    assert unreadable.value.code == "time.zone_unreadable"


def test_offsets_are_written_relative_to_utc() -> None:
    assert offset_text(timedelta(hours=5, minutes=45)) == "UTC+05:45"
    assert offset_text(timedelta(hours=-3, minutes=-30)) == "UTC-03:30"
    assert offset_text(timedelta()) == "UTC+00:00"
