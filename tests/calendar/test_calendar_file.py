"""Tests calendar files by reading them back with two independent libraries."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Component

from app.calendar.calendar_file import date_calendar, party_calendar, uid_of, uid_of_date
from app.calendar.packaged_zones import load_zones
from app.calendar.recurrence import occurrence_of, occurrences, split
from app.domain.base.local_time import Existence, LocalTime
from app.domain.planning.announcements.calendar_entry import CalendarOptions, CalendarText
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, DateOverride, Occurrence, Schedule
from tests.support.calendars import Read, faults, foreign, read_by_icalendar, read_by_vobject
from tests.support.occurrences import all_occurrences

ZONES = load_zones()
BEGIN, END = datetime(2026, 9, 1, tzinfo=UTC), datetime(2028, 9, 1, tzinfo=UTC)
SETTING = CalendarOptions("Plan", "en", datetime(2026, 9, 1, 12, 30, 15, tzinfo=UTC))
US = Party("us", "United States", PartyKind.MARKET, "America/New_York")
HOST = Party("host", "Maya", PartyKind.HOST, "Asia/Shanghai")
READERS = pytest.mark.parametrize("read", [read_by_vobject, read_by_icalendar])
Reader = Callable[[bytes, datetime, datetime], list[Read]]
JUMPY = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Africa/Casablanca")
HOURS = ("00:30", "01:45", "02:15", "20:00", "23:30")
LINK = "https://tradewind.example/watch/live?from=calendar&language=zh-Hans"


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def words(airing: Airing) -> CalendarText:
    return CalendarText(airing.title, "What is new", LINK)


def calendar_bytes(*airings: Airing, party: Party = US, setting: CalendarOptions = SETTING) -> bytes:
    content = party_calendar(Schedule(airings=airings, parties=(US, HOST)), party, words, ZONES, setting)
    assert faults(content) == []
    return content


def expected_events(*airings: Airing) -> list[Read]:
    return sorted(
        Read(occurrence.start, occurrence.end, f"{occurrence.airing_id}@tradewind")
        for occurrence in all_occurrences(airings, BEGIN, END, ZONES)
        if occurrence.start >= BEGIN
    )


def series(rule: str, start: str = "2026-09-01T20:00", zone: str = "America/New_York", moves: tuple[DateOverride, ...] = ()) -> Airing:
    return Airing("s", "Friday night", LocalTime(wall(start), zone), 90, rule, moves, ("us", "host"))


@READERS
@pytest.mark.parametrize("zone", JUMPY)
def test_other_readers_find_every_date_of_two_years_at_the_same_instant(zone: str, read: Reader) -> None:
    """Includes hours that clocks skip or repeat."""
    airings = [
        Airing(f"h{number}", hour, LocalTime(wall(f"2026-09-01T{hour}"), zone), 120, "FREQ=DAILY", party_ids=("us",))
        for number, hour in enumerate(HOURS)
    ]
    found = read(calendar_bytes(*airings), BEGIN, END)
    assert found == expected_events(*airings)
    assert abs(len(found) - 731 * len(HOURS)) <= len(HOURS)  # every day of two years, apart from the edges


@pytest.mark.parametrize("zone", JUMPY[:5])
def test_the_tested_hours_include_gaps_and_folds(zone: str) -> None:
    airings = [Airing(hour, hour, LocalTime(wall(f"2026-09-01T{hour}"), zone), rule="FREQ=DAILY") for hour in HOURS]
    assert {occurrence.existence for occurrence in all_occurrences(airings, BEGIN, END, ZONES)} == set(Existence)


def _components(inside: Component, name: str) -> list[Any]:
    return list(inside.walk(name))


RULES = {
    "weekly": "FREQ=WEEKLY",
    "two days a week": "FREQ=WEEKLY;BYDAY=TU,FR",
    "every other week": "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
    "a number of dates": "FREQ=WEEKLY;BYDAY=SA;COUNT=30",
    "until a day": "FREQ=DAILY;INTERVAL=3;UNTIL=20270313T235959",
    "until the first day": "FREQ=DAILY;UNTIL=20260901T235959",
    "the last Friday": "FREQ=MONTHLY;BYDAY=-1FR",
    "the first Monday": "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO",
    "a day of the month": "FREQ=MONTHLY",
    "a day of the year": "FREQ=YEARLY",
}


@READERS
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_other_readers_understand_every_kind_of_series(rule: str, read: Reader) -> None:
    for start in ("2026-09-01T20:00", "2026-09-02T23:45", "2026-10-31T02:30"):
        airing = series(rule, start, "Europe/Berlin")
        found = read(calendar_bytes(airing), BEGIN, END)
        assert found == expected_events(airing)
        assert found or "UNTIL=20260901" in rule


@READERS
def test_a_series_ends_on_its_last_day_in_every_zone(read: Reader) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Marquesas", "Asia/Shanghai", "UTC"):
        for hour in ("00:00", "23:45"):
            airing = series("FREQ=DAILY;UNTIL=20260910T235959", f"2026-09-03T{hour}", zone)
            found = read(calendar_bytes(airing), BEGIN - timedelta(days=5), END)
            assert len(found) == 8
            assert found == expected_events(airing)


@READERS
def test_moved_and_cancelled_dates_are_written(read: Reader) -> None:
    moves = (
        DateOverride(wall("2026-09-11T20:00"), None),
        DateOverride(wall("2026-09-18T20:00"), LocalTime(wall("2026-09-19T21:15"), "America/New_York"), 45),
        DateOverride(wall("2026-09-25T20:00"), LocalTime(wall("2026-09-26T09:00"), "Asia/Shanghai")),
        DateOverride(wall("2026-10-02T20:00"), LocalTime(wall("2027-10-02T20:00"), "America/New_York")),
        DateOverride(wall("2026-11-06T20:00"), LocalTime(wall("2026-11-01T01:30"), "America/New_York", 1)),
        DateOverride(wall("2026-11-07T20:00"), None),  # the series has no such date
    )
    airing = series("FREQ=WEEKLY;BYDAY=FR", moves=moves)
    content = calendar_bytes(airing)
    found = read(content, BEGIN, END)
    assert found == expected_events(airing)
    assert [f"{occurrence.start:%m-%dT%H:%M}" for occurrence in found[:4]] == ["09-05T00:00", "09-20T01:15", "09-26T01:00", "10-10T00:00"]
    assert content.count(b"EXDATE") == 1 and content.count(b"RECURRENCE-ID") == 4
    assert b"DTSTART:20261101T063000Z" in content  # the second 01:30


@READERS
def test_a_first_date_in_a_longer_night_does_not_lengthen_the_others(read: Reader) -> None:
    """23:30 to 02:30 is four hours on the night Berlin's clocks go back; every show lasts three."""
    airing = Airing("n", "Night", LocalTime(wall("2026-10-24T23:30"), "Europe/Berlin"), 180, "FREQ=WEEKLY;COUNT=4", party_ids=("us",))
    content = calendar_bytes(airing)
    assert b"DURATION:PT3H" in content
    assert [text.end - text.start for text in read(content, BEGIN, END)] == [timedelta(hours=3)] * 4


