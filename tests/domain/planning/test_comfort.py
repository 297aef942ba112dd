"""How comfortable hours are, in every zone and across clock changes, with festivals, prayers, custom hours and absences."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue.market import Market
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.hours.comfort import (
    DAY_QUARTERS,
    FAIR,
    LEVELS,
    NEVER,
    POOR,
    PRIME,
    QUARTER,
    ComfortLine,
    ComfortRules,
    comfort_line,
    comforts,
    instant_of,
    night_line,
    prayers,
    quarter_of,
    quarter_range,
)
from app.domain.planning.people.party import Absence, Comfort, Hours, Party, PartyKind
from tests.support.parties import ZONES, local, market, person, utc, wall

COMFORT_RULES = ComfortRules(ZONES)
BEIJING = "Asia/Shanghai"
WINTER, SPRING, SUMMER = date(2027, 1, 15), date(2027, 3, 20), date(2027, 7, 15)
ALL_YEAR = (WINTER, SPRING, SUMMER)

# A market's 20:00 to 23:00 in Beijing time; "+" means the next day in Beijing.
PRIME_IN_BEIJING = [
    ("America/New_York", (WINTER,), "+09:00", "+12:00"),
    ("America/New_York", (SPRING, SUMMER), "+08:00", "+11:00"),
    ("America/Los_Angeles", (WINTER,), "+12:00", "+15:00"),
    ("America/Los_Angeles", (SPRING, SUMMER), "+11:00", "+14:00"),
    ("Europe/London", (WINTER, SPRING), "+04:00", "+07:00"),
    ("Europe/London", (SUMMER,), "+03:00", "+06:00"),
    ("Europe/Berlin", (WINTER, SPRING), "+03:00", "+06:00"),
    ("Europe/Berlin", (SUMMER,), "+02:00", "+05:00"),
    ("Asia/Dubai", ALL_YEAR, "+00:00", "+03:00"),
    ("Asia/Riyadh", ALL_YEAR, "+01:00", "+04:00"),
    ("Asia/Bangkok", ALL_YEAR, "21:00", "+00:00"),
    ("Asia/Jakarta", ALL_YEAR, "21:00", "+00:00"),
    ("Asia/Ho_Chi_Minh", ALL_YEAR, "21:00", "+00:00"),
    ("Asia/Manila", ALL_YEAR, "20:00", "23:00"),
    ("Asia/Kuala_Lumpur", ALL_YEAR, "20:00", "23:00"),
    ("America/Sao_Paulo", ALL_YEAR, "+07:00", "+10:00"),
    ("America/Mexico_City", ALL_YEAR, "+10:00", "+13:00"),
    ("Asia/Tokyo", ALL_YEAR, "19:00", "22:00"),
    ("Asia/Kolkata", ALL_YEAR, "22:30", "+01:30"),
]

# Zones with unusual clock changes or quarter-hour offsets.
ODD_ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Marquesas",
    "Africa/Casablanca",
    "America/St_Johns",
    "Pacific/Apia",
)


def line_around(party: Party, day: date, comfort_rules: ComfortRules = COMFORT_RULES) -> ComfortLine:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return comfort_line(party, noon - timedelta(days=3), noon + timedelta(days=3), comfort_rules)


def spans_of(line: ComfortLine, level: int, zone: str) -> list[tuple[str, str]]:
    """Return the start and end of each span with this level, in the zone's local time."""
    result, begin = [], None
    for number, current in enumerate((*line.levels, -1)):
        if current == level and begin is None:
            begin = number
        if current != level and begin is not None:
            result.append((wall(instant_of(line.first + begin), zone), wall(instant_of(line.first + number), zone)))
            begin = None
    return result


def in_beijing(day: date, clock: str) -> str:
    return f"{day + timedelta(days=clock.startswith('+'))}T{clock.removeprefix('+')}"


@pytest.mark.parametrize(("zone", "days", "begin", "end"), PRIME_IN_BEIJING)
def test_prime_time_of_every_market_is_known_in_beijing_time(zone: str, days: tuple[date, ...], begin: str, end: str) -> None:
    for day in days:
        result = spans_of(line_around(market("m", zone), day), PRIME, BEIJING)
        assert (in_beijing(day, begin), in_beijing(day, end)) in result


