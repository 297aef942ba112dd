"""Tests that another library reads VTIMEZONE with the packaged offsets at every instant."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from dateutil.tz import tzical

from app.calendar.packaged_zones import load_zones
from app.calendar.zone_component import zone_component
from app.domain.base.local_time import OffsetChange, offset_at, offset_changes
from app.domain.base.zones import ZoneError
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES

ZONES = load_zones()
FIRST, LAST = datetime(2026, 9, 1, tzinfo=UTC), datetime(2036, 9, 1, tzinfo=UTC)
ODD = ("Europe/Dublin", "Africa/Cairo", "America/Santiago", "Asia/Gaza", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Chatham")
MARKETS = sorted({zone for market in load_markets(RESOURCES / "markets") for zone in market.zones})
NEAR = tuple(timedelta(seconds=seconds) for seconds in (-86400, -7200, -3600, -1, 0, 1, 3600, 7200, 86400))


def lines(zone: str, last: datetime = LAST) -> str:
    content: bytes = zone_component(zone, FIRST, last, ZONES).to_ical()
    text = content.decode()
    assert "RDATE" not in text and "UNTIL" not in text
    return text


def read(text: str) -> dict[datetime, timedelta]:
    """Offsets that dateutil reads from the component, around each change and in the middle of each month."""
    (key,) = (line[5:] for line in text.split("\r\n") if line.startswith("TZID:"))
    clocks = tzical(StringIO("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + text + "END:VCALENDAR\r\n")).get(key)
    assert clocks is not None
    return {moment: moment.astimezone(clocks).utcoffset() or timedelta() for moment in instants(key)}


def changes(zone: str) -> list[OffsetChange]:
    return list(offset_changes(zone, FIRST - timedelta(days=40), LAST, ZONES))


def instants(zone: str) -> list[datetime]:
    months = [FIRST + timedelta(days=30 * number) for number in range(120)]
    return sorted({*months, *(change.at + near for change in changes(zone) for near in NEAR)})


@pytest.mark.parametrize("zone", sorted({*MARKETS, *ODD}))
def test_every_instant_of_ten_years_has_the_packaged_offset(zone: str) -> None:
    found = read(lines(zone))
    assert found == {moment: offset_at(ZONES.zone(zone), moment) for moment in found}
    assert len(found) >= 120


def test_recurring_changes_are_written_as_endless_rules() -> None:
    text = lines("America/New_York", FIRST)
    assert "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\n" in text and "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\r\n" in text
    assert "RRULE:FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8;BYMONTH=9\r\n" in lines("America/Santiago")
    assert read(text) == {moment: offset_at(ZONES.zone("America/New_York"), moment) for moment in instants("America/New_York")}


def test_a_rule_that_ended_is_written_with_its_end() -> None:
    """Morocco changed clocks for Ramadan until 2026 and no longer does."""
    text = zone_component("Africa/Casablanca", datetime(2026, 1, 1, tzinfo=UTC), LAST, ZONES).to_ical().decode()
    assert "RRULE" not in text
    assert text.count("DTSTART:20260920T020000") == 1
    assert lines("Asia/Kathmandu").count("BEGIN:STANDARD") == 1 and "DAYLIGHT" not in lines("Asia/Kathmandu")


def test_summer_is_daylight_time_in_ireland_too() -> None:
    daylight = lines("Europe/Dublin").split("BEGIN:DAYLIGHT")[1]
    assert "TZNAME:IST" in daylight and "TZOFFSETTO:+0100" in daylight


def test_an_unknown_zone_is_reported() -> None:
    with pytest.raises(ZoneError) as caught:
        zone_component("Mars/Olympus", FIRST, LAST, ZONES)
    assert caught.value.data["zone"] == "Mars/Olympus"