@READERS
def test_past_shows_are_left_out_of_the_file(read: Reader) -> None:
    upcoming = Airing("k", "Coming", LocalTime(wall("2026-11-01T01:30"), "America/New_York", 1), 60, party_ids=("us",))
    over = Airing("o", "Over", LocalTime(wall("2026-08-01T20:00"), "America/New_York"), 60, party_ids=("us",))
    ended = Airing("e", "Ended", LocalTime(wall("2026-06-05T20:00"), "America/New_York"), 60, "FREQ=WEEKLY;COUNT=5", party_ids=("us",))
    never = Airing(
        "n", "Never", LocalTime(wall("2026-09-05T20:00"), "America/New_York"), 60, "FREQ=DAILY;UNTIL=20260101", party_ids=("us",)
    )
    other = Airing("x", "Not theirs", LocalTime(wall("2026-11-01T20:00"), "America/New_York"), 60, party_ids=("host",))
    found = read(calendar_bytes(upcoming, over, ended, never, other), datetime(2020, 1, 1, tzinfo=UTC), END)
    assert found == [Read(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "k@tradewind")]
    assert read(calendar_bytes(), BEGIN, END) == []


@READERS
def test_a_person_on_duty_for_some_dates_gets_only_those(read: Reader) -> None:
    moves = (
        DateOverride(wall("2026-09-11T20:00"), LocalTime(wall("2026-09-11T20:00"), "America/New_York"), party_ids=("host",)),
        DateOverride(wall("2026-09-18T20:00"), LocalTime(wall("2026-09-18T20:00"), "America/New_York"), party_ids=("host", "us")),
    )
    airing = Airing("s", "Friday", LocalTime(wall("2026-09-04T20:00"), "America/New_York"), 60, "FREQ=WEEKLY;COUNT=4", moves, ("us",))
    days = {party.id: [text.start.day - 1 for text in read(calendar_bytes(airing, party=party), BEGIN, END)] for party in (US, HOST)}
    assert days == {"us": [4, 18, 25], "host": [11, 18]}
    uids = {text.uid for text in read(calendar_bytes(airing, party=HOST), BEGIN, END)}
    assert uids == {"s-20260911T2000@tradewind", "s-20260918T2000@tradewind"}


TEXTS = {
    "zh-Hans": "周五直播间：新品首发，限时优惠；主播与嘉宾同场\\n到场有礼" * 6,
    "ar": "بث الجمعة: منتج جديد، عرض محدود؛ ضيف خاص" * 6,
    "th": "ไลฟ์คืนวันศุกร์: สินค้าใหม่, ข้อเสนอพิเศษ; แขกรับเชิญ" * 6,
    "en": 'Friday night, "live"; new: \\ one\\,two' * 6,
    "emoji": "👩‍🚀🎁👨‍👩‍👧‍👦" * 20,
}