def test_an_evening_in_new_york_is_the_next_morning_in_beijing() -> None:
    """The evening on the US east coast is not night in Beijing, contrary to earlier advice."""
    host = person("host", BEIJING, PartyKind.HOST)
    for day, hour in ((WINTER, 9), (SPRING, 8), (SUMMER, 8)):
        evening = local(f"{day}T20:00", "America/New_York")
        assert wall(evening, BEIJING) == f"{day + timedelta(days=1)}T{hour:02}:00"
        assert line_around(host, day).at(evening) in (Comfort.PRIME, Comfort.FAIR)
        assert line_around(market("m", "America/New_York"), day).at(evening) is Comfort.PRIME


# --- every clock ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ODD_ZONES)
@settings(max_examples=25)
@given(st.datetimes(datetime(2025, 1, 2), datetime(2032, 12, 30)), st.booleans())
def test_each_quarter_hour_has_the_level_of_its_local_time(zone: str, moment: datetime, is_market: bool) -> None:
    party = market("m", zone) if is_market else person("p", zone)
    begin = moment.replace(tzinfo=UTC)
    line = comfort_line(party, begin, begin + timedelta(hours=9), COMFORT_RULES)
    assert len(line.levels) == len(range(*quarter_range(begin, begin + timedelta(hours=9))))
    for number, level in enumerate(line.levels):
        reading = instant_of(line.first + number).astimezone(ZONES.zone(zone))
        assert level == comforts(party, reading.date(), COMFORT_RULES)[reading.hour * 4 + reading.minute // 15]


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_a_years_night_line_equals_a_slow_computation(zone: str) -> None:
    """The line is built span by span; this test asks the zone library for every quarter hour."""
    first, last = quarter_of(utc("2026-07-01")), quarter_of(utc("2027-07-01"))
    sleeper = night_line(zone, first, last, ZONES)
    expected = bytes(instant_of(quarter).astimezone(ZONES.zone(zone)).hour < 6 for quarter in range(first, last))
    assert sleeper == expected


@pytest.mark.parametrize(("zone", "minutes"), [("Asia/Kathmandu", 15), ("Pacific/Chatham", 15), ("Asia/Kolkata", 30), ("Asia/Tokyo", 0)])
def test_hours_start_on_time_in_zones_with_quarter_hour_offsets(zone: str, minutes: int) -> None:
    begins = [local(begin, zone) for begin, _ in spans_of(line_around(market("m", zone), SUMMER), PRIME, zone)[1:-1]]
    assert {begin.minute for begin in begins} == {minutes}
    assert {wall(begin, zone)[11:] for begin in begins} == {"20:00"}


def test_lord_howe_skips_half_an_hour_in_spring_and_repeats_it_in_autumn() -> None:
    sleeper = person("p", "Australia/Lord_Howe", hours=(Hours(60, 180, Comfort.PRIME),))  # 01:00 to 03:00
    for begin, quarters in (("2026-10-03T14:00", 6), ("2027-04-03T13:00", 10), ("2027-05-03T13:00", 8)):
        line = comfort_line(sleeper, utc(begin), utc(begin) + timedelta(hours=6), COMFORT_RULES)
        assert line.levels[: line.levels.rfind(PRIME) + 1].count(PRIME) == quarters


def test_a_day_without_midnight_starts_at_one() -> None:
    cairo = person("p", "Africa/Cairo", hours=(Hours(0, 120, Comfort.PRIME),))
    line = comfort_line(cairo, utc("2027-04-29T20:00"), utc("2027-04-30T06:00"), COMFORT_RULES)
    assert spans_of(line, PRIME, "Africa/Cairo") == [("2027-04-30T01:00", "2027-04-30T02:00")]


def test_minutes_are_counted_within_quarter_hours() -> None:
    line = comfort_line(market("m", "UTC"), utc("2027-01-01T18:00"), utc("2027-01-02T02:00"), COMFORT_RULES)
    assert line.minutes(utc("2027-01-01T19:50"), 25) == (15, 10, 0, 0)
    assert line.minutes(utc("2027-01-01T22:40"), 90) == (20, 60, 10, 0)
    assert line.minutes(utc("2027-01-01T20:00"), 5) == (5, 0, 0, 0)


@given(st.integers(0, 2000), st.integers(5, 600))
def test_minutes_of_all_levels_match_a_slow_count(offset: int, length: int) -> None:
    begin = utc("2027-03-27T00:00") + timedelta(minutes=offset)
    line = comfort_line(market("m", "Europe/Berlin"), begin, begin + timedelta(minutes=length), COMFORT_RULES)
    one_by_one = [LEVELS.index(line.at(begin + timedelta(minutes=minute))) for minute in range(length)]
    assert line.minutes(begin, length) == tuple(one_by_one.count(level) for level in range(4))


# --- whose hours ---------------------------------------------------------------------------------------------------------


def test_learned_prime_time_overrides_the_market_profile() -> None:
    party = market("m", "UTC", "ZZ")
    late_market = Market("ZZ", {"en": "Nowhere"}, ("en",), "USD", ("UTC",), prime_time=("22:30", "01:00"))
    day = comforts(party, SUMMER, ComfortRules(ZONES, {"ZZ": late_market}))
    assert [day[quarter] for quarter in (3, 4, 89, 90, 95)] == [PRIME, POOR, FAIR, PRIME, PRIME]
    day = comforts(party, SUMMER, ComfortRules(ZONES, {"ZZ": late_market}, learned={"m": ("12:00", "14:00")}))
    assert bytes([PRIME]) * 8 == day[48:56]
    assert day.count(PRIME) == 8


def test_people_prefer_to_work_by_day() -> None:
    day = comforts(person("p"), SUMMER, COMFORT_RULES)
    assert [day[hour * 4] for hour in (0, 6, 7, 8, 9, 20, 21, 23)] == [POOR, POOR, FAIR, FAIR, PRIME, PRIME, FAIR, FAIR]


def test_custom_hours_apply_on_their_weekdays_and_past_midnight() -> None:
    night_worker = person("p", "UTC", hours=(Hours(0, 1440, Comfort.NEVER), Hours(22 * 60, 26 * 60, Comfort.PRIME, weekdays=(5,))))
    friday, saturday, sunday = date(2027, 7, 16), date(2027, 7, 17), date(2027, 7, 18)
    assert comforts(night_worker, friday, COMFORT_RULES) == bytes([NEVER] * 88 + [PRIME] * 8)
    assert comforts(night_worker, saturday, COMFORT_RULES) == bytes([PRIME] * 8 + [NEVER] * 88)
    assert comforts(night_worker, sunday, COMFORT_RULES) == bytes([NEVER] * 96)


def test_hours_between_quarters_are_rounded_to_the_worse_level() -> None:
    party = person("p", hours=(Hours(605, 655, Comfort.NEVER), Hours(1210, 1260 + 10, Comfort.PRIME)))
    day = comforts(party, SUMMER, COMFORT_RULES)
    assert day[40:44] == bytes([NEVER] * 4)
    assert day[44] == PRIME
    assert day[80:85] == bytes([PRIME] * 4 + [FAIR])


def test_absent_people_are_never_available() -> None:
    away = (Absence(SUMMER, SUMMER + timedelta(days=1)),)
    party = person("p", "Asia/Kathmandu", hours=(Hours(0, 1440, Comfort.PRIME),), away=away)
    assert spans_of(line_around(party, SUMMER), NEVER, "Asia/Kathmandu") == [("2027-07-15T00:00", "2027-07-17T00:00")]


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.sampled_from(ODD_ZONES))
def test_every_day_has_96_quarter_hours(day: date, zone: str) -> None:
    for party in (market("m", zone), person("p", zone)):
        assert len(comforts(party, day, COMFORT_RULES)) == DAY_QUARTERS


# --- festivals and prayers -----------------------------------------------------------------------------------------------

RAMADAN = Festival(
    "SA",
    "ramadan",
    {"en": "Ramadan"},
    date(2027, 2, 8),
    date(2027, 3, 8),
    DayKind.RELIGIOUS,
    prime_time=("21:30", "02:00"),
)
RIYADH = market("m", "Asia/Riyadh", "SA")


def test_in_ramadan_prime_time_is_late_and_iftar_is_poor() -> None:
    comfort_rules = ComfortRules(ZONES, festivals=(RAMADAN,))
    line = line_around(RIYADH, date(2027, 2, 10), comfort_rules)
    assert ("2027-02-09T21:30", "2027-02-10T02:00") in spans_of(line, PRIME, "Asia/Riyadh")
    assert ("2027-02-10T17:00", "2027-02-10T18:45") in spans_of(line, POOR, "Asia/Riyadh")
    first, last = date(2027, 2, 7), date(2027, 3, 9)
    assert ("2027-02-07T20:00", "2027-02-07T23:00") in spans_of(line_around(RIYADH, first, comfort_rules), PRIME, "Asia/Riyadh")
    eid = spans_of(line_around(RIYADH, last, comfort_rules), PRIME, "Asia/Riyadh")
    assert ("2027-03-08T21:30", "2027-03-09T02:00") in eid
    assert ("2027-03-09T20:00", "2027-03-09T23:00") in eid