@pytest.mark.parametrize("language", TEXTS)
def test_texts_are_read_back_unchanged(language: str) -> None:
    text = TEXTS[language]
    calendar_text = CalendarText(text, f"{text}\n\n{text}\n", LINK)
    airing = series("FREQ=WEEKLY")
    setting = CalendarOptions(text, language, SETTING.stamp)
    content = party_calendar(Schedule(airings=(airing,), parties=(US,)), US, lambda _: calendar_text, ZONES, setting)
    assert faults(content) == []
    calendar = Calendar.from_ical(content)
    (event,) = _components(calendar, "VEVENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"]), str(event["URL"])) == (text, f"{text}\n\n{text}\n", LINK)
    assert event["SUMMARY"].params["LANGUAGE"] == language
    assert str(calendar["X-WR-CALNAME"]) == str(calendar["NAME"]) == text
    (alarm,) = _components(event, "VALARM")
    assert str(alarm["DESCRIPTION"]) == text and alarm["TRIGGER"].dt == timedelta(minutes=-15)


def test_an_unchanged_plan_gives_the_same_bytes_and_a_changed_one_replaces_it() -> None:
    airing = series("FREQ=WEEKLY")
    first, later = SETTING.stamp, SETTING.stamp + timedelta(minutes=1)
    assert calendar_bytes(airing) == calendar_bytes(airing)
    contents = [calendar_bytes(airing, setting=CalendarOptions("Plan", "en", stamp)) for stamp in (first, later)]
    events = [_components(Calendar.from_ical(content), "VEVENT")[0] for content in contents]
    assert [str(event["UID"]) for event in events] == [uid_of(airing)] * 2
    assert [int(event["SEQUENCE"]) for event in events] == [21_040_215, 21_040_275]
    assert [event["DTSTAMP"].dt for event in events] == [first, later]
    assert all(b"METHOD:PUBLISH\r\n" in content and b"X-TRADEWIND-TZDATA:" + ZONES.version.encode() in content for content in contents)


def test_a_show_blocks_the_time_of_its_crew_but_not_of_viewers() -> None:
    airing = series("FREQ=WEEKLY")
    assert b"TRANSP:OPAQUE" in calendar_bytes(airing, party=HOST)
    assert b"TRANSP:TRANSPARENT" in calendar_bytes(airing, party=US)


@READERS
def test_a_moved_single_date_has_its_own_uid(read: Reader) -> None:
    airing = series("FREQ=WEEKLY", moves=(DateOverride(wall("2026-09-08T20:00"), LocalTime(wall("2026-09-09T19:00"), "America/New_York")),))

    def file_of(occurrence: Occurrence) -> bytes:
        content = date_calendar(airing, occurrence, words(airing), ZONES, SETTING)
        assert faults(content) == []
        return content

    moved = occurrence_of(airing, wall("2026-09-08T20:00"), ZONES)
    assert moved is not None
    assert uid_of_date(airing, moved) == "s-20260908T2000@tradewind"
    assert read(file_of(moved), BEGIN, END) == [Read(moved.start, moved.end, uid_of_date(airing, moved))]
    (first, rest) = split(airing, wall("2026-09-08T20:00"))
    assert first is not None
    cut = occurrence_of(rest, wall("2026-09-08T20:00"), ZONES)
    assert cut is not None
    assert uid_of_date(rest, cut) == uid_of_date(airing, moved), "a calendar that has the date does not get it twice"
    others = occurrences(airing, BEGIN, BEGIN + timedelta(days=30), ZONES)
    assert len({uid_of_date(airing, one) for one in others}) == len(others) == 5


def test_readers_use_the_time_zone_rules_of_the_file() -> None:
    """Shows that these tests would notice wrong rules in the file."""
    airing = series("FREQ=WEEKLY")
    content = calendar_bytes(airing)
    assert b"America/New_York" not in foreign(content).encode()
    wrong = content.replace(b"TZOFFSETTO:-0500", b"TZOFFSETTO:-0600")
    for read in (read_by_vobject, read_by_icalendar):
        assert read(wrong, BEGIN, END) != expected_events(airing)


def test_format_violations_are_found() -> None:
    content = calendar_bytes(series("FREQ=WEEKLY"))
    assert "bare line end" in faults(content.replace(b"\r\n", b"\n"))
    assert any("octets" in fault for fault in faults(content.replace(b"SUMMARY;LANGUAGE=en:", b"SUMMARY;LANGUAGE=en:" + b"x" * 60)))
    assert any("no property" in fault for fault in faults(content.replace(b"STATUS:", b"\xc3\xa4STATUS:")))
    assert "VEVENT without UID" in faults(content.replace(b"UID:s@tradewind\r\n", b""))
    without_rules = content[: content.index(b"BEGIN:VTIMEZONE")] + content[content.index(b"BEGIN:VEVENT") :]
    assert "zones [] for ['America/New_York']" in faults(without_rules)