def test_ramadan_does_not_change_other_markets() -> None:
    comfort_rules = ComfortRules(ZONES, festivals=(RAMADAN,))
    berlin = market("m", "Europe/Berlin", "DE")
    assert line_around(berlin, RAMADAN.first, comfort_rules) == line_around(berlin, RAMADAN.first)


def test_custom_hours_override_festival_hours() -> None:
    comfort_rules = ComfortRules(ZONES, festivals=(RAMADAN,))
    custom = replace(RIYADH, hours=(Hours(22 * 60, 23 * 60, Comfort.NEVER),))
    line = line_around(custom, date(2027, 2, 10), comfort_rules)
    assert line.at(local("2027-02-10T22:30", "Asia/Riyadh")) is Comfort.NEVER
    assert line.at(local("2027-02-10T21:45", "Asia/Riyadh")) is Comfort.PRIME


def test_friday_noon_is_poor_only_in_markets_with_friday_prayer() -> None:
    friday = date(2027, 7, 16)
    noon = local(f"{friday}T12:15", "Asia/Riyadh")
    assert line_around(RIYADH, friday).at(noon) is Comfort.POOR
    assert line_around(RIYADH, friday).at(noon + timedelta(days=1)) is Comfort.FAIR
    assert line_around(market("m", "Asia/Riyadh"), friday).at(noon) is Comfort.FAIR
    assert line_around(person("p", "Asia/Riyadh"), friday).at(noon) is Comfort.PRIME


def test_prayers_are_listed_with_their_hours() -> None:
    comfort_rules = ComfortRules(ZONES, festivals=(RAMADAN,))
    (iftar,) = prayers(RIYADH, utc("2027-02-10T12:00"), utc("2027-02-10T16:00"), comfort_rules)
    assert iftar.iftar
    assert (wall(iftar.begin, "Asia/Riyadh"), wall(iftar.end, "Asia/Riyadh")) == ("2027-02-10T17:00", "2027-02-10T18:45")
    (noon,) = prayers(RIYADH, utc("2027-07-16T06:00"), utc("2027-07-16T18:00"), comfort_rules)
    assert not noon.iftar
    assert prayers(RIYADH, utc("2027-07-16T12:00"), utc("2027-07-16T18:00"), comfort_rules) == ()
    assert prayers(person("p", "Asia/Riyadh"), utc("2027-07-16T06:00"), utc("2027-07-16T18:00"), comfort_rules) == ()


def test_an_instant_belongs_to_the_quarter_hour_that_contains_it() -> None:
    for text in ("2027-01-01T00:00", "2027-01-01T00:14:59"):
        assert instant_of(quarter_of(utc(text))) == utc("2027-01-01T00:00")
    assert quarter_range(utc("2027-01-01T00:01"), utc("2027-01-01T00:16")) == (
        quarter_of(utc("2027-01-01")),
        quarter_of(utc("2027-01-01")) + 2,
    )
    assert timedelta(minutes=15) == QUARTER
